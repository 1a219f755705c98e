"""What carriers tell of messages they took, and what that may change (D11, S5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.access import unattended
from store.clock import instant
from store.database import Store
from store.errors import WrongCode
from store.practice import Practice
from store.use_cases import downloads, messages, sweeping
from store.use_cases.messages import Awaited
from tests.clocks import FixedClock
from tests.people import SignIn, change_store, last_code, requested
from tests.store.test_outbox import claimed, queued, row

SECONDS = timedelta(seconds=1)
BY = "http api.example.com"


def sent(practice: Practice, reference: str = "SM1") -> None:
    message = claimed(practice)
    practice.call(messages.handing_over, message)
    practice.call(messages.note_sent, message, reference, BY, 2 * SECONDS)


def due(practice: Practice) -> list[Awaited]:
    count = practice.call(messages.count_receipts_due, "sms")
    found = practice.call(messages.take_due_receipts, "sms", 10)
    assert len(found) <= count
    return found


def test_a_message_is_asked_about_with_growing_gaps_until_it_arrived(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    sent(practice)
    kept = row(practice)
    assert (kept["state"], kept["settled_at"], kept["carried_by"]) == ("sent", None, BY)
    assert (kept["sealed_body"], kept["sealed_recipient"]) == (None, None)
    for asked, gap in enumerate((2, 3, 5, 10, 20, 40, 60, 120, 300, 300), start=1):
        clock.advance(seconds=gap - 1)
        assert due(practice) == []
        clock.advance(SECONDS)
        (awaited,) = due(practice)
        assert (awaited.asked, awaited.reference, awaited.carried_by) == (asked, "SM1", BY)
        assert not practice.call(messages.note_receipt, awaited, "sent")
    assert practice.call(messages.note_receipt, awaited, "delivered")
    over = row(practice)
    assert (over["state"], over["settled_at"]) == ("delivered", instant(clock.now()))
    clock.advance(hours=2)
    assert due(practice) == []


def test_an_hour_after_it_was_sent_it_stays_sent(practice: Practice, clock: FixedClock) -> None:
    queued(practice)
    sent(practice)
    clock.advance(seconds=2)
    (awaited,) = due(practice)
    clock.advance(minutes=60)
    assert due(practice) == []
    over = row(practice)
    assert (over["state"], over["ask_at"], over["settled_at"]) == (
        "sent",
        None,
        instant(clock.now()),
    )
    assert not practice.call(messages.note_receipt, awaited, "delivered")
    assert row(practice)["state"] == "sent"


def test_what_did_not_arrive_says_why_and_the_first_answer_stays(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    sent(practice)
    clock.advance(seconds=2)
    (awaited,) = due(practice)
    assert practice.call(messages.note_receipt, awaited, "undelivered", "The phone is off.")
    assert not practice.call(messages.note_receipt, awaited, "delivered")
    over = row(practice)
    assert (over["state"], over["last_error"]) == ("undelivered", "The phone is off.")


def test_two_kiosks_never_ask_for_the_same_receipt_at_once(
    practice: Practice, clock: FixedClock
) -> None:
    """Another process has its own connection; the store says whose turn it is."""
    queued(practice)
    sent(practice)
    clock.advance(seconds=2)
    other = Practice.open(practice.folder.path.parent, practice.pgid, clock)
    try:
        assert len(due(practice)) == 1
        assert other.call(messages.take_due_receipts, "sms", 10) == []
    finally:
        other.close()


def test_only_one_message_is_asked_about_where_its_number_is_named(
    practice: Practice, clock: FixedClock
) -> None:
    first, second = queued(practice), queued(practice)
    for message in practice.call(messages.claim, "one", "sms", 10):
        practice.call(messages.handing_over, message)
        practice.call(
            messages.note_sent, message, f"SM{message.outbox_message_id}", BY, 2 * SECONDS
        )
    clock.advance(seconds=2)
    (only,) = practice.call(messages.take_due_receipts, "sms", 10, second)
    assert only.outbox_message_id == second
    (rest,) = due(practice)
    assert rest.outbox_message_id == first


@pytest.mark.parametrize(
    "claim", [{"carried_by": "http eve.example"}, {"reference": "SM2"}, {"carried_by": ""}], ids=str
)
def test_attack_a_receipt_for_a_message_of_another_carrier(
    practice: Practice, clock: FixedClock, claim: dict[str, str]
) -> None:
    """Scenario: the gateway was changed; the new one tells of a reference that the old one gave.

    Verified: only the carrier that took a message, by its own name for it, settles it.
    """
    queued(practice)
    sent(practice)
    clock.advance(seconds=2)
    (awaited,) = due(practice)
    assert not practice.call(messages.note_receipt, replace(awaited, **claim), "delivered")
    assert row(practice)["state"] == "sent"


def test_attack_a_late_receipt_revives_an_expired_code(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: the gateway answers, and the phone gets the code, after its ten minutes.

    Verified: the message is told as delivered, and the code schedules nothing.
    """
    dana = sign_in("dana")
    download = requested(practice, dana)
    code = last_code(practice)
    message = claimed(practice)
    practice.call(messages.handing_over, message)
    clock.advance(minutes=11)
    practice.call(messages.note_sent, message, "SM1", BY, 2 * SECONDS)
    clock.advance(seconds=2)
    (awaited,) = due(practice)
    assert practice.call(messages.note_receipt, awaited, "delivered")
    assert row(practice)["state"] == "delivered"
    with pytest.raises(WrongCode, match="too old"):
        practice.call(downloads.confirm_download, dana, download, code)


