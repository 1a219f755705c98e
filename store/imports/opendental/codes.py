"""What the numbers and letters of Open Dental's enumerations are called here.

One rule: a code that is not listed is not guessed; the row that holds it is refused.
Source: Open Dental's public database documentation.
"""

from __future__ import annotations


def _numbered(*codes: str) -> dict[str, str]:
    return {str(number): code for number, code in enumerate(codes)}


PATIENT_STATUS = _numbered(
    "patient", "non_patient", "inactive", "archived", "deleted", "deceased", "prospective"
)
GENDER = _numbered("male", "female", "unknown", "other")
POSITION = _numbered("single", "married", "child", "widowed", "divorced")
CONTACT_METHOD = _numbered(
    "none",
    "do_not_call",
    "home_phone",
    "work_phone",
    "wireless_phone",
    "email",
    "see_notes",
    "mail",
    "text_message",
)
YES_NO = _numbered("unknown", "yes", "no")
STUDENT_STATUS = {"N": "not_student", "F": "full_time", "P": "part_time"}
GUARDIAN_RELATIONSHIP = _numbered(
    "father",
    "mother",
    "stepfather",
    "stepmother",
    "grandfather",
    "grandmother",
    "sitter",
    "brother",
    "caregiver",
    "foster_child",
    "guardian",
    "grandparent",
    "other",
    "parent",
    "stepchild",
    "self",
    "sibling",
    "sister",
    "spouse",
    "child",
    "life_partner",
    "friend",
    "grandchild",
)
APPOINTMENT_STATUS = {
    "1": "scheduled",
    "2": "complete",
    "3": "unscheduled",
    # 4 was a scheduled visit of a patient who wants to come earlier; later versions use Priority.
    "4": "scheduled",
    "5": "broken",
    "6": "planned",
    "7": "note",
    "8": "note_complete",
}
PRIORITY = _numbered("normal", "asap")
TREATMENT_AREA = _numbered(
    "none", "surface", "tooth", "mouth", "quadrant", "sextant", "arch", "tooth_range"
)
PROCEDURE_STATUS = {
    "1": "treatment_planned",
    "2": "complete",
    "3": "existing_current",
    "4": "existing_other",
    "5": "referred",
    "6": "deleted",
    "7": "condition",
    "8": "treatment_planned_inactive",
}
PLACE_OF_SERVICE = _numbered(
    "office",
    "patients_home",
    "inpatient_hospital",
    "outpatient_hospital",
    "skilled_nursing_facility",
    "custodial_care_facility",
    "other",
    "mobile_unit",
    "school",
    "military_facility",
    "federal_health_center",
    "public_health_clinic",
    "rural_health_clinic",
    "emergency_room",
    "ambulatory_surgical_center",
    "telehealth_elsewhere",
    "telehealth_at_home",
    "outreach_site",
)
PROSTHESIS = {"I": "initial", "R": "replacement"}
PLAN_TYPE = {
    "": "percentage",
    "p": "ppo_percentage",
    "f": "flat_copay",
    "c": "capitation",
}
RELATIONSHIP = _numbered(
    "self",
    "spouse",
    "child",
    "employee",
    "disabled_dependent",
    "significant_other",
    "injured_plaintiff",
    "life_partner",
    "dependent",
)
CLAIM_TYPE = {
    "P": "primary",
    "S": "secondary",
    "PreAuth": "preauthorization",
    "Other": "other",
    "Cap": "capitation",
}
CLAIM_STATUS = {
    "U": "unsent",
    "H": "hold_until_primary",
    "I": "hold_in_process",
    "W": "waiting_to_send",
    "P": "probably_sent",
    "S": "sent",
    "R": "received",
}
CLAIM_PROC_STATUS = _numbered(
    "not_received",
    "received",
    "preauthorization",
    "adjustment",
    "supplemental",
    "capitation_claim",
    "estimate",
    "capitation_complete",
    "capitation_estimate",
    "insurance_history",
)
# Each card processor has its number; which one it was says nothing once the payment is taken.
PAYMENT_SOURCE = {
    "0": "office",
    "1": "card_terminal",
    "2": "card_terminal",
    "3": "card_terminal",
    "4": "card_terminal",
    "5": "online",
    "6": "card_terminal",
    "7": "card_terminal",
    "8": "online",
    "9": "online",
    "10": "financing",
    "11": "card_terminal",
    "12": "card_terminal",
}
FEE_SCHED_TYPE = _numbered("normal", "copay", "out_of_network", "fixed_benefit", "manual_blue_book")
COMM_MODE = _numbered(
    "none",
    "email",
    "mail",
    "phone",
    "in_person",
    "text",
    "email_and_text",
    "phone_and_text",
    "fax",
)
COMM_DIRECTION = _numbered("neither", "sent", "received")
DEFINITION_CATEGORY = {
    "1": "adjustment_type",
    "2": "appointment_confirmed",
    "4": "billing_type",
    "10": "payment_type",
    "11": "procedure_category",
    "13": "recall_status",
    "16": "diagnosis",
    "18": "image_category",
    "20": "treatment_priority",
    "25": "blockout_type",
    "27": "comm_type",
    "29": "unearned_type",
    "30": "prognosis",
    "31": "claim_tracking",
    "32": "insurance_payment_type",
    "35": "provider_specialty",
}
