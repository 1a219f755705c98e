"""The index that patients are found by; it is made from `patient` and can be made anew at any time.

One rule: no writer can forget it. A trigger notes every patient who is new or was changed, and what
is noted is indexed before the next search.
"""

from __future__ import annotations

from store.patient_terms import FIELDS
from store.schema.columns import Table, choice, integer, key, text

VALUE_SETS: dict[str, dict[str, str]] = {
    "patient_search_kind": {
        "last": "Family name.",
        "whole": "Family and given name as one word, in writings without blanks.",
        "first": "Given name.",
        "preferred": "Name the patient likes to be called by.",
        "part": "Part of a name that has several.",
        "chart": "Chart number.",
        "phone": "Telephone number.",
        "phone_end": "Telephone number, backwards.",
        "email": "E-mail address.",
        "birthdate": "Day of birth.",
    },
}

_DERIVED = "An index, made from the table patient."

# No references to `patient`: checking ten million of them would double the time of an import, and
# a patient is never deleted.
PATIENT_SEARCH = Table(
    "patient_search",
    "What patients can be found by, folded: no case, no accents, no signs.",
    (
        choice("kind", "patient_search_kind", "What it is.", required=True),
        text("term", "The name or number, folded.", required=True),
        integer("patient_id", "Number of the patient.", required=True),
        integer("sketch", "Which beginnings the patient's terms have, as bits.", required=True),
    ),
    primary_key=("kind", "term", "patient_id"),
    without_rowid=True,
    left_out=_DERIVED,
)

PATIENT_TERMS = Table(
    "patient_terms",
    "All terms of one patient, so that they can be compared and taken out of the index.",
    (
        key("patient_id", "Number of the patient."),
        text("terms", "Kind, a tab and the term; one a line.", required=True),
    ),
    left_out=_DERIVED,
)


def _trigger(when: str, row: str) -> str:
    name = when.split()[0].lower()
    # Not INSERT OR IGNORE: the statement that fires the trigger would overrule the IGNORE.
    return (
        f"CREATE TRIGGER patient_search_notes_{name} AFTER {when} ON patient\n"
        f"    BEGIN INSERT INTO patient_unindexed (patient_id) SELECT {row}.patient_id\n"
        f"    WHERE NOT EXISTS (SELECT 1 FROM patient_unindexed u"
        f" WHERE u.patient_id = {row}.patient_id); END"
    )


def _update_trigger() -> str:
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in FIELDS)
    when = f"UPDATE OF {', '.join(FIELDS)}"
    return _trigger(when, "new").replace("\n    BEGIN", f"\n    WHEN {changed}\n    BEGIN", 1)


PATIENT_UNINDEXED = Table(
    "patient_unindexed",
    "Patients who are new or were changed, and are still to be indexed.",
    (key("patient_id", "Number of the patient."),),
    left_out=_DERIVED,
    triggers=(_trigger("INSERT", "new"), _update_trigger(), _trigger("DELETE", "old")),
)

TABLES: tuple[Table, ...] = (PATIENT_SEARCH, PATIENT_TERMS, PATIENT_UNINDEXED)
