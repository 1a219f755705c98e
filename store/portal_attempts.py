"""Wrong passwords of patients: counted before they are compared, as those of staff are.

One rule: whatever a name is, known or not, barred or not, the same is written and compared.
Source: REQUIREMENTS S3, P10 and P12 (five within five minutes pause for five minutes; after 100 in
a row only a new password from the office helps).
"""

from __future__ import annotations

import sqlite3

from store.clock import instant, moment
from store.database import Store
from store.portal_credentials import is_over
from store.sign_in_attempts import (
    PAUSE,
    TRIES,
    TRIES_IN_A_ROW,
    WINDOW,
    charge_nobody,
    is_paused,
)


def charged(store: Store, user_name: str) -> sqlite3.Row | None:
    """Count one try inside the running transaction; return the credentials it may be compared with.

    None where nobody may sign in by that name now: unknown, removed, paused, expired, too often
    wrong, or a patient who died or was entered by mistake.
    """
    row = store.one(
        "SELECT c.* FROM portal_credential c JOIN patient p USING (patient_id)"
        " WHERE c.user_name = ? COLLATE NOCASE AND c.removed_at IS NULL"
        " AND p.status NOT IN ('deleted', 'deceased')",
        (user_name.strip(),),
    )
    if row is None or _is_barred(store, row):
        charge_nobody(store)
        return None
    now = store.clock.now()
    # A pause that was served begins a new count.
    earlier = "" if row["locked_until"] else row["recent_failures"] or ""
    recent = [text for text in earlier.split() if abs(now - moment(text)) <= WINDOW]
    recent.append(instant(now))
    store.execute(
        "UPDATE portal_credential SET failed_attempts = failed_attempts + 1, recent_failures = ?,"
        " locked_until = ? WHERE patient_id = ?",
        (
            " ".join(recent),
            instant(now + PAUSE) if len(recent) >= TRIES else None,
            row["patient_id"],
        ),
    )
    return row


def forget(store: Store, patient_id: int) -> None:
    """Take the wrong tries back inside the running transaction: the password was right."""
    store.execute(
        "UPDATE portal_credential SET failed_attempts = 0, recent_failures = NULL,"
        " locked_until = NULL WHERE patient_id = ?",
        (patient_id,),
    )


def _is_barred(store: Store, row: sqlite3.Row) -> bool:
    paused = is_paused(row["locked_until"], store.clock.now())
    return paused or row["failed_attempts"] >= TRIES_IN_A_ROW or is_over(store, row)
