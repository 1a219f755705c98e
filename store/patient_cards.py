"""The rows that stand behind a patient's card.

One rule: everything here is found by an index on the patient's number, so that a card opens as
quickly in a large practice as in a small one.
"""

from __future__ import annotations

import sqlite3

from store.clock import instant
from store.database import Store
from store.errors import NotFound

LARGEST_HOUSEHOLD = 60
"""People; a home or a school can stand as guarantor for hundreds, whom no card can show."""


def patient(store: Store, patient_id: int) -> sqlite3.Row:
    """Return a patient's row. Raises NotFound for none, and for one entered by mistake."""
    # A number too long for the store is no error, it is nobody's.
    known = 0 < patient_id < 2**63
    row = store.one("SELECT * FROM patient WHERE patient_id = ?", (patient_id if known else 0,))
    if row is None or row["status"] == "deleted":
        raise NotFound("There is no such patient.", do="Look for the patient again.")
    return row


def household(store: Store, patient_id: int, guarantor_id: int | None) -> list[sqlite3.Row]:
    """Return who has the same guarantor, the guarantor first, then the oldest first.

    `relationship` tells what the person is to the patient as their guardian, where that is known.
    """
    if guarantor_id is None:
        return []
    return store.rows(
        "SELECT p.patient_id, p.last_name, p.first_name, p.middle_name, p.preferred_name,"
        " p.birthdate, g.relationship FROM patient p"
        " LEFT JOIN guardian g ON g.child_id = ? AND g.guardian_id = p.patient_id"
        " WHERE (p.guarantor_id = ? OR p.patient_id = ?) AND p.status <> 'deleted'"
        " ORDER BY p.patient_id <> ?, p.birthdate IS NULL, p.birthdate, p.patient_id LIMIT ?",
        (patient_id, guarantor_id, guarantor_id, guarantor_id, LARGEST_HOUSEHOLD),
    )


def last_statement(store: Store, guarantor_id: int) -> sqlite3.Row | None:
    """Return the last statement of account that was sent; invoices and receipts are none."""
    return store.one(
        "SELECT balance_total, date_sent FROM statement WHERE patient_id = ?"
        " AND date_sent IS NOT NULL AND balance_total IS NOT NULL"
        " AND is_invoice = 0 AND is_receipt = 0 ORDER BY date_sent DESC, statement_id DESC LIMIT 1",
        (guarantor_id,),
    )


def next_visit(store: Store, patient_id: int) -> sqlite3.Row | None:
    """Return the next scheduled visit with the name of who leads it, or None."""
    return store.one(
        "SELECT a.starts_at, v.first_name, v.last_name, v.suffix, v.abbr FROM appointment a"
        " LEFT JOIN provider v ON v.provider_id ="
        " CASE WHEN a.is_hygiene THEN coalesce(a.hygienist_id, a.provider_id)"
        " ELSE a.provider_id END"
        " WHERE a.patient_id = ? AND a.status = 'scheduled' AND a.starts_at >= ?"
        " ORDER BY a.starts_at, a.appointment_id LIMIT 1",
        (patient_id, instant(store.clock.now())),
    )


def provider_name(row: sqlite3.Row) -> str:
    """Return a provider's name with degrees, else the short name, else nothing."""
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    if not name:
        return row["abbr"] or ""
    return f"{name}, {row['suffix']}" if row["suffix"] else name


def recalls(store: Store, patient_id: int) -> list[sqlite3.Row]:
    """Return regular visits that are due and not scheduled yet, the earliest first."""
    return store.rows(
        "SELECT coalesce(t.description, 'Recall') AS what, r.date_due FROM recall r"
        " LEFT JOIN recall_type t USING (recall_type_id)"
        " WHERE r.patient_id = ? AND r.date_due IS NOT NULL AND r.is_disabled = 0"
        " AND r.date_scheduled IS NULL ORDER BY r.date_due, r.recall_id",
        (patient_id,),
    )


def online_access(store: Store, patient_id: int) -> str:
    """Return none, given or removed."""
    row = store.one("SELECT removed_at FROM portal_credential WHERE patient_id = ?", (patient_id,))
    if row is None:
        return "none"
    return "given" if row["removed_at"] is None else "removed"
