"""Making a backup: one instant of the store, copied, checked, locked, read back, then named.

One rule: the plain copy lies in the practice's own folder, where the database lies in plain as
well, and goes when the work ends; what leaves that folder is encrypted.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from exporter.archive.disk import taken_back_on_error, told_plainly
from exporter.archive.files import PRIVATE_FOLDER, free_bytes, part_of, whole_file
from exporter.archive.names import README
from exporter.archive.progress import IsCancelled, OnProgress, Progress, Work
from exporter.archive.writer import ArchiveWriter
from exporter.backup.contents import (
    DATABASE,
    FILES,
    MANIFEST,
    FileMade,
    Manifest,
    file_name,
    readme,
)
from exporter.backup.opening import opened
from exporter.backup.passphrase import check_passphrase, new_passphrase
from exporter.runner.deflating import deflater
from exporter.runner.making import sha256_of
from exporter.runner.room import KEPT_FREE, NoRoom, size
from store import audit_heads, snapshots
from store.access import Actor
from store.archive_key import EntryKey, derive
from store.audit_check import Check, TrailBroken
from store.clock import known_zone
from store.errors import BadInput, ChairsideError
from store.folder import PracticeFolder, check_owner, write_private
from store.in_use import alone_in
from store.practice import Practice
from store.sealer import Sealer
from store.use_cases import backing_up
from store.use_cases.audit_trail import anchor_head
from store.use_cases.backing_up import BegunBackup
from store.written_out import written_out

BLOCK = 1024 * 1024
LEFTOVER_AFTER = timedelta(days=1)
_SHARE_OF_DATABASE = 0.25
"""A backup takes a third of the database as a rule; one that takes less is not kept from trying."""


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that is whole: where, its bytes and SHA-256, and what it holds.

    Attributes:
        trail_fault: what is wrong with the audit trail in it, a sentence; empty if it is whole.
        same_disk: whether it lies on the disk of the practice itself.
    """

    path: Path
    bytes: int
    sha256: str
    manifest: Manifest
    trail_fault: str
    same_disk: bool


def write_key(path: Path) -> None:
    """Write a new passphrase into a file that only its owner reads. Raises BadInput, DiskFull."""
    with whole_file(path) as file:
        file.write(f"{new_passphrase()}\n".encode())


