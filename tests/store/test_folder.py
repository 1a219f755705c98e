"""The practice's folder: nobody else may open it, and nothing half made stays (DESIGN)."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from store.errors import Conflict, NotFound, StoreProblem
from store.folder import (
    PracticeFolder,
    building_folder,
    existing_folder,
    practices_in,
    write_private,
)
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.people import PGID, scheduled, signed_in

posix_only = pytest.mark.xfail(
    sys.platform == "win32", reason="access lists stand in for modes", run=False
)


def modes(folder: Path) -> dict[str, int]:
    found = {".": stat.S_IMODE(folder.stat().st_mode)}
    for path in folder.rglob("*"):
        found[path.relative_to(folder).as_posix()] = stat.S_IMODE(path.stat().st_mode)
    return found


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_everything_is_private_whatever_the_umask(
    tmp_path: Path, clock: FixedClock, umask: int
) -> None:
    before = os.umask(umask)
    try:
        with create_practice(tmp_path / "data", 1, "Oak Street", clock):
            found = modes(tmp_path / "data" / "1")
    finally:
        os.umask(before)
    folders = {".", "downloads", "spool"}
    assert {name: found.pop(name) for name in folders} == dict.fromkeys(folders, 0o700)
    assert set(found.values()) == {0o600}
    assert {"practice.db", "practice.db-wal", "secret.key"} <= set(found)


@posix_only
@pytest.mark.parametrize("name", [".", "downloads", "spool", "practice.db", "secret.key"])
@pytest.mark.parametrize("extra", [0o040, 0o004, 0o010, 0o002])
def test_attack_reading_a_folder_that_was_left_open(
    practice_data: Path, clock: FixedClock, name: str, extra: int
) -> None:
    """Scenario: a mode lets the group or others in. Verified: it is not opened, and the command
    in the error mends it."""
    path = practice_data / str(PGID) / name
    path.chmod(stat.S_IMODE(path.stat().st_mode) | extra)
    with pytest.raises(StoreProblem, match="Others on this computer") as refused:
        Practice.open(practice_data, PGID, clock)
    command = refused.value.do.removeprefix("Close it with: ")
    subprocess.run(command, shell=True, check=True)
    Practice.open(practice_data, PGID, clock).close()


def test_an_unknown_pgid_names_the_known_ones(practice_data: Path, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="Known practices: 1000"):
        Practice.open(practice_data, 1001, clock)
    with pytest.raises(NotFound, match="chairside init"):
        Practice.open(practice_data / "nowhere", 1000, clock)


def test_two_that_make_a_practice_at_once_do_not_meet(tmp_path: Path, clock: FixedClock) -> None:
    """The second is told before it touches anything of the first."""
    with building_folder(tmp_path, 5) as first:
        with pytest.raises(Conflict, match="under way"):
            create_practice(tmp_path, 5, "Elm Street", clock)
        assert first.secret_key.is_file()
    assert practices_in(tmp_path) == (5,)
    with pytest.raises(StoreProblem, match="exists already"):
        create_practice(tmp_path, 5, "Elm Street", clock)


def test_a_missing_database_is_not_a_practice_that_never_was(practice_data: Path) -> None:
    PracticeFolder(practice_data / str(PGID)).database.unlink()
    with pytest.raises(StoreProblem, match="database is missing") as told:
        existing_folder(practice_data, PGID)
    assert told.value.do == "Put practice.db back from your backup."


def test_a_folder_that_cannot_be_reached_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="cannot be reached"):
        existing_folder(tmp_path / ("x" * 300), 1000)


@pytest.mark.parametrize("content", [None, b"", bytes(31), bytes(33)])
def test_a_missing_or_damaged_secret_key_stops_everything(
    practice_data: Path, clock: FixedClock, content: bytes | None
) -> None:
    key = PracticeFolder(practice_data / str(PGID)).secret_key
    key.unlink()
    if content is not None:
        write_private(key, content)
    with pytest.raises(StoreProblem, match=r"secret\.key"):
        Practice.open(practice_data, PGID, clock)


def test_a_damaged_database_is_told_and_not_touched(practice_data: Path, clock: FixedClock) -> None:
    database = PracticeFolder(practice_data / str(PGID)).database
    damaged = b"this is no database " * 500
    database.write_bytes(damaged)
    with pytest.raises(StoreProblem, match="damaged") as refused:
        Practice.open(practice_data, PGID, clock)
    assert "backup" in refused.value.do
    assert database.read_bytes() == damaged


def test_a_number_that_is_taken_is_refused_and_left_as_it_was(
    practice_data: Path, clock: FixedClock
) -> None:
    before = (practice_data / str(PGID) / "practice.db").read_bytes()
    with pytest.raises(StoreProblem, match="exists already"):
        create_practice(practice_data, PGID, "Another", clock)
    assert (practice_data / str(PGID) / "practice.db").read_bytes() == before


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def build() -> None:
        with building_folder(tmp_path, 5) as folder:
            assert folder.database.is_file()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        build()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_is_no_practice_and_in_nobodys_way(
    tmp_path: Path, clock: FixedClock
) -> None:
    (tmp_path / ".5.new" / "downloads").mkdir(parents=True)
    (tmp_path / ".5.new" / "practice.db").write_bytes(b"half")
    assert practices_in(tmp_path) == ()
    create_practice(tmp_path, 5, "Oak Street", clock).close()
    assert practices_in(tmp_path) == (5,)
    assert not (tmp_path / ".5.new").exists()


def test_a_private_file_never_replaces_another(tmp_path: Path) -> None:
    write_private(tmp_path / "key", b"first")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"


def test_no_password_and_no_code_stands_readable_in_the_folder(
    practice: Practice,
) -> None:
    """What is sealed or hashed is nowhere else: the whole folder is searched, byte by byte."""
    from tests.people import PASSWORDS, last_code, requested

    requested(practice, signed_in(practice, "dana"))
    code = last_code(practice)
    scheduled(practice, signed_in(practice, "kim"))
    text = b"".join(p.read_bytes() for p in practice.folder.path.rglob("*") if p.is_file())
    assert b"Maple Grove" in text
    assert f"{code} is your code".encode() not in text
    assert not [p for p in PASSWORDS.values() if p.encode() in text]
