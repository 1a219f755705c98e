"""The one row that tells which practice it is.

One rule: the number stays; a time zone that this computer does not know is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.database import Store
from store.imports.archive.fitting import refused
from store.imports.archive.source import ArchivedTable, Row
from store.practice import known_time_zones
from store.schema.tables import table_named


def take_practice(store: Store, table: ArchivedTable, rows: Sequence[Row]) -> None:
    """Put the archive's name, zone and addresses in the place of what is here.

    Raises SourceProblem for anything but one row that fits.
    """
    if len(rows) != 1:
        raise refused("The archive does not tell of one practice.", "Choose another archive.")
    values = dict(zip(table.columns, rows[0], strict=True))
    pgid = store.value("SELECT pgid FROM practice_group")
    if values.pop("pgid") != str(pgid):
        raise refused("The archive's practice has another number inside.", "Do not use it.")
    if values.get("time_zone") not in known_time_zones():
        raise refused("The archive's time zone is not known here.", "Do not use it.")
    names = [c.name for c in table_named(table.name).exported_columns if c.name in values]
    changes = ", ".join(f'"{name}" = ?' for name in names)
    try:
        store.db.execute(f"UPDATE practice_group SET {changes}", [values[n] for n in names])
    except sqlite3.IntegrityError:
        raise refused("The practice's row in the archive does not fit.", "Do not use it.") from None
