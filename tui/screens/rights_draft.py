"""Changes to a group's rights that are not saved yet.

One rule: what differs from the saved group is all that is ever sent to be saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.rights import PERMISSIONS, Level, Right


@dataclass(frozen=True, slots=True)
class Difference:
    """One right, its level in the saved group, and the level that is wanted."""

    right: Right
    before: Level
    after: Level


def level_word(right: Right, level: Level) -> str:
    """Return how a level is called: an action right is granted or not (S1)."""
    if PERMISSIONS[right].kind == "action":
        return "Granted" if level else "None"
    return level.label


def right_name(right: Right) -> str:
    """Return a right with its area, as `Utilities - Data Download` (D4)."""
    permission = PERMISSIONS[right]
    return f"{permission.category} - {permission.label}"


class RightsDraft:
    """The levels of one group while they are edited."""

    def __init__(self, saved: Mapping[Right, Level]) -> None:
        self.saved = dict(saved)
        self.levels = dict(saved)
        self._history: list[tuple[Right, Level]] = []

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs from the saved group, in the order of the catalogue."""
        return tuple(
            Difference(right, self.saved[right], self.levels[right])
            for right in PERMISSIONS
            if self.levels[right] is not self.saved[right]
        )

    @property
    def wanted(self) -> dict[Right, Level]:
        """The levels to save: only those that differ."""
        return {one.right: one.after for one in self.differences}

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._history)

    def step(self, right: Right, direction: int) -> None:
        """Raise (1) or lower (-1) a right by one level; an action right knows two."""
        is_action = PERMISSIONS[right].kind == "action"
        steps = [Level.NONE, Level.FULL] if is_action else list(Level)
        here = self.levels[right]
        place = steps.index(here) if here in steps else 0
        new = steps[max(0, min(place + direction, len(steps) - 1))]
        if new is not here:
            self._history.append((right, here))
            self.levels[right] = new

    def undo(self) -> Right | None:
        """Take the last change back and return its right; None if there is none."""
        if not self._history:
            return None
        right, level = self._history.pop()
        self.levels[right] = level
        return right

    def merge(self, saved: Mapping[Right, Level]) -> tuple[Difference, ...]:
        """Put these changes on top of the group as somebody else has saved it meanwhile.

        Returns what was changed on both sides: from the other one's level to ours.
        """
        mine = self.wanted
        both = tuple(
            Difference(right, saved[right], level)
            for right, level in mine.items()
            if saved[right] is not self.saved[right] and saved[right] is not level
        )
        self.saved = dict(saved)
        self.levels = {**saved, **mine}
        self._history = [(right, saved[right]) for right in mine]
        return both
