"""Extraction: never outside the folder, never over a file, all or nothing."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from exporter.archive import extraction
from exporter.archive.errors import ArchiveProblem, Cancelled, DamagedEntry
from exporter.archive.files import whole_file
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from store.errors import BadInput, DiskFull
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_reader import foreign, patched


def everything_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_files_come_out_as_they_were(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        files = archive.extract(tmp_path / "out")
        for path in files:
            assert path.read_bytes() == archive.read(path.name, 10**6)
        names = {entry.name for entry in archive.entries}
    assert everything_under(tmp_path) == {"out", *(f"out/{name}" for name in names)}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of modes")
def test_only_the_owner_can_read_what_comes_out(whole_archive: Path, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Archive.open(whole_archive, PASSWORD) as archive:
            files = archive.extract(tmp_path / "out")
    finally:
        os.umask(old)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_a_file_that_is_there_is_never_overwritten(whole_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "visit.txt").write_text("mine")
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput, match="visit"):
        archive.extract(tmp_path)
    assert everything_under(tmp_path) == {"visit.txt"}
    assert (tmp_path / "visit.txt").read_text() == "mine"


def test_what_is_there_is_noticed_before_any_work(whole_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "visit.txt").write_text("mine")
    steps: list[Progress] = []
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput):
        archive.extract(tmp_path, steps.append)
    assert steps == []


def test_a_file_that_appears_meanwhile_is_never_overwritten(
    whole_archive: Path, tmp_path: Path
) -> None:
    def appear(step: Progress) -> None:
        (tmp_path / "visit.txt").write_text("mine")

    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput):
        archive.extract(tmp_path, appear)
    assert everything_under(tmp_path) == {"visit.txt"}
    assert (tmp_path / "visit.txt").read_text() == "mine"


def test_damage_leaves_nothing_behind(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        last = archive.entry("visit.txt")
    raw = bytearray(whole_archive.read_bytes())
    raw[last.end - 1] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    damaged = Archive.open(tmp_path / "a.zip", PASSWORD)
    with damaged as archive, pytest.raises(DamagedEntry, match=r"visit\.txt"):
        archive.extract(tmp_path / "out")
    assert everything_under(tmp_path) == {"a.zip"}


def test_it_stops_when_asked_and_leaves_nothing(whole_archive: Path, tmp_path: Path) -> None:
    answers = iter([False, False])
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(Cancelled):
        archive.extract(tmp_path / "out", cancelled=lambda: next(answers, True))
    assert everything_under(tmp_path) == set()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil.txt",
        "..",
        "a//b.txt",
        "./a.txt",
        "C:/evil.txt",
        "C:evil.txt",
        "a.txt:stream",
        "..\\evil.txt",
        "nul",
        "con.txt",
        "COM1.txt",
        "a\nb.txt",
        "a\x1b[2J.txt",
        "trailing.",
        "trailing ",
        "\u202etxt.exe",
        "x" * 300,
        "/".join("a" * 20),
    ],
)
def test_attack_names_that_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """Vulnerability: an entry's name is used as a path.
    Scenario: names with .., drives, streams, devices, control characters.
    Verified: the archive is refused before anything is written, anywhere."""
    stand_in = "q" * len(name.encode())
    path = foreign(tmp_path / "b.zip", {"ok.txt": b"x", stand_in: b"evil"})
    patched(path, path, stand_in.encode(), name.encode())
    raw = bytearray(path.read_bytes())
    if not name.isascii():
        for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
            raw[raw.rfind(mark) + offset] |= 0x08  # names are UTF-8
        path.write_bytes(raw)
    with Archive.open(path, PASSWORD) as archive:
        assert name in {entry.name for entry in archive.entries}
        with pytest.raises(ArchiveProblem) as caught:
            archive.extract(tmp_path / "in" / "out")
    assert caught.value.kept == "Nothing was written."
    assert everything_under(tmp_path) == {"b.zip"}


def test_attack_two_names_that_one_disk_takes_for_the_same(tmp_path: Path) -> None:
    path = foreign(tmp_path / "b.zip", {"Readme.txt": b"one", "README.txt": b"two"})
    with Archive.open(path, PASSWORD) as archive, pytest.raises(ArchiveProblem, match="same name"):
        archive.extract(tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_attack_a_link_in_the_target_folder(tmp_path: Path) -> None:
    """Scenario: a folder of the archive's is a link to elsewhere already.
    Verified: nothing is written through it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    path = foreign(tmp_path / "b.zip", {"sub/a.txt": b"x"})
    with Archive.open(path, PASSWORD) as archive, pytest.raises(BadInput):
        archive.extract(tmp_path / "out")
    assert everything_under(tmp_path / "elsewhere") == set()
    assert everything_under(tmp_path / "out") == {"sub"}


