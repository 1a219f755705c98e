"""Procedures: treatments done, planned and found, with their chart notes.

One rule: only a treatment that was done here is charged.
"""

from __future__ import annotations

from store.imports.demo.family import Charge, Person
from store.imports.demo.mouth import Place
from store.imports.demo.treatments import BASIC, MAJOR, Treatment
from store.imports.demo.world import World

_COLUMNS = (
    "procedure_id",
    "patient_id",
    "appointment_id",
    "planned_appointment_id",
    "procedure_code_id",
    "status",
    "procedure_date",
    "date_planned",
    "date_completed",
    "provider_id",
    "office_id",
    "tooth_number",
    "surface",
    "tooth_range",
    "priority_id",
    "diagnosis_id",
    "fee",
    "unit_quantity",
    "place_of_service",
    "prosthesis",
    "is_locked",
    "created_at",
    "created_by",
)
_NOTE_COLUMNS = (
    "proc_note_id",
    "procedure_id",
    "patient_id",
    "user_id",
    "entered_at",
    "note",
    "is_signed",
)
_BY_THE_PIECE = ("XR-PA", "NUMB-GAS")
_LOCKED_AFTER_DAYS = 365


class Procedures:
    """Writes procedure rows and notes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheet = world.rows.sheet("procedure", _COLUMNS)
        self._notes = world.rows.sheet("proc_note", _NOTE_COLUMNS)
        self._priorities = world.definitions.numbers("treatment_priority")
        self._diagnoses = world.definitions.numbers("diagnosis")
        self._by = world.staff["ana"]

    def done(
        self,
        person: Person,
        treatment: Treatment,
        day: int,
        planned_on: int,
        appointment_id: int,
        place: Place,
    ) -> Charge:
        """Write a treatment done on a day at a visit; return what is charged for it."""
        units = 2 if treatment.code in _BY_THE_PIECE and self._world.happens(0.2) else 1
        number, fee, provider_id = self._write(
            person, treatment, "complete", day, planned_on, (appointment_id, None), place, units
        )
        charged = fee * units
        return Charge(
            person.patient_id,
            number,
            None,
            day,
            provider_id,
            person.office_id,
            charged,
            charged,
            treatment,
        )

    def planned(
        self,
        person: Person,
        treatment: Treatment,
        day: int,
        place: Place,
        *,
        appointment_id: int | None = None,
        planned_appointment_id: int | None = None,
    ) -> tuple[int, int]:
        """Write a treatment that is still to be done; return its number and fee in cents."""
        old = self._world.days.today - day > 3 * 365
        given_up = old and planned_appointment_id is None and self._world.happens(0.5)
        status = "treatment_planned_inactive" if given_up else "treatment_planned"
        number, fee, _ = self._write(
            person, treatment, status, day, day, (appointment_id, planned_appointment_id), place
        )
        return number, fee

    def found(self, person: Person, treatment: Treatment, status: str, place: Place) -> None:
        """Write what was there when the patient came, was done elsewhere, or is a mistake."""
        day = person.start
        self._write(person, treatment, status, day, day, (None, None), place)

    def note(self, person: Person, charge: Charge) -> None:
        """Write a chart note on a treatment done."""
        world = self._world
        self._notes.add(
            (
                self._notes.next_id(),
                charge.procedure_id,
                person.patient_id,
                None,
                world.days.instant(charge.day, 17 * 60 + charge.fee // 100 % 60),
                world.notes.clinical(),
                int(world.happens(0.6)),
            )
        )

    def _write(
        self,
        person: Person,
        treatment: Treatment,
        status: str,
        day: int,
        planned_on: int,
        visits: tuple[int | None, int | None],
        place: Place,
        units: int = 1,
    ) -> tuple[int, int, int]:
        days, number = self._world.days, self._sheet.next_id()
        fee = self._world.fees.office[days.years_ago(day)][treatment.position]
        provider = (person.hygienist if treatment.is_hygiene else person.dentist).provider_id
        is_done = status == "complete"
        iso = days.past(day)
        self._sheet.add(
            (
                number,
                person.patient_id,
                *visits,
                treatment.position + 1,
                status,
                iso,
                days.past(planned_on),
                iso if is_done else None,
                provider,
                person.office_id,
                *place,
                *self._why(treatment),
                fee,
                units,
                "office",
                "initial" if "p" in treatment.flags else None,
                int(is_done and days.today - day > _LOCKED_AFTER_DAYS),
                days.entered(day, 12 * 60),
                self._by,
            )
        )
        return number, fee, provider

    def _why(self, treatment: Treatment) -> tuple[int | None, int | None]:
        """Return priority and diagnosis, of what repairs something."""
        if treatment.cover not in (BASIC, MAJOR):
            return None, None
        return self._world.pick(self._priorities), self._world.pick(self._diagnoses)
