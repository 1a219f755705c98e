"""Archive keys between the request and the run: derived while the password is at hand, kept sealed.

One rule: a key leaves here once. Taking it wipes it durably first, so that no key ever encrypts two
texts, not even after a crash. The runner never knows the password.

A series has keys for all its archives until it is confirmed again. Retries draw from one reserve
for the whole series: thirteen archives of 75 tables take some 1,250 keys (0.6 s, 130 KB) in place
of 4,000. A series whose reserve is used up asks again early.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from store.archive_key import EntryKey, derive
from store.clock import instant
from store.database import Store
from store.errors import StoreProblem
from store.schema.tables import exported_tables

DESCRIBING_ENTRIES = 3
"""README.txt, data_dictionary.txt and datapackage.json."""
ATTEMPTS = 4
"""The first try and three more (DESIGN, life of a download)."""

Lying = tuple[int, bytes]
"""A key as it lies in the store: its place and its seal."""
Opened = Mapping[Lying, bytes]
"""Keys, each by its place and its seal: what was sealed anew meanwhile is not found there."""
NOTHING_OPENED: Opened = MappingProxyType({})


def entries_per_archive() -> int:
    """Return how many entries, and so keys, one archive takes."""
    return len(exported_tables()) + DESCRIBING_ENTRIES


def derive_for(password: str, archives: int = 1) -> list[EntryKey]:
    """Derive keys for so many archives, and for three further tries of one of them."""
    return derive_some(password, keys_for(archives))


def keys_for(archives: int = 1) -> int:
    """Return how many keys so many archives take, and three further tries of one of them."""
    return entries_per_archive() * (archives + ATTEMPTS - 1)


def derive_some(password: str, count: int) -> list[EntryKey]:
    """Derive so many keys; 0.6 ms each."""
    return [derive(password) for _ in range(count)]


@dataclass(frozen=True, slots=True, repr=False)
class NextKeys:
    """Keys that were sealed for the owner that is inserted next, as far as could be foreseen."""

    owner_id: int
    sealed: Sequence[bytes]
    plain: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """The keys that one kind of owner has in a table, each sealed for its place in it.

    Attributes:
        table, owner: where they lie, and the column that says whose they are.
        purpose: what they are sealed for; another purpose does not open them.
        remedy: what to do where too few are left.
    """

    table: str
    owner: str
    purpose: str
    remedy: str = ""

    def sealed(self, store: Store, owner_id: int, keys: Iterable[bytes]) -> list[bytes]:
        """Seal keys for the places that they get with `keep`: 0.15 ms each.

        Hundreds are sealed before the transaction that keeps them, or nobody else could write.
        """
        return [
            store.sealer.seal(key, self.purpose, f"{owner_id}:{ordinal}")
            for ordinal, key in enumerate(keys)
        ]

    def sealed_for_next(self, store: Store, keys: Sequence[EntryKey]) -> NextKeys:
        """Seal keys for an owner that is still to be inserted, before the transaction that does."""
        table = self.owner.removesuffix("_id")
        owner_id = store.value(f"SELECT coalesce(max({self.owner}), 0) + 1 FROM {table}")
        plain = [key.to_bytes() for key in keys]
        return NextKeys(owner_id, self.sealed(store, owner_id, plain), plain)

    def keep(self, store: Store, owner_id: int, sealed: Iterable[bytes]) -> None:
        """Keep sealed keys inside the running transaction, in the place of earlier ones."""
        self.destroy(store, owner_id)
        for ordinal, key in enumerate(sealed):
            row = {self.owner: owner_id, "ordinal": ordinal, "sealed_key": key}
            store.insert(self.table, row)

    def keep_next(self, store: Store, owner_id: int, keys: NextKeys) -> None:
        """Keep the keys of an owner that was just inserted, inside the running transaction."""
        is_next = owner_id == keys.owner_id
        # Another one came first: these are sealed for a place that is not theirs.
        self.keep(
            store, owner_id, keys.sealed if is_next else self.sealed(store, owner_id, keys.plain)
        )

    def unused(
        self, store: Store, owner_id: int, most: int = -1, opened: Opened = NOTHING_OPENED
    ) -> Opened:
        """Return unused keys by their places and seals, in order; they stay.

        `opened` are keys of this owner that were opened before.
        """
        return self.opened(store, owner_id, self.lying(store, owner_id, most), opened)

    def lying(self, store: Store, owner_id: int, most: int = -1) -> list[Lying]:
        """Return unused keys as they lie in the store, in order."""
        rows = store.rows(
            f"SELECT ordinal, sealed_key FROM {self.table}"
            f" WHERE {self.owner} = ? AND used_at IS NULL ORDER BY ordinal LIMIT ?",
            (owner_id, most),
        )
        return [(place, sealed) for place, sealed in rows]

    def opened(
        self,
        store: Store,
        owner_id: int,
        lying: Sequence[Lying],
        opened: Opened = NOTHING_OPENED,
    ) -> Opened:
        """Open keys, those that were not opened before."""
        return {
            (place, sealed): opened.get((place, sealed))
            or store.sealer.open(sealed, self.purpose, f"{owner_id}:{place}")
            for place, sealed in lying
        }

    def take(
        self, store: Store, owner_id: int, count: int, opened: Opened = NOTHING_OPENED
    ) -> list[EntryKey]:
        """Take unused keys inside the running transaction; they are wiped by its commit.

        The caller must not use them before the commit. To open a hundred keys takes 10 ms: those
        that were opened before the transaction hold up no other writer. Raises StoreProblem if
        too few are left.
        """
        found = self.unused(store, owner_id, count, opened)
        if len(found) < count:
            raise StoreProblem(
                f"The archive needs {count} keys and {len(found)} are left.",
                kept="Nothing was written.",
                do=self.remedy,
            )
        now = instant(store.clock.now())
        for place, _sealed in found:
            store.execute(
                f"UPDATE {self.table} SET sealed_key = NULL, used_at = ?"
                f" WHERE {self.owner} = ? AND ordinal = ?",
                (now, owner_id, place),
            )
        return [EntryKey.from_bytes(key) for key in found.values()]

    def are_of(self, store: Store, owner_id: int, password: str) -> bool:
        """Tell whether a password is the one that the unused keys were derived from.

        False where none is left, or what is there is not what was sealed.
        """
        try:
            found = [EntryKey.from_bytes(key) for key in self.unused(store, owner_id, 1).values()]
        except StoreProblem:
            return False
        return any(
            hmac.compare_digest(derive(password, key.salt).to_bytes(), key.to_bytes())
            for key in found
        )

    def left(self, store: Store, owner_id: int) -> int:
        """Return how many keys are unused."""
        count = store.value(
            f"SELECT count(*) FROM {self.table} WHERE {self.owner} = ? AND used_at IS NULL",
            (owner_id,),
        )
        return int(count)

    def destroy(self, store: Store, owner_id: int) -> None:
        """Destroy all keys of an owner inside the running transaction."""
        store.execute(f"DELETE FROM {self.table} WHERE {self.owner} = ?", (owner_id,))


OF_DOWNLOAD = SealedKeys(
    "data_download_key",
    "data_download_id",
    "download key",
    "Cancel this download and schedule it again.",
)
OF_SERIES = SealedKeys(
    "data_download_series_key",
    "data_download_series_id",
    "series key",
    "Confirm the repeating download again.",
)
