"""Reports > Portal Activity: who was invited, who signed in, and whose invitation failed (P11).

One rule: it is only looked at; the trail records who exported it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import portal_activity
from store.access import Actor, change, view
from store.clock import moment
from store.database import Store
from store.errors import BadInput
from store.invitation_candidates import full_name
from store.portal_activity import ACCESS as ACCESS
from store.portal_activity import STATES as STATES
from store.portal_activity import ActivityFilter as ActivityFilter
from store.rights import Level, Need, Right
from store.use_cases.audit_trail import ReportHead, report_head

SEE = Need(Right.INVITATIONS, Level.VIEW)
EXPORT = Need(Right.INVITATIONS)
PAGE = 200
LONGEST_PAGE = 5_000
EVERYTHING = ActivityFilter()


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One patient. `access` is none, given or removed; `reason` says why sending failed."""

    patient_id: int
    name: str
    state: str
    invited_at: datetime | None
    last_sign_in: datetime | None
    access: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One page by name; `next` is what `after` takes to go on, None at the end."""

    rows: tuple[ActivityRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ActivitySummary:
    """How many patients stand where."""

    never_invited: int
    invited: int
    signed_in: int
    failed: int


def activity(
    store: Store,
    actor: Actor,
    wanted: ActivityFilter = EVERYTHING,
    after: int | None = None,
    limit: int = PAGE,
) -> ActivityPage:
    """Return a page of patients by name. Raises Refused, BadInput for a filter that cannot be."""
    view(store, actor, SEE)
    _check(wanted)
    size = max(1, min(limit, LONGEST_PAGE))
    rows = portal_activity.page(store, wanted, after, size + 1)
    shown = tuple(_row(row) for row in rows[:size])
    return ActivityPage(shown, shown[-1].patient_id if len(rows) > size else None)


def summary(store: Store, actor: Actor) -> ActivitySummary:
    """Return how many patients stand where. Raises Refused."""
    view(store, actor, SEE)
    return ActivitySummary(**portal_activity.counts(store))


def begin_activity_export(
    store: Store, actor: Actor, wanted: ActivityFilter = EVERYTHING
) -> ReportHead:
    """Note that the report is exported, before any of it leaves.

    The pages are then read with `activity`. Raises Refused unless the actor holds Patient - Portal
    Invitations: Full Control; BadInput.
    """
    with change(store, actor, EXPORT) as tx:
        _check(wanted)
        about = filter_words(wanted)
        tx.record("portal.activity_export", f"Exported the portal activity: {about}.")
    return report_head(store, actor, about)


def filter_words(wanted: ActivityFilter) -> str:
    """Return what a filter asks for in words: `state failed, access given`."""
    parts = [f"state {wanted.state.replace('_', ' ')}"] if wanted.state else []
    if wanted.access:
        parts.append(f"access {wanted.access}")
    if wanted.office_id is not None:
        parts.append(f"office {wanted.office_id}")
    if wanted.text.strip():
        # The trail is read by more people than the patients are: a name does not go into it.
        parts.append("part of a name")
    return ", ".join(parts) or "all patients"


def _check(wanted: ActivityFilter) -> None:
    for value, known in ((wanted.state, STATES), (wanted.access, ACCESS)):
        if value and value not in known:
            raise BadInput(f"There is no {value[:40]}.", do=f"Choose one of {', '.join(known)}.")


def _row(row: sqlite3.Row) -> ActivityRow:
    return ActivityRow(
        row["patient_id"],
        full_name(row),
        row["state"],
        moment(row["invited_at"]) if row["invited_at"] else None,
        moment(row["last_login_at"]) if row["last_login_at"] else None,
        row["access"],
        row["reason"] or "",
    )
