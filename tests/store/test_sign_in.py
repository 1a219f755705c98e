"""Signing in: wrong passwords, pauses, and what nobody must learn (S3, S7, D8)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import extract_parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import passwords, sign_in_attempts
from store.access import Actor
from store.database import Store
from store.errors import BadInput, SessionEnded, SignInFailed, WrongPassword
from store.password_policy import NIST, check_allowed
from store.practice import Practice
from store.use_cases import downloads, home, signing_in, users
from tests.clocks import START, FixedClock
from tests.people import PASSWORDS, change_store, hash_fully

SignIn = Callable[[str], Actor]
FORM = {"pgid": 1000, "terminal": "front desk 1", "source": "kiosk"}


def attempt(practice: Practice, user_name: str, password: str, pgid: int = 1000) -> Actor:
    return practice.call(
        signing_in.sign_in, **{**FORM, "pgid": pgid}, user_name=user_name, password=password
    )


def fails(practice: Practice, user_name: str, password: str, pgid: int = 1000) -> str:
    """Return what a sign-in that fails says."""
    with pytest.raises(SignInFailed) as refused:
        attempt(practice, user_name, password, pgid)
    return refused.value.sentence


def test_a_user_signs_in_without_regard_to_case_of_the_name(practice: Practice) -> None:
    actor = attempt(practice, " DANA ", PASSWORDS["dana"])
    assert (actor.user_name, actor.full_name, actor.role) == ("dana", "Dana Ruiz", "Data Keepers")


def test_a_password_is_case_sensitive_and_never_cut(practice: Practice) -> None:
    for other in (PASSWORDS["dana"].upper(), PASSWORDS["dana"] + "x", PASSWORDS["dana"][:-1]):
        fails(practice, "dana", other)


def test_d8_the_practice_group_must_be_the_right_one(practice: Practice) -> None:
    fails(practice, "dana", PASSWORDS["dana"], pgid=1001)


def test_attack_finding_out_who_exists_by_the_message(practice: Practice) -> None:
    """S3: unknown, known, paused, hidden and misplaced accounts are told the same."""
    said = {fails(practice, "nobody", "x"), fails(practice, "dana", "x")}
    said.add(fails(practice, "dana", PASSWORDS["dana"], pgid=7))
    for _ in range(5):
        fails(practice, "ana", "x")
    said.add(fails(practice, "ana", PASSWORDS["ana"]))
    change_store(practice, "UPDATE user SET is_hidden = 1 WHERE user_name = 'dana'")
    said.add(fails(practice, "dana", PASSWORDS["dana"]))
    assert len(said) == 1


def test_attack_finding_out_who_exists_by_the_time(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: an unknown name answers sooner, or later, than a known one.

    Scenario: names are tried with any password, and the slow steps of each are counted.
    Verified: one password hash of the same cost and as many writes, for unknown, known and
    paused names alike.
    """
    for name in ("kim", "ana"):
        hash_fully(practice, name)
    verified: list[tuple[int, int, int]] = []
    stock = passwords._hasher().verify

    def noting(stored: str, password: str) -> bool:
        found = extract_parameters(stored)
        verified.append((found.time_cost, found.memory_cost, found.hash_len))
        return stock(stored, password)

    monkeypatch.setattr(type(passwords._hasher()), "verify", lambda _s, h, p: noting(h, p))
    for _ in range(5):
        fails(practice, "ana", "x")
    verified.clear()
    costs = set()
    for name in ("nobody", "kim", "ana"):
        before = practice.call(_commits_that_wrote)
        fails(practice, name, "x")
        costs.add((tuple(verified), practice.call(_commits_that_wrote) - before))
        verified.clear()
    assert len(costs) == 1
    ((hashes, _writes),) = costs
    assert len(hashes) == 1


def _commits_that_wrote(store: Store) -> int:
    """Return a number that grows with each change of a row."""
    return store.db.total_changes


def test_s3_the_hash_of_nobody_costs_what_the_others_cost() -> None:
    fresh = passwords.hash_password("a password of a user")
    assert extract_parameters(passwords.HASH_OF_NOBODY) == extract_parameters(fresh)


def test_passwords_are_hashed_with_argon2id_at_owasps_parameters() -> None:
    found = extract_parameters(passwords.hash_password("a password of a user"))
    assert found.type.name == "ID"
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19 * 1024, 2, 1)