def test_an_entry_that_is_named_twice_is_written_once(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        made = archive.extract(tmp_path / "out", only=["visit.txt", "visit.txt"])
    assert made == [tmp_path / "out" / "visit.txt"]


def test_folders_of_other_programs_are_made(tmp_path: Path) -> None:
    path = foreign(tmp_path / "b.zip", {"a/b/c.txt": b"x", "a/d.txt": b"y"})
    with Archive.open(path, PASSWORD) as archive:
        archive.extract(tmp_path / "out")
    assert (tmp_path / "out" / "a" / "b" / "c.txt").read_bytes() == b"x"
    assert everything_under(tmp_path / "out") == {"a", "a/b", "a/b/c.txt", "a/d.txt"}


def test_attack_more_than_the_disk_holds(
    whole_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: the declared sizes exceed the free space. Verified: refused before writing."""
    monkeypatch.setattr(extraction, "ROOM_LEFT", 1 << 60)
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(DiskFull) as caught:
        archive.extract(tmp_path / "out")
    assert caught.value.kept == "Nothing was written."
    assert everything_under(tmp_path) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_refusal_leaves_no_folder_and_no_file(tmp_path: Path, kind: str) -> None:
    """What stands in the way is met after other files were given their names: they go again."""
    out = tmp_path / "out"
    (out / "there").mkdir(parents=True)
    (out / "zz").symlink_to(tmp_path) if kind == "link" else (out / "zz").write_text("mine")
    names = ["aa/bb/1.txt", "aa/2.txt", "there/3.txt", "zz/4.txt"]
    path = foreign(tmp_path / "b.zip", dict.fromkeys(names, b"x"))
    with Archive.open(path, PASSWORD) as archive, pytest.raises(BadInput, match="called zz"):
        archive.extract(out)
    assert sorted(found.name for found in out.rglob("*")) == ["there", "zz"]


@pytest.mark.parametrize("length", [249, 250, 255])
def test_a_name_as_long_as_disks_hold_is_written(tmp_path: Path, length: int) -> None:
    """The temporary name beside it is longer than the name, so it is another one."""
    name = "n" * (length - 4) + ".txt"
    path = foreign(tmp_path / "b.zip", {name: b"x", "b.txt": b"y"})
    with Archive.open(path, PASSWORD) as archive:
        archive.extract(tmp_path / "out")
    assert everything_under(tmp_path / "out") == {name, "b.txt"}
    assert (tmp_path / "out" / name).read_bytes() == b"x"


@pytest.mark.parametrize("fault", [errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOTTY])
def test_a_disk_without_hard_links_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """FAT and exFAT have none, and each driver answers in its own way; what is there stays."""

    def refuse(*_paths: object, **_options: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "link", refuse)
    with whole_file(tmp_path / "a.bin") as file:
        file.write(b"x")
    assert (tmp_path / "a.bin").read_bytes() == b"x"

    def appear(_part: Path) -> None:
        (tmp_path / "b.bin").write_text("mine")

    with pytest.raises(BadInput), whole_file(tmp_path / "b.bin", check=appear) as file:
        file.write(b"x")
    assert everything_under(tmp_path) == {"a.bin", "b.bin"}
    assert (tmp_path / "b.bin").read_text() == "mine"
