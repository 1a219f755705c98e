"""What the audit trail tells of backups: when the last one was made, and what was put back.

One rule: the trail is the only place where it stands; there is no second one to disagree with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.audit_check import PUT_BACK
from store.clock import moment
from store.database import Store

MADE = "backup.make"
OLD_AFTER = timedelta(days=3)
"""A practice that backs up nightly has missed two nights by then."""


def last_made(store: Store) -> datetime | None:
    """Return when the last backup was made, in UTC, as far as this trail knows."""
    at = store.value("SELECT max(at) FROM audit_log WHERE action = ?", (MADE,))
    return None if at is None else moment(at)


def went_back_since(store: Store, made: datetime) -> bool:
    """Tell whether the practice was put back from a backup since an instant.

    What was handed out before that, and stands in no table (a sealed token), is over with it.
    """
    at = store.value("SELECT max(at) FROM audit_log WHERE action = ?", (PUT_BACK,))
    return at is not None and moment(at) >= made
