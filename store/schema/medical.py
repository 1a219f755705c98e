"""The medical record: allergies, problems, medication, measurements, documents.

One rule: as in all clinical tables, a row that no longer holds gets an end or a status.
"""

from __future__ import annotations

from store.schema.columns import (
    CREATED_EDITED,
    Table,
    choice,
    date,
    flag,
    instant,
    integer,
    key,
    ref,
    text,
)

ALLERGY_DEF = Table(
    "allergy_def",
    "Something a patient can be allergic to.",
    (
        key("allergy_def_id"),
        text("description", "Name of the allergy.", required=True),
        text("snomed_code", "SNOMED CT code of the allergy."),
        text("unii_code", "UNII code of the substance."),
        ref("medication_id", "medication", "Medication it is about."),
        flag("is_hidden", "No longer offered."),
    ),
)

ALLERGY = Table(
    "allergy",
    "An allergy of a patient.",
    (
        key("allergy_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("allergy_def_id", "allergy_def", "Allergy.", required=True),
        text("reaction", "How the patient reacts."),
        text("reaction_snomed_code", "SNOMED CT code of the reaction."),
        date("reaction_date", "Day of the reaction."),
        flag("is_active", "Still holds.", default=1),
        *CREATED_EDITED,
    ),
)

PROBLEM_DEF = Table(
    "problem_def",
    "An illness or condition a patient can have.",
    (
        key("problem_def_id"),
        text("name", "Name of the problem.", required=True),
        text("icd10_code", "ICD-10-CM code."),
        text("snomed_code", "SNOMED CT code."),
        flag("is_hidden", "No longer offered."),
    ),
)

PROBLEM = Table(
    "problem",
    "An illness or condition of a patient.",
    (
        key("problem_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("problem_def_id", "problem_def", "Problem.", required=True),
        date("date_start", "Since when."),
        date("date_stop", "Until when."),
        choice("status", "problem_status", "Whether it still holds.", required=True),
        text("note", "Note on the patient's problem."),
        *CREATED_EDITED,
    ),
)

MEDICATION = Table(
    "medication",
    "A medication that patients take.",
    (
        key("medication_id"),
        text("name", "Name of the medication.", required=True),
        ref("generic_id", "medication", "The same medication under its generic name."),
        text("rxcui", "RxNorm number."),
    ),
)

MEDICATION_PAT = Table(
    "medication_pat",
    "A medication a patient takes or took.",
    (
        key("medication_pat_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("medication_id", "medication", "Medication."),
        text("description", "Its name, where it is not in the list of medications."),
        text("note", "How it is taken."),
        date("date_start", "Since when."),
        date("date_stop", "Until when."),
        ref("provider_id", "provider", "Who ordered it."),
        flag("is_cpoe", "The provider ordered it in the system (CPOE)."),
        *CREATED_EDITED,
    ),
)

RX = Table(
    "rx",
    "A prescription.",
    (
        key("rx_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        date("rx_date", "Day of the prescription."),
        text("drug", "Drug, with strength and form."),
        text("directions", "Directions for the patient."),
        text("dispense", "How much is handed out."),
        text("refills", "How often it may be filled again."),
        ref("provider_id", "provider", "Who prescribed."),
        text("rxcui", "RxNorm number."),
        text("note", "Note on the prescription."),
        *CREATED_EDITED,
    ),
)

IMMUNIZATION = Table(
    "immunization",
    "A vaccination of a patient.",
    (
        key("immunization_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        text("vaccine_name", "Name of the vaccine."),
        text("cvx_code", "CVX code of the vaccine."),
        instant("given_at", "When it was given."),
        text("amount", "Amount given, with its unit."),
        text("lot_number", "Number of the lot."),
        choice("completion_status", "immunization_status", "Whether it was given."),
        text("note", "Note on the vaccination."),
        *CREATED_EDITED,
    ),
)

VITAL_SIGN = Table(
    "vital_sign",
    "Measurements of the body on one day.",
    (
        key("vital_sign_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        date("taken_on", "Day of the measurement."),
        integer("height_mm", "Height.", unit="millimetres"),
        integer("weight_g", "Weight.", unit="grams"),
        integer("systolic", "Blood pressure, upper value.", unit="mmHg"),
        integer("diastolic", "Blood pressure, lower value.", unit="mmHg"),
        integer("pulse", "Pulse.", unit="beats per minute"),
        choice("smoking_status", "smoking_status", "Whether the patient smokes."),
        *CREATED_EDITED,
    ),
)

LAB_RESULT = Table(
    "lab_result",
    "A result of a medical laboratory.",
    (
        key("lab_result_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        instant("observed_at", "When the sample was taken."),
        text("test_name", "What was tested."),
        text("loinc_code", "LOINC code of the test."),
        text("observed_value", "Result as the laboratory wrote it."),
        text("observed_unit", "Unit of the result."),
        text("reference_range", "Values that count as normal."),
        choice("abnormal_flag", "abnormal_flag", "How the result compares with normal."),
        *CREATED_EDITED,
    ),
)

PERIO_EXAM = Table(
    "perio_exam",
    "A periodontal examination.",
    (
        key("perio_exam_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        date("exam_date", "Day of the examination.", required=True),
        ref("provider_id", "provider", "Who examined."),
        text("note", "Note on the examination."),
        *CREATED_EDITED,
    ),
)


def _site(name: str, where: str) -> tuple[str, str]:
    return name, f"Value at the {where} of the tooth; empty where not measured."


_SITES = (
    _site("mesial_buccal", "front cheek side"),
    _site("buccal", "middle cheek side"),
    _site("distal_buccal", "back cheek side"),
    _site("mesial_lingual", "front tongue side"),
    _site("lingual", "middle tongue side"),
    _site("distal_lingual", "back tongue side"),
)

PERIO_MEASURE = Table(
    "perio_measure",
    "Values of one kind at one tooth in a periodontal examination.",
    (
        key("perio_measure_id"),
        ref("perio_exam_id", "perio_exam", "Examination.", required=True, indexed=True),
        choice("sequence_type", "perio_sequence_type", "What was measured.", required=True),
        integer("tooth_number", "Tooth, 1 to 32.", required=True),
        integer("tooth_value", "Value for the whole tooth, such as mobility."),
        *(integer(name, meaning, unit="millimetres") for name, meaning in _SITES),
        *CREATED_EDITED,
    ),
    checks=("tooth_number BETWEEN 1 AND 32",),
)

MEDICAL_HISTORY_ANSWER = Table(
    "medical_history_answer",
    "An answer of the patient to a question on the medical history sheet.",
    (
        key("medical_history_answer_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        text("question", "Question as it was asked.", required=True),
        text("answer", "Answer as the patient gave it."),
        instant("answered_at", "When the patient answered.", required=True),
        ref("reviewed_by", "user", "Who read it."),
        instant("reviewed_at", "When it was read."),
        *CREATED_EDITED,
    ),
)

DOCUMENT = Table(
    "document",
    "What is filed for a patient: the description, never the image or file itself (D2).",
    (
        key("document_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("category_id", "definition", "Folder it is filed in."),
        flag("show_in_portal", "The patient may see it in the portal (Q9)."),
        text("description", "What it shows."),
        text("file_name", "Name of the file."),
        choice("image_type", "image_type", "What kind of file it is.", required=True),
        instant("filed_at", "When it was filed."),
        text("tooth_numbers", "Teeth it shows, separated by commas."),
        text("note", "Note on it."),
        flag("is_signed", "The note is signed."),
        text("sha256", "SHA-256 of the file, in hexadecimal."),
        *CREATED_EDITED,
    ),
)

CCD_DOCUMENT = Table(
    "ccd_document",
    "A Continuity of Care Document: the summary of a patient's record (Q8).",
    (
        key("ccd_document_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        choice("source", "ccd_source", "Made here or received.", required=True),
        text("xml", "The document, as XML.", required=True),
        *CREATED_EDITED,
    ),
)

TABLES: tuple[Table, ...] = (
    ALLERGY_DEF,
    ALLERGY,
    PROBLEM_DEF,
    PROBLEM,
    MEDICATION,
    MEDICATION_PAT,
    RX,
    IMMUNIZATION,
    VITAL_SIGN,
    LAB_RESULT,
    PERIO_EXAM,
    PERIO_MEASURE,
    MEDICAL_HISTORY_ANSWER,
    DOCUMENT,
    CCD_DOCUMENT,
)
