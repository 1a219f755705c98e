"""The heads of the audit trail, kept outside the database in `audit-heads.log`.

One rule: the file is only added to. A head tells which event was the last one and its hash, with a
keyed hash of its own: an end that is cut off the trail, or an older database put in its place,
shows against it (REQUIREMENTS S9). Copied elsewhere, it also shows what whoever reaches the whole
folder has done.
"""

from __future__ import annotations

import errno
import hmac
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.clock import instant
from store.errors import BadInput, DiskFull, StoreProblem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.database import Store
    from store.folder import PracticeFolder
    from store.sealer import Sealer

FILE_NAME = "audit-heads.log"
PURPOSE = "audit.head"
_HASH_DIGITS = 64
_EVENT_DIGITS = 18
_LINE_BYTES = 256
"""More than one line has: enough to see the newest head without reading years of them."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event at some instant (UTC), and its hash."""

    at: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Heads:
    """All heads known, by event; `damaged_line` is the first line that is not ours, else 0."""

    sealer: Sealer
    by_seq: dict[int, Head]
    damaged_line: int

    @property
    def newest(self) -> Head | None:
        """The head that is furthest on."""
        return self.by_seq[max(self.by_seq)] if self.by_seq else None

    def with_written_down(self, text: str) -> Heads:
        """Return these heads and one that was written down elsewhere, as `1234:ab12…`.

        The hash may be shortened to its first eight digits or more. Raises BadInput.
        """
        number, _, begun = text.strip().lower().partition(":")
        is_hex = set(begun) <= set("0123456789abcdef")
        if not number.isdecimal() or not 8 <= len(begun) <= _HASH_DIGITS or not is_hex:
            raise BadInput(
                "A head is written as event, colon, hash: 1234:0f3a91c7.",
                do="Copy it as an earlier check or a printed access review shows it.",
            )
        seq = int(number)
        if seq in self.by_seq and self.by_seq[seq].hash.startswith(begun):
            return self
        return Heads(self.sealer, self.by_seq | {seq: Head("", seq, begun)}, self.damaged_line)


def path_of(folder: PracticeFolder) -> Path:
    """Return where the heads of a practice are kept."""
    return folder.path / FILE_NAME


def write(store: Store) -> Head | None:
    """Add the present head to the file and sync it; None if it stands there already.

    Raises DiskFull, StoreProblem.
    """
    last = store.one("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
    if last is None:
        return None
    head = Head(instant(store.clock.now()), last["seq"], last["hash"])
    path = path_of(store.folder)
    try:
        end = _end_of(path)
        newest = _parsed(store.sealer, end.splitlines()[-1]) if end.endswith(b"\n") else None
        if newest is not None and (newest.seq, newest.hash) == (head.seq, head.hash):
            return None
        # A line that a killed program left unfinished must not run into this one.
        gap = b"" if not end or end.endswith(b"\n") else b"\n"
        _append(path, gap + _line(store.sealer, head).encode())
    except OSError as problem:
        raise _not_written(problem) from problem
    return head


def read(folder: PracticeFolder, sealer: Sealer) -> Heads:
    """Return every head in the file. A line cut short is what a killed program left: to shorten
    one does no more than to remove it.

    Raises StoreProblem if the file cannot be read.
    """
    try:
        lines = path_of(folder).read_bytes().split(b"\n")
    except FileNotFoundError:
        lines = [b""]
    except OSError as problem:
        raise _not_read(problem) from problem
    by_seq: dict[int, Head] = {}
    damaged = 0
    for number, line in enumerate(lines, start=1):
        if line.count(b" ") < 3 or len(line.rpartition(b" ")[2]) < _HASH_DIGITS:
            continue
        head = _parsed(sealer, line)
        if head is None:
            damaged = damaged or number
        else:
            # Of two heads of one event the first counts: the later is of a trail begun again.
            by_seq.setdefault(head.seq, head)
    return Heads(sealer, by_seq, damaged)


def lost(store: Store, settled_by: str) -> Head | None:
    """Return the highest head in the file that the trail lacks, or None: an older database is here.

    Each head is looked at, for people may have signed out since, and the file went on with theirs.

    Args:
        settled_by: the action of events that end the matter: what stands before the first head
            with such an event in it was dealt with.

    Raises StoreProblem.
    """
    try:
        lines = path_of(store.folder).read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _not_read(problem) from problem
    # After the file: whoever adds to it has committed the event before.
    claims = [_claim(line) for line in lines]
    there = _events(store, claims)
    if there.issuperset(filter(None, claims)):
        return None
    settled = store.value("SELECT max(seq) FROM audit_log WHERE action = ?", (settled_by,))
    dealt_with = -1
    if settled is not None:
        since = (n for n, claim in enumerate(claims) if claim in there and claim[0] >= settled)
        dealt_with = next(since, -1)
    gone = [n for n, claim in enumerate(claims) if claim and claim not in there and n > dealt_with]
    # Only these are checked: the keyed hashes of years of heads would take a while.
    heads = [head for n in gone if (head := _parsed(store.sealer, lines[n]))]
    return max(heads, key=lambda head: head.seq, default=None)


def _claim(line: bytes) -> tuple[int, str] | None:
    """Return the event and the hash that a line tells of, be it ours or not."""
    words = line.split(b" ")
    if len(words) != 4 or not words[1].isdigit() or len(words[1]) > _EVENT_DIGITS:
        return None
    return int(words[1]), words[2].decode("ascii", "replace")


def _events(store: Store, claims: Sequence[tuple[int, str] | None]) -> set[tuple[int, str]]:
    wanted = json.dumps(sorted({claim[0] for claim in claims if claim}))
    rows = store.rows(
        "SELECT a.seq, a.hash FROM json_each(?) j CROSS JOIN audit_log a ON a.seq = j.value",
        (wanted,),
    )
    return {(row["seq"], row["hash"]) for row in rows}


def _line(sealer: Sealer, head: Head) -> str:
    words = f"{head.at} {head.seq} {head.hash}"
    return f"{words} {sealer.keyed_hash(words, PURPOSE)}\n"


def _parsed(sealer: Sealer, line: bytes) -> Head | None:
    text = line.decode("ascii", "replace")
    words, _, seal = text.rpartition(" ")
    if not hmac.compare_digest(sealer.keyed_hash(words, PURPOSE).encode(), seal.encode()):
        return None
    at, seq, hash_ = words.split(" ")
    return Head(at, int(seq), hash_)


def _end_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _LINE_BYTES))
            return file.read()
    except FileNotFoundError:
        return b""


def _append(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
    try:
        # One call: lines of two programs that end at the same time stay whole. A disk that is full
        # takes what there is room for, and says nothing.
        if os.write(descriptor, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_read(problem: OSError) -> StoreProblem:
    return StoreProblem(
        f"The heads of the audit trail cannot be read: {problem.strerror}.",
        do=f"Check {FILE_NAME} in the practice's folder.",
    )


def _not_written(problem: OSError) -> StoreProblem:
    kept = "Every event is in the audit trail; only its head outside the database is missing."
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"There is no room left for {FILE_NAME} in the practice's folder.",
            kept=kept,
            do="Free some room.",
        )
    return StoreProblem(
        f"{FILE_NAME} in the practice's folder cannot be written: {problem.strerror}.",
        kept=kept,
        do="Check that the file belongs to you and can be written.",
    )
