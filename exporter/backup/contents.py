"""What a backup holds: five entries, no more, and what its manifest says of them.

One rule: a manifest is believed only once it was authenticated, and even then only where every
value in it is of its kind: the worst it can do is to be refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exporter.archive.errors import ArchiveProblem
from exporter.archive.names import README
from store import audit_heads
from store.audit_heads import Head
from store.clock import instant, known_zone, moment

FORMAT = 1
MANIFEST = "backup.json"
DATABASE = "practice.db"
SECRET_KEY = "secret.key"  # noqa: S105 - the name of a file
HEADS = audit_heads.FILE_NAME
FILES = (DATABASE, SECRET_KEY, HEADS)
ENTRIES = frozenset({README, MANIFEST, *FILES})
_HEX = re.compile(r"[0-9a-f]{64}")


class NotABackup(ArchiveProblem):
    """A file that is no backup of Chairside, or one that was tampered with."""

    title = "This backup cannot be used"


@dataclass(frozen=True, slots=True)
class FileMade:
    """One file of a backup: bytes, and SHA-256 (hexadecimal)."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `head` is the last event in it, `taken_at` its instant, UTC."""

    pgid: int
    practice_name: str
    taken_at: datetime
    steps: tuple[str, ...]
    head: Head | None
    files: Mapping[str, FileMade]

    def to_json(self) -> bytes:
        """Return the manifest as it stands in the backup."""
        head = self.head
        told = {
            "format": FORMAT,
            "pgid": self.pgid,
            "practice": self.practice_name,
            "taken_at": instant(self.taken_at),
            "schema": list(self.steps),
            "audit_head": None
            if head is None
            else {"at": head.at, "seq": head.seq, "hash": head.hash},
            "files": {
                name: {"bytes": one.bytes, "sha256": one.sha256} for name, one in self.files.items()
            },
        }
        return json.dumps(told, indent=2).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read what `to_json` wrote. Raises NotABackup for anything else."""
        try:
            told = json.loads(data)
            if _whole(told["format"]) > FORMAT:
                raise _newer()
            head = told["audit_head"]
            files = {name: told["files"][name] for name in FILES}
            return cls(
                _whole(told["pgid"]),
                _text(told["practice"]),
                moment(_text(told["taken_at"])),
                tuple(_text(step) for step in told["schema"]),
                None
                if head is None
                else Head(_text(head["at"]), _whole(head["seq"]), _sha(head["hash"])),
                {n: FileMade(_whole(f["bytes"]), _sha(f["sha256"])) for n, f in files.items()},
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise NotABackup(
                "Its manifest is not one that Chairside writes.",
                kept="Nothing was changed.",
                do="Take another backup.",
            ) from None


def file_name(pgid: int, now: datetime) -> str:
    """Return `<pgid>-backup-<instant>.zip`; backups sort by their names."""
    return f"{pgid}-backup-{now:%Y%m%dT%H%M%SZ}.zip"


def readme(pgid: int, practice: str, taken_at: datetime, time_zone: str) -> bytes:
    """Return the page for whoever opens a backup years later."""
    local = taken_at.astimezone(known_zone(time_zone))
    return _README.format(
        practice=practice,
        pgid=pgid,
        when=f"{local:%d %b %Y %H:%M} {local.tzinfo}, {instant(taken_at)}",
    ).encode("utf-8-sig")


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 60:
        raise ValueError("no number")
    return value


def _text(value: Any) -> str:
    if type(value) is not str or not 0 < len(value) < 1000:
        raise ValueError("no text")
    return value


def _sha(value: Any) -> str:
    if not _HEX.fullmatch(_text(value)):
        raise ValueError("no hash")
    return str(value)


def _newer() -> NotABackup:
    return NotABackup(
        "This backup was made by a newer version of Chairside.",
        kept="Nothing was changed.",
        do="Update Chairside on this computer, then try again.",
    )


_README = """\
BACKUP OF A DENTAL PRACTICE

Practice   {practice}, PGID {pgid}
Taken      {when}

WHAT THIS IS

Everything that Chairside keeps of the practice, as it was at that one instant: practice.db (an
SQLite 3 database), secret.key (opens what is sealed in it, and keys its audit trail) and
audit-heads.log (shows whether the trail was cut). Archives of data downloads are not in it.

TO PUT IT BACK

chairside restore FILE, which checks it first and ends what must not come back: sign-ins, codes,
messages that wait, keys of archives. Do not just copy the files into a folder: a key of an
archive could then lock two texts, and a message could go out twice.

WITHOUT CHAIRSIDE

7-Zip or WinZip opens this file with its passphrase. Any program that reads SQLite 3 shows the
tables of practice.db; the table data_dictionary tells the meaning of every column.

Whoever has opened it has the records of all patients. Keep it, and its passphrase apart from it,
where only those can reach them who may.
"""
