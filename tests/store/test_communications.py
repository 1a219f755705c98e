"""Registering text messaging, its states and their history (D6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store import one_time_codes
from store.access import Actor
from store.carrier_settings import CarrierForm
from store.database import Store
from store.errors import BadInput, Conflict, Refused, WrongCode
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import carriers, communications, downloads
from tests.clocks import FixedClock
from tests.factors import texts, wrong
from tests.people import change_store, grant, last_code

SignIn = Callable[[str], Actor]


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    """An administrator of a practice where nobody has registered yet."""
    change_store(practice, "DELETE FROM communication_registration")
    return sign_in("kim")


def state(practice: Practice, actor: Actor) -> str:
    return practice.call(communications.registration, actor).state


def test_d6_from_not_registered_over_pending_to_registered(
    practice: Practice, kim: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    assert state(practice, kim) == "not_registered"
    sent = practice.call(communications.register, kim)
    assert (sent.sent_to, sent.tries_left) == ("••01", 5)
    assert state(practice, kim) == "pending"
    dana = sign_in("dana")
    assert practice.call(downloads.schedule_form, dana).kinds == ()
    clock.advance(minutes=1)
    view = practice.call(communications.confirm_registration, kim, last_code(practice))
    assert [(s.state, s.by, s.sender) for s in view.history] == [
        ("registered", "Kim Adler", "spool"),
        ("pending", "Kim Adler", ""),
    ]
    assert view.history[0].at == clock.now()
    assert practice.call(downloads.schedule_form, dana).kinds == ("sms",)


def test_d6_the_test_message_goes_to_whoever_registers(practice: Practice, kim: Actor) -> None:
    practice.call(communications.register, kim)
    assert [to for to, _text in texts(practice)] == ["+15105550101"]


def test_d6_five_wrong_codes_reject_it_with_the_reason_and_it_can_be_asked_again(
    practice: Practice, kim: Actor
) -> None:
    practice.call(communications.register, kim)
    code = last_code(practice)
    for _ in range(5):
        assert state(practice, kim) == "pending"
        with pytest.raises(WrongCode):
            practice.call(communications.confirm_registration, kim, wrong(code))
    view = practice.call(communications.registration, kim)
    assert view.state == "rejected"
    assert "not typed back" in view.history[0].reason
    with pytest.raises(Conflict, match="pending"):
        practice.call(communications.confirm_registration, kim, code)
    practice.call(communications.register, kim)
    practice.call(communications.confirm_registration, kim, last_code(practice))
    assert [s.state for s in practice.call(communications.registration, kim).history] == [
        "registered",
        "pending",
        "rejected",
        "pending",
    ]


def test_s5_asking_again_waits_30_s_and_gives_no_tries_back(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    practice.call(communications.register, kim)
    with pytest.raises(WrongCode):
        practice.call(communications.confirm_registration, kim, wrong(last_code(practice)))
    with pytest.raises(Conflict, match="30 seconds"):
        practice.call(communications.register, kim)
    clock.advance(seconds=30)
    assert practice.call(communications.register, kim).tries_left == 4


def test_a_code_that_is_too_old_leaves_it_pending(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    practice.call(communications.register, kim)
    code = last_code(practice)
    clock.advance(minutes=10)
    with pytest.raises(WrongCode, match="too old"):
        practice.call(communications.confirm_registration, kim, code)
    assert state(practice, kim) == "pending"
    practice.call(communications.register, kim)
    assert (
        practice.call(communications.confirm_registration, kim, last_code(practice)).state
        == "registered"
    )


def test_d4_seeing_takes_view_only_and_registering_full_control(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    with pytest.raises(Refused, match="Setup - Communications: View Only"):
        practice.call(communications.registration, dana)

    def let_see(store: Store) -> None:
        with store.transaction():
            grant(store, "Data Keepers", Right.COMMUNICATIONS, Level.VIEW)

    practice.call(let_see)
    assert state(practice, dana) == "not_registered"
    for use_case, arguments in (
        (communications.register, ()),
        (communications.confirm_registration, ("123456",)),
    ):
        with pytest.raises(Refused, match="Setup - Communications: Full Control"):
            practice.call(use_case, dana, *arguments)
    assert state(practice, dana) == "not_registered"


def test_attack_another_user_answers_the_test_message(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    practice.call(communications.register, kim)
    code = last_code(practice)

    def promote(store: Store) -> None:
        with store.transaction():
            grant(store, "Data Keepers", Right.COMMUNICATIONS, Level.FULL)

    practice.call(promote)
    with pytest.raises(WrongCode, match="No code"):
        practice.call(communications.confirm_registration, sign_in("dana"), code)
    assert state(practice, kim) == "pending"


def test_without_a_number_or_when_registered_already_it_is_refused(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    with pytest.raises(Conflict, match="registered already"):
        practice.call(communications.register, kim)
    change_store(practice, "DELETE FROM communication_registration")
    change_store(practice, "UPDATE user SET cell_phone = NULL")
    with pytest.raises(BadInput, match="No mobile number"):
        practice.call(communications.register, kim)
    assert state(practice, kim) == "not_registered"


def test_attack_a_code_by_one_carrier_registers_no_other_that_is_asked_for_meanwhile(
    practice: Practice, kim: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D6. Vulnerability: the code is compared in one step and used in the next.

    Scenario: between the two another terminal sets a modem up and asks for it to be registered.
    Verified: the code that went by the carrier before does not register the modem.
    """
    practice.call(communications.register, kim)
    compare = one_time_codes.use_code

    def slow(store: Store, challenge: int, code: str) -> None:
        compare(store, challenge, code)
        carriers.save_carrier(store, kim, CarrierForm("sms", "modem", "/dev/ttyUSB0"))
        communications.begin_registration(store, kim)

    monkeypatch.setattr(one_time_codes, "use_code", slow)
    with pytest.raises(Conflict, match="began anew"):
        practice.call(communications.confirm_registration, kim, last_code(practice))
    assert state(practice, kim) == "pending"
