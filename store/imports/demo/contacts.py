"""What keeps a patient in touch: recalls, notes of calls and letters, and filed documents.

One rule: of a document only its description is here, as everywhere in the store (D2).
"""

from __future__ import annotations

import hashlib

from store.database import Store
from store.imports.demo.family import Person
from store.imports.demo.world import World

_HALF_YEAR_DAYS = 182
_RECALL = (
    "recall_id",
    "patient_id",
    "recall_type_id",
    "date_due",
    "date_due_calculated",
    "date_previous",
    "date_scheduled",
    "interval_months",
    "status_id",
    "is_disabled",
    "note",
)
_COMMLOG = (
    "commlog_id",
    "patient_id",
    "happened_at",
    "comm_type_id",
    "mode",
    "direction",
    "note",
    "user_id",
)
_DOCUMENT = (
    "document_id",
    "patient_id",
    "category_id",
    "show_in_portal",
    "description",
    "file_name",
    "image_type",
    "filed_at",
    "tooth_numbers",
    "sha256",
)
_TYPES = (
    ("Cleaning", 6, "EX-PER,CLEAN-A", "/XXXXXXXX/"),
    ("Bitewing images", 12, "XR-BW4", "XX"),
    ("Images of all teeth", 60, "XR-FULL", "XXXX"),
)
_MODES = ("phone", "phone", "text", "email", "in_person", "mail")
_DIRECTIONS = ("sent", "received")
_FILES = (
    ("Four bitewings", "radiograph", "Images", "png"),
    ("Smile, front", "photo", "Images", "jpg"),
    ("Consent for treatment", "document", "Consent", "pdf"),
    ("Letter from the specialist – «Rücküberweisung»", "document", "Letters", "pdf"),
    ("Insurance card, both sides", "photo", "Insurance", "jpg"),
)


def add_recall_types(store: Store) -> None:
    """Write the kinds of recall; their numbers count from 1 in the order of the list."""
    for number, (name, months, codes, pattern) in enumerate(_TYPES):
        store.insert(
            "recall_type",
            {
                "recall_type_id": number + 1,
                "description": name,
                "interval_months": months,
                "procedures": codes,
                "pattern": pattern,
            },
        )


class Contacts:
    """Writes recalls, commlogs and documents."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._recalls = world.rows.sheet("recall", _RECALL)
        self._commlogs = world.rows.sheet("commlog", _COMMLOG)
        self._documents = world.rows.sheet("document", _DOCUMENT)
        self._reminders = world.definitions.numbers("recall_status")
        self._comm_types = world.definitions.numbers("commlog_type")
        self._folders = world.definitions.of("image_category")
        self._staff = tuple(world.staff.values())

    def keep(self, person: Person) -> None:
        """Write what there is for one patient, whose visits are known."""
        if person.hygiene_kept >= 0:
            self._recall(person, 0)
            if self._world.happens(0.4):
                self._recall(person, 1)
        if person.status in ("non_patient", "deleted"):
            return
        for _ in range(int(self._world.rng.random() * 4)):
            self._commlog(person)
        if person.visits and self._world.happens(0.4):
            self._document(person)

    def _recall(self, person: Person, kind: int) -> None:
        world, months = self._world, _TYPES[kind][1]
        days, previous = world.days, person.hygiene_kept
        due = days.coming(previous + _HALF_YEAR_DAYS * months // 6)
        is_scheduled = person.hygiene_next >= 0
        left = person.status != "patient"
        self._recalls.add(
            (
                self._recalls.next_id(),
                person.patient_id,
                kind + 1,
                due,
                due,
                days.iso[previous],
                days.iso[person.hygiene_next] if is_scheduled else None,
                months,
                None if is_scheduled or left else world.pick(self._reminders),
                int(left),
                "Moved away\tsee address" if left and world.happens(0.1) else None,
            )
        )

    def _commlog(self, person: Person) -> None:
        world = self._world
        first, last = person.asked, min(max(person.end, person.asked), world.days.today)
        day = first + int(world.rng.random() * (last - first))
        self._commlogs.add(
            (
                self._commlogs.next_id(),
                person.patient_id,
                world.days.instant(day, world.between(8 * 60, 17 * 60)),
                world.pick(self._comm_types),
                world.pick(_MODES),
                world.pick(_DIRECTIONS),
                world.notes.call(),
                world.pick(self._staff),
            )
        )

    def _document(self, person: Person) -> None:
        world, number = self._world, self._documents.next_id()
        description, image_type, folder, ending = world.pick(_FILES)
        name = f"{person.patient_id}-{number}.{ending}"
        self._documents.add(
            (
                number,
                person.patient_id,
                self._folders[folder],
                int(folder == "Images"),
                description,
                name,
                image_type,
                world.days.instant(world.pick(person.visits).day, 14 * 60),
                "2,3,14,15,18,19,30,31" if image_type == "radiograph" else None,
                hashlib.sha256(name.encode()).hexdigest(),
            )
        )
