"""A practice that moves: exported, read into a new one, exported again; and archives of an enemy
who knows the password.

One rule: real parts only. The archives are made by the runner's own reading process, and forged
ones are written by the real writer, so that every code and checksum in them is right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from exporter.archive.contents import Snapshot
from exporter.archive.names import DATAPACKAGE, DESCRIBING
from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from exporter.archive.txt import RowCounter
from exporter.archive.writer import ArchiveWriter
from exporter.runner.making import Meter, Part, write_archive
from store.access import Actor
from store.archive_key import derive
from store.database import Store
from store.imports.report import ImportReport
from store.practice import Practice, create_practice
from store.schema.tables import exported_tables, tables_left_out
from store.use_cases import setting_up
from store.use_cases.importing import import_archive
from store.use_cases.signing_in import sign_in
from tests.clocks import FixedClock
from tests.people import PGID, change_store

PASSWORD = "seven green lanterns"
MOVER = "mover"
MOVERS_PASSWORD = "four quiet brown horses"
MOVERS_NUMBER = 1_234_567_890
MOMENT = datetime(2026, 11, 20, 0, 0, 4)

Entries = dict[str, bytes]
"""The plain text of an archive's entries, by name."""
Package = dict[str, Any]


def export(practice: Practice, path: Path) -> Path:
    """Write an archive of the whole practice as the runner does, whatever is scheduled."""
    whose = Snapshot(practice.pgid, "Moving", "America/Los_Angeles", practice.clock.now())
    write_archive(
        path,
        practice.folder.database,
        whose,
        [Part(table) for table in exported_tables()],
        tables_left_out(),
        [derive(PASSWORD) for _ in range(len(exported_tables()) + len(DESCRIBING))],
        Meter(practice.clock, lambda _progress: None),
    )
    return path


def texts(path: Path, password: str = PASSWORD) -> Entries:
    """Return the plain text of every table of an archive, by table."""
    with Archive.open(path, password) as archive:
        assert archive.manifest is not None
        return {t.name: archive.read(t.path, 1 << 30) for t in archive.manifest.tables}


def new_practice(
    data: Path, pgid: int = PGID, owner: str = MOVER, number: int = MOVERS_NUMBER
) -> Practice:
    """Make a new practice as `chairside init` does."""

    def fill(store: Store) -> None:
        setting_up.add_owner(
            store,
            user_name=owner,
            full_name="Max Mover",
            password=MOVERS_PASSWORD,
            cell_phone=None,
            user_id=number,
        )

    return create_practice(data, pgid, "New", FixedClock(), fill=fill)


def mover(practice: Practice, owner: str = MOVER) -> Actor:
    """Sign its owner in."""
    return practice.call(
        sign_in,
        pgid=practice.pgid,
        user_name=owner,
        password=MOVERS_PASSWORD,
        terminal="back office",
        source="command_line",
    )


def change_practice_row(practice: Practice) -> None:
    """Give the practice a name and addresses that a new one does not have."""
    change_store(
        practice,
        "UPDATE practice_group SET name = ?, time_zone = 'America/Denver', portal_url = ?",
        'Praxis "Dr. \tÑandú"',
        "https://portal.example/a",
    )


def read_in(
    practice: Practice,
    path: Path,
    *,
    actor: Actor | None = None,
    with_rights: bool = False,
    password: str = PASSWORD,
) -> ImportReport:
    """Read an archive into a practice, by default as its owner."""
    with Archive.open(path, password) as archive:
        return practice.call(
            import_archive,
            actor or mover(practice),
            WholeArchive(archive),
            with_rights=with_rights,
        )


def contents(practice: Practice) -> dict[str, str]:
    """Return a checksum of every table of a store, whatever it is for."""

    def read(store: Store) -> dict[str, str]:
        names = store.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            name: hashlib.sha256(
                repr([tuple(row) for row in store.rows(f'SELECT * FROM "{name}"')]).encode()
            ).hexdigest()
            for (name,) in names
        }

    return practice.call(read)


def values(practice: Practice, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Ask the store."""
    return practice.call(lambda store: [tuple(row) for row in store.rows(sql, parameters)])


@contextmanager
def moved(path: Path, data: Path, **how: Any) -> Iterator[Practice]:
    """Yield a new practice into which an archive was read."""
    with new_practice(data) as practice:
        read_in(practice, path, **how)
        yield practice


def forged(path: Path, target: Path, change: Callable[[Entries, Package], None]) -> Path:
    """Write an archive anew as somebody would who knows its password.

    `change` alters the texts of its tables and its description; sizes, checksums and numbers of
    rows are then made to fit, unless `change` sets them itself to what they are not.
    """
    with Archive.open(path, PASSWORD) as archive:
        entries = {e.name: archive.read(e.name, 1 << 30) for e in archive.entries}
    package: Package = json.loads(entries.pop(DATAPACKAGE))
    told = {resource["name"]: dict(resource) for resource in package["resources"]}
    change(entries, package)
    for resource in package["resources"]:
        before = told.get(resource["name"], {})
        text = entries[resource["path"]]
        counter = RowCounter()
        counter.add(text)
        facts = {
            "bytes": len(text),
            "hash": f"sha256:{hashlib.sha256(text).hexdigest()}",
            "rows": counter.rows - 1,
        }
        for name, value in facts.items():
            if resource.get(name) == before.get(name):
                resource[name] = value
    tables = [name for name in entries if name not in DESCRIBING]
    documents = [name for name in DESCRIBING if name in entries]
    with ArchiveWriter(target, lambda: derive(PASSWORD), MOMENT) as writer:
        for name in (*tables, *documents):
            with writer.entry(name, may_be_large=name not in DESCRIBING) as entry:
                entry.write(entries[name])
        with writer.entry(DATAPACKAGE, may_be_large=False) as entry:
            entry.write(json.dumps(package).encode())
    return target


def forged_without_description(target: Path) -> Path:
    """Write an encrypted archive as another program would."""
    with (
        ArchiveWriter(target, lambda: derive(PASSWORD), MOMENT) as writer,
        writer.entry("notes.txt") as entry,
    ):
        entry.write(b"a\n1\n")
    return target


def add_row(entries: Entries, table: str, **fields: object) -> None:
    """Add a row to the text of a table; what is not named is empty."""
    text = entries[f"{table}.txt"]
    header = text.split(b"\n", 1)[0].decode().split("\t")
    assert set(fields) <= set(header), set(fields) - set(header)
    row = "\t".join(str(fields.get(name, "")) for name in header)
    entries[f"{table}.txt"] = text + row.encode() + b"\n"
