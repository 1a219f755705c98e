"""Checking the audit trail: event by event, and its end against the heads kept outside.

One rule: it reads over a connection of its own, in one read transaction, and changes nothing, so
that it runs on any thread while people work.
"""

from __future__ import annotations

import hashlib
import sqlite3
from binascii import hexlify
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.clock import moment
from store.database import connect, translated
from store.errors import ChairsideError, Conflict

if TYPE_CHECKING:
    from store.audit_heads import Head, Heads
    from store.folder import PracticeFolder
    from store.sealer import Sealer

FIRST_HASH = "0" * 64
HASHED = (
    "seq",
    "at",
    "user_id",
    "action",
    "permission_code",
    "patient_id",
    "terminal",
    "source",
    "description",
    "object",
    "previous_hash",
)
"""What the hash of an event covers, in this order, written as a JSON array by SQLite."""

PURPOSE = "audit"
_BLOCK = 64
_ROWS_BETWEEN_REPORTS = 20_000
_KEEP = "Keep the database and audit-heads.log as they are, and compare them with your backups."

PUT_BACK = "backup.restore"
"""The action of the event that tells of a restore."""
_OF_THE_TRAIL_BEFORE = (
    " This trail goes on from a backup (event {0}): a head from after that backup is of the trail"
    " that it took the place of, which event {0} tells of."
)

OnProgress = Callable[[int, int], None]
"""Told events checked, and events in all."""
IsCancelled = Callable[[], bool]


class TrailBroken(ChairsideError):
    """The audit trail does not agree with its own hashes, or not with its heads.

    `seq` is the first event that is not as it was written; None if no single one is meant.
    """

    title = "The audit trail was altered"

    def __init__(self, what: str, seq: int | None) -> None:
        super().__init__(what, kept="Nothing was changed by this check.", do=_KEEP)
        self.seq = seq


class CheckStopped(Conflict):
    """Somebody asked the check to stop."""

    title = "Stopped"


@dataclass(frozen=True, slots=True)
class TrailReport:
    """A trail that is whole: its events, its head, and the newest head known outside.

    `restores` are the events that tell of a restore from a backup, in words: what came after that
    backup is not in this trail.
    """

    events: int
    hash: str
    heads: int
    newest_head: Head | None
    restores: tuple[str, ...] = ()

    @property
    def after_newest_head(self) -> int:
        """How many events no head covers yet; only these could be cut off unseen."""
        return self.events - (self.newest_head.seq if self.newest_head else 0)


class Chain:
    """HMAC-SHA-256 (RFC 2104) under the practice's key, its two halves prepared once.

    `hmac` prepares them anew for each event, which is half of the time a check takes.
    """

    def __init__(self, sealer: Sealer) -> None:
        key = sealer.derived_key(PURPOSE).ljust(_BLOCK, b"\0")
        self.inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self.outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def hash_of(self, canonical: bytes) -> str:
        """Return the hex hash of one event in its hashed form."""
        inner, outer = self.inner.copy(), self.outer.copy()
        inner.update(canonical)
        outer.update(inner.digest())
        return outer.hexdigest()


