"""Appointments: a free hour in a chair, and the row that says what became of it.

One rule: a chair holds one visit at a time, and no visit is longer than the hour it has.
"""

from __future__ import annotations

from typing import NamedTuple

from store.imports.demo.family import Person
from store.imports.demo.offices import HOURS, Chair
from store.imports.demo.treatments import Treatment
from store.imports.demo.world import World

_COLUMNS = (
    "appointment_id",
    "patient_id",
    "status",
    "starts_at",
    "pattern",
    "operatory_id",
    "provider_id",
    "hygienist_id",
    "office_id",
    "confirmed_id",
    "unscheduled_status_id",
    "is_new_patient",
    "is_hygiene",
    "priority",
    "note",
    "procedures_text",
    "arrived_at",
    "seated_at",
    "dismissed_at",
    "appointment_type_id",
    "primary_plan_id",
    "created_at",
    "created_by",
)
_LONGEST = 60
_PATTERNS = tuple("/" + "X" * max(signs - 2, 0) + "/" for signs in range(_LONGEST // 5 + 1))
_DAYS_TRIED = 20
_DAYS_WAITED = 300
_NOTES = (
    "Call the day before.",
    "Needs an interpreter.",
    "Comes with a wheelchair; ground floor please.",
    'Asked for "the chair by the window".',
    "Bring the insurance card.",
    "Prefers to pay at the desk.",
    "[b]Nervous[/b], offer headphones",
    "Running late on Mondays 🚌",
)


class Slot(NamedTuple):
    """An hour that was free: chair, day by position, start in minutes of the local day."""

    chair: Chair
    day: int
    minute: int


class Booking:
    """Which hours of which chair are taken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._days = days = world.days
        self._offices = offices = world.offices
        self._taken = [bytearray(days.last + 8) for _ in offices.chairs]

    def book(self, chair: Chair, day: int) -> Slot:
        """Take the first free hour on or after a day, in this chair or else in one like it.

        Raises RuntimeError if the chair is full for a year: the practice has too few.
        """
        if not self._days.is_open(day):
            # Who would like a Saturday takes any day of the week after; Mondays would overflow.
            day = min(day + self._world.between(1, 5), self._days.last)
        slot = self._first_free(chair, day, _DAYS_TRIED)
        if slot is None:
            kind = self._offices.hygienists if chair.is_hygiene else self._offices.dentists
            others = (self._first_free(other, day, _DAYS_TRIED) for other in kind[chair.office_id])
            slot = next((found for found in others if found is not None), None)
        if slot is None:
            slot = self._first_free(chair, day, _DAYS_WAITED)
        if slot is None:
            raise RuntimeError("the practice has too few chairs for its patients")
        return slot

    def _first_free(self, chair: Chair, day: int, tries: int) -> Slot | None:
        taken = self._taken[chair.position]
        for _ in range(tries):
            day = self._days.next_open(day)
            hours = taken[day]
            if hours < len(HOURS):
                taken[day] = hours + 1
                # Three has no common divisor with the eight hours: each comes once a day, and
                # neither the first hours nor the first chairs are always the taken ones.
                start = HOURS[(hours * 3 + day + chair.position) % len(HOURS)]
                return Slot(chair, day, start * 60)
            day += 1
        return None


class Appointments:
    """Writes appointment rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheet = world.rows.sheet("appointment", _COLUMNS)
        self._confirmed = world.definitions.of("confirmed")
        self._why_unscheduled = world.definitions.numbers("unscheduled_status")
        self._types = world.definitions.numbers("appointment_type")
        self._by = world.staff["ana"]

    def kept(
        self, person: Person, slot: Slot, treatments: list[Treatment], *, is_new: bool = False
    ) -> int:
        """Write a visit that took place; return its number."""
        instant, length = self._world.days.instant, _length(treatments)
        came = (
            instant(slot.day, slot.minute - 7),
            instant(slot.day, slot.minute + 3),
            instant(slot.day, slot.minute + length),
        )
        arrived = self._confirmed["Arrived"]
        return self._write(person, slot, treatments, "complete", arrived, came, is_new)

    def missed(self, person: Person, slot: Slot, treatments: list[Treatment]) -> int:
        """Write a visit that the patient did not come to; return its number."""
        confirmed = self._confirmed["Unconfirmed"]
        return self._write(person, slot, treatments, "broken", confirmed, _NEVER, False)

    def scheduled(
        self, person: Person, slot: Slot, treatments: list[Treatment], *, is_new: bool = False
    ) -> int:
        """Write a visit to come; return its number. The nearer it is, the likelier confirmed."""
        near = slot.day - self._world.days.today < 14
        sure = self._world.happens(0.7 if near else 0.1)
        confirmed = self._confirmed["Confirmed" if sure else "Unconfirmed"]
        return self._write(person, slot, treatments, "scheduled", confirmed, _NEVER, is_new)

    def without_time(self, person: Person, day: int, treatments: list[Treatment]) -> int:
        """Write a visit planned on a day, or taken off the schedule; return its number."""
        status = "planned" if self._world.happens(0.7) else "unscheduled"
        slot = Slot(person.dentist, day, -1)
        return self._write(person, slot, treatments, status, None, _NEVER, False)

    def _write(
        self,
        person: Person,
        slot: Slot,
        treatments: list[Treatment],
        status: str,
        confirmed: int | None,
        came: tuple[str | None, str | None, str | None],
        is_new: bool,
    ) -> int:
        world, chair = self._world, slot.chair
        days, timed = world.days, slot.minute >= 0
        number = self._sheet.next_id()
        plan = person.coverages[0].plan.ins_plan_id if person.coverages else None
        self._sheet.add(
            (
                number,
                person.patient_id,
                status,
                days.instant(slot.day, slot.minute) if timed else None,
                _PATTERNS[_length(treatments) // 5],
                chair.operatory_id if timed else None,
                person.dentist.provider_id if chair.is_hygiene else chair.provider_id,
                chair.provider_id if chair.is_hygiene else None,
                person.office_id,
                confirmed,
                world.pick(self._why_unscheduled) if status == "unscheduled" else None,
                int(is_new),
                int(chair.is_hygiene),
                "asap" if status == "scheduled" and world.happens(0.05) else "normal",
                world.pick(_NOTES) if world.happens(0.06) else None,
                ", ".join([treatment.layman for treatment in treatments]),
                *came,
                self._types[0 if is_new else 1 if chair.is_hygiene else 2],
                plan,
                days.entered(max(slot.day - 30, person.asked), 9 * 60),
                self._by,
            )
        )
        return number


_NEVER = (None, None, None)


def _length(treatments: list[Treatment]) -> int:
    """Return the minutes a visit takes, in steps of 5, from 10 to 60."""
    minutes = sum([treatment.minutes for treatment in treatments])
    return min(max(minutes, 10), _LONGEST)
