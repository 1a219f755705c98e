CREATE TABLE "practice_group" (
  "pgid" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "time_zone" TEXT NOT NULL DEFAULT 'America/Los_Angeles' CHECK ("time_zone" <> '' AND instr("time_zone", char(0)) = 0),
  "portal_url" TEXT CHECK ("portal_url" <> '' AND instr("portal_url", char(0)) = 0),
  "doc_url" TEXT CHECK ("doc_url" <> '' AND instr("doc_url", char(0)) = 0),
  CHECK (portal_url IS NULL OR lower(portal_url) GLOB 'https://?*')
) STRICT;

CREATE TABLE "office" (
  "office_id" INTEGER PRIMARY KEY,
  "pgid" INTEGER NOT NULL REFERENCES "practice_group",
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "abbr" TEXT CHECK ("abbr" <> '' AND instr("abbr", char(0)) = 0),
  "address" TEXT CHECK ("address" <> '' AND instr("address", char(0)) = 0),
  "address2" TEXT CHECK ("address2" <> '' AND instr("address2", char(0)) = 0),
  "city" TEXT CHECK ("city" <> '' AND instr("city", char(0)) = 0),
  "state" TEXT CHECK ("state" <> '' AND instr("state", char(0)) = 0),
  "zip" TEXT CHECK ("zip" <> '' AND instr("zip", char(0)) = 0),
  "phone" TEXT CHECK ("phone" <> '' AND instr("phone", char(0)) = 0),
  "npi" TEXT CHECK ("npi" <> '' AND instr("npi", char(0)) = 0),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE TABLE "provider" (
  "provider_id" INTEGER PRIMARY KEY,
  "abbr" TEXT NOT NULL CHECK ("abbr" <> '' AND instr("abbr", char(0)) = 0),
  "last_name" TEXT CHECK ("last_name" <> '' AND instr("last_name", char(0)) = 0),
  "first_name" TEXT CHECK ("first_name" <> '' AND instr("first_name", char(0)) = 0),
  "middle_name" TEXT CHECK ("middle_name" <> '' AND instr("middle_name", char(0)) = 0),
  "suffix" TEXT CHECK ("suffix" <> '' AND instr("suffix", char(0)) = 0),
  "is_secondary" INTEGER NOT NULL DEFAULT 0 CHECK ("is_secondary" IN (0, 1)),
  "specialty_id" INTEGER REFERENCES "definition",
  "npi" TEXT CHECK ("npi" <> '' AND instr("npi", char(0)) = 0),
  "state_license" TEXT CHECK ("state_license" <> '' AND instr("state_license", char(0)) = 0),
  "state_licensed" TEXT CHECK ("state_licensed" <> '' AND instr("state_licensed", char(0)) = 0),
  "fee_sched_id" INTEGER REFERENCES "fee_sched",
  "user_id" INTEGER REFERENCES "user",
  "item_order" INTEGER,
  "terminated_on" TEXT CHECK ("terminated_on" IS date("terminated_on", '+0 days')),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE TABLE "operatory" (
  "operatory_id" INTEGER PRIMARY KEY,
  "office_id" INTEGER REFERENCES "office",
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "abbr" TEXT CHECK ("abbr" <> '' AND instr("abbr", char(0)) = 0),
  "item_order" INTEGER,
  "is_hygiene" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hygiene" IN (0, 1)),
  "provider_id" INTEGER REFERENCES "provider",
  "hygienist_id" INTEGER REFERENCES "provider",
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE INDEX "operatory__office_id" ON "operatory" (office_id);

CREATE TABLE "patient" (
  "patient_id" INTEGER PRIMARY KEY,
  "chart_number" TEXT CHECK ("chart_number" <> '' AND instr("chart_number", char(0)) = 0),
  "last_name" TEXT CHECK ("last_name" <> '' AND instr("last_name", char(0)) = 0),
  "first_name" TEXT CHECK ("first_name" <> '' AND instr("first_name", char(0)) = 0),
  "middle_name" TEXT CHECK ("middle_name" <> '' AND instr("middle_name", char(0)) = 0),
  "preferred_name" TEXT CHECK ("preferred_name" <> '' AND instr("preferred_name", char(0)) = 0),
  "title" TEXT CHECK ("title" <> '' AND instr("title", char(0)) = 0),
  "salutation" TEXT CHECK ("salutation" <> '' AND instr("salutation", char(0)) = 0),
  "status" TEXT NOT NULL CHECK ("status" IN ('patient', 'non_patient', 'inactive', 'archived', 'deleted', 'deceased', 'prospective')),
  "gender" TEXT NOT NULL DEFAULT 'unknown' CHECK ("gender" IN ('male', 'female', 'other', 'unknown')),
  "marital_status" TEXT CHECK ("marital_status" IN ('single', 'married', 'child', 'widowed', 'divorced')),
  "birthdate" TEXT CHECK ("birthdate" IS date("birthdate", '+0 days')),
  "deceased_at" TEXT CHECK ("deceased_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "deceased_at", '+0 days')),
  "ssn" TEXT CHECK ("ssn" <> '' AND instr("ssn", char(0)) = 0),
  "address" TEXT CHECK ("address" <> '' AND instr("address", char(0)) = 0),
  "address2" TEXT CHECK ("address2" <> '' AND instr("address2", char(0)) = 0),
  "city" TEXT CHECK ("city" <> '' AND instr("city", char(0)) = 0),
  "state" TEXT CHECK ("state" <> '' AND instr("state", char(0)) = 0),
  "zip" TEXT CHECK ("zip" <> '' AND instr("zip", char(0)) = 0),
  "country" TEXT CHECK ("country" <> '' AND instr("country", char(0)) = 0),
  "home_phone" TEXT CHECK ("home_phone" <> '' AND instr("home_phone", char(0)) = 0),
  "work_phone" TEXT CHECK ("work_phone" <> '' AND instr("work_phone", char(0)) = 0),
  "wireless_phone" TEXT CHECK ("wireless_phone" <> '' AND instr("wireless_phone", char(0)) = 0),
  "email" TEXT CHECK ("email" <> '' AND instr("email", char(0)) = 0),
  "language" TEXT CHECK ("language" <> '' AND instr("language", char(0)) = 0),
  "preferred_confirm_method" TEXT CHECK ("preferred_confirm_method" IN ('none', 'do_not_call', 'home_phone', 'work_phone', 'wireless_phone', 'email', 'see_notes', 'mail', 'text_message')),
  "preferred_contact_method" TEXT CHECK ("preferred_contact_method" IN ('none', 'do_not_call', 'home_phone', 'work_phone', 'wireless_phone', 'email', 'see_notes', 'mail', 'text_message')),
  "preferred_recall_method" TEXT CHECK ("preferred_recall_method" IN ('none', 'do_not_call', 'home_phone', 'work_phone', 'wireless_phone', 'email', 'see_notes', 'mail', 'text_message')),
  "text_message_ok" TEXT NOT NULL DEFAULT 'unknown' CHECK ("text_message_ok" IN ('yes', 'no', 'unknown')),
  "email_ok" INTEGER NOT NULL DEFAULT 0 CHECK ("email_ok" IN (0, 1)),
  "privacy_notice_signed" INTEGER NOT NULL DEFAULT 0 CHECK ("privacy_notice_signed" IN (0, 1)),
  "truth_in_lending_signed" INTEGER NOT NULL DEFAULT 0 CHECK ("truth_in_lending_signed" IN (0, 1)),
  "guarantor_id" INTEGER REFERENCES "patient",
  "responsible_party_id" INTEGER REFERENCES "patient",
  "primary_provider_id" INTEGER NOT NULL REFERENCES "provider",
  "secondary_provider_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "fee_sched_id" INTEGER REFERENCES "fee_sched",
  "billing_type_id" INTEGER REFERENCES "definition",
  "credit_type" TEXT CHECK ("credit_type" <> '' AND instr("credit_type", char(0)) = 0),
  "date_first_visit" TEXT CHECK ("date_first_visit" IS date("date_first_visit", '+0 days')),
  "student_status" TEXT CHECK ("student_status" IN ('not_student', 'full_time', 'part_time')),
  "school_name" TEXT CHECK ("school_name" <> '' AND instr("school_name", char(0)) = 0),
  "premedicate" INTEGER NOT NULL DEFAULT 0 CHECK ("premedicate" IN (0, 1)),
  "medical_urgent_note" TEXT CHECK ("medical_urgent_note" <> '' AND instr("medical_urgent_note", char(0)) = 0),
  "appointment_note" TEXT CHECK ("appointment_note" <> '' AND instr("appointment_note", char(0)) = 0),
  "address_note" TEXT CHECK ("address_note" <> '' AND instr("address_note", char(0)) = 0),
  "family_financial_note" TEXT CHECK ("family_financial_note" <> '' AND instr("family_financial_note", char(0)) = 0),
  "balance_0_30" INTEGER,
  "balance_31_60" INTEGER,
  "balance_61_90" INTEGER,
  "balance_over_90" INTEGER,
  "balance_total" INTEGER,
  "insurance_estimate" INTEGER,
  "estimated_balance" INTEGER,
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "patient__chart_number" ON "patient" (chart_number);

CREATE INDEX "patient__last_name" ON "patient" (last_name);

CREATE INDEX "patient__birthdate" ON "patient" (birthdate);

CREATE INDEX "patient__guarantor_id" ON "patient" (guarantor_id);

CREATE INDEX "patient__responsible_party_id" ON "patient" (responsible_party_id);

CREATE TABLE "guardian" (
  "child_id" INTEGER NOT NULL REFERENCES "patient",
  "guardian_id" INTEGER NOT NULL REFERENCES "patient",
  "relationship" TEXT CHECK ("relationship" IN ('father', 'mother', 'parent', 'stepfather', 'stepmother', 'grandfather', 'grandmother', 'grandparent', 'brother', 'sister', 'sibling', 'child', 'foster_child', 'stepchild', 'grandchild', 'spouse', 'life_partner', 'friend', 'sitter', 'caregiver', 'guardian', 'self', 'other')),
  "is_guardian" INTEGER NOT NULL DEFAULT 0 CHECK ("is_guardian" IN (0, 1)),
  PRIMARY KEY (child_id, guardian_id)
) STRICT;

CREATE INDEX "guardian__guardian_id" ON "guardian" (guardian_id);

CREATE TABLE "appointment" (
  "appointment_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "status" TEXT NOT NULL CHECK ("status" IN ('scheduled', 'complete', 'unscheduled', 'broken', 'planned', 'note', 'note_complete')),
  "starts_at" TEXT CHECK ("starts_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "starts_at", '+0 days')),
  "pattern" TEXT CHECK ("pattern" <> '' AND instr("pattern", char(0)) = 0),
  "operatory_id" INTEGER REFERENCES "operatory",
  "provider_id" INTEGER REFERENCES "provider",
  "hygienist_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "confirmed_id" INTEGER REFERENCES "definition",
  "unscheduled_status_id" INTEGER REFERENCES "definition",
  "is_new_patient" INTEGER NOT NULL DEFAULT 0 CHECK ("is_new_patient" IN (0, 1)),
  "is_hygiene" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hygiene" IN (0, 1)),
  "priority" TEXT NOT NULL DEFAULT 'normal' CHECK ("priority" IN ('normal', 'asap')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "procedures_text" TEXT CHECK ("procedures_text" <> '' AND instr("procedures_text", char(0)) = 0),
  "arrived_at" TEXT CHECK ("arrived_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "arrived_at", '+0 days')),
  "seated_at" TEXT CHECK ("seated_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "seated_at", '+0 days')),
  "dismissed_at" TEXT CHECK ("dismissed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "dismissed_at", '+0 days')),
  "planned_from_id" INTEGER REFERENCES "appointment",
  "appointment_type_id" INTEGER REFERENCES "definition",
  "primary_plan_id" INTEGER REFERENCES "ins_plan",
  "secondary_plan_id" INTEGER REFERENCES "ins_plan",
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "appointment__patient_id" ON "appointment" (patient_id);

CREATE INDEX "appointment__starts_at" ON "appointment" (starts_at);

CREATE INDEX "appointment__provider_id" ON "appointment" (provider_id);

CREATE INDEX "appointment__status_starts_at" ON "appointment" (status, starts_at);

CREATE INDEX "appointment__operatory_id_starts_at" ON "appointment" (operatory_id, starts_at);

CREATE TABLE "schedule" (
  "schedule_id" INTEGER PRIMARY KEY,
  "schedule_date" TEXT NOT NULL CHECK ("schedule_date" IS date("schedule_date", '+0 days')),
  "starts_at" TEXT CHECK ("starts_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "starts_at", '+0 days')),
  "stops_at" TEXT CHECK ("stops_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "stops_at", '+0 days')),
  "schedule_type" TEXT NOT NULL CHECK ("schedule_type" IN ('practice', 'provider', 'employee', 'blockout', 'asap_offer')),
  "provider_id" INTEGER REFERENCES "provider",
  "operatory_id" INTEGER REFERENCES "operatory",
  "office_id" INTEGER REFERENCES "office",
  "blockout_type_id" INTEGER REFERENCES "definition",
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0)
) STRICT;

CREATE INDEX "schedule__schedule_date" ON "schedule" (schedule_date);

CREATE TABLE "patient_search" (
  "kind" TEXT NOT NULL CHECK ("kind" IN ('last', 'whole', 'first', 'preferred', 'part', 'chart', 'phone', 'phone_end', 'email', 'birthdate')),
  "term" TEXT NOT NULL CHECK ("term" <> '' AND instr("term", char(0)) = 0),
  "patient_id" INTEGER NOT NULL,
  "sketch" INTEGER NOT NULL,
  PRIMARY KEY (kind, term, patient_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "patient_terms" (
  "patient_id" INTEGER PRIMARY KEY,
  "terms" TEXT NOT NULL CHECK ("terms" <> '' AND instr("terms", char(0)) = 0)
) STRICT;

CREATE TABLE "patient_unindexed" (
  "patient_id" INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER patient_search_notes_insert AFTER INSERT ON patient
    BEGIN INSERT INTO patient_unindexed (patient_id) SELECT new.patient_id
    WHERE NOT EXISTS (SELECT 1 FROM patient_unindexed u WHERE u.patient_id = new.patient_id); END;

CREATE TRIGGER patient_search_notes_update AFTER UPDATE OF last_name, first_name, preferred_name, chart_number, birthdate, home_phone, work_phone, wireless_phone, email, status ON patient
    WHEN old.last_name IS NOT new.last_name OR old.first_name IS NOT new.first_name OR old.preferred_name IS NOT new.preferred_name OR old.chart_number IS NOT new.chart_number OR old.birthdate IS NOT new.birthdate OR old.home_phone IS NOT new.home_phone OR old.work_phone IS NOT new.work_phone OR old.wireless_phone IS NOT new.wireless_phone OR old.email IS NOT new.email OR old.status IS NOT new.status
    BEGIN INSERT INTO patient_unindexed (patient_id) SELECT new.patient_id
    WHERE NOT EXISTS (SELECT 1 FROM patient_unindexed u WHERE u.patient_id = new.patient_id); END;

CREATE TRIGGER patient_search_notes_delete AFTER DELETE ON patient
    BEGIN INSERT INTO patient_unindexed (patient_id) SELECT old.patient_id
    WHERE NOT EXISTS (SELECT 1 FROM patient_unindexed u WHERE u.patient_id = old.patient_id); END;

CREATE TABLE "procedure_code" (
  "procedure_code_id" INTEGER PRIMARY KEY,
  "code" TEXT NOT NULL UNIQUE CHECK ("code" <> '' AND instr("code", char(0)) = 0),
  "description" TEXT CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "abbr_description" TEXT CHECK ("abbr_description" <> '' AND instr("abbr_description", char(0)) = 0),
  "layman_term" TEXT CHECK ("layman_term" <> '' AND instr("layman_term", char(0)) = 0),
  "category_id" INTEGER REFERENCES "definition",
  "treatment_area" TEXT NOT NULL DEFAULT 'none' CHECK ("treatment_area" IN ('none', 'surface', 'tooth', 'mouth', 'quadrant', 'sextant', 'arch', 'tooth_range')),
  "default_pattern" TEXT CHECK ("default_pattern" <> '' AND instr("default_pattern", char(0)) = 0),
  "default_note" TEXT CHECK ("default_note" <> '' AND instr("default_note", char(0)) = 0),
  "is_prosthesis" INTEGER NOT NULL DEFAULT 0 CHECK ("is_prosthesis" IN (0, 1)),
  "is_hygiene" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hygiene" IN (0, 1)),
  "is_radiology" INTEGER NOT NULL DEFAULT 0 CHECK ("is_radiology" IN (0, 1)),
  "is_taxed" INTEGER NOT NULL DEFAULT 0 CHECK ("is_taxed" IN (0, 1)),
  "no_bill_insurance" INTEGER NOT NULL DEFAULT 0 CHECK ("no_bill_insurance" IN (0, 1)),
  "base_units" INTEGER,
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE TABLE "procedure" (
  "procedure_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "appointment_id" INTEGER REFERENCES "appointment",
  "planned_appointment_id" INTEGER REFERENCES "appointment",
  "procedure_code_id" INTEGER NOT NULL REFERENCES "procedure_code",
  "status" TEXT NOT NULL CHECK ("status" IN ('treatment_planned', 'complete', 'existing_current', 'existing_other', 'referred', 'deleted', 'condition', 'treatment_planned_inactive')),
  "procedure_date" TEXT CHECK ("procedure_date" IS date("procedure_date", '+0 days')),
  "date_planned" TEXT CHECK ("date_planned" IS date("date_planned", '+0 days')),
  "date_completed" TEXT CHECK ("date_completed" IS date("date_completed", '+0 days')),
  "provider_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "tooth_number" TEXT CHECK ("tooth_number" <> '' AND instr("tooth_number", char(0)) = 0),
  "surface" TEXT CHECK ("surface" <> '' AND instr("surface", char(0)) = 0),
  "tooth_range" TEXT CHECK ("tooth_range" <> '' AND instr("tooth_range", char(0)) = 0),
  "priority_id" INTEGER REFERENCES "definition",
  "diagnosis_id" INTEGER REFERENCES "definition",
  "diagnosis_code" TEXT CHECK ("diagnosis_code" <> '' AND instr("diagnosis_code", char(0)) = 0),
  "prognosis_id" INTEGER REFERENCES "definition",
  "fee" INTEGER NOT NULL,
  "unit_quantity" INTEGER DEFAULT 1,
  "discount" INTEGER,
  "tax" INTEGER,
  "place_of_service" TEXT CHECK ("place_of_service" IN ('office', 'patients_home', 'inpatient_hospital', 'outpatient_hospital', 'skilled_nursing_facility', 'custodial_care_facility', 'mobile_unit', 'school', 'military_facility', 'federal_health_center', 'public_health_clinic', 'rural_health_clinic', 'emergency_room', 'ambulatory_surgical_center', 'telehealth_at_home', 'telehealth_elsewhere', 'outreach_site', 'other')),
  "prosthesis" TEXT CHECK ("prosthesis" IN ('initial', 'replacement')),
  "prosthesis_original_date" TEXT CHECK ("prosthesis_original_date" IS date("prosthesis_original_date", '+0 days')),
  "claim_note" TEXT CHECK ("claim_note" <> '' AND instr("claim_note", char(0)) = 0),
  "billing_note" TEXT CHECK ("billing_note" <> '' AND instr("billing_note", char(0)) = 0),
  "statement_id" INTEGER REFERENCES "statement",
  "is_locked" INTEGER NOT NULL DEFAULT 0 CHECK ("is_locked" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "procedure__patient_id" ON "procedure" (patient_id);

CREATE INDEX "procedure__appointment_id" ON "procedure" (appointment_id);

CREATE INDEX "procedure__planned_appointment_id" ON "procedure" (planned_appointment_id);

CREATE INDEX "procedure__procedure_code_id" ON "procedure" (procedure_code_id);

CREATE INDEX "procedure__procedure_date" ON "procedure" (procedure_date);

CREATE INDEX "procedure__provider_id" ON "procedure" (provider_id);

CREATE INDEX "procedure__statement_id" ON "procedure" (statement_id);

CREATE INDEX "procedure__status_procedure_date" ON "procedure" (status, procedure_date);

CREATE TABLE "proc_note" (
  "proc_note_id" INTEGER PRIMARY KEY,
  "procedure_id" INTEGER NOT NULL REFERENCES "procedure",
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "user_id" INTEGER REFERENCES "user",
  "entered_at" TEXT CHECK ("entered_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "entered_at", '+0 days')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "is_signed" INTEGER NOT NULL DEFAULT 0 CHECK ("is_signed" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "proc_note__procedure_id" ON "proc_note" (procedure_id);

CREATE INDEX "proc_note__patient_id" ON "proc_note" (patient_id);

CREATE TABLE "treatment_plan" (
  "treatment_plan_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "plan_date" TEXT CHECK ("plan_date" IS date("plan_date", '+0 days')),
  "heading" TEXT CHECK ("heading" <> '' AND instr("heading", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "status" TEXT NOT NULL CHECK ("status" IN ('saved', 'active', 'inactive')),
  "presenter_user_id" INTEGER REFERENCES "user",
  "signature" TEXT CHECK ("signature" <> '' AND instr("signature", char(0)) = 0),
  "signed_at" TEXT CHECK ("signed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "signed_at", '+0 days')),
  "document_id" INTEGER REFERENCES "document",
  "responsible_party_id" INTEGER REFERENCES "patient",
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "treatment_plan__patient_id" ON "treatment_plan" (patient_id);

CREATE TABLE "treatment_plan_item" (
  "treatment_plan_item_id" INTEGER PRIMARY KEY,
  "treatment_plan_id" INTEGER NOT NULL REFERENCES "treatment_plan",
  "procedure_id" INTEGER REFERENCES "procedure",
  "priority_id" INTEGER REFERENCES "definition",
  "item_order" INTEGER,
  "tooth" TEXT CHECK ("tooth" <> '' AND instr("tooth", char(0)) = 0),
  "surface" TEXT CHECK ("surface" <> '' AND instr("surface", char(0)) = 0),
  "code" TEXT CHECK ("code" <> '' AND instr("code", char(0)) = 0),
  "description" TEXT CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "fee" INTEGER,
  "primary_estimate" INTEGER,
  "secondary_estimate" INTEGER,
  "discount" INTEGER,
  "patient_amount" INTEGER,
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "treatment_plan_item__treatment_plan_id" ON "treatment_plan_item" (treatment_plan_id);

CREATE INDEX "treatment_plan_item__procedure_id" ON "treatment_plan_item" (procedure_id);

CREATE TABLE "allergy_def" (
  "allergy_def_id" INTEGER PRIMARY KEY,
  "description" TEXT NOT NULL CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "snomed_code" TEXT CHECK ("snomed_code" <> '' AND instr("snomed_code", char(0)) = 0),
  "unii_code" TEXT CHECK ("unii_code" <> '' AND instr("unii_code", char(0)) = 0),
  "medication_id" INTEGER REFERENCES "medication",
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE TABLE "allergy" (
  "allergy_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "allergy_def_id" INTEGER NOT NULL REFERENCES "allergy_def",
  "reaction" TEXT CHECK ("reaction" <> '' AND instr("reaction", char(0)) = 0),
  "reaction_snomed_code" TEXT CHECK ("reaction_snomed_code" <> '' AND instr("reaction_snomed_code", char(0)) = 0),
  "reaction_date" TEXT CHECK ("reaction_date" IS date("reaction_date", '+0 days')),
  "is_active" INTEGER NOT NULL DEFAULT 1 CHECK ("is_active" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "allergy__patient_id" ON "allergy" (patient_id);

CREATE TABLE "problem_def" (
  "problem_def_id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "icd10_code" TEXT CHECK ("icd10_code" <> '' AND instr("icd10_code", char(0)) = 0),
  "snomed_code" TEXT CHECK ("snomed_code" <> '' AND instr("snomed_code", char(0)) = 0),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE TABLE "problem" (
  "problem_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "problem_def_id" INTEGER NOT NULL REFERENCES "problem_def",
  "date_start" TEXT CHECK ("date_start" IS date("date_start", '+0 days')),
  "date_stop" TEXT CHECK ("date_stop" IS date("date_stop", '+0 days')),
  "status" TEXT NOT NULL CHECK ("status" IN ('active', 'resolved', 'inactive')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "problem__patient_id" ON "problem" (patient_id);

CREATE TABLE "medication" (
  "medication_id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "generic_id" INTEGER REFERENCES "medication",
  "rxcui" TEXT CHECK ("rxcui" <> '' AND instr("rxcui", char(0)) = 0)
) STRICT;

CREATE TABLE "medication_pat" (
  "medication_pat_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "medication_id" INTEGER REFERENCES "medication",
  "description" TEXT CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "date_start" TEXT CHECK ("date_start" IS date("date_start", '+0 days')),
  "date_stop" TEXT CHECK ("date_stop" IS date("date_stop", '+0 days')),
  "provider_id" INTEGER REFERENCES "provider",
  "is_cpoe" INTEGER NOT NULL DEFAULT 0 CHECK ("is_cpoe" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "medication_pat__patient_id" ON "medication_pat" (patient_id);

CREATE TABLE "rx" (
  "rx_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "rx_date" TEXT CHECK ("rx_date" IS date("rx_date", '+0 days')),
  "drug" TEXT CHECK ("drug" <> '' AND instr("drug", char(0)) = 0),
  "directions" TEXT CHECK ("directions" <> '' AND instr("directions", char(0)) = 0),
  "dispense" TEXT CHECK ("dispense" <> '' AND instr("dispense", char(0)) = 0),
  "refills" TEXT CHECK ("refills" <> '' AND instr("refills", char(0)) = 0),
  "provider_id" INTEGER REFERENCES "provider",
  "rxcui" TEXT CHECK ("rxcui" <> '' AND instr("rxcui", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "rx__patient_id" ON "rx" (patient_id);

CREATE TABLE "immunization" (
  "immunization_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "vaccine_name" TEXT CHECK ("vaccine_name" <> '' AND instr("vaccine_name", char(0)) = 0),
  "cvx_code" TEXT CHECK ("cvx_code" <> '' AND instr("cvx_code", char(0)) = 0),
  "given_at" TEXT CHECK ("given_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "given_at", '+0 days')),
  "amount" TEXT CHECK ("amount" <> '' AND instr("amount", char(0)) = 0),
  "lot_number" TEXT CHECK ("lot_number" <> '' AND instr("lot_number", char(0)) = 0),
  "completion_status" TEXT CHECK ("completion_status" IN ('complete', 'partial', 'refused', 'not_administered')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "immunization__patient_id" ON "immunization" (patient_id);

CREATE TABLE "vital_sign" (
  "vital_sign_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "taken_on" TEXT CHECK ("taken_on" IS date("taken_on", '+0 days')),
  "height_mm" INTEGER,
  "weight_g" INTEGER,
  "systolic" INTEGER,
  "diastolic" INTEGER,
  "pulse" INTEGER,
  "smoking_status" TEXT CHECK ("smoking_status" IN ('every_day', 'some_days', 'former', 'never', 'smoker_unknown', 'unknown')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "vital_sign__patient_id" ON "vital_sign" (patient_id);

CREATE TABLE "lab_result" (
  "lab_result_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "observed_at" TEXT CHECK ("observed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "observed_at", '+0 days')),
  "test_name" TEXT CHECK ("test_name" <> '' AND instr("test_name", char(0)) = 0),
  "loinc_code" TEXT CHECK ("loinc_code" <> '' AND instr("loinc_code", char(0)) = 0),
  "observed_value" TEXT CHECK ("observed_value" <> '' AND instr("observed_value", char(0)) = 0),
  "observed_unit" TEXT CHECK ("observed_unit" <> '' AND instr("observed_unit", char(0)) = 0),
  "reference_range" TEXT CHECK ("reference_range" <> '' AND instr("reference_range", char(0)) = 0),
  "abnormal_flag" TEXT CHECK ("abnormal_flag" IN ('normal', 'low', 'high', 'abnormal', 'critical')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "lab_result__patient_id" ON "lab_result" (patient_id);

CREATE TABLE "perio_exam" (
  "perio_exam_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "exam_date" TEXT NOT NULL CHECK ("exam_date" IS date("exam_date", '+0 days')),
  "provider_id" INTEGER REFERENCES "provider",
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "perio_exam__patient_id" ON "perio_exam" (patient_id);

CREATE TABLE "perio_measure" (
  "perio_measure_id" INTEGER PRIMARY KEY,
  "perio_exam_id" INTEGER NOT NULL REFERENCES "perio_exam",
  "sequence_type" TEXT NOT NULL CHECK ("sequence_type" IN ('mobility', 'furcation', 'gingival_margin', 'mucogingival_junction', 'probing', 'skip_tooth', 'bleeding', 'attachment_level')),
  "tooth_number" INTEGER NOT NULL,
  "tooth_value" INTEGER,
  "mesial_buccal" INTEGER,
  "buccal" INTEGER,
  "distal_buccal" INTEGER,
  "mesial_lingual" INTEGER,
  "lingual" INTEGER,
  "distal_lingual" INTEGER,
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user",
  CHECK (tooth_number BETWEEN 1 AND 32)
) STRICT;

CREATE INDEX "perio_measure__perio_exam_id" ON "perio_measure" (perio_exam_id);

CREATE TABLE "medical_history_answer" (
  "medical_history_answer_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "question" TEXT NOT NULL CHECK ("question" <> '' AND instr("question", char(0)) = 0),
  "answer" TEXT CHECK ("answer" <> '' AND instr("answer", char(0)) = 0),
  "answered_at" TEXT NOT NULL CHECK ("answered_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "answered_at", '+0 days')),
  "reviewed_by" INTEGER REFERENCES "user",
  "reviewed_at" TEXT CHECK ("reviewed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "reviewed_at", '+0 days')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "medical_history_answer__patient_id" ON "medical_history_answer" (patient_id);

CREATE TABLE "document" (
  "document_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "category_id" INTEGER REFERENCES "definition",
  "show_in_portal" INTEGER NOT NULL DEFAULT 0 CHECK ("show_in_portal" IN (0, 1)),
  "description" TEXT CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "file_name" TEXT CHECK ("file_name" <> '' AND instr("file_name", char(0)) = 0),
  "image_type" TEXT NOT NULL CHECK ("image_type" IN ('document', 'radiograph', 'photo', 'file', 'attachment')),
  "filed_at" TEXT CHECK ("filed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "filed_at", '+0 days')),
  "tooth_numbers" TEXT CHECK ("tooth_numbers" <> '' AND instr("tooth_numbers", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "is_signed" INTEGER NOT NULL DEFAULT 0 CHECK ("is_signed" IN (0, 1)),
  "sha256" TEXT CHECK ("sha256" <> '' AND instr("sha256", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "document__patient_id" ON "document" (patient_id);

CREATE TABLE "ccd_document" (
  "ccd_document_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "source" TEXT NOT NULL CHECK ("source" IN ('made', 'received')),
  "xml" TEXT NOT NULL CHECK ("xml" <> '' AND instr("xml", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "ccd_document__patient_id" ON "ccd_document" (patient_id);

CREATE TABLE "carrier" (
  "carrier_id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "address" TEXT CHECK ("address" <> '' AND instr("address", char(0)) = 0),
  "address2" TEXT CHECK ("address2" <> '' AND instr("address2", char(0)) = 0),
  "city" TEXT CHECK ("city" <> '' AND instr("city", char(0)) = 0),
  "state" TEXT CHECK ("state" <> '' AND instr("state", char(0)) = 0),
  "zip" TEXT CHECK ("zip" <> '' AND instr("zip", char(0)) = 0),
  "phone" TEXT CHECK ("phone" <> '' AND instr("phone", char(0)) = 0),
  "electronic_id" TEXT CHECK ("electronic_id" <> '' AND instr("electronic_id", char(0)) = 0),
  "no_electronic" INTEGER NOT NULL DEFAULT 0 CHECK ("no_electronic" IN (0, 1)),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE TABLE "ins_plan" (
  "ins_plan_id" INTEGER PRIMARY KEY,
  "carrier_id" INTEGER REFERENCES "carrier",
  "group_name" TEXT CHECK ("group_name" <> '' AND instr("group_name", char(0)) = 0),
  "group_number" TEXT CHECK ("group_number" <> '' AND instr("group_number", char(0)) = 0),
  "plan_type" TEXT NOT NULL CHECK ("plan_type" IN ('percentage', 'ppo_percentage', 'flat_copay', 'capitation')),
  "fee_sched_id" INTEGER REFERENCES "fee_sched",
  "copay_fee_sched_id" INTEGER REFERENCES "fee_sched",
  "allowed_fee_sched_id" INTEGER REFERENCES "fee_sched",
  "division_number" TEXT CHECK ("division_number" <> '' AND instr("division_number", char(0)) = 0),
  "is_medical" INTEGER NOT NULL DEFAULT 0 CHECK ("is_medical" IN (0, 1)),
  "month_renew" INTEGER,
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "ins_plan__carrier_id" ON "ins_plan" (carrier_id);

CREATE TABLE "ins_sub" (
  "ins_sub_id" INTEGER PRIMARY KEY,
  "ins_plan_id" INTEGER NOT NULL REFERENCES "ins_plan",
  "subscriber_patient_id" INTEGER NOT NULL REFERENCES "patient",
  "subscriber_id" TEXT CHECK ("subscriber_id" <> '' AND instr("subscriber_id", char(0)) = 0),
  "date_effective" TEXT CHECK ("date_effective" IS date("date_effective", '+0 days')),
  "date_term" TEXT CHECK ("date_term" IS date("date_term", '+0 days')),
  "release_information" INTEGER NOT NULL DEFAULT 0 CHECK ("release_information" IN (0, 1)),
  "assign_benefits" INTEGER NOT NULL DEFAULT 0 CHECK ("assign_benefits" IN (0, 1)),
  "benefit_note" TEXT CHECK ("benefit_note" <> '' AND instr("benefit_note", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "ins_sub__ins_plan_id" ON "ins_sub" (ins_plan_id);

CREATE INDEX "ins_sub__subscriber_patient_id" ON "ins_sub" (subscriber_patient_id);

CREATE TABLE "pat_plan" (
  "pat_plan_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "ins_sub_id" INTEGER NOT NULL REFERENCES "ins_sub",
  "ordinal" INTEGER NOT NULL,
  "relationship" TEXT CHECK ("relationship" IN ('self', 'spouse', 'child', 'employee', 'disabled_dependent', 'significant_other', 'injured_plaintiff', 'life_partner', 'dependent')),
  "patient_identifier" TEXT CHECK ("patient_identifier" <> '' AND instr("patient_identifier", char(0)) = 0),
  "is_pending" INTEGER NOT NULL DEFAULT 0 CHECK ("is_pending" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "pat_plan__patient_id" ON "pat_plan" (patient_id);

CREATE INDEX "pat_plan__ins_sub_id" ON "pat_plan" (ins_sub_id);

CREATE TABLE "benefit" (
  "benefit_id" INTEGER PRIMARY KEY,
  "ins_plan_id" INTEGER REFERENCES "ins_plan",
  "pat_plan_id" INTEGER REFERENCES "pat_plan",
  "benefit_type" TEXT NOT NULL CHECK ("benefit_type" IN ('active_coverage', 'coinsurance', 'deductible', 'copayment', 'exclusion', 'limitation', 'waiting_period')),
  "coverage_category" TEXT CHECK ("coverage_category" <> '' AND instr("coverage_category", char(0)) = 0),
  "procedure_code_id" INTEGER REFERENCES "procedure_code",
  "percent" INTEGER,
  "amount" INTEGER,
  "time_period" TEXT CHECK ("time_period" IN ('none', 'service_year', 'calendar_year', 'lifetime', 'years', 'last_12_months')),
  "quantity" INTEGER,
  "quantity_qualifier" TEXT CHECK ("quantity_qualifier" IN ('none', 'number_of_services', 'age_limit', 'visits', 'years', 'months')),
  "coverage_level" TEXT CHECK ("coverage_level" IN ('none', 'individual', 'family')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "benefit__ins_plan_id" ON "benefit" (ins_plan_id);

CREATE INDEX "benefit__pat_plan_id" ON "benefit" (pat_plan_id);

CREATE TABLE "claim" (
  "claim_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "ins_plan_id" INTEGER REFERENCES "ins_plan",
  "ins_sub_id" INTEGER REFERENCES "ins_sub",
  "other_ins_sub_id" INTEGER REFERENCES "ins_sub",
  "claim_type" TEXT NOT NULL CHECK ("claim_type" IN ('primary', 'secondary', 'preauthorization', 'other', 'capitation')),
  "status" TEXT NOT NULL CHECK ("status" IN ('unsent', 'hold_until_primary', 'hold_in_process', 'waiting_to_send', 'probably_sent', 'sent', 'received')),
  "date_service" TEXT CHECK ("date_service" IS date("date_service", '+0 days')),
  "date_sent" TEXT CHECK ("date_sent" IS date("date_sent", '+0 days')),
  "date_received" TEXT CHECK ("date_received" IS date("date_received", '+0 days')),
  "fee" INTEGER,
  "insurance_estimate" INTEGER,
  "insurance_paid" INTEGER,
  "write_off" INTEGER,
  "deductible_applied" INTEGER,
  "treating_provider_id" INTEGER REFERENCES "provider",
  "billing_provider_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "claim__patient_id" ON "claim" (patient_id);

CREATE INDEX "claim__status" ON "claim" (status);

CREATE TABLE "claim_proc" (
  "claim_proc_id" INTEGER PRIMARY KEY,
  "claim_id" INTEGER REFERENCES "claim",
  "procedure_id" INTEGER REFERENCES "procedure",
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "ins_plan_id" INTEGER REFERENCES "ins_plan",
  "ins_sub_id" INTEGER REFERENCES "ins_sub",
  "claim_payment_id" INTEGER REFERENCES "claim_payment",
  "provider_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "status" TEXT NOT NULL CHECK ("status" IN ('not_received', 'received', 'preauthorization', 'adjustment', 'supplemental', 'capitation_claim', 'estimate', 'capitation_complete', 'capitation_estimate', 'insurance_history')),
  "fee_billed" INTEGER,
  "insurance_estimate" INTEGER,
  "insurance_paid" INTEGER,
  "write_off" INTEGER,
  "deductible_applied" INTEGER,
  "write_off_estimate" INTEGER,
  "copay" INTEGER,
  "allowed_override" INTEGER,
  "paid_by_other_insurance" INTEGER,
  "percent" INTEGER,
  "percent_override" INTEGER,
  "payment_date" TEXT CHECK ("payment_date" IS date("payment_date", '+0 days')),
  "procedure_date" TEXT CHECK ("procedure_date" IS date("procedure_date", '+0 days')),
  "date_entry" TEXT CHECK ("date_entry" IS date("date_entry", '+0 days')),
  "code_sent" TEXT CHECK ("code_sent" <> '' AND instr("code_sent", char(0)) = 0),
  "remarks" TEXT CHECK ("remarks" <> '' AND instr("remarks", char(0)) = 0),
  "no_bill_insurance" INTEGER NOT NULL DEFAULT 0 CHECK ("no_bill_insurance" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "claim_proc__claim_id" ON "claim_proc" (claim_id);

CREATE INDEX "claim_proc__procedure_id" ON "claim_proc" (procedure_id);

CREATE INDEX "claim_proc__patient_id" ON "claim_proc" (patient_id);

CREATE INDEX "claim_proc__claim_payment_id" ON "claim_proc" (claim_payment_id);

CREATE INDEX "claim_proc__status" ON "claim_proc" (status);

CREATE TABLE "claim_payment" (
  "claim_payment_id" INTEGER PRIMARY KEY,
  "check_date" TEXT CHECK ("check_date" IS date("check_date", '+0 days')),
  "date_issued" TEXT CHECK ("date_issued" IS date("date_issued", '+0 days')),
  "amount" INTEGER NOT NULL,
  "payment_type_id" INTEGER REFERENCES "definition",
  "carrier_id" INTEGER REFERENCES "carrier",
  "carrier_name" TEXT CHECK ("carrier_name" <> '' AND instr("carrier_name", char(0)) = 0),
  "check_number" TEXT CHECK ("check_number" <> '' AND instr("check_number", char(0)) = 0),
  "bank_branch" TEXT CHECK ("bank_branch" <> '' AND instr("bank_branch", char(0)) = 0),
  "deposit_number" INTEGER,
  "office_id" INTEGER REFERENCES "office",
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "claim_payment__check_date" ON "claim_payment" (check_date);

CREATE TABLE "payment" (
  "payment_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "payment_date" TEXT CHECK ("payment_date" IS date("payment_date", '+0 days')),
  "amount" INTEGER NOT NULL,
  "payment_type_id" INTEGER REFERENCES "definition",
  "source" TEXT NOT NULL DEFAULT 'office' CHECK ("source" IN ('office', 'card_terminal', 'online', 'financing', 'other')),
  "check_number" TEXT CHECK ("check_number" <> '' AND instr("check_number", char(0)) = 0),
  "bank_branch" TEXT CHECK ("bank_branch" <> '' AND instr("bank_branch", char(0)) = 0),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "receipt" TEXT CHECK ("receipt" <> '' AND instr("receipt", char(0)) = 0),
  "deposit_number" INTEGER,
  "office_id" INTEGER REFERENCES "office",
  "is_split" INTEGER NOT NULL DEFAULT 0 CHECK ("is_split" IN (0, 1)),
  "date_entry" TEXT CHECK ("date_entry" IS date("date_entry", '+0 days')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "payment__patient_id" ON "payment" (patient_id);

CREATE INDEX "payment__payment_date" ON "payment" (payment_date);

CREATE TABLE "pay_split" (
  "pay_split_id" INTEGER PRIMARY KEY,
  "payment_id" INTEGER NOT NULL REFERENCES "payment",
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "provider_id" INTEGER REFERENCES "provider",
  "procedure_id" INTEGER REFERENCES "procedure",
  "adjustment_id" INTEGER REFERENCES "adjustment",
  "pay_plan_id" INTEGER REFERENCES "pay_plan",
  "pay_plan_charge_id" INTEGER REFERENCES "pay_plan_charge",
  "unearned_type_id" INTEGER REFERENCES "definition",
  "office_id" INTEGER REFERENCES "office",
  "amount" INTEGER NOT NULL,
  "payment_date" TEXT CHECK ("payment_date" IS date("payment_date", '+0 days')),
  "procedure_date" TEXT CHECK ("procedure_date" IS date("procedure_date", '+0 days')),
  "date_entry" TEXT CHECK ("date_entry" IS date("date_entry", '+0 days')),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "pay_split__payment_id" ON "pay_split" (payment_id);

CREATE INDEX "pay_split__patient_id" ON "pay_split" (patient_id);

CREATE INDEX "pay_split__procedure_id" ON "pay_split" (procedure_id);

CREATE TABLE "adjustment" (
  "adjustment_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "provider_id" INTEGER REFERENCES "provider",
  "procedure_id" INTEGER REFERENCES "procedure",
  "adjustment_type_id" INTEGER REFERENCES "definition",
  "office_id" INTEGER REFERENCES "office",
  "statement_id" INTEGER REFERENCES "statement",
  "adjustment_date" TEXT CHECK ("adjustment_date" IS date("adjustment_date", '+0 days')),
  "procedure_date" TEXT CHECK ("procedure_date" IS date("procedure_date", '+0 days')),
  "date_entry" TEXT CHECK ("date_entry" IS date("date_entry", '+0 days')),
  "amount" INTEGER NOT NULL,
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "adjustment__patient_id" ON "adjustment" (patient_id);

CREATE INDEX "adjustment__procedure_id" ON "adjustment" (procedure_id);

CREATE INDEX "adjustment__adjustment_date" ON "adjustment" (adjustment_date);

CREATE TABLE "pay_plan" (
  "pay_plan_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "guarantor_id" INTEGER REFERENCES "patient",
  "ins_plan_id" INTEGER REFERENCES "ins_plan",
  "plan_date" TEXT CHECK ("plan_date" IS date("plan_date", '+0 days')),
  "annual_rate_bp" INTEGER,
  "down_payment" INTEGER,
  "payment_amount" INTEGER,
  "number_of_payments" INTEGER,
  "frequency" TEXT CHECK ("frequency" IN ('weekly', 'every_other_week', 'monthly', 'monthly_by_weekday', 'quarterly')),
  "is_closed" INTEGER NOT NULL DEFAULT 0 CHECK ("is_closed" IN (0, 1)),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "pay_plan__patient_id" ON "pay_plan" (patient_id);

CREATE INDEX "pay_plan__guarantor_id" ON "pay_plan" (guarantor_id);

CREATE TABLE "pay_plan_charge" (
  "pay_plan_charge_id" INTEGER PRIMARY KEY,
  "pay_plan_id" INTEGER NOT NULL REFERENCES "pay_plan",
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "guarantor_id" INTEGER REFERENCES "patient",
  "provider_id" INTEGER REFERENCES "provider",
  "charge_date" TEXT NOT NULL CHECK ("charge_date" IS date("charge_date", '+0 days')),
  "principal" INTEGER NOT NULL,
  "interest" INTEGER,
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "pay_plan_charge__pay_plan_id" ON "pay_plan_charge" (pay_plan_id);

CREATE INDEX "pay_plan_charge__patient_id" ON "pay_plan_charge" (patient_id);

CREATE TABLE "statement" (
  "statement_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "date_sent" TEXT CHECK ("date_sent" IS date("date_sent", '+0 days')),
  "date_range_from" TEXT CHECK ("date_range_from" IS date("date_range_from", '+0 days')),
  "date_range_to" TEXT CHECK ("date_range_to" IS date("date_range_to", '+0 days')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "note_bold" TEXT CHECK ("note_bold" <> '' AND instr("note_bold", char(0)) = 0),
  "mode" TEXT NOT NULL CHECK ("mode" IN ('mail', 'in_person', 'email', 'electronic')),
  "document_id" INTEGER REFERENCES "document",
  "balance_total" INTEGER,
  "insurance_estimate" INTEGER,
  "is_sent" INTEGER NOT NULL DEFAULT 0 CHECK ("is_sent" IN (0, 1)),
  "is_invoice" INTEGER NOT NULL DEFAULT 0 CHECK ("is_invoice" IN (0, 1)),
  "is_receipt" INTEGER NOT NULL DEFAULT 0 CHECK ("is_receipt" IN (0, 1)),
  "short_guid" TEXT CHECK ("short_guid" <> '' AND instr("short_guid", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "statement__patient_id" ON "statement" (patient_id);

CREATE INDEX "statement__short_guid" ON "statement" (short_guid);

CREATE TABLE "fee_sched" (
  "fee_sched_id" INTEGER PRIMARY KEY,
  "description" TEXT NOT NULL CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "fee_sched_type" TEXT NOT NULL CHECK ("fee_sched_type" IN ('normal', 'copay', 'out_of_network', 'fixed_benefit', 'manual_blue_book')),
  "item_order" INTEGER,
  "is_global" INTEGER NOT NULL DEFAULT 0 CHECK ("is_global" IN (0, 1)),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE TABLE "fee" (
  "fee_id" INTEGER PRIMARY KEY,
  "fee_sched_id" INTEGER NOT NULL REFERENCES "fee_sched",
  "procedure_code_id" INTEGER NOT NULL REFERENCES "procedure_code",
  "amount" INTEGER NOT NULL,
  "office_id" INTEGER REFERENCES "office",
  "provider_id" INTEGER REFERENCES "provider",
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "fee__fee_sched_id" ON "fee" (fee_sched_id);

CREATE INDEX "fee__procedure_code_id" ON "fee" (procedure_code_id);

CREATE TABLE "recall_type" (
  "recall_type_id" INTEGER PRIMARY KEY,
  "description" TEXT NOT NULL CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "interval_years" INTEGER DEFAULT 0,
  "interval_months" INTEGER DEFAULT 0,
  "interval_weeks" INTEGER DEFAULT 0,
  "interval_days" INTEGER DEFAULT 0,
  "procedures" TEXT CHECK ("procedures" <> '' AND instr("procedures", char(0)) = 0),
  "pattern" TEXT CHECK ("pattern" <> '' AND instr("pattern", char(0)) = 0)
) STRICT;

CREATE TABLE "recall" (
  "recall_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "recall_type_id" INTEGER REFERENCES "recall_type",
  "date_due" TEXT CHECK ("date_due" IS date("date_due", '+0 days')),
  "date_due_calculated" TEXT CHECK ("date_due_calculated" IS date("date_due_calculated", '+0 days')),
  "date_previous" TEXT CHECK ("date_previous" IS date("date_previous", '+0 days')),
  "date_scheduled" TEXT CHECK ("date_scheduled" IS date("date_scheduled", '+0 days')),
  "interval_years" INTEGER DEFAULT 0,
  "interval_months" INTEGER DEFAULT 0,
  "interval_weeks" INTEGER DEFAULT 0,
  "interval_days" INTEGER DEFAULT 0,
  "status_id" INTEGER REFERENCES "definition",
  "is_disabled" INTEGER NOT NULL DEFAULT 0 CHECK ("is_disabled" IN (0, 1)),
  "disable_until_date" TEXT CHECK ("disable_until_date" IS date("disable_until_date", '+0 days')),
  "disable_until_balance" INTEGER,
  "priority" TEXT CHECK ("priority" IN ('normal', 'asap')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "recall__patient_id" ON "recall" (patient_id);

CREATE INDEX "recall__date_due" ON "recall" (date_due);

CREATE TABLE "stored_card" (
  "stored_card_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "last_four" TEXT CHECK ("last_four" <> '' AND instr("last_four", char(0)) = 0),
  "expiry_month" INTEGER,
  "expiry_year" INTEGER,
  "brand" TEXT CHECK ("brand" <> '' AND instr("brand", char(0)) = 0),
  "processor_token" TEXT CHECK ("processor_token" <> '' AND instr("processor_token", char(0)) = 0),
  "is_active" INTEGER NOT NULL DEFAULT 1 CHECK ("is_active" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user",
  CHECK (last_four IS NULL OR last_four GLOB '[0-9][0-9][0-9][0-9]'),
  CHECK (expiry_month IS NULL OR expiry_month BETWEEN 1 AND 12)
) STRICT;

CREATE INDEX "stored_card__patient_id" ON "stored_card" (patient_id);

CREATE TABLE "online_payment" (
  "online_payment_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "statement_id" INTEGER REFERENCES "statement",
  "payment_id" INTEGER REFERENCES "payment",
  "stored_card_id" INTEGER REFERENCES "stored_card",
  "amount" INTEGER NOT NULL,
  "status" TEXT NOT NULL CHECK ("status" IN ('started', 'succeeded', 'failed', 'abandoned', 'refunded')),
  "started_at" TEXT NOT NULL CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "processor_reference" TEXT CHECK ("processor_reference" <> '' AND instr("processor_reference", char(0)) = 0),
  "error" TEXT CHECK ("error" <> '' AND instr("error", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "online_payment__patient_id" ON "online_payment" (patient_id);

CREATE INDEX "online_payment__payment_id" ON "online_payment" (payment_id);

CREATE TABLE "portal_credential" (
  "portal_credential_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "user_name" TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK ("user_name" <> '' AND instr("user_name", char(0)) = 0),
  "password_hash" TEXT CHECK ("password_hash" <> '' AND instr("password_hash", char(0)) = 0),
  "hash_scheme" TEXT CHECK ("hash_scheme" <> '' AND instr("hash_scheme", char(0)) = 0),
  "require_username_change" INTEGER NOT NULL DEFAULT 0 CHECK ("require_username_change" IN (0, 1)),
  "require_password_change" INTEGER NOT NULL DEFAULT 0 CHECK ("require_password_change" IN (0, 1)),
  "password_expires_at" TEXT CHECK ("password_expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "password_expires_at", '+0 days')),
  "granted_at" TEXT CHECK ("granted_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "granted_at", '+0 days')),
  "granted_by" INTEGER REFERENCES "user",
  "removed_at" TEXT CHECK ("removed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "removed_at", '+0 days')),
  "removed_by" INTEGER REFERENCES "user",
  "last_login_at" TEXT CHECK ("last_login_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "last_login_at", '+0 days')),
  "failed_attempts" INTEGER NOT NULL DEFAULT 0,
  "recent_failures" TEXT CHECK ("recent_failures" <> '' AND instr("recent_failures", char(0)) = 0),
  "locked_until" TEXT CHECK ("locked_until" IS strftime('%Y-%m-%dT%H:%M:%SZ', "locked_until", '+0 days')),
  "link_hash" TEXT CHECK ("link_hash" <> '' AND instr("link_hash", char(0)) = 0),
  "link_expires_at" TEXT CHECK ("link_expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "link_expires_at", '+0 days')),
  "reset_code_hash" TEXT CHECK ("reset_code_hash" <> '' AND instr("reset_code_hash", char(0)) = 0),
  "reset_code_expires_at" TEXT CHECK ("reset_code_expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "reset_code_expires_at", '+0 days')),
  "printed_at" TEXT CHECK ("printed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "printed_at", '+0 days')),
  "printed_by" INTEGER REFERENCES "user",
  UNIQUE (patient_id)
) STRICT;

CREATE TABLE "portal_invite_rule" (
  "portal_invite_rule_id" INTEGER PRIMARY KEY,
  "mode" TEXT NOT NULL CHECK ("mode" IN ('until_first_visit', 'before_appointment', 'after_appointment', 'no_recent_visit', 'by_hand')),
  "offset_minutes" INTEGER NOT NULL DEFAULT 0,
  "not_within_days" INTEGER NOT NULL DEFAULT 30,
  "subject" TEXT NOT NULL CHECK ("subject" <> '' AND instr("subject", char(0)) = 0),
  "body" TEXT NOT NULL CHECK ("body" <> '' AND instr("body", char(0)) = 0),
  "office_id" INTEGER REFERENCES "office",
  "is_enabled" INTEGER NOT NULL DEFAULT 0 CHECK ("is_enabled" IN (0, 1)),
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user",
  CHECK (offset_minutes >= 0),
  CHECK (not_within_days >= 0)
) STRICT;

CREATE TABLE "portal_invite" (
  "portal_invite_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "portal_invite_rule_id" INTEGER REFERENCES "portal_invite_rule",
  "appointment_id" INTEGER REFERENCES "appointment",
  "occasion" TEXT UNIQUE CHECK ("occasion" <> '' AND instr("occasion", char(0)) = 0),
  "carries" TEXT NOT NULL CHECK ("carries" IN ('password', 'link')),
  "status" TEXT NOT NULL CHECK ("status" IN ('undefined', 'do_not_send', 'send_not_attempted', 'send_successful', 'send_failed', 'sent_awaiting_receipt')),
  "outbox_message_id" INTEGER REFERENCES "outbox_message",
  "created_at" TEXT NOT NULL CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "sent_at" TEXT CHECK ("sent_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "sent_at", '+0 days')),
  "error" TEXT CHECK ("error" <> '' AND instr("error", char(0)) = 0)
) STRICT;

CREATE INDEX "portal_invite__patient_id" ON "portal_invite" (patient_id);

CREATE INDEX "portal_invite__outbox_message_id" ON "portal_invite" (outbox_message_id);

CREATE TABLE "portal_feature" (
  "portal_feature_id" INTEGER PRIMARY KEY,
  "feature" TEXT NOT NULL CHECK ("feature" IN ('appointments', 'account', 'pay', 'pay_without_sign_in', 'plan', 'web_mail', 'summary', 'images', 'contact_us', 'online_booking')),
  "office_id" INTEGER REFERENCES "office",
  "is_enabled" INTEGER NOT NULL DEFAULT 0 CHECK ("is_enabled" IN (0, 1)),
  UNIQUE (feature, office_id)
) STRICT;

CREATE TABLE "portal_message" (
  "portal_message_id" INTEGER PRIMARY KEY,
  "reply_to_id" INTEGER REFERENCES "portal_message",
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "from_provider_id" INTEGER REFERENCES "provider",
  "from_patient_id" INTEGER REFERENCES "patient",
  "to_provider_id" INTEGER REFERENCES "provider",
  "to_patient_id" INTEGER REFERENCES "patient",
  "subject" TEXT CHECK ("subject" <> '' AND instr("subject", char(0)) = 0),
  "body" TEXT CHECK ("body" <> '' AND instr("body", char(0)) = 0),
  "sent_at" TEXT NOT NULL CHECK ("sent_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "sent_at", '+0 days')),
  "state" TEXT NOT NULL CHECK ("state" IN ('unread', 'read', 'sent')),
  "attachment_names" TEXT CHECK ("attachment_names" <> '' AND instr("attachment_names", char(0)) = 0),
  "is_deleted" INTEGER NOT NULL DEFAULT 0 CHECK ("is_deleted" IN (0, 1)),
  CHECK ((from_provider_id IS NULL) + (from_patient_id IS NULL) = 1)
) STRICT;

CREATE INDEX "portal_message__reply_to_id" ON "portal_message" (reply_to_id);

CREATE INDEX "portal_message__patient_id" ON "portal_message" (patient_id);

CREATE TABLE "portal_access_log" (
  "portal_access_log_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "actor" TEXT NOT NULL CHECK ("actor" IN ('patient', 'representative')),
  "representative_id" INTEGER REFERENCES "patient",
  "action" TEXT NOT NULL CHECK ("action" IN ('login', 'view', 'download', 'transmit')),
  "object" TEXT CHECK ("object" <> '' AND instr("object", char(0)) = 0),
  "happened_at" TEXT NOT NULL CHECK ("happened_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "happened_at", '+0 days'))
) STRICT;

CREATE INDEX "portal_access_log__patient_id" ON "portal_access_log" (patient_id);

CREATE INDEX "portal_access_log__happened_at" ON "portal_access_log" (happened_at);

CREATE TABLE "commlog" (
  "commlog_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "happened_at" TEXT CHECK ("happened_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "happened_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "comm_type_id" INTEGER REFERENCES "definition",
  "mode" TEXT NOT NULL DEFAULT 'none' CHECK ("mode" IN ('none', 'email', 'mail', 'phone', 'in_person', 'text', 'email_and_text', 'phone_and_text', 'fax')),
  "direction" TEXT NOT NULL DEFAULT 'neither' CHECK ("direction" IN ('neither', 'sent', 'received')),
  "note" TEXT CHECK ("note" <> '' AND instr("note", char(0)) = 0),
  "user_id" INTEGER REFERENCES "user",
  "is_signed" INTEGER NOT NULL DEFAULT 0 CHECK ("is_signed" IN (0, 1)),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "commlog__patient_id" ON "commlog" (patient_id);

CREATE INDEX "commlog__happened_at" ON "commlog" (happened_at);

CREATE TABLE "portal_representative" (
  "portal_representative_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER NOT NULL REFERENCES "patient",
  "representative_id" INTEGER NOT NULL REFERENCES "patient",
  "basis" TEXT NOT NULL CHECK ("basis" IN ('guarantor', 'guardian', 'responsible_party', 'representative')),
  "valid_from" TEXT CHECK ("valid_from" IS date("valid_from", '+0 days')),
  "valid_to" TEXT CHECK ("valid_to" IS date("valid_to", '+0 days')),
  "reason" TEXT CHECK ("reason" <> '' AND instr("reason", char(0)) = 0),
  "created_at" TEXT CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "created_by" INTEGER REFERENCES "user",
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE INDEX "portal_representative__patient_id" ON "portal_representative" (patient_id);

CREATE INDEX "portal_representative__representative_id" ON "portal_representative" (representative_id);

CREATE TABLE "user" (
  "user_id" INTEGER PRIMARY KEY,
  "user_name" TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK ("user_name" <> '' AND instr("user_name", char(0)) = 0),
  "full_name" TEXT NOT NULL CHECK ("full_name" <> '' AND instr("full_name", char(0)) = 0),
  "job_title" TEXT CHECK ("job_title" <> '' AND instr("job_title", char(0)) = 0),
  "email" TEXT UNIQUE COLLATE NOCASE CHECK ("email" <> '' AND instr("email", char(0)) = 0),
  "cell_phone" TEXT CHECK ("cell_phone" <> '' AND instr("cell_phone", char(0)) = 0),
  "cell_phone_verified_at" TEXT CHECK ("cell_phone_verified_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "cell_phone_verified_at", '+0 days')),
  "cell_phone_changed_at" TEXT CHECK ("cell_phone_changed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "cell_phone_changed_at", '+0 days')),
  "password_hash" TEXT CHECK ("password_hash" <> '' AND instr("password_hash", char(0)) = 0),
  "password_changed_at" TEXT CHECK ("password_changed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "password_changed_at", '+0 days')),
  "require_password_change" INTEGER NOT NULL DEFAULT 0 CHECK ("require_password_change" IN (0, 1)),
  "one_time_password_expires_at" TEXT CHECK ("one_time_password_expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "one_time_password_expires_at", '+0 days')),
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1)),
  "failed_attempts" INTEGER NOT NULL DEFAULT 0,
  "recent_failures" TEXT CHECK ("recent_failures" <> '' AND instr("recent_failures", char(0)) = 0),
  "locked_until" TEXT CHECK ("locked_until" IS strftime('%Y-%m-%dT%H:%M:%SZ', "locked_until", '+0 days')),
  "is_disabled" INTEGER NOT NULL DEFAULT 0 CHECK ("is_disabled" IN (0, 1)),
  "provider_id" INTEGER REFERENCES "provider",
  "office_id" INTEGER REFERENCES "office",
  "idle_minutes" INTEGER,
  "created_at" TEXT NOT NULL CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "version" INTEGER NOT NULL DEFAULT 1,
  CHECK (user_name = trim(user_name))
) STRICT;

CREATE TABLE "password_history" (
  "password_history_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "password_hash" TEXT NOT NULL CHECK ("password_hash" <> '' AND instr("password_hash", char(0)) = 0),
  "set_at" TEXT NOT NULL CHECK ("set_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "set_at", '+0 days'))
) STRICT;

CREATE INDEX "password_history__user_id" ON "password_history" (user_id);

CREATE TABLE "user_group" (
  "user_group_id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "description" TEXT CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "is_builtin" INTEGER NOT NULL DEFAULT 0 CHECK ("is_builtin" IN (0, 1)),
  "is_admin" INTEGER NOT NULL DEFAULT 0 CHECK ("is_admin" IN (0, 1)),
  "modified_at" TEXT CHECK ("modified_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "modified_at", '+0 days')),
  "modified_by" INTEGER REFERENCES "user",
  "version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE "user_group_member" (
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "user_group_id" INTEGER NOT NULL REFERENCES "user_group",
  "is_primary" INTEGER NOT NULL DEFAULT 0 CHECK ("is_primary" IN (0, 1)),
  PRIMARY KEY (user_id, user_group_id)
) STRICT;

CREATE INDEX "user_group_member__user_group_id" ON "user_group_member" (user_group_id);

CREATE TABLE "permission" (
  "permission_code" TEXT PRIMARY KEY NOT NULL CHECK ("permission_code" <> '' AND instr("permission_code", char(0)) = 0),
  "label" TEXT NOT NULL CHECK ("label" <> '' AND instr("label", char(0)) = 0),
  "category" TEXT NOT NULL CHECK ("category" <> '' AND instr("category", char(0)) = 0),
  "kind" TEXT NOT NULL CHECK ("kind" IN ('level', 'action')),
  "allows" TEXT NOT NULL CHECK ("allows" <> '' AND instr("allows", char(0)) = 0),
  "takes_dates" INTEGER NOT NULL DEFAULT 0 CHECK ("takes_dates" IN (0, 1))
) STRICT;

CREATE TABLE "group_permission" (
  "user_group_id" INTEGER NOT NULL REFERENCES "user_group",
  "permission_code" TEXT NOT NULL CHECK ("permission_code" <> '' AND instr("permission_code", char(0)) = 0) REFERENCES "permission",
  "level" INTEGER NOT NULL,
  "newer_date" TEXT CHECK ("newer_date" IS date("newer_date", '+0 days')),
  "newer_days" INTEGER,
  PRIMARY KEY (user_group_id, permission_code),
  CHECK (level BETWEEN 0 AND 2),
  CHECK (newer_date IS NULL OR newer_days IS NULL)
) STRICT;

CREATE TABLE "lock_date" (
  "lock_date_id" INTEGER PRIMARY KEY,
  "before_date" TEXT CHECK ("before_date" IS date("before_date", '+0 days')),
  "before_days" INTEGER,
  "include_admins" INTEGER NOT NULL DEFAULT 0 CHECK ("include_admins" IN (0, 1)),
  CHECK ((before_date IS NULL) <> (before_days IS NULL))
) STRICT;

CREATE TABLE "mfa_factor" (
  "mfa_factor_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "kind" TEXT NOT NULL CHECK ("kind" IN ('sms', 'totp', 'recovery')),
  "sealed_secret" BLOB,
  "confirmed_at" TEXT CHECK ("confirmed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "confirmed_at", '+0 days')),
  "counts_from" TEXT CHECK ("counts_from" IS strftime('%Y-%m-%dT%H:%M:%SZ', "counts_from", '+0 days')),
  "last_step" INTEGER,
  "revoked_at" TEXT CHECK ("revoked_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "revoked_at", '+0 days'))
) STRICT;

CREATE INDEX "mfa_factor__user_id" ON "mfa_factor" (user_id);

CREATE TABLE "otp_challenge" (
  "otp_challenge_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "purpose" TEXT NOT NULL CHECK ("purpose" IN ('download.schedule', 'sign_in', 'factor.change', 'phone.verify', 'communications.register')),
  "salt" TEXT NOT NULL CHECK ("salt" <> '' AND instr("salt", char(0)) = 0),
  "code_hash" TEXT NOT NULL CHECK ("code_hash" <> '' AND instr("code_hash", char(0)) = 0),
  "sent_to" TEXT NOT NULL CHECK ("sent_to" <> '' AND instr("sent_to", char(0)) = 0),
  "channel" TEXT NOT NULL CHECK ("channel" IN ('sms', 'email')),
  "created_at" TEXT NOT NULL CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "expires_at" TEXT NOT NULL CHECK ("expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "expires_at", '+0 days')),
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "attempts_allowed" INTEGER NOT NULL DEFAULT 5,
  "used_at" TEXT CHECK ("used_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "used_at", '+0 days')),
  "superseded_by" INTEGER REFERENCES "otp_challenge",
  "token_hash" TEXT CHECK ("token_hash" <> '' AND instr("token_hash", char(0)) = 0)
) STRICT;

CREATE INDEX "otp_challenge__user_id" ON "otp_challenge" (user_id);

CREATE TABLE "communication_registration" (
  "communication_registration_id" INTEGER PRIMARY KEY,
  "pgid" INTEGER NOT NULL REFERENCES "practice_group",
  "office_id" INTEGER REFERENCES "office",
  "state" TEXT NOT NULL CHECK ("state" IN ('not_registered', 'pending', 'registered', 'rejected')),
  "requested_at" TEXT CHECK ("requested_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "requested_at", '+0 days')),
  "requested_by" INTEGER REFERENCES "user",
  "decided_at" TEXT CHECK ("decided_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "decided_at", '+0 days')),
  "sender" TEXT CHECK ("sender" <> '' AND instr("sender", char(0)) = 0),
  "reason" TEXT CHECK ("reason" <> '' AND instr("reason", char(0)) = 0)
) STRICT;

CREATE TABLE "session" (
  "session_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "terminal" TEXT NOT NULL CHECK ("terminal" <> '' AND instr("terminal", char(0)) = 0),
  "source" TEXT NOT NULL CHECK ("source" IN ('kiosk', 'command_line', 'runner', 'portal')),
  "started_at" TEXT NOT NULL CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "last_seen_at" TEXT NOT NULL CHECK ("last_seen_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "last_seen_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "ended_because" TEXT CHECK ("ended_because" IN ('signed_out', 'expired', 'ended_by_administrator', 'password_changed', 'user_hidden'))
) STRICT;

CREATE INDEX "session__user_id" ON "session" (user_id);

CREATE TABLE "emergency_access" (
  "emergency_access_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "user_group_id" INTEGER NOT NULL REFERENCES "user_group",
  "session_id" INTEGER NOT NULL,
  "reason" TEXT NOT NULL CHECK ("reason" <> '' AND instr("reason", char(0)) = 0),
  "started_at" TEXT NOT NULL CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "ends_at" TEXT NOT NULL CHECK ("ends_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ends_at", '+0 days')),
  "given_back_at" TEXT CHECK ("given_back_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "given_back_at", '+0 days'))
) STRICT;

CREATE INDEX "emergency_access__user_id" ON "emergency_access" (user_id);

CREATE TABLE "user_notice" (
  "user_notice_id" INTEGER PRIMARY KEY,
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "text" TEXT NOT NULL CHECK ("text" <> '' AND instr("text", char(0)) = 0),
  "at" TEXT NOT NULL CHECK ("at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "at", '+0 days')),
  "seen_at" TEXT CHECK ("seen_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "seen_at", '+0 days'))
) STRICT;

CREATE INDEX "user_notice__user_id" ON "user_notice" (user_id);

CREATE TABLE "audit_log" (
  "seq" INTEGER PRIMARY KEY,
  "at" TEXT NOT NULL CHECK ("at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "at", '+0 days')),
  "user_id" INTEGER REFERENCES "user",
  "action" TEXT NOT NULL CHECK ("action" <> '' AND instr("action", char(0)) = 0),
  "permission_code" TEXT CHECK ("permission_code" <> '' AND instr("permission_code", char(0)) = 0),
  "patient_id" INTEGER REFERENCES "patient",
  "terminal" TEXT NOT NULL CHECK ("terminal" <> '' AND instr("terminal", char(0)) = 0),
  "source" TEXT NOT NULL CHECK ("source" IN ('kiosk', 'command_line', 'runner', 'portal')),
  "description" TEXT NOT NULL CHECK ("description" <> '' AND instr("description", char(0)) = 0),
  "object" TEXT CHECK ("object" <> '' AND instr("object", char(0)) = 0),
  "previous_hash" TEXT NOT NULL CHECK ("previous_hash" <> '' AND instr("previous_hash", char(0)) = 0),
  "hash" TEXT NOT NULL CHECK ("hash" <> '' AND instr("hash", char(0)) = 0)
) STRICT;

CREATE INDEX "audit_log__at" ON "audit_log" (at);

CREATE INDEX "audit_log__user_id_at" ON "audit_log" (user_id, at);

CREATE INDEX "audit_log__action_at" ON "audit_log" (action, at);

CREATE INDEX "audit_log__patient_id_at" ON "audit_log" (patient_id, at);

CREATE TABLE "preference" (
  "name" TEXT PRIMARY KEY NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "value" TEXT NOT NULL CHECK ("value" <> '' AND instr("value", char(0)) = 0)
) STRICT;

CREATE TABLE "value_set" (
  "value_set" TEXT NOT NULL CHECK ("value_set" <> '' AND instr("value_set", char(0)) = 0),
  "code" TEXT NOT NULL CHECK ("code" <> '' AND instr("code", char(0)) = 0),
  "meaning" TEXT NOT NULL CHECK ("meaning" <> '' AND instr("meaning", char(0)) = 0),
  "position" INTEGER NOT NULL,
  PRIMARY KEY (value_set, code)
) STRICT;

CREATE TABLE "definition" (
  "definition_id" INTEGER PRIMARY KEY,
  "category" TEXT NOT NULL CHECK ("category" <> '' AND instr("category", char(0)) = 0),
  "name" TEXT NOT NULL CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "value" TEXT CHECK ("value" <> '' AND instr("value", char(0)) = 0),
  "item_order" INTEGER,
  "is_hidden" INTEGER NOT NULL DEFAULT 0 CHECK ("is_hidden" IN (0, 1))
) STRICT;

CREATE INDEX "definition__category_item_order" ON "definition" (category, item_order);

CREATE TABLE "data_download" (
  "data_download_id" INTEGER PRIMARY KEY,
  "kind" TEXT NOT NULL DEFAULT 'practice' CHECK ("kind" IN ('practice', 'patient')),
  "patient_id" INTEGER REFERENCES "patient",
  "data_download_series_id" INTEGER REFERENCES "data_download_series",
  "requested_by" INTEGER NOT NULL REFERENCES "user",
  "requested_at" TEXT NOT NULL CHECK ("requested_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "requested_at", '+0 days')),
  "run_on" TEXT NOT NULL CHECK ("run_on" IS date("run_on", '+0 days')),
  "due_at" TEXT NOT NULL CHECK ("due_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "due_at", '+0 days')),
  "time_zone" TEXT NOT NULL CHECK ("time_zone" <> '' AND instr("time_zone", char(0)) = 0),
  "state" TEXT NOT NULL CHECK ("state" IN ('requested', 'scheduled', 'running', 'ready', 'retrieved', 'expired', 'cancelled', 'failed')),
  "otp_challenge_id" INTEGER REFERENCES "otp_challenge",
  "passphrase_kind" TEXT NOT NULL CHECK ("passphrase_kind" IN ('account', 'own')),
  "locked_with_password_of" TEXT CHECK ("locked_with_password_of" IS strftime('%Y-%m-%dT%H:%M:%SZ', "locked_with_password_of", '+0 days')),
  "scheduled_at" TEXT CHECK ("scheduled_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "scheduled_at", '+0 days')),
  "snapshot_at" TEXT CHECK ("snapshot_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "snapshot_at", '+0 days')),
  "ready_at" TEXT CHECK ("ready_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ready_at", '+0 days')),
  "expires_at" TEXT CHECK ("expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "expires_at", '+0 days')),
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "lease_holder" TEXT CHECK ("lease_holder" <> '' AND instr("lease_holder", char(0)) = 0),
  "lease_until" TEXT CHECK ("lease_until" IS strftime('%Y-%m-%dT%H:%M:%SZ', "lease_until", '+0 days')),
  "fence" INTEGER NOT NULL DEFAULT 0,
  "cancel_requested" INTEGER NOT NULL DEFAULT 0 CHECK ("cancel_requested" IN (0, 1)),
  "file_name" TEXT CHECK ("file_name" <> '' AND instr("file_name", char(0)) = 0),
  "file_bytes" INTEGER,
  "file_sha256" TEXT CHECK ("file_sha256" <> '' AND instr("file_sha256", char(0)) = 0),
  "progress_table" TEXT CHECK ("progress_table" <> '' AND instr("progress_table", char(0)) = 0),
  "progress_rows" INTEGER,
  "progress_rows_total" INTEGER,
  "progress_bytes" INTEGER,
  "started_at" TEXT CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "error" TEXT CHECK ("error" <> '' AND instr("error", char(0)) = 0),
  CHECK ((kind = 'patient') = (patient_id IS NOT NULL))
) STRICT;

CREATE INDEX "data_download__state" ON "data_download" (state);

CREATE INDEX "data_download__state_due_at" ON "data_download" (state, due_at);

CREATE TABLE "data_download_key" (
  "data_download_id" INTEGER NOT NULL REFERENCES "data_download",
  "ordinal" INTEGER NOT NULL,
  "sealed_key" BLOB,
  "used_at" TEXT CHECK ("used_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "used_at", '+0 days')),
  PRIMARY KEY (data_download_id, ordinal),
  CHECK (sealed_key IS NULL OR used_at IS NULL)
) STRICT;

CREATE TABLE "data_download_file" (
  "data_download_id" INTEGER NOT NULL REFERENCES "data_download",
  "ordinal" INTEGER NOT NULL,
  "entry_name" TEXT NOT NULL CHECK ("entry_name" <> '' AND instr("entry_name", char(0)) = 0),
  "table_name" TEXT CHECK ("table_name" <> '' AND instr("table_name", char(0)) = 0),
  "rows" INTEGER,
  "bytes" INTEGER NOT NULL,
  "sha256" TEXT NOT NULL CHECK ("sha256" <> '' AND instr("sha256", char(0)) = 0),
  PRIMARY KEY (data_download_id, ordinal)
) STRICT;

CREATE TABLE "data_download_series" (
  "data_download_series_id" INTEGER PRIMARY KEY,
  "requested_by" INTEGER NOT NULL REFERENCES "user",
  "rhythm" TEXT NOT NULL CHECK ("rhythm" IN ('weekly', 'monthly')),
  "anchor_on" TEXT NOT NULL CHECK ("anchor_on" IS date("anchor_on", '+0 days')),
  "passphrase_kind" TEXT NOT NULL CHECK ("passphrase_kind" IN ('account', 'own')),
  "locked_with_password_of" TEXT CHECK ("locked_with_password_of" IS strftime('%Y-%m-%dT%H:%M:%SZ', "locked_with_password_of", '+0 days')),
  "renews_id" INTEGER REFERENCES "data_download_series",
  "confirmed_at" TEXT CHECK ("confirmed_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "confirmed_at", '+0 days')),
  "confirm_again_at" TEXT CHECK ("confirm_again_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "confirm_again_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "reason" TEXT CHECK ("reason" <> '' AND instr("reason", char(0)) = 0)
) STRICT;

CREATE TABLE "data_download_series_key" (
  "data_download_series_id" INTEGER NOT NULL REFERENCES "data_download_series",
  "ordinal" INTEGER NOT NULL,
  "sealed_key" BLOB,
  "used_at" TEXT CHECK ("used_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "used_at", '+0 days')),
  PRIMARY KEY (data_download_series_id, ordinal),
  CHECK (sealed_key IS NULL OR used_at IS NULL)
) STRICT;

CREATE TABLE "data_download_retrieval" (
  "data_download_retrieval_id" INTEGER PRIMARY KEY,
  "data_download_id" INTEGER NOT NULL REFERENCES "data_download",
  "user_id" INTEGER NOT NULL REFERENCES "user",
  "at" TEXT NOT NULL CHECK ("at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "at", '+0 days')),
  "destination" TEXT NOT NULL CHECK ("destination" <> '' AND instr("destination", char(0)) = 0),
  "archive_sha256" TEXT NOT NULL CHECK ("archive_sha256" <> '' AND instr("archive_sha256", char(0)) = 0)
) STRICT;

CREATE INDEX "data_download_retrieval__data_download_id" ON "data_download_retrieval" (data_download_id);

CREATE TABLE "disclosure" (
  "disclosure_id" INTEGER PRIMARY KEY,
  "patient_id" INTEGER REFERENCES "patient",
  "user_id" INTEGER REFERENCES "user",
  "recipient" TEXT NOT NULL CHECK ("recipient" <> '' AND instr("recipient", char(0)) = 0),
  "at" TEXT NOT NULL CHECK ("at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "at", '+0 days')),
  "form" TEXT NOT NULL CHECK ("form" IN ('download', 'csv', 'workbook', 'disc', 'files', 'print', 'message')),
  "is_encrypted" INTEGER NOT NULL DEFAULT 0 CHECK ("is_encrypted" IN (0, 1)),
  "description" TEXT NOT NULL CHECK ("description" <> '' AND instr("description", char(0)) = 0)
) STRICT;

CREATE INDEX "disclosure__patient_id" ON "disclosure" (patient_id);

CREATE TABLE "data_dictionary" (
  "table_name" TEXT NOT NULL CHECK ("table_name" <> '' AND instr("table_name", char(0)) = 0),
  "column_name" TEXT NOT NULL CHECK ("column_name" <> '' AND instr("column_name", char(0)) = 0),
  "position" INTEGER NOT NULL,
  "type" TEXT NOT NULL CHECK ("type" <> '' AND instr("type", char(0)) = 0),
  "unit" TEXT CHECK ("unit" <> '' AND instr("unit", char(0)) = 0),
  "meaning" TEXT NOT NULL CHECK ("meaning" <> '' AND instr("meaning", char(0)) = 0),
  "value_set" TEXT CHECK ("value_set" <> '' AND instr("value_set", char(0)) = 0),
  "references_table" TEXT CHECK ("references_table" <> '' AND instr("references_table", char(0)) = 0),
  "since_version" INTEGER NOT NULL,
  PRIMARY KEY (table_name, column_name)
) STRICT;

CREATE TABLE "import_run" (
  "import_run_id" INTEGER PRIMARY KEY,
  "system" TEXT NOT NULL CHECK ("system" <> '' AND instr("system", char(0)) = 0),
  "source" TEXT NOT NULL CHECK ("source" <> '' AND instr("source", char(0)) = 0),
  "started_at" TEXT NOT NULL CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "rows_read" INTEGER,
  "rows_written" INTEGER,
  "rows_refused" INTEGER,
  "report" TEXT CHECK ("report" <> '' AND instr("report", char(0)) = 0)
) STRICT;

CREATE TABLE "source_identity" (
  "system" TEXT NOT NULL CHECK ("system" <> '' AND instr("system", char(0)) = 0),
  "source_table" TEXT NOT NULL CHECK ("source_table" <> '' AND instr("source_table", char(0)) = 0),
  "source_id" INTEGER NOT NULL,
  "our_id" INTEGER NOT NULL,
  PRIMARY KEY (system, source_table, source_id)
) STRICT;

CREATE TABLE "outbox_message" (
  "outbox_message_id" INTEGER PRIMARY KEY,
  "channel" TEXT NOT NULL CHECK ("channel" IN ('sms', 'email')),
  "purpose" TEXT NOT NULL CHECK ("purpose" <> '' AND instr("purpose", char(0)) = 0),
  "patient_id" INTEGER REFERENCES "patient",
  "recipient_masked" TEXT NOT NULL CHECK ("recipient_masked" <> '' AND instr("recipient_masked", char(0)) = 0),
  "sealed_recipient" BLOB,
  "sealed_body" BLOB,
  "state" TEXT NOT NULL CHECK ("state" IN ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'unknown', 'failed', 'expired')),
  "tries" INTEGER NOT NULL DEFAULT 0,
  "created_at" TEXT NOT NULL CHECK ("created_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "created_at", '+0 days')),
  "not_before" TEXT NOT NULL CHECK ("not_before" IS strftime('%Y-%m-%dT%H:%M:%SZ', "not_before", '+0 days')),
  "expires_at" TEXT CHECK ("expires_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "expires_at", '+0 days')),
  "claimed_by" TEXT CHECK ("claimed_by" <> '' AND instr("claimed_by", char(0)) = 0),
  "claimed_until" TEXT CHECK ("claimed_until" IS strftime('%Y-%m-%dT%H:%M:%SZ', "claimed_until", '+0 days')),
  "handing_over" INTEGER NOT NULL DEFAULT 0 CHECK ("handing_over" IN (0, 1)),
  "sent_at" TEXT CHECK ("sent_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "sent_at", '+0 days')),
  "settled_at" TEXT CHECK ("settled_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "settled_at", '+0 days')),
  "last_error" TEXT CHECK ("last_error" <> '' AND instr("last_error", char(0)) = 0),
  "carrier_reference" TEXT CHECK ("carrier_reference" <> '' AND instr("carrier_reference", char(0)) = 0)
) STRICT;

CREATE INDEX "outbox_message__state" ON "outbox_message" (state);

CREATE TABLE "message_carrier" (
  "channel" TEXT PRIMARY KEY NOT NULL CHECK ("channel" IN ('sms', 'email')),
  "kind" TEXT NOT NULL CHECK ("kind" IN ('spool', 'smtp', 'http', 'modem')),
  "address" TEXT CHECK ("address" <> '' AND instr("address", char(0)) = 0),
  "port" INTEGER,
  "security" TEXT CHECK ("security" IN ('starttls', 'tls', 'none')),
  "account" TEXT CHECK ("account" <> '' AND instr("account", char(0)) = 0),
  "sealed_secret" BLOB,
  "sender" TEXT CHECK ("sender" <> '' AND instr("sender", char(0)) = 0),
  "sender_name" TEXT CHECK ("sender_name" <> '' AND instr("sender_name", char(0)) = 0),
  "health" TEXT NOT NULL DEFAULT 'untried' CHECK ("health" IN ('untried', 'working', 'failing')),
  "checked_at" TEXT CHECK ("checked_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "checked_at", '+0 days')),
  "last_error" TEXT CHECK ("last_error" <> '' AND instr("last_error", char(0)) = 0),
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE TABLE "printer" (
  "printer_id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK ("name" <> '' AND instr("name", char(0)) = 0),
  "kind" TEXT NOT NULL CHECK ("kind" IN ('ipp', 'cups')),
  "address" TEXT NOT NULL CHECK ("address" <> '' AND instr("address", char(0)) = 0),
  "certificate_sha256" TEXT CHECK ("certificate_sha256" <> '' AND instr("certificate_sha256", char(0)) = 0),
  "office_id" INTEGER REFERENCES "office",
  "is_default" INTEGER NOT NULL DEFAULT 0 CHECK ("is_default" IN (0, 1)),
  "health" TEXT NOT NULL DEFAULT 'untried' CHECK ("health" IN ('untried', 'working', 'failing')),
  "checked_at" TEXT CHECK ("checked_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "checked_at", '+0 days')),
  "last_error" TEXT CHECK ("last_error" <> '' AND instr("last_error", char(0)) = 0),
  "edited_at" TEXT CHECK ("edited_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "edited_at", '+0 days')),
  "edited_by" INTEGER REFERENCES "user"
) STRICT;

CREATE TABLE "runner_run" (
  "runner_run_id" INTEGER PRIMARY KEY,
  "started_by" TEXT NOT NULL CHECK ("started_by" IN ('timer', 'watch', 'hand')),
  "host" TEXT NOT NULL CHECK ("host" <> '' AND instr("host", char(0)) = 0),
  "started_at" TEXT NOT NULL CHECK ("started_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "started_at", '+0 days')),
  "ended_at" TEXT CHECK ("ended_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ended_at", '+0 days')),
  "outcome" TEXT CHECK ("outcome" IN ('done', 'incomplete', 'stopped', 'broken')),
  "downloads_made" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT CHECK ("error" <> '' AND instr("error", char(0)) = 0),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX "runner_run__started_at" ON "runner_run" (started_at);

CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER portal_invite_follows_its_message
    AFTER UPDATE OF state, last_error ON outbox_message
    WHEN NEW.purpose = 'portal.invitation'
    BEGIN UPDATE portal_invite SET
      status = CASE WHEN NEW.state IN ('queued', 'sending') THEN 'send_not_attempted'
        WHEN NEW.state IN ('sent', 'delivered') THEN 'send_successful'
        WHEN NEW.state = 'unknown' THEN 'sent_awaiting_receipt' ELSE 'send_failed' END,
      sent_at = coalesce(NEW.sent_at, sent_at),
      error = CASE WHEN NEW.state IN ('sent', 'delivered') THEN NULL
        WHEN NEW.state = 'expired' THEN coalesce(NEW.last_error, 'It was not sent in time.')
        ELSE NEW.last_error END
      WHERE outbox_message_id = NEW.outbox_message_id; END;
