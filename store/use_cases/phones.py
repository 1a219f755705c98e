"""Mobile numbers of users: changing them, proving them, sending to them (REQUIREMENTS D7, S6).

One rule: the number that was on file learns of every change; a number just changed schedules no
download by text message for 24 hours.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import (
    factors,
    one_time_codes,
    outbox,
    sign_in_attempts,
    sign_in_factor,
    text_messages,
    users,
)
from store.access import Actor, change, check
from store.clock import instant
from store.database import Store
from store.errors import BadInput
from store.rights import Level, Need, Right
from store.use_cases.signing_in import is_demo

SECURITY = Need(Right.SECURITY, Level.FULL)
NOTICE_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ProofCodeSent:
    """A code is on its way to the user's phone."""

    sent_to: str
    expires_at: datetime
    tries_left: int
    demo_text: str | None

    def __repr__(self) -> str:
        return "ProofCodeSent(...)"


def send_phone_code(store: Store, actor: Actor) -> ProofCodeSent:
    """Send a code to the actor's own number, so that it can be verified. Raises BadInput."""
    return send_code(store, actor, "phone.verify", "proves your mobile number", settled=False)


def verify_phone(store: Store, actor: Actor, code: str) -> None:
    """Note that the actor's number is right. Raises WrongCode, Conflict."""
    check(store, actor, None)
    assert actor.user_id is not None
    challenge = one_time_codes.open_code(store, actor.user_id, "phone.verify")
    one_time_codes.use_code(store, challenge, code)
    with change(store, actor, None) as tx:
        one_time_codes.mark_used(store, challenge)
        store.execute(
            "UPDATE user SET cell_phone_verified_at = ? WHERE user_id = ?",
            (instant(store.clock.now()), actor.user_id),
        )
        tx.record("phone.verify", "Proved the mobile number with a code.")


def change_phone(
    store: Store, actor: Actor, user_id: int, phone: str | None, password: str | None = None
) -> None:
    """Change, or with None remove, a user's mobile number (S6).

    One's own takes the password; anybody's takes the Security right. The old number is told, and
    for 24 hours no download is scheduled by text message. Raises BadInput for what is no mobile
    number, and where one's own is the only factor that sign-in asks for; WrongPassword,
    SessionEnded; Refused.
    """
    from store.phones import mobile_number

    check(store, actor, None)
    with_password = password is not None and user_id == actor.user_id
    if password is not None and with_password:
        sign_in_attempts.check_again(store, actor, password)
    needs = None if with_password else SECURITY
    with change(store, actor, needs) as tx, sign_in_factor.kept(store, actor):
        user = users.by_id(store, user_id)
        number = None if phone is None or not phone.strip() else mobile_number(phone)
        if number == user["cell_phone"]:
            tx.no_event()
            return
        users.raise_version(store, user_id)
        became = replace_number(store, user, number)
        tx.record(
            "phone.change",
            f"The mobile number of {user['user_name']} was {became}.",
            object_=f"user:{user_id}",
        )


def replace_number(store: Store, user: sqlite3.Row, number: str | None) -> str:
    """Write a number inside the running transaction, end its open codes, tell the old one (S6).

    `number` is in E.164 form, or None to take it away. Returns what became of it, in words.
    """
    users.set_phone(store, user, number)
    # A code that waits at the old number opens nothing any more, a sign-in least of all.
    one_time_codes.end_all(store, user["user_id"], ("phone.verify", "factor.change", "sign_in"))
    # The mark of `mask` is no letter of a text message.
    new = "removed" if number is None else f"changed to one ending in {number[-2:]}"
    tell(store, user, f"the mobile number was {new}")
    return "removed" if number is None else f"changed to {outbox.mask(number)}"


def send_code(
    store: Store, actor: Actor, purpose: str, says: str, *, settled: bool
) -> ProofCodeSent:
    """Send a code to the actor's own phone; `settled` refuses a number changed within 24 hours.

    Raises BadInput where none can be sent, Conflict.
    """
    with change(store, actor, None) as tx:
        user = users.by_id(store, actor.user_id)
        kinds = factors.on_offer(store, user, for_download=settled)
        if "sms" not in kinds:
            why = factors.why_no_text_message(store, user)
            raise BadInput(why[0] if why else "No text message can be sent to you.")
        one_time_codes.check_not_too_many(store, user["user_id"])
        sent_to = outbox.mask(user["cell_phone"])
        code = one_time_codes.next_code(store, user["user_id"], purpose, sent_to)
        body = text_messages.queue_code(
            store,
            code,
            purpose=purpose,
            number=user["cell_phone"],
            says=f"{code.code} {says}.",
        )
        tx.record("factor.send_code", f"A code was sent to {sent_to}.")
    shown = body if is_demo(store) else None
    return ProofCodeSent(sent_to, code.expires_at, code.tries_left, shown)


def tell(store: Store, user: sqlite3.Row, what: str) -> None:
    """Tell a user's phone of a change that somebody else may have made (S6).

    A number that no text message goes to is no reason to leave the change undone.
    """
    if not user["cell_phone"]:
        return
    with suppress(BadInput):
        text_messages.queue(
            store,
            purpose="factor.changed",
            number=user["cell_phone"],
            lifetime=NOTICE_LIFETIME,
            says=f"Your account: {what}.",
            advice=("If it was not you, tell an administrator now.",),
        )
