"""Importing another system's data: the right, the import and its audit event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from store import audit
from store.access import Actor, view
from store.database import Store
from store.rights import Need, Right

if TYPE_CHECKING:
    from store.imports.opendental.importer import ImportReport

IMPORT = Need(Right.IMPORT)


def import_opendental(
    store: Store,
    actor: Actor,
    source: Path,
    progress: Callable[[str, int], None] | None = None,
) -> ImportReport:
    """Fill the store from a `mysqldump` of an Open Dental database; all or nothing.

    Args:
        progress: called with the table and the rows read so far.

    Raises:
        Refused: the right is missing.
        SourceProblem: the dump is cut short, damaged, or of another product.
    """
    from store.imports.opendental.importer import import_opendental as run

    view(store, actor, IMPORT)
    with store.transaction():
        report = run(store, source, progress)
        audit.append(
            store,
            actor,
            "import",
            f"Imported an Open Dental dump: {report.rows_written} rows written,"
            f" {report.rows_refused} refused.",
            permission_code=Right.IMPORT.value,
        )
    return report
