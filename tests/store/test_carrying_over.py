"""A change of password works everything out before its transaction, and is right about what came in
between (D15, DESIGN: life of a download)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store import download_keys
from store.access import Actor, change, unattended
from store.archive_key import EntryKey, derive
from store.carrying_over import NewLocks, carry_over
from store.database import Store
from store.download_series import Repeat
from store.passwords import hash_password
from store.practice import Practice
from store.use_cases import downloads
from store.use_cases import unattended as nightly
from tests import people, slow_work
from tests.clocks import FixedClock

SignIn = Callable[[str], Actor]
OLD = people.PASSWORDS["dana"]
NEW = "nine blue umbrellas"


def changed(practice: Practice, dana: Actor, meanwhile: Callable[[], object]) -> None:
    """Change what locks dana's downloads; between working it out and writing it, do something."""
    assert dana.user_id is not None
    locks = practice.call(NewLocks, dana.user_id, old=OLD, new=NEW)
    meanwhile()

    def write(store: Store) -> None:
        with change(store, dana, None) as tx:
            carry_over(store, tx, locks)
            tx.no_event()

    practice.call(write)


def opens_all(practice: Practice, password: str, whose: download_keys.SealedKeys, n: int) -> bool:
    """Tell whether all unused keys of an owner are of a password."""
    keys = [EntryKey.from_bytes(key) for key in practice.call(whose.unused, n).values()]
    assert keys
    return all(derive(password, key.salt) == key for key in keys)


def test_what_was_worked_out_before_is_not_worked_out_again(
    practice: Practice, sign_in: SignIn
) -> None:
    """While the write lock is held no key is derived, of a series or of a download: `slow_work`."""
    dana = sign_in("dana")
    people.scheduled(practice, dana)
    people.scheduled(practice, dana, repeat=Repeat("weekly"))
    changed(practice, dana, lambda: None)
    assert opens_all(practice, NEW, download_keys.OF_DOWNLOAD, 1)
    assert opens_all(practice, NEW, download_keys.OF_SERIES, 1)


def test_a_night_in_between_leaves_a_series_as_many_keys_as_it_has(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: the runner takes keys of the series after they were worked out anew.
    Verified: all that are left are of the new password, and there are no more than before."""
    people.scheduled(practice, sign_in("dana"), repeat=Repeat("weekly"))
    clock.advance(days=1)
    dana, runner = sign_in("dana"), unattended("night")
    before = practice.call(download_keys.OF_SERIES.left, 1)

    def night() -> None:
        job = practice.call(nightly.claim, runner, "runner 1")
        assert job is not None
        practice.call(nightly.take_keys, runner, job, download_keys.entries_per_archive())

    with slow_work.allowed():
        changed(practice, dana, night)
    # What the runner took it may not use any more: the run begins again, with keys of its own.
    assert practice.call(download_keys.OF_SERIES.left, 1) == before
    assert opens_all(practice, NEW, download_keys.OF_SERIES, 1)


def test_a_download_asked_for_in_between_is_carried_over_too(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    people.scheduled(practice, dana)
    with slow_work.allowed():
        changed(practice, dana, lambda: people.scheduled(practice, dana))
    assert opens_all(practice, NEW, download_keys.OF_DOWNLOAD, 1)
    assert opens_all(practice, NEW, download_keys.OF_DOWNLOAD, 2)


def test_slow_work_under_the_write_lock_is_seen(practice: Practice) -> None:
    def hash_inside(store: Store) -> None:
        with store.transaction():
            hash_password("a password of somebody")

    def derive_inside(store: Store) -> None:
        with store.transaction():
            derive("a password of somebody")

    for slow in (hash_inside, derive_inside):
        with pytest.raises(AssertionError, match="while the write lock is held"):
            practice.call(slow)


def test_a_download_cancelled_in_between_gets_no_keys(practice: Practice, sign_in: SignIn) -> None:
    """DESIGN: what is cancelled has no keys, and a change of password brings none back."""
    dana = sign_in("dana")
    people.scheduled(practice, dana)
    changed(practice, dana, lambda: practice.call(downloads.cancel_download, dana, 1))
    assert practice.call(Store.value, "SELECT count(*) FROM data_download_key") == 0
