"""Setup > Security > Users: entering, changing, hiding, unlocking (S1, S2, S3, S6, D5, D7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import names, outbox
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, SessionEnded, SignInFailed
from store.phones import mobile_number
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import accounts, downloads, users
from store.use_cases.groups import LastAdministrator
from store.use_cases.passwords import PasswordChangeNeeded
from store.use_cases.users import UserChanged, UserForm
from tests.clocks import FixedClock
from tests.people import KEEPERS, PASSWORDS, change_store, scheduled
from tests.store.use_cases.staff import (
    OWN_PASSWORD,
    attempt,
    entered,
    events,
    first_sign_in,
    group_id,
    user_id,
)

SignIn = Callable[[str], Actor]


def form_of(practice: Practice, actor: Actor, name: str) -> UserForm:
    return practice.call(users.user_form, actor, user_id(practice, name))


def test_a_new_user_signs_in_once_with_the_password_that_was_shown_once(
    practice: Practice, sign_in: SignIn
) -> None:
    given = entered(practice, sign_in("kim"), "lee", "Front Desk")
    lee = first_sign_in(practice, given)
    assert (lee.user_name, lee.role) == ("lee", "Front Desk")
    with pytest.raises(SignInFailed):
        attempt(practice, "lee", given.password)
    kept = practice.call(Store.rows, "SELECT * FROM audit_log")
    assert not [row for row in kept if given.password in "".join(map(str, tuple(row)))]
    assert given.password not in repr(given)


def test_s4_a_one_time_password_is_good_for_fourteen_days(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    given = entered(practice, sign_in("kim"), "lee", "Front Desk")
    assert given.expires_at - clock.now() == timedelta(days=14)
    clock.advance(days=14, seconds=-1)
    with pytest.raises(PasswordChangeNeeded):
        attempt(practice, "lee", given.password)
    clock.advance(seconds=1)
    with pytest.raises(SignInFailed):
        attempt(practice, "lee", given.password)


def test_s4_a_one_time_password_of_a_clock_that_ran_ahead_is_over_once_the_clock_is_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    clock.advance(days=1825)
    given = entered(practice, sign_in("kim"), "lee", "Front Desk")
    clock.advance(minutes=-4)
    with pytest.raises(PasswordChangeNeeded):
        attempt(practice, "lee", given.password)
    clock.advance(days=-1723)
    with pytest.raises(SignInFailed):
        attempt(practice, "lee", given.password)
    given = practice.call(users.reset_password, sign_in("kim"), given.user_id)
    assert first_sign_in(practice, given)


def test_attack_wrong_passwords_shut_the_last_administrator_out(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Vulnerability: without signing in, anybody disables the one account that could undo it (S3).

    Scenario: more than 100 wrong passwords for each user, the pauses waited for.
    Verified: only those whom an administrator is left to help are disabled; the pauses go on, and
    the trail tells each try.
    """

    def guess(name: str, times: int = 105) -> bool:
        for number in range(times):
            if number % 5 == 0:
                clock.advance(minutes=6)
            with pytest.raises(SignInFailed):
                attempt(practice, name, "x")
        with pytest.raises(SignInFailed):
            attempt(practice, name, PASSWORDS[name])
        disabled = "SELECT is_disabled FROM user WHERE user_name = ?"
        return bool(practice.call(Store.value, disabled, (name,)))

    assert guess("ana")
    assert not guess("kim")
    assert len(events(practice, "sign_in.failed")) == 2 * 106
    clock.advance(minutes=6)
    first_sign_in(practice, entered(practice, sign_in("kim"), "lee", "Administrators"))
    assert guess("kim")


