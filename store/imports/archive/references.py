"""Whether every number that points to another row finds it.

One rule: it is asked of SQLite, table by table, before anything is committed.
"""

from __future__ import annotations

from itertools import islice

from store.database import Store, translated
from store.imports.archive.rows import MOST_REFUSED
from store.imports.report import TableReport


def check_references(store: Store, report: TableReport) -> None:
    """Refuse, in the report, the rows of a table that point to a row which is not there."""
    table = report.target
    with translated():
        columns = {
            row["id"]: row["from"]
            for row in store.db.execute(f'PRAGMA foreign_key_list("{table}")')
        }
        found = store.db.execute(f'PRAGMA foreign_key_check("{table}")')
        for row in islice(found, MOST_REFUSED):
            reason = f"{columns[row['fkid']]} points to a row that is not in the archive"
            report.refuse(reason, row["rowid"])
