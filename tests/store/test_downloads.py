"""Data downloads: who may ask, for which day, and who may have the file (§1 of the rules)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from store import download_keys, outbox
from store.access import Actor, unattended
from store.clock import PACIFIC, start_of_day
from store.database import Store
from store.errors import (
    BadInput,
    Conflict,
    NotFound,
    PassphraseNeeded,
    Refused,
    WrongPassword,
)
from store.passwords import hash_password
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import downloads, home, retrieving
from store.use_cases.unattended import Made, claim, finish, sweep
from tests.clocks import FixedClock
from tests.people import (
    KEEPERS,
    PASSWORDS,
    change_store,
    grant,
    last_code,
    requested,
    scheduled,
)

SignIn = Callable[[str], Actor]
RUNNER = unattended("night")
ARCHIVE = b"an archive, as far as the store can tell"


def make_ready(practice: Practice, clock: FixedClock) -> None:
    """Have the run make what is due by tomorrow; the archive is only a stand-in."""
    clock.advance(days=1)
    job = practice.call(claim, RUNNER, "runner 1")
    assert job is not None
    name = f"1000-{job.run_on}-{job.download_id:04d}.zip"
    (practice.folder.downloads / name).write_bytes(ARCHIVE)
    made = Made(clock.now(), name, len(ARCHIVE), "0" * 64, ())
    practice.call(finish, RUNNER, job, made)


def audited(practice: Practice) -> list[str]:
    rows = practice.call(Store.rows, "SELECT action FROM audit_log ORDER BY seq")
    return [row["action"] for row in rows]


@pytest.mark.parametrize(
    ("now", "tomorrow"),
    [
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 7, 59, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2027, 1, 1, 7, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2027, 3, 14, 9, 59, tzinfo=UTC), date(2027, 3, 15)),
    ],
)
def test_d10_the_default_is_the_day_after_today_in_the_practices_zone(
    practice: Practice, sign_in: SignIn, clock: FixedClock, now: datetime, tomorrow: date
) -> None:
    clock.set(now)
    form = practice.call(downloads.schedule_form, sign_in("dana"))
    assert (form.default_day, form.time_zone) == (tomorrow, PACIFIC)


def test_d10_a_practice_in_another_zone_has_its_own_tomorrow(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    change_store(practice, "UPDATE practice_group SET time_zone = 'Pacific/Auckland'")
    form = practice.call(downloads.schedule_form, sign_in("dana"))
    assert form.default_day == date(2026, 11, 22)
    number = scheduled(practice, sign_in("dana"))
    (listed,) = practice.call(downloads.list_downloads, sign_in("dana"))
    assert (listed.download_id, listed.due_at) == (
        number,
        start_of_day(date(2026, 11, 22), "Pacific/Auckland"),
    )


@pytest.mark.parametrize("days", [0, -1, -400])
def test_d10_today_and_earlier_days_cannot_be_chosen(
    practice: Practice, sign_in: SignIn, days: int
) -> None:
    dana = sign_in("dana")
    with pytest.raises(BadInput, match="cannot be chosen"):
        requested(practice, dana, date(2026, 11, 20) + timedelta(days=days))
    assert practice.call(outbox.waiting) == []


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2028, 2, 29), date(9999, 12, 31)])
def test_d10_any_later_day_may_be_chosen(practice: Practice, sign_in: SignIn, day: date) -> None:
    dana = sign_in("dana")
    scheduled(practice, dana, day)
    (listed,) = practice.call(downloads.list_downloads, dana)
    assert (listed.run_on, listed.state) == (day, "scheduled")
    assert listed.due_at == start_of_day(day, PACIFIC)


def test_d4_the_list_needs_view_only_and_scheduling_full_control(
    practice: Practice, sign_in: SignIn
) -> None:
    ana = sign_in("ana")
    with pytest.raises(Refused, match="Utilities - Data Download: Full Control") as refused:
        requested(practice, ana)
    assert "Setup > Security > Groups" in refused.value.do
    with pytest.raises(Refused, match="Utilities - Data Download: View Only"):
        practice.call(downloads.list_downloads, ana)
    assert audited(practice)[-2:] == ["refused", "refused"]


def test_d4_a_right_lost_between_request_and_code_schedules_nothing(
    practice: Practice, sign_in: SignIn
) -> None:
    def strip(store: Store) -> None:
        with store.transaction():
            grant(store, KEEPERS, Right.DATA_DOWNLOAD, Level.VIEW)

    dana = sign_in("dana")
    number = requested(practice, dana)
    practice.call(strip)
    with pytest.raises(Refused):
        practice.call(downloads.confirm_download, dana, number, last_code(practice))


@pytest.mark.parametrize("state", [None, "not_registered", "pending", "rejected"])
def test_d6_without_a_registration_no_code_can_be_sent(
    practice: Practice, sign_in: SignIn, state: str | None
) -> None:
    dana = sign_in("dana")
    change_store(practice, "DELETE FROM communication_registration")
    if state:
        change_store(
            practice,
            "INSERT INTO communication_registration (pgid, state) VALUES (1000, ?)",
            state,
        )
    with pytest.raises(BadInput, match="Register for Communication"):
        requested(practice, dana)


def test_d7_a_mobile_number_must_be_on_file(practice: Practice, sign_in: SignIn) -> None:
    dana = sign_in("dana")
    change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'dana'")
    with pytest.raises(BadInput, match="mobile number"):
        requested(practice, dana)


def test_d7_the_code_goes_to_the_requesters_own_phone_and_is_shown_masked(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    sent = practice.call(
        downloads.request_download,
        dana,
        run_on=date(2026, 11, 21),
        password=PASSWORDS["dana"],
    )
    (message,) = practice.call(outbox.waiting)
    assert message.recipient == "+15105550142"
    assert sent.sent_to == "••42"
    assert sent.demo_text is None
    assert message.recipient not in repr(message)
    assert last_code(practice) not in repr(sent)


def test_the_password_is_asked_again_before_anything_is_written(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    with pytest.raises(WrongPassword):
        practice.call(downloads.request_download, dana, run_on=date(2026, 11, 21), password="wrong")
    assert practice.call(Store.value, "SELECT count(*) FROM data_download") == 0
    assert practice.call(outbox.waiting) == []


def _set_password(practice: Practice, name: str, password: str) -> None:
    change_store(
        practice,
        "UPDATE user SET password_hash = ? WHERE user_name = ?",
        hash_password(password),
        name,
    )


@pytest.mark.parametrize("password", ["naïve passwords are long", "x" * 100])
def test_d14_a_password_that_7_zip_cannot_read_asks_for_a_passphrase(
    practice: Practice, sign_in: SignIn, password: str
) -> None:
    dana = sign_in("dana")
    _set_password(practice, "dana", password)
    with pytest.raises(PassphraseNeeded, match="7-Zip"):
        practice.call(
            downloads.request_download, dana, run_on=date(2026, 11, 21), password=password
        )
    for passphrase in ("", "too short", "naïve but long enough", "x" * 100):
        with pytest.raises(PassphraseNeeded):
            practice.call(
                downloads.request_download,
                dana,
                run_on=date(2026, 11, 21),
                password=password,
                passphrase=passphrase,
            )
    sent = practice.call(
        downloads.request_download,
        dana,
        run_on=date(2026, 11, 21),
        password=password,
        passphrase="plain words and many of them",
    )
    practice.call(downloads.confirm_download, dana, sent.download_id, last_code(practice))
    (listed,) = practice.call(downloads.list_downloads, dana)
    assert listed.own_passphrase
    assert listed.locked_with_password_of is None


def test_d14_the_keys_are_those_of_the_account_password(
    practice: Practice, sign_in: SignIn
) -> None:
    from store.archive_key import derive

    number = scheduled(practice, sign_in("dana"))

    def take(store: Store) -> bytes:
        with store.transaction():
            (key,) = download_keys.OF_DOWNLOAD.take(store, number, 1)
        return key.aes_key if derive(PASSWORDS["dana"], key.salt) == key else b""

    assert practice.call(take)


def test_d15_the_requester_retrieves_with_the_password(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    dana = sign_in("dana")
    with pytest.raises(WrongPassword):
        practice.call(retrieving.authorise_retrieval, dana, number, "wrong")
    handed = practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])
    assert handed.archive.read_bytes() == ARCHIVE
    practice.call(retrieving.record_retrieval, dana, number, "/media/disk")
    assert audited(practice)[-3:] == ["password.wrong", "download.hand_over", "download.retrieve"]
    (row,) = practice.call(Store.rows, "SELECT * FROM disclosure")
    assert (row["user_id"], row["form"], row["is_encrypted"]) == (dana.user_id, "download", 1)


def test_attack_retrieving_the_download_of_another_user(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Vulnerability: who may download at all, may download everything.

    Scenario: kim, an administrator with every right, and mo, who may schedule too, try with
    their own password and with the requester's.
    Verified: refused before any password is looked at, and audited with the number (D15).
    """
    number = scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    change_store(
        practice,
        "INSERT INTO user_group_member (user_id, user_group_id) SELECT u.user_id,"
        " g.user_group_id FROM user u, user_group g WHERE u.user_name = 'ana' AND g.name = ?",
        KEEPERS,
    )
    for name in ("kim", "ana"):
        actor = sign_in(name)
        for password in (PASSWORDS[name], PASSWORDS["dana"]):
            with pytest.raises(Refused, match="Only the user who scheduled"):
                practice.call(retrieving.authorise_retrieval, actor, number, password)
        last = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
        assert last is not None
        assert (last["action"], last["user_id"], last["object"]) == (
            "refused",
            actor.user_id,
            f"data_download:{number}",
        )
        with pytest.raises(Refused):
            practice.call(retrieving.record_retrieval, actor, number, "/media/disk")
    assert practice.call(Store.value, "SELECT count(*) FROM disclosure") == 0
    assert practice.call(Store.value, "SELECT failed_attempts FROM user WHERE user_id = 2") == 0


