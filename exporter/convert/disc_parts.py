"""Sharing tables out over discs.

One rule: a record is never torn, and every part begins with its table's header line.
Source: REQUIREMENTS D19; DESIGN, the archive (disc image).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import PRIVATE_FOLDER
from exporter.archive.held import PRIVATE_FILE
from exporter.archive.progress import Work
from exporter.convert.disc_sources import Source

SECTOR = 2048


def sectors_of(size: int) -> int:
    """Return how many sectors a file of `size` bytes takes."""
    return -(-size // SECTOR)


@dataclass(slots=True)
class Part:
    """One file of one disc.

    Attributes:
        number: which part of its table this is, from 1.
        first_row: the number of its first record within the table, from 1.
    """

    source: Source
    disc: int
    number: int
    first_row: int
    path: Path
    rows: int = 0
    bytes: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Packer:
    """Writes parts below `folder`, one folder a disc, each disc with `room` sectors for them."""

    folder: Path
    room: int
    parts: list[Part] = field(default_factory=list)
    disc: int = 0
    _free: int = 0
    _begun: int = 0
    _file: BinaryIO | None = None
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, source: Source, work: Work) -> None:
        """Write one table. Raises ArchiveProblem for a record that no disc holds, Cancelled."""
        try:
            part = self._begin(source, 1, 1)
            for batch in source.batches(work):
                if self._fits(part, len(batch.data)):
                    self._write(part, batch.data, batch.rows)
                    continue
                for record in batch.singly():
                    if not self._fits(part, len(record)):
                        part = self._continue(part, len(record))
                    self._write(part, record, 1)
            self._end(part)
        finally:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _fits(self, part: Part, size: int) -> bool:
        return part.bytes + size <= self._free * SECTOR

    def _begin(self, source: Source, number: int, first_row: int) -> Part:
        if not self.disc or len(source.header) > self._free * SECTOR:
            self._next_disc()
        path = self.folder / str(self.disc) / f"{source.stem}.{number}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb")
        self._digest = hashlib.sha256()
        part = Part(source, self.disc, number, first_row, path)
        self._write(part, source.header, 0)
        return part

    def _continue(self, part: Part, size: int) -> Part:
        """Go on with a table on the next disc; a part without a record is not kept."""
        source, number, first_row = part.source, part.number, part.first_row
        if part.rows:
            self._end(part)
            number, first_row = number + 1, first_row + part.rows
        else:
            assert self._file is not None
            self._file.close()
            part.path.unlink()
        if len(source.header) + size > self.room * SECTOR:
            raise ArchiveProblem(
                f"A record of {source.stem} is larger than a whole disc.",
                kept="Nothing was written.",
                do="Make an encrypted archive or CSV files on another kind of disk instead.",
            )
        self._next_disc()
        return self._begin(source, number, first_row)

    def _next_disc(self) -> None:
        # A disc that nothing was put onto is taken again.
        if not self.disc or self._begun:
            self.disc += 1
            (self.folder / str(self.disc)).mkdir(mode=PRIVATE_FOLDER, parents=True)
        self._free, self._begun = self.room, 0

    def _write(self, part: Part, data: bytes, rows: int) -> None:
        assert self._file is not None
        self._file.write(data)
        self._digest.update(data)
        part.bytes += len(data)
        part.rows += rows

    def _end(self, part: Part) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        part.sha256 = self._digest.hexdigest()
        self._free -= sectors_of(part.bytes)
        self._begun += 1
        self.parts.append(part)
