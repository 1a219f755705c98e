"""Archives by other programs: read, or refused with the program that opens them."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.directory import read_directory
from exporter.archive.entry import BZIP2, DEFLATED, LZMA, Entry
from exporter.archive.errors import ArchiveProblem, DamagedEntry, Unsupported
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.archive.unpacking import UnpackProblem, unpacker_of
from store.errors import WrongPassword
from tests.exporter.archive import foreign_archives
from tests.exporter.archive.foreign_archives import NAME, TEXT, make_with_7zip
from tests.exporter.archive.making import PASSWORD
from tests.source_files import PROJECT

AE = (1, 2)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
LARGE = b"".join(b"%d,%d\n" % (n, n * n % 9973) for n in range(60_000))
"""Above one block, packed and plain."""


def packed(path: Path, files: dict[str, bytes], method: int = 8, version: int = 2) -> Path:
    """Pack with pyzipper."""
    with pyzipper.AESZipFile(path, "w", compression=method) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=192, force_wz_aes_version=version)
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_every_method_and_strength_of_7zip_is_as_the_document_says(
    seven_zip: str, tmp_path: Path
) -> None:
    """Issue 5: opened and equal to what was packed, or told exactly what is not supported."""
    written = (PROJECT / "docs" / "archives.md").read_text(encoding="utf-8")
    for line in foreign_archives.table_of_outcomes(seven_zip, tmp_path):
        assert line in written


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("version", AE)
def test_archives_of_pyzipper_are_read_in_both_versions(
    tmp_path: Path, method: int, version: int
) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": LARGE, "b.txt": b""}, method, version)
    with Archive.open(path, PASSWORD) as archive:
        assert {entry.aes_version for entry in archive.entries} == {version}
        assert archive.read("a.csv", 10**7) == LARGE
        assert archive.verify().is_whole


def test_archives_of_libarchive_are_read(tmp_path: Path) -> None:
    bsdtar = shutil.which("bsdtar")
    if bsdtar is None:
        pytest.skip("bsdtar is not installed (Debian: libarchive-tools)")
    (tmp_path / "a.txt").write_bytes(LARGE)
    for bits in ("aes128", "aes256"):
        command = [bsdtar, "-a", "-cf", f"{bits}.zip", "--options", f"zip:encryption={bits}"]
        subprocess.run(
            [*command, "--passphrase", PASSWORD, "a.txt"], check=True, cwd=tmp_path, timeout=30
        )
        with Archive.open(tmp_path / f"{bits}.zip", PASSWORD) as archive:
            assert archive.read("a.txt", 10**7) == LARGE
            assert archive.verify().is_whole


def test_archives_that_libarchive_wrote_into_a_pipe_are_read(tmp_path: Path) -> None:
    """It cannot go back to fill in the sizes, and fills the end up with NULs."""
    bsdtar = shutil.which("bsdtar")
    if bsdtar is None:
        pytest.skip("bsdtar is not installed (Debian: libarchive-tools)")
    (tmp_path / "a.txt").write_bytes(LARGE)
    command = [bsdtar, "--format", "zip", "--options", "zip:encryption=aes256", "-cf", "-"]
    written = subprocess.run(
        [*command, "--passphrase", PASSWORD, "a.txt"], check=True, cwd=tmp_path, capture_output=True
    ).stdout
    assert written.endswith(bytes(100))
    (tmp_path / "a.zip").write_bytes(written)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert archive.read("a.txt", 10**7) == LARGE
        assert archive.verify().is_whole
    (tmp_path / "a.zip").write_bytes(written + b"x")
    with pytest.raises(ArchiveProblem):
        Archive.open(tmp_path / "a.zip", PASSWORD)


@pytest.mark.parametrize("method", METHODS)
def test_ae_1_holds_the_checksum_as_well(tmp_path: Path, method: int) -> None:
    """WinZip AES: AE-1 keeps the CRC, which must be right although the code is."""
    path = packed(tmp_path / "a.zip", {"a.txt": b"some text"}, method, version=1)
    raw = bytearray(path.read_bytes())
    raw[raw.rfind(b"PK\x01\x02") + 16] ^= 1
    path.write_bytes(raw)
    with Archive.open(path, PASSWORD) as archive:
        (found,) = archive.verify().findings
    assert found.entry == "a.txt"
    assert "checksum" in found.fault


@pytest.mark.parametrize("method", ["Copy", "Deflate", "BZip2", "LZMA", "PPMd"])
def test_a_wrong_password_and_damage_are_told_apart(
    seven_zip: str, tmp_path: Path, method: str
) -> None:
    path = make_with_7zip(seven_zip, tmp_path, "a", f"-mm={method}", "-mem=AES256")
    with pytest.raises(WrongPassword):
        Archive.open(path, PASSWORD.upper())
    with Archive.open(path, PASSWORD) as archive:
        place = archive.entry(NAME).data_offset + 200
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0x10
    path.write_bytes(raw)
    with pytest.raises(ArchiveProblem, match="damaged"):
        Archive.open(path, PASSWORD)


def test_what_is_not_unpacked_is_authenticated_all_the_same(seven_zip: str, tmp_path: Path) -> None:
    path = make_with_7zip(seven_zip, tmp_path, "p", "-mm=PPMd", "-mem=AES128")
    with Archive.open(path, PASSWORD) as archive:
        found = archive.verify()
        assert found.is_whole
        assert found.notes[0].entry == NAME
        assert "authentication code is right" in found.notes[0].fault
        with pytest.raises(Unsupported, match="PPMd"):
            archive.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_settings_of_lzma_that_the_library_lacks_are_not_called_damage(
    seven_zip: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    command = [seven_zip, "a", "-tzip", "-mm=LZMA", "-mlc=5", "-mem=AES128", f"-p{PASSWORD}"]
    subprocess.run([*command, "a.zip", "a.txt"], check=True, capture_output=True, cwd=tmp_path)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        with pytest.raises(Unsupported, match="settings of LZMA") as caught:
            archive.extract(tmp_path / "out")
        assert caught.value.do == "7-Zip opens it."
        found = archive.verify()
    assert found.is_whole
    assert "its authentication code is right, but" in found.notes[0].fault


def test_an_entry_that_is_not_encrypted_is_named_as_such(tmp_path: Path) -> None:
    path = packed(tmp_path / "m.zip", {"a.txt": b"locked"})
    with zipfile.ZipFile(path, "a") as plain:
        plain.writestr("b.txt", b"open")
    with Archive.open(path, PASSWORD) as archive:
        assert [entry.protection for entry in archive.entries] == ["AES-192, AE-2", "not encrypted"]
        found = archive.verify()
        assert archive.read("b.txt", 100) == b"open"
        assert {p.name: p.read_bytes() for p in archive.extract(tmp_path / "out")} == {
            "a.txt": b"locked",
            "b.txt": b"open",
        }
    assert found.is_whole
    assert [(note.entry, "not authenticated" in note.fault) for note in found.notes] == [
        ("b.txt", True)
    ]


def test_an_entry_that_cannot_be_checked_leaves_the_rest_readable(
    seven_zip: str, tmp_path: Path
) -> None:
    """Issue 5: mixed archives; what is not supported is told entry by entry."""
    (tmp_path / "b.txt").write_bytes(b"badly locked")
    make_with_7zip(seven_zip, tmp_path, "m", "-mm=Deflate", "-mem=AES256")
    command = [seven_zip, "a", "-tzip", f"-p{PASSWORD}", "-mem=ZipCrypto", "m.zip", "b.txt"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    with Archive.open(tmp_path / "m.zip", PASSWORD) as archive:
        found = archive.verify()
        assert not found.findings
        assert not found.is_whole
        assert [one.entry for one in found.unchecked] == ["b.txt"]
        with pytest.raises(Unsupported, match=r"b\.txt: .*ZipCrypto"):
            archive.extract(tmp_path / "out")
        (made,) = archive.extract(tmp_path / "out", only=[NAME])
    assert made.read_bytes() == TEXT


def test_attack_what_is_not_authenticated_has_no_final_name(tmp_path: Path) -> None:
    """Vulnerability: a program reads a half-written file before its code was checked.
    Scenario: the last byte of the code is wrong; the folder is looked at after every block.
    Verified: the text is never there under its name, and gone in the end."""
    path = packed(tmp_path / "a.zip", {"small.txt": b"x", "a.csv": LARGE}, method=0)
    with Archive.open(path, PASSWORD) as archive:
        end = archive.entry("a.csv").end
    raw = bytearray(path.read_bytes())
    raw[end - 1] ^= 1
    path.write_bytes(raw)
    out, seen = tmp_path / "out", set()

    def look(_step: Progress) -> None:
        seen.update(found.name for found in out.rglob("a.csv*"))
        seen.update(found.name for found in out.rglob(".a.csv*"))

    with Archive.open(path, PASSWORD) as archive, pytest.raises(DamagedEntry, match="code"):
        archive.extract(out, look)
    assert seen == {".a.csv.part"}
    assert not out.exists()


@pytest.mark.parametrize(
    ("begin", "told"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"PK\x07\x08PK\x03\x04", "split over several files"),
        (b"PK\x03\x04", r"\.001"),
    ],
)
def test_other_files_are_called_what_they_are(tmp_path: Path, begin: bytes, told: str) -> None:
    (tmp_path / "a.zip").write_bytes(begin + bytes(500))
    with pytest.raises(ArchiveProblem, match=told):
        Archive.open(tmp_path / "a.zip", PASSWORD)


def test_each_part_of_a_split_archive_names_the_program(seven_zip: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(LARGE)
    command = [seven_zip, "a", "-tzip", "-mm=Copy", "-mem=AES256", f"-p{PASSWORD}", "-v200k"]
    subprocess.run([*command, "a.zip", "a.txt"], check=True, capture_output=True, cwd=tmp_path)
    parts = sorted(tmp_path.glob("a.zip.*"))
    assert len(parts) >= 3
    for part in parts:
        with pytest.raises(ArchiveProblem) as caught:
            Archive.open(part, PASSWORD)
        assert "7-Zip opens the first" in caught.value.do


def test_strong_encryption_names_a_program(tmp_path: Path) -> None:
    """ZIP application note 4.4.4: bit 6 beside bit 0, and a method of its own."""
    raw = bytearray(packed(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes())
    for header, flags in ((0, 6), (raw.rfind(b"PK\x01\x02"), 8)):
        struct.pack_into("<2H", raw, header + flags, 0x41, 8)
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(ArchiveProblem, match="PKWARE strong encryption") as caught:
        Archive.open(tmp_path / "a.zip", PASSWORD)
    assert "PKZIP" in caught.value.do


@settings(max_examples=50, deadline=None)
@given(directory=st.binary(max_size=300), count=st.integers(0, 4), local=st.binary(max_size=80))
def test_random_bytes_for_a_directory_end_in_a_sentence(
    directory: bytes, count: int, local: bytes
) -> None:
    lines = b"".join(b"PK\x01\x02" + directory[n * 60 :] for n in range(count))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(lines), len(local), 0)
    try:
        read_directory(io.BytesIO(local + lines + end))
    except ArchiveProblem as problem:
        assert problem.do  # noqa: PT017 (any of them will do)


@settings(max_examples=50, deadline=None)
@given(
    method=st.sampled_from([DEFLATED, BZIP2, LZMA]),
    data=st.binary(max_size=400),
    begin=st.sampled_from([b"", b"BZh91AY&SY", b"\x1a\x02\x05\x00\x5d\x00\x00\x10\x00"]),
)
def test_random_packed_bytes_give_bounded_text_or_a_reason(
    method: int, data: bytes, begin: bytes
) -> None:
    entry = Entry("a", 1_000, 400, method, 1, 2, 0, (2026, 1, 1, 0, 0, 0), 0, 30, flags=2)
    unpacker = unpacker_of(entry, 1 << 24, can_copy=False)
    try:
        assert len(unpacker.unpack(begin + data, 64)) <= 64
        assert len(unpacker.unpack(b"", 64)) <= 64
    except UnpackProblem as problem:
        assert str(problem)  # noqa: PT017 (any of them will do)
