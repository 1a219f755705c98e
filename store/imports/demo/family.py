"""A family while it is built: its people, what each was charged, and what is still owed.

One rule: money enters an account through the methods here, so that what a charge has left, the
account's balance on any day and the rows in the store always agree.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from store.imports.demo.carriers import DEDUCTIBLE, Plan
from store.imports.demo.households import Member
from store.imports.demo.mouth import Place
from store.imports.demo.offices import Chair
from store.imports.demo.treatments import Treatment


@dataclass(slots=True)
class Charge:
    """Something that is owed: a treatment done, or a fee (then without a treatment).

    `left` is what nobody has paid, written off or taken off yet, `pending` the part of it that
    insurance has not answered for; both in cents. Days are positions in the practice's history.
    """

    patient_id: int
    procedure_id: int | None
    adjustment_id: int | None
    day: int
    provider_id: int
    office_id: int
    fee: int
    left: int
    treatment: Treatment | None = None
    expected: int = 0
    pending: int = 0

    @property
    def patient_part(self) -> int:
        """What was left to the patient on the day of the visit, in cents."""
        return self.fee - self.expected


@dataclass(slots=True)
class Visit:
    """The treatments done for one patient on one day."""

    day: int
    charges: list[Charge]


class Proposal(NamedTuple):
    """A treatment that is still to be done; `fee` in cents."""

    procedure_id: int
    treatment: Treatment
    place: Place
    fee: int


@dataclass(slots=True)
class Coverage:
    """The insurance of one patient with one plan, and what is used of it by calendar year."""

    plan: Plan
    ins_sub_id: int
    first_day: int
    last_day: int
    used: dict[int, int] = field(default_factory=dict)
    deductible_left: dict[int, int] = field(default_factory=dict)

    def share(
        self, year: int, treatment: Treatment, allowed: int, most: int
    ) -> tuple[int, int, int]:
        """Return what the plan pays, its share in percent and the deductible, and use it up.

        Args:
            allowed: cents that the plan pays its share of.
            most: cents that are left to be paid at all.
        """
        percent = self.plan.shares[treatment.cover]
        deductible = 0
        if treatment.cover != "preventive" and percent:
            left = self.deductible_left.get(year, DEDUCTIBLE)
            deductible = min(left, allowed)
            self.deductible_left[year] = left - deductible
        used = self.used.get(year, 0)
        share = (allowed - deductible) * percent // 100
        pays = min(share, self.plan.yearly_limit - used, most)
        self.used[year] = used + pays
        return pays, percent, deductible


@dataclass(slots=True)
class Person:
    """A patient: where they stand, from which to which day they come, and their visits.

    Days are positions in the practice's history: `asked` the one on which the patient was entered,
    `start` the first visit wanted, `end` the last day of coming; `hygiene_kept` that of the last
    regular visit and `hygiene_next` of the one that is scheduled, -1 for none.
    """

    patient_id: int
    member: Member
    birthdate: str
    born: int
    guarantor_id: int
    office_id: int
    dentist: Chair
    hygienist: Chair
    asked: int
    start: int
    end: int
    status: str
    coverages: list[Coverage] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    hygiene_kept: int = -1
    hygiene_next: int = -1
    to_do: list[Proposal] = field(default_factory=list)

    def age_on(self, day: int) -> int:
        """Return the age in whole years, within a few days."""
        return (day - self.born) * 4 // 1461


class Sums:
    """Sums of dated amounts up to a day, asked for again and again."""

    def __init__(self, amounts: list[tuple[int, int]]) -> None:
        ordered = sorted(amounts)
        self._days = [day for day, _ in ordered]
        self._sums = list(accumulate([amount for _, amount in ordered], initial=0))

    def on(self, day: int) -> int:
        """Return the sum at the end of a day."""
        return self._sums[bisect_right(self._days, day)]


@dataclass(slots=True)
class Account:
    """What a family owes, and how it came about.

    `entries` are changes of the balance by day, `expected` changes of what insurance is expected
    to pay or write off; both in cents. `bills` wait for a statement.
    """

    guarantor_id: int
    office_id: int
    provider_id: int
    charges: list[Charge] = field(default_factory=list)
    entries: list[tuple[int, int]] = field(default_factory=list)
    expected: list[tuple[int, int]] = field(default_factory=list)
    bills: list[tuple[int, Charge]] = field(default_factory=list)
    prepaid: int = 0

    def charge(self, charge: Charge) -> None:
        """Add something owed."""
        self.charges.append(charge)
        self.entries.append((charge.day, charge.fee))

    def credit(self, charge: Charge, day: int, amount: int) -> None:
        """Lessen a charge by a payment, a write-off or a discount."""
        assert 0 <= amount <= charge.left, "a charge is never paid twice"
        charge.left -= amount
        self.entries.append((day, -amount))

    def prepay(self, day: int, amount: int) -> None:
        """Add money that pays for nothing yet."""
        self.prepaid += amount
        self.entries.append((day, -amount))

    def expected_on(self, day: int) -> int:
        """Return what insurance was expected to pay at the end of a day, in cents."""
        return sum([amount for when, amount in self.expected if when <= day])

    def aged(self, today: int) -> tuple[int, int, int, int]:
        """Return what is owed for up to 30, 60 and 90 days and for longer.

        Prepaid money is held against the oldest first; what is left of it lessens the youngest
        below zero, so that the four always add up to the balance.
        """
        owed = [0, 0, 0, 0]
        for charge in self.charges:
            age = today - charge.day
            owed[0 if age <= 30 else 1 if age <= 60 else 2 if age <= 90 else 3] += charge.left
        prepaid = self.prepaid
        for bucket in (3, 2, 1):
            used = min(prepaid, owed[bucket])
            owed[bucket] -= used
            prepaid -= used
        owed[0] -= prepaid
        return owed[0], owed[1], owed[2], owed[3]
