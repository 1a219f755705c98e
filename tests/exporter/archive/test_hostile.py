"""Names, links, limits: each refused by name, with its own sentence."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.archive.entry import DEFLATED, LZMA, Entry
from exporter.archive.errors import ArchiveProblem, DamagedEntry
from exporter.archive.hostile import fault_of_name, refuse_hostile
from exporter.archive.limits import DEFAULT_LIMITS, Limits
from exporter.archive.reader import Archive
from exporter.archive.unpacking import UnpackProblem, unpacker_of
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_reader import foreign, patched
from tests.source_files import PROJECT

PLAIN = Entry("a.txt", 10, 40, DEFLATED, 1, 2, 0, (2026, 11, 20, 0, 0, 0), 0, 60)

FAULTS = {
    "..": "..",
    "a/../b": "..",
    "/etc/evil": "absolute",
    "\\evil": "absolute",
    "\\\\server\\share": "absolute",
    "C:/evil": "drive letter",
    "c:evil": "drive letter",
    "..\\evil": "backslash",
    "a//b": "empty step",
    "./a": "single dot",
    "": "empty step",
    "a.txt:stream": "hidden stream",
    'a"b': "cannot hold",
    "nul": "device",
    "CON .txt": "device",
    "sub/com¹.txt": "device",
    "a\nb": "control character",
    "a\x7fb": "control character",
    "\u202etxt.exe": "invisible",
    "a\u200bb": "invisible",
    "\u3164.txt": "invisible",
    "\ud800": "not proper text",
    ".a.part": "unfinished files",
    "sub/.A.PART/b": "unfinished files",
    ".chairside-1f.lock": "unfinished files",
    "trailing.": "Windows drops",
    "trailing ": "Windows drops",
    " leading": "Windows drops",
    "x" * 256: "longer than 255 bytes",
    "/".join("a" * 20): "folders deep",
}


@pytest.mark.parametrize("name", FAULTS)
def test_attack_each_hostile_name_has_its_own_reason(name: str) -> None:
    """Vulnerability: an entry's name is used as a path, on three kinds of systems."""
    fault = fault_of_name(name)
    assert fault is not None
    assert FAULTS[name] in fault


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "sub/a b.txt",
        "Ångström/日本語.csv",
        ".hidden",
        "a.part",
        "console.txt",
        "a..b",
        "cön",
    ],
)
def test_ordinary_names_are_fine(name: str) -> None:
    assert fault_of_name(name) is None


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("Straße.txt", "STRASSE.TXT"), "same name"),
        (("é.txt", "e\u0301.txt"), "same name"),
        (("\u1fb3\u0323.txt", "\u0391\u0323\u0399.txt"), "same name"),
        (("a", "A/b.txt"), "a file of the archive, too"),
        (("a/b/c", "a/b"), "a file of the archive, too"),
    ],
)
def test_attack_names_that_take_the_place_of_one_another(names: tuple[str, str], told: str) -> None:
    with pytest.raises(ArchiveProblem, match=told) as caught:
        refuse_hostile([replace(PLAIN, name=name) for name in names])
    assert names[1] in caught.value.what


@pytest.mark.parametrize(
    ("folder", "told"),
    [("a.txt/", "a file of the archive, too"), ("../x/", "lead out"), ("con/", "device")],
)
def test_attack_a_folder_that_must_not_be_made(folder: str, told: str, tmp_path: Path) -> None:
    """Folders are entries of their own in other programs' archives; their names count as well."""
    path = foreign(tmp_path / "b.zip", {"a.txt": b"x", "sub/": b"", folder: b""})
    with Archive.open(path, PASSWORD) as archive:
        assert [entry.name for entry in archive.entries] == ["a.txt"]
        with pytest.raises(ArchiveProblem, match=told):
            archive.extract(tmp_path / "out")
        archive.extract(tmp_path / "out", only=["a.txt"])


