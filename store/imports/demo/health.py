"""Allergies, illnesses and medication of the demo's patients, likelier with age.

One rule: codes are those of public, free lists (ICD-10-CM, RxNorm), or none.
"""

from __future__ import annotations

from store.database import Store
from store.imports.demo.family import Person
from store.imports.demo.world import World

_ALLERGY = ("allergy_id", "patient_id", "allergy_def_id", "reaction", "reaction_date", "is_active")
_PROBLEM = (
    "problem_id",
    "patient_id",
    "problem_def_id",
    "date_start",
    "date_stop",
    "status",
    "note",
)
_MEDICATION = (
    "medication_pat_id",
    "patient_id",
    "medication_id",
    "description",
    "note",
    "date_start",
    "date_stop",
    "provider_id",
    "is_cpoe",
)
_ALLERGIES = ("Penicillin", "Latex", "Ibuprofen", "Codeine", "Sulfa drugs", "Nuts", "Nickel")
_REACTIONS = ("Rash", "Hives\nand swelling", "Short of breath", "Nausea", None)
_PROBLEMS = (
    ("High blood pressure", "I10"),
    ("Diabetes, type 2", "E11.9"),
    ("Asthma", "J45.909"),
    ("Reflux", "K21.9"),
    ("Underactive thyroid", "E03.9"),
    ("Grinding of teeth", "F45.8"),
)
_MEDICATIONS = (
    ("Amoxicillin", "723"),
    ("Ibuprofen", "5640"),
    ("Lisinopril", "29046"),
    ("Metformin", "6809"),
    ("Atorvastatin", "83367"),
    ("Levothyroxine", "10582"),
)
_DOSES = ("1 tablet a day", "500 mg, 3 × daily", "½ tablet as needed", "as on the label <500 mg>")


def add_health_lists(store: Store) -> None:
    """Write the lists that patients' rows name; numbers count from 1 in the order of the lists."""
    for name in _ALLERGIES:
        store.insert("allergy_def", {"description": name})
    for name, code in _PROBLEMS:
        store.insert("problem_def", {"name": name, "icd10_code": code})
    for name, rxcui in _MEDICATIONS:
        store.insert("medication", {"name": name, "rxcui": rxcui})


class Health:
    """Writes the medical record."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._allergies = world.rows.sheet("allergy", _ALLERGY)
        self._problems = world.rows.sheet("problem", _PROBLEM)
        self._medications = world.rows.sheet("medication_pat", _MEDICATION)

    def record(self, person: Person) -> None:
        """Write what a patient told about their health, if anything."""
        if not person.visits:
            return
        world, age = self._world, person.member.age
        since = world.days.iso[person.visits[0].day]
        if world.happens(0.18):
            self._allergy(person, since)
        if world.happens(0.05 + age / 200):
            self._problem(person, since)
        if world.happens(0.08 + age / 160):
            self._medication(person, since)

    def _allergy(self, person: Person, since: str) -> None:
        world = self._world
        kind = int(world.rng.random() * len(_ALLERGIES)) + 1
        self._allergies.add(
            (
                self._allergies.next_id(),
                person.patient_id,
                kind,
                world.pick(_REACTIONS),
                since if world.happens(0.3) else None,
                int(world.happens(0.92)),
            )
        )

    def _problem(self, person: Person, since: str) -> None:
        world = self._world
        is_over = world.happens(0.15)
        self._problems.add(
            (
                self._problems.next_id(),
                person.patient_id,
                int(world.rng.random() * len(_PROBLEMS)) + 1,
                since,
                world.days.iso[person.visits[-1].day] if is_over else None,
                "resolved" if is_over else "active",
                "well controlled" if world.happens(0.3) else None,
            )
        )

    def _medication(self, person: Person, since: str) -> None:
        world = self._world
        is_listed = world.happens(0.85)
        kind = int(world.rng.random() * len(_MEDICATIONS)) + 1
        is_ours = is_listed and world.happens(0.2)
        self._medications.add(
            (
                self._medications.next_id(),
                person.patient_id,
                kind if is_listed else None,
                None if is_listed else "Herbal tea, own mixture",
                world.pick(_DOSES),
                since,
                None,
                person.dentist.provider_id if is_ours else None,
                int(is_ours),
            )
        )
