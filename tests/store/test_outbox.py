"""The outbox: claims, tries, and how a message ends (P11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store import outbox, outbox_claims
from store.database import Store
from store.errors import BadInput
from store.outbox import Mail, Outgoing
from store.outbox_claims import LEASE
from store.practice import Practice
from store.use_cases import messages
from store.use_cases.messages import ClaimLost
from tests.clocks import FixedClock
from tests.people import change_store
from tests.store.portal_patients import enter_patient

DAY = timedelta(days=1)


def queued(practice: Practice, lifetime: timedelta = DAY, **more: object) -> int:
    def run(store: Store) -> int:
        with store.transaction():
            return outbox.queue(
                store,
                channel="sms",
                purpose="test",
                recipient="+15105550142",
                body="A text.",
                lifetime=lifetime,
                **more,  # type: ignore[arg-type]
            )

    return practice.call(run)


def claimed(practice: Practice, holder: str = "one") -> Outgoing:
    (message,) = practice.call(messages.claim, holder, "sms", 10)
    return message


def row(practice: Practice) -> dict[str, object]:
    found = practice.call(Store.one, "SELECT * FROM outbox_message")
    assert found is not None
    return dict(found)


def test_what_one_deliverer_has_claimed_no_other_gets(practice: Practice) -> None:
    queued(practice)
    message = claimed(practice)
    assert (message.recipient, message.body) == ("+15105550142", "A text.")
    assert practice.call(messages.claim, "two", "sms", 10) == []


def test_a_claim_that_ran_out_passes_on_and_the_first_changes_nothing_more(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    late = claimed(practice)
    clock.advance(LEASE)
    held = claimed(practice, "two")
    assert held.token == late.token, "the same message to the carrier"
    with pytest.raises(ClaimLost):
        practice.call(messages.handing_over, late)
    practice.call(messages.note_sent, late, "late")
    practice.call(messages.note_failed, late, "late")
    practice.call(messages.give_back, [late], "late")
    assert not practice.call(messages.note_try_later, late, "late")
    assert (row(practice)["state"], row(practice)["claimed_by"]) == ("sending", "two")
    practice.call(messages.handing_over, held)
    with pytest.raises(ClaimLost):
        practice.call(messages.handing_over, held)


def test_who_handed_it_over_may_still_tell_what_became_of_it(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    slow = claimed(practice)
    practice.call(messages.handing_over, slow)
    clock.advance(LEASE)
    assert practice.call(messages.claim, "two", "sms", 10) == []
    assert (row(practice)["state"], row(practice)["sealed_body"]) == ("unknown", None)
    practice.call(messages.note_sent, replace(slow, holder="two"), "not mine")
    assert row(practice)["state"] == "unknown"
    practice.call(messages.note_sent, slow, "0001")
    assert (row(practice)["state"], row(practice)["carrier_reference"]) == ("sent", "0001")


def test_a_late_success_revives_nothing_that_has_expired(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice, timedelta(minutes=1))
    slow = claimed(practice)
    clock.advance(minutes=1)
    with pytest.raises(ClaimLost):
        practice.call(messages.handing_over, slow)
    assert practice.call(messages.claim, "two", "sms", 10) == []
    practice.call(messages.note_sent, slow, "late")
    over = row(practice)
    assert (over["state"], over["sealed_body"], over["sealed_recipient"]) == ("expired", None, None)


@pytest.mark.parametrize(
    ("lifetime", "gaps"),
    [
        (timedelta(minutes=10), [5, 15, 30, 60, 120, 120, 120]),
        (timedelta(days=14), [30, 120, 600, 3600, 14400, 14400]),
    ],
    ids=["code", "invitation"],
)
def test_gaps_grow_and_are_short_for_a_code(
    practice: Practice, clock: FixedClock, lifetime: timedelta, gaps: list[int]
) -> None:
    queued(practice, lifetime)
    for gap in gaps:
        assert practice.call(messages.note_try_later, claimed(practice), "busy")
        clock.advance(seconds=gap - 1)
        assert practice.call(messages.claim, "one", "sms", 10) == []
        clock.advance(seconds=1)


def test_no_try_is_left_when_the_next_would_come_too_late(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice, timedelta(minutes=10))
    clock.advance(minutes=9, seconds=57)
    assert not practice.call(messages.note_try_later, claimed(practice), "The server is busy.")
    assert row(practice)["state"] == "failed"
    assert row(practice)["last_error"] == "The server is busy. No time is left for another try."


def test_a_clock_that_is_set_back_holds_neither_messages_nor_claims(
    practice: Practice, clock: FixedClock
) -> None:
    later = clock.now()
    queued(practice)
    clock.set(later - timedelta(hours=3))
    lives = claimed(practice)
    clock.set(later - timedelta(hours=6))
    taken = claimed(practice, "two")
    with pytest.raises(ClaimLost):
        practice.call(messages.handing_over, lives)
    practice.call(messages.handing_over, taken)


def test_after_a_clock_was_set_back_a_try_waits_for_its_gap_all_the_same(
    practice: Practice, clock: FixedClock
) -> None:
    """Else a carrier that is busy would get the same message over and over, without a pause."""
    queued(practice)
    clock.advance(hours=-1)
    message = claimed(practice)
    assert practice.call(messages.note_try_later, message, "Busy.")
    assert practice.call(messages.claim, "one", "sms", 10) == []
    clock.advance(seconds=30)
    assert claimed(practice).tries == 2


def test_a_try_by_a_clock_that_ran_ahead_waits_no_longer_than_any_gap(
    practice: Practice, clock: FixedClock
) -> None:
    """Clock: three days ahead, a try, set right; a code would be sent on, an invitation waited."""
    queued(practice, timedelta(days=14))
    clock.advance(days=3)
    assert practice.call(messages.note_try_later, claimed(practice), "Busy.")
    clock.advance(days=-3)
    assert practice.call(messages.count_due, "sms") == 1
    assert claimed(practice).tries == 2


def test_what_is_given_back_counts_no_try_and_waits_a_moment_where_there_is_a_reason(
    practice: Practice, clock: FixedClock
) -> None:
    queued(practice)
    practice.call(messages.give_back, [claimed(practice)], "")
    assert (row(practice)["tries"], row(practice)["last_error"]) == (0, None)
    practice.call(messages.give_back, [claimed(practice)], "No line.")
    assert (row(practice)["tries"], row(practice)["last_error"]) == (0, "No line.")
    assert practice.call(messages.claim, "one", "sms", 10) == []
    clock.advance(seconds=5)
    assert claimed(practice).tries == 1


def test_it_waits_for_its_time_and_lives_from_then(practice: Practice, clock: FixedClock) -> None:
    queued(practice, timedelta(hours=1), not_before=clock.now() + DAY)
    clock.advance(hours=23)
    assert practice.call(messages.claim, "one", "sms", 10) == []
    clock.advance(hours=1, minutes=59)
    claimed(practice)


def test_what_is_over_soonest_is_claimed_first(practice: Practice) -> None:
    queued(practice, timedelta(days=14))
    code = queued(practice, timedelta(minutes=10))
    (first,) = practice.call(messages.claim, "one", "sms", 1)
    assert first.outbox_message_id == code


def test_p3_a_withdrawn_message_stops_unless_it_is_out_already(practice: Practice) -> None:
    patient = enter_patient(practice)
    queued(practice, patient_id=patient)
    held = claimed(practice)

    def withdraw(store: Store) -> int:
        with store.transaction():
            return outbox.withdraw(
                store, patient_id=patient, purpose="test", reason="Access was removed."
            )

    assert practice.call(withdraw) == 1
    with pytest.raises(ClaimLost):
        practice.call(messages.handing_over, held)
    over = row(practice)
    assert (over["state"], over["sealed_body"]) == ("failed", None)
    queued(practice, patient_id=patient)
    practice.call(messages.handing_over, claimed(practice))
    assert practice.call(withdraw) == 0


def test_a_message_sealed_under_another_key_fails_alone(practice: Practice) -> None:
    queued(practice)
    change_store(practice, "UPDATE outbox_message SET sealed_body = zeroblob(64)")
    whole = queued(practice)
    (message,) = practice.call(messages.claim, "one", "sms", 10)
    assert message.outbox_message_id == whole
    assert row(practice)["state"] == "failed"


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("lee@example.org\r\nRCPT TO:<eve@example.org>", "Welcome"),
        ("lee@example.org, eve@example.org", "Welcome"),
        ("lee@example.org", "Welcome\r\nBcc: eve@example.org"),
        ("lee@example.org", "Welcome\u2028Bcc: eve@example.org"),
        ("<lee@example.org>", "Welcome"),
        ("lee@example..org", "Welcome"),
        ("lee@exam\u200bple.org", "Welcome"),
        ("lee@example", "Welcome"),
        ("lee", "Welcome"),
    ],
)
def test_attack_a_line_break_in_an_address_or_subject_writes_no_line_of_the_head(
    practice: Practice, recipient: str, subject: str
) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            outbox.queue_mail(
                store, purpose="test", recipient=recipient, mail=Mail(subject, "x"), lifetime=DAY
            )

    with pytest.raises(BadInput):
        practice.call(run)


def test_masks_and_representations_tell_nobody() -> None:
    assert outbox.mask("+15105550142") == "••42"
    assert outbox.mask("lee@example.org") == "l••@example.org"
    message = Outgoing(1, "email", "lee@example.org", "secret")
    assert "lee" not in repr(message) + repr(Mail("lee", "lee"))
    assert outbox_claims.GAPS[-1] > outbox_claims.GAPS[0]
