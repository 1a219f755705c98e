"""Whether an archive can be read in here at all: whose it is, and its tables and columns by name.

One rule: what this program does not know is refused by name, never passed over; what an older
archive lacks is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.database import Store
from store.errors import SourceProblem
from store.imports.archive.source import ArchivedTable, ArchiveSource
from store.imports.archive.ways import PRACTICE, must_be_empty
from store.schema.columns import Column
from store.schema.tables import exported_tables, table_named

_NAMED = 8


def check_fits(store: Store, source: ArchiveSource) -> list[str]:
    """Return what an older archive lacks, a sentence each.

    Raises SourceProblem: it is of one patient, of another practice group, holds what this program
    does not know, or lacks what no row can be without; or this practice is not new.
    """
    if source.patient_id is not None:
        raise refused(
            f"The archive holds the data of one patient, number {source.patient_id}.",
            "Only the archive of a whole practice can be read in.",
        )
    _check_is_ours(store, source)
    _check_is_new(store)
    known = {table.name for table in exported_tables()}
    held = {table.name for table in source.tables}
    if unknown := held - known:
        raise refused(
            f"The archive holds tables that no archive of this version has: {_listed(unknown)}.",
            "Update Chairside on this computer if the archive was made by a newer version.",
        )
    if PRACTICE not in held:
        raise refused(f"The archive lacks the table {PRACTICE}.", "Choose another archive.")
    lacks = [f"{name}: not in the archive" for name in sorted(known - held)]
    return lacks + [note for table in source.tables for note in _columns(table)]


def taken_columns(table: ArchivedTable) -> list[tuple[int, Column]]:
    """Return the columns that come in, each with its place in the archive's rows."""
    described = table_named(table.name)
    columns = [(at, described.column(name)) for at, name in enumerate(table.columns)]
    return [(at, column) for at, column in columns if not column.local]


def refused(what: str, do: str) -> SourceProblem:
    """Return the error of an archive that cannot be read in."""
    return SourceProblem(what, kept="This practice is as it was.", do=do)


def _check_is_ours(store: Store, source: ArchiveSource) -> None:
    pgid = store.value("SELECT pgid FROM practice_group")
    if source.pgid != pgid:
        raise refused(
            f"The archive is of practice group {source.pgid}, and this one is {pgid}.",
            f"Make the new practice with chairside init --pgid {source.pgid}.",
        )


def _check_is_new(store: Store) -> None:
    there = [
        name for name in must_be_empty() if store.one(f'SELECT 1 FROM "{name}" LIMIT 1') is not None
    ]
    if there:
        raise refused(
            f"This practice is not new: it has rows of its own in {_listed(there)}.",
            "Make a new practice with chairside init, in another folder, and read the archive in"
            " there.",
        )


def _columns(table: ArchivedTable) -> list[str]:
    described = table_named(table.name)
    may_come = {column.name for column in described.columns if not column.secret}
    if unknown := set(table.columns) - may_come:
        raise refused(
            f"{table.name} has columns that no archive of this version has: {_listed(unknown)}.",
            "Update Chairside on this computer if the archive was made by a newer version.",
        )
    missing = [c for c in described.exported_columns if c.name not in table.columns]
    needed = [c.name for c in missing if c.required and c.default is None and c.kind != "flag"]
    needed += [name for name in described.key if name not in table.columns]
    if needed:
        raise refused(
            f"{table.name} lacks columns that no row can be without: {_listed(needed)}.",
            "Choose another archive: this one is not as Chairside writes them.",
        )
    empty = [c.name for c in described.columns if c.local and c.name in table.columns]
    return [f"{table.name}.{c.name}: not in the archive, as in a new row" for c in missing] + [
        f"{table.name}.{name}: left empty, it points to what no archive holds" for name in empty
    ]


def _listed(names: Iterable[str]) -> str:
    found = sorted(set(names))
    more = ", …" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more
