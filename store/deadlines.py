"""Instants that were set ahead: leases, claims, pauses, the end of one-time passwords.

One rule: one that is further ahead than any of its kind is ever set was set by a clock that ran
ahead, and counts as over: nothing waits for days because a clock was wrong for a minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.clock import instant, moment


def is_over(until: str | None, now: datetime, longest: timedelta) -> bool:
    """Tell whether an instant has come, or there is none.

    Args:
        longest: how far ahead such an instant is set at most.
    """
    return until is None or not now < moment(until) <= now + longest


def over(column: str) -> str:
    """Return the same as a condition in SQL, with the parameters of `times`; NULL is not over."""
    return f"({column} <= :now OR {column} > :longest)"


def times(now: datetime, longest: timedelta) -> dict[str, object]:
    """Return the parameters of `over`."""
    return {"now": instant(now), "longest": instant(now + longest)}
