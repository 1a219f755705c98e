"""Mobile numbers: changing, proving, and what a change bars (D7, S6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.access import Actor
from store.database import Store
from store.errors import BadInput, Refused, WrongCode, WrongPassword
from store.practice import Practice
from store.use_cases import downloads, factors
from store.use_cases.factors import Answer
from tests.clocks import FixedClock
from tests.factors import enrolled, recovery_codes, texts, wrong
from tests.people import PASSWORDS, last_code, requested, scheduled

SignIn = Callable[[str], Actor]
NEW = "+15105550177"


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


def number_of(practice: Practice, actor: Actor) -> str:
    sql = "SELECT cell_phone FROM user WHERE user_id = ?"
    return str(practice.call(Store.value, sql, (actor.user_id,)))


def test_s6_ones_own_number_takes_the_password(practice: Practice, dana: Actor) -> None:
    with pytest.raises(WrongPassword):
        practice.call(factors.change_phone, dana, dana.user_id, NEW, "x")
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        practice.call(factors.change_phone, dana, dana.user_id, NEW)
    assert number_of(practice, dana) == "+15105550142"
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    assert number_of(practice, dana) == NEW


def test_s6_another_users_number_takes_the_security_right(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    """Attack: ana gives her own password to change dana's number."""
    ana = sign_in("ana")
    with pytest.raises(Refused):
        practice.call(factors.change_phone, ana, dana.user_id, NEW, PASSWORDS["ana"])
    assert number_of(practice, dana) == "+15105550142"
    practice.call(factors.change_phone, sign_in("kim"), dana.user_id, NEW)
    assert number_of(practice, dana) == NEW


def test_s6_the_old_number_is_told_and_not_the_new_one(practice: Practice, dana: Actor) -> None:
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    ((to, text),) = texts(practice)
    assert to == "+15105550142"
    assert "changed to one ending in 77" in text
    assert NEW not in text


def test_attack_phone_change_then_download(
    practice: Practice, sign_in: SignIn, dana: Actor, clock: FixedClock
) -> None:
    """Vulnerability: whoever changes the number receives the code.

    Scenario: dana's number is changed to an attacker's, who knows her password as well.
    Verified: for 24 hours no text message schedules, and the sentence says so and what works.
    """
    practice.call(factors.change_phone, sign_in("kim"), dana.user_id, NEW)
    clock.advance(hours=24, seconds=-1)
    again = sign_in("dana")
    with pytest.raises(BadInput, match="less than 24 hours ago"):
        requested(practice, again)
    assert NEW not in [to for to, _text in texts(practice)]
    clock.advance(seconds=1)
    assert scheduled(practice, sign_in("dana"))


def test_attack_phone_change_between_request_and_code(practice: Practice, dana: Actor) -> None:
    """Scenario: the code was sent before the change and is typed after it."""
    number = requested(practice, dana)
    code = last_code(practice)
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    with pytest.raises(WrongCode, match="cannot be used"):
        practice.call(downloads.confirm_download, dana, number, code)


def test_attack_a_new_number_proves_no_new_factor(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """Scenario: with the password alone the number is changed, and proves an app at once."""
    practice.call(factors.send_proof_code, dana)
    code = last_code(practice)
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    with pytest.raises(WrongCode):
        recovery_codes(practice, dana, Answer("sms", code))
    clock.advance(minutes=1)
    with pytest.raises(BadInput, match="24 hours"):
        practice.call(factors.send_proof_code, dana)


def test_s6_other_factors_go_on_after_a_change(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    app = enrolled(practice, dana, clock)
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    form = practice.call(downloads.schedule_form, dana)
    assert (form.kinds, form.obstacles) == (("totp",), ())
    assert any("24 hours" in note for note in form.notes)
    number = requested(practice, dana)
    view = practice.call(downloads.confirm_download, dana, number, app.code(), "totp")
    assert view.state == "scheduled"


@pytest.mark.parametrize("typed", ["5105550142", "+1", "hello", "+15105550142; DROP", "+999 123"])
def test_d7_only_a_mobile_number_is_taken(practice: Practice, dana: Actor, typed: str) -> None:
    with pytest.raises(BadInput):
        practice.call(factors.change_phone, dana, dana.user_id, typed, PASSWORDS["dana"])
    assert number_of(practice, dana) == "+15105550142"
    assert texts(practice) == []


def test_the_same_number_again_changes_nothing(practice: Practice, dana: Actor) -> None:
    practice.call(factors.change_phone, dana, dana.user_id, "+1 (510) 555-0142", PASSWORDS["dana"])
    assert practice.call(downloads.schedule_form, dana).kinds == ("sms",)


def test_a_number_is_proven_by_its_code(practice: Practice, dana: Actor) -> None:
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    assert practice.call(factors.my_factors, dana).phone_verified_at is None
    with pytest.raises(WrongCode, match="No code"):
        practice.call(factors.verify_phone, dana, "123456")
    sent = practice.call(factors.send_phone_code, dana)
    assert sent.sent_to == "••77"
    assert texts(practice)[-1][0] == NEW
    code = last_code(practice)
    with pytest.raises(WrongCode):
        practice.call(factors.verify_phone, dana, wrong(code))
    practice.call(factors.verify_phone, dana, code)
    assert practice.call(factors.my_factors, dana).phone_verified_at is not None
    with pytest.raises(WrongCode):
        practice.call(factors.verify_phone, dana, code)


def test_attack_a_code_sent_to_the_number_before_proves_no_new_one(
    practice: Practice, dana: Actor
) -> None:
    practice.call(factors.send_phone_code, dana)
    code = last_code(practice)
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    with pytest.raises(WrongCode):
        practice.call(factors.verify_phone, dana, code)


def test_s9_a_change_of_number_is_audited_without_the_number(
    practice: Practice, dana: Actor
) -> None:
    practice.call(factors.change_phone, dana, dana.user_id, NEW, PASSWORDS["dana"])
    event = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert event is not None
    assert (event["action"], event["object"]) == ("phone.change", f"user:{dana.user_id}")
    assert NEW not in event["description"]
