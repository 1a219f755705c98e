"""`chairside import archive`, as IT support types it: made with init, read in, looked at."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from store.practice import Practice
from tests import moving
from tests.clocks import FixedClock
from tests.moving import MOVER, MOVERS_PASSWORD, PASSWORD
from tests.people import PGID
from tui.commands import main


@pytest.fixture(scope="module")
def archive(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the test practice."""
    folder = tmp_path_factory.mktemp("archive")
    with Practice.open(practice_template, PGID, FixedClock()) as practice:
        return moving.export(practice, folder / "1000-2026-11-20-0001.zip")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A new practice, made by the command."""
    made = CliRunner().invoke(
        main,
        [
            *("init", "--pgid", str(PGID), "--name", "New", "--owner", MOVER),
            *("--data", str(tmp_path / "new"), "--password-file", "-"),
        ],
        input=f"{MOVERS_PASSWORD}\n",
    )
    assert made.exit_code == 0, made.output
    return tmp_path / "new"


def imported(data: Path, archive: Path, *more: str, password: str = PASSWORD) -> Result:
    """Run the command; both passwords come from standard input, a line each."""
    return CliRunner().invoke(
        main,
        [
            *("import", "archive", str(archive), "--data", str(data), "--user", MOVER),
            *("--password-file", "-", "--archive-password-file", "-", *more),
        ],
        input=f"{MOVERS_PASSWORD}\n{password}\n",
    )


def test_it_ends_with_rows_read_written_and_refused_and_what_to_look_at(
    data: Path, archive: Path
) -> None:
    """DESIGN, command line: ends with rows read, written, refused, and why."""
    result = imported(data, archive)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    table = {line.split()[0]: line.split()[-3:] for line in lines[1:] if line[-1:].isdecimal()}
    assert table["user"] == ["3", "3", "0"]
    assert table["practice_group"] == ["1", "1", "0"]
    assert table["user_group_member"] == ["3", "0", "0"]
    assert table["All"][2] == "0"
    assert any(line.startswith("audit_log: not taken, ") for line in lines)
    assert any(line.startswith("user: came without a password") for line in lines)
    assert "Import: 100 %" in result.stderr


def test_it_tells_programs_the_same(data: Path, archive: Path) -> None:
    result = imported(data, archive, "--json", "--with-rights")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["imported"] is True
    assert told["rows_refused"] == 0
    tables = {table["target"]: table for table in told["tables"]}
    assert tables["user_group_member"]["written"] == 3
    assert any("Setup - Security: Full Control: kim" in note for note in told["notes"])


def test_the_first_administrator_has_a_number_of_no_other_practice(data: Path) -> None:
    """Else what the owner did here would be what somebody else did there."""
    with Practice.open(data, PGID, FixedClock()) as practice:
        ((number,),) = moving.values(practice, "SELECT user_id FROM user")
    assert 1_000_000_000 <= number < 2_000_000_000


def test_rows_that_do_not_fit_are_named_and_nothing_is_imported(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    def change(entries: moving.Entries, _package: moving.Package) -> None:
        entries["user.txt"] = entries["user.txt"].replace(b"\tdana\t", b"\tkim\t")

    bad = moving.forged(archive, tmp_path / "bad.zip", change)
    result = imported(data, bad)
    assert result.exit_code == 1
    assert result.stdout == "user: refused 1 × another row has the same user_name (rows 2)\n"
    assert "1 rows of the archive do not fit. This practice is as it was." in result.stderr
    told = json.loads(imported(data, bad, "--json").stdout)
    assert (told["imported"], told["rows_refused"]) == (False, 1)


def test_a_wrong_password_of_the_archive_is_one_sentence(data: Path, archive: Path) -> None:
    result = imported(data, archive, password="no such lantern")
    assert result.exit_code == 1
    assert result.stderr.startswith("Wrong password. The password does not open this archive.")
    assert "lantern" not in result.output


def test_an_archive_of_another_program_is_refused_with_the_reason(
    data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as plain:
        plain.writestr("a.txt", "a")
    result = imported(data, tmp_path / "plain.zip")
    assert result.exit_code == 1
    assert "The archive is not encrypted at all" in result.stderr
    foreign = moving.forged_without_description(tmp_path / "foreign.zip")
    result = imported(data, foreign)
    assert result.exit_code == 1
    assert "Chairside did not make this archive" in result.stderr


def test_without_a_terminal_the_archives_password_file_is_asked_for(
    data: Path, archive: Path
) -> None:
    result = CliRunner().invoke(
        main,
        [
            *("import", "archive", str(archive), "--data", str(data), "--user", MOVER),
            *("--password-file", "-"),
        ],
        input=f"{MOVERS_PASSWORD}\n",
    )
    assert result.exit_code == 2
    assert "--archive-password-file" in result.stderr


def test_a_file_that_is_not_there_is_told_in_a_sentence(data: Path, tmp_path: Path) -> None:
    result = imported(data, tmp_path / "no.zip")
    assert result.exit_code == 1
    assert "There is no such file." in result.stderr
