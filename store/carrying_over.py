"""What becomes of a user's downloads when the password changes (DESIGN, life of a download).

One rule: only somebody who knew the old password carries downloads over to the new one; after an
administrator's reset what is ready stays locked as it was, what is not is cancelled (D15).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store import download_keys, download_series, rekeying_keys
from store.access import Change
from store.clock import instant
from store.database import Store
from store.download_keys import OF_DOWNLOAD, OF_SERIES, SealedKeys
from store.passwords import archive_obstacle, download_obstacle
from store.rekeying_keys import Chain

_PENDING = ("requested", "scheduled", "running")


@dataclass(frozen=True, slots=True)
class _Pending:
    """A download that is not made yet; without keys where it draws on those of its series."""

    download: sqlite3.Row
    keys: Sequence[bytes] | None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A ready archive, and the keys it is to be locked with in place of those it has."""

    download: sqlite3.Row
    chains: list[Chain]


@dataclass(frozen=True, slots=True)
class _Series:
    """A series, and keys for all that it has yet to make."""

    series_id: int
    keys: Sequence[bytes]


class NewLocks:
    """The keys that a user's downloads get with a new password.

    To derive and seal a thousand takes a second, in which nobody else could write. So it is made,
    and works everything out, before the transaction; `carry_over` works it out again inside, and
    only what somebody changed in between takes time there.

    The keys in the store have to agree with the old password: what was not locked with it stays as
    it is, for a hash in the database can be replaced by whoever writes to it. A passphrase of a
    download's own stays, too. Where the new password cannot lock an archive, all stay with the old
    one; the list tells with which.
    """

    def __init__(self, store: Store, user_id: int, *, old: str, new: str) -> None:
        self._store, self._user_id, self._old, self._new = store, user_id, old, new
        self._keys: dict[tuple[SealedKeys, int, int], Sequence[bytes]] = {}
        self._chains: dict[tuple[object, ...], list[Chain] | None] = {}
        self._is_locked: dict[tuple[object, ...], bool] = {}
        self.all()

    def __repr__(self) -> str:
        return "NewLocks(...)"

    def all(self) -> list[_Pending | _Ready | _Series]:
        """Work out what is to be changed, as the store is now."""
        if archive_obstacle(self._new) or download_obstacle(self._new):
            return []
        return list(self._worked_out())

    def _worked_out(self) -> Iterator[_Pending | _Ready | _Series]:
        begin_again: list[int] = []
        for found in _of_user(self._store, self._user_id, (*_PENDING, "ready", "retrieved")):
            number, series_id = found["data_download_id"], found["data_download_series_id"]
            if found["passphrase_kind"] != "account":  # noqa: S105 - a kind, no secret
                continue
            if found["state"] not in _PENDING:
                chains = self._chains_of(found)
                # None: it opens with an earlier password, which an administrator has reset since.
                if chains is not None:
                    yield _Ready(found, chains)
            elif series_id is None and self._is_old(OF_DOWNLOAD, number):
                count = download_keys.keys_for()
                yield _Pending(found, self._keys_of(OF_DOWNLOAD, number, count))
            elif series_id is not None and self._is_old(OF_SERIES, series_id):
                begin_again += [series_id] * (found["state"] == "running")
                yield _Pending(found, None)
        for series in download_series.of_user(self._store, self._user_id):
            series_id = series["data_download_series_id"]
            is_account = series["passphrase_kind"] == "account"  # noqa: S105 - a kind, no secret
            if is_account and self._is_old(OF_SERIES, series_id):
                count = OF_SERIES.left(self._store, series_id)
                count += begin_again.count(series_id) * download_keys.entries_per_archive()
                yield _Series(series_id, self._keys_of(OF_SERIES, series_id, count))

    def _is_old(self, whose: SealedKeys, owner_id: int) -> bool:
        place = (whose, owner_id, *whose.lying(self._store, owner_id, 1))
        if place not in self._is_locked:
            self._is_locked[place] = whose.are_of(self._store, owner_id, self._old)
        return self._is_locked[place]

    def _keys_of(self, whose: SealedKeys, owner_id: int, count: int) -> Sequence[bytes]:
        place = (whose, owner_id, count)
        if place not in self._keys:
            plain = (key.to_bytes() for key in download_keys.derive_some(self._new, count))
            self._keys[place] = whose.sealed(self._store, owner_id, plain)
        return self._keys[place]

    def _chains_of(self, found: sqlite3.Row) -> list[Chain] | None:
        number = found["data_download_id"]
        waiting = rekeying_keys.sealed(self._store, number)
        # A run that locks it anew changes its sum; another change of password, what waits.
        place = (number, found["file_sha256"], tuple(waiting))
        if place not in self._chains:
            if waiting:
                kept, _password_of = rekeying_keys.opened(self._store, number, waiting)
                chains = rekeying_keys.prolonged(kept, self._old, self._new)
            else:
                archive = self._store.folder.downloads / found["file_name"]
                chains = rekeying_keys.first_chains(archive, self._old, self._new)
            self._chains[place] = chains
        return self._chains[place]