def test_one_time_passwords_differ_and_can_be_read_aloud(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    given = {entered(practice, kim, f"u{n}", "Front Desk").password for n in range(5)}
    assert len(given) == 5
    assert not set("".join(given)) & set("ilo01 ")


def test_user_names_are_the_same_in_any_case_of_any_alphabet(
    practice: Practice, sign_in: SignIn
) -> None:
    given = entered(practice, sign_in("kim"), "Özlem", "Front Desk")
    first_sign_in(practice, given, OWN_PASSWORD)
    for typed in ("özlem", "ÖZLEM", unicodedata.normalize("NFD", " özlem ")):
        assert attempt(practice, typed, OWN_PASSWORD).user_name == "Özlem"
    with pytest.raises(Conflict, match="taken"):
        entered(practice, sign_in("kim"), "özlem", "Front Desk")


def test_d5_membership_is_changed_and_counts_at_once(practice: Practice, sign_in: SignIn) -> None:
    kim, ana = sign_in("kim"), sign_in("ana")
    form = form_of(practice, kim, "ana")
    keepers = group_id(practice, KEEPERS)
    saved = practice.call(
        users.set_membership, kim, form.user_id, (*form.group_ids, keepers), form.version
    )
    assert saved.version == form.version + 1
    assert practice.call(downloads.list_downloads, ana) == ()
    assert events(practice, "user.groups") == [("user.groups", f"ana: added to {KEEPERS}.")]
    with pytest.raises(BadInput, match="at least one group"):
        practice.call(users.set_membership, kim, form.user_id, (), saved.version)
    with pytest.raises(NotFound):
        practice.call(users.set_membership, kim, form.user_id, (999,), saved.version)


def test_all_fields_are_saved_and_read_back(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    form = replace(
        form_of(practice, kim, "ana"),
        user_name="ana.s",
        full_name="Ana Silva-Ruiz",
        job_title="Reception",
        email="ana@example.org",
        cell_phone="+1 (510) 555-0170",
        idle_minutes=5,
    )
    saved = practice.call(users.save_user, kim, form)
    assert saved == replace(form, cell_phone="+15105550170", version=form.version + 1)
    assert practice.call(users.user_form, kim, form.user_id) == saved
    ((_action, told),) = events(practice, "user.save")
    assert "mobile number" in told
    assert "0170" not in told
    assert practice.call(users.save_user, kim, saved) == saved


def test_the_second_of_two_administrators_is_told_what_changed_and_by_whom(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    form = form_of(practice, kim, "ana")
    practice.call(users.save_user, lee, replace(form, job_title="Reception"))
    with pytest.raises(UserChanged) as changed:
        practice.call(users.save_user, kim, replace(form, email="ana@example.org"))
    assert changed.value.by == "Lee"
    assert changed.value.changes == ("ana: changed job title.",)
    with pytest.raises(UserChanged):
        practice.call(users.set_membership, kim, form.user_id, (1,), form.version)
    assert form_of(practice, kim, "ana").email == ""


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"user_name": ""}, BadInput),
        ({"user_name": "DANA"}, Conflict),
        ({"user_name": "x" * 65}, BadInput),
        ({"full_name": " "}, BadInput),
        ({"email": "ana"}, BadInput),
        ({"email": "ana@example"}, BadInput),
        ({"email": "a b@example.org"}, BadInput),
        ({"email": "KIM@example.org"}, Conflict),
        ({"cell_phone": "510 555 0142"}, BadInput),
        ({"cell_phone": "+442079460018"}, BadInput),
        ({"cell_phone": "+15105"}, BadInput),
        ({"idle_minutes": 0}, BadInput),
        ({"idle_minutes": 11}, BadInput),
        ({"provider_id": 7}, NotFound),
        ({"office_id": 7}, NotFound),
        ({"group_ids": ()}, BadInput),
        ({"group_ids": (999,)}, NotFound),
    ],
)
def test_what_cannot_be_entered_leaves_everything_as_it_was(
    practice: Practice, sign_in: SignIn, values: dict[str, object], error: type[Exception]
) -> None:
    kim = sign_in("kim")
    change_store(practice, "UPDATE user SET email = 'kim@example.org' WHERE user_name = 'kim'")
    form = form_of(practice, kim, "ana")
    with pytest.raises(error):
        practice.call(users.save_user, kim, replace(form, **values))
    fresh = replace(form, user_name="new", user_id=0, version=0)
    with pytest.raises(error):
        practice.call(users.new_user, kim, replace(fresh, **values))
    assert form_of(practice, kim, "ana") == form
    assert len(practice.call(users.list_users, kim)) == 3


