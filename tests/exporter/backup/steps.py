"""What tests of backups do again and again."""

from __future__ import annotations

from pathlib import Path

from exporter.backup.making import MadeBackup, make_backup
from exporter.backup.restoring import Restored, Wish, restore
from store.access import Actor, unattended
from store.database import Store
from store.practice import Practice
from tests.clocks import FixedClock
from tests.people import PGID

PASSPHRASE = "k3m9p-x7r2t-b8n4d-w6j5h-q9c3f-v2s7g"
OWNER = unattended("it@office-2")


def backed_up(practice: Practice, folder: Path, actor: Actor = OWNER) -> MadeBackup:
    """Make a backup in a folder, which is made where it is missing."""
    folder.mkdir(exist_ok=True)
    return make_backup(practice, actor, folder, PASSPHRASE)


def put_back(data: Path, backup: Path, clock: FixedClock, **wish: object) -> Restored:
    """Put a practice back in the place of the one that is there."""
    wanted = Wish(backup, PASSPHRASE, data, **{"replace": True, **wish})  # type: ignore[arg-type]
    return restore(wanted, clock, OWNER)


def reopened(data: Path, clock: FixedClock) -> Practice:
    """Open the practice of a data folder; the caller closes it."""
    return Practice.open(data, PGID, clock)


def events(practice: Practice, action: str) -> list[str]:
    """Return what the trail tells of an action, oldest first."""
    rows = practice.call(
        Store.rows, "SELECT description FROM audit_log WHERE action = ? ORDER BY seq", (action,)
    )
    return [row["description"] for row in rows]


def everything_in(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder by name; what SQLite keeps for itself apart."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.endswith("-shm")
        and (path.stat().st_size or not path.name.endswith("-wal"))
    }
