"""What is told of an opened archive: whether it is whole, whose it is, and what each file is.

One rule: no more is told than was checked; a file with a fault is never shown as a sound one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from store.clock import moment
from tui.widgets import words
from tui.widgets.safe import clip, join
from tui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from exporter.archive.description import DescribedTable, Manifest
    from exporter.archive.entry import Entry
    from exporter.archive.verification import Verification

DAMAGED: Final = "damaged or changed"
NOT_DESCRIBED: Final = (
    "No manifest tells what the tables of this archive are: x extracts its files as they are."
)
NO_MANIFEST: Final = (
    "It has no manifest to compare with: nobody can tell whether a file is missing."
)
WIDEST_NAME: Final = 28
NAME_LINES: Final = 4
"""Lines that the whole name of a file may take under the list."""
TABLE_COLUMNS: Final = (
    Column("Rows", 9, right=True),
    Column("Size", 9, right=True),
    Column("What it holds", 0),
)
FILE_COLUMNS: Final = (
    Column("File", 0, keeps_end=True),
    Column("Size", 10, right=True),
    Column("Packed", 9),
    Column("Protection", 18),
)


def faults(checked: Verification) -> dict[str, str]:
    """Return what is wrong with each entry that has a fault, in half a sentence."""
    found: dict[str, str] = {}
    for finding in checked.findings:
        before = found.get(finding.entry)
        found[finding.entry] = f"{before}; {finding.fault}" if before else finding.fault
    return found


def verdict(checked: Verification, bare: int) -> Content:
    """Return whether the archive is whole; `bare` entries are not encrypted and have no code."""
    files = words.count(checked.entries, "file")
    if checked.findings:
        first = checked.findings[0].sentence
        more = len(checked.findings) - 1
        tail = f" And {more} more." if more else ""
        return join(("● Damaged or changed. ", "bold $tone-bad"), (first + tail, ""))
    if checked.unchecked:
        first = checked.unchecked[0].sentence
        return join(("● Not all could be checked. ", "bold $tone-warn"), (first, ""))
    if checked.is_described:
        return join(
            ("● Whole and unchanged: ", "bold $tone-good"),
            (f"{files}, {words.count(checked.rows, 'row')}, every checksum right.", ""),
        )
    right = f"{files}, every code and checksum right."
    if bare:
        be, it = ("is", "it") if bare == 1 else ("are", "them")
        right = (
            f"{files}; {bare:,} {be} not encrypted and without a code, so anybody could have"
            f" changed {it}. Every code and checksum of the others is right."
        )
    return join(("● Opens with this password: ", "bold $tone-warn"), (right, ""))


def snapshot(manifest: Manifest | None) -> str:
    """Return of when and of which practice an archive is, as far as it tells."""
    if manifest is None:
        return NO_MANIFEST
    try:
        at = moment(manifest.snapshot)
        when = f"{words.instant(at, manifest.time_zone, year=True)}, {manifest.time_zone}"
    except (ValueError, LookupError, OSError):
        # An archive from elsewhere may name a zone that does not exist.
        when = manifest.snapshot
    return f"Snapshot of {when} · {clip(manifest.practice, 40)} · PGID {manifest.pgid}"


def table_row(table: DescribedTable, fault: str) -> tuple[Cell, ...]:
    """Return the line of a described table; one without rows is dim, a damaged one says so."""
    tone = "bad" if fault else "" if table.rows else "dim"
    return (
        Cell(table.name, tone),
        Cell(words.number(table.rows), tone),
        Cell(words.size(table.bytes), tone),
        Cell(f"{DAMAGED}: {fault}", "bad") if fault else Cell(table.meaning, "dim"),
    )


def file_row(entry: Entry, fault: str) -> tuple[Cell, ...]:
    """Return the line of a file of an archive without a manifest: how it is packed and locked."""
    tone = "bad" if fault else "dim" if entry.hindrance else ""
    locked = Cell(entry.protection, "dim" if entry.is_locked else "warn")
    return (
        Cell(entry.name, tone),
        Cell(words.size(entry.size)),
        Cell(entry.packing, "dim"),
        Cell(DAMAGED, "bad") if fault else locked,
    )


def about_table(table: DescribedTable, fault: str) -> Content:
    """Return what stands under the list of a marked table; its cells may be clipped."""
    parts = [(f"{table.name}  ", "bold $tone-key"), (table.meaning, "$tone-dim")]
    return join(*([parts[0], _told_damaged(fault), parts[1]] if fault else parts))


def about_file(entry: Entry, fault: str, note: str, width: int) -> Content:
    """Return the whole name of a marked file, and what is to be known of it."""
    name = clip(entry.name, NAME_LINES * max(1, width), keeps_end=True)
    told = f"{note[:1].upper()}{note[1:]}." if note else ""
    more = _told_damaged(fault) if fault else (told, "$tone-dim")
    return join((f"{name}  ", "bold $tone-key"), more)


def _told_damaged(fault: str) -> tuple[str, str]:
    return f"{DAMAGED.capitalize()}: {fault}. ", "$tone-bad"


def rows_are_damaged(fault: str) -> Content:
    """Return the line above the rows of a table with a fault."""
    return join(
        (f"● {DAMAGED.capitalize()}: ", "bold $tone-bad"),
        (f"{fault}. What stands here may be wrong.", ""),
    )
