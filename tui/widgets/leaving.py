"""Screens that hold what cannot be shown again.

One rule: whoever leaves on purpose is asked first (REQUIREMENTS P9, S5); the lock never asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable


@runtime_checkable
class AsksToLeave(Protocol):
    """A screen that may want to be asked before it is left."""

    def ask_to_leave(self, go: Callable[[], None]) -> None:
        """Call `go` at once, or once that was answered."""
