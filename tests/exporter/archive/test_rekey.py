"""Locking an archive anew: decrypted and encrypted again, nothing else touched (D14)."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive import rekey as rekeying
from exporter.archive.errors import ArchiveProblem, DamagedEntry
from exporter.archive.reader import Archive
from exporter.archive.rekey import rekey
from exporter.archive.writer import ArchiveWriter
from store.archive_key import EntryKey, derive
from store.errors import WrongPassword
from store.rekeying_keys import first_chains, headers_of, prolonged
from tests.exporter.archive.making import MOMENT, PASSWORD, make_archive

NEW = "another password altogether"


def chains_of(archive: Path, old: str = PASSWORD, new: str = NEW) -> list[tuple[EntryKey, ...]]:
    found = first_chains(archive, old, new)
    assert found is not None
    return found


def nothing() -> None:
    """No lease to look at."""


def text_of(archive: Path, password: str, folder: Path) -> dict[str, bytes]:
    with Archive.open(archive, password) as opened:
        assert opened.verify().is_whole
        opened.extract(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_opens_with_the_new_password_and_not_with_the_old(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip")
    before = text_of(archive, PASSWORD, tmp_path / "before")
    made = rekey(archive, chains_of(archive), nothing)
    assert text_of(archive, NEW, tmp_path / "after") == before
    with pytest.raises(WrongPassword):
        Archive.open(archive, PASSWORD)
    assert made.file_bytes == archive.stat().st_size
    assert made.file_sha256 == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["a.zip"]
    assert not list(tmp_path.glob(".*"))


def test_attack_an_archive_that_claims_another_lock(tmp_path: Path) -> None:
    """Scenario: its headers say AES-256. Verified: it is left as it is, byte for byte."""
    archive = make_archive(tmp_path / "a.zip")
    chains = chains_of(archive)
    claims = archive.read_bytes().replace(b"\2\0AE\1", b"\2\0AE\3")
    archive.write_bytes(claims)
    with pytest.raises(ArchiveProblem, match="not the one that its keys were made for"):
        rekey(archive, chains, nothing)
    assert archive.read_bytes() == claims


def test_7zip_opens_it_with_the_new_password_and_not_with_the_old(
    tmp_path: Path, seven_zip: str
) -> None:
    archive = make_archive(tmp_path / "a.zip")
    rekey(archive, chains_of(archive), nothing)
    for password, code in ((NEW, 0), (PASSWORD, 2)):
        tested = subprocess.run(
            [seven_zip, "t", f"-p{password}", str(archive)], capture_output=True, check=False
        )
        assert tested.returncode == code, tested.stdout


@settings(max_examples=25)
@given(sizes=st.lists(st.sampled_from([0, 1, 15, 16, 17, 1000, 70_001]), min_size=1, max_size=4))
def test_any_text_comes_through(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    """Random text hardly gets smaller: the blocks of the cipher end where they like."""
    folder = tmp_path_factory.mktemp("any")
    archive = folder / "a.zip"
    texts = [hashlib.shake_256(str(n).encode()).digest(size) for n, size in enumerate(sizes)]
    with ArchiveWriter(archive, lambda: derive(PASSWORD), MOMENT) as writer:
        for number, text in enumerate(texts):
            with writer.entry(f"t{number}.txt") as entry:
                entry.write(text)
    rekey(archive, chains_of(archive), nothing)
    with Archive.open(archive, NEW) as opened:
        opened.extract(folder / "out")
    assert [(folder / "out" / f"t{n}.txt").read_bytes() for n in range(len(texts))] == texts


def test_blocks_smaller_than_an_entry_give_the_same_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = make_archive(tmp_path / "a.zip"), tmp_path / "b.zip"
    other.write_bytes(one.read_bytes())
    chains = chains_of(one)
    rekey(one, chains, nothing)
    monkeypatch.setattr(rekeying, "BLOCK", 48)
    rekey(other, chains, nothing)
    assert one.read_bytes() == other.read_bytes()


def test_nothing_but_salts_texts_and_codes_changes(tmp_path: Path) -> None:
    """Names, sizes, dates and the directory are the same bytes at the same places."""
    archive = make_archive(tmp_path / "a.zip")
    before = archive.read_bytes()
    with Archive.open(archive, PASSWORD) as opened:
        locked = {n for e in opened.entries for n in range(e.data_offset, e.end)}
    rekey(archive, chains_of(archive), nothing)
    after = archive.read_bytes()
    assert len(after) == len(before)
    changed = {n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    assert changed <= locked
    assert len(changed) > len(locked) // 2


def test_again_after_it_was_done_gives_the_same_bytes(tmp_path: Path) -> None:
    """A run that was killed after the rename tries again with the same keys."""
    archive = make_archive(tmp_path / "a.zip")
    chains = chains_of(archive)
    first = rekey(archive, chains, nothing)
    done = archive.read_bytes()
    assert rekey(archive, chains, nothing) == first
    assert archive.read_bytes() == done


def test_an_archive_locked_with_a_key_between_is_carried_on(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip")
    chains = chains_of(archive)
    rekey(archive, chains, nothing)
    longer = prolonged(chains, NEW, "the third of them")
    assert longer is not None
    rekey(archive, longer, nothing)
    assert text_of(archive, "the third of them", tmp_path / "out")


def test_chains_are_made_only_by_whoever_knows_the_old_password(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip")
    assert first_chains(archive, "not the password", NEW) is None
    assert prolonged(chains_of(archive), "not the new password", "x") is None


def test_headers_of_what_is_no_archive_are_none(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip")
    assert len(headers_of(archive) or []) == 5
    assert headers_of(tmp_path / "missing.zip") is None
    (tmp_path / "cut.zip").write_bytes(archive.read_bytes()[:-100])
    assert headers_of(tmp_path / "cut.zip") is None
    (tmp_path / "text.zip").write_bytes(b"no archive")
    assert headers_of(tmp_path / "text.zip") is None


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_attack_a_changed_byte_is_not_locked_in_as_if_it_were_right(
    tmp_path: Path, place: float
) -> None:
    """Vulnerability: re-keying would give a tampered text a code that is right.

    Verified: it stops, and the file is left byte for byte as it is.
    """
    archive = make_archive(tmp_path / "a.zip")
    chains = chains_of(archive)
    changed = bytearray(archive.read_bytes())
    with Archive.open(archive, PASSWORD) as opened:
        entry = max(opened.entries, key=lambda e: e.packed_size)
    changed[entry.data_offset + 10 + int((entry.packed_size - 20) * place)] ^= 1
    archive.write_bytes(changed)
    with pytest.raises(DamagedEntry, match="authentication code"):
        rekey(archive, chains, nothing)
    assert archive.read_bytes() == changed
    assert not list(tmp_path.glob(".*"))


def test_keys_of_another_archive_change_nothing(tmp_path: Path) -> None:
    archive, other = make_archive(tmp_path / "a.zip"), make_archive(tmp_path / "b.zip")
    before = archive.read_bytes()
    with pytest.raises(DamagedEntry, match="not locked with a key"):
        rekey(archive, chains_of(other), nothing)
    with pytest.raises(ArchiveProblem, match="not the one"):
        rekey(archive, chains_of(archive)[1:], nothing)
    assert archive.read_bytes() == before


@pytest.mark.parametrize("where", ["before the rename", "at the first block", "at the last"])
def test_what_stops_it_leaves_the_old_archive(tmp_path: Path, where: str) -> None:
    archive = make_archive(tmp_path / "a.zip")
    before = archive.read_bytes()
    blocks = 0

    def block() -> None:
        nonlocal blocks
        blocks += 1
        if blocks == {"at the first block": 1, "at the last": 5}.get(where):
            raise KeyboardInterrupt

    def rename() -> None:
        assert where == "before the rename"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rekey(archive, chains_of(archive), rename, block)
    assert archive.read_bytes() == before
    assert not list(tmp_path.glob(".*"))
