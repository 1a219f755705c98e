"""Backups as an attacker makes them who knows the passphrase, or found it out.

One rule: the lock is right, so that only what Chairside checks behind it can refuse them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyzipper

from exporter.archive.reader import Archive
from exporter.backup.contents import FILES, MANIFEST
from tests.exporter.backup.steps import PASSPHRASE

Entries = dict[str, bytes]


def entries_of(backup: Path) -> Entries:
    """Return what is in a backup."""
    with Archive.open(backup, PASSPHRASE) as archive:
        return {entry.name: b"".join(archive.stream(entry.name)) for entry in archive.entries}


def write(path: Path, entries: Entries) -> Path:
    """Write a ZIP of these entries, locked as a backup is."""
    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as out:
        out.setpassword(PASSPHRASE.encode())
        for name, data in entries.items():
            out.writestr(name, data)
    return path


def forged(backup: Path, to: Path, change: Callable[[Entries], object]) -> Path:
    """Write a backup with other entries; its manifest stays as `change` leaves it."""
    entries = entries_of(backup)
    change(entries)
    return write(to, entries)


def consistent(entries: Entries, **told: Any) -> None:
    """Make the manifest fit the files again, and tell what else is given."""
    manifest = {**json.loads(entries[MANIFEST]), **told}
    for name in FILES:
        data = entries[name]
        manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    entries[MANIFEST] = json.dumps(manifest).encode()


def with_database(entries: Entries, scratch: Path, *statements: str) -> None:
    """Change the database in a backup by SQL."""
    import sqlite3

    scratch.write_bytes(entries["practice.db"])
    db = sqlite3.connect(scratch, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    entries["practice.db"] = scratch.read_bytes()
