"""Whether an archive is whole and unchanged.

One rule: every byte is looked at, every fault is named with its entry, and nothing stops at the
first one. Source: REQUIREMENTS section 6 (manifest and verify).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from exporter.archive.description import DescribedTable
from exporter.archive.entry import AE_2, AES_128, Entry
from exporter.archive.errors import ArchiveProblem, DamagedEntry, Unsupported, drawn
from exporter.archive.names import DATAPACKAGE
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.side_by_side import side_by_side
from exporter.archive.txt import RowCounter
from exporter.archive.unlocking import is_authentic

if TYPE_CHECKING:
    from exporter.archive.reader import Archive

NOT_ENCRYPTED = (
    "it is not encrypted and not authenticated: everybody can read it, and anybody could have "
    "changed it"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the entry's name ("" for the archive itself) and what is wrong with it."""

    entry: str
    fault: str

    @property
    def sentence(self) -> str:
        """The fault as one sentence."""
        return f"{drawn(self.entry) or 'The archive'}: {self.fault}."


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and what was found. Sizes are bytes of plain text.

    `is_described` tells whether there was a manifest to compare with; without one, only the
    authentication codes were checked. `notes` are no faults: entries that are not encrypted, or
    whose code is right but that Chairside does not unpack. `unchecked` are those of which nothing
    could be checked.
    """

    entries: int
    rows: int
    bytes: int
    is_described: bool
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()
    unchecked: tuple[Finding, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all was checked and nothing at all was found."""
        return not self.findings and not self.unchecked


def verify_all(
    archive: Archive, progress: OnProgress | None, cancelled: IsCancelled | None
) -> Verification:
    """Check an open archive; faults are findings.

    Raises Cancelled when asked to stop, ArchiveProblem where it is too large to be looked at.
    """
    archive.limits.check_total(archive.entries)
    work = Work(sum(entry.size for entry in archive.entries), progress, cancelled)
    looked = side_by_side(archive.entries, partial(_look_at, archive), work)
    findings = [finding for one in looked for finding in one.findings]
    if archive.manifest_problem is not None:
        findings.append(Finding(DATAPACKAGE, archive.manifest_problem.what.rstrip(".")))
    if archive.manifest is not None:
        findings += compare_lists(archive)
    return Verification(
        len(archive.entries),
        sum(one.rows for one in looked),
        work.bytes_done,
        is_described=archive.manifest is not None,
        findings=tuple(dict.fromkeys(findings)),
        notes=tuple(note for one in looked for note in one.notes),
        unchecked=tuple(one for each in looked for one in each.unchecked),
    )


@dataclass(slots=True)
class _Look:
    """What one entry showed, as in `Verification`."""

    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    unchecked: list[Finding] = field(default_factory=list)


def _look_at(archive: Archive, entry: Entry, work: Work) -> _Look:
    """Check one entry. Raises Cancelled."""
    look = _Look()
    if fault := archive.limits.fault_of(entry):
        look.findings.append(Finding(entry.name, fault))
        return look
    try:
        if entry.hindrance is None:
            look.notes += unlocked([entry])
            look.rows = verify_entry(archive, entry, work)
        else:
            _check_code(archive, entry, work)
            work.step(entry.name, entry.size)
            _not_unpacked(entry, *entry.hindrance, look)
    except Unsupported as problem:
        _not_unpacked(entry, problem.fault, problem.program, look)
    except DamagedEntry as problem:
        look.findings.append(Finding(problem.entry, problem.fault))
    except ArchiveProblem as problem:
        look.findings.append(Finding(entry.name, problem.what.rstrip(".")))
    return look


def _check_code(archive: Archive, entry: Entry, work: Work) -> None:
    """Check an entry that is not unpacked by its code, if it has one.

    Raises DamagedEntry, Cancelled.
    """
    if entry.is_locked and not is_authentic(
        archive.file, entry, archive.keys(entry), work.cancelled
    ):
        raise DamagedEntry(entry.name, "its authentication code is wrong, so a byte was changed")


def _not_unpacked(entry: Entry, fault: str, program: str, look: _Look) -> None:
    told = f"{fault}; {program} opens it"
    if entry.is_locked:
        look.notes.append(Finding(entry.name, f"its authentication code is right, but {told}"))
    else:
        look.unchecked.append(Finding(entry.name, f"not checked: {told}"))


def unlocked(entries: Iterable[Entry]) -> tuple[Finding, ...]:
    """Return a note on each entry that is not encrypted at all."""
    return tuple(Finding(entry.name, NOT_ENCRYPTED) for entry in entries if entry.lock == "none")


def checked_blocks(
    archive: Archive, name: str, cancelled: IsCancelled | None = None
) -> Iterator[bytes]:
    """Yield an entry's text; the end comes only if it is the one that the manifest describes.

    An entry that no manifest of ours describes is only held against its own code and checksum.
    Raises DamagedEntry, Cancelled.
    """
    described = archive.described.get(name)
    stream = archive.stream(name, cancelled=cancelled)
    if described is None:
        yield from stream
        return
    digest = hashlib.sha256()
    for block in stream:
        digest.update(block)
        yield block
    if archive.entry(name).size != described.bytes or digest.hexdigest() != described.sha256:
        raise DamagedEntry(name, "its SHA-256 is not the one in the manifest")


def verify_entry(archive: Archive, entry: Entry, work: Work) -> int:
    """Read one entry to its end; returns its rows. Raises DamagedEntry."""
    described = archive.described.get(entry.name)
    table = described if isinstance(described, DescribedTable) else None
    rows_total = 0 if table is None else table.rows
    counter = RowCounter()
    for block in checked_blocks(archive, entry.name, work.cancelled):
        if table is not None:
            counter.add(block)
        work.step(entry.name, len(block), max(0, counter.rows - 1), rows_total)
    if table is not None and counter.rows - 1 != rows_total:
        rows = max(0, counter.rows - 1)
        raise DamagedEntry(entry.name, f"{rows:,} rows where the manifest says {rows_total:,}")
    if table is not None and not counter.is_ended:
        raise DamagedEntry(entry.name, "it ends in the middle of a row")
    return rows_total


def compare_lists(archive: Archive) -> list[Finding]:
    """Name what is missing, what is extra, and what is not as Chairside writes it."""
    from exporter.archive.layout import changed_headers

    described = archive.described
    present = {entry.name for entry in archive.entries}
    findings = [Finding(name, "it is missing") for name in described if name not in present]
    for entry in archive.entries:
        if entry.name not in described and entry.name != DATAPACKAGE:
            findings.append(Finding(entry.name, "the manifest does not name it"))
        if (entry.strength, entry.aes_version) != (AES_128, AE_2):
            findings.append(Finding(entry.name, "it is not encrypted as Chairside does it"))
    headers = changed_headers(archive.file, archive.size, archive.directory)
    return findings + [Finding(name, fault) for name, fault in headers]