def test_s3_the_fifth_wrong_password_pauses_the_account_for_five_minutes(
    practice: Practice, clock: FixedClock
) -> None:
    for _ in range(5):
        fails(practice, "dana", "x")
    fails(practice, "dana", PASSWORDS["dana"])
    clock.advance(minutes=5, seconds=-1)
    fails(practice, "dana", PASSWORDS["dana"])
    clock.advance(seconds=1)
    assert attempt(practice, "dana", PASSWORDS["dana"])


def test_s3_four_wrong_ones_do_not_pause_and_a_right_one_forgets_them(
    practice: Practice,
) -> None:
    for _ in range(2):
        for _ in range(4):
            fails(practice, "dana", "x")
        assert attempt(practice, "dana", PASSWORDS["dana"])


def test_s3_after_a_pause_the_count_begins_anew(practice: Practice, clock: FixedClock) -> None:
    for _ in range(5):
        fails(practice, "dana", "x")
    clock.advance(minutes=5)
    for _ in range(4):
        fails(practice, "dana", "x")
    assert attempt(practice, "dana", PASSWORDS["dana"])


def test_s3_a_pause_by_a_clock_that_ran_ahead_is_over_once_the_clock_is_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Clock: three days ahead for five wrong passwords, then right: nobody is shut out for days.

    The wrong ones in a row still count towards the hundred.
    """
    clock.advance(days=3)
    for _ in range(5):
        fails(practice, "dana", "x")
    clock.advance(days=-3)
    (dana,) = [u for u in practice.call(users.list_users, sign_in("kim")) if u.user_name == "dana"]
    assert not dana.is_paused
    fails(practice, "dana", "x")
    failed = "SELECT failed_attempts FROM user WHERE user_name = 'dana'"
    assert practice.call(Store.value, failed) == 6
    assert attempt(practice, "dana", PASSWORDS["dana"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 400), min_size=1, max_size=25))
def test_s3_any_five_wrong_ones_within_five_minutes_pause(
    practice: Practice, clock: FixedClock, gaps: list[int]
) -> None:
    """The window slides: it is not reset by the calendar, nor by waiting a little."""
    clock.set(START)
    change_store(
        practice,
        "UPDATE user SET failed_attempts = 0, recent_failures = NULL, locked_until = NULL",
    )
    recent: list[timedelta] = []
    paused_until = timedelta(0)
    at = timedelta(0)
    for gap in gaps:
        at += timedelta(seconds=gap)
        clock.set(START + at)
        barred = practice.call(_barred, "dana")
        assert barred == (at < paused_until)
        if barred:
            continue
        if paused_until:
            recent, paused_until = [], timedelta(0)
        practice.call(_charge, "dana")
        recent = [t for t in recent if at - t <= timedelta(minutes=5)] + [at]
        if len(recent) >= 5:
            paused_until = at + timedelta(minutes=5)


def _barred(store: Store, name: str) -> bool:
    user = store.one("SELECT * FROM user WHERE user_name = ?", (name,))
    assert user is not None
    return sign_in_attempts.is_barred(store, user)


def _charge(store: Store, name: str) -> int:
    with store.transaction():
        user = store.one("SELECT * FROM user WHERE user_name = ?", (name,))
        assert user is not None
        return sign_in_attempts.charge(store, user)


def test_s3_a_hundred_wrong_ones_in_a_row_disable_the_account(
    practice: Practice, clock: FixedClock
) -> None:
    change_store(practice, "UPDATE user SET failed_attempts = 98 WHERE user_name = 'dana'")
    fails(practice, "dana", "x")
    clock.advance(days=1)
    fails(practice, "dana", "x")
    clock.advance(days=365)
    fails(practice, "dana", PASSWORDS["dana"])


def test_attack_parallel_guesses_are_counted_before_they_are_checked(
    practice: Practice, practice_data: Path, clock: FixedClock
) -> None:
    """Scenario: many terminals guess at once, so that each sees a count that is still low.

    Verified: five passwords are compared with the account's hash, the rest with nobody's.
    """
    hash_fully(practice, "dana")
    others = [Practice.open(practice_data, practice.pgid, clock) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda p=other: [fails(p, "dana", "x") for _ in range(3)])
        for other in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    counted = practice.call(
        Store.value, "SELECT failed_attempts FROM user WHERE user_name = 'dana'"
    )
    assert counted == 5


def test_attack_guessing_at_a_locked_screen_or_a_form_counts_as_well(
    practice: Practice, sign_in: SignIn
) -> None:
    """S3: the password asked for again has the same five tries as the sign-in."""
    dana = sign_in("dana")
    for _ in range(4):
        with pytest.raises(WrongPassword, match="Tries left"):
            practice.call(signing_in.unlock, dana, "x")
    day = practice.call(downloads.schedule_form, dana).default_day
    with pytest.raises(WrongPassword, match="now paused"):
        practice.call(downloads.request_download, dana, run_on=day, password="x")
    with pytest.raises(SessionEnded, match="paused"):
        practice.call(signing_in.unlock, dana, PASSWORDS["dana"])
    fails(practice, "dana", PASSWORDS["dana"])


def test_s9_failed_sign_ins_are_audited_without_what_was_typed(practice: Practice) -> None:
    """People type passwords into the name field: an unknown name is not written down."""
    fails(practice, "my secret password", "x")
    fails(practice, "dana", "another secret")
    events = practice.call(
        Store.rows, "SELECT * FROM audit_log WHERE action = 'sign_in.failed' ORDER BY seq"
    )
    assert [e["user_id"] is None for e in events] == [True, False]
    assert not [e for e in events if re.search("secret", "".join(str(v) for v in tuple(e)))]


def test_s9_a_wrong_password_asked_for_again_is_audited(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    with pytest.raises(WrongPassword):
        practice.call(signing_in.unlock, dana, "x")
    last = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert last is not None
    assert (last["action"], last["user_id"]) == ("password.wrong", dana.user_id)


def test_s7_a_session_ends_after_twelve_hours_whatever_happens(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    for _ in range(11):
        clock.advance(hours=1)
        practice.call(signing_in.unlock, dana, PASSWORDS["dana"])
    clock.advance(hours=1, seconds=-1)
    assert practice.call(home.home, dana)
    clock.advance(seconds=1)
    with pytest.raises(SessionEnded, match="12 hours"):
        practice.call(home.home, dana)
    with pytest.raises(SessionEnded):
        practice.call(signing_in.unlock, dana, PASSWORDS["dana"])


def test_s7_staff_screens_lock_after_ten_minutes_and_only_sooner_by_setting(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    for minutes, idle in ((None, 10), (3, 3), (600, 10)):
        change_store(practice, "UPDATE user SET idle_minutes = ?", minutes)
        assert practice.call(signing_in.lock_state, dana).idle == timedelta(minutes=idle)


def test_after_signing_out_nothing_is_possible_and_signing_out_again_is_no_error(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    practice.call(signing_in.sign_out, dana)
    practice.call(signing_in.sign_out, dana)
    with pytest.raises(SessionEnded):
        practice.call(home.home, dana)


@pytest.mark.parametrize("column", ["is_hidden", "is_disabled"])
def test_s2_a_user_who_is_hidden_or_disabled_is_out_at_once(
    practice: Practice, sign_in: SignIn, column: str
) -> None:
    dana = sign_in("dana")
    change_store(practice, f"UPDATE user SET {column} = 1 WHERE user_name = 'dana'")
    with pytest.raises(SessionEnded):
        practice.call(downloads.list_downloads, dana)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("fourteen chars", "at least 15"),
        ("x" * 1025, "longer than 1024"),
        ("ADMINISTRATOR-OF-MAPLE", "user name"),
    ],
)
def test_s4_passwords_that_cannot_be_chosen(password: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        check_allowed(NIST, password, ("administrator-of-maple",))


@given(st.text(min_size=15, max_size=200))
def test_s4_no_rule_of_composition(password: str) -> None:
    if len(passwords.normalised(password)) >= 15:
        check_allowed(NIST, password, ("dana",))


def test_s4_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    """NFC: é as one character, and as e with an accent, are one password."""
    hashed = passwords.hash_password("café de la gare centrale")
    passwords.check_password(hashed, "cafe\u0301 de la gare centrale")


@pytest.mark.parametrize(
    ("password", "works"),
    [("x" * 99, True), ("x" * 100, False), ("naïve", False), ("tab\there", False), (" ~", True)],
)
def test_d14_which_passwords_lock_an_archive_that_7_zip_opens(password: str, works: bool) -> None:
    assert (passwords.archive_obstacle(password) is None) is works
