"""A clock that stands until the test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""Friday, 20 November 2026, nine in the morning in California."""
DUE = START + timedelta(days=1)
"""When a download that was scheduled at the start is due."""


class FixedClock:
    """A `store.clock.Clock` that tells the same instant until it is moved."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Return the instant it stands at, aware, in UTC."""
        return self.moment

    def advance(self, by: timedelta | None = None, **how_far: float) -> None:
        """Move forward by a timedelta, or by its words: `clock.advance(hours=1)`."""
        self.moment += timedelta(**how_far) if by is None else by

    def set(self, moment: datetime) -> None:
        """Stand at another instant, earlier or later."""
        self.moment = moment.astimezone(UTC)
