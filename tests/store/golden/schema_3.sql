CREATE INDEX "patient__by_name" ON "patient" (coalesce(last_name, '') COLLATE NOCASE, coalesce(first_name, '') COLLATE NOCASE, patient_id, status);
