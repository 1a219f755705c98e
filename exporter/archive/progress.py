"""How far a long piece of work has come, and how it is asked to stop.

One rule: work asks `cancelled()` often and leaves nothing behind when the answer is yes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exporter.archive.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: the entry or table at hand, its rows, and the bytes of the whole work.

    Rows count within `table`; `rows_total` is 0 where nobody knows it. Bytes are plain text.
    """

    table: str
    rows_done: int
    rows_total: int
    bytes_done: int
    bytes_total: int


OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


@dataclass(slots=True)
class Work:
    """One long piece of work as it runs: counts bytes, reports, and stops when asked."""

    bytes_total: int
    progress: OnProgress | None = None
    cancelled: IsCancelled | None = None
    bytes_done: int = 0

    def step(self, table: str, size: int, rows_done: int = 0, rows_total: int = 0) -> None:
        """Count `size` more bytes and report. Raises Cancelled when asked to stop."""
        self.count(size)
        if self.progress is not None:
            self.progress(Progress(table, rows_done, rows_total, self.bytes_done, self.bytes_total))

    def count(self, size: int) -> None:
        """Count `size` more bytes that nobody is told of. Raises Cancelled when asked to stop."""
        self.bytes_done += size
        if self.cancelled is not None and self.cancelled():
            raise stopped()


def stopped() -> Cancelled:
    """Return what to raise where work was asked to stop."""
    return Cancelled("It was stopped.", kept="Nothing was left behind.")
