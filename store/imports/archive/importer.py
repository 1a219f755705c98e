"""Reading an archive of a whole practice into a new one.

One rule: all or nothing. Everything is one transaction, and it is committed only when every row
fits, every reference holds and all of the archive was as it was written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice

from store import groups, patient_search
from store.access import Actor, Change
from store.clock import instant
from store.database import Store
from store.errors import SourceProblem
from store.imports.archive.endings import end_what_went_on
from store.imports.archive.fitting import check_fits
from store.imports.archive.people import OwnPeople, administrators_brought, check_may_hand_on
from store.imports.archive.practice import take_practice
from store.imports.archive.references import check_references
from store.imports.archive.rows import MOST_REFUSED, RowWriter
from store.imports.archive.source import ArchivedTable, ArchiveSource
from store.imports.archive.ways import LISTS, PRACTICE, order_of, why_left
from store.imports.bulk import references_checked_by_import
from store.imports.report import ImportReport, TableReport
from store.schema.tables import table_named

SYSTEM = "Chairside"
Stage = Callable[[str, int, int], None]
"""Told what is done once all rows are in, how far it is, and of how much."""


class RowsRefused(SourceProblem):
    """Rows do not fit, so nothing was taken; `report` names them."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__(
            f"{report.rows_refused:,} rows of the archive do not fit.",
            kept="This practice is as it was.",
            do="Chairside writes no such rows: the archive was altered, or made for another"
            " version. Compare it with the one that was retrieved.",
        )
        self.report = report


class Importing:
    """One archive on its way in.

    Attributes:
        snapshot: the instant its rows are of, as it says.
        with_rights: whether groups, rights and settings come in.
        report: what became of it so far.
        administrators: users who came with Setup - Security: Full Control.
    """

    def __init__(
        self, store: Store, source: ArchiveSource, *, with_rights: bool, stage: Stage | None
    ) -> None:
        self._store, self._source = store, source
        self.with_rights, self.snapshot = with_rights, source.snapshot
        self._stage: Stage = stage or (lambda _what, _done, _total: None)
        self.report = ImportReport(source.file_name.encode("utf-8", "replace").decode("utf-8"))
        self.administrators: list[str] = []

    def run(self, actor: Actor) -> None:
        """Do all of it inside the running transaction.

        Raises SourceProblem, RowsRefused, Refused, and what the source raises.
        """
        started_at = instant(self._store.clock.now())
        self.report.notes += check_fits(self._store, self._source)
        own = OwnPeople(self._store, with_rights=self.with_rights)
        self._take_rows()
        self._source.check_rest()
        self._check_references()
        if self.report.rows_refused:
            raise RowsRefused(self.report)
        self.report.notes += [f"preference: {name} never comes in" for name in own.put_back()]
        self._settle_rights(actor)
        for table, (count, what) in end_what_went_on(self._store, actor).items():
            self.report.notes.append(f"{table}: {count} {what}")
        self._stage("Patient search", 0, 1)
        patient_search.refresh(self._store)
        self._stage("Patient search", 1, 1)
        self.report.import_run_id = self._record_run(started_at)

    def _take_rows(self) -> None:
        """Write what comes in; read what stays out to its end as well, so that it is checked."""
        held = {table.name: table for table in self._source.tables}
        for described in order_of(with_rights=self.with_rights):
            if described.name in held:
                self.report.tables[described.name] = self._take(held.pop(described.name))
            if self.report.rows_refused > MOST_REFUSED:
                raise RowsRefused(self.report)
        for table in held.values():
            self.report.tables[table.name] = self._look_at(table)

    def _take(self, table: ArchivedTable) -> TableReport:
        rows = self._source.rows(table.name)
        if table.name == PRACTICE:
            found = list(islice(rows, 2))
            take_practice(self._store, table, found)
            return TableReport(table.name, table.name, read=len(found))
        writer = RowWriter(self._store, table)
        writer.write(rows)
        return writer.report

    def _look_at(self, table: ArchivedTable) -> TableReport:
        why = why_left(table.name, with_rights=self.with_rights)
        report = TableReport(table.name, table.name, not_taken=why)
        ours = _own_rows(self._store, table) if table.name in LISTS else None
        for row in self._source.rows(table.name):
            report.read += 1
            if ours is not None and tuple(row) not in ours:
                report.note("differs from the program's own row, which stays")
        return report

    def _check_references(self) -> None:
        taken = [report for report in self.report.tables.values() if not report.not_taken]
        for done, report in enumerate(taken):
            self._stage("References", done, len(taken))
            check_references(self._store, report)
        self._stage("References", 1, 1)

    def _settle_rights(self, actor: Actor) -> None:
        groups.check_somebody_administers(self._store)
        if not self.with_rights:
            self.report.notes.append(
                "user: came without a password and in no group, until an administrator sees to it"
            )
            return
        check_may_hand_on(self._store, actor)
        self.administrators = administrators_brought(self._store, actor)
        who = ", ".join(self.administrators) or "nobody"
        self.report.notes.append(
            "user: came without a password. With a new one, these hold Setup - Security:"
            f" Full Control: {who}"
        )

    def _record_run(self, started_at: str) -> int:
        return self._store.insert(
            "import_run",
            {
                "system": SYSTEM,
                "source": self.report.source,
                "started_at": started_at,
                "ended_at": instant(self._store.clock.now()),
                "rows_read": self.report.rows_read,
                "rows_written": self.report.rows_written,
                "rows_refused": self.report.rows_refused,
                "report": "\n".join(self.report.lines()) or None,
            },
        )


def import_archive(
    store: Store,
    actor: Actor,
    source: ArchiveSource,
    *,
    with_rights: bool,
    stage: Stage | None,
    transaction: Callable[[], AbstractContextManager[Change]],
    before_commit: Callable[[Importing, Change], None],
) -> ImportReport:
    """Read an archive in, in one transaction.

    Args:
        with_rights: whether groups, memberships, rights and settings come in as well.
        stage: told what is done after the rows are in.
        transaction: opens the transaction, right checked.
        before_commit: called at the end; what it raises undoes everything.

    Raises as `Importing.run` does, and StoreBusy, DiskFull, StoreProblem.
    """
    with references_checked_by_import(store), transaction() as change:
        importing = Importing(store, source, with_rights=with_rights, stage=stage)
        importing.run(actor)
        before_commit(importing, change)
    # The log beside the database has grown as large as the archive.
    store.scrub_log()
    return importing.report


def _own_rows(store: Store, table: ArchivedTable) -> set[tuple[str | None, ...]]:
    """Return the program's own rows as text, in the archive's columns."""
    names = [c.name for c in table_named(table.name).columns]
    listed = ", ".join(f'CAST("{name}" AS TEXT)' for name in table.columns if name in names)
    return {tuple(row) for row in store.rows(f'SELECT {listed} FROM "{table.name}"')}
