"""A backup of the whole practice, in the audit trail: begun, made, or given up.

One rule: it is in the trail before its first byte is written, and a disclosure once it is whole.
By hand it takes the right Utilities - Backup. By itself it takes none, as the unattended run: who
owns the folder can copy it by any program, and a password in a timer's file would open the kiosk.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.access import Actor, change, check_is_runner
from store.backups import MADE
from store.clock import instant
from store.database import Store
from store.rights import Need, Right

BACKUP = Need(Right.BACKUP)


@dataclass(frozen=True, slots=True)
class BegunBackup:
    """A backup that is in the trail; whose, what of, and the file that it will be."""

    actor: Actor
    need: Need | None
    pgid: int
    practice_name: str
    time_zone: str
    file_name: str
    folder: str


def begin_backup(store: Store, actor: Actor, file_name: str, folder: str) -> BegunBackup:
    """Note that a user begins a backup into a folder. Raises Refused."""
    return _begin(store, actor, BACKUP, file_name, folder)


def begin_unattended_backup(
    store: Store, runner: Actor, file_name: str, folder: str
) -> BegunBackup:
    """Note that the owner of the practice's folder begins a backup."""
    check_is_runner(runner)
    return _begin(store, runner, None, file_name, folder)


def record_backup(store: Store, begun: BegunBackup, *, size: int, sha256: str, head: str) -> None:
    """Note that a backup lies whole in its folder, as a disclosure. Raises Refused.

    Args:
        size: bytes of the file; `sha256` is the file's.
        head: the last event in it, as `1234:0f3a91c7`.
    """
    with change(store, begun.actor, begun.need) as tx:
        store.insert(
            "disclosure",
            {
                "user_id": begun.actor.user_id,
                "recipient": "Whoever holds the backup and its passphrase",
                "at": instant(store.clock.now()),
                "form": "download",
                "is_encrypted": 1,
                "description": f"Backup of the whole practice: {begun.file_name}",
            },
        )
        tx.record(
            MADE,
            f"Made the backup {begun.file_name} in {begun.folder}: {size:,} bytes, to event {head},"
            f" SHA-256 {sha256}.",
        )
    store.scrub_log()


def give_up_backup(store: Store, begun: BegunBackup, reason: str) -> None:
    """Note why a backup was not made. Raises Refused."""
    with change(store, begun.actor, begun.need) as tx:
        tx.record("backup.fail", f"The backup {begun.file_name} was not made: {reason}")


def _begin(
    store: Store, actor: Actor, need: Need | None, file_name: str, folder: str
) -> BegunBackup:
    with change(store, actor, need) as tx:
        practice = store.one("SELECT pgid, name, time_zone FROM practice_group")
        assert practice is not None
        tx.record("backup.begin", f"Began the backup {file_name} in {folder}.")
    return BegunBackup(
        actor,
        need,
        practice["pgid"],
        practice["name"],
        practice["time_zone"],
        file_name,
        folder,
    )
