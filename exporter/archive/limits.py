"""How large an archive may claim and turn out to be.

One rule: a limit is checked against what is declared before any work, and what is declared is
checked against what comes out while it comes out; so no file makes the work larger than this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.archive.entry import Entry
from exporter.archive.errors import ArchiveProblem, drawn

_KB, _MB, _GB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still opened. Sizes are bytes.

    `ratio` is plain to packed bytes; deflate by itself reaches 1,032 at most. What is up to
    `free_of_ratio`, one entry or all of them, may have any, because blank text packs well and
    harms nobody when it is small.
    `memory` is what one decompressor may take: LZMA names its own need.
    """

    entries: int = 100_000
    directory: int = 32 * _MB
    entry_bytes: int = 128 * _GB
    total_bytes: int = 512 * _GB
    ratio: int = 1_000
    free_of_ratio: int = 64 * _MB
    memory: int = 384 * _MB

    def fault_of(self, entry: Entry) -> str | None:
        """Return why an entry is taken for a bomb, in half a sentence, or None."""
        if entry.size > self.entry_bytes:
            return f"it claims {_size(entry.size)}; up to {_size(self.entry_bytes)} are opened"
        if entry.size > self.free_of_ratio and entry.size > self.ratio * entry.packed_size:
            return (
                f"it claims to unpack to more than {self.ratio:,} times its size "
                f"({_size(entry.size)}), as bombs do"
            )
        return None

    def check_each(self, entries: Iterable[Entry]) -> None:
        """Raise ArchiveProblem if one of the entries is taken for a bomb."""
        for entry in entries:
            if fault := self.fault_of(entry):
                raise refusal(f"{drawn(entry.name)}: {fault}.")

    def check_total(self, entries: Iterable[Entry]) -> None:
        """Raise ArchiveProblem if all entries together are too large or a bomb."""
        sizes = [(entry.size, entry.packed_size) for entry in entries]
        total, packed = (sum(column) for column in zip((0, 0), *sizes, strict=True))
        if total > self.total_bytes:
            raise refusal(
                f"The archive claims {_size(total)} in all; up to {_size(self.total_bytes)} are "
                "opened."
            )
        if total > self.free_of_ratio and total > self.ratio * packed:
            raise refusal(
                f"The archive claims to unpack to more than {self.ratio:,} times its size "
                f"({_size(total)}), as bombs do."
            )


DEFAULT_LIMITS = Limits()


def refusal(what: str) -> ArchiveProblem:
    """Return the error for an archive that looks made to do harm."""
    return ArchiveProblem(
        what, kept="Nothing was written.", do="Do not use this file; ask whoever sent it."
    )


def _size(count: int) -> str:
    for unit, name in ((_GB, "GB"), (_MB, "MB"), (_KB, "KB")):
        if count >= unit:
            return f"{count / unit:,.0f} {name}"
    return f"{count} bytes"
