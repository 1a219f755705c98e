"""`chairside import opendental mysql://…`, as IT support types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import people
from tests.exporter.database import tables
from tests.mariadb import PASSWORD, READER, MariaDb
from tui.commands import main


def imported(
    data: Path, source: str, *more: str, user: str = "kim", passwords: str = PASSWORD
) -> Result:
    """Run the command as a user of the test practice; both passwords on standard input."""
    return CliRunner().invoke(
        main,
        [
            *("import", "opendental", source, "--data", str(data), "--pgid", str(people.PGID)),
            *("--user", user, "--password-file", "-", "--database-password-file", "-", *more),
        ],
        input=f"{people.PASSWORDS[user]}\n{passwords}\n",
    )


@pytest.fixture
def address(mariadb: MariaDb) -> str:
    """The address of a small database: one row is refused, one table is not read."""
    broken = "INSERT INTO appointment VALUES (6, 1, 77, '2026-06-01 09:30:00', NULL, 0)"
    mariadb.load("small", f"{tables.SMALL};{broken}")
    return f"mysql://{READER}@127.0.0.1:{mariadb.port}/small"


def test_it_ends_with_rows_read_written_and_refused(practice_data: Path, address: str) -> None:
    """DESIGN, command line: SOURCE may be mysql://user@host/db; ends with rows read, written,
    refused, and why."""
    result = imported(practice_data, address)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    table = {line.split()[0]: line.split()[-3:] for line in lines[1:] if line[-1:].isdecimal()}
    assert table["appointment"] == ["2", "1", "1"]
    assert table["All"] == ["5", "4", "1"]
    assert "appointment: refused 1 × AptStatus has the unknown code 77 (rows 6)" in lines
    assert "securitylog: not read, 2 rows" in lines
    assert "claim: not there, or not to be read by this user" in lines
    assert "Import: 100 %" in result.stderr


def test_it_tells_programs_the_same(practice_data: Path, address: str) -> None:
    result = imported(practice_data, address, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["rows_read"], told["rows_written"], told["rows_refused"]) == (5, 4, 1)
    assert told["source"] == address.replace(f"{READER}@", "")


def test_no_password_is_shown_or_kept(practice_data: Path, address: str) -> None:
    result = imported(practice_data, address)
    assert PASSWORD not in result.output
    kept = b"".join(path.read_bytes() for path in practice_data.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept


def test_a_user_of_the_database_may_have_no_password(
    practice_data: Path, mariadb: MariaDb, address: str
) -> None:
    """Open Dental's own installer leaves its first user without one."""
    mariadb.run("CREATE OR REPLACE USER bare; GRANT SELECT ON *.* TO bare")
    result = imported(practice_data, address.replace(READER, "bare"), passwords="")
    assert result.exit_code == 0, result.output


def test_a_wrong_password_is_told_in_a_sentence(practice_data: Path, address: str) -> None:
    result = imported(practice_data, address, passwords="wrong")
    assert result.exit_code == 1
    assert "did not accept the user or the password" in result.stderr
    assert "Nothing was imported" in result.stderr


def test_a_password_in_the_address_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    """DESIGN: passwords never come from an argument."""
    result = imported(tmp_path / "nothing here", "mysql://kim:Geheim1@127.0.0.1/opendental")
    assert result.exit_code == 1
    assert "The address holds a password" in result.stderr
    assert "Geheim1" not in result.output


def test_a_database_password_without_a_database_is_wrong_usage(practice_data: Path) -> None:
    result = imported(practice_data, "dump.sql")
    assert result.exit_code == 2
    assert "--database-password-file" in result.stderr


def test_importing_without_the_right_is_refused(practice_data: Path, address: str) -> None:
    """S1: rights come from groups; an import takes one."""
    result = imported(practice_data, address, user="ana")
    assert result.exit_code == 1
    assert "do not hold the right" in result.stderr
