"""The practice, its people and what happens chair side.

One rule: a patient is never deleted; a status says what they are to the practice now.
"""

from __future__ import annotations

from store.clock import PACIFIC
from store.schema.columns import (
    CREATED_EDITED,
    Column,
    Index,
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
from store.schema.people_values import VALUE_SETS

__all__ = ["TABLES", "VALUE_SETS"]

BY_NAME = ("coalesce(last_name, '') COLLATE NOCASE", "coalesce(first_name, '') COLLATE NOCASE")
"""In which order lists show patients."""
_ADDRESS = (
    text("address", "Street and house number."),
    text("address2", "Second line of the address: unit, suite, floor."),
    text("city", "City."),
    text("state", "State or province, as the post office writes it."),
    text("zip", "Postal code."),
)

PRACTICE_GROUP = Table(
    "practice_group",
    "The practice group that this store belongs to; one row.",
    (
        key("pgid", "Practice group number (PGID); staff sign in to it."),
        text("name", "Name of the practice, as patients know it.", required=True),
        Column(
            "time_zone",
            "text",
            "Time zone of the practice; dates of downloads and appointments are counted in it.",
            required=True,
            default=PACIFIC,
        ),
        text("portal_url", "Web address of the patient portal; it begins with https."),
        text("doc_url", "Public web address of the page that describes the export format."),
    ),
    checks=("portal_url IS NULL OR lower(portal_url) GLOB 'https://?*'",),
)

OFFICE = Table(
    "office",
    "A place where the practice sees patients.",
    (
        key("office_id"),
        ref("pgid", "practice_group", "Practice group the office belongs to.", required=True),
        text("name", "Name of the office.", required=True),
        text("abbr", "Short name of the office, for narrow lists."),
        *_ADDRESS,
        text("phone", "Telephone number of the office."),
        text("npi", "National provider identifier of the office."),
        flag("is_hidden", "No longer in use; kept for the rows that name it."),
    ),
)

PROVIDER = Table(
    "provider",
    "A dentist, hygienist or other person who treats patients.",
    (
        key("provider_id"),
        text("abbr", "Short name on the schedule, two to six letters.", required=True),
        text("last_name", "Family name, or the name of the company."),
        text("first_name", "Given name."),
        text("middle_name", "Middle name or initial."),
        text("suffix", "Degrees after the name, such as DDS or RDH."),
        flag("is_secondary", "A hygienist or assistant rather than a dentist."),
        ref("specialty_id", "definition", "Field the provider works in."),
        text("npi", "National provider identifier."),
        text("state_license", "Number of the licence to practise."),
        text("state_licensed", "State that gave the licence."),
        ref("fee_sched_id", "fee_sched", "Fees that are charged unless something else says."),
        ref("user_id", "user", "User account of this provider, where there is one."),
        integer("item_order", "Place in lists, lowest first."),
        date("terminated_on", "Day the provider left the practice."),
        flag("is_hidden", "No longer works here; kept for the rows that name them."),
    ),
)

OPERATORY = Table(
    "operatory",
    "A chair, or a column of the schedule.",
    (
        key("operatory_id"),
        ref("office_id", "office", "Office the chair stands in.", indexed=True),
        text("name", "Name of the chair.", required=True),
        text("abbr", "Short name of the chair."),
        integer("item_order", "Place on the schedule, leftmost first."),
        flag("is_hygiene", "Used for hygiene visits."),
        ref("provider_id", "provider", "Dentist who works at it by default."),
        ref("hygienist_id", "provider", "Hygienist who works at it by default."),
        flag("is_hidden", "No longer in use."),
    ),
)

_PATIENT_IDENTITY = (
    key("patient_id", "Number of the patient."),
    text("chart_number", "Number of the paper or old chart.", indexed=True),
    text("last_name", "Family name.", indexed=True),
    text("first_name", "Given name."),
    text("middle_name", "Middle name or initial."),
    text("preferred_name", "Name the patient likes to be called by."),
    text("title", "Title before the name, such as Dr."),
    text("salutation", "How letters begin, such as Dear Ms Adler."),
    choice("status", "patient_status", "What the person is to the practice now.", required=True),
    choice("gender", "gender", "Gender as the patient gave it.", required=True, default="unknown"),
    choice("marital_status", "marital_status", "Family position as the patient gave it."),
    date("birthdate", "Day of birth.", indexed=True),
    instant("deceased_at", "When the patient died, where known."),
    text(
        "ssn", "Social security number. Screens mask it; seeing it is a right and is logged (S8)."
    ),
)

_PATIENT_CONTACT = (
    *_ADDRESS,
    text("country", "Country, where it is not the practice's own."),
    text("home_phone", "Telephone at home."),
    text("work_phone", "Telephone at work."),
    text("wireless_phone", "Mobile telephone."),
    text("email", "E-mail address."),
    text("language", "Language the patient likes to be spoken to in."),
    choice("preferred_confirm_method", "contact_method", "How to confirm appointments."),
    choice("preferred_contact_method", "contact_method", "How to reach the patient in general."),
    choice("preferred_recall_method", "contact_method", "How to remind of regular visits."),
    choice(
        "text_message_ok",
        "yes_no_unknown",
        "Whether the patient agreed to text messages.",
        required=True,
        default="unknown",
    ),
    flag("email_ok", "The patient agreed to messages by e-mail."),
    flag("privacy_notice_signed", "The patient signed the notice of privacy practices."),
    flag("truth_in_lending_signed", "The patient signed the terms of paying over time."),
)

_PATIENT_ACCOUNT = (
    ref(
        "guarantor_id",
        "patient",
        "Head of the household, who pays for the family; the patient's own number if they pay.",
        indexed=True,
    ),
    ref(
        "responsible_party_id",
        "patient",
        "Person who answers for the patient apart from paying.",
        indexed=True,
    ),
    ref(
        "primary_provider_id",
        "provider",
        "Dentist who treats the patient as a rule.",
        required=True,
    ),
    ref("secondary_provider_id", "provider", "Hygienist who treats the patient as a rule."),
    ref("office_id", "office", "Office the patient goes to as a rule."),
    ref("fee_sched_id", "fee_sched", "Fees agreed with this patient."),
    ref("billing_type_id", "definition", "How the account is billed."),
    text("credit_type", "One-letter note of the office on the patient's credit."),
    date("date_first_visit", "Day of the first visit."),
    choice("student_status", "student_status", "Whether and how much the patient studies."),
    text("school_name", "School or college the patient goes to."),
)

_PATIENT_NOTES = (
    flag("premedicate", "Needs medication before treatment."),
    text("medical_urgent_note", "Medical warning that everybody must see."),
    text("appointment_note", "What to heed when making appointments."),
    text("address_note", "Note on address and telephone."),
    text("family_financial_note", "Urgent note on the family's account; on the guarantor only."),
)

_PATIENT_BALANCES = (
    cents("balance_0_30", "Owed by the family for up to 30 days; on the guarantor only."),
    cents("balance_31_60", "Owed by the family for 31 to 60 days; on the guarantor only."),
    cents("balance_61_90", "Owed by the family for 61 to 90 days; on the guarantor only."),
    cents("balance_over_90", "Owed by the family for over 90 days; on the guarantor only."),
    cents("balance_total", "Owed by the family in all; on the guarantor only."),
    cents("insurance_estimate", "Expected from insurance for the family; on the guarantor only."),
    cents("estimated_balance", "Owed by this patient alone, before insurance pays."),
)

PATIENT = Table(
    "patient",
    "A person the practice treats, or bills for somebody it treats.",
    (
        *_PATIENT_IDENTITY,
        *_PATIENT_CONTACT,
        *_PATIENT_ACCOUNT,
        *_PATIENT_NOTES,
        *_PATIENT_BALANCES,
        *CREATED_EDITED,
    ),
    later_indexes=(
        # With the status, so that whoever is no patient is passed over without a look at the row.
        Index("by_name", (*BY_NAME, "patient_id", "status"), since=3),
    ),
)

GUARDIAN = Table(
    "guardian",
    "Who cares for whom: a person related to a patient, and whether they may decide for them.",
    (
        ref("child_id", "patient", "Patient who is cared for.", required=True),
        ref("guardian_id", "patient", "Person who cares.", required=True, indexed=True),
        choice("relationship", "guardian_relationship", "What the person is to the patient."),
        flag("is_guardian", "May decide for the patient."),
    ),
    primary_key=("child_id", "guardian_id"),
)

APPOINTMENT = Table(
    "appointment",
    "A visit: planned, scheduled, kept or broken.",
    (
        key("appointment_id"),
        ref("patient_id", "patient", "Patient who comes.", required=True, indexed=True),
        choice("status", "appointment_status", "State of the visit.", required=True),
        instant("starts_at", "Start of the visit; empty while it has no time.", indexed=True),
        text(
            "pattern",
            "Time needed, one sign per 5 minutes: X with the provider, / with an assistant.",
        ),
        ref("operatory_id", "operatory", "Chair of the visit."),
        ref("provider_id", "provider", "Dentist of the visit.", indexed=True),
        ref("hygienist_id", "provider", "Hygienist of the visit."),
        ref("office_id", "office", "Office of the visit."),
        ref("confirmed_id", "definition", "How far the visit is confirmed."),
        ref("unscheduled_status_id", "definition", "Why it is not on the schedule at present."),
        flag("is_new_patient", "First visit of the patient."),
        flag("is_hygiene", "The hygienist leads the visit."),
        choice(
            "priority",
            "appointment_priority",
            "Whether an earlier time is wanted.",
            required=True,
            default="normal",
        ),
        text("note", "Note on the visit."),
        text("procedures_text", "What is to be done, in short."),
        instant("arrived_at", "When the patient arrived."),
        instant("seated_at", "When the patient was seated."),
        instant("dismissed_at", "When the patient left."),
        ref("planned_from_id", "appointment", "Planned visit that this one was made from."),
        ref("appointment_type_id", "definition", "Kind of visit."),
        ref("primary_plan_id", "ins_plan", "First insurance plan on the day of the visit."),
        ref("secondary_plan_id", "ins_plan", "Second insurance plan on the day of the visit."),
        *CREATED_EDITED,
    ),
    indexes=(("status", "starts_at"), ("operatory_id", "starts_at")),
)

SCHEDULE = Table(
    "schedule",
    "When the practice, a provider or an employee works, or a chair is blocked.",
    (
        key("schedule_id"),
        date("schedule_date", "Day.", required=True, indexed=True),
        instant("starts_at", "Start; empty for a note on the whole day."),
        instant("stops_at", "End; empty for a note on the whole day."),
        choice("schedule_type", "schedule_type", "Whose time it is.", required=True),
        ref("provider_id", "provider", "Provider whose time it is."),
        ref("operatory_id", "operatory", "Chair it is for; empty for every chair."),
        ref("office_id", "office", "Office it is for; empty for every office."),
        ref("blockout_type_id", "definition", "Why the chair is blocked."),
        text("note", "Note, such as the name of a holiday."),
    ),
)

TABLES: tuple[Table, ...] = (
    PRACTICE_GROUP,
    OFFICE,
    PROVIDER,
    OPERATORY,
    PATIENT,
    GUARDIAN,
    APPOINTMENT,
    SCHEDULE,
)
