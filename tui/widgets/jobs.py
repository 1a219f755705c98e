"""Long work: how far it is, how to stop it, and its bar.

One rule: the thread that works only writes plain fields; widgets read them on their own time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.widgets import words
from tui.widgets.safe import fit, join

FULL, EMPTY = "█", "░"


class Job:
    """One piece of long work of one user.

    Args:
        title: what is being done, for people.
        unit: `bytes` or a word in the plural such as `rows`.
    """

    def __init__(self, title: str, *, unit: str = "bytes") -> None:
        self.title = title
        self.unit = unit
        self.owner: int | None = None
        self.note = ""
        self.done = 0
        self.total = 0
        self.outcome = ""
        self.error: BaseException | None = None
        self.is_over = False
        self.is_told = False
        self._stop = threading.Event()
        self._began = monotonic()

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell how far it is; called from the working thread."""
        self.done, self.total, self.note = done, total, note

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    def abandon(self) -> None:
        """Stop it because nobody waits for its result any more."""
        self.cancel()

    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def finish(self, outcome: str) -> None:
        """It is done; `outcome` is the sentence that tells it."""
        self.outcome = outcome
        self.is_over = True

    def fail(self, error: BaseException) -> None:
        """It ended with an error."""
        self.error = error
        self.is_over = True

    @property
    def seconds_spent(self) -> float:
        """How long ago it began."""
        return monotonic() - self._began

    @property
    def seconds_left(self) -> float | None:
        """What is left at the present pace; None while there is no telling."""
        spent = self.seconds_spent
        if not self.done or not self.total or spent < 1:
            return None
        return spent * (self.total - self.done) / self.done


class JobEnded(Message):
    """For the screen that is open: a job is over, or was taken back."""


def bar(done: int, total: int, width: int) -> str:
    """A bar of `width` cells: █ for what is done, ░ for what is left."""
    full = 0 if total <= 0 else min(width, width * done // total)
    return FULL * full + EMPTY * (width - full)


def progress_line(
    name: str, done: int, total: int, unit: str, width: int, tail: str = ""
) -> Content:
    """One line: name, bar, and the figures in words."""
    if unit == "bytes":
        figures = f"{words.size(done)} of {words.size(total)}" if total else ""
    else:
        figures = f"{done:,} of {total:,} {unit}" if total else ""
    if tail:
        figures = f"{figures} · {tail}" if figures else tail
    room = max(8, width - 16 - 36)
    return join(
        (fit(name, 14), ""),
        (" ", ""),
        (bar(done, total, room), "$tone-key"),
        (" ", ""),
        (fit(figures, 35), "$tone-dim"),
    )


class JobBar(Widget):
    """The bar of a running job: drawn once a second, for slow lines; gone soon after its end."""

    def __init__(self, job: Job, when_over: Callable[[], None]) -> None:
        super().__init__()
        self._job = job
        self._when_over = when_over

    def on_mount(self) -> None:
        """Begin to look."""
        self.set_interval(1, self.refresh)
        self.set_interval(0.2, self._look)

    def _look(self) -> None:
        if self._job.is_over:
            self._when_over()

    def render(self) -> Content:
        """Draw the bar, and what is being worked on."""
        job = self._job
        left = job.seconds_left
        tail = words.time_left(left) if left is not None else ""
        line = progress_line(
            job.note or "Working", job.done, job.total, job.unit, self.size.width, tail
        )
        return line
