"""The run as a service: it waits for what is due, does it, and waits again.

One rule: nothing is reckoned ahead. The wait is cut into short pieces, and after each one the clock
and the table of due instants are asked again: a machine that slept, a clock that was set and both
changes of daylight-saving time need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from store.clock import Clock
from store.errors import ChairsideError
from store.heartbeat import next_hour
from store.practice import Practice
from store.use_cases.heartbeat import Pulse, pulse

LONGEST_WAIT = timedelta(seconds=60)
"""While a machine sleeps no timer runs: this is how late it can be after it wakes."""
SHORTEST_WAIT = timedelta(seconds=1)


class Stop(Protocol):
    """What ends the service: a `threading.Event`."""

    def is_set(self) -> bool:
        """Tell whether it is to end."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so many seconds, or until it is to end."""
        ...


def watch(
    practice: Practice,
    run: Callable[[], None],
    stop: Stop,
    tell: Callable[[str], None] = lambda _text: None,
) -> None:
    """Run what is due: at once, then hourly and whenever something becomes due, until told to stop.

    Args:
        run: one run; it ends early by itself once `stop` is set.
        tell: told a sentence where a run, or a look at the store, did not succeed; the service
            goes on, whatever it was.
    """
    begun: datetime | None = None
    while not stop.is_set():
        wait = LONGEST_WAIT
        try:
            beat = practice.call(pulse)
            if begun is None or is_time(beat, begun):
                begun = beat.now
                run()
                beat = practice.call(pulse)
            wait = how_long(beat, practice.clock)
        except ChairsideError as problem:
            tell(f"{problem.title}. {problem.sentence}")
        except Exception as problem:  # noqa: BLE001 - its text may hold data; its name does not
            tell(f"The run ended unexpectedly ({type(problem).__name__}). The next one goes on.")
        stop.wait(wait.total_seconds())


def is_time(beat: Pulse, begun: datetime) -> bool:
    """Tell whether to run: something is due, an hour has come, or the clock was set back."""
    return beat.due > 0 or beat.now < begun or beat.now >= next_hour(begun, beat.time_zone)


def how_long(beat: Pulse, clock: Clock) -> timedelta:
    """Return how long to wait until the next look: never none, never longer than a minute."""
    soonest = next_hour(beat.now, beat.time_zone)
    if beat.next_due is not None:
        soonest = min(soonest, beat.next_due)
    return max(SHORTEST_WAIT, min(LONGEST_WAIT, soonest - clock.now()))
