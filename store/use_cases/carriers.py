"""Setup > Account Info > Communications: by what messages of each channel are sent.

One rule: a carrier's password is sealed, shown to nobody, and goes to no other server than the one
it was typed for: whoever changes server or account types it again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import message_carriers, outbox, registration, sign_in_factor, users
from store.access import Actor, Change, change, view
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
_SECRETS = {"smtp": "password", "http": "token", "modem": "PIN"}
CHECK_EVERY = timedelta(hours=24)
"""How often a carrier is tried, whether or not anything is to be sent."""


@dataclass(frozen=True, slots=True)
class CarrierView:
    """What is set, and how it does: `health` is untried, working or failing.

    `kind` is empty where nothing is set up. `found` is what the last check that went well found;
    `countries` as in `US CA`, empty: any.
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
    countries: str = ""
    found: str = ""


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
    countries: str = ""
    channel: str = ""

    def __repr__(self) -> str:
        return f"OpenCarrier({self.kind})"


def carrier(store: Store, actor: Actor, channel: str) -> CarrierView:
    """Return what is set for a channel. Raises Refused, NotFound for an unknown channel."""
    view(store, actor, SEE)
    return shown(store, channel)


def shown(store: Store, channel: str) -> CarrierView:
    """Return what is set for a channel. Raises NotFound for an unknown channel."""
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
        row["countries"] or "",
        row["found"] or "",
    )


def save_carrier(store: Store, actor: Actor, form: CarrierForm) -> None:
    """Set by what a channel's messages are sent; what waits goes that way with the next delivery.

    Text messages that go by another way are to be registered anew (D6).

    Raises Refused; NotFound for an unknown channel; BadCarrier, which names the field.
    """
    with change(store, actor, SET) as tx:
        present = _row(store, form.channel)
        store.execute("DELETE FROM message_carrier WHERE channel = ?", (form.channel,))
        if not form.kind:
            tx.record("communications.carrier", f"Took the {form.channel} carrier down.")
            _after_change(store, tx, actor, form.channel, present)
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
        _after_change(store, tx, actor, form.channel, present)
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
        row["countries"] or "",
        channel,
    )


def note_health(
    store: Store, channel: str, reason: str = "", found: str = "", tried: OpenCarrier | None = None
) -> None:
    """Note how the last try went: a reason why it failed, or none if it worked.

    Args:
        found: what a check that went well found, a sentence.
        tried: what was tried: nothing is noted if something else is set by now.
    """
    with store.transaction():
        row = _row(store, channel)
        if row is None or (tried is not None and _where(row) != _where_of(tried)):
            return
        store.execute(
            "UPDATE message_carrier SET health = ?, checked_at = ?, last_error = ?,"
            " found = coalesce(?, found) WHERE channel = ?",
            (
                "failing" if reason else "working",
                instant(store.clock.now()),
                reason or None,
                (not reason and found) or None,
                channel,
            ),
        )


def due_for_check(store: Store) -> tuple[str, ...]:
    """Return the channels whose carrier was not tried for a day, or never (D6).

    One that was tried later than now was tried before the clock was set back.
    """
    now = store.clock.now()
    rows = store.rows(
        "SELECT channel FROM message_carrier WHERE kind <> 'spool'"
        " AND (checked_at IS NULL OR checked_at <= ? OR checked_at > ?) ORDER BY channel DESC",
        (instant(now - CHECK_EVERY), instant(now)),
    )
    return tuple(row["channel"] for row in rows)


def _row(store: Store, channel: str) -> sqlite3.Row | None:
    if channel not in KINDS:
        raise NotFound("There is no such way to send messages.", do="Choose sms or email.")
    return message_carriers.row(store, channel)


def _where(row: sqlite3.Row | None) -> tuple[str, ...]:
    """Return what names a carrier; that of a channel without settings is that of files."""
    if row is None or row["kind"] == "spool":
        return ("spool", "", "", "")
    return (row["kind"], row["address"] or "", row["account"] or "", row["sender"] or "")


def _where_of(tried: OpenCarrier) -> tuple[str, ...]:
    if tried.kind == "spool":
        return ("spool", "", "", "")
    return (tried.kind, tried.address, tried.account, tried.sender)


def _after_change(
    store: Store, tx: Change, actor: Actor, channel: str, before: sqlite3.Row | None
) -> None:
    """Let what waits go the new way at once; text messages are registered anew if it is another."""
    outbox.due_now(store, channel)
    if channel != "sms" or _where(before) == _where(_row(store, channel)):
        return
    if sign_in_factor.depends_on_text(store, users.by_id(store, actor.user_id)):
        raise BadCarrier(
            "kind",
            "You sign in with codes in text messages, and would be shut out until another carrier"
            " is registered.",
            do="Set up an authenticator app or recovery codes first: File > My Factors.",
        )
    if registration.reset(store, actor.user_id):
        tx.record("communications.reset", "Text messaging is to be registered anew.")


def _kind_without_settings(store: Store, channel: str) -> str:
    """Text messages become files as long as no gateway is set up; mail in the demo only.

    In a real practice a mail that nobody sends must be seen to wait.
    """
    return "spool" if channel == "sms" or is_demo(store) else ""


def _told(form: CarrierForm, columns: Columns) -> str:
    if form.kind == "spool":
        return f"Messages by {form.channel} become files in the practice's folder."
    parts = ("address", "port", "security", "account", "sender", "countries")
    address, port, security, account, sender, where = (str(columns.get(p) or "") for p in parts)
    as_whom = f", as {account}" if account else ""
    new = f" The {_SECRETS[form.kind]} is new." if form.secret else ""
    if form.kind == "smtp":
        return f"Mail goes through {address} port {port} ({security}){as_whom}, from {sender}.{new}"
    only = f", to {where} only" if where else ""
    by = sender or "the number of its SIM card"
    return f"Text messages go through {address}{as_whom}, from {by}{only}.{new}"
