"""What every part of the demo practice draws from while it is built.

One rule: there is one source of chance, seeded once; whoever draws, draws from `rng`, in an order
that depends on nothing else. So the same seed and day give the same practice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from store.imports.demo.carriers import Plan
from store.imports.demo.days import Days
from store.imports.demo.definitions import Definitions
from store.imports.demo.notes import Notes
from store.imports.demo.offices import Offices
from store.imports.demo.rows import Rows
from store.imports.demo.treatments import FeeSchedules

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    """The practice that stands before its first patient comes."""

    rng: Random
    days: Days
    rows: Rows
    definitions: Definitions
    offices: Offices
    fees: FeeSchedules
    plans: tuple[Plan, ...]
    carrier_names: dict[int, str]
    staff: dict[str, int]
    notes: Notes

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of several, each as likely."""
        return choices[int(self.rng.random() * len(choices))]

    def happens(self, chance: float) -> bool:
        """Tell whether something of a given likelihood happens."""
        return self.rng.random() < chance

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + int(self.rng.random() * (most - least + 1))