def test_attack_an_administrator_who_resets_the_password_does_not_open_the_archive(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """D15, DESIGN: the keys were derived from the old password, and stay so."""
    from store.archive_key import derive

    number = scheduled(practice, sign_in("dana"))
    _set_password(practice, "dana", "what the administrator chose")

    def take(store: Store) -> list[bool]:
        with store.transaction():
            keys = download_keys.OF_DOWNLOAD.take(store, number, 3)
        return [derive("what the administrator chose", key.salt) == key for key in keys]

    assert practice.call(take) == [False, False, False]


def test_d15_losing_the_right_ends_retrieving(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    dana = sign_in("dana")
    change_store(practice, "DELETE FROM user_group_member WHERE user_id = ?", dana.user_id)
    with pytest.raises(Refused, match="Full Control"):
        practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])


def test_d17_it_may_be_retrieved_again_until_seven_days_from_ready_and_not_after(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    ready = clock.now()
    for days in (0, 3, 6):
        clock.set(ready + timedelta(days=days))
        dana = sign_in("dana")
        practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])
        practice.call(retrieving.record_retrieval, dana, number, "/media/disk")
    (listed,) = practice.call(downloads.list_downloads, dana)
    assert listed.expires_at == ready + timedelta(days=7)
    clock.set(ready + timedelta(days=7))
    dana = sign_in("dana")
    with pytest.raises(Conflict, match="over"):
        practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])
    assert practice.call(sweep, RUNNER).files == frozenset()
    with pytest.raises(Conflict, match="expired"):
        practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])
    assert audited(practice).count("download.expire") == 1


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_only_what_is_ready_can_be_retrieved(
    practice: Practice, sign_in: SignIn, is_confirmed: bool
) -> None:
    dana = sign_in("dana")
    number = scheduled(practice, dana) if is_confirmed else requested(practice, dana)
    with pytest.raises(Conflict):
        practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])
    with pytest.raises(Conflict):
        practice.call(retrieving.record_retrieval, dana, number, "/media/disk")
    with pytest.raises(NotFound):
        practice.call(retrieving.authorise_retrieval, dana, 999, PASSWORDS["dana"])


