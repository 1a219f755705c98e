"""Sending from the outbox: claims, tries, and how each message ended.

One rule: a message is sent by the one deliverer that has claimed it, and by nobody again once it
may have been handed over. queued → sending → sent, failed, expired or unknown; a deliverer whose
claim ran out changes nothing more, unless it is the only one who can still tell what became of it.
Everything here runs.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from store.clock import instant, moment
from store.database import Store
from store.deadlines import over, times
from store.errors import ChairsideError
from store.outbox import DUE, LONGEST_GAP, WIPED, Outgoing, opened, wipe_expired
from store.outbox_receipts import GAPS as RECEIPT_GAPS
from store.sealer import SealBroken

LEASE = timedelta(minutes=2)
"""A deliverer that gave no sign for this long counts as dead; longer than any one try takes."""
GAPS = (*(timedelta(seconds=s) for s in (30, 120, 600, 3600)), LONGEST_GAP)
"""How long to wait after each try that did not succeed; the last one goes on."""
QUICK_GAPS = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120))
"""The same for what is good for a short time only, such as a one-time code."""
QUICK_LIFE = timedelta(minutes=30)


_DEAD = f"state = 'sending' AND {over('claimed_until')}"


class ClaimLost(ChairsideError):
    """The message is another deliverer's by now, was withdrawn, or is too old to be sent."""

    title = "Not sent"


def claim(store: Store, holder: str, channel: str, limit: int) -> list[Outgoing]:
    """Take messages of a channel: what is over soonest, first.

    What dead deliverers held is dealt with before: it can be sent again only if it was certainly
    not handed over. `holder` names one run of one deliverer, and no other.
    """
    _end_dead_claims(store)
    wipe_expired(store)
    now = store.clock.now()
    due = store.rows(
        f"SELECT *{DUE} AND channel = :channel"
        " ORDER BY expires_at IS NULL, expires_at, outbox_message_id LIMIT :limit",
        {**times(now, LONGEST_GAP), "channel": channel, "limit": limit},
    )
    claimed = []
    for row in due:
        number, tries = row["outbox_message_id"], row["tries"] + 1
        store.execute(
            "UPDATE outbox_message SET state = 'sending', tries = ?, claimed_by = ?,"
            " claimed_until = ?, handing_over = 0 WHERE outbox_message_id = ?",
            (tries, holder, instant(now + LEASE), number),
        )
        try:
            claimed.append(opened(store, row, holder, tries))
        except SealBroken as broken:
            failed(store, Outgoing(number, channel, "", "", "", holder, tries), broken.what)
    return claimed


def handing_over(store: Store, message: Outgoing) -> None:
    """Note that the carrier may have it from now on.

    To be durable before the first byte after which the carrier might send it. Raises ClaimLost if
    it must not be sent any more: taken over, withdrawn, expired.
    """
    now = store.clock.now()
    changed = store.execute(
        "UPDATE outbox_message SET handing_over = 1, claimed_until = :until"
        " WHERE outbox_message_id = :number AND claimed_by = :holder AND tries = :tries"
        " AND state = 'sending' AND handing_over = 0"
        " AND (expires_at IS NULL OR expires_at > :now)",
        {**_claim_of(message), "until": instant(now + LEASE), "now": instant(now)},
    )
    if not changed:
        raise ClaimLost("This message must not be sent any more.")


def sent(
    store: Store,
    message: Outgoing,
    reference: str,
    carried_by: str = "",
    ask_after: timedelta | None = None,
) -> None:
    """Note that the carrier took it, and wipe the text.

    Args:
        reference: the carrier's name for it.
        carried_by: which carrier that was: only that one can tell of it.
        ask_after: when to ask whether it arrived (`outbox_receipts`); None: nobody will tell.
    """
    now = store.clock.now()
    more = {
        "sent_at": instant(now),
        "carrier_reference": reference or None,
        "carried_by": carried_by or None,
    }
    if ask_after is not None:
        # Later than the longest gap, an instant to ask at would look like one of another clock.
        more["ask_at"] = instant(now + min(ask_after, RECEIPT_GAPS[-1]))
        more["settled_at"] = None
    _settle(store, message, "sent", None, **more)


def failed(store: Store, message: Outgoing, reason: str) -> None:
    """Note that the carrier will never take it; wipe the text."""
    _settle(store, message, "failed", reason)


def unknown(store: Store, message: Outgoing, reason: str) -> None:
    """Note that it was handed over and no answer came: it is never sent again by itself."""
    _settle(store, message, "unknown", reason)