def test_attack_a_folder_that_hides_data(tmp_path: Path) -> None:
    """Scenario: an entry is called a folder of size 0, and five kilobytes lie behind its name."""
    path = foreign(tmp_path / "b.zip", {"a.txt": b"x", "secret/": b"y" * 5_000})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<L", raw, raw.rindex(b"PK\x01\x02") + 24, 0)
    path.write_bytes(raw)
    with Archive.open(path, PASSWORD) as archive:
        assert "secret/" in [finding.entry for finding in archive.verify().findings]
        with pytest.raises(ArchiveProblem, match="secret/"):
            archive.extract(tmp_path / "out")


@pytest.mark.parametrize(
    ("system", "attributes", "told"),
    [
        (3, 0o120777 << 16, "symbolic link"),
        (19, 0o120777 << 16, "symbolic link"),
        (3, 0o010644 << 16, "neither a file nor a folder"),
        (3, 0o020644 << 16, "neither a file nor a folder"),
        (0, 0x400, "Windows link"),
        (11, 0x420, "Windows link"),
    ],
)
def test_attack_an_entry_that_is_no_file(system: int, attributes: int, told: str) -> None:
    """Vulnerability: a link is made first, and the next entry is written through it."""
    with pytest.raises(ArchiveProblem, match=f"a.txt: .*{told}"):
        refuse_hostile([replace(PLAIN, system=system, attributes=attributes)])


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_attack_a_symbolic_link_packed_by_7zip(seven_zip: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to("/etc")
    (tmp_path / "in" / "a.txt").write_text("x")
    command = [seven_zip, "a", "-tzip", "-snl", "-mem=AES256", f"-p{PASSWORD}", "l.zip", "in"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    with (
        Archive.open(tmp_path / "l.zip", PASSWORD) as archive,
        pytest.raises(ArchiveProblem, match="in/out: it is a symbolic link"),
    ):
        archive.extract(tmp_path / "there")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(ratio=100, free_of_ratio=1_000), r"a\.txt: it claims to unpack to more than 100"),
        (Limits(entry_bytes=50_000), r"a\.txt: it claims 98 KB; up to 49 KB"),
        (Limits(total_bytes=150_000), "claims 198 KB in all"),
        (Limits(ratio=50, free_of_ratio=150_000), "archive claims to unpack to more than 50"),
    ],
)
def test_attack_bombs_are_refused_before_a_byte_is_written(
    tmp_path: Path, limits: Limits, told: str
) -> None:
    files = {"a.txt": bytes(100_000), "b.txt": bytes(100_000), "c.bin": os.urandom(3_000)}
    path = foreign(tmp_path / "b.zip", files, compression=8)
    with Archive.open(path, PASSWORD, limits) as archive:
        with pytest.raises(ArchiveProblem, match=told) as caught:
            archive.extract(tmp_path / "out")
        assert caught.value.kept == "Nothing was written."
        if told.startswith("a\\.txt"):  # one entry alone, not all of them
            with pytest.raises(ArchiveProblem, match=told):
                archive.stream("a.txt")
            found = archive.verify().findings[0]
            assert re.match(told, found.sentence)
        else:
            with pytest.raises(ArchiveProblem, match=told):
                archive.verify()
    assert not (tmp_path / "out").exists()


def test_the_document_tells_the_limits() -> None:
    told = (PROJECT / "docs" / "archives.md").read_text(encoding="utf-8")
    mb, gb = 1 << 20, 1 << 30
    for line in (
        f"| entries | {DEFAULT_LIMITS.entries:,} |",
        f"| directory | {DEFAULT_LIMITS.directory // mb} MB |",
        f"| one entry, unpacked | {DEFAULT_LIMITS.entry_bytes // gb} GB |",
        f"| all entries, unpacked | {DEFAULT_LIMITS.total_bytes // gb} GB |",
        f"above {DEFAULT_LIMITS.free_of_ratio // mb} MB | {DEFAULT_LIMITS.ratio:,} |",
        f"| memory of one decompressor, of four at most | {DEFAULT_LIMITS.memory // mb} MB |",
    ):
        assert line in told


