"""How messages fare, as it is shown: to whoever waits for a code, and in the list (D11, D23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.access import Actor
from store.database import Store
from store.errors import BadInput, SessionEnded
from store.practice import Practice
from store.use_cases import (
    code_delivery,
    communications,
    factors,
    message_log,
    messages,
    phones,
    signing_in,
)
from store.use_cases.code_delivery import CodeDelivery
from store.use_cases.factors import SecondFactorNeeded
from tests.clocks import FixedClock
from tests.factors import texts
from tests.people import PASSWORDS, SignIn, change_store, last_code, requested, save_policy

DOWNLOAD = "download.schedule"
TERMINAL = "front desk 1"


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


def seen(practice: Practice, actor: Actor, purpose: str = DOWNLOAD) -> CodeDelivery:
    found = practice.call(code_delivery.code_delivery, actor, purpose)
    assert found is not None
    return found


def test_d11_a_code_is_followed_from_the_outbox_to_the_phone(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    requested(practice, dana)
    begun = seen(practice, dana)
    assert (begun.state, begun.sent_to, begun.carrier) == ("queued", "••42", "spool")
    assert (begun.at, begun.next_try_at, begun.reason) == (clock.now(), None, "")
    (message,) = practice.call(messages.claim, "one", "sms", 1)
    assert seen(practice, dana).state == "sending"
    practice.call(messages.note_try_later, message, "The gateway is busy.")
    waits = seen(practice, dana)
    assert (waits.state, waits.reason) == ("queued", "The gateway is busy.")
    assert waits.next_try_at == clock.now() + timedelta(seconds=5)
    clock.advance(seconds=5)
    assert seen(practice, dana).next_try_at is None
    (message,) = practice.call(messages.claim, "one", "sms", 1)
    practice.call(messages.handing_over, message)
    by = ("SM1", "http api.example.com", timedelta(seconds=2))
    practice.call(messages.note_sent, message, *by)
    sent = seen(practice, dana)
    assert (sent.state, sent.at, sent.carrier) == ("sent", clock.now(), "http")
    clock.advance(seconds=2)
    (awaited,) = practice.call(messages.take_due_receipts, "sms", 1)
    practice.call(messages.note_receipt, awaited, "undelivered", "The phone is off.")
    over = seen(practice, dana)
    assert (over.state, over.reason, over.at) == ("undelivered", "The phone is off.", clock.now())
    clock.advance(minutes=10)
    assert practice.call(code_delivery.code_delivery, dana, DOWNLOAD) is None, "the code is over"


def test_d11_wherever_a_code_is_sent_its_message_is_known(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    change_store(practice, "UPDATE user SET cell_phone_changed_at = NULL")
    practice.call(phones.send_phone_code, dana)
    practice.call(factors.send_proof_code, dana)
    newest = {p: seen(practice, dana, p) for p in ("phone.verify", "factor.change")}
    assert len({one.outbox_message_id for one in newest.values()}) == 2
    kim = sign_in("kim")
    change_store(practice, "DELETE FROM communication_registration")
    practice.call(communications.register, kim)
    assert seen(practice, kim, "communications.register").sent_to == "••01"


def test_attack_how_a_code_fares_asked_for_by_another_user(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    requested(practice, dana)
    kim = sign_in("kim")
    assert practice.call(code_delivery.code_delivery, kim, DOWNLOAD) is None
    assert "555" not in repr(seen(practice, dana))
    practice.call(signing_in.sign_out, dana)
    with pytest.raises(SessionEnded):
        practice.call(code_delivery.code_delivery, dana, DOWNLOAD)


def test_attack_how_a_sign_in_code_fares_asked_for_with_a_forged_token(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Nor is it told for a token of another terminal, one that was used, or one that is old."""
    save_policy(practice, sign_in("kim"), sign_in_factor="everyone")

    def begin() -> str:
        with pytest.raises(SecondFactorNeeded) as needed:
            practice.call(
                signing_in.sign_in,
                pgid=1000,
                user_name="dana",
                password=PASSWORDS["dana"],
                terminal=TERMINAL,
                source="kiosk",
            )
        return needed.value.token

    def told(token: str, terminal: str = TERMINAL) -> CodeDelivery | None:
        return practice.call(code_delivery.sign_in_code_delivery, token, terminal=terminal)

    token = begin()
    found = told(token)
    assert found is not None
    assert (found.state, found.sent_to) == ("queued", "••42")
    assert told(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert told("") is None
    assert told(token, "front desk 2") is None
    practice.call(
        factors.finish_sign_in, token, "sms", last_code(practice), terminal=TERMINAL, source="kiosk"
    )
    assert told(token) is None
    later = begin()
    clock.advance(minutes=10)
    assert told(later) is None


def test_the_list_shows_what_became_of_messages_and_never_a_text_or_number(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    for _ in range(3):
        requested(practice, dana)
    code = last_code(practice)
    rows = practice.call(message_log.recent, kim, None, 2)
    assert [row.purpose for row in rows] == [DOWNLOAD] * 2
    (last,) = practice.call(message_log.recent, kim, rows[-1].outbox_message_id, 2)
    assert last.outbox_message_id < rows[-1].outbox_message_id
    assert (last.recipient_masked, last.state, last.tries) == ("••42", "queued", 0)
    assert not {code, "5105550142"} & set(repr(rows).split())
    assert "5105550142" not in repr(rows)
    text, mail = practice.call(message_log.waiting_counts, kim)
    assert (text.channel, text.waiting, text.not_arrived, mail.waiting) == ("sms", 3, 0, 0)


def test_trying_again_brings_forward_what_waits_after_a_try_and_nothing_else(
    practice: Practice, dana: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    kim = sign_in("kim")
    for _ in range(2):
        requested(practice, dana)
    lost, waits = practice.call(messages.claim, "one", "sms", 2)
    practice.call(messages.note_failed, lost, "There is no such number.")
    practice.call(messages.note_try_later, waits, "The gateway is busy.")
    change_store(
        practice,
        "INSERT INTO outbox_message (channel, purpose, recipient_masked, state, created_at,"
        " not_before) VALUES ('email', 'portal.invitation', 'x', 'queued',"
        " '2026-11-20T17:00:00Z', '2026-12-20T17:00:00Z')",
    )
    assert practice.call(messages.count_due, "sms") == 0
    practice.call(messages.note_no_carrier, "email", "No mail server is set up.")
    assert practice.call(message_log.retry, kim) == 1
    (again,) = practice.call(messages.claim, "one", "sms", 2)
    assert again.outbox_message_id == waits.outbox_message_id
    future = practice.call(Store.value, "SELECT max(not_before) FROM outbox_message")
    assert future == "2026-12-20T17:00:00Z"
    text, _mail = practice.call(message_log.waiting_counts, kim)
    assert (text.waiting, text.not_arrived) == (1, 1)


def test_a_test_text_message_goes_to_oneself_and_holds_no_code(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    assert practice.call(message_log.test_text, kim) == "••01"
    ((to, text),) = texts(practice)
    assert (to, "test message" in text) == ("+15105550101", True)
    assert not any(c.isdigit() for c in text)
    change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'kim'")
    with pytest.raises(BadInput, match="No mobile number"):
        practice.call(message_log.test_text, kim)


def test_attack_what_was_sent_or_arrived_is_read_out_of_the_files_of_the_store(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """Verified: once a code is with its carrier, no file holds its sealed text or number."""
    requested(practice, dana)
    sealed = practice.call(
        Store.one, "SELECT sealed_body AS body, sealed_recipient AS number FROM outbox_message"
    )
    assert sealed is not None
    (message,) = practice.call(messages.claim, "one", "sms", 1)
    practice.call(messages.handing_over, message)
    practice.call(messages.note_sent, message, "SM1", "http a.example", timedelta(seconds=2))
    practice.call(messages.scrub)
    files = b"".join(path.read_bytes() for path in practice.folder.path.glob("practice.db*"))
    assert bytes(sealed["body"]) not in files
    assert bytes(sealed["number"]) not in files
    assert b"+15105550142" in files, "dana's own number is on file, so files were read"