def make_backup(
    practice: Practice,
    actor: Actor,
    folder: Path,
    passphrase: str,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> MadeBackup:
    """Make a backup of a practice in a folder; people and the runner go on working.

    Args:
        actor: who holds Utilities - Backup, or the unattended run on behalf of the folder's owner.

    Raises:
        Refused: the right is missing, or the practice's folder is another system user's.
        PassphraseNeeded, BadInput: the passphrase or the folder cannot be used.
        Conflict: another backup of this practice is being made.
        DiskFull, ArchiveProblem, StoreProblem, Cancelled: nothing is left behind.
    """
    check_passphrase(passphrase)
    folder = folder.absolute()
    _check_target(practice.folder, folder)
    with alone_in(practice.folder.path, "A backup of this practice"):
        now = practice.clock.now()
        name = file_name(practice.pgid, now)
        begun = _begin(practice, actor, name, folder)
        try:
            _clear_leftovers(folder, practice.pgid, now)
            with _workplace(practice.folder) as copy:
                _check_room(practice.folder, folder)
                made = _make(
                    _Making(practice, begun, folder / name, passphrase, progress, cancelled), copy
                )
        except ChairsideError as problem:
            with suppress(ChairsideError):
                practice.call(backing_up.give_up_backup, begun, problem.what)
            raise
        with taken_back_on_error([made.path]):
            _record(practice, begun, made)
    practice.call(anchor_head)
    return made


def _begin(practice: Practice, actor: Actor, name: str, folder: Path) -> BegunBackup:
    if actor.user_id is not None:
        return practice.call(backing_up.begin_backup, actor, name, str(folder))
    check_owner(practice.folder.path)
    return practice.call(backing_up.begin_unattended_backup, actor, name, str(folder))


@dataclass(frozen=True, slots=True, repr=False)
class _Making:
    """What one backup is made of, and who is told how far it is."""

    practice: Practice
    begun: BegunBackup
    path: Path
    passphrase: str
    progress: OnProgress | None
    cancelled: IsCancelled | None

    def telling(self, what: str) -> OnProgress:
        """Return what tells the progress of one stretch of the work, under its name."""

        def tell(progress: Progress) -> None:
            if self.progress is not None:
                self.progress(replace(progress, table=what))

        return tell

    def next_is(self, what: str) -> None:
        """Tell which stretch begins, and stop if somebody asked for it."""
        Work(1, self.telling(what), self.cancelled).step(what, 0)


def _make(one: _Making, copy: PracticeFolder) -> MadeBackup:
    taken_at = one.practice.clock.now().replace(microsecond=0)
    one.next_is("Copying")
    _take_copy(one.practice.folder, copy)
    one.next_is("Checking")
    snapshots.check_sound(copy.database)
    trail_fault = _fault_of_trail(copy)
    return _write(one, copy, taken_at, trail_fault)


def _write(one: _Making, copy: PracticeFolder, taken_at: datetime, trail_fault: str) -> MadeBackup:
    """Lock the copy's files into the backup; it has its name once it was read back."""
    there = sha256 = None

    def read_back(part: Path) -> None:
        nonlocal there, sha256
        with opened(part, one.passphrase) as backup:
            backup.check(one.telling("Reading back"), one.cancelled)
        # Whatever can fail does so before it has its name.
        with told_plainly(part.parent):
            there, sha256 = part.stat(), sha256_of(part)

    def next_key() -> EntryKey:
        return derive(one.passphrase)

    begun = one.begun
    local = taken_at.astimezone(known_zone(begun.time_zone))
    total = sum((copy.path / name).stat().st_size for name in FILES)
    work = Work(total, one.telling("Writing"), one.cancelled)
    with (
        ArchiveWriter(one.path, next_key, local, replace=False, check=read_back) as writer,
        written_out(part_of(one.path)),
    ):
        whose = (begun.pgid, begun.practice_name, taken_at)
        _write_text(writer, README, readme(*whose, begun.time_zone))
        manifest = Manifest(
            *whose,
            snapshots.steps_of(copy.database),
            snapshots.head_of(copy.database),
            {name: _write_file(writer, copy.path / name, work) for name in FILES},
        )
        _write_text(writer, MANIFEST, manifest.to_json())
    assert there is not None
    assert sha256 is not None
    is_same_disk = there.st_dev == copy.path.stat().st_dev
    return MadeBackup(one.path, there.st_size, sha256, manifest, trail_fault, is_same_disk)


def _write_file(writer: ArchiveWriter, path: Path, work: Work) -> FileMade:
    deflate, digest = deflater("fast"), hashlib.sha256()
    with path.open("rb") as file, writer.entry(path.name) as entry:
        while block := file.read(BLOCK):
            digest.update(block)
            entry.write_deflated(deflate(0, block), len(block))
            work.step(path.name, len(block))
        entry.take_sha256(digest.hexdigest())
    return FileMade(entry.bytes, digest.hexdigest())


def _write_text(writer: ArchiveWriter, name: str, text: bytes) -> None:
    with writer.entry(name, may_be_large=False) as entry:
        entry.write(text)


def _take_copy(folder: PracticeFolder, copy: PracticeFolder) -> None:
    """Copy key, heads and database. The heads come first: those of a trail only grow, so that none
    tells of an event that the copy of the database does not have."""
    heads = audit_heads.path_of(folder)
    write_private(audit_heads.path_of(copy), heads.read_bytes() if heads.exists() else b"")
    write_private(copy.secret_key, folder.read_key())
    snapshots.copy_database(folder, copy.database)


def _fault_of_trail(copy: PracticeFolder) -> str:
    try:
        Check(copy, audit_heads.read(copy, Sealer(copy.read_key()))).run()
    except TrailBroken as broken:
        return broken.what
    return ""


def _check_target(practice: PracticeFolder, folder: Path) -> None:
    if not folder.is_dir():
        raise BadInput(
            f"There is no folder {folder}.", kept="Nothing was written.", do="Name another one."
        )
    if folder.resolve().is_relative_to(practice.path.resolve()):
        raise BadInput(
            "A backup in the practice's own folder would be lost with it.",
            kept="Nothing was written.",
            do="Name a folder on another disk.",
        )


def _check_room(practice: PracticeFolder, folder: Path) -> None:
    files = [practice.database, practice.database.with_name(f"{DATABASE}-wal")]
    plain = sum(path.stat().st_size for path in files if path.exists())
    for needed, place, what in (
        (plain, practice.path, "The copy that a backup is made from"),
        (int(plain * _SHARE_OF_DATABASE), folder, "A backup"),
    ):
        free = free_bytes(place)
        if needed + KEPT_FREE > free:
            raise NoRoom(
                f"{what} takes about {size(needed)}, and {size(KEPT_FREE)} must stay free;"
                f" {size(free)} of the disk are free.",
                kept="Nothing was begun.",
                do="Free some room on that disk, then try again.",
            )


@contextmanager
def _workplace(practice: PracticeFolder) -> Iterator[PracticeFolder]:
    """Yield an empty folder beside the database; what a killed backup left there goes first."""
    copy = PracticeFolder(practice.workplace)
    with told_plainly(practice.path):
        shutil.rmtree(copy.path, ignore_errors=True)
        copy.path.mkdir(mode=PRIVATE_FOLDER)
    try:
        with told_plainly(practice.path):
            yield copy
    finally:
        shutil.rmtree(copy.path, ignore_errors=True)


def _clear_leftovers(folder: Path, pgid: int, now: datetime) -> None:
    """Remove what killed backups left in a folder, a day later: nobody writes them any more."""
    for part in folder.glob(f".{pgid}-backup-*.zip.part"):
        with suppress(OSError):
            if part.stat().st_mtime < (now - LEFTOVER_AFTER).timestamp():
                part.unlink()


def _record(practice: Practice, begun: BegunBackup, made: MadeBackup) -> None:
    head = made.manifest.head
    practice.call(
        backing_up.record_backup,
        begun,
        size=made.bytes,
        sha256=made.sha256,
        head="none" if head is None else f"{head.seq}:{head.hash[:16]}",
    )
