"""The search index of patients: keeping it as the patients are.

One rule: a patient's terms are replaced as a whole, in the transaction of whoever asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from store.database import Store, translated
from store.errors import StoreBusy
from store.patient_terms import FIELDS, sketch, terms_of

INDEXED_BEFORE_A_SEARCH = 500
"""Patients; more than an import leaves, and less than anybody notices waiting for."""
_INDEXED_AT_ONCE = 100_000
"""Patients; their terms are sorted before they are written, which bounds the memory."""


def refresh(store: Store, patient_ids: Iterable[int] | None = None) -> int:
    """Index patients anew inside the running transaction; return how many.

    Args:
        patient_ids: whom; None for everybody who was noted as new or changed.
    """
    noted = patient_ids is None
    ids = _noted(store, -1) if patient_ids is None else sorted(set(patient_ids))
    for begin in range(0, len(ids), _INDEXED_AT_ONCE):
        _index(store, ids[begin : begin + _INDEXED_AT_ONCE])
    if noted:
        store.execute("DELETE FROM patient_unindexed")
    else:
        with translated():
            store.db.executemany(
                "DELETE FROM patient_unindexed WHERE patient_id = ?", ((i,) for i in ids)
            )
    return len(ids)


def catch_up(store: Store) -> None:
    """Index those who were noted since, but a bounded number, and never wait for another writer."""
    ids = _noted(store, INDEXED_BEFORE_A_SEARCH)
    if not ids:
        return
    with suppress(StoreBusy), store.transaction(waits=False):
        refresh(store, ids)


def _noted(store: Store, limit: int) -> list[int]:
    rows = store.rows(
        "SELECT patient_id FROM patient_unindexed ORDER BY patient_id LIMIT ?", (limit,)
    )
    return [row[0] for row in rows]


def _index(store: Store, ids: list[int]) -> None:
    """Replace what the index holds of these patients."""
    these = (json.dumps(ids),)
    with translated():
        known = store.db.execute(
            "SELECT t.patient_id, t.terms FROM json_each(?) j CROSS JOIN patient_terms t"
            " ON t.patient_id = j.value",
            these,
        )
        old = [(*line.split("\t"), row[0]) for row in known for line in row[1].split("\n")]
        rows = store.db.execute(
            f"SELECT p.patient_id, {', '.join(FIELDS)} FROM json_each(?) j CROSS JOIN patient p"
            " ON p.patient_id = j.value WHERE status <> 'deleted'",
            these,
        )
        entries: list[tuple[str, str, int, int]] = []
        lines: list[tuple[int, str]] = []
        for row in rows:
            terms = terms_of(row)
            bits = sketch(terms)
            entries += [(kind, term, row[0], bits) for kind, term in terms]
            lines.append((row[0], "\n".join(f"{kind}\t{term}" for kind, term in terms)))
        # In the order of the index, so that each of its pages is written once.
        many = store.db.executemany
        many(
            "DELETE FROM patient_search WHERE kind = ? AND term = ? AND patient_id = ?",
            sorted(old),
        )
        many("DELETE FROM patient_terms WHERE patient_id = ?", ((i,) for i in ids))
        entries.sort()
        many(
            "INSERT INTO patient_search (kind, term, patient_id, sketch) VALUES (?, ?, ?, ?)",
            entries,
        )
        many("INSERT INTO patient_terms (patient_id, terms) VALUES (?, ?)", lines)
