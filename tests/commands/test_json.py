"""Every command has an answer for programs: `--json` (DESIGN, command line)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from store import clock as store_clock
from tests import people
from tests.clocks import FixedClock
from tui.commands import main

KIM = ("--user", "kim", "--password-file", "-")
DANA = ("--user", "dana", "--password-file", "-")


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command that does something; the kiosk itself is none."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield path
        return
    if path and command.invoke_without_command:
        yield path
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


def command_named(path: tuple[str, ...]) -> click.Command:
    found: click.Command = main
    for name in path:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), name)
        assert inner is not None
        found = inner
    return found


ALL = list(commands(main))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_answers_programs(path: tuple[str, ...]) -> None:
    options = {name for one in command_named(path).params for name in one.opts}
    assert "--json" in options


def told(data: Path, *words: str, user: str = "kim") -> Any:
    """Return the one document that a command prints on standard output."""
    where = ("--data", str(data), "--pgid", str(people.PGID), "--json")
    answer = CliRunner().invoke(main, [*words, *where], input=people.PASSWORDS[user])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_what_was_done_is_told_by_its_name(practice_data: Path, tmp_path: Path) -> None:
    for words, facts in (
        (("users", "edit", "ana", "--job-title", "Hygienist"), {"user": "ana", "done": "edit"}),
        (("users", "require-change", "ana"), {"user": "ana", "done": "require-change"}),
        (("users", "unlock", "ANA"), {"user": "ana", "done": "unlock"}),
        (("users", "revoke-factors", "ana"), {"user": "ana", "done": "revoke-factors"}),
        (("users", "hide", "ana"), {"user": "ana", "done": "hide"}),
        (("users", "unhide", "ana"), {"user": "ana", "done": "unhide"}),
        (("groups", "new", " Temps "), {"name": "Temps", "done": "new"}),
        (("groups", "copy", "temps", "Students"), {"name": "Students", "like": "temps"}),
        (("groups", "delete", "TEMPS"), {"name": "Temps", "done": "delete"}),
        (("printers", "add", "Desk", "192.0.2.7"), {"name": "Desk", "kind": "ipp"}),
        (("printers", "usual", "desk"), {"name": "Desk", "done": "usual"}),
        (("printers", "remove", "desk"), {"name": "Desk", "done": "remove"}),
        (("messages", "set", "spool"), {"kind": "spool", "registered": True}),
        (("runner", "quota", "12"), {"gigabytes": 12, "done": "quota"}),
    ):
        assert facts.items() <= told(practice_data, *words, *KIM).items(), words
    new = tmp_path / "new"
    new.write_text("nine blue umbrellas and a boat")
    changed = told(practice_data, "users", "password", "--new-password-file", str(new), *KIM)
    assert changed == {"user": "kim", "done": "password"}


def test_a_download_is_saved_for_programs(
    practice_data: Path,
    made: Path,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_clock, "SystemClock", lambda: clock)
    saved = told(practice_data, "download", "save", "1", "--to", str(tmp_path), *DANA, user="dana")
    assert saved == {"id": 1, "file": str(tmp_path / made.name), "done": "save"}
    assert Path(saved["file"]).read_bytes() == made.read_bytes()


def test_a_download_is_cancelled_for_programs(practice_data: Path, due: int) -> None:
    cancelled = told(practice_data, "download", "cancel", "1", *DANA, user="dana")
    assert cancelled == {"id": 1, "done": "cancel"}


def test_what_needs_no_account_answers_programs(practice_data: Path, tmp_path: Path) -> None:
    def run(*words: str, text: str = "") -> Any:
        answer = CliRunner().invoke(main, [*words, "--json"], input=text)
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    key = tmp_path / "key"
    assert run("backup", "key", str(key)) == {"file": str(key), "done": "key"}
    where = ("--data", str(practice_data))
    shown = run("runner", "install", "--cron", "--print", *where)
    assert (shown["way"], shown["installed"]) == ("cron", False)
    assert "runner run" in shown["pieces"][0]["text"]
    made = run(
        *("init", "--data", str(tmp_path / "new"), "--pgid", "7", "--name", "Oak Street"),
        *("--owner", "lee", "--password-file", "-"),
        text="copper kettle by the window",
    )
    assert (made["pgid"], made["owner"], made["done"]) == (7, "lee", "init")
    assert Path(made["folder"]).is_dir()


def test_the_demo_tells_programs_what_it_made(tmp_path: Path) -> None:
    words = ["demo", "--json", "--patients", "3", "--data", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", "from tui.commands import main; main()", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert {one["user"] for one in told["sign_ins"]} >= {"dana", "kim"}
    assert all(Path(told[made]).exists() for made in ("archive", "csv", "workbook"))
    assert "Retrieved by" in done.stderr