def carry_over(store: Store, tx: Change, locks: NewLocks) -> None:
    """Lock a user's downloads with the new password, inside the transaction that keeps it.

    Call it where the user proved the old password, and `store.scrub_log()` after the commit.
    """
    now = instant(store.clock.now())
    for one in locks.all():
        match one:
            case _Pending():
                _lock_pending(store, tx, one, now)
            case _Ready():
                _lock_ready(store, tx, one, now)
            case _Series():
                _lock_series(store, tx, one, now)


def on_password_reset(store: Store, tx: Change, user_id: int) -> None:
    """Cancel a user's pending downloads, inside the running transaction of a reset (D15).

    Ready archives stay locked with the old password: who takes over the account gets nothing.
    Call `store.scrub_log()` after the commit.
    """
    cancel_pending(store, tx, user_id, "The requester's password was reset.")


def cancel_pending(store: Store, tx: Change, user_id: int, because: str) -> None:
    """Cancel what a user has scheduled, inside the running transaction: nobody could retrieve it.

    What repeats ends with it. Call `store.scrub_log()` after the commit.
    """
    for series in download_series.of_user(store, user_id):
        download_series.end(store, tx, series, because)
    for found in _of_user(store, user_id, _PENDING):
        number = found["data_download_id"]
        store.execute(
            "UPDATE data_download SET state = 'cancelled', fence = fence + 1, lease_holder = NULL,"
            " lease_until = NULL, cancel_requested = 0, error = ? WHERE data_download_id = ?",
            (because, number),
        )
        OF_DOWNLOAD.destroy(store, number)
        tx.record(
            "download.cancel",
            f"Cancelled a data download. {because}",
            object_=f"data_download:{number}",
        )


def _of_user(store: Store, user_id: int, states: tuple[str, ...]) -> list[sqlite3.Row]:
    marks = ", ".join("?" for _ in states)
    return store.rows(
        f"SELECT * FROM data_download WHERE requested_by = ? AND state IN ({marks})"
        " ORDER BY data_download_id",
        (user_id, *states),
    )


def _lock_pending(store: Store, tx: Change, one: _Pending, now: str) -> None:
    number = one.download["data_download_id"]
    if one.keys is not None:
        OF_DOWNLOAD.keep(store, number, one.keys)
    store.execute(
        "UPDATE data_download SET locked_with_password_of = ? WHERE data_download_id = ?",
        (now, number),
    )
    if one.download["state"] == "running":
        # The runner at work holds keys of the old password: its lease ends, and it begins again.
        store.execute(
            "UPDATE data_download SET state = 'scheduled', attempts = 0, fence = fence + 1,"
            " lease_holder = NULL, lease_until = NULL WHERE data_download_id = ?",
            (number,),
        )
    tx.record(
        "download.new_keys",
        "A data download will be locked with the requester's new password.",
        object_=f"data_download:{number}",
    )


def _lock_ready(store: Store, tx: Change, one: _Ready, now: str) -> None:
    number = one.download["data_download_id"]
    rekeying_keys.keep(store, number, one.chains, now)
    store.execute(
        "UPDATE data_download SET fence = fence + 1, lease_holder = NULL, lease_until = NULL"
        " WHERE data_download_id = ?",
        (number,),
    )
    tx.record(
        "download.rekey",
        "A ready data download will be locked anew with the requester's new password.",
        object_=f"data_download:{number}",
    )


def _lock_series(store: Store, tx: Change, one: _Series, now: str) -> None:
    OF_SERIES.keep(store, one.series_id, one.keys)
    store.execute(
        "UPDATE data_download_series SET locked_with_password_of = ?"
        " WHERE data_download_series_id = ?",
        (now, one.series_id),
    )
    tx.record(
        "series.new_keys",
        "A repeating data download will be locked with the requester's new password.",
        object_=f"data_download_series:{one.series_id}",
    )
