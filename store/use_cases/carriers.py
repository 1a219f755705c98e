"""Setup > Account Info > Communications: by what messages of each channel are sent.

One rule: a carrier's password is sealed, shown to nobody, and goes to no other server than the one
it was typed for: whoever changes server or account types it again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import outbox, users
from store.access import Actor, change, view
from store.carrier_settings import KINDS, PURPOSE, CarrierForm, Columns, columns_of
from store.carrier_settings import BadCarrier as BadCarrier
from store.clock import instant, moment
from store.database import Store
from store.errors import BadInput, NotFound
from store.mail import Mail, one_line
from store.rights import Level, Need, Right
from store.use_cases.signing_in import is_demo

SEE = Need(Right.COMMUNICATIONS, Level.VIEW)
SET = Need(Right.COMMUNICATIONS, Level.FULL)
TEST_LIFETIME = timedelta(hours=1)
TEST_PURPOSE = "carrier.test"


@dataclass(frozen=True, slots=True)
class CarrierView:
    """What is set, and how it does: `health` is untried, working or failing.

    `kind` is empty where nothing is set up.
    """

    channel: str
    kind: str
    address: str = ""
    port: int | None = None
    security: str = ""
    account: str = ""
    sender: str = ""
    sender_name: str = ""
    has_secret: bool = False
    health: str = "untried"
    checked_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class OpenCarrier:
    """A carrier as the deliverer needs it, its secret opened."""

    kind: str
    address: str = ""
    port: int = 0
    security: str = ""
    account: str = ""
    secret: str = ""
    sender: str = ""
    sender_name: str = ""

    def __repr__(self) -> str:
        return f"OpenCarrier({self.kind})"


def carrier(store: Store, actor: Actor, channel: str) -> CarrierView:
    """Return what is set for a channel. Raises Refused, NotFound for an unknown channel."""
    view(store, actor, SEE)
    row = _row(store, channel)
    if row is None:
        return CarrierView(channel, _kind_without_settings(store, channel))
    return CarrierView(
        channel,
        row["kind"],
        row["address"] or "",
        row["port"],
        row["security"] or "",
        row["account"] or "",
        row["sender"] or "",
        row["sender_name"] or "",
        row["sealed_secret"] is not None,
        row["health"],
        moment(row["checked_at"]) if row["checked_at"] else None,
        row["last_error"] or "",
    )


def save_carrier(store: Store, actor: Actor, form: CarrierForm) -> None:
    """Set by what a channel's messages are sent; what waits goes that way with the next delivery.

    Raises Refused; NotFound for an unknown channel; BadCarrier, which names the field.
    """
    with change(store, actor, SET) as tx:
        present = _row(store, form.channel)
        store.execute("DELETE FROM message_carrier WHERE channel = ?", (form.channel,))
        if not form.kind:
            tx.record("communications.carrier", f"Took the {form.channel} carrier down.")
            return
        columns = columns_of(store, form, present)
        store.insert(
            "message_carrier",
            {
                **columns,
                "channel": form.channel,
                "kind": form.kind,
                "edited_at": instant(store.clock.now()),
                "edited_by": actor.user_id,
            },
        )
        tx.record("communications.carrier", _told(form, columns))
    # The password before stands in what was deleted.
    store.scrub_log()


def check_may_try(store: Store, actor: Actor) -> None:
    """Raise Refused unless the actor may have Chairside sign in to the practice's mail server."""
    view(store, actor, SET)


def test_mail(store: Store, actor: Actor) -> str:
    """Queue a mail to one's own e-mail address; return the address, masked.

    Raises Refused; BadInput where none is on file for this user.
    """
    with change(store, actor, SET) as tx:
        own = users.by_id(store, actor.user_id)["email"]
        if not own:
            raise BadInput(
                "No e-mail address is on file for you, so no test can be sent.",
                kept="Nothing was sent.",
                do="Enter it under Setup > Security > Users.",
            )
        practice = store.value("SELECT name FROM practice_group")
        mail = Mail(
            f"Test message from {one_line(practice)}",
            f"This is a test message of {practice}.\n\nThe mail account in Chairside works.\n",
        )
        outbox.queue_mail(
            store, purpose=TEST_PURPOSE, recipient=own, mail=mail, lifetime=TEST_LIFETIME
        )
        tx.record("communications.test", f"Sent a test mail to {outbox.mask(own)}.")
    return outbox.mask(own)


def for_delivery(store: Store, channel: str) -> OpenCarrier | None:
    """Return by what a channel's messages go, or None if nothing is set up for it.

    Raises SealBroken where the secret was sealed under another key.
    """
    row = _row(store, channel)
    if row is None:
        kind = _kind_without_settings(store, channel)
        return OpenCarrier(kind) if kind else None
    sealed = row["sealed_secret"]
    return OpenCarrier(
        row["kind"],
        row["address"] or "",
        row["port"] or 0,
        row["security"] or "",
        row["account"] or "",
        store.sealer.open(sealed, PURPOSE, channel).decode() if sealed else "",
        row["sender"] or "",
        row["sender_name"] or "",
    )


def note_health(store: Store, channel: str, reason: str = "") -> None:
    """Note how the last try went: a reason why it failed, or none if it worked."""
    with store.transaction():
        store.execute(
            "UPDATE message_carrier SET health = ?, checked_at = ?, last_error = ?"
            " WHERE channel = ?",
            (
                "failing" if reason else "working",
                instant(store.clock.now()),
                reason or None,
                channel,
            ),
        )


def _row(store: Store, channel: str) -> sqlite3.Row | None:
    if channel not in KINDS:
        raise NotFound("There is no such way to send messages.", do="Choose sms or email.")
    return store.one("SELECT * FROM message_carrier WHERE channel = ?", (channel,))


def _kind_without_settings(store: Store, channel: str) -> str:
    """Text messages become files as long as no gateway is set up; mail in the demo only.

    In a real practice a mail that nobody sends must be seen to wait.
    """
    return "spool" if channel == "sms" or is_demo(store) else ""


def _told(form: CarrierForm, columns: Columns) -> str:
    if form.kind == "spool":
        return f"Messages by {form.channel} become files in the practice's folder."
    parts = ("address", "port", "security", "account", "sender")
    address, port, security, account, sender = (str(columns[name] or "") for name in parts)
    as_whom = f", as {account}" if account else ""
    new = " The password is new." if form.secret else ""
    return f"Mail goes through {address} port {port} ({security}){as_whom}, from {sender}.{new}"