def try_later(store: Store, message: Outgoing, reason: str) -> bool:
    """Put a message back, to be tried after a growing gap.

    Returns False if it is over instead: no time is left, or its text was wiped meanwhile.
    """
    row = store.one(
        "SELECT created_at, not_before, expires_at FROM outbox_message WHERE outbox_message_id = ?",
        (message.outbox_message_id,),
    )
    assert row is not None
    again = store.clock.now() + gap(row, message.tries)
    if row["expires_at"] and again >= moment(row["expires_at"]):
        failed(store, message, f"{reason} No time is left for another try.")
        return False
    back = store.execute(
        "UPDATE outbox_message SET state = 'queued', not_before = :again, last_error = :reason,"
        " claimed_by = NULL, claimed_until = NULL, handing_over = 0 WHERE state = 'sending'"
        " AND outbox_message_id = :number AND claimed_by = :holder AND tries = :tries",
        {**_claim_of(message), "again": instant(again), "reason": reason},
    )
    if not back:
        failed(store, message, reason)
    return bool(back)


def give_back(store: Store, messages: list[Outgoing], reason: str) -> None:
    """Put back what was claimed and not tried; no try is counted.

    The reason, if there is one, stands with it, as why it is not on its way; then it waits for a
    moment, so that nobody knocks at a carrier that is down all the time.
    """
    soon = instant(store.clock.now() + QUICK_GAPS[0]) if reason else None
    for message in messages:
        store.execute(
            "UPDATE outbox_message SET state = 'queued', tries = tries - 1, last_error = :reason,"
            " not_before = CASE WHEN :soon < coalesce(expires_at, '~') THEN :soon"
            " ELSE not_before END, claimed_by = NULL, claimed_until = NULL"
            " WHERE state = 'sending' AND handing_over = 0"
            " AND outbox_message_id = :number AND claimed_by = :holder AND tries = :tries",
            {**_claim_of(message), "reason": reason or None, "soon": soon},
        )


def gap(row: sqlite3.Row, tries: int) -> timedelta:
    """Return how long to wait after so many tries; short for what is over soon."""
    written = moment(row["created_at"])
    quick = row["expires_at"] and moment(row["expires_at"]) - written <= QUICK_LIFE
    gaps = QUICK_GAPS if quick else GAPS
    return gaps[min(max(tries, 1), len(gaps)) - 1]


def count_due(store: Store, channel: str) -> int:
    """Return how many messages of a channel a deliverer would have work with now."""
    now = store.clock.now()
    waiting = store.value(
        f"SELECT count(*){DUE} AND channel = :channel",
        {**times(now, LONGEST_GAP), "channel": channel},
    )
    held = f"SELECT count(*) FROM outbox_message WHERE {_DEAD} AND channel = :channel"
    return int(waiting) + int(store.value(held, {**times(now, LEASE), "channel": channel}))


def _end_dead_claims(store: Store) -> None:
    """Put back what a dead deliverer held, or note that nobody knows.

    Ending the claim of one who lives is safe: it finds out before it hands anything over.
    """
    these = times(store.clock.now(), LEASE)
    store.execute(
        "UPDATE outbox_message SET state = 'unknown', settled_at = :now,"
        f" last_error = 'Sending was cut off; it may have arrived.', {WIPED}"
        f" WHERE {_DEAD} AND handing_over = 1",
        these,
    )
    store.execute(
        "UPDATE outbox_message SET state = 'queued', claimed_by = NULL, claimed_until = NULL,"
        f" last_error = 'Sending was cut off before it began.' WHERE {_DEAD}",
        these,
    )


def _settle(
    store: Store, message: Outgoing, state: str, reason: str | None, **more: str | None
) -> None:
    """End a message's way. Its own deliverer may still tell what became of an unknown one."""
    columns = {"settled_at": instant(store.clock.now()), **more}
    named = "".join(f", {column} = :{column}" for column in columns)
    store.execute(
        f"UPDATE outbox_message SET state = :state, last_error = :reason{named}, {WIPED}"
        " WHERE outbox_message_id = :number AND claimed_by = :holder AND tries = :tries"
        " AND (state = 'sending' OR state = 'unknown')",
        {**_claim_of(message), "state": state, "reason": reason, **columns},
    )


def _claim_of(message: Outgoing) -> dict[str, object]:
    return {
        "number": message.outbox_message_id,
        "holder": message.holder,
        "tries": message.tries,
    }
