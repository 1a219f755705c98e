"""Archive keys: derived while the password is at hand, kept sealed, each leaves once (D14)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from Cryptodome.Hash import SHA1
from Cryptodome.Protocol.KDF import PBKDF2
from hypothesis import given
from hypothesis import strategies as st

from store import download_keys
from store.access import Actor
from store.archive_key import EntryKey, derive
from store.database import Store
from store.errors import StoreProblem
from store.practice import Practice
from store.sealer import SealBroken, Sealer
from store.use_cases import downloads
from tests.people import PASSWORDS, change_store, requested, scheduled

SignIn = Callable[[str], Actor]


@given(password=st.text(max_size=99), salt=st.binary(min_size=8, max_size=8))
def test_d14_keys_are_those_of_the_winzip_specification(password: str, salt: bytes) -> None:
    """An independent PBKDF2-HMAC-SHA1 agrees: AES-128 key, HMAC key, two check bytes."""
    key = derive(password, salt)
    independent = PBKDF2(
        password.encode("utf-8"),
        salt,
        dkLen=34,
        count=1000,
        hmac_hash_module=SHA1,
    )
    assert (key.aes_key, key.hmac_key, key.check) == (
        independent[:16],
        independent[16:32],
        independent[32:],
    )


@given(st.binary(min_size=42, max_size=42))
def test_a_key_reads_back_from_its_bytes(data: bytes) -> None:
    assert EntryKey.from_bytes(data).to_bytes() == data


@pytest.mark.parametrize("length", [0, 41, 43])
def test_bytes_of_another_length_are_no_key(length: int) -> None:
    with pytest.raises(ValueError, match="42"):
        EntryKey.from_bytes(bytes(length))


def test_a_key_does_not_show_itself() -> None:
    key = derive("correct horse")
    assert key.aes_key.hex() not in repr(key)
    assert str(key.aes_key) not in repr(key)


def test_d14_there_are_enough_keys_for_every_entry_and_four_attempts_each_with_its_own_salt(
    practice: Practice, sign_in: SignIn
) -> None:
    number = scheduled(practice, sign_in("dana"))
    per_archive = download_keys.entries_per_archive()
    salts = set()
    for _ in range(4):
        for key in practice.call(_take, number, per_archive):
            salts.add(key.salt)
            assert key == derive(PASSWORDS["dana"], key.salt)
    assert len(salts) == 4 * per_archive
    with pytest.raises(StoreProblem, match="0 are left"):
        practice.call(_take, number, 1)


def test_attack_a_key_is_never_handed_out_twice(practice: Practice, sign_in: SignIn) -> None:
    """Vulnerability: two texts encrypted under one key are a two-time pad.

    Scenario: keys are taken again and again, in pieces.
    Verified: no key comes twice, and the rows of those that left hold nothing any more.
    """
    number = scheduled(practice, sign_in("dana"))
    first = practice.call(_take, number, 5)
    second = practice.call(_take, number, 7)
    assert not {k.salt for k in first} & {k.salt for k in second}
    wiped = practice.call(
        Store.rows,
        "SELECT ordinal FROM data_download_key WHERE sealed_key IS NULL AND used_at IS NOT NULL",
    )
    assert [row["ordinal"] for row in wiped] == list(range(12))


def test_too_few_keys_fail_loudly_and_take_none(practice: Practice, sign_in: SignIn) -> None:
    number = scheduled(practice, sign_in("dana"))
    all_of_them = download_keys.entries_per_archive() * download_keys.ATTEMPTS
    with pytest.raises(StoreProblem, match="needs"):
        practice.call(_take, number, all_of_them + 1)
    assert len(practice.call(_take, number, all_of_them)) == all_of_them


def test_a_take_that_is_rolled_back_hands_nothing_out(practice: Practice, sign_in: SignIn) -> None:
    number = scheduled(practice, sign_in("dana"))

    def killed_before_commit(store: Store) -> None:
        with store.transaction():
            download_keys.OF_DOWNLOAD.take(store, number, 3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        practice.call(killed_before_commit)
    wiped = practice.call(
        Store.value, "SELECT count(*) FROM data_download_key WHERE used_at IS NOT NULL"
    )
    assert wiped == 0


def test_keys_opened_ahead_do_not_come_twice(practice: Practice, sign_in: SignIn) -> None:
    """DESIGN: no key ever encrypts two texts.

    Scenario: keys are opened before the transaction; until then some are taken by another run.
    Verified: those that are taken are unused ones, in their order.
    """
    number = scheduled(practice, sign_in("dana"))

    all_of_them = practice.call(download_keys.OF_DOWNLOAD.unused, number)
    keys = [EntryKey.from_bytes(key) for key in all_of_them.values()]

    def one_before_the_other(store: Store) -> tuple[list[EntryKey], list[EntryKey]]:
        opened = download_keys.OF_DOWNLOAD.unused(store, number, 6)
        before = _take(store, number, 4)
        with store.transaction():
            return before, download_keys.OF_DOWNLOAD.take(store, number, 6, opened)

    assert practice.call(one_before_the_other) == (keys[:4], keys[4:10])


def test_keys_sealed_anew_since_they_were_opened_are_the_new_ones(
    practice: Practice, sign_in: SignIn
) -> None:
    """D16: after a change of password an archive opens with the new one."""
    number = scheduled(practice, sign_in("dana"))
    new = download_keys.derive_some("another password by now", 3)

    def changed_meanwhile(store: Store) -> list[EntryKey]:
        opened = download_keys.OF_DOWNLOAD.unused(store, number, 3)
        with store.transaction():
            plain = [key.to_bytes() for key in new]
            sealed = download_keys.OF_DOWNLOAD.sealed(store, number, plain)
            download_keys.OF_DOWNLOAD.keep(store, number, sealed)
        with store.transaction():
            return download_keys.OF_DOWNLOAD.take(store, number, 3, opened)

    assert practice.call(changed_meanwhile) == new


def test_what_was_opened_ahead_is_not_opened_again(practice: Practice, sign_in: SignIn) -> None:
    """While the write lock is held, nobody waits for a cipher.

    Scenario: from the opening on, the store has a secret key that opens nothing.
    """
    number = scheduled(practice, sign_in("dana"))

    def without_the_secret_key(store: Store) -> list[EntryKey]:
        opened = download_keys.OF_DOWNLOAD.unused(store, number, 5)
        right, store.sealer = store.sealer, Sealer(bytes(32))
        try:
            with store.transaction():
                return download_keys.OF_DOWNLOAD.take(store, number, 5, opened)
        finally:
            store.sealer = right

    assert len(practice.call(without_the_secret_key)) == 5


def test_keys_sealed_for_the_next_download_open_if_another_came_first(
    practice: Practice, sign_in: SignIn
) -> None:
    """Scenario: two users ask at once; both have sealed their keys for the same number."""
    dana = sign_in("dana")
    mine = download_keys.derive_some("the passphrase of the later one", 3)
    sealed = practice.call(download_keys.OF_DOWNLOAD.sealed_for_next, mine)
    first, second = scheduled(practice, dana), scheduled(practice, dana)
    assert sealed.owner_id == first

    def keep(store: Store) -> list[bytes]:
        with store.transaction():
            download_keys.OF_DOWNLOAD.keep_next(store, second, sealed)
        return list(download_keys.OF_DOWNLOAD.unused(store, second).values())

    assert practice.call(keep) == [key.to_bytes() for key in mine]


def test_attack_a_sealed_key_moved_to_another_download_does_not_open(
    practice: Practice, sign_in: SignIn
) -> None:
    """Vulnerability: a user who can write to the file locks an archive with another one's key.

    Scenario: the sealed key of one download is copied over that of another.
    Verified: it does not open there.
    """
    first = scheduled(practice, sign_in("dana"))
    second = scheduled(practice, sign_in("kim"))
    change_store(
        practice,
        "UPDATE data_download_key SET sealed_key = (SELECT sealed_key FROM data_download_key"
        " WHERE data_download_id = ? AND ordinal = 0) WHERE data_download_id = ? AND ordinal = 0",
        first,
        second,
    )
    with pytest.raises(SealBroken):
        practice.call(_take, second, 1)


def test_a_destroyed_key_is_nowhere_in_the_practices_files(
    practice: Practice, sign_in: SignIn
) -> None:
    """DESIGN: a key is destroyed. Neither free pages nor the write-ahead log keep it."""
    actor = sign_in("dana")
    number = requested(practice, actor)
    sealed = [
        row["sealed_key"]
        for row in practice.call(Store.rows, "SELECT sealed_key FROM data_download_key")
    ]
    assert all(key in _all_bytes(practice.folder.path) for key in sealed)
    practice.call(downloads.cancel_download, actor, number)
    left = _all_bytes(practice.folder.path)
    assert not [key for key in sealed if key in left]


def _take(store: Store, number: int, count: int) -> list[EntryKey]:
    opened = download_keys.OF_DOWNLOAD.unused(store, number, count)
    with store.transaction():
        return download_keys.OF_DOWNLOAD.take(store, number, count, opened)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.glob("practice.db*")))
