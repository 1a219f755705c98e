"""Importing another system's data: the right, the import and its audit event in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from store.access import Actor, Change, change, view
from store.database import Store
from store.rights import Need, Right

if TYPE_CHECKING:
    from store.imports.opendental.report import ImportReport

IMPORT = Need(Right.IMPORT)


def import_opendental(
    store: Store,
    actor: Actor,
    source: Path,
    progress: Callable[[str, int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportReport:
    """Fill the store from a `mysqldump` of an Open Dental database; all or nothing.

    Args:
        progress: told what is being read, and how many bytes of how many.
        cancelled: asked from time to time whether to stop.

    Raises:
        Refused: the right is missing.
        SourceProblem: the dump is cut short, damaged, of another product, or was stopped.
    """
    from store.imports.opendental import importer

    def record(report: ImportReport, tx: Change) -> None:
        tx.record(
            "import",
            f"Imported an Open Dental dump: {report.rows_written} rows written,"
            f" {report.rows_refused} refused.",
            object_=f"import_run:{report.import_run_id}",
        )

    # Before anything is read, so that a refusal does not wait for the dump.
    view(store, actor, IMPORT)
    return importer.import_opendental(
        store,
        source,
        progress,
        cancelled,
        transaction=lambda: change(store, actor, IMPORT),
        before_commit=record,
    )