@pytest.mark.parametrize("field", ["user_name", "full_name", "job_title"])
@pytest.mark.parametrize("text", ["ana\n2026 kim signed in", "a\x1b[31mna", "a\u202ena", "a\x00na"])
def test_attack_log_injection_by_a_name(
    practice: Practice, sign_in: SignIn, field: str, text: str
) -> None:
    """Scenario: a name with a line break writes a second, invented line into every log.

    Verified: such a name is refused, and nothing of it is recorded.
    """
    kim = sign_in("kim")
    with pytest.raises(BadInput, match="cannot be seen"):
        practice.call(users.save_user, kim, replace(form_of(practice, kim, "ana"), **{field: text}))
    with pytest.raises(SignInFailed):
        attempt(practice, text, "x")
    rows = practice.call(Store.rows, "SELECT description FROM audit_log")
    assert not [row for row in rows if "\n" in row[0] or "\x1b" in row[0]]


@given(st.text(max_size=120))
def test_names_are_one_visible_line_or_refused(typed: str) -> None:
    try:
        kept = names.one_line(typed, "name")
    except BadInput:
        return
    assert names.one_line(kept, "name") == kept
    assert kept is None or (kept == kept.strip() and kept.splitlines() == [kept])
    assert not {unicodedata.category(c) for c in kept or ""} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+1 510-555-0142", "+15105550142"), ("+4915112345678", "+4915112345678")],
)
def test_d7_a_mobile_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert mobile_number(typed) == kept