def test_attack_lzma_that_asks_for_all_the_memory() -> None:
    """Vulnerability: LZMA's header names the memory that unpacking takes.
    Scenario: four gigabytes are asked for, by a large entry and by a small one.
    Verified: the large is refused; the small gets no more than its text."""
    greedy = struct.pack("<BBHBL", 26, 2, 5, 0x5D, 0xFFFFFFFF) + bytes(64)
    entry = replace(PLAIN, method=LZMA, size=1 << 40, flags=2)
    with pytest.raises(UnpackProblem, match="MB of memory"):
        unpacker_of(entry, 384 << 20, can_copy=False).unpack(greedy, 1 << 20)
    exact = struct.pack("<BBHBL", 26, 2, 5, 0x5D, 1 << 20) + bytes(64)
    assert unpacker_of(entry, 1 << 20, can_copy=False).unpack(exact, 1 << 10), "up to it is given"
    small = unpacker_of(replace(entry, size=1_000), 1 << 20, can_copy=False)
    assert len(small.unpack(greedy, 1 << 20)) <= 1 << 20


def test_attack_two_headers_that_contradict_each_other(tmp_path: Path) -> None:
    """Vulnerability: programs differ in which of an entry's two headers they believe.
    Scenario: the one says encrypted, the other not. Verified: refused, with the name."""
    raw = bytearray(foreign(tmp_path / "b.zip", {"a.txt": b"x"}).read_bytes())
    raw[6] ^= 1
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(ArchiveProblem, match=r"a\.txt: the entry's header does not match"):
        Archive.open(tmp_path / "b.zip", PASSWORD)
    raw[6] ^= 1
    raw[7] ^= 8  # the one says that its name is UTF-8, the other not
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(ArchiveProblem, match=r"a\.txt: the entry's header does not match"):
        Archive.open(tmp_path / "b.zip", PASSWORD)


@pytest.mark.parametrize("field", [b"\3\0AE\3", b"\0\0AE\3", b"\2\0XX\3", b"\2\0AE\4", b"\2\0AE\0"])
def test_attack_an_encryption_that_does_not_exist(tmp_path: Path, field: bytes) -> None:
    """WinZip AES specification: versions 1 and 2, vendor AE, strengths 1 to 3. In both headers."""
    whole = foreign(tmp_path / "a.zip", {"a.txt": b"some text"})
    known, tag = b"\2\0AE\3", b"\x01\x99\7\0"
    path = patched(whole, tmp_path / "b.zip", tag + known, tag + field)
    with pytest.raises(ArchiveProblem, match=r"a\.txt: .* does not add up"):
        Archive.open(path, PASSWORD)


def test_attack_an_entry_too_short_for_its_lock(tmp_path: Path) -> None:
    """Scenario: salt, check bytes and code would reach into the entry that follows."""
    whole = foreign(tmp_path / "a.zip", {"a.txt": b"", "b.txt": b"some text"})
    with Archive.open(whole, PASSWORD) as archive:
        size = archive.entry("a.txt").packed_size
    raw = bytearray(whole.read_bytes())
    for place in (18, raw.index(b"PK\1\2") + 20):
        assert struct.unpack_from("<L", raw, place) == (size,)
        struct.pack_into("<L", raw, place, 16 + 2 + 10 - 1)
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(ArchiveProblem, match=r"a\.txt: .* does not add up"):
        Archive.open(tmp_path / "b.zip", PASSWORD)


def test_attack_packed_text_without_its_end(tmp_path: Path) -> None:
    """Scenario: cut off after a whole block, with the size and the code of what is left.
    Verified: told, whether it is read or verified."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(b"some text") + packer.flush(zlib.Z_FULL_FLUSH)
    stored = foreign(tmp_path / "a.zip", {"a.txt": packed})
    path = patched(stored, tmp_path / "b.zip", b"\2\0AE\3\0\0", b"\2\0AE\3\x08\0")
    raw = bytearray(path.read_bytes())
    for place in (22, raw.index(b"PK\1\2") + 24):
        struct.pack_into("<L", raw, place, len(b"some text"))
    path.write_bytes(raw)
    with Archive.open(path, PASSWORD) as archive:
        told = [finding.fault for finding in archive.verify().findings]
        assert told == ["its compressed data has no end"]
        with pytest.raises(DamagedEntry, match="no end"):
            archive.read("a.txt", 100)
