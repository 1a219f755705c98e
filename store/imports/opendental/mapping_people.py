"""Open Dental's tables about people, visits and talk.

One rule: users of Open Dental are not taken over, so nothing here says who entered a row.
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
    local,
    present,
    ref,
    stamp,
    text,
)
from store.imports.opendental.table_map import TableMap

_ADDRESS = (
    text("Address", "address"),
    text("Address2", "address2"),
    text("City", "city"),
    text("State", "state"),
    text("Zip", "zip"),
)

DEFINITION = TableMap(
    "definition",
    "definition",
    "DefNum",
    ("definition_id",),
    (
        code(
            "Category",
            "category",
            codes.DEFINITION_CATEGORY,
            otherwise=lambda number: f"open_dental_{number}",
        ),
        first_text(("ItemName", "ItemValue", "DefNum"), "name"),
        text("ItemValue", "value"),
        integer("ItemOrder", "item_order"),
        flag("IsHidden", "is_hidden"),
    ),
    needed=("Category", "ItemName"),
)

CLINIC = TableMap(
    "clinic",
    "office",
    "ClinicNum",
    ("office_id",),
    (
        first_text(("Description", "Abbr", "ClinicNum"), "name"),
        text("Abbr", "abbr"),
        *_ADDRESS,
        text("Phone", "phone"),
        flag("IsHidden", "is_hidden"),
    ),
    with_pgid=True,
)

PROVIDER = TableMap(
    "provider",
    "provider",
    "ProvNum",
    ("provider_id",),
    (
        first_text(("Abbr", "LName", "ProvNum"), "abbr"),
        text("LName", "last_name"),
        text("FName", "first_name"),
        text("MI", "middle_name"),
        text("Suffix", "suffix"),
        flag("IsSecondary", "is_secondary"),
        ref("Specialty", "specialty_id", "definition"),
        text("NationalProvID", "npi"),
        text("StateLicense", "state_license"),
        text("StateWhereLicensed", "state_licensed"),
        ref("FeeSched", "fee_sched_id", "feesched"),
        integer("ItemOrder", "item_order"),
        day("DateTerm", "terminated_on"),
        flag("IsHidden", "is_hidden"),
    ),
)

OPERATORY = TableMap(
    "operatory",
    "operatory",
    "OperatoryNum",
    ("operatory_id",),
    (
        ref("ClinicNum", "office_id", "clinic"),
        first_text(("OpName", "Abbrev", "OperatoryNum"), "name"),
        text("Abbrev", "abbr"),
        integer("ItemOrder", "item_order"),
        flag("IsHygiene", "is_hygiene"),
        ref("ProvDentist", "provider_id", "provider"),
        ref("ProvHygienist", "hygienist_id", "provider"),
        flag("IsHidden", "is_hidden"),
    ),
)

_PATIENT_IDENTITY = (
    text("ChartNumber", "chart_number"),
    text("LName", "last_name"),
    text("FName", "first_name"),
    text("MiddleI", "middle_name"),
    text("Preferred", "preferred_name"),
    text("Title", "title"),
    text("Salutation", "salutation"),
    code("PatStatus", "status", codes.PATIENT_STATUS),
    code("Gender", "gender", codes.GENDER),
    code("Position", "marital_status", codes.POSITION),
    day("Birthdate", "birthdate"),
    local("DateTimeDeceased", "deceased_at"),
    text("SSN", "ssn"),
)

_PATIENT_CONTACT = (
    *_ADDRESS,
    text("Country", "country"),
    text("HmPhone", "home_phone"),
    text("WkPhone", "work_phone"),
    text("WirelessPhone", "wireless_phone"),
    text("Email", "email"),
    text("Language", "language"),
    code("PreferConfirmMethod", "preferred_confirm_method", codes.CONTACT_METHOD),
    code("PreferContactMethod", "preferred_contact_method", codes.CONTACT_METHOD),
    code("PreferRecallMethod", "preferred_recall_method", codes.CONTACT_METHOD),
    code("TxtMsgOk", "text_message_ok", codes.YES_NO),
    flag("HasSignedTil", "truth_in_lending_signed"),
)

_PATIENT_ACCOUNT = (
    ref("Guarantor", "guarantor_id", "patient"),
    ref("ResponsParty", "responsible_party_id", "patient"),
    ref("PriProv", "primary_provider_id", "provider"),
    ref("SecProv", "secondary_provider_id", "provider"),
    ref("ClinicNum", "office_id", "clinic"),
    ref("FeeSched", "fee_sched_id", "feesched"),
    ref("BillingType", "billing_type_id", "definition"),
    text("CreditType", "credit_type"),
    day("DateFirstVisit", "date_first_visit"),
    code("StudentStatus", "student_status", codes.STUDENT_STATUS),
    text("SchoolName", "school_name"),
    cents("Bal_0_30", "balance_0_30"),
    cents("Bal_31_60", "balance_31_60"),
    cents("Bal_61_90", "balance_61_90"),
    cents("BalOver90", "balance_over_90"),
    cents("BalTotal", "balance_total"),
    cents("InsEst", "insurance_estimate"),
    cents("EstBalance", "estimated_balance"),
)

PATIENT = TableMap(
    "patient",
    "patient",
    "PatNum",
    ("patient_id",),
    (
        *_PATIENT_IDENTITY,
        *_PATIENT_CONTACT,
        *_PATIENT_ACCOUNT,
        flag("Premed", "premedicate"),
        text("MedUrgNote", "medical_urgent_note"),
        text("ApptModNote", "appointment_note"),
        text("AddrNote", "address_note"),
        text("FamFinUrgNote", "family_financial_note"),
        local("SecDateEntry", "created_at"),
        stamp("DateTStamp", "edited_at"),
    ),
    needed=("LName", "FName", "Birthdate", "PatStatus", "Guarantor", "PriProv"),
)

GUARDIAN = TableMap(
    "guardian",
    "guardian",
    None,
    ("child_id", "guardian_id"),
    (
        ref("PatNumChild", "child_id", "patient"),
        ref("PatNumGuardian", "guardian_id", "patient"),
        code("Relationship", "relationship", codes.GUARDIAN_RELATIONSHIP),
        flag("IsGuardian", "is_guardian"),
    ),
    needed=("PatNumChild", "PatNumGuardian"),
)

APPOINTMENT = TableMap(
    "appointment",
    "appointment",
    "AptNum",
    ("appointment_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        code("AptStatus", "status", codes.APPOINTMENT_STATUS),
        local("AptDateTime", "starts_at"),
        text("Pattern", "pattern"),
        ref("Op", "operatory_id", "operatory"),
        ref("ProvNum", "provider_id", "provider"),
        ref("ProvHyg", "hygienist_id", "provider"),
        ref("ClinicNum", "office_id", "clinic"),
        ref("Confirmed", "confirmed_id", "definition"),
        ref("UnschedStatus", "unscheduled_status_id", "definition"),
        flag("IsNewPatient", "is_new_patient"),
        flag("IsHygiene", "is_hygiene"),
        code("Priority", "priority", codes.PRIORITY),
        text("Note", "note"),
        text("ProcDescript", "procedures_text"),
        local("DateTimeArrived", "arrived_at"),
        local("DateTimeSeated", "seated_at"),
        local("DateTimeDismissed", "dismissed_at"),
        ref("NextAptNum", "planned_from_id", "appointment"),
        ref("InsPlan1", "primary_plan_id", "insplan"),
        ref("InsPlan2", "secondary_plan_id", "insplan"),
        local("SecDateTEntry", "created_at"),
        stamp("DateTStamp", "edited_at"),
    ),
    needed=("PatNum", "AptStatus", "AptDateTime"),
)

COMMLOG = TableMap(
    "commlog",
    "commlog",
    "CommlogNum",
    ("commlog_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        local("CommDateTime", "happened_at"),
        local("DateTimeEnd", "ended_at"),
        ref("CommType", "comm_type_id", "definition"),
        code("Mode_", "mode", codes.COMM_MODE),
        code("SentOrReceived", "direction", codes.COMM_DIRECTION),
        text("Note", "note"),
        present("Signature", "is_signed"),
        stamp("DateTStamp", "edited_at"),
    ),
)

PEOPLE: tuple[TableMap, ...] = (
    DEFINITION,
    CLINIC,
    PROVIDER,
    OPERATORY,
    PATIENT,
    GUARDIAN,
    APPOINTMENT,
    COMMLOG,
)
