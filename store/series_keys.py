"""Archive keys of a series: derived for all its archives until it is confirmed again, kept sealed.

One rule: as with `store.download_keys`, a key leaves here once, and taking it wipes it durably
first. The runner never knows the password, this time or any time of the series.

Retries draw from one reserve for the whole series: thirteen archives of 75 tables take some 1,250
keys (0.6 s, 130 KB) in place of 4,000. A series whose reserve is used up asks again early.
"""

from __future__ import annotations

from store.archive_key import EntryKey, derive
from store.clock import instant
from store.database import Store
from store.download_keys import ATTEMPTS, entries_per_archive
from store.errors import StoreProblem

_PURPOSE = "series key"


def derive_for_series(password: str, archives: int) -> list[EntryKey]:
    """Derive keys for so many archives, and for as many further tries as one download has."""
    return derive_some(password, entries_per_archive() * (archives + ATTEMPTS - 1))


def derive_some(password: str, count: int) -> list[EntryKey]:
    """Derive so many keys; 0.6 ms each."""
    return [derive(password) for _ in range(count)]


def keep(store: Store, series_id: int, keys: list[EntryKey]) -> None:
    """Seal and keep keys inside the running transaction, in the place of earlier ones."""
    destroy(store, series_id)
    for ordinal, key in enumerate(keys):
        sealed = store.sealer.seal(key.to_bytes(), _PURPOSE, f"{series_id}:{ordinal}")
        store.insert(
            "data_download_series_key",
            {"data_download_series_id": series_id, "ordinal": ordinal, "sealed_key": sealed},
        )


def take(store: Store, series_id: int, count: int) -> list[EntryKey]:
    """Take unused keys inside the running transaction; they are wiped by its commit.

    The caller must not use them before the commit. Raises StoreProblem if too few are left.
    """
    rows = store.rows(
        "SELECT ordinal, sealed_key FROM data_download_series_key"
        " WHERE data_download_series_id = ? AND used_at IS NULL ORDER BY ordinal LIMIT ?",
        (series_id, count),
    )
    if len(rows) < count:
        raise StoreProblem(
            f"The archive needs {count} keys and its series has {len(rows)} left.",
            kept="Nothing was written.",
            do="Confirm the repeating download again.",
        )
    taken = [
        EntryKey.from_bytes(
            store.sealer.open(row["sealed_key"], _PURPOSE, f"{series_id}:{row['ordinal']}")
        )
        for row in rows
    ]
    now = instant(store.clock.now())
    for row in rows:
        store.execute(
            "UPDATE data_download_series_key SET sealed_key = NULL, used_at = ?"
            " WHERE data_download_series_id = ? AND ordinal = ?",
            (now, series_id, row["ordinal"]),
        )
    return taken


def left(store: Store, series_id: int) -> int:
    """Return how many keys are unused."""
    count = store.value(
        "SELECT count(*) FROM data_download_series_key"
        " WHERE data_download_series_id = ? AND used_at IS NULL",
        (series_id,),
    )
    return int(count)


def destroy(store: Store, series_id: int) -> None:
    """Destroy all keys of a series inside the running transaction."""
    store.execute(
        "DELETE FROM data_download_series_key WHERE data_download_series_id = ?", (series_id,)
    )
