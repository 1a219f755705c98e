"""The second factor at sign-in, by the practice's setting (S5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, Refused, SignInFailed, WrongCode
from store.practice import Practice
from store.use_cases import accounts, factors, home, signing_in, users
from store.use_cases.factors import Answer, SecondFactorNeeded
from store.use_cases.security_policy import (
    SecurityPolicy,
    save_security_policy,
    security_policy,
)
from tests.clocks import FixedClock
from tests.factors import enrolled, recovery_codes, texts, wrong
from tests.people import PASSWORDS, change_store, last_code, save_policy
from tests.store.use_cases.staff import user_id

SignIn = Callable[[str], Actor]
TERMINAL = "front desk 1"


@pytest.fixture
def everyone(practice: Practice, sign_in: SignIn) -> None:
    save_policy(practice, sign_in("kim"), sign_in_factor="everyone")


def begin(practice: Practice, name: str = "dana", terminal: str = TERMINAL) -> SecondFactorNeeded:
    with pytest.raises(SecondFactorNeeded) as needed:
        practice.call(
            signing_in.sign_in,
            pgid=1000,
            user_name=name,
            password=PASSWORDS[name],
            terminal=terminal,
            source="kiosk",
        )
    return needed.value


def finish(
    practice: Practice, token: str, code: str, kind: str = "sms", terminal: str = TERMINAL
) -> Actor:
    return practice.call(
        factors.finish_sign_in, token, kind, code, terminal=terminal, source="kiosk"
    )


def sessions(practice: Practice) -> int:
    return int(practice.call(Store.value, "SELECT count(*) FROM session"))


def test_s5_by_default_nobody_is_asked(practice: Practice, sign_in: SignIn) -> None:
    assert practice.call(home.home, sign_in("dana"))
    assert practice.call(security_policy, sign_in("kim")).sign_in_factor == "off"


def test_s5_administrators_alone_or_everyone_is_asked(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    save_policy(practice, kim, sign_in_factor="administrators")
    assert practice.call(home.home, sign_in("dana"))
    assert begin(practice, "kim").kinds == ("sms",)
    save_policy(practice, kim, sign_in_factor="everyone")
    assert begin(practice, "dana").sent_to == "••42"


@pytest.mark.usefixtures("everyone")
def test_s5_no_session_begins_before_the_code(practice: Practice) -> None:
    before = sessions(practice)
    needed = begin(practice)
    assert sessions(practice) == before
    dana = finish(practice, needed.token, last_code(practice))
    assert sessions(practice) == before + 1
    assert practice.call(home.home, dana)
    assert (dana.user_name, dana.full_name, dana.terminal) == ("dana", "Dana Ruiz", TERMINAL)


@pytest.mark.usefixtures("everyone")
def test_attack_the_token_of_a_sign_in_twice(practice: Practice) -> None:
    needed = begin(practice)
    code = last_code(practice)
    finish(practice, needed.token, code)
    with pytest.raises(SignInFailed, match="is over"):
        finish(practice, needed.token, code)


@pytest.mark.usefixtures("everyone")
def test_attack_the_token_at_another_terminal_or_forged(practice: Practice) -> None:
    needed = begin(practice)
    code = last_code(practice)
    for token, terminal in ((needed.token, "elsewhere"), (needed.token[:-1], TERMINAL), ("", "")):
        with pytest.raises(SignInFailed, match="is over"):
            finish(practice, token, code, terminal=terminal)
    assert finish(practice, needed.token, code)


@pytest.mark.usefixtures("everyone")
def test_attack_the_code_of_another_users_sign_in(practice: Practice) -> None:
    danas = begin(practice, "dana")
    dana_code = last_code(practice)
    anas = begin(practice, "ana")
    ana_code = last_code(practice)
    if dana_code != ana_code:
        with pytest.raises(WrongCode):
            finish(practice, anas.token, dana_code)
    assert finish(practice, danas.token, dana_code).user_name == "dana"
    assert finish(practice, anas.token, ana_code).user_name == "ana"


@pytest.mark.usefixtures("everyone")
def test_s5_the_token_lives_ten_minutes(practice: Practice, clock: FixedClock) -> None:
    needed = begin(practice)
    code = last_code(practice)
    clock.advance(minutes=10)
    with pytest.raises(SignInFailed, match="is over"):
        finish(practice, needed.token, code)
    clock.advance(seconds=-1)
    assert finish(practice, needed.token, code)


@pytest.mark.usefixtures("everyone")
def test_attack_guessing_the_code_of_a_sign_in(practice: Practice, clock: FixedClock) -> None:
    """Scenario: the password is known; each sign-in gives five tries, sending again no more."""
    for _ in range(2):
        needed = begin(practice)
        code = last_code(practice)
        for _ in range(3):
            with pytest.raises(WrongCode):
                finish(practice, needed.token, wrong(code))
        clock.advance(seconds=30)
        again = practice.call(signing_in.resend_sign_in_code, needed.token, terminal=TERMINAL)
        assert (again.token, again.tries_left) == (needed.token, 2)
        code = last_code(practice)
        for _ in range(2):
            with pytest.raises(WrongCode):
                finish(practice, needed.token, wrong(code))
        with pytest.raises(WrongCode, match="used up"):
            finish(practice, needed.token, code)
    with pytest.raises(Conflict, match="last hour"):
        practice.call(
            signing_in.sign_in,
            pgid=1000,
            user_name="dana",
            password=PASSWORDS["dana"],
            terminal=TERMINAL,
            source="kiosk",
        )


@pytest.mark.usefixtures("everyone")
def test_attack_finishing_a_sign_in_after_a_reset_in_the_same_second(practice: Practice) -> None:
    """Scenario: whoever has the old password waits for the code while an administrator resets it.
    Verified: it is over although no clock tells that the reset came later."""
    kim = finish(practice, begin(practice, "kim").token, last_code(practice))
    needed = begin(practice)
    code = last_code(practice)
    practice.call(accounts.reset_password, kim, user_id(practice, "dana"))
    with pytest.raises(SignInFailed, match="is over"):
        finish(practice, needed.token, code)


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user SET is_hidden = 1 WHERE user_name = 'dana'",
        "UPDATE user SET is_disabled = 1 WHERE user_name = 'dana'",
        "UPDATE user SET locked_until = '2026-11-20T17:04:00Z' WHERE user_name = 'dana'",
        "UPDATE user SET password_changed_at = '2026-11-20T17:00:01Z' WHERE user_name = 'dana'",
    ],
)
def test_attack_finishing_a_sign_in_after_the_account_was_barred(
    practice: Practice, change: str
) -> None:
    needed = begin(practice)
    change_store(practice, change)
    with pytest.raises(SignInFailed, match="is over"):
        finish(practice, needed.token, last_code(practice))


def test_s5_app_and_recovery_codes_finish_a_sign_in_too(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    app = enrolled(practice, dana, clock)
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    save_policy(practice, sign_in("kim"), sign_in_factor="everyone")
    change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'dana'")
    clock.advance(seconds=30)
    needed = begin(practice)
    assert (needed.kinds, needed.sent_to) == (("totp", "recovery"), "")
    assert finish(practice, needed.token, app.code(), "totp")
    needed = begin(practice)
    with pytest.raises(WrongCode):
        finish(practice, needed.token, app.code(), "totp")
    assert finish(practice, needed.token, codes[0], "recovery")


@pytest.mark.usefixtures("everyone")
def test_a_user_without_any_factor_is_told_whom_to_ask(practice: Practice) -> None:
    change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'dana'")
    with pytest.raises(SignInFailed, match="none is set up for you") as refused:
        practice.call(
            signing_in.sign_in,
            pgid=1000,
            user_name="dana",
            password=PASSWORDS["dana"],
            terminal=TERMINAL,
            source="kiosk",
        )
    assert "Setup > Security > Users" in refused.value.do


def test_nobody_locks_themselves_out_with_the_setting(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'kim'")
    with pytest.raises(BadInput, match="could not sign in again"):
        save_policy(practice, kim, sign_in_factor="administrators")
    with pytest.raises(BadInput, match="one of"):
        save_policy(practice, kim, sign_in_factor="sometimes")
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        practice.call(
            save_security_policy,
            sign_in("dana"),
            SecurityPolicy("nist", "everyone", False),
            SecurityPolicy("nist", "off", False),
        )


@pytest.mark.parametrize("last", ["app", "number", "number in the list of users", "withdrawn"])
def test_s5_nobody_locks_themselves_out_by_taking_away_their_last_factor(
    practice: Practice, sign_in: SignIn, clock: FixedClock, last: str
) -> None:
    kim = sign_in("kim")
    save_policy(practice, kim, sign_in_factor="administrators")
    number, password = kim.user_id, PASSWORDS["kim"]
    assert number is not None
    has_app = last in ("app", "withdrawn")
    if has_app:
        enrolled(practice, kim, clock)
        practice.call(factors.change_phone, kim, number, None, password)
    before = practice.call(factors.my_factors, kim)
    form = replace(practice.call(users.user_form, kim, number), cell_phone="")
    take_away: dict[str, Callable[[], object]] = {
        "app": lambda: practice.call(factors.remove_totp, kim, password),
        "withdrawn": lambda: practice.call(factors.revoke_factors, kim, number),
        "number": lambda: practice.call(factors.change_phone, kim, number, None, password),
        "number in the list of users": lambda: practice.call(users.save_user, kim, form),
    }
    with pytest.raises(BadInput, match="only second factor"):
        take_away[last]()
    assert practice.call(factors.my_factors, kim) == before
    # Whoever is not asked for one lives without.
    dana, theirs = sign_in("dana"), user_id(practice, "dana")
    practice.call(factors.change_phone, dana, theirs, None, PASSWORDS["dana"])


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize("number", ["+15105550199", None])
def test_attack_a_code_at_a_stolen_phone_once_the_number_was_changed(
    practice: Practice, sign_in: SignIn, number: str | None
) -> None:
    """S6: the administrator reacts while the thief, who knows the password, reads the code."""
    kim = finish(practice, begin(practice, "kim").token, last_code(practice))
    needed = begin(practice)
    code = last_code(practice)
    practice.call(factors.change_phone, kim, user_id(practice, "dana"), number)
    with pytest.raises(SignInFailed, match="time to finish this sign-in is over"):
        finish(practice, needed.token, code)


@pytest.mark.usefixtures("everyone")
def test_a_one_time_password_is_changed_after_the_second_factor_and_not_before(
    practice: Practice,
) -> None:
    """Attack: with a password that an administrator was given, the second factor is skipped."""
    from store.use_cases.passwords import PasswordChangeNeeded

    change_store(practice, "UPDATE user SET require_password_change = 1 WHERE user_name = 'dana'")
    before = sessions(practice)
    needed = begin(practice)
    with pytest.raises(PasswordChangeNeeded):
        finish(practice, needed.token, last_code(practice))
    assert sessions(practice) == before
    with pytest.raises(SignInFailed):
        finish(practice, needed.token, last_code(practice))


@pytest.mark.usefixtures("everyone")
def test_the_token_is_kept_only_as_a_hash_and_shows_itself_nowhere(practice: Practice) -> None:
    needed = begin(practice)
    practice.call(lambda s: s.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    assert needed.token.encode() not in practice.folder.database.read_bytes()
    assert needed.token not in f"{needed!r} {needed} {needed.args}"
    assert all(needed.token not in text for _to, text in texts(practice))


@pytest.mark.usefixtures("everyone")
def test_s9_both_steps_are_audited(practice: Practice) -> None:
    needed = begin(practice)
    code = last_code(practice)
    with pytest.raises(WrongCode):
        finish(practice, needed.token, wrong(code))
    finish(practice, needed.token, code)
    found = practice.call(
        Store.rows,
        "SELECT action FROM audit_log WHERE action LIKE 'sign_in%' ORDER BY seq DESC LIMIT 4",
    )
    assert [row["action"] for row in found] == [
        "sign_in",
        "sign_in.second_factor",
        "sign_in.wrong_code",
        "sign_in.ask",
    ]


@pytest.mark.usefixtures("everyone")
def test_s6_a_number_changed_today_still_signs_in_and_is_sent_to_again(
    practice: Practice, clock: FixedClock
) -> None:
    """The pause of 24 hours bars downloads; nobody is locked out of the day's work by it."""
    change_store(practice, "UPDATE user SET cell_phone_changed_at = '2026-11-20T17:00:00Z'")
    needed = begin(practice)
    stored = practice.call(Store.value, "SELECT sent_to FROM otp_challenge WHERE used_at IS NULL")
    assert stored == needed.sent_to
    clock.advance(seconds=30)
    again = practice.call(signing_in.resend_sign_in_code, needed.token, terminal=TERMINAL)
    assert (again.token, again.sent_to) == (needed.token, needed.sent_to)
    assert finish(practice, needed.token, last_code(practice)).user_name == "dana"
