"""Writing: every entry AES-128, whole or not there, in an order that people expect."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import struct
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from exporter.archive import container
from exporter.archive.errors import ArchiveProblem, KeyUsedTwice
from exporter.archive.files import clear_leftover, part_of
from exporter.archive.names import archive_name
from exporter.archive.reader import Archive
from exporter.archive.writer import ArchiveWriter
from store.archive_key import EntryKey, derive
from store.errors import DiskFull
from tests.exporter.archive.making import MOMENT, PASSWORD, make_archive


def new_key() -> EntryKey:
    return derive(PASSWORD)


def test_7zip_opens_it_with_the_password(
    seven_zip: str, whole_archive: Path, tmp_path: Path
) -> None:
    """REQUIREMENTS D14, by a program that nobody here wrote."""
    command = [seven_zip, "x", f"-p{PASSWORD}", f"-o{tmp_path}", str(whole_archive)]
    subprocess.run(command, check=True, capture_output=True)
    with Archive.open(whole_archive, PASSWORD) as archive:
        for entry in archive.entries:
            assert (tmp_path / entry.name).read_bytes() == archive.read(entry.name, 10**6)


def test_7zip_finds_no_fault(seven_zip: str, whole_archive: Path) -> None:
    test = [seven_zip, "t", f"-p{PASSWORD}", str(whole_archive)]
    assert b"Everything is Ok" in subprocess.run(test, check=True, capture_output=True).stdout


def test_7zip_refuses_a_password_in_other_case(seven_zip: str, whole_archive: Path) -> None:
    """REQUIREMENTS D14: the password is case-sensitive."""
    test = [seven_zip, "t", f"-p{PASSWORD.swapcase()}", str(whole_archive)]
    assert subprocess.run(test, capture_output=True).returncode != 0


def test_7zip_lists_every_entry_as_aes_128(seven_zip: str, whole_archive: Path) -> None:
    listing = [seven_zip, "l", "-slt", f"-p{PASSWORD}", str(whole_archive)]
    told = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    methods = [line for line in told.splitlines() if line.startswith("Method")]
    assert methods == ["Method = AES-128 Deflate"] * 5


def test_a_program_without_aes_cannot_open_it(whole_archive: Path) -> None:
    """REQUIREMENTS D16: what knows no AES says so instead of giving rubbish."""
    with zipfile.ZipFile(whole_archive) as archive:
        assert archive.testzip.__self__.infolist()[0].compress_type == 99
        with pytest.raises((NotImplementedError, RuntimeError)):
            archive.read("README.txt", PASSWORD.encode())


def test_every_header_says_ae_2_with_128_bits_and_no_crc(whole_archive: Path) -> None:
    """WinZip AES specification: AE-2 keeps the CRC at zero, which would tell about short texts."""
    with zipfile.ZipFile(whole_archive) as archive:
        for info in archive.infolist():
            tag, size, version, vendor, strength, method = struct.unpack("<3H2sBH", info.extra)
            assert (tag, size, version, vendor, strength) == (0x9901, 7, 2, b"AE", 1)
            assert (info.CRC, info.flag_bits, method) == (0, 1, 8)


def test_no_plain_text_is_in_the_file(whole_archive: Path) -> None:
    raw = whole_archive.read_bytes()
    with Archive.open(whole_archive, PASSWORD) as archive:
        for entry in archive.entries:
            text = archive.read(entry.name, 10**6)
            assert text[:24] not in raw


def test_the_describing_entries_lead_the_list(whole_archive: Path) -> None:
    with zipfile.ZipFile(whole_archive) as archive:
        names = archive.namelist()
    assert names[:3] == ["README.txt", "data_dictionary.txt", "datapackage.json"]
    assert names[3:] == ["patient.txt", "visit.txt"]


def test_entries_show_the_moment_that_was_handed_in(whole_archive: Path) -> None:
    with zipfile.ZipFile(whole_archive) as archive:
        times = {info.date_time for info in archive.infolist()}
    assert times == {(2026, 11, 20, 0, 0, 4)}


def test_the_name_has_group_date_and_number_and_no_patient() -> None:
    assert archive_name(1000, date(2026, 11, 20), 7) == "1000-2026-11-20-0007.zip"


def test_a_record_tells_size_and_checksum_of_the_plain_text(tmp_path: Path) -> None:
    pieces = [b"abc" * 1000, b"", b"x" * 300_000, b"\n"]
    with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
        with writer.entry("patient.txt") as entry:
            for piece in pieces:
                entry.write(piece)
        assert entry.record in writer.records
    assert entry.record.bytes == sum(map(len, pieces))
    assert entry.record.sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_a_key_is_asked_for_once_per_entry_before_its_first_byte(tmp_path: Path) -> None:
    """DESIGN, one download: a key is marked used before anything is encrypted with it."""
    sizes: list[int] = []

    def next_key() -> EntryKey:
        sizes.append(part_of(tmp_path / "a.zip").stat().st_size)
        return new_key()

    with ArchiveWriter(tmp_path / "a.zip", next_key, MOMENT) as writer:
        for name in ("a.txt", "b.txt"):
            with writer.entry(name) as entry:
                entry.write(os.urandom(400_000))
    assert len(sizes) == 2
    assert sizes[0] == 0


def test_attack_two_time_pad(tmp_path: Path) -> None:
    """Vulnerability: two texts under one key can be read without it.
    Scenario: the same key is handed out for two entries, in one archive and in the next.
    Verified: the second is refused before a byte of it is written."""
    key = new_key()
    written: list[str] = []

    def write(names: list[str], key: EntryKey) -> None:
        with ArchiveWriter(tmp_path / "a.zip", lambda: key, MOMENT) as writer:
            for name in names:
                with writer.entry(name) as entry:
                    entry.write(b"text")
                    written.append(name)

    with pytest.raises(KeyUsedTwice):
        write(["a.txt", "b.txt"], key)
    with pytest.raises(KeyUsedTwice):
        write(["c.txt"], EntryKey.from_bytes(key.to_bytes()))
    assert written == ["a.txt"]
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    def write() -> None:
        with (
            ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer,
            writer.entry("a.txt") as entry,
        ):
            entry.write(b"x" * 1_000_000)
            raise RuntimeError("rows ended")

    with pytest.raises(RuntimeError, match="rows ended"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_an_error_that_was_swallowed_cannot_make_half_an_archive(tmp_path: Path) -> None:
    def write() -> None:
        with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
            try:
                with writer.entry("a.txt") as entry:
                    entry.write(b"half")
                    raise KeyError("row")
            except KeyError:
                pass

    with pytest.raises(ArchiveProblem, match="not finished"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_an_older_archive_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    before = path.read_bytes()
    with ArchiveWriter(path, new_key, MOMENT) as writer:
        with writer.entry("a.txt") as entry:
            entry.write(b"x" * 500_000)
        assert path.read_bytes() == before
    assert path.read_bytes() != before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """DESIGN, data on disk: archives are 0600, from the first byte on."""
    old = os.umask(0)
    try:
        with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
            part = part_of(tmp_path / "a.zip").stat()
            with writer.entry("a.txt") as entry:
                entry.write(b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(part.st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600


def test_a_second_run_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
        with (
            pytest.raises(ArchiveProblem, match="Another run"),
            ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT),
        ):
            pass
        with writer.entry("a.txt") as entry:
            entry.write(b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_what_a_killed_run_left_can_be_cleared(tmp_path: Path) -> None:
    """DESIGN, one download: killed at any point, the next run leaves no litter."""
    part_of(tmp_path / "a.zip").write_bytes(b"half")
    clear_leftover(tmp_path / "a.zip")
    make_archive(tmp_path / "a.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_attack_another_file_in_the_place_of_ours(tmp_path: Path) -> None:
    """Scenario: while the archive is written, its temporary name is given to another file.
    Verified: that file never gets the archive's name."""
    part = part_of(tmp_path / "a.zip")

    def write() -> None:
        with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
            with writer.entry("a.txt") as entry:
                entry.write(b"x")
            part.unlink()
            part.write_bytes(b"another")

    with pytest.raises(ArchiveProblem, match="took the place"):
        write()
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = os.open("/dev/full", os.O_RDWR)
    real_write = container.EntryFile.write

    def write_to_full(self: container.EntryFile, data: bytes) -> int:
        os.dup2(full, self._fileobj.fileno())
        return real_write(self, data)

    monkeypatch.setattr(container.EntryFile, "write", write_to_full)

    def write() -> None:
        with (
            ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer,
            writer.entry("a.txt") as entry,
        ):
            entry.write(os.urandom(3_000_000))

    try:
        with pytest.raises(DiskFull) as caught:
            write()
    finally:
        os.close(full)
    assert caught.value.do
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../a.txt", "a/b.txt", "a.exe", "", ".hidden.txt", "a b.txt"])
def test_only_plain_names_become_entries(tmp_path: Path, name: str) -> None:
    def write() -> None:
        with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer, writer.entry(name):
            pass

    with pytest.raises(ValueError, match="plain"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_one_name_is_one_entry(tmp_path: Path) -> None:
    def write() -> None:
        with ArchiveWriter(tmp_path / "a.zip", new_key, MOMENT) as writer:
            for _ in range(2):
                with writer.entry("a.txt") as entry:
                    entry.write(b"x")

    with pytest.raises(ValueError, match="new"):
        write()


def test_headers_of_large_entries_follow_the_specification(whole_archive: Path) -> None:
    """ZIP application note 4.5.3: sizes stand in the ZIP64 field only where the header says so."""
    with zipfile.ZipFile(whole_archive) as archive:
        offset = archive.getinfo("patient.txt").header_offset
        sizes = archive.getinfo("patient.txt")
    raw = whole_archive.read_bytes()[offset:]
    assert struct.unpack_from("<2L", raw, 18) == (0xFFFFFFFF, 0xFFFFFFFF)
    name_size = struct.unpack_from("<H", raw, 26)[0]
    tag, size, plain, packed = struct.unpack_from("<2H2Q", raw, 30 + name_size)
    assert (tag, size) == (1, 16)
    assert (plain, packed) == (sizes.file_size, sizes.compress_size)
