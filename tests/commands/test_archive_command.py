"""`chairside archive`: answers, exit codes, and where a password may come from."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from tests.exporter.archive.making import PASSWORD, PATIENTS, VISITS, make_archive
from tests.exporter.archive.test_reader import foreign
from tui.commands.archive import group

ROWS = len(PATIENTS) + len(VISITS)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("command") / "1000-2026-11-20-0007.zip")


def run(*words: object, password: str = PASSWORD) -> Result:
    arguments = [str(word) for word in words]
    return CliRunner().invoke(
        group, [*arguments, "--password-file", "-"], input=f"{password}\n", catch_exceptions=False
    )


def test_list_names_practice_and_entries(archive: Path) -> None:
    answer = run("list", archive)
    assert answer.exit_code == 0
    for words in ("Maple Grove Dental, PGID 1000", "500 rows", "visit.txt", "Left out: session"):
        assert words in answer.stdout


def test_list_for_programs(archive: Path) -> None:
    answer = json.loads(run("list", archive, "--json").stdout)
    assert answer["snapshot"] == "2026-11-20T08:00:03Z"
    assert {e["name"]: e["rows"] for e in answer["entries"]}["patient.txt"] == len(PATIENTS)


def test_verify_says_whole_and_unchanged(archive: Path) -> None:
    answer = run("verify", archive)
    assert answer.exit_code == 0
    assert f"Whole and unchanged: 5 files, {ROWS} rows" in answer.stdout


def test_verify_names_the_damage_and_exits_with_1(archive: Path, tmp_path: Path) -> None:
    raw = bytearray(archive.read_bytes())
    raw[60] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    answer = run("verify", tmp_path / "a.zip")
    assert answer.exit_code == 1
    assert "patient.txt:" in answer.stdout
    data = json.loads(run("verify", tmp_path / "a.zip", "--json").stdout)
    assert data["whole"] is False
    assert data["findings"][0]["entry"] == "patient.txt"


def test_a_wrong_password_is_one_sentence_and_exit_1(archive: Path) -> None:
    answer = run("verify", archive, password="Wrong horse 9")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert answer.stderr.startswith("Wrong password. ")
    assert "Traceback" not in answer.stderr
    assert "Wrong horse 9" not in answer.output


def test_without_a_terminal_a_password_file_is_asked_for(archive: Path) -> None:
    answer = CliRunner().invoke(group, ["list", str(archive)])
    assert answer.exit_code == 2
    assert "--password-file" in answer.stderr


def test_no_command_takes_a_password_as_an_argument() -> None:
    """DESIGN, command line: arguments are seen by everybody on the machine."""
    for command in group.commands.values():
        names = {option for parameter in command.params for option in parameter.opts}
        assert "--password-file" in names
        assert not names & {"--password", "-p"}


def test_the_password_may_come_from_a_file(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(f"\ufeff{PASSWORD}\r\nsecond line".encode())
    words = ["list", str(archive), "--password-file", str(tmp_path / "word")]
    assert CliRunner().invoke(group, words).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\n"])
def test_a_password_file_without_a_password_is_refused(
    archive: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "word").write_bytes(content)
    words = ["list", str(archive), "--password-file", str(tmp_path / "word")]
    assert CliRunner().invoke(group, words).exit_code == 1


def test_extract_writes_the_files(archive: Path, tmp_path: Path) -> None:
    answer = run("extract", archive, "--to", tmp_path / "out")
    assert answer.exit_code == 0
    assert "5 files written. They are not encrypted." in answer.stdout
    assert len(list((tmp_path / "out").iterdir())) == 5
    again = run("extract", archive, "--to", tmp_path / "out")
    assert again.exit_code == 1
    assert "Nothing was overwritten." in again.stderr


def test_to_csv_writes_one_file_per_table(archive: Path, tmp_path: Path) -> None:
    answer = run("to-csv", archive, "--to", tmp_path / "out", "--json")
    data = json.loads(answer.stdout)
    assert (data["tables"], data["rows"]) == (2, ROWS)
    assert {Path(path).name for path in data["files"]} == {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_to_csv_takes_only_the_tables_that_are_named(archive: Path, tmp_path: Path) -> None:
    run("to-csv", archive, "--to", tmp_path / "out", "--table", "visit")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"README.txt", "visit.csv"}


def test_to_xlsx_writes_a_workbook(archive: Path, tmp_path: Path) -> None:
    answer = run("to-xlsx", archive, "--to", tmp_path / "a.xlsx")
    assert answer.exit_code == 0
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == ["patient", "visit", "Notes"]


def test_progress_is_plain_lines_where_there_is_no_terminal(archive: Path, tmp_path: Path) -> None:
    answer = run("to-csv", archive, "--to", tmp_path / "out")
    assert "visit: 100 %" in answer.stderr
    assert "\r" not in answer.stderr
    assert "█" not in answer.stderr


def test_a_file_that_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("hello")
    answer = run("verify", tmp_path / "a.zip")
    assert answer.exit_code == 1
    assert "This file is not a ZIP archive." in answer.stderr


@pytest.mark.parametrize("words", [[], ["list"], ["extract", "a.zip"], ["to-xlsx", "a.zip"]])
def test_wrong_usage_exits_with_2(words: list[str]) -> None:
    assert CliRunner().invoke(group, words).exit_code == 2


def test_attack_escape_sequences_in_entry_names(tmp_path: Path) -> None:
    """Vulnerability: a name from an archive drives the terminal.
    Scenario: an entry's name holds an escape sequence. Verified: it is drawn, not sent."""
    path = foreign(tmp_path / "b.zip", {"\x1b[2J\x07evil\u202e.txt": b"x"})
    for words in (("list", path), ("verify", path), ("extract", path, "--to", tmp_path / "o")):
        answer = run(*words)
        assert not {"\x1b", "\x07", "\u202e"} & set(answer.output)


def test_a_mixed_archive_is_told_entry_by_entry(tmp_path: Path) -> None:
    """Issue 5: what is not encrypted is said plainly; the others open all the same."""
    path = foreign(tmp_path / "m.zip", {"a.txt": b"locked", "c.txt": b"more"}, nbits=192)
    with zipfile.ZipFile(path, "a") as plain:
        plain.writestr("b.txt", b"open")
    listed = run("list", path).stdout
    assert "AES-192, AE-2" in listed
    assert "b.txt: it is not encrypted and not authenticated." in listed
    verified = run("verify", path)
    assert verified.exit_code == 0
    assert "b.txt: it is not encrypted and not authenticated" in verified.stdout
    (note,) = json.loads(run("verify", path, "--json").stdout)["notes"]
    assert note["entry"] == "b.txt"
    done = run("extract", path, "--to", tmp_path / "out", "--entry", "a.txt", "--entry", "b.txt")
    assert done.exit_code == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"a.txt", "b.txt"}
    assert "b.txt: it is not encrypted and not authenticated" in done.stdout
    assert "a.txt" not in done.stdout
    more = run("extract", path, "--to", tmp_path / "more", "--json")
    (said,) = json.loads(more.stdout)["notes"]
    assert said.startswith("b.txt: it is not encrypted")
