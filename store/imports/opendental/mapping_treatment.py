"""Open Dental's tables about treatment and recall.

One rule: units of 0 count as 1, and a packed interval is unpacked; both are how Open Dental counts.
"""

from __future__ import annotations

from store.imports.opendental import codes
from store.imports.opendental.fields import (
    cents,
    code,
    day,
    first_text,
    flag,
    integer,
    interval,
    local,
    present,
    ref,
    stamp,
    text,
    units,
)
from store.imports.opendental.table_map import TableMap

PROCEDURE_CODE = TableMap(
    "procedurecode",
    "procedure_code",
    "CodeNum",
    ("procedure_code_id",),
    (
        text("ProcCode", "code"),
        text("Descript", "description"),
        text("AbbrDesc", "abbr_description"),
        text("LaymanTerm", "layman_term"),
        ref("ProcCat", "category_id", "definition"),
        code("TreatArea", "treatment_area", codes.TREATMENT_AREA),
        text("ProcTime", "default_pattern"),
        text("DefaultNote", "default_note"),
        flag("IsProsth", "is_prosthesis"),
        flag("IsHygiene", "is_hygiene"),
        flag("IsRadiology", "is_radiology"),
        flag("IsTaxed", "is_taxed"),
        flag("NoBillIns", "no_bill_insurance"),
        integer("BaseUnits", "base_units"),
        stamp("DateTStamp", "edited_at"),
    ),
    needed=("ProcCode",),
)

PROCEDURE = TableMap(
    "procedurelog",
    "procedure",
    "ProcNum",
    ("procedure_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        ref("AptNum", "appointment_id", "appointment"),
        ref("PlannedAptNum", "planned_appointment_id", "appointment"),
        ref("CodeNum", "procedure_code_id", "procedurecode"),
        code("ProcStatus", "status", codes.PROCEDURE_STATUS),
        day("ProcDate", "procedure_date"),
        day("DateTP", "date_planned"),
        day("DateComplete", "date_completed"),
        ref("ProvNum", "provider_id", "provider"),
        ref("ClinicNum", "office_id", "clinic"),
        text("ToothNum", "tooth_number"),
        text("Surf", "surface"),
        text("ToothRange", "tooth_range"),
        ref("Priority", "priority_id", "definition"),
        ref("Dx", "diagnosis_id", "definition"),
        text("DiagnosticCode", "diagnosis_code"),
        ref("Prognosis", "prognosis_id", "definition"),
        cents("ProcFee", "fee"),
        units("unit_quantity"),
        cents("Discount", "discount"),
        cents("TaxAmt", "tax"),
        code("PlaceService", "place_of_service", codes.PLACE_OF_SERVICE),
        code("Prosthesis", "prosthesis", codes.PROSTHESIS),
        day("DateOriginalProsth", "prosthesis_original_date"),
        text("ClaimNote", "claim_note"),
        text("BillingNote", "billing_note"),
        flag("IsLocked", "is_locked"),
        local("SecDateEntry", "created_at"),
        stamp("DateTStamp", "edited_at"),
    ),
    needed=("PatNum", "CodeNum", "ProcStatus", "ProcFee"),
)

PROC_NOTE = TableMap(
    "procnote",
    "proc_note",
    "ProcNoteNum",
    ("proc_note_id",),
    (
        ref("ProcNum", "procedure_id", "procedurelog"),
        ref("PatNum", "patient_id", "patient"),
        local("EntryDateTime", "entered_at"),
        text("Note", "note"),
        present("Signature", "is_signed"),
    ),
)

RECALL_TYPE = TableMap(
    "recalltype",
    "recall_type",
    "RecallTypeNum",
    ("recall_type_id",),
    (
        first_text(("Description", "RecallTypeNum"), "description"),
        *interval("DefaultInterval"),
        text("Procedures", "procedures"),
        text("TimePattern", "pattern"),
    ),
)

RECALL = TableMap(
    "recall",
    "recall",
    "RecallNum",
    ("recall_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        ref("RecallTypeNum", "recall_type_id", "recalltype"),
        day("DateDue", "date_due"),
        day("DateDueCalc", "date_due_calculated"),
        day("DatePrevious", "date_previous"),
        day("DateScheduled", "date_scheduled"),
        *interval(),
        ref("RecallStatus", "status_id", "definition"),
        flag("IsDisabled", "is_disabled"),
        day("DisableUntilDate", "disable_until_date"),
        cents("DisableUntilBalance", "disable_until_balance"),
        code("Priority", "priority", codes.PRIORITY),
        text("Note", "note"),
        stamp("DateTStamp", "edited_at"),
    ),
)

TREATMENT: tuple[TableMap, ...] = (PROCEDURE_CODE, PROCEDURE, PROC_NOTE, RECALL_TYPE, RECALL)
