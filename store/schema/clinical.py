"""Treatment: what can be done, what was done, what is planned. The medical record is beside it.

One rule: nothing clinical is deleted, only its status changes; a note is added to, never altered.
"""

from __future__ import annotations

from store.schema import medical
from store.schema.clinical_values import VALUE_SETS
from store.schema.columns import (
    CREATED_EDITED,
    Table,
    cents,
    choice,
    date,
    flag,
    instant,
    integer,
    key,
    ref,
    text,
)

__all__ = ["TABLES", "VALUE_SETS"]

PROCEDURE_CODE = Table(
    "procedure_code",
    "A kind of treatment that can be planned and charged.",
    (
        key("procedure_code_id"),
        text("code", "Code of the treatment in this practice.", required=True, unique=True),
        text("description", "What the code stands for."),
        text("abbr_description", "The same, in a few letters."),
        text("layman_term", "The same, in words for patients."),
        ref("category_id", "definition", "Group of the list that the code stands in."),
        choice(
            "treatment_area",
            "treatment_area",
            "Which part of the mouth has to be named with it.",
            required=True,
            default="none",
        ),
        text("default_pattern", "Time needed as a rule, one sign per 5 minutes (X or /)."),
        text("default_note", "Note that is put in as a rule."),
        flag("is_prosthesis", "A crown, bridge or denture; the date of the first one counts."),
        flag("is_hygiene", "Done by the hygienist."),
        flag("is_radiology", "An X-ray image."),
        flag("is_taxed", "Sales tax is added."),
        flag("no_bill_insurance", "Not billed to insurance as a rule."),
        integer("base_units", "Units that are charged at least."),
        *CREATED_EDITED,
    ),
)

_PROCEDURE_WHAT = (
    key("procedure_id"),
    ref("patient_id", "patient", "Patient who is treated.", required=True, indexed=True),
    ref("appointment_id", "appointment", "Visit it belongs to.", indexed=True),
    ref("planned_appointment_id", "appointment", "Planned visit it belongs to.", indexed=True),
    ref("procedure_code_id", "procedure_code", "Kind of treatment.", required=True, indexed=True),
    choice("status", "procedure_status", "Planned, done, or found.", required=True),
    date("procedure_date", "Day of treatment, or the day it was planned.", indexed=True),
    date("date_planned", "Day on which it was planned."),
    date("date_completed", "Day on which it was marked as done."),
    ref("provider_id", "provider", "Provider who treats.", indexed=True),
    ref("office_id", "office", "Office of the treatment."),
)

_PROCEDURE_WHERE = (
    text("tooth_number", "Tooth: 1 to 32, or A to T for milk teeth."),
    text("surface", "Surfaces of the tooth, or the quadrant, sextant or arch."),
    text("tooth_range", "Teeth, separated by commas, where it is more than one."),
    ref("priority_id", "definition", "How soon it should be done."),
    ref("diagnosis_id", "definition", "Why it is done, in the office's own list."),
    text("diagnosis_code", "Why it is done, as an ICD code."),
    ref("prognosis_id", "definition", "How it is expected to go."),
)

_PROCEDURE_MONEY = (
    cents("fee", "Fee for one unit.", required=True),
    integer("unit_quantity", "Units charged; the charge is the fee times this.", default=1),
    cents("discount", "Taken off the charge, while planned."),
    cents("tax", "Sales tax on it."),
    choice("place_of_service", "place_of_service", "Where the patient was treated."),
    choice("prosthesis", "prosthesis", "First prosthesis or a replacement."),
    date("prosthesis_original_date", "Day of the first prosthesis, for a replacement."),
    text("claim_note", "Note that goes to insurance with it."),
    text("billing_note", "Note that the patient sees on the statement."),
    ref("statement_id", "statement", "Invoice it stands on.", indexed=True),
    flag("is_locked", "Can no longer be changed; only notes can be added."),
)

PROCEDURE = Table(
    "procedure",
    "One treatment of one patient: planned, done, done elsewhere, or a condition found.",
    (*_PROCEDURE_WHAT, *_PROCEDURE_WHERE, *_PROCEDURE_MONEY, *CREATED_EDITED),
    indexes=(("status", "procedure_date"),),
)

PROC_NOTE = Table(
    "proc_note",
    "The chart note of a treatment. A later row is the newer wording; earlier ones stay.",
    (
        key("proc_note_id"),
        ref("procedure_id", "procedure", "Treatment.", required=True, indexed=True),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("user_id", "user", "Who wrote it."),
        instant("entered_at", "When it was written."),
        text("note", "The note."),
        flag("is_signed", "The writer signed it."),
        *CREATED_EDITED,
    ),
)

TREATMENT_PLAN = Table(
    "treatment_plan",
    "Treatment proposed to a patient. Patients see the saved ones (Q6).",
    (
        key("treatment_plan_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        date("plan_date", "Day of the plan."),
        text("heading", "Heading of the printed plan."),
        text("note", "Note below the plan."),
        choice("status", "treatment_plan_status", "Saved as proposed, or living.", required=True),
        ref("presenter_user_id", "user", "Who presented it to the patient."),
        text("signature", "Name under which the patient signed."),
        instant("signed_at", "When the patient signed."),
        ref("document_id", "document", "Signed sheet, as it was printed."),
        ref("responsible_party_id", "patient", "Who agreed to pay."),
        *CREATED_EDITED,
    ),
)

TREATMENT_PLAN_ITEM = Table(
    "treatment_plan_item",
    "One line of a treatment plan. A saved plan keeps copies, so that it reads as it was signed.",
    (
        key("treatment_plan_item_id"),
        ref("treatment_plan_id", "treatment_plan", "Plan.", required=True, indexed=True),
        ref("procedure_id", "procedure", "Treatment.", indexed=True),
        ref("priority_id", "definition", "How soon it should be done."),
        integer("item_order", "Place in the plan."),
        text("tooth", "Tooth as proposed."),
        text("surface", "Surfaces as proposed."),
        text("code", "Code as proposed."),
        text("description", "Description as proposed."),
        cents("fee", "Fee as proposed."),
        cents("primary_estimate", "What the first insurance was expected to pay."),
        cents("secondary_estimate", "What the second insurance was expected to pay."),
        cents("discount", "Discount as proposed."),
        cents("patient_amount", "What was left for the patient."),
        *CREATED_EDITED,
    ),
)

TABLES: tuple[Table, ...] = (
    PROCEDURE_CODE,
    PROCEDURE,
    PROC_NOTE,
    TREATMENT_PLAN,
    TREATMENT_PLAN_ITEM,
    *medical.TABLES,
)