def test_a_late_success_of_what_expired_before_it_was_handed_over_changes_nothing(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice, timedelta(minutes=1))
    message = claimed(practice)
    clock.advance(minutes=1)
    assert practice.call(messages.claim, "two", "sms", 10) == []
    practice.call(messages.note_sent, message, "SM1", BY, 2 * SECONDS)
    over = row(practice)
    assert (over["state"], over["ask_at"], over["carrier_reference"]) == ("expired", None, None)


def test_a_clock_that_is_set_back_holds_no_receipt_and_asks_for_none_for_ever(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    sent(practice)
    clock.set(clock.now() - timedelta(hours=3))
    asked = []
    for _ in range(30):
        asked += [one.asked for one in due(practice)]
        clock.set(clock.now() - timedelta(hours=3))
    assert asked == list(range(1, len(asked) + 1))
    assert 5 < len(asked) < 30
    assert row(practice)["ask_at"] is None


def test_what_a_deliverer_would_have_work_with_is_counted(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    assert practice.call(messages.count_due, "sms") == 1
    assert practice.call(messages.count_due, "email") == 0
    message = claimed(practice)
    assert practice.call(messages.count_due, "sms") == 0
    clock.advance(minutes=2)
    assert practice.call(messages.count_due, "sms") == 1, "its deliverer is dead"
    message = claimed(practice, "two")
    practice.call(messages.give_back, [message], "The gateway is down.")
    assert practice.call(messages.count_due, "sms") == 0, "nobody knocks all the time"
    clock.advance(seconds=5)
    assert practice.call(messages.count_due, "sms") == 1


def test_what_was_settled_long_ago_is_forgotten_by_the_sweep(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Its code keeps counting; one that is not settled, or younger, stays."""
    requested(practice, sign_in("dana"))
    sent(practice)
    change_store(
        practice, "UPDATE outbox_message SET settled_at = '2025-11-20T17:00:00Z', ask_at = NULL"
    )
    clock.advance(days=34)
    queued(practice)
    practice.call(sweeping.sweep, unattended("night"))
    assert practice.call(Store.value, "SELECT count(*) FROM outbox_message") == 2
    clock.advance(days=1)
    practice.call(sweeping.sweep, unattended("night"))
    assert practice.call(Store.value, "SELECT count(*) FROM outbox_message") == 1
    codes = practice.call(Store.rows, "SELECT outbox_message_id FROM otp_challenge")
    assert [tuple(code) for code in codes] == [(None,)]
