"""Downloads that repeat: one code, one download at a time, again after 90 days (section 6, D11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from store import download_keys
from store.access import Actor, unattended
from store.archive_key import EntryKey, derive
from store.clock import PACIFIC, date_in_zone, start_of_day
from store.database import Store
from store.download_series import Repeat
from store.errors import BadInput, Conflict, NotFound, Refused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import accounts, downloads, home, passwords, series, users
from store.use_cases.unattended import Made, claim, fail, finish, sweep, take_keys
from tests.clocks import FixedClock
from tests.people import (
    KEEPERS,
    PASSWORDS,
    change_store,
    grant,
    last_code,
    requested,
    scheduled,
    signed_in,
)

SignIn = Callable[[str], Actor]
RUNNER = unattended("night")
WEEKLY, MONTHLY = Repeat("weekly"), Repeat("monthly")


def pending(practice: Practice) -> list[str]:
    rows = practice.call(
        Store.rows, "SELECT run_on FROM data_download WHERE state = 'scheduled' ORDER BY run_on"
    )
    return [row[0] for row in rows]


def keys_left(practice: Practice, series_id: int = 1) -> int:
    return practice.call(download_keys.OF_SERIES.left, series_id)


def night(practice: Practice) -> list[EntryKey]:
    """Do what the unattended run does with what is due; return the keys it took."""
    practice.call(sweep, RUNNER)
    taken: list[EntryKey] = []
    while job := practice.call(claim, RUNNER, "runner 1"):
        taken += practice.call(take_keys, RUNNER, job, download_keys.entries_per_archive())
        name = f"1000-{job.run_on}-{job.download_id:04d}.zip"
        made = Made(practice.clock.now(), name, 8, "0" * 64, ())
        practice.call(finish, RUNNER, job, made)
    return taken


def go_to(clock: FixedClock, day: date) -> None:
    """An hour into a day of the practice."""
    clock.set(start_of_day(day, PACIFIC))
    clock.advance(hours=1)


def grant_now(practice: Practice, level: Level) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            grant(store, KEEPERS, Right.DATA_DOWNLOAD, level)

    practice.call(run)


def test_d11_nothing_repeats_until_the_code_is_right(practice: Practice, sign_in: SignIn) -> None:
    """And a request that is given up leaves no key behind."""
    dana = sign_in("dana")
    number = requested(practice, dana, repeat=MONTHLY)
    assert practice.call(series.list_series, dana) == ()
    assert keys_left(practice) > 0
    practice.call(downloads.cancel_download, dana, number)
    assert keys_left(practice) == 0
    practice.call(sweep, RUNNER)
    assert pending(practice) == []


def test_a_weekly_download_is_made_one_at_a_time_with_keys_of_one_confirmation(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """D12, D14: 13 archives, each with keys of its own; then none until the code is given again."""
    dana = sign_in("dana")
    scheduled(practice, dana, repeat=WEEKLY)
    (begun,) = practice.call(series.list_series, dana)
    (listed,) = practice.call(downloads.list_downloads, dana)
    assert (listed.repeats, listed.series_id) == ("weekly", begun.series_id)
    salts: list[bytes] = []
    made = []
    while days := pending(practice):
        assert len(days) == 1, "one at a time"
        made.append(days[0])
        go_to(clock, date.fromisoformat(days[0]))
        keys = night(practice)
        assert all(
            derive(PASSWORDS["dana"], key.salt).to_bytes() == key.to_bytes() for key in keys[:1]
        )
        salts += [key.salt for key in keys]
    assert made[:3] == ["2026-11-21", "2026-11-28", "2026-12-05"]
    assert len(made) == 13
    assert len(salts) == len(set(salts)) == 13 * download_keys.entries_per_archive()
    clock.set(begun.confirm_again_at)
    assert night(practice) == []
    assert pending(practice) == []
    assert keys_left(practice) == 0, "what can no longer be used is destroyed"
    dana = signed_in(practice, "dana")
    told = [notice.text for notice in practice.call(home.home, dana).notices]
    assert "Your weekly data download waits until you confirm it again." in told


def test_what_a_killed_runner_began_is_made_though_the_series_was_confirmed_again(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Its keys go with the series only once it is over; none of them is taken twice."""
    scheduled(practice, sign_in("dana"), repeat=MONTHLY)
    go_to(clock, date.fromisoformat(pending(practice)[0]))
    dana = signed_in(practice, "dana")
    killed = practice.call(claim, RUNNER, "runner 1")
    assert killed is not None
    count = download_keys.entries_per_archive()
    first = practice.call(take_keys, RUNNER, killed, count)
    (old,) = practice.call(series.list_series, dana)
    day = practice.call(series.next_day, dana, old.series_id)
    renewed = requested(practice, dana, day, Repeat("monthly", old.series_id))
    practice.call(downloads.confirm_download, dana, renewed, last_code(practice))
    clock.advance(minutes=5)
    again = practice.call(claim, RUNNER, "runner 2")
    assert again is not None
    assert (again.download_id, again.attempt) == (killed.download_id, 2)
    second = practice.call(take_keys, RUNNER, again, count)
    assert not {key.salt for key in first} & {key.salt for key in second}
    made = Made(practice.clock.now(), "a.zip", 8, "0" * 64, ())
    practice.call(finish, RUNNER, again, made)
    assert keys_left(practice, old.series_id) == 0