def test_an_archive_that_vanished_is_told(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    for path in practice.folder.downloads.iterdir():
        path.unlink()
    with pytest.raises(NotFound, match="no longer"):
        practice.call(retrieving.authorise_retrieval, sign_in("dana"), number, PASSWORDS["dana"])


def test_d22_the_team_is_told_that_it_is_complete_and_gets_no_file(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    scheduled(practice, sign_in("dana"))
    make_ready(practice, clock)
    told = [notice.text for notice in practice.call(home.home, sign_in("kim")).notices]
    assert told == ["The data download of 21 Nov by Dana Ruiz is complete."]
    assert practice.call(home.home, sign_in("ana")).notices == ()
    mine = [notice.text for notice in practice.call(home.home, sign_in("dana")).notices]
    assert mine == ["Your data download of 21 Nov is ready. Only you can retrieve it."]


def test_cancelling_is_for_the_requester_and_for_security_and_destroys_the_keys(
    practice: Practice, sign_in: SignIn
) -> None:
    def view_only(store: Store) -> None:
        with store.transaction():
            grant(store, "Front Desk", Right.DATA_DOWNLOAD, Level.VIEW)

    practice.call(view_only)
    dana, kim, ana = sign_in("dana"), sign_in("kim"), sign_in("ana")
    first, second = scheduled(practice, dana), scheduled(practice, dana)
    with pytest.raises(Refused, match="Only the user who scheduled"):
        practice.call(downloads.cancel_download, ana, first)
    practice.call(downloads.cancel_download, dana, first)
    practice.call(downloads.cancel_download, kim, second)
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
    with pytest.raises(Conflict, match="cancelled by now"):
        practice.call(downloads.cancel_download, dana, first)


def test_a_request_that_nobody_confirmed_lapses_with_its_keys(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """D11: until the code is entered nothing is scheduled, and nothing of it stays."""
    dana = sign_in("dana")
    number = requested(practice, dana)
    clock.advance(minutes=9, seconds=59)
    practice.call(sweep, RUNNER)
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") > 0
    clock.advance(seconds=1)
    practice.call(sweep, RUNNER)
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
    assert audited(practice)[-1] == "download.lapse"
    with pytest.raises(Conflict):
        practice.call(downloads.confirm_download, dana, number, "123456")
    assert practice.call(outbox.waiting) == []
    wiped = practice.call(Store.one, "SELECT * FROM outbox_message")
    assert wiped is not None
    assert (wiped["state"], wiped["sealed_body"], wiped["sealed_recipient"]) == (
        "expired",
        None,
        None,
    )


@pytest.mark.parametrize("form", ["csv", "workbook", "disc"])
def test_d18_readable_copies_are_noted_as_not_encrypted(
    practice: Practice, sign_in: SignIn, form: str
) -> None:
    kim = sign_in("kim")
    practice.call(retrieving.record_disclosure, kim, form=form, what="Made from an archive.")
    (row,) = practice.call(Store.rows, "SELECT * FROM disclosure")
    assert (row["form"], row["is_encrypted"], row["recipient"]) == (form, 0, "Kim Adler")
    assert audited(practice)[-1] == "disclosure"
