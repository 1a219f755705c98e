"""Importing data: the right, the import and its audit events in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from store.access import Actor, Change, change, check, view
from store.database import Store
from store.rights import Need, Right
from store.use_cases.groups import MANAGE

if TYPE_CHECKING:
    from store.imports.archive.importer import Importing
    from store.imports.archive.source import ArchiveSource
    from store.imports.opendental.importer import Source
    from store.imports.report import ImportReport

IMPORT = Need(Right.IMPORT)


def import_opendental(
    store: Store,
    actor: Actor,
    source: Source,
    progress: Callable[[str, int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportReport:
    """Fill the store from an Open Dental database or a `mysqldump` of one; all or nothing.

    Args:
        progress: told what is being read, and how much of how much.
        cancelled: asked from time to time whether to stop.

    Raises:
        Refused: the right is missing.
        SourceProblem: the source is cut short, damaged, of another product, cannot be read, or was
            stopped.
    """
    from store.imports.opendental import importer

    def record(report: ImportReport, tx: Change) -> None:
        tx.record(
            "import",
            f"Imported from Open Dental: {report.rows_written} rows written,"
            f" {report.rows_refused} refused.",
            object_=f"import_run:{report.import_run_id}",
        )

    # Before anything is read, so that a refusal does not wait for the source.
    view(store, actor, IMPORT)
    return importer.import_opendental(
        store,
        source,
        progress,
        cancelled,
        transaction=lambda: change(store, actor, IMPORT),
        before_commit=record,
    )


def import_archive(
    store: Store,
    actor: Actor,
    source: ArchiveSource,
    *,
    with_rights: bool = False,
    stage: Callable[[str, int, int], None] | None = None,
) -> ImportReport:
    """Read an archive of a whole practice into this new one; all or nothing.

    Users come in without a password and, unless `with_rights`, without a group: an archive is no
    proof of what anybody may do. It never brings the audit trail. What it holds is told in
    docs/moving.md, table by table.

    Args:
        with_rights: takes groups, memberships, rights and settings as well; asks for the right
            Setup - Security: Full Control too, and for every right that a group grants (S2).
        stage: told what is done once the rows are in, how far it is, and of how much.

    Raises:
        Refused: a right is missing.
        SourceProblem: the archive is of another practice, of one patient, or of another version;
            this practice is not new; rows do not fit (RowsRefused, which names them).
        ChairsideError: what the source raises, where the archive is not as it was written.
        StoreBusy, DiskFull, StoreProblem: the store cannot be written.
    """
    from store.imports.archive import importer

    # Before anything is read, so that a refusal does not wait for the archive.
    view(store, actor, IMPORT)
    if with_rights:
        view(store, actor, MANAGE)
    return importer.import_archive(
        store,
        actor,
        source,
        with_rights=with_rights,
        stage=stage,
        transaction=lambda: _change(store, actor, with_rights=with_rights),
        before_commit=_record_archive,
    )


@contextmanager
def _change(store: Store, actor: Actor, *, with_rights: bool) -> Iterator[Change]:
    with change(store, actor, IMPORT) as tx:
        if with_rights:
            check(store, actor, MANAGE)
        yield tx


def _record_archive(importing: Importing, tx: Change) -> None:
    report, run = importing.report, f"import_run:{importing.report.import_run_id}"
    tx.record(
        "import",
        f"Read the archive {report.source} of {importing.snapshot} in: {report.rows_written} rows"
        " written.",
        object_=run,
    )
    if importing.with_rights:
        who = ", ".join(importing.administrators) or "nobody"
        tx.record(
            "import.rights",
            "Took groups, memberships, rights and settings from the archive. Once they can sign in,"
            f" these hold Setup - Security: Full Control: {who}.",
            object_=run,
        )