class Check:
    """One check of one practice's trail.

    Args:
        heads: what is known outside; read before the check begins, because the trail only grows.
        progress: told now and then how far it is.
        cancelled: asked as often; true ends the check with CheckStopped.
    """

    def __init__(
        self,
        folder: PracticeFolder,
        heads: Heads,
        progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
    ) -> None:
        self._folder, self._heads = folder, heads
        self._chain = Chain(heads.sealer)
        self._progress, self._cancelled = progress, cancelled
        self._events = 0
        self._head = FIRST_HASH.encode()

    def run(self) -> TrailReport:
        """Check everything. Raises TrailBroken, CheckStopped, StoreProblem."""
        if self._heads.damaged_line:
            raise TrailBroken(
                f"Line {self._heads.damaged_line} of audit-heads.log is not as it was written.",
                None,
            )
        with closing(connect(self._folder, read_only=True)) as db, translated():
            db.row_factory = None
            db.execute("BEGIN")
            restores = _restores(db)
            try:
                self._walk(db)
                self._check_end()
            except TrailBroken as broken:
                if restores and broken.seq is not None and broken.seq >= min(restores):
                    broken.what += _OF_THE_TRAIL_BEFORE.format(max(restores))
                raise
            _check_guards(db)
        return TrailReport(
            self._events,
            self._head.decode(),
            len(self._heads.by_seq),
            self._heads.newest,
            tuple(f"Event {seq:,}, {told}" for seq, told in restores.items()),
        )

    def _walk(self, db: sqlite3.Connection) -> None:
        """Follow the chain from the first event to the last.

        The loop holds no call that can be spared: it runs for every event there is.
        """
        total = db.execute("SELECT max(seq) FROM audit_log").fetchone()[0] or 0
        inner, outer = self._chain.inner.copy, self._chain.outer.copy
        heads = self._heads.by_seq
        previous, expected = self._head, 1
        for seq, before, written, canonical in _events(db):
            half = inner()
            half.update(canonical)
            whole = outer()
            whole.update(half.digest())
            if (
                hexlify(whole.digest()) != written
                or seq != expected
                or before != previous
                or (seq in heads and not written.startswith(heads[seq].hash.encode()))
            ):
                raise _broken(seq, expected, is_genuine=hexlify(whole.digest()) == written)
            previous = written
            expected += 1
            if not seq % _ROWS_BETWEEN_REPORTS:
                self._tell(seq, total)
        self._events, self._head = expected - 1, previous

    def _tell(self, done: int, total: int) -> None:
        if self._cancelled is not None and self._cancelled():
            raise CheckStopped("The audit trail was not checked to its end.")
        if self._progress is not None:
            self._progress(done, total)

    def _check_end(self) -> None:
        newest = self._heads.newest
        if newest is not None and newest.seq > self._events:
            first = self._events + 1
            raise TrailBroken(
                f"{_span(first, newest.seq)} of the audit trail {_are(first, newest.seq)} missing"
                f" at its end: event {newest.seq} was there{_when(newest)}. An older database was"
                " put in place, or the end was cut off.",
                first,
            )


def _events(db: sqlite3.Connection) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    # As bytes: what somebody wrote past the schema need not even be text.
    return db.execute(
        "SELECT seq, CAST(previous_hash AS BLOB), CAST(hash AS BLOB),"
        f" CAST(json_array({', '.join(HASHED)}) AS BLOB) FROM audit_log ORDER BY seq"
    )


def _restores(db: sqlite3.Connection) -> dict[int, str]:
    """Return the events that tell of a restore: place in the trail, and the day and words."""
    rows = db.execute(
        "SELECT seq, at, description FROM audit_log WHERE action = ? ORDER BY seq", (PUT_BACK,)
    )
    return {seq: f"{moment(at):%d %b %Y %H:%M} UTC: {text}" for seq, at, text in rows}


def _broken(seq: int, expected: int, *, is_genuine: bool) -> TrailBroken:
    """Tell the first event that is wrong, where the walk expected one and met another."""
    if seq > expected:
        gap = (
            f"{_span(expected, seq - 1)} of the audit trail {_are(expected, seq - 1)} missing;"
            f" the next one there is event {seq}"
        )
        return TrailBroken(gap + (".", ", and it was altered.")[not is_genuine], expected)
    if not is_genuine:
        return TrailBroken(f"Event {seq} of the audit trail is not as it was written.", seq)
    return TrailBroken(
        f"Event {seq} of the audit trail is genuine, but not the one that was written there."
        " A part of the trail was replaced by another one, perhaps from a backup.",
        seq,
    )


def _when(head: Head) -> str:
    return f" on {moment(head.at):%d %b %Y at %H:%M} UTC" if head.at else ""


def _span(first: int, last: int) -> str:
    return f"Event {first}" if first == last else f"Events {first} to {last}"


def _are(first: int, last: int) -> str:
    return "is" if first == last else "are"


def _check_guards(db: sqlite3.Connection) -> None:
    """The triggers that keep the trail append-only must be there, word for word."""
    from store.migrations import AUDIT_TRIGGERS

    there = {
        row[0]
        for row in db.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'"
        )
    }
    if not set(AUDIT_TRIGGERS) <= there:
        raise TrailBroken(
            "Every event is as it was written, but what keeps the trail append-only was removed"
            " from the database.",
            None,
        )
