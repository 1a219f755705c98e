"""The end of an archive: where ZIP64 is meant, and where a number is just that number."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from exporter.archive.directory import read_directory
from exporter.archive.errors import ArchiveProblem
from exporter.archive.limits import Limits
from exporter.archive.reader import Archive
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_foreign import packed

END = 22
"""Bytes of the end record of an archive without a comment."""


@pytest.mark.parametrize("count", [65_535, 65_536])
def test_as_many_entries_as_sixteen_bits_hold(count: int) -> None:
    """ZIP application note 4.4.1.4: 65,535 may stand for ZIP64; where none is there, it does not.
    The library's writer, whose code pyzipper shares, uses ZIP64 above that number only."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    assert (b"PK\x06\x07" in made.getvalue()) == (count > 65_535)
    assert len(read_directory(made).entries) == count


def test_an_archive_that_uses_zip64_without_need_is_read(tmp_path: Path) -> None:
    bsdtar = shutil.which("bsdtar")
    if bsdtar is None:
        pytest.skip("bsdtar is not installed (Debian: libarchive-tools)")
    (tmp_path / "a.txt").write_bytes(b"some text")
    options = "zip:encryption=aes128,zip:zip64"
    command = [bsdtar, "--format", "zip", "--options", options, "--passphrase", PASSWORD]
    subprocess.run([*command, "-cf", "a.zip", "a.txt"], check=True, cwd=tmp_path)
    raw = (tmp_path / "a.zip").read_bytes()
    assert raw[-END - 20 :].startswith(b"PK\x06\x07")
    assert raw[-END + 8 : -END + 12] == b"\x01\x00\x01\x00"
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert archive.read("a.txt", 100) == b"some text"
        assert archive.verify().is_whole


def with_zip64(raw: bytes, claims: tuple[int, ...]) -> bytes:
    """Put the end record for 64 bits, and its locator, before the end of an archive."""
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, *claims)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(raw) - END, 1)
    return raw[:-END] + large + locator + raw[-END:]


def test_what_is_wrong_with_an_end_is_told_as_what_it_may_be(tmp_path: Path) -> None:
    raw = packed(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes()
    noted = raw[:-2] + struct.pack("<H", 10) + b"ten bytes."
    for changed, told in (
        (raw + b"\n", "bytes follow after it"),
        (b"#!/bin/sh\n" + raw, "others were put before it"),
        (noted[:-1], "cut short"),
    ):
        (tmp_path / "b.zip").write_bytes(changed)
        with pytest.raises(ArchiveProblem, match=told):
            Archive.open(tmp_path / "b.zip", PASSWORD)
    (tmp_path / "b.zip").write_bytes(noted)
    with Archive.open(tmp_path / "b.zip", PASSWORD) as archive:
        assert archive.verify().is_whole


def test_a_directory_larger_than_the_limit_is_told_as_such(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.txt": b"x"})
    with pytest.raises(ArchiveProblem, match="directory claims 0 MB; up to 0 MB"):
        Archive.open(path, PASSWORD, Limits(directory=20))


def test_a_file_that_the_disk_no_longer_gives_is_told_plainly() -> None:
    """Scenario: a place that cannot be read, as on a worn disk; Linux has a file like that."""
    memory = Path("/proc/self/mem")
    if not memory.exists():
        pytest.skip("there is no /proc")
    with pytest.raises(ArchiveProblem, match="cannot be read"):
        Archive.open(memory, PASSWORD)


@pytest.mark.parametrize("field", range(6))
def test_attack_two_end_records_that_contradict_each_other(tmp_path: Path, field: int) -> None:
    """Vulnerability: programs differ in which of the two they believe, so one shows what another
    never reads. Verified: what agrees is read; what does not is refused, whichever it is."""
    raw = packed(tmp_path / "a.zip", {"a.txt": b"x", "b.txt": b"y"}).read_bytes()
    claims = struct.unpack("<4H2L", raw[-END + 4 : -2])
    (tmp_path / "a.zip").write_bytes(with_zip64(raw, claims))
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert [entry.name for entry in archive.entries] == ["a.txt", "b.txt"]
    other = [claim + (n == field) for n, claim in enumerate(claims)]
    (tmp_path / "a.zip").write_bytes(with_zip64(raw, tuple(other)))
    with pytest.raises(ArchiveProblem, match="contradicts itself"):
        Archive.open(tmp_path / "a.zip", PASSWORD)


@pytest.mark.parametrize("field", range(6))
def test_a_number_that_is_in_the_other_record_needs_one(tmp_path: Path, field: int) -> None:
    """Where a field is full, the other record has the number; without one, it means itself."""
    raw = packed(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes()
    claims = struct.unpack("<4H2L", raw[-END + 4 : -2])
    full = [0xFFFFFFFF if n > 3 else 0xFFFF for n in range(6)]
    fields = [full[n] if n == field else claim for n, claim in enumerate(claims)]
    narrow = raw[: -END + 4] + struct.pack("<4H2L", *fields) + raw[-2:]
    (tmp_path / "a.zip").write_bytes(with_zip64(narrow, claims))
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert archive.read("a.txt", 10) == b"x"
    (tmp_path / "a.zip").write_bytes(narrow)
    with pytest.raises(ArchiveProblem):
        Archive.open(tmp_path / "a.zip", PASSWORD)
