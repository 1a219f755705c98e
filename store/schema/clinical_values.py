"""The meanings of the codes in the clinical tables.

One rule: a code is short lower-case text that never changes; its meaning may be worded better.
"""

from __future__ import annotations

VALUE_SETS: dict[str, dict[str, str]] = {
    "treatment_area": {
        "none": "Nothing has to be named.",
        "surface": "Surfaces of one tooth.",
        "tooth": "One tooth.",
        "mouth": "The whole mouth.",
        "quadrant": "A quarter of the mouth.",
        "sextant": "A sixth of the mouth.",
        "arch": "The upper or the lower jaw.",
        "tooth_range": "Several teeth.",
    },
    "procedure_status": {
        "treatment_planned": "Planned, not done yet.",
        "complete": "Done here; it is charged.",
        "existing_current": "Done here earlier, before this record began.",
        "existing_other": "Done by another provider.",
        "referred": "Sent to another provider to be done there.",
        "deleted": "Entered by mistake; kept because nothing clinical is deleted.",
        "condition": "Something found, not a treatment.",
        "treatment_planned_inactive": "Was planned, but is not on the active plan at present.",
    },
    "place_of_service": {
        "office": "In the office.",
        "patients_home": "At the patient's home.",
        "inpatient_hospital": "In hospital, staying overnight.",
        "outpatient_hospital": "In hospital, not staying overnight.",
        "skilled_nursing_facility": "In a nursing facility.",
        "custodial_care_facility": "In a home for people who need care.",
        "mobile_unit": "In a mobile unit.",
        "school": "At school.",
        "military_facility": "In a military treatment facility.",
        "federal_health_center": "In a federally qualified health centre.",
        "public_health_clinic": "In a public health clinic.",
        "rural_health_clinic": "In a rural health clinic.",
        "emergency_room": "In the emergency room of a hospital.",
        "ambulatory_surgical_center": "In an ambulatory surgical centre.",
        "telehealth_at_home": "At a distance, the patient being at home.",
        "telehealth_elsewhere": "At a distance, the patient being elsewhere.",
        "outreach_site": "At an outreach site.",
        "other": "At another place.",
    },
    "prosthesis": {
        "initial": "The first one.",
        "replacement": "Replaces an earlier one.",
    },
    "treatment_plan_status": {
        "saved": "Kept as it was proposed.",
        "active": "The living plan that treatment follows.",
        "inactive": "A living plan that is not followed at present.",
    },
    "problem_status": {
        "active": "Still holds.",
        "resolved": "Is over.",
        "inactive": "Does not trouble the patient at present.",
    },
    "immunization_status": {
        "complete": "Was given.",
        "partial": "Was given in part.",
        "refused": "The patient refused it.",
        "not_administered": "Was not given for another reason.",
    },
    "smoking_status": {
        "every_day": "Smokes every day.",
        "some_days": "Smokes on some days.",
        "former": "Smoked in the past.",
        "never": "Never smoked.",
        "smoker_unknown": "Smokes; how much is not known.",
        "unknown": "Not known.",
    },
    "abnormal_flag": {
        "normal": "Within the normal range.",
        "low": "Below the normal range.",
        "high": "Above the normal range.",
        "abnormal": "Not normal.",
        "critical": "Needs attention at once.",
    },
    "perio_sequence_type": {
        "mobility": "How far the tooth moves.",
        "furcation": "How far the fork of the roots is bare.",
        "gingival_margin": "Distance of the gum line from where the crown begins.",
        "mucogingival_junction": "Distance of the border of the firm gum.",
        "probing": "Depth of the pocket.",
        "skip_tooth": "The tooth is left out.",
        "bleeding": "Bleeding, pus, plaque and calculus.",
        "attachment_level": "Clinical attachment level, worked out from depth and gum line.",
    },
    "image_type": {
        "document": "A scanned paper or PDF.",
        "radiograph": "An X-ray image.",
        "photo": "A photograph.",
        "file": "A file of another kind.",
        "attachment": "A file attached to a claim.",
    },
    "ccd_source": {
        "made": "Made here from the record.",
        "received": "Received from another provider.",
    },
}