def test_s6_the_old_number_learns_of_the_new_one_and_downloads_wait(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """A text message to a number that an administrator has just entered schedules nothing."""
    kim, dana = sign_in("kim"), sign_in("dana")
    form = form_of(practice, kim, "dana")
    practice.call(users.save_user, kim, replace(form, cell_phone="+15105550199"))
    told = practice.call(outbox.waiting)[-1]
    assert told.recipient == "+15105550142"
    assert "changed" in told.body
    assert practice.call(downloads.schedule_form, dana).obstacles
    clock.advance(hours=24)
    later = attempt(practice, "dana", PASSWORDS["dana"])
    assert not practice.call(downloads.schedule_form, later).obstacles


def test_s2_a_hidden_user_is_out_and_can_be_brought_back(
    practice: Practice, sign_in: SignIn
) -> None:
    kim, ana = sign_in("kim"), sign_in("ana")
    practice.call(users.hide_user, kim, ana.user_id)
    with pytest.raises(SessionEnded):
        practice.call(downloads.list_downloads, ana)
    with pytest.raises(SignInFailed):
        attempt(practice, "ana", PASSWORDS["ana"])
    assert "ana" not in {u.user_name for u in practice.call(users.list_users, kim)}
    shown = practice.call(users.list_users, kim, include_hidden=True)
    assert {u.user_name for u in shown if u.is_hidden} == {"ana"}
    with pytest.raises(Conflict, match="taken"):
        entered(practice, kim, "Ana", "Front Desk")
    practice.call(users.unhide_user, kim, ana.user_id)
    assert attempt(practice, "ana", PASSWORDS["ana"])
    with pytest.raises(SessionEnded):
        practice.call(downloads.list_downloads, ana)


def test_s2_a_copy_has_the_same_groups_and_nothing_personal(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    given = practice.call(users.copy_user, kim, user_id(practice, "ana"), "lee", "Lee Park")
    copied = practice.call(users.user_form, kim, given.user_id)
    assert copied.group_ids == form_of(practice, kim, "ana").group_ids
    assert (copied.cell_phone, copied.email) == ("", "")


def test_s3_an_administrator_ends_a_pause_and_a_disabled_account(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    for _ in range(5):
        with pytest.raises(SignInFailed):
            attempt(practice, "ana", "x")
    shown = {u.user_name: u for u in practice.call(users.list_users, kim)}
    assert (shown["ana"].is_paused, shown["dana"].is_paused) == (True, False)
    practice.call(users.unlock_user, kim, user_id(practice, "ana"))
    assert attempt(practice, "ana", PASSWORDS["ana"])
    change_store(practice, "UPDATE user SET is_disabled = 1 WHERE user_name = 'ana'")
    practice.call(users.unlock_user, kim, user_id(practice, "ana"))
    assert attempt(practice, "ana", PASSWORDS["ana"])
    assert events(practice, "account.unlock") == [("account.unlock", "Unlocked ana.")] * 2


def test_a_reset_ends_sessions_and_asks_for_a_new_password(
    practice: Practice, sign_in: SignIn
) -> None:
    kim, dana = sign_in("kim"), sign_in("dana")
    scheduled(practice, dana)
    given = practice.call(users.reset_password, kim, dana.user_id)
    with pytest.raises(SessionEnded):
        practice.call(downloads.list_downloads, dana)
    with pytest.raises(SignInFailed):
        attempt(practice, "dana", PASSWORDS["dana"])
    again = first_sign_in(practice, given)
    # D15: who takes over the account gets nothing that its user has asked for.
    assert [d.state for d in practice.call(downloads.list_downloads, again)] == ["cancelled"]


def test_a_reset_is_for_others_and_never_for_the_last_administrator(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    with pytest.raises(Conflict, match="Your own"):
        practice.call(users.reset_password, kim, kim.user_id)
    practice.call(users.hide_user, kim, user_id(practice, "ana"))
    with pytest.raises(NotFound, match="hidden"):
        practice.call(users.reset_password, kim, user_id(practice, "ana"))
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    practice.call(users.reset_password, lee, kim.user_id)
    with pytest.raises(LastAdministrator):
        practice.call(users.hide_user, lee, lee.user_id)


def test_an_account_can_be_asked_for_a_new_password(practice: Practice, sign_in: SignIn) -> None:
    kim, ana = sign_in("kim"), sign_in("ana")
    practice.call(users.require_new_password, kim, ana.user_id)
    with pytest.raises(PasswordChangeNeeded):
        attempt(practice, "ana", PASSWORDS["ana"])
    shown = {u.user_name: u for u in practice.call(users.list_users, kim)}
    assert shown["ana"].require_password_change


def test_s1_effective_rights_name_level_and_every_group(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    form = form_of(practice, kim, "dana")
    manager = group_id(practice, "Office Manager")
    practice.call(users.set_membership, kim, form.user_id, (*form.group_ids, manager), form.version)
    found = {r.right: r for r in practice.call(accounts.effective_rights, kim, form.user_id)}
    assert set(found) == set(Right)
    assert found[Right.DATA_DOWNLOAD].level is Level.FULL
    assert found[Right.DATA_DOWNLOAD].through == (KEEPERS, "Office Manager")
    assert found[Right.IMPORT].through == ()
    practice.call(users.hide_user, kim, form.user_id)
    hidden = practice.call(accounts.effective_rights, kim, form.user_id)
    assert not [r for r in hidden if r.level or r.through]


def test_the_list_masks_mobile_numbers(practice: Practice, sign_in: SignIn) -> None:
    shown = practice.call(users.list_users, sign_in("kim"))
    assert {u.user_name: u.cell_phone_masked for u in shown}["dana"] == "••42"
    assert {u.user_name: u.last_sign_in is None for u in shown}["dana"]


def test_hiding_a_user_cancels_what_nobody_could_retrieve(
    practice: Practice, sign_in: SignIn
) -> None:
    """D15, S2: only dana could retrieve it, and dana no longer signs in."""
    number = scheduled(practice, sign_in("dana"))
    practice.call(users.hide_user, sign_in("kim"), sign_in("dana").user_id)
    state, error, keys = practice.call(
        lambda store: tuple(
            store.one(
                "SELECT state, error, (SELECT count(*) FROM data_download_key)"
                " FROM data_download WHERE data_download_id = ?",
                (number,),
            )
        )
    )
    assert (state, error, keys) == ("cancelled", "The requester was hidden.", 0)
