"""The rows of message carriers: all SQL that reads them outside Setup.

One rule: nothing here opens a secret.
"""

from __future__ import annotations

import sqlite3
from urllib.parse import urlsplit

from store.database import Store
from store.errors import BadInput
from store.phones import mobile_number, why_not_served


def row(store: Store, channel: str) -> sqlite3.Row | None:
    """Return what is set up for a channel, or None."""
    return store.one("SELECT * FROM message_carrier WHERE channel = ?", (channel,))


def why_no_text_to(store: Store, number: str) -> str:
    """Return why no text message goes to a number, a sentence; empty if one does (D7).

    It must be a mobile, whatever let it in, and of a country that the practice's carrier serves.
    """
    try:
        to = mobile_number(number)
    except BadInput as problem:
        return problem.what
    found = row(store, "sms")
    return why_not_served(to, (found["countries"] or "") if found else "")


def text_carrier_words(store: Store) -> str:
    """Return by what text messages go, as the history of the registration tells it (D6)."""
    found = row(store, "sms")
    if found is None or found["kind"] == "spool":
        return "spool"
    if found["kind"] == "http":
        return f"{found['sender']} through {urlsplit(found['address']).netloc}"
    device = found["address"].rpartition("/")[2]
    return f"{found['sender'] or 'SIM card'} through {device}"


def failing(store: Store) -> list[tuple[str, str]]:
    """Return (channel, reason) of each carrier that is set up and does not work."""
    rows = store.rows(
        "SELECT channel, last_error FROM message_carrier WHERE health = 'failing'"
        " AND kind <> 'spool' ORDER BY channel DESC"
    )
    return [(r["channel"], r["last_error"] or "") for r in rows]
