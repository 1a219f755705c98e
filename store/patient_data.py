"""What an archive of one patient holds, of every table (right of access, REQUIREMENTS section 6).

One rule: a row gets in because it is the patient's, or because a row of the patient's names it;
no row of another person does. Of others only numbers stand there.

A table with a required `patient_id` is the patient's by its description alone. Every other table is
named below, and one that is not fails: a new table cannot slip in, nor be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from store.schema.columns import Table
from store.schema.tables import exported_tables, table_named, tables_left_out

_VIA: dict[str, str] = {
    "disclosure": "patient_id = {p}",
    "guardian": "child_id = {p} OR guardian_id = {p}",
    "ins_sub": "subscriber_patient_id = {p}",
    "patient": "patient_id = {p}",
    "perio_measure": (
        "perio_exam_id IN (SELECT perio_exam_id FROM perio_exam WHERE patient_id = {p})"
    ),
    "treatment_plan_item": (
        "treatment_plan_id IN (SELECT treatment_plan_id FROM treatment_plan WHERE patient_id = {p})"
    ),
}
"""The patient's by way of something else; `{p}` is the patient's number."""

_OWN_BENEFIT = "pat_plan_id IN (SELECT pat_plan_id FROM pat_plan WHERE patient_id = {p})"
_PLAN_BENEFIT = "pat_plan_id IS NULL AND ins_plan_id IN (SELECT ins_plan_id FROM ins_plan WHERE"
"""What a plan pays: agreed for this patient, or for everybody on a plan that the patient is on."""

_REFERRED = frozenset(
    {
        *("allergy_def", "carrier", "fee_sched", "ins_plan", "medication"),
        *("operatory", "problem_def", "procedure_code", "provider"),
    }
)
"""What the patient's rows name: of these the rows that are named, and no others."""

_ALSO: dict[str, str] = {
    # Somebody else's insurance may cover the patient: the plan is told, its subscriber is not.
    "ins_plan": (
        "ins_plan_id IN (SELECT ins_plan_id FROM ins_sub WHERE ins_sub_id IN"
        " (SELECT ins_sub_id FROM pat_plan WHERE patient_id = {p}))"
        f" OR ins_plan_id IN (SELECT ins_plan_id FROM benefit WHERE {_OWN_BENEFIT})"
    ),
}

_WHOLE = frozenset({"definition", "office", "practice_group", "recall_type", "value_set"})
"""Lists of the practice that nothing can be understood without; no patient is in them."""

_STAFF = "About the practice's staff and their rights, not about the patient."
_OWN = "The practice's own settings and work, not about the patient."
_LEFT_OUT: dict[str, str] = {
    "audit_log": "The practice's own record of what its staff did; it can only be checked whole.",
    "claim_payment": "One cheque of an insurance pays for several patients.",
    "communication_registration": _OWN,
    "data_download": _OWN,
    "data_download_file": _OWN,
    "data_download_retrieval": _OWN,
    "data_download_series": _OWN,
    "emergency_access": _STAFF,
    "fee": "The practice's price lists; each treatment carries its own fee.",
    "group_permission": _STAFF,
    "import_run": _OWN,
    "lock_date": _OWN,
    "permission": _STAFF,
    "portal_feature": _OWN,
    "portal_invite_rule": _OWN,
    "preference": _OWN,
    "schedule": "The practice's timetable; the patient's visits are in appointment.",
    "source_identity": "Numbers that other systems gave to the rows of all patients.",
    "user": _STAFF,
    "user_group": _STAFF,
    "user_group_member": _STAFF,
}


@dataclass(frozen=True, slots=True)
class PatientTable:
    """One table of the archive of one patient.

    Attributes:
        only: the condition that its rows meet, as SQL.
        is_closed: whether every row that others refer to is in it.
    """

    table: Table
    only: str
    is_closed: bool


def patient_tables(patient_id: int) -> tuple[PatientTable, ...]:
    """Return the tables of one patient's archive, by name, with the condition of each."""
    return tuple(
        PatientTable(table, _condition(table, int(patient_id)), table.name in _REFERRED | _WHOLE)
        for table in exported_tables()
        if table.name not in _LEFT_OUT
    )


def left_out_of_patient() -> tuple[Table, ...]:
    """Return the tables that the archive of a patient does not hold; each says why."""
    only_here = [replace(table_named(name), left_out=why) for name, why in _LEFT_OUT.items()]
    return tuple(sorted((*tables_left_out(), *only_here), key=lambda table: table.name))


def is_named_by_patient(table: Table) -> bool:
    """Tell whether a table is the patient's by its description: a patient it cannot be without."""
    return any(
        c.name == "patient_id" and c.required and c.references == "patient" for c in table.columns
    )


def _condition(table: Table, patient_id: int) -> str:
    if table.name in _WHOLE:
        return "1"
    if table.name in _REFERRED:
        return _referred(table, patient_id)
    if table.name == "benefit":
        plans = _referred(table_named("ins_plan"), patient_id)
        return f"{_OWN_BENEFIT.format(p=patient_id)} OR {_PLAN_BENEFIT} ({plans}))"
    if table.name in _VIA:
        return _VIA[table.name].format(p=patient_id)
    if is_named_by_patient(table):
        return f"patient_id = {patient_id}"
    raise LookupError(f"nobody has said what of {table.name} is a patient's")


def _referred(table: Table, patient_id: int) -> str:
    """Return the condition of what rows of the patient name, and what these name themselves."""
    (key,) = table.key
    ways = [
        f"{key} IN (SELECT {column.name} FROM {other.name} WHERE {_condition(other, patient_id)})"
        for other in exported_tables()
        if other is not table
        and other.name not in _LEFT_OUT
        # Benefits follow their plan, so they cannot lead to it; see _ALSO.
        and (table.name, other.name) != ("ins_plan", "benefit")
        for column in other.exported_columns
        if column.references == table.name
    ]
    if table.name in _ALSO:
        ways.append(_ALSO[table.name].format(p=patient_id))
    found = " OR ".join(ways)
    own = [c.name for c in table.exported_columns if c.references == table.name]
    further = [f"{key} IN (SELECT {name} FROM {table.name} WHERE {found})" for name in own]
    return " OR ".join((found, *further))
