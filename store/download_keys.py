"""Archive keys between the request and the run: derived while the password is at hand, kept sealed.

One rule: a key leaves here once. Taking it wipes it durably first, so that no key ever encrypts two
texts, not even after a crash.
"""

from __future__ import annotations

from store.archive_key import EntryKey, derive
from store.clock import instant
from store.database import Store
from store.errors import StoreProblem
from store.schema.tables import exported_tables

DESCRIBING_ENTRIES = 3
"""README.txt, data_dictionary.txt and datapackage.json."""
ATTEMPTS = 4
"""The first try and three more (DESIGN, life of a download)."""
_PURPOSE = "download key"


def entries_per_archive() -> int:
    """Return how many entries, and so keys, one archive takes."""
    return len(exported_tables()) + DESCRIBING_ENTRIES


def derive_for_download(password: str) -> list[EntryKey]:
    """Derive keys for every entry and every attempt; 0.6 ms each."""
    return [derive(password) for _ in range(entries_per_archive() * ATTEMPTS)]


def keep(store: Store, data_download_id: int, keys: list[EntryKey]) -> None:
    """Seal and keep keys inside the running transaction."""
    for ordinal, key in enumerate(keys):
        sealed = store.sealer.seal(key.to_bytes(), _PURPOSE, f"{data_download_id}:{ordinal}")
        store.insert(
            "data_download_key",
            {"data_download_id": data_download_id, "ordinal": ordinal, "sealed_key": sealed},
        )


def take(store: Store, data_download_id: int, count: int) -> list[EntryKey]:
    """Take unused keys inside the running transaction; they are wiped by its commit.

    The caller must not use them before the commit. Raises StoreProblem if too few are left.
    """
    rows = store.rows(
        "SELECT ordinal, sealed_key FROM data_download_key"
        " WHERE data_download_id = ? AND used_at IS NULL ORDER BY ordinal LIMIT ?",
        (data_download_id, count),
    )
    if len(rows) < count:
        raise StoreProblem(
            f"The archive needs {count} keys and {len(rows)} are left.",
            kept="Nothing was written.",
            do="Cancel this download and schedule it again.",
        )
    taken = [
        EntryKey.from_bytes(
            store.sealer.open(row["sealed_key"], _PURPOSE, f"{data_download_id}:{row['ordinal']}")
        )
        for row in rows
    ]
    now = instant(store.clock.now())
    for row in rows:
        store.execute(
            "UPDATE data_download_key SET sealed_key = NULL, used_at = ?"
            " WHERE data_download_id = ? AND ordinal = ?",
            (now, data_download_id, row["ordinal"]),
        )
    return taken


def destroy(store: Store, data_download_id: int) -> None:
    """Destroy all keys of a download inside the running transaction."""
    store.execute("DELETE FROM data_download_key WHERE data_download_id = ?", (data_download_id,))
