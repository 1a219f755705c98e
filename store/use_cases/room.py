"""How much room archives may take, and how much the next one will.

One rule: an estimate errs on the large side; an archive that will not fit is never begun.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.access import Actor, change
from store.database import Store
from store.errors import BadInput
from store.rights import Level, Need, Right
from store.schema.tables import exported_tables

OPERATE = Need(Right.EXPORT_RUNNER, Level.FULL)
QUOTA = "downloads.quota_gigabytes"
GIGABYTE = 1_000_000_000
DEFAULT_QUOTA = 10
"""Gigabytes that `downloads/` may hold unless set."""
MOST_GIGABYTES = 100_000
_SHARE_OF_DATABASE = 0.5
"""An archive is about a third of the database it comes from; notes that compress badly, more."""
_MARGIN = 1.25
"""The last archive may have been made small, which is a seventh less; and rows grow, too."""
_SMALLEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """How large the next archive will be at most; `rests_on` tells what that is taken from."""

    bytes: int
    rests_on: str


def estimate(store: Store) -> Estimate:
    """Return how much room the next archive of the whole practice takes.

    From the last one's bytes a row where there is one, else from the size of the database.
    """
    last = store.one(
        "SELECT d.file_bytes, sum(f.rows) AS rows FROM data_download d"
        " JOIN data_download_file f USING (data_download_id)"
        " WHERE d.kind = 'practice' AND d.file_bytes IS NOT NULL"
        " GROUP BY d.data_download_id ORDER BY d.ready_at DESC LIMIT 1"
    )
    if last is not None and last["rows"]:
        rows = sum(
            store.value(f'SELECT count(*) FROM "{table.name}"') for table in exported_tables()
        )
        size = last["file_bytes"] * max(1.0, rows / last["rows"])
        return Estimate(max(_SMALLEST, int(size * _MARGIN)), "the last archive")
    pages, page_size = store.value("PRAGMA page_count"), store.value("PRAGMA page_size")
    size = pages * page_size * _SHARE_OF_DATABASE
    return Estimate(max(_SMALLEST, int(size * _MARGIN)), "the size of the database")


def quota(store: Store) -> int:
    """Return how many bytes `downloads/` may hold."""
    chosen = store.value("SELECT value FROM preference WHERE name = ?", (QUOTA,))
    return int(chosen or DEFAULT_QUOTA) * GIGABYTE


def set_quota(store: Store, actor: Actor, gigabytes: int) -> None:
    """Set how much `downloads/` may hold. Raises Refused; BadInput for less than 1 GB."""
    with change(store, actor, OPERATE) as tx:
        if not 1 <= gigabytes <= MOST_GIGABYTES:
            raise BadInput(f"The quota is a number of gigabytes from 1 to {MOST_GIGABYTES:,}.")
        store.execute(
            "INSERT INTO preference (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (QUOTA, str(gigabytes)),
        )
        tx.record("setting.downloads_quota", f"Downloads may take {gigabytes} GB from now on.")
