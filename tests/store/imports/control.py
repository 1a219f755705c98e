"""Control totals: what an import can be checked with against the system it came from.

One rule: everything is counted by SQL in the store, nothing is taken from the import's own counts.
"""

from __future__ import annotations

from typing import Any

from store.database import Store
from store.imports.opendental.mapping import TABLE_MAPS

_GROUPED = {
    "procedure_fee_by_status": "SELECT status, sum(fee) FROM procedure GROUP BY status",
    "procedures_by_status": "SELECT status, count(*) FROM procedure GROUP BY status",
    "payment_by_type": "SELECT payment_type_id, sum(amount) FROM payment GROUP BY payment_type_id",
    "payments_by_type": "SELECT payment_type_id, count(*) FROM payment GROUP BY payment_type_id",
    "patients_by_status": "SELECT status, count(*) FROM patient GROUP BY status",
    "patients_by_gender": "SELECT gender, count(*) FROM patient GROUP BY gender",
    "appointments_by_status": "SELECT status, count(*) FROM appointment GROUP BY status",
    "appointments_by_operatory": (
        "SELECT operatory_id, count(*) FROM appointment GROUP BY operatory_id"
    ),
    "families_by_size": (
        "SELECT members, count(*) FROM"
        " (SELECT count(*) AS members FROM patient GROUP BY guarantor_id) GROUP BY members"
    ),
}
_CLAIM_PROCS = (
    "SELECT status, count(*) AS rows, sum(fee_billed) AS fee_billed,"
    " sum(insurance_estimate) AS insurance_estimate, sum(insurance_paid) AS insurance_paid,"
    " sum(write_off) AS write_off FROM claim_proc GROUP BY status"
)
_RECEIVABLE = (
    "SELECT (SELECT coalesce(sum(fee * unit_quantity), 0) FROM procedure WHERE status = 'complete')"
    " + (SELECT coalesce(sum(amount), 0) FROM adjustment)"
    " - (SELECT coalesce(sum(amount), 0) FROM pay_split)"
    " - (SELECT coalesce(sum(insurance_paid + write_off), 0) FROM claim_proc"
    "    WHERE status IN ('received', 'supplemental'))"
)


def control_totals(store: Store) -> dict[str, Any]:
    """Return row counts and sums of the store; money in cents.

    `receivable` is what is owed to the practice: charges of completed treatment and adjustments,
    less what patients and insurance have paid and what was written off.
    """
    totals: dict[str, Any] = {
        "rows": {
            table.target: store.value(f'SELECT count(*) FROM "{table.target}"')
            for table in TABLE_MAPS.values()
        }
    }
    for name, sql in _GROUPED.items():
        totals[name] = {row[0]: row[1] for row in store.rows(sql)}
    totals["claim_procs_by_status"] = {
        row["status"]: {key: row[key] for key in row.keys()[1:]} for row in store.rows(_CLAIM_PROCS)
    }
    totals["payments"] = store.value("SELECT sum(amount) FROM payment")
    totals["pay_splits"] = store.value("SELECT sum(amount) FROM pay_split")
    totals["receivable"] = store.value(_RECEIVABLE)
    return totals
