"""`chairside import`, as IT support types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import people
from tests.store.imports import dumps
from tui.commands import main


def imported(data: Path, source: Path, *more: str, user: str = "kim") -> Result:
    """Run the command as a user of the test practice."""
    return CliRunner().invoke(
        main,
        [
            *("import", "opendental", str(source), "--data", str(data)),
            *("--pgid", str(people.PGID), "--user", user, "--password-file", "-", *more),
        ],
        input=people.PASSWORDS[user] + "\n",
    )


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A small dump: one row is refused, one table is not read."""
    visits = [dumps.appointment(5, 1), dumps.appointment(6, 1, AptStatus=77)]
    text = dumps.practice(
        dumps.of_rows("appointment", visits), dumps.of_rows("securitylog", [{"a": 1}])
    )
    return dumps.write(tmp_path / "dump.sql", text)


def test_it_ends_with_rows_read_written_and_refused(practice_data: Path, dump: Path) -> None:
    """DESIGN, command line: ends with rows read, written, refused, and why."""
    result = imported(practice_data, dump)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    table = {line.split()[0]: line.split()[-3:] for line in lines[1:] if line[-1:].isdecimal()}
    assert table["appointment"] == ["2", "1", "1"]
    assert table["patient"] == ["2", "2", "0"]
    assert table["All"] == ["5", "4", "1"]
    assert "appointment: refused 1 × AptStatus has the unknown code 77 (rows 6)" in lines
    assert "securitylog: not read, 1 rows" in lines


def test_it_tells_programs_the_same(practice_data: Path, dump: Path) -> None:
    result = imported(practice_data, dump, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["rows_read"], told["rows_written"], told["rows_refused"]) == (5, 4, 1)
    assert told["not_read"] == {"securitylog": 1}


def test_a_cut_dump_is_told_in_a_sentence(practice_data: Path, dump: Path) -> None:
    dump.write_bytes(dump.read_bytes()[:-60])
    result = imported(practice_data, dump)
    assert result.exit_code == 1
    assert "Nothing was imported" in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_is_not_there_is_told_in_a_sentence(
    practice_data: Path, tmp_path: Path
) -> None:
    result = imported(practice_data, tmp_path / "no such file.sql")
    assert result.exit_code == 1
    assert "Check the name of the file" in result.stderr


def test_importing_without_the_right_is_refused(practice_data: Path, dump: Path) -> None:
    """S1: rights come from groups; an import takes one."""
    result = imported(practice_data, dump, user="ana")
    assert result.exit_code == 1
    assert "do not hold the right" in result.stderr