def test_confirming_again_takes_password_and_code_and_keeps_the_day(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """The 31st stays the 31st, though the day it is confirmed for is the 28th of February."""
    go_to(clock, date(2027, 1, 20))
    scheduled(practice, sign_in("dana"), date(2027, 1, 31), MONTHLY)
    go_to(clock, date(2027, 1, 31))
    night(practice)
    assert pending(practice) == ["2027-02-28"]
    dana = signed_in(practice, "dana")
    (before,) = practice.call(series.list_series, dana)
    day = practice.call(series.next_day, dana, before.series_id)
    again = requested(practice, dana, day, Repeat("monthly", before.series_id))
    assert pending(practice) == ["2027-02-28"], "the old one goes on until the code is right"
    practice.call(downloads.confirm_download, dana, again, last_code(practice))
    assert pending(practice) == ["2027-02-28"]
    now, ended = practice.call(series.list_series, dana)
    assert ended.series_id == before.series_id
    assert ended.reason == "It was confirmed again."
    assert keys_left(practice, ended.series_id) == 0
    go_to(clock, date(2027, 2, 28))
    night(practice)
    assert pending(practice) == ["2027-03-31"]
    assert now.confirm_again_at > before.confirm_again_at


def test_attack_a_series_of_another_is_not_confirmed_again(
    practice: Practice, sign_in: SignIn
) -> None:
    scheduled(practice, sign_in("dana"), repeat=MONTHLY)
    with pytest.raises(NotFound):
        requested(practice, sign_in("kim"), repeat=Repeat("monthly", 1))


@pytest.mark.parametrize("loss", ["right", "hidden", "reset"])
def test_attack_a_series_goes_on_for_somebody_who_may_no_longer(
    practice: Practice, sign_in: SignIn, clock: FixedClock, loss: str
) -> None:
    """It ends when the requester loses the right, is hidden, or the password is reset (D15)."""
    dana, kim = sign_in("dana"), sign_in("kim")
    assert dana.user_id is not None
    scheduled(practice, dana, repeat=MONTHLY)
    if loss == "right":
        grant_now(practice, Level.VIEW)
    elif loss == "hidden":
        practice.call(users.hide_user, kim, dana.user_id)
    else:
        grant_now(practice, Level.FULL)
        practice.call(accounts.reset_password, kim, dana.user_id)
    clock.advance(days=2)
    assert night(practice) == []
    assert pending(practice) == []
    assert keys_left(practice) == 0
    kim = signed_in(practice, "kim")
    (ended,) = practice.call(series.list_series, kim)
    assert ended.ended_at is not None
    assert ended.reason


def test_a_missed_week_is_made_late_once_and_the_rhythm_stays(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """D13: a machine that was off for three weeks catches up, and not three times."""
    scheduled(practice, sign_in("dana"), repeat=WEEKLY)
    go_to(clock, date(2026, 12, 10))
    taken = night(practice)
    assert len(taken) == download_keys.entries_per_archive()
    assert pending(practice) == ["2026-12-12"]


@pytest.mark.parametrize(
    ("first", "midnights"),
    [
        (date(2027, 3, 7), ["2027-03-07T08", "2027-03-14T08", "2027-03-21T07"]),
        (date(2027, 10, 31), ["2027-10-31T07", "2027-11-07T07", "2027-11-14T08"]),
    ],
)
def test_d13_a_weekly_one_is_due_at_midnight_on_both_sides_of_a_change_of_clocks(
    practice: Practice, sign_in: SignIn, clock: FixedClock, first: date, midnights: list[str]
) -> None:
    """The practice's midnight is another instant in UTC from the day after the change on."""
    go_to(clock, first - timedelta(days=2))
    scheduled(practice, sign_in("dana"), first, WEEKLY)
    found = []
    for hour in midnights:
        at = datetime.fromisoformat(f"{hour}:00:00+00:00")
        clock.set(at - timedelta(seconds=1))
        assert night(practice) == [], "a second before midnight"
        clock.set(at)
        found.append(bool(night(practice)))
    assert found == [True, True, True]


def test_one_that_is_cancelled_is_passed_over(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    practice.call(downloads.cancel_download, dana, scheduled(practice, dana, repeat=MONTHLY))
    practice.call(sweep, RUNNER)
    assert pending(practice) == ["2026-12-21"]


def test_a_new_password_makes_new_keys_for_the_whole_series(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    scheduled(practice, dana, repeat=MONTHLY)
    before, new = keys_left(practice), "nine amber lanterns at sea"
    practice.call(passwords.change_own_password, dana, PASSWORDS["dana"], new)
    assert keys_left(practice) == before
    clock.advance(days=1)
    key = night(practice)[0]
    assert derive(new, key.salt).to_bytes() == key.to_bytes()


def test_tries_that_fail_draw_from_the_reserve_and_then_it_asks_again_early(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """The reserve is for the whole series; used up, nothing is made without the code."""
    scheduled(practice, sign_in("dana"), repeat=MONTHLY)
    count = download_keys.entries_per_archive()
    tries = keys_left(practice) // count
    for _ in range(2):
        go_to(clock, date.fromisoformat(pending(practice)[0]))
        for _ in range(download_keys.ATTEMPTS):
            job = practice.call(claim, RUNNER, "runner 1")
            assert job is not None
            if keys_left(practice) >= count:
                assert len(practice.call(take_keys, RUNNER, job, count)) == count
                tries -= 1
            practice.call(fail, RUNNER, job, "The disk is full.")
            clock.advance(minutes=11)
        practice.call(sweep, RUNNER)
    assert tries == 0
    assert pending(practice) == []
    dana = signed_in(practice, "dana")
    (view,) = practice.call(series.list_series, dana)
    assert view.waits


def test_its_requester_or_an_administrator_ends_it(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana, kim = sign_in("dana"), sign_in("kim")
    scheduled(practice, dana, repeat=MONTHLY)
    scheduled(practice, kim, repeat=MONTHLY)
    with pytest.raises(Refused):
        practice.call(series.end_series, dana, 2)
    practice.call(series.end_series, dana, 1)
    practice.call(series.end_series, kim, 2)
    assert pending(practice) == []
    assert keys_left(practice) == keys_left(practice, 2) == 0
    with pytest.raises(Conflict):
        practice.call(series.end_series, kim, 2)
    assert date_in_zone(clock.now(), PACIFIC) == date(2026, 11, 20)


def test_it_begins_within_ninety_days(practice: Practice, sign_in: SignIn) -> None:
    with pytest.raises(BadInput, match="within 90 days"):
        requested(practice, sign_in("dana"), date(2027, 3, 1), WEEKLY)
    with pytest.raises(BadInput, match="weekly or monthly"):
        requested(practice, sign_in("dana"), repeat=Repeat("daily"))  # type: ignore[arg-type]


def test_an_account_that_was_disabled_waits_and_does_not_end(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """A stranger's hundred wrong passwords must not end what the practice relies on."""
    scheduled(practice, sign_in("dana"), repeat=MONTHLY)
    change_store(practice, "UPDATE user SET is_disabled = 1 WHERE user_name = 'dana'")
    clock.advance(days=2)
    night(practice)
    assert pending(practice) == []
    change_store(practice, "UPDATE user SET is_disabled = 0 WHERE user_name = 'dana'")
    practice.call(sweep, RUNNER)
    assert pending(practice) == ["2026-12-21"]
