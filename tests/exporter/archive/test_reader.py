"""Opening: right passwords, wrong passwords, foreign, damaged and hostile archives."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import pyzipper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.archive import reader, stream, unlocking
from exporter.archive.errors import ArchiveProblem, DamagedEntry
from exporter.archive.reader import Archive
from store.archive_key import derive
from store.errors import ChairsideError, NotFound, WrongPassword
from tests.exporter.archive.making import (
    PASSWORD,
    PATIENT,
    PATIENTS,
    VISIT,
    VISITS,
    make_archive,
    table_text,
)


def foreign(path: Path, files: dict[str, bytes], nbits: int = 256, **options: object) -> Path:
    """An archive by another program."""
    with pyzipper.AESZipFile(path, "w", **options) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=nbits)
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def patched(source: Path, target: Path, old: bytes, new: bytes, count: int = -1) -> Path:
    assert len(old) == len(new)
    raw = source.read_bytes()
    assert old in raw
    target.write_bytes(raw.replace(old, new, count))
    return target


def test_what_was_written_is_read(whole_archive: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        assert archive.read("patient.txt", 10**6) == table_text(PATIENT, PATIENTS)
        assert archive.read("visit.txt", 10**6) == table_text(VISIT, VISITS)


def test_rows_come_without_the_header(whole_archive: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        rows = list(archive.rows("visit"))
    assert rows == [[str(value) for value in row] for row in VISITS]


@pytest.mark.parametrize("nbits", [128, 192, 256])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 1, 4096, 262_144, 1_300_000])
def test_archives_of_another_program_are_read(
    tmp_path: Path, nbits: int, compression: int, size: int
) -> None:
    data = (hashlib.sha256(b"seed").digest() * (size // 32 + 1))[:size]
    path = foreign(tmp_path / "f.zip", {"a/b.bin": data}, nbits, compression=compression)
    with Archive.open(path, PASSWORD) as archive:
        assert archive.read("a/b.bin", 10**7) == data
        assert archive.manifest is None
        found = archive.verify()
    assert found.is_whole
    assert not found.is_described


@pytest.mark.parametrize(
    "options", [["-mem=AES128", "-mx0"], ["-mem=AES128", "-mx9"], ["-mem=AES256"]]
)
def test_archives_made_by_7zip_are_read(seven_zip: str, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "in").mkdir()
    data = b"some text, many times over. " * 5000
    (tmp_path / "in" / "a.txt").write_bytes(data)
    command = [seven_zip, "a", "-tzip", *options, f"-p{PASSWORD}"]
    subprocess.run([*command, "f.zip", "in"], check=True, capture_output=True, cwd=tmp_path)
    with Archive.open(tmp_path / "f.zip", PASSWORD) as archive:
        assert archive.read("in/a.txt", 10**6) == data


@pytest.mark.parametrize("password", ["", PASSWORD.lower(), PASSWORD + " ", "x", "😀"])
def test_a_wrong_password_is_refused(whole_archive: Path, password: str) -> None:
    """REQUIREMENTS D14."""
    with pytest.raises(WrongPassword):
        Archive.open(whole_archive, password)


def test_attack_a_wrong_password_that_passes_the_check_bytes(tmp_path: Path) -> None:
    """Vulnerability: two check bytes let 1 wrong password in 65,536 through.
    Scenario: a password is found whose check bytes agree with those of an entry.
    Verified: the authentication code still refuses it."""
    path = make_archive(tmp_path / "a.zip")
    raw = bytearray(path.read_bytes())
    with Archive.open(path, PASSWORD) as archive:
        places = [entry.data_offset for entry in archive.entries]
    place = places[-1]
    salt = bytes(raw[place : place + 8])
    # Equal to trying 65,536 passwords: this one's check bytes are put in for one entry.
    raw[place + 8 : place + 10] = derive("a wrong one", salt).check
    path.write_bytes(raw)
    with pytest.raises((WrongPassword, ArchiveProblem)):
        Archive.open(path, "a wrong one")


def test_one_damaged_entry_does_not_make_a_right_password_wrong(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    with Archive.open(path, PASSWORD) as archive:
        smallest = min(archive.entries, key=lambda e: e.packed_size)
    raw = bytearray(path.read_bytes())
    raw[smallest.data_offset] ^= 1
    path.write_bytes(raw)
    with Archive.open(path, PASSWORD) as archive:
        found = archive.verify()
    assert smallest.name in {finding.entry for finding in found.findings}


def test_small_entries_of_another_password_do_not_make_a_right_one_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as made:
        for number in range(20):
            made.setpassword(PASSWORD.encode() if number == 19 else b"another one")
            made.writestr(f"{number}.txt", "text" * (1 + number))
    with Archive.open(path, PASSWORD) as archive:
        assert archive.read("19.txt", 1000) == b"text" * 20
        assert len(archive.verify().findings) == 19


def test_a_file_that_is_no_zip_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for content in (b"", b"hello", b"\x00" * 100_000):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(ArchiveProblem, match="not a ZIP") as caught:
            Archive.open(tmp_path / "a.zip", PASSWORD)
        assert caught.value.kept
        assert caught.value.do


def test_a_missing_file_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Archive.open(tmp_path / "none.zip", PASSWORD)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveProblem, match="it is not a file"):
        Archive.open(tmp_path, PASSWORD)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_attack_a_pipe_under_the_name_of_an_archive(tmp_path: Path) -> None:
    """Vulnerability: opening one waits for somebody who writes, for ever."""
    os.mkfifo(tmp_path / "a.zip")
    with pytest.raises(ArchiveProblem, match="it is not a file"):
        Archive.open(tmp_path / "a.zip", PASSWORD)


def test_an_archive_without_encryption_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(ArchiveProblem, match="not encrypted"):
        Archive.open(tmp_path / "a.zip", PASSWORD)


def test_a_file_cut_anywhere_is_refused(whole_archive: Path, tmp_path: Path) -> None:
    raw = whole_archive.read_bytes()
    lengths = [*range(0, len(raw), 97), *range(len(raw) - 40, len(raw))]
    for length in lengths:
        (tmp_path / "a.zip").write_bytes(raw[:length])
        with pytest.raises(ArchiveProblem) as caught:
            Archive.open(tmp_path / "a.zip", PASSWORD)
        assert caught.value.do


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_bytes_in_the_directory_end_in_a_sentence(
    data: st.DataObject, whole_archive: Path, tmp_path: Path
) -> None:
    """Whatever the headers claim, only ChairsideError comes out."""
    raw = bytearray(whole_archive.read_bytes())
    with Archive.open(whole_archive, PASSWORD) as archive:
        start = archive.directory.start
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(start, len(raw) - 1))
        raw[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFE, 0xFF]))
    (tmp_path / "a.zip").write_bytes(raw)
    try:
        with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
            archive.verify()
    except ChairsideError as problem:
        assert problem.what  # noqa: PT017 (any of them will do)


def test_attack_zip_bomb_by_a_wrong_size(tmp_path: Path) -> None:
    """Vulnerability: an entry unpacks to far more than its header says.
    Scenario: ten million bytes declared as ten. Verified: reading stops at once."""
    path = foreign(tmp_path / "b.zip", {"a.txt": bytes(10_000_000)}, compression=8)
    size = struct.pack("<L", 10_000_000)
    patched(path, tmp_path / "c.zip", size, struct.pack("<L", 10))
    bomb = Archive.open(tmp_path / "c.zip", PASSWORD)
    with bomb as archive, pytest.raises(DamagedEntry, match="more than it declares"):
        archive.stream("a.txt").read_block()


def test_attack_zip_bomb_gives_bounded_pieces(tmp_path: Path) -> None:
    """Scenario: a thousandfold compressed entry. Verified: no step gives more than its limit."""
    path = foreign(tmp_path / "b.zip", {"a.txt": bytes(30_000_000)}, compression=8)
    with Archive.open(path, PASSWORD) as archive:
        sizes = [len(block) for block in archive.stream("a.txt")]
    assert max(sizes) <= stream.PLAIN_BLOCK
    assert sum(sizes) == 30_000_000


def test_attack_entries_that_share_bytes(tmp_path: Path) -> None:
    """Vulnerability: many directory lines point at the same data, each unpacking it again.
    Verified: overlapping entries are refused on opening."""
    path = foreign(tmp_path / "b.zip", {"a.txt": b"x" * 100, "b.txt": b"y" * 100})
    raw = bytearray(path.read_bytes())
    first = raw.find(b"PK\x01\x02")
    # The first entry claims to be as long as both together.
    packed = struct.unpack_from("<L", raw, first + 20)[0]
    struct.pack_into("<L", raw, first + 20, packed + 60)
    path.write_bytes(raw)
    with pytest.raises(ArchiveProblem, match="overlap"):
        Archive.open(path, PASSWORD)


def test_attack_two_entries_of_one_name(tmp_path: Path) -> None:
    """Vulnerability: programs disagree on which of two entries of one name is meant."""
    path = foreign(tmp_path / "b.zip", {"a.txt": b"one", "b.txt": b"two"})
    patched(path, tmp_path / "c.zip", b"b.txt", b"a.txt")
    with pytest.raises(ArchiveProblem, match="same name"):
        Archive.open(tmp_path / "c.zip", PASSWORD)


def test_attack_absurd_entry_count(tmp_path: Path) -> None:
    """Scenario: the end record claims 200,000 entries. Verified: refused before they are read."""
    path = foreign(tmp_path / "b.zip", {"a.txt": b"one"})
    raw = path.read_bytes()
    body, end = raw[:-22], bytearray(raw[-22:])
    length, start = struct.unpack("<2L", end[12:20])
    claim = (200_000, 200_000, length, start)
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, *claim)
    finder = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    end[8:20] = struct.pack("<2H2L", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    path.write_bytes(body + large + finder + end)
    with pytest.raises(ArchiveProblem, match="200,000 entries"):
        Archive.open(path, PASSWORD)


def test_attack_manifest_too_large_for_the_memory(
    whole_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_MANIFEST", 100)
    with Archive.open(whole_archive, PASSWORD) as archive:
        assert archive.manifest is None
        assert archive.manifest_problem is not None
        with pytest.raises(ArchiveProblem, match="too large"):
            archive.table("patient")


def test_a_table_that_is_not_there_is_refused(whole_archive: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        with pytest.raises(ArchiveProblem, match="no such table"):
            archive.page("nobody", 0)
        with pytest.raises(NotFound):
            archive.stream("nobody.txt")


def test_a_closed_archive_gives_nothing(whole_archive: Path) -> None:
    archive = Archive.open(whole_archive, PASSWORD)
    pages = archive.stream("visit.txt")
    archive.close()
    with pytest.raises(ArchiveProblem):
        pages.read_block()


def test_attack_password_in_an_error_or_repr(whole_archive: Path) -> None:
    """Verified: neither an error nor a repr carries a password or a key."""
    secret = "Hunter two two"
    with pytest.raises(WrongPassword) as caught:
        Archive.open(whole_archive, secret)
    assert secret not in repr(caught.value) + str(caught.value)
    with Archive.open(whole_archive, PASSWORD) as archive:
        keys = unlocking.unlock(archive.file, archive.entries[0], PASSWORD)
        assert PASSWORD not in repr(archive)
        assert keys.aes_key.hex() not in repr(keys)
        assert repr(keys.aes_key) not in repr(keys)


def test_an_archive_of_a_former_version_stays_whole() -> None:
    """The bytes of the container are a contract, too."""
    golden = Path(__file__).parent / "golden" / "archive.zip"
    with Archive.open(golden, PASSWORD) as archive:
        found = archive.verify()
        rows = list(archive.rows("patient"))
    assert found.is_whole, found.findings
    assert [row[1] for row in rows] == [row[1] for row in PATIENTS]
