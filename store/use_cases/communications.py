"""Setup > Account Info > Communications: registering text messaging (REQUIREMENTS D6).

One rule: text messages count as registered only once one of them was read: a test message goes to
whoever registers, and its code must be typed back. Every step stays in the history.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import message_carriers, one_time_codes, outbox, text_messages, users
from store.access import Actor, Change, change, view
from store.clock import moment
from store.database import Store
from store.errors import BadInput, Conflict, WrongCode
from store.phones import OWN_NUMBER
from store.registration import TEST_PURPOSE, add_step, steps
from store.registration import state as registration_state
from store.rights import Level, Need, Right
from store.use_cases import carriers
from store.use_cases.carriers import CarrierView
from store.use_cases.signing_in import is_demo

SEE = Need(Right.COMMUNICATIONS, Level.VIEW)
REGISTER = Need(Right.COMMUNICATIONS, Level.FULL)
CHECKED_WITHIN = timedelta(hours=1)
"""A gateway or modem is registered only if it was tried, and worked, so shortly before."""


@dataclass(frozen=True, slots=True)
class RegistrationStep:
    """One line of the history. Instants are aware, UTC; texts are empty where there is nothing."""

    state: str
    at: datetime | None
    by: str
    sender: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """Where the registration stands, and how it came to that, the newest step first.

    `state` is not_registered, pending, registered or rejected; `carrier` by what text messages go
    and how it does; `sent_to` is where this user's test message would go, masked, empty without a
    mobile number; `why_not_sent` why none can be sent there, empty if one can.
    """

    state: str
    history: tuple[RegistrationStep, ...]
    carrier: CarrierView
    sent_to: str
    why_not_sent: str = ""


@dataclass(frozen=True, slots=True)
class TestSent:
    """A test message is on its way; its code is waited for."""

    sent_to: str
    expires_at: datetime
    send_again_at: datetime
    tries_left: int
    demo_text: str | None

    def __repr__(self) -> str:
        return "TestSent(...)"


def registration(store: Store, actor: Actor) -> RegistrationView:
    """Return the state and its history; View Only is enough. Raises Refused."""
    view(store, actor, SEE)
    return _shown(store, actor)


def begin_registration(store: Store, actor: Actor) -> None:
    """Ask for text messaging: pending, while the carrier is tried; then `register`.

    Raises:
        Refused: the right Setup - Communications: Full Control is missing.
        BadInput: no number is on file for this user that the test message can go to.
        Conflict: it is registered already.
    """
    with change(store, actor, REGISTER) as tx:
        _check_can_begin(store, actor)
        if registration_state(store) == "pending":
            tx.no_event()
            return
        add_step(store, actor.user_id, "pending")
        tx.record("communications.register", "Asked for text messaging.")


def reject_registration(store: Store, actor: Actor, reason: str) -> None:
    """Note that the carrier could not be registered, with the reason; it can be asked for again.

    Raises Refused; Conflict where nothing is pending.
    """
    with change(store, actor, REGISTER) as tx:
        if registration_state(store) != "pending":
            raise Conflict("No registration is pending.", kept="Nothing was changed.")
        add_step(store, actor.user_id, "rejected", reason=reason)
        tx.record("communications.rejected", "The registration of text messaging was rejected.")


def register(store: Store, actor: Actor) -> TestSent:
    """Send the test message of a registration: pending until `confirm_registration`.

    Asking again while it is pending sends another code; tries already used stay used (S5).

    Raises:
        Refused: the right Setup - Communications: Full Control is missing.
        BadInput: no number is on file for this user that the test message can go to.
        Conflict: it is registered already; the gateway or modem was not tried within the last
            hour; asked again within 30 s; too many wrong codes.
    """
    with change(store, actor, REGISTER) as tx:
        user = _check_can_begin(store, actor)
        _check_was_tried(store)
        one_time_codes.check_not_too_many(store, user["user_id"])
        sent_to = outbox.mask(user["cell_phone"])
        code = one_time_codes.next_code(store, user["user_id"], TEST_PURPOSE, sent_to)
        text = text_messages.queue_code(
            store,
            code,
            purpose=TEST_PURPOSE,
            number=user["cell_phone"],
            says=f"this is a test message. Type {code.code} in Chairside.",
        )
        if registration_state(store) != "pending":
            add_step(store, actor.user_id, "pending")
        tx.record("communications.register", f"Asked for text messaging; test to {sent_to}.")
    return TestSent(
        sent_to,
        code.expires_at,
        store.clock.now() + one_time_codes.SEND_AGAIN_AFTER,
        code.tries_left,
        text if is_demo(store) else None,
    )


def confirm_registration(store: Store, actor: Actor, code: str) -> RegistrationView:
    """Register text messaging with the code of the test message.

    The last try that is wrong rejects the registration; it can be asked for again.

    Raises Refused, WrongCode; Conflict where nothing is pending, or after too many wrong codes.
    """
    view(store, actor, REGISTER)
    assert actor.user_id is not None
    asked = _pending_step(store)
    challenge = one_time_codes.open_code(store, actor.user_id, TEST_PURPOSE)
    try:
        one_time_codes.use_code(store, challenge, code)
    except WrongCode:
        with change(store, actor, REGISTER) as tx:
            _note_wrong_code(store, tx, actor, challenge)
        raise
    with change(store, actor, REGISTER) as tx:
        # Since the code was compared, another terminal may have set another carrier, and may have
        # asked for that one already: what is pending now is not what the code was sent for.
        if _pending_step(store) != asked:
            raise Conflict("Registration began anew meanwhile.", do="Have another code sent.")
        one_time_codes.mark_used(store, challenge)
        by = message_carriers.text_carrier_words(store)
        add_step(store, actor.user_id, "registered", sender=by)
        tx.record("communications.registered", "Text messaging is registered.")
    return _shown(store, actor)


def _check_can_begin(store: Store, actor: Actor) -> sqlite3.Row:
    """Return the user, whose phone the test message can go to."""
    if registration_state(store) == "registered":
        raise Conflict("Text messaging is registered already.", kept="Nothing was changed.")
    user = users.by_id(store, actor.user_id)
    why_not = _why_not_sent(store, user)
    if why_not:
        raise BadInput(
            why_not,
            kept="Nothing was changed.",
            do=OWN_NUMBER,
        )
    return user


def _why_not_sent(store: Store, user: sqlite3.Row) -> str:
    if not user["cell_phone"]:
        return "No mobile number is on file for you, so no test message can be sent."
    return message_carriers.why_no_text_to(store, user["cell_phone"])


def _check_was_tried(store: Store) -> None:
    carrier = carriers.shown(store, "sms")
    if carrier.kind == "spool":
        return
    age = store.clock.now() - carrier.checked_at if carrier.checked_at else None
    fresh = age is not None and timedelta(0) <= age <= CHECKED_WITHIN
    if carrier.health != "working" or not fresh:
        raise Conflict(
            "What carries text messages was not tried within the last hour, or did not work.",
            kept="No test message was sent.",
            do="Check it first: Setup > Account Info > Communications.",
        )


def _pending_step(store: Store) -> int:
    """Return the number of the step that waits for a code. Raises Conflict if none does."""
    if registration_state(store) != "pending":
        raise Conflict("No registration is pending.", do="Choose Register for Communication.")
    return int(steps(store)[0]["communication_registration_id"])


def _note_wrong_code(store: Store, tx: Change, actor: Actor, challenge: int) -> None:
    tx.record("communications.wrong_code", "The code of a test message was not accepted.")
    if one_time_codes.tries_left(store, challenge) or registration_state(store) != "pending":
        return
    why = "The code of the test message was not typed back."
    add_step(store, actor.user_id, "rejected", reason=why)
    tx.record("communications.rejected", "The registration of text messaging was rejected.")


def _shown(store: Store, actor: Actor) -> RegistrationView:
    history = tuple(
        RegistrationStep(
            row["state"],
            moment(at) if (at := row["decided_at"] or row["requested_at"]) else None,
            row["full_name"] or "",
            row["sender"] or "",
            row["reason"] or "",
        )
        for row in steps(store)
    )
    user = users.by_id(store, actor.user_id)
    return RegistrationView(
        history[0].state if history else "not_registered",
        history,
        carriers.shown(store, "sms"),
        outbox.mask(user["cell_phone"]) if user["cell_phone"] else "",
        _why_not_sent(store, user),
    )
