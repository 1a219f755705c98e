"""Treatment plans: what was proposed, and the living plan that treatment follows.

One rule: a saved plan keeps copies of what it proposed; the living plan names what is still to do.
"""

from __future__ import annotations

from store.imports.demo.family import Person, Proposal
from store.imports.demo.world import World

_PLAN = (
    "treatment_plan_id",
    "patient_id",
    "plan_date",
    "heading",
    "note",
    "status",
    "presenter_user_id",
    "signature",
    "signed_at",
    "responsible_party_id",
    "created_at",
    "created_by",
)
_ITEM = (
    "treatment_plan_item_id",
    "treatment_plan_id",
    "procedure_id",
    "priority_id",
    "item_order",
    "tooth",
    "surface",
    "code",
    "description",
    "fee",
    "primary_estimate",
    "discount",
    "patient_amount",
)
_SAVED_SHARE = 0.5
_NOTE = "Fees hold for 90 days.\nWhat insurance pays is an estimate, not a promise."


class TreatmentPlans:
    """Writes treatment plans."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._plans = world.rows.sheet("treatment_plan", _PLAN)
        self._items = world.rows.sheet("treatment_plan_item", _ITEM)
        self._priorities = world.definitions.numbers("treatment_priority")
        self._by = world.staff["dana"]

    def propose(self, person: Person, day: int, items: list[Proposal]) -> None:
        """Add treatments to the living plan; every other time a plan is saved and handed over."""
        person.to_do += items
        if self._world.happens(_SAVED_SHARE):
            self._write(person, day, items, "saved")

    def close(self, person: Person) -> None:
        """Write the living plan, if anything is still to be done."""
        if person.to_do:
            day = min(self._world.days.today - 1, max(person.end, 0))
            status = "active" if person.status == "patient" else "inactive"
            self._write(person, day, person.to_do, status)
            person.to_do = []

    def _write(self, person: Person, day: int, items: list[Proposal], status: str) -> None:
        world, number = self._world, self._plans.next_id()
        days, is_saved = world.days, status == "saved"
        is_signed = is_saved and world.happens(0.6)
        instant = days.entered(day, 15 * 60)
        self._plans.add(
            (
                number,
                person.patient_id,
                days.past(day),
                "Treatment proposed" if is_saved else "Treatment plan",
                _NOTE if is_saved else None,
                status,
                self._by if is_saved else None,
                f"{person.member.first} {person.member.last}" if is_signed else None,
                instant if is_signed else None,
                person.guarantor_id if is_signed else None,
                instant,
                self._by,
            )
        )
        for order, item in enumerate(items):
            self._write_item(person, number, order, item, is_saved)

    def _write_item(
        self, person: Person, plan: int, order: int, item: Proposal, is_saved: bool
    ) -> None:
        copies: tuple[object, ...] = (None,) * 8
        if is_saved:
            percent = 0
            if person.coverages:
                percent = person.coverages[0].plan.shares[item.treatment.cover]
            estimate = item.fee * percent // 100
            copies = (
                item.place.tooth or item.place.tooth_range,
                item.place.surface,
                item.treatment.code,
                item.treatment.description,
                item.fee,
                estimate if person.coverages else None,
                None,
                item.fee - estimate,
            )
        self._items.add(
            (
                self._items.next_id(),
                plan,
                item.procedure_id,
                self._priorities[min(order, len(self._priorities) - 1)],
                order,
                *copies,
            )
        )
