"""Who was invited to the portal, who signed in, whose invitation failed: the SQL of the report.

One rule: a patient who has signed in is told as such, whatever became of invitations since.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from store.clock import instant
from store.database import Store
from store.invitation_candidates import AFTER, BY_NAME, PATIENTS
from store.portal_passwords import writable

STATES = ("never_invited", "invited", "signed_in", "failed")
ACCESS = ("none", "given", "removed")
_FROM = (
    f"{PATIENTS} LEFT JOIN portal_invite i ON i.portal_invite_id = (SELECT max(x.portal_invite_id)"
    " FROM portal_invite x WHERE x.patient_id = p.patient_id)"
)
_WHOM = "(p.status = 'patient' OR c.patient_id IS NOT NULL OR i.portal_invite_id IS NOT NULL)"
"""Patients of the practice, and whoever else was given access or invited."""
_STATE = (
    "CASE WHEN c.last_login_at IS NOT NULL THEN 'signed_in'"
    " WHEN i.portal_invite_id IS NULL THEN 'never_invited'"
    " WHEN i.status = 'send_failed' THEN 'failed' ELSE 'invited' END"
)
_ACCESS = (
    "CASE WHEN c.patient_id IS NULL THEN 'none' WHEN c.removed_at IS NULL THEN 'given'"
    " ELSE 'removed' END"
)
_NAME = "coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '')"


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What is asked for; empty asks for everything.

    Attributes:
        state: one of `STATES`.
        access: one of `ACCESS`.
        office_id: patients who go to this office as a rule.
        text: a part of the name, first name first.
    """

    state: str = ""
    access: str = ""
    office_id: int | None = None
    text: str = ""


def page(store: Store, wanted: ActivityFilter, after: int | None, limit: int) -> list[sqlite3.Row]:
    """Return patients by name, after a patient."""
    conditions, given = _asked(wanted)
    if after is not None:
        conditions.append(AFTER)
    return store.rows(
        f"SELECT p.patient_id, p.last_name, p.first_name, {_STATE} AS state,"
        f" i.created_at AS invited_at, c.last_login_at, {_ACCESS} AS access,"
        f" iif({_STATE} = 'failed', i.error, NULL) AS reason{_FROM}"
        f" WHERE {' AND '.join(conditions)} ORDER BY {BY_NAME} LIMIT :limit",
        {**given, "after": after, "limit": limit},
    )


def counts(store: Store) -> dict[str, int]:
    """Return how many patients stand where, by state.

    Only those whom the portal knows are looked at one by one: most of a practice never heard of it.
    """
    known = store.rows(
        f"SELECT {_STATE} AS state, count(*) AS n, total(p.status = 'patient') AS patients{_FROM}"
        " WHERE p.patient_id IN (SELECT patient_id FROM portal_credential"
        " UNION SELECT patient_id FROM portal_invite) GROUP BY 1"
    )
    found = dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in known}
    patients = store.value("SELECT count(*) FROM patient WHERE status = 'patient'")
    found["never_invited"] += patients - int(sum(row["patients"] for row in known))
    return found


def _asked(wanted: ActivityFilter) -> tuple[list[str], dict[str, Any]]:
    conditions, given = [_WHOM], dict[str, Any]()
    for name, expression, value in (
        ("state", _STATE, wanted.state),
        ("access", _ACCESS, wanted.access),
        ("office", "p.office_id", wanted.office_id),
    ):
        if value:
            conditions.append(f"{expression} = :{name}")
            given[name] = value
    text = writable(wanted.text.strip())
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        conditions.append(f"{_NAME} LIKE :text ESCAPE '\\'")
        given["text"] = f"%{escaped}%"
    return conditions, given


def not_printed(store: Store) -> int:
    """Return how many patients have a one-time password that was neither printed nor mailed."""
    found: int = store.value(
        "SELECT count(*) FROM portal_credential c WHERE removed_at IS NULL AND printed_at IS NULL"
        " AND require_password_change = 1 AND password_hash IS NOT NULL"
        " AND password_expires_at > ? AND NOT EXISTS (SELECT 1 FROM portal_invite i"
        " WHERE i.patient_id = c.patient_id AND i.status <> 'send_failed'"
        # An earlier mail carried a password that is over.
        " AND i.created_at >= coalesce(c.issued_at, ''))",
        (instant(store.clock.now()),),
    )
    return found


def failed_invitations(store: Store) -> int:
    """Return how many patients were not reached by their last invitation and never signed in."""
    found: int = store.value(
        "SELECT count(*) FROM portal_invite i LEFT JOIN portal_credential c USING (patient_id)"
        " WHERE i.status = 'send_failed' AND c.removed_at IS NULL AND c.last_login_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM portal_invite later WHERE later.patient_id = i.patient_id"
        " AND later.portal_invite_id > i.portal_invite_id)"
    )
    return found
