"""The meanings of the codes in the tables about people and visits.

One rule: a code is short lower-case text that never changes; its meaning may be worded better.
"""

from __future__ import annotations

VALUE_SETS: dict[str, dict[str, str]] = {
    "patient_status": {
        "patient": "A patient of the practice.",
        "non_patient": "Not treated here, but pays or cares for somebody who is.",
        "inactive": "Was treated here and may come back.",
        "archived": "Put away: no longer shown in ordinary lists.",
        "deleted": "Entered by mistake; kept because nothing clinical is deleted.",
        "deceased": "Has died.",
        "prospective": "Asked about treatment, but has not come yet.",
    },
    "gender": {
        "male": "Male.",
        "female": "Female.",
        "other": "Neither male nor female.",
        "unknown": "Not told.",
    },
    "marital_status": {
        "single": "Single.",
        "married": "Married.",
        "child": "A child of the family.",
        "widowed": "Widowed.",
        "divorced": "Divorced.",
    },
    "contact_method": {
        "none": "No wish was told.",
        "do_not_call": "Does not want to be called.",
        "home_phone": "Call at home.",
        "work_phone": "Call at work.",
        "wireless_phone": "Call the mobile telephone.",
        "email": "Write an e-mail.",
        "see_notes": "The notes say how.",
        "mail": "Write a letter.",
        "text_message": "Send a text message.",
    },
    "yes_no_unknown": {
        "yes": "Yes.",
        "no": "No.",
        "unknown": "Never asked.",
    },
    "student_status": {
        "not_student": "Does not study.",
        "full_time": "Studies full time.",
        "part_time": "Studies part time.",
    },
    "guardian_relationship": {
        "father": "Father.",
        "mother": "Mother.",
        "parent": "Father or mother.",
        "stepfather": "Stepfather.",
        "stepmother": "Stepmother.",
        "grandfather": "Grandfather.",
        "grandmother": "Grandmother.",
        "grandparent": "Grandfather or grandmother.",
        "brother": "Brother.",
        "sister": "Sister.",
        "sibling": "Brother or sister.",
        "child": "Child.",
        "foster_child": "Foster child.",
        "stepchild": "Stepchild.",
        "grandchild": "Grandchild.",
        "spouse": "Husband or wife.",
        "life_partner": "Partner for life.",
        "friend": "Friend.",
        "sitter": "Looks after the patient for a time.",
        "caregiver": "Cares for the patient day by day.",
        "guardian": "Guardian by law.",
        "self": "The patient.",
        "other": "Another relation.",
    },
    "appointment_status": {
        "scheduled": "Has a time and is still to come, or was not closed yet.",
        "complete": "Took place.",
        "unscheduled": "Waits for a new time.",
        "broken": "The patient did not come, or cancelled late.",
        "planned": "Made in advance from a treatment plan, without a time.",
        "note": "A note about a patient on the schedule, not a visit.",
        "note_complete": "A note about a patient that is dealt with.",
    },
    "appointment_priority": {
        "normal": "No hurry.",
        "asap": "Wants an earlier time if one becomes free.",
    },
    "schedule_type": {
        "practice": "Holidays and notes for the whole practice.",
        "provider": "Working time of a provider.",
        "employee": "Working time of an employee.",
        "blockout": "Time in a chair that is kept for something.",
        "asap_offer": "Time that was offered to patients who want to come earlier.",
    },
}
