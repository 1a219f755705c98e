"""Families of patients: who they are to one another, when they came, and who insures them.

One rule: everybody in a family has the same guarantor, an adult; children have guardians.
"""

from __future__ import annotations

from store.imports.demo.family import Coverage, Person
from store.imports.demo.households import ADULT, Member
from store.imports.demo.world import World

FIRST_PATIENT = 10_000
_GUARDIAN = ("child_id", "guardian_id", "relationship", "is_guardian")
_SUBSCRIBER = (
    "ins_sub_id",
    "ins_plan_id",
    "subscriber_patient_id",
    "subscriber_id",
    "date_effective",
    "date_term",
    "release_information",
    "assign_benefits",
    "benefit_note",
    "created_at",
)
_PATIENT_PLAN = (
    "pat_plan_id",
    "patient_id",
    "ins_sub_id",
    "ordinal",
    "relationship",
    "is_pending",
    "created_at",
)
_INSURED, _INSURED_TWICE, _ENDED = 0.74, 0.14, 0.06
_LEFT = ("inactive", "archived", "deceased")
_NEVER_CAME = ("non_patient", "prospective", "deleted")
_YEAR = 365


class Families:
    """Turns households into patients."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._guardians = world.rows.sheet("guardian", _GUARDIAN)
        self._subscribers = world.rows.sheet("ins_sub", _SUBSCRIBER)
        self._patient_plans = world.rows.sheet("pat_plan", _PATIENT_PLAN)
        self._next_patient = FIRST_PATIENT

    def welcome(self, members: tuple[Member, ...]) -> list[Person]:
        """Return the people of a household as patients, the guarantor first."""
        world = self._world
        office_id = world.pick(world.offices.office_ids)
        # More came lately than long ago, as old patients leave.
        joined = int(world.days.today * world.rng.random() ** 1.25)
        guarantor_id = self._next_patient
        people = [self._person(m, guarantor_id, office_id, joined) for m in members]
        self._relate(people)
        if world.happens(_INSURED):
            self._insure(people)
        return people

    def _person(self, member: Member, guarantor_id: int, office_id: int, joined: int) -> Person:
        world = self._world
        today, number = world.days.today, self._next_patient
        self._next_patient += 1
        born = today - int((member.age + world.rng.random() * 0.99) * 365.25) - 1
        start, end = max(joined + world.between(0, 120), born + 2 * _YEAR), world.days.last
        if member.status in _LEFT:
            start = min(start, today - 2 * _YEAR - world.between(0, 200))
            end = start + int((today - _YEAR - start) * world.rng.random())
        elif member.status in _NEVER_CAME:
            start, end = today + world.between(2, 90), -1
            end = start if member.status == "prospective" else end
        return Person(
            number,
            member,
            world.days.date_text(born),
            born,
            guarantor_id,
            office_id,
            world.pick(world.offices.dentists[office_id]),
            world.pick(world.offices.hygienists[office_id]),
            max(min(start, today) - world.between(1, 40), 0),
            max(start, 0),
            end,
            member.status or "patient",
        )

    def _relate(self, people: list[Person]) -> None:
        grown = [p for p in people if p.member.role in ("head", "partner")]
        for child in people:
            if child.member.role != "child" or child.member.age >= ADULT:
                continue
            for parent in grown:
                self._guardian(child, parent, ("father", "mother", "parent"), may_decide=True)
            for other in people:
                if other.member.role == "parent":
                    words = ("grandfather", "grandmother", "grandparent")
                    self._guardian(child, other, words, may_decide=False)

    def _guardian(
        self, child: Person, adult: Person, words: tuple[str, str, str], *, may_decide: bool
    ) -> None:
        relationship = words[{"male": 0, "female": 1}.get(adult.member.gender, 2)]
        self._guardians.add((child.patient_id, adult.patient_id, relationship, int(may_decide)))

    def _insure(self, people: list[Person]) -> None:
        """Insure a family through the head, some also through the partner.

        A subscriber's own plan pays first; for children the head's does.
        """
        head = people[0]
        first = self._subscribe(head)
        partner = people[1] if len(people) > 1 and people[1].member.role == "partner" else None
        second = None
        if partner is not None and self._world.happens(_INSURED_TWICE):
            second = self._subscribe(partner)
        for person in people:
            if person.member.role == "parent":
                continue
            plans = [(head, first)] + ([(partner, second)] if partner and second else [])
            if person is partner:
                plans.reverse()
            for order, (subscriber, coverage) in enumerate(plans):
                self._cover(person, subscriber, coverage, order + 1)

    def _subscribe(self, subscriber: Person) -> Coverage:
        world = self._world
        days, number = world.days, self._subscribers.next_id()
        # Few plans insure most people.
        plan = world.plans[int(world.rng.random() ** 1.6 * len(world.plans))]
        first = max(subscriber.start - world.between(0, 700), 0)
        first = min(first, days.today - 1)
        last = days.last
        if world.happens(_ENDED):
            last = first + world.between(200, 1500)
        self._subscribers.add(
            (
                number,
                plan.ins_plan_id,
                subscriber.patient_id,
                f"XX{number * 7919 % 10_000_000:07}",
                days.iso[first],
                days.iso[last] if last < days.last else None,
                1,
                1,
                "Waiting time for crowns:\t12 months" if number % 40 == 0 else None,
                days.instant(first, 11 * 60),
            )
        )
        return Coverage(plan, number, first, last)

    def _cover(self, person: Person, subscriber: Person, coverage: Coverage, order: int) -> None:
        if person is subscriber:
            relationship = "self"
        elif person.member.role == "child":
            relationship = "child"
        else:
            relationship = "spouse"
        person.coverages.append(
            Coverage(coverage.plan, coverage.ins_sub_id, coverage.first_day, coverage.last_day)
        )
        self._patient_plans.add(
            (
                self._patient_plans.next_id(),
                person.patient_id,
                coverage.ins_sub_id,
                order,
                relationship,
                int(person.status == "prospective"),
                self._world.days.instant(person.asked, 11 * 60),
            )
        )
