"""Putting a practice back from a backup.

One rule: everything is checked before anything of the practice that is there moves; that one is
kept beside under another name, and never deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.disk import told_plainly
from exporter.archive.files import free_bytes
from exporter.archive.progress import IsCancelled, OnProgress
from exporter.backup.contents import Manifest, NotABackup
from exporter.backup.opening import Backup, opened
from exporter.runner.room import KEPT_FREE, NoRoom, size
from store import audit_heads, putting_back, snapshots
from store.access import Actor, check_is_runner
from store.audit_check import Check, TrailBroken
from store.clock import Clock
from store.errors import BadInput, Conflict, StoreBusy
from store.folder import PracticeFolder, check_owner, finish_restore
from store.in_use import alone_in
from store.practice import Practice
from store.putting_back import Replaced
from store.sealer import Sealer
from store.use_cases.audit_trail import anchor_head
from store.use_cases.restoring import PutBack, Settled, put_back


@dataclass(frozen=True, slots=True)
class Restored:
    """A practice that was put back, and what going back in time ended in it."""

    folder: Path
    manifest: Manifest
    replaced: Replaced | None
    settled: tuple[Settled, ...]
    trail_fault: str


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What somebody asked for.

    Attributes:
        pgid: the practice that is meant; None: the one that the backup is of.
        replace: whether one that is there may be moved aside.
        broken_trail: whether a backup is taken whose audit trail is not whole.
    """

    backup: Path
    passphrase: str
    data: Path
    pgid: int | None = None
    replace: bool = False
    broken_trail: bool = False


def restore(
    wish: Wish,
    clock: Clock,
    runner: Actor,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Restored:
    """Put a practice back. Raises, with everything as it was:

    WrongPassword, NotFound, ArchiveProblem: the backup cannot be opened or is not whole.
    StoreProblem: it is of a newer program, or what is in it is not sound.
    TrailBroken: its audit trail is not whole.
    Conflict: a practice of that number is there. StoreBusy: that one is open.
    Refused: its folder is another system user's.
    DiskFull, Cancelled.
    """
    check_is_runner(runner)
    with opened(wish.backup, wish.passphrase) as backup, _data_of_ones_own(wish.data):
        finish_restore(wish.data, backup.manifest.pgid)
        old = _old_of(wish, backup.manifest)
        kept_as = putting_back.kept_name(wish.data, backup.manifest.pgid, clock.now())
        with _held(old, kept_as, backup.manifest) as replaced:
            return _restore(wish, backup, replaced, clock, runner, progress, cancelled)


def _restore(
    wish: Wish,
    backup: Backup,
    replaced: Replaced | None,
    clock: Clock,
    runner: Actor,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> Restored:
    manifest = backup.manifest
    _check_room(wish.data, backup.bytes)
    with putting_back.new_folder(wish.data, manifest.pgid) as folder:
        backup.extract(folder.path, progress, cancelled)
        _check_copy(folder, manifest)
        trail_fault = _fault_of_trail(folder, wish)
        what = PutBack(wish.backup.name, manifest.taken_at, manifest.head, replaced, trail_fault)
        with Practice(folder, clock, manifest.pgid) as practice:
            settled = practice.call(put_back, runner, what)
            practice.call(anchor_head)
        final = wish.data / str(manifest.pgid)
        putting_back.take_place(folder, final, None if replaced is None else replaced.kept_as)
    return Restored(final, manifest, replaced, settled, trail_fault)


def _old_of(wish: Wish, manifest: Manifest) -> PracticeFolder | None:
    """Return the practice that is there, if it may be replaced; None if there is none."""
    if wish.pgid not in (None, manifest.pgid):
        raise BadInput(
            f"This backup is of practice {manifest.pgid}, not {wish.pgid}.",
            kept="Nothing was changed.",
            do=f"Say --pgid {manifest.pgid}, or leave it out.",
        )
    final = wish.data / str(manifest.pgid)
    if not os.path.lexists(final):
        return None
    if not wish.replace:
        raise Conflict(
            f"Practice {manifest.pgid} is there already under {wish.data}.",
            kept="It was left as it is.",
            do="Say --replace to put the backup in its place (it is kept beside under another"
            " name), or name another folder with --data.",
        )
    check_owner(final)
    return PracticeFolder(final)


@contextmanager
def _data_of_ones_own(data: Path) -> Iterator[None]:
    with told_plainly(data):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_owner(data)
    with alone_in(data, "A restore into this folder"):
        yield


@contextmanager
def _held(
    old: PracticeFolder | None, kept_as: str, manifest: Manifest
) -> Iterator[Replaced | None]:
    """Keep everybody out of the practice that is there; yield what its trail holds."""
    if old is None:
        yield None
        return
    with putting_back.held(old):
        before = putting_back.state_of(old)
    replaced = putting_back.look_at(old, kept_as, manifest.head)
    with putting_back.held(old):
        if putting_back.state_of(old) != before:
            raise StoreBusy(
                "Somebody worked in the practice in this moment.",
                kept="Nothing was changed.",
                do="Close every kiosk, then try again.",
            )
        yield replaced


def _check_copy(folder: PracticeFolder, manifest: Manifest) -> None:
    """Check that what was taken out is sound, and is what the manifest says."""
    snapshots.check_sound(folder.database)
    told = (
        snapshots.pgid_of(folder.database),
        snapshots.steps_of(folder.database),
        snapshots.head_of(folder.database),
    )
    if told != (manifest.pgid, manifest.steps, manifest.head):
        raise NotABackup(
            "Its database is not the one that its manifest tells of.", kept="Nothing was changed."
        )


def _fault_of_trail(folder: PracticeFolder, wish: Wish) -> str:
    try:
        Check(folder, audit_heads.read(folder, Sealer(folder.read_key()))).run()
    except TrailBroken as broken:
        if wish.broken_trail:
            return broken.what
        broken.do = (
            "Take another backup; or say --accept-broken-trail, and the trail tells that it was"
            " not whole."
        )
        raise
    return ""


def _check_room(data: Path, needed: int) -> None:
    free = free_bytes(data)
    if needed + KEPT_FREE > free:
        raise NoRoom(
            f"The practice takes {size(needed)}, and {size(KEPT_FREE)} must stay free;"
            f" {size(free)} of the disk are free.",
            kept="Nothing was begun.",
            do="Free some room on that disk, then try again.",
        )
