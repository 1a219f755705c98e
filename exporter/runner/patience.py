"""A store that somebody else is writing to: an import, a backup, a kiosk that hangs.

One rule: what only tells how far a run is may be left out as long as the lease stands, which is
what counts; what must be written is waited for, longer than one call does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from store.clock import Clock
from store.database import Store
from store.errors import StoreBusy
from store.practice import Practice
from store.use_cases.unattended import LEASE

CALLS = 6
"""Each waits ten seconds by itself: half a lease altogether."""
P = ParamSpec("P")
T = TypeVar("T")


def patiently(
    practice: Practice,
    use_case: Callable[Concatenate[Store, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a use case that must be written. Raises StoreBusy after a minute."""
    for _ in range(CALLS - 1):
        with suppress(StoreBusy):
            return practice.call(use_case, *args, **kwargs)
    return practice.call(use_case, *args, **kwargs)


class Lease:
    """A lease that was just taken, and is prolonged while the work goes on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.now()

    def is_older_than(self, share: int) -> bool:
        """Tell whether so many quarters of the lease are over."""
        # A clock that was set back must not make it last for ever.
        return abs(self._clock.now() - self._since) >= LEASE * share / 4

    def prolong(self, report: Callable[[bool], None]) -> None:
        """Prolong it by a report; one that finds the store busy is left out while the lease stands.

        Args:
            report: prolongs it in the store; told whether to wait for whoever is writing.

        Raises StoreBusy once the lease is over, LeaseLost, CancelAsked.
        """
        now = self._clock.now()
        try:
            report(self.is_older_than(2))
        except StoreBusy:
            if self.is_older_than(4):
                raise
        else:
            self._since = now
