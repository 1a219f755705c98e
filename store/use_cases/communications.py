"""Setup > Account Info > Communications: registering text messaging (REQUIREMENTS D6).

One rule: text messages count as registered only once one of them was read: a test message goes to
whoever registers, and its code must be typed back. Every step stays in the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import factors, one_time_codes, outbox, users
from store.access import Actor, Change, change, view
from store.clock import instant, moment
from store.database import Store
from store.errors import BadInput, Conflict, WrongCode
from store.rights import Level, Need, Right
from store.use_cases.signing_in import is_demo

SEE = Need(Right.COMMUNICATIONS, Level.VIEW)
REGISTER = Need(Right.COMMUNICATIONS, Level.FULL)
CARRIER = "spool"
"""The carrier that writes messages to files; a gateway would decide for itself."""
_PURPOSE = "communications.register"


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

    `state` is not_registered, pending, registered or rejected; `sent_to` is where this user's
    test message would go, masked, empty without a mobile number.
    """

    state: str
    history: tuple[RegistrationStep, ...]
    carrier: str
    sent_to: str


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


def register(store: Store, actor: Actor) -> TestSent:
    """Ask for text messaging: pending until `confirm_registration`.

    Asking again while it is pending sends another code; tries already used stay used (S5).

    Raises:
        Refused: the right Setup - Communications: Full Control is missing.
        BadInput: no mobile number is on file for this user.
        Conflict: it is registered already; asked again within 30 s; too many wrong codes.
    """
    with change(store, actor, REGISTER) as tx:
        if factors.registration(store) == "registered":
            raise Conflict("Text messaging is registered already.", kept="Nothing was changed.")
        user = users.by_id(store, actor.user_id)
        if not user["cell_phone"]:
            raise BadInput(
                "No mobile number is on file for you, so no test message can be sent.",
                do="Enter it under Setup > Security > Users.",
            )
        one_time_codes.check_not_too_many(store, user["user_id"])
        sent_to = outbox.mask(user["cell_phone"])
        code = one_time_codes.next_code(store, user["user_id"], _PURPOSE, sent_to)
        text = _test_message(store, code.code)
        outbox.queue(
            store,
            channel="sms",
            purpose=_PURPOSE,
            recipient=user["cell_phone"],
            body=text,
            lifetime=one_time_codes.LIFETIME,
        )
        _step(store, actor, "pending")
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
    if factors.registration(store) != "pending":
        raise Conflict("No registration is pending.", do="Choose Register for Communication.")
    challenge = one_time_codes.open_code(store, actor.user_id, _PURPOSE)
    try:
        one_time_codes.use_code(store, challenge, code)
    except WrongCode:
        with change(store, actor, REGISTER) as tx:
            _note_wrong_code(store, tx, actor, challenge)
        raise
    with change(store, actor, REGISTER) as tx:
        one_time_codes.mark_used(store, challenge)
        _step(store, actor, "registered", sender=CARRIER)
        tx.record("communications.registered", "Text messaging is registered.")
    return _shown(store, actor)


def _note_wrong_code(store: Store, tx: Change, actor: Actor, challenge: int) -> None:
    tx.record("communications.wrong_code", "The code of a test message was not accepted.")
    if one_time_codes.tries_left(store, challenge) or factors.registration(store) != "pending":
        return
    _step(store, actor, "rejected", reason="The code of the test message was not typed back.")
    tx.record("communications.rejected", "The registration of text messaging was rejected.")


def _step(
    store: Store, actor: Actor, state: str, *, sender: str | None = None, reason: str | None = None
) -> None:
    now = instant(store.clock.now())
    asked = store.value(
        "SELECT requested_at FROM communication_registration WHERE state = 'pending'"
        " ORDER BY communication_registration_id DESC LIMIT 1"
    )
    store.insert(
        "communication_registration",
        {
            "pgid": store.value("SELECT pgid FROM practice_group"),
            "state": state,
            "requested_at": now if state == "pending" else asked,
            "requested_by": actor.user_id,
            "decided_at": None if state == "pending" else now,
            "sender": sender,
            "reason": reason,
        },
    )


def _shown(store: Store, actor: Actor) -> RegistrationView:
    rows = store.rows(
        "SELECT r.*, u.full_name FROM communication_registration r"
        " LEFT JOIN user u ON u.user_id = r.requested_by"
        " ORDER BY communication_registration_id DESC LIMIT 100"
    )
    history = tuple(
        RegistrationStep(
            row["state"],
            moment(at) if (at := row["decided_at"] or row["requested_at"]) else None,
            row["full_name"] or "",
            row["sender"] or "",
            row["reason"] or "",
        )
        for row in rows
    )
    phone = users.by_id(store, actor.user_id)["cell_phone"]
    return RegistrationView(
        history[0].state if history else "not_registered",
        history,
        CARRIER,
        outbox.mask(phone) if phone else "",
    )


def _test_message(store: Store, code: str) -> str:
    practice = store.value("SELECT name FROM practice_group")
    return (
        f"{practice}: this is a test message. Type {code} in Chairside to register text messaging."
        " Valid for 10 minutes."
    )
