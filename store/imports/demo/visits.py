"""The life of a patient in the practice: regular visits, what is found, and what follows.

One rule: what lies before the present day has happened or not; what lies ahead is only scheduled.
"""

from __future__ import annotations

from store.imports.demo.appointments import Appointments, Booking, Slot
from store.imports.demo.care import Needs, first_visit, regular_visit, treatment_needed
from store.imports.demo.family import Account, Person, Proposal, Visit
from store.imports.demo.mouth import Place, place_of
from store.imports.demo.procedures import Procedures
from store.imports.demo.treatment_plans import TreatmentPlans
from store.imports.demo.treatments import BY_CODE
from store.imports.demo.world import World

_SCHEDULED_AHEAD = 200
_KEPT = 0.93
_NEED_FOUND = 0.62
_ACCEPTED = 0.82
_FOUND_BEFORE = ("existing_other", "existing_other", "existing_current", "condition")
_FILLINGS = (BY_CODE["FILL-1S"], BY_CODE["FILL-2S"], BY_CODE["CROWN-M"])


class Visits:
    """Lets patients come, or not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._booking = Booking(world)
        self._appointments = Appointments(world)
        self._procedures = Procedures(world)
        self._plans = TreatmentPlans(world)

    def live(self, person: Person, account: Account) -> None:
        """Write all visits of a patient from the first one on; charge the account for them."""
        self._found_before(person)
        day, is_new = person.start, True
        while day <= person.end:
            slot = self._next_slot(person, day)
            if slot is None:
                break
            if slot.day >= self._world.days.today:
                self._schedule(person, slot, is_new)
                break
            age = person.age_on(slot.day)
            care = first_visit(self._world, age) if is_new else regular_visit(self._world, age)
            if self._world.happens(_KEPT):
                number = self._appointments.kept(person, slot, care, is_new=is_new)
                needs = [(t, place_of(self._world.rng, t, age)) for t in care]
                self._do(person, account, needs, slot.day, slot.day, number)
                self._look(person, account, slot.day)
                person.hygiene_kept, is_new = slot.day, False
                day = slot.day + self._until_next()
            else:
                self._appointments.missed(person, slot, care)
                person.missed.append(slot.day)
                day = slot.day + self._world.between(10, 60)
        self._plans.close(person)

    def _until_next(self) -> int:
        late = self._world.between(60, 400) if self._world.happens(0.15) else 0
        return self._world.between(160, 215) + late

    def _found_before(self, person: Person) -> None:
        world, age = self._world, person.age_on(person.start)
        if age < 6 or person.start >= world.days.today:
            return
        for _ in range(int(world.rng.random() * 4)):
            treatment = world.pick(_FILLINGS)
            place = place_of(world.rng, treatment, age)
            status = world.pick(_FOUND_BEFORE)
            self._procedures.found(person, treatment, status, place)
        if world.happens(0.1):
            self._procedures.found(person, BY_CODE["FILL-1S"], "deleted", Place("3", "O"))

    def _next_slot(self, person: Person, day: int) -> Slot | None:
        """Book the next regular visit; None where it is still far off or was not wanted."""
        ahead = day - self._world.days.today
        if ahead > _SCHEDULED_AHEAD or (ahead >= 0 and not self._world.happens(0.8)):
            return None
        return self._booking.book(person.hygienist, day)

    def _schedule(self, person: Person, slot: Slot, is_new: bool) -> None:
        """Put the next regular visit on the schedule."""
        world = self._world
        age = person.age_on(slot.day)
        care = first_visit(world, age) if is_new else regular_visit(world, age)
        number = self._appointments.scheduled(person, slot, care, is_new=is_new)
        for treatment in care:
            place = place_of(world.rng, treatment, age)
            planned_on = max(person.hygiene_kept, person.asked)
            self._procedures.planned(person, treatment, planned_on, place, appointment_id=number)
        person.hygiene_next = slot.day

    def _look(self, person: Person, account: Account, day: int) -> None:
        """Find at a visit what needs treatment, and let the patient decide."""
        world = self._world
        if not world.happens(_NEED_FOUND):
            return
        needs = treatment_needed(world, person.age_on(day))
        if not world.happens(_ACCEPTED):
            self._leave_planned(person, needs, day)
            return
        chair = person.hygienist if all(need[0].is_hygiene for need in needs) else person.dentist
        slot = self._booking.book(chair, day + world.between(5, 55))
        treatments = [need[0] for need in needs]
        if slot.day < world.days.today and not world.happens(_KEPT):
            self._appointments.missed(person, slot, treatments)
            person.missed.append(slot.day)
            slot = self._booking.book(chair, slot.day + world.between(7, 30))
        if slot.day < world.days.today:
            number = self._appointments.kept(person, slot, treatments)
            self._do(person, account, needs, slot.day, day, number)
        elif person.status == "patient":
            number = self._appointments.scheduled(person, slot, treatments)
            self._plan(person, needs, day, appointment_id=number)
        else:
            self._leave_planned(person, needs, day)

    def _do(
        self,
        person: Person,
        account: Account,
        needs: Needs,
        day: int,
        planned_on: int,
        appointment_id: int,
    ) -> None:
        charges = []
        for treatment, place in needs:
            charge = self._procedures.done(
                person, treatment, day, planned_on, appointment_id, place
            )
            account.charge(charge)
            charges.append(charge)
        person.visits.append(Visit(day, charges))
        if self._world.happens(0.95):
            self._procedures.note(person, charges[0])

    def _leave_planned(self, person: Person, needs: Needs, day: int) -> None:
        planned_id = None
        if self._world.happens(0.5):
            treatments = [need[0] for need in needs]
            planned_id = self._appointments.without_time(person, day, treatments)
        self._plan(person, needs, day, planned_appointment_id=planned_id)

    def _plan(
        self,
        person: Person,
        needs: Needs,
        day: int,
        *,
        appointment_id: int | None = None,
        planned_appointment_id: int | None = None,
    ) -> None:
        items = []
        for treatment, place in needs:
            number, fee = self._procedures.planned(
                person,
                treatment,
                day,
                place,
                appointment_id=appointment_id,
                planned_appointment_id=planned_appointment_id,
            )
            items.append(Proposal(number, treatment, place, fee))
        self._plans.propose(person, day, items)
