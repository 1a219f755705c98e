"""`chairside backup` and `chairside restore`: what a shell and a timer see of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exporter.runner.priority import NICE
from store.clock import SystemClock
from store.practice import Practice
from tests import people
from tests.exporter.backup.steps import PASSPHRASE, events
from tui.commands import main


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(f"{PASSPHRASE}\n")
    return file


def call(data: Path, *words: str | Path, stdin: str = "") -> Result:
    given = [str(word) for word in words]
    return CliRunner().invoke(main, given, input=stdin, env={"CHAIRSIDE_DATA": str(data)})


def test_a_timer_makes_backups_and_one_of_them_is_put_back(
    practice_data: Path, key: Path, tmp_path: Path
) -> None:
    """The whole way without a terminal and without an account's password."""
    to = tmp_path / "to"
    to.mkdir()
    made = call(practice_data, "backup", "--to", to, "--passphrase-file", key, "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    (file,) = to.iterdir()
    assert (told["file"], told["bytes"]) == (str(file), file.stat().st_size)
    checked = call(practice_data, "backup", "verify", file, "--passphrase-file", key, "--json")
    assert json.loads(checked.stdout)["head"] == told["head"]
    there = call(practice_data, "restore", file, "--passphrase-file", key)
    assert there.exit_code == 1
    assert "--replace" in there.stderr
    done = call(practice_data, "restore", file, "--passphrase-file", key, "--replace", "--json")
    assert done.exit_code == 0, done.output
    kept = Path(json.loads(done.stdout)["kept"])
    assert (kept / "practice.db").is_file()
    with Practice.open(practice_data, people.PGID, SystemClock()) as practice:
        assert events(practice, "backup.restore")


def test_people_are_told_what_happened(
    practice_data: Path, key: Path, tmp_path: Path, asked_to_give_way: list[int]
) -> None:
    to = tmp_path / "to"
    to.mkdir()
    made = call(practice_data, "backup", "--to", to, "--passphrase-file", key)
    assert "whole and read back" in made.stdout
    assert asked_to_give_way == [NICE], "people at work come first"
    assert "same disk" in made.stderr
    (file,) = to.iterdir()
    checked = call(practice_data, "backup", "verify", file, "--passphrase-file", key)
    assert f"Whole: practice {people.PGID}, {people.PRACTICE_NAME}" in checked.stdout
    done = call(practice_data, "restore", file, "--passphrase-file", key, "--replace")
    assert "is again as of" in done.stdout
    assert "is kept in" in done.stdout
    assert "Events since the backup that are only there: 1" in done.stdout
    assert "Setup > Security" in done.stderr


def test_a_backup_by_hand_is_recorded_under_the_user(
    practice_data: Path, key: Path, tmp_path: Path
) -> None:
    (tmp_path / "to").mkdir()
    words = ("backup", "--to", tmp_path / "to", "--passphrase-file", key, "--password-file", "-")
    refused = call(practice_data, *words, "--user", "dana", stdin=f"{people.PASSWORDS['dana']}\n")
    assert refused.exit_code == 1
    assert "Utilities - Backup" in refused.stderr
    made = call(practice_data, *words, "--user", "kim", stdin=f"{people.PASSWORDS['kim']}\n")
    assert made.exit_code == 0, made.output


def test_wrong_usage_and_wrong_passphrases_are_told_apart(
    practice_data: Path, key: Path, tmp_path: Path
) -> None:
    assert call(practice_data, "backup", "--passphrase-file", key).exit_code == 2
    assert call(practice_data, "backup", "--to", tmp_path).exit_code == 2
    made = call(practice_data, "backup", "--to", tmp_path, "--passphrase-file", key)
    assert made.exit_code == 0, made.output
    (file,) = tmp_path.glob("*.zip")
    key.write_text("not this one\n")
    for words in (("backup", "verify", file), ("restore", file, "--replace")):
        wrong = call(practice_data, *words, "--passphrase-file", key)
        assert wrong.exit_code == 1
        assert "does not open this backup" in wrong.stderr
        assert PASSPHRASE not in wrong.output


def test_a_key_is_written_once_and_never_shown(practice_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "new"
    made = call(practice_data, "backup", "key", file)
    assert made.exit_code == 0
    assert file.read_text().strip() not in made.output
    assert call(practice_data, "backup", "key", file).exit_code == 1
    words = ("backup", "--to", tmp_path, "--passphrase-file", file)
    assert call(practice_data, *words).exit_code == 0
