"""Whatever goes wrong: one clear sentence with what to do, exit code 1, nothing lost."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from pathlib import Path

import pytest

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.stories.shell import Answer, Shell
from tests.stories.test_main_job import request_with_code

DANA, KIM, ANA = (people.PASSWORDS[name] for name in ("dana", "kim", "ana"))


def _list(shell: Shell, user: str, password: str, *more: str) -> str:
    return shell(
        "download", "list", "--user", user, "--password-file", "-", *more, stdin=password
    ).refused()


def _save(shell: Shell, number: str, folder: Path | str, user: str) -> Answer:
    words = ("download", "save", number, "--to", folder, "--user", user, "--password-file", "-")
    return shell(*words, stdin=people.PASSWORDS[user])


def _with_a_ready_archive(shell: Shell) -> str:
    """Schedule a download of dana's and have it made; return its number."""
    number = request_with_code(shell, "dana")
    shell("runner", "run", "--now", "--user", "kim", "--password-file", "-", stdin=KIM)
    return number


@pytest.fixture(scope="module")
def saved(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ready archive of dana's, made and saved to a folder by the program."""
    folder = tmp_path_factory.mktemp("saved")
    shutil.copytree(practice_template, folder / "data")
    for name in ("home", "out"):
        (folder / name).mkdir()
    shell = Shell(folder / "data", folder / "home")
    _save(shell, _with_a_ready_archive(shell), folder / "out", "dana")
    (found,) = (folder / "out").iterdir()
    return found


@pytest.fixture
def archive(saved: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copy(saved, tmp_path))


def _verify(shell: Shell, archive: Path, password: str = DANA) -> str:
    return shell("archive", "verify", archive, "--password-file", "-", stdin=password).refused()


def test_a_wrong_password(shell: Shell) -> None:
    told = _list(shell, "dana", "not the password at all")
    assert "Wrong practice group, user name or password" in told
    assert told == _list(shell, "nobody-of-that-name", "not the password at all"), "S3"


def test_a_wrong_and_an_old_code(shell: Shell, practice_data: Path) -> None:
    told = shell(
        "download", "request", "--user", "dana", "--password-file", "-", stdin=f"{DANA}\n000000\n"
    ).refused()
    assert "not the code that was sent" in told
    with Practice.open(practice_data, people.PGID, FixedClock()) as practice:
        assert practice.call(lambda s: s.value("SELECT state FROM data_download")) == "requested"


def test_a_user_without_the_right_learns_which_and_where(shell: Shell) -> None:
    told = _list(shell, "ana", ANA)
    assert "Utilities - Data Download: View Only" in told, "D4"
    assert "Setup > Security > Groups" in told, "D4"


def test_an_unknown_practice_group(shell: Shell) -> None:
    told = _list(shell, "dana", DANA, "--pgid", "4711")
    assert "no practice 4711" in told
    assert "1000" in told


def test_a_dump_cut_in_the_middle(shell: Shell, shared_data: Path, tmp_path: Path) -> None:
    whole = gzip.decompress((shared_data / "opendental_100.sql.gz").read_bytes())
    cut = tmp_path / "cut.sql"
    cut.write_bytes(whole[: len(whole) // 2])
    told = shell(
        "import", "opendental", cut, "--user", "kim", "--password-file", "-", stdin=KIM
    ).refused()
    assert "Nothing was imported" in told


def test_a_dump_of_another_product(shell: Shell, tmp_path: Path) -> None:
    other = tmp_path / "shop.sql"
    other.write_text(
        "-- MySQL dump 10.13\nCREATE TABLE `orders` (\n  `id` int(11) NOT NULL\n);\n"
        "INSERT INTO `orders` VALUES (1);\n-- Dump completed on 2026-01-01  1:00:00\n"
    )
    told = shell(
        "import", "opendental", other, "--user", "kim", "--password-file", "-", stdin=KIM
    ).refused()
    assert "Open Dental" in told
    assert "Nothing was imported" in told


@pytest.mark.parametrize("kept", [0, 10, 5000, -30])
def test_an_archive_cut_short(shell: Shell, archive: Path, kept: int) -> None:
    archive.write_bytes(archive.read_bytes()[:kept])
    assert "Copy it again" in _verify(shell, archive) or kept == 0


def test_an_archive_with_a_flipped_byte(shell: Shell, archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 0x10
    archive.write_bytes(content)
    told = shell("archive", "verify", archive, "--password-file", "-", stdin=DANA)
    assert told.code == 1
    assert "Traceback" not in told.err
    assert ".txt" in told.out + told.err or ".json" in told.out + told.err, "it names the entry"


def test_an_archive_with_another_password(shell: Shell, archive: Path) -> None:
    assert "password" in _verify(shell, archive, KIM)


def test_a_store_of_a_newer_program(shell: Shell) -> None:
    db = sqlite3.connect(shell.data / "1000" / "practice.db")
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('chairside', 'm9999_from_the_future', '2031-01-01')"
    )
    db.commit()
    db.close()
    told = _list(shell, "dana", DANA)
    assert "newer version" in told
    assert "not touched" in told


@pytest.mark.parametrize("name", [".", "practice.db", "secret.key", "downloads"])
def test_a_folder_that_others_can_read(shell: Shell, name: str) -> None:
    path = shell.data / "1000" / name
    path.chmod(path.stat().st_mode | 0o044)
    told = _list(shell, "dana", DANA)
    assert "chmod" in told
    assert "not opened" in told


def test_a_database_that_is_none(shell: Shell) -> None:
    (shell.data / "1000" / "practice.db").write_bytes(b"this was a database once" * 100)
    assert "backup" in _list(shell, "dana", DANA)


def test_a_secret_key_that_is_gone(shell: Shell) -> None:
    (shell.data / "1000" / "secret.key").unlink()
    assert "secret.key" in _list(shell, "dana", DANA)


def test_saving_to_a_folder_that_is_not_there(shell: Shell) -> None:
    told = _save(shell, _with_a_ready_archive(shell), "/nowhere/at/all", "dana").refused()
    assert "no folder" in told
    assert "Nothing was saved" in told


def test_d15_an_administrator_cannot_retrieve_it(shell: Shell, tmp_path: Path) -> None:
    told = _save(shell, _with_a_ready_archive(shell), tmp_path, "kim").refused()
    assert "Only the user who scheduled" in told


HUGE = "99999999999999999999999"


def test_a_number_that_nothing_can_have_is_wrong_usage(shell: Shell) -> None:
    """It was told as an unexpected error, which IT support should hear of."""
    for words in (
        ("download", "save", HUGE, "--to", "."),
        ("audit", "list", "--patient", HUGE),
        ("audit", "list", "--limit", HUGE),
        ("portal", "settings", "--days", HUGE),
        ("users", "sessions", "--end", HUGE),
    ):
        answer = shell(*words, "--user", "kim", "--password-file", "-", stdin=KIM)
        assert answer.code == 2, (words, answer)
        assert answer.err.endswith(f"{HUGE} is too large: nothing here has such a number.\n")
    assert shell("init", "--pgid", HUGE, "--name", "x", "--owner", "kim").code == 2


def test_no_file_for_a_disc_is_told_as_that(shell: Shell, tmp_path: Path) -> None:
    words = ("archive", "to-disc", "/nope", "--to", tmp_path, "--yes")
    told = shell(*words, "--user", "dana", "--password-file", "-", stdin=DANA).refused()
    assert "There is no file /nope. Nothing was written." in told


@pytest.mark.parametrize("damage", ["flipped", "cut"])
def test_a_damaged_backup_is_not_to_be_retrieved_in_the_kiosk(
    shell: Shell, tmp_path: Path, damage: str
) -> None:
    key = tmp_path / "key"
    shell("backup", "key", key)
    (tmp_path / "to").mkdir()
    shell("backup", "--to", tmp_path / "to", "--passphrase-file", key)
    (backup,) = (tmp_path / "to").iterdir()
    whole = backup.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    backup.write_bytes(flipped if damage == "flipped" else whole[:middle])
    for words in (("backup", "verify", backup), ("restore", backup, "--replace")):
        told = shell(*words, "--passphrase-file", key).refused()
        assert "Copy it again from where it was made, or take an earlier backup." in told
        assert "retrieve" not in told
