"""What all commands share."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from store.errors import DiskFull
from tui.commands.support import (
    ProgressPrinter,
    chosen_pgid,
    data_options,
    handles_errors,
    password_option,
    read_password,
    shown,
    until_interrupted,
)


def test_an_error_is_title_and_sentence_and_exit_1() -> None:
    @click.command()
    @handles_errors
    def command() -> None:
        raise DiskFull("No room.", kept="Nothing was lost.", do="Free some space.")

    answer = CliRunner().invoke(command)
    assert answer.exit_code == 1
    assert answer.stdout == ""
    told = "The disk is full. No room. Nothing was lost. Free some space.\n"
    assert answer.stderr == told


def test_two_secrets_may_come_on_two_lines() -> None:
    @click.command()
    @password_option
    def command(password_file: str | None) -> None:
        click.echo(read_password(password_file))
        click.echo(read_password(password_file))

    answer = CliRunner().invoke(command, ["--password-file", "-"], input="one \ntwo\n")
    assert answer.stdout == "one \ntwo\n"


@pytest.mark.parametrize(
    ("folders", "said", "meant"),
    [
        ([], None, 1000),
        (["2001"], None, 2001),
        (["1000", "2001"], None, 1000),
        (["2001", "other"], None, 2001),
        (["2001"], 7, 7),
    ],
)
def test_the_practice_that_is_meant(
    tmp_path: Path, folders: list[str], said: int | None, meant: int
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "practice.db").touch()
    # Neither a practice nor in the way of one.
    (tmp_path / "9999").mkdir()
    assert chosen_pgid(tmp_path, said) == meant
    assert chosen_pgid(tmp_path / "none", said) == (said or 1000)


def test_the_data_folder_comes_from_option_environment_or_platform(tmp_path: Path) -> None:
    @click.command()
    @data_options
    def command(data: Path, pgid: int | None) -> None:
        click.echo(f"{data}|{pgid}")

    runner = CliRunner()
    words = ["--data", str(tmp_path / "a"), "--pgid", "5"]
    environment = {"CHAIRSIDE_DATA": str(tmp_path / "b")}
    assert runner.invoke(command, words, env=environment).stdout == f"{tmp_path / 'a'}|5\n"
    assert runner.invoke(command, [], env=environment).stdout == f"{tmp_path / 'b'}|None\n"
    default = runner.invoke(command, [], env={"CHAIRSIDE_DATA": None}).stdout
    assert "chairside|None" in default


def test_the_first_interrupt_asks_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGINT)
    with until_interrupted() as cancelled:
        assert not cancelled()
        os.kill(os.getpid(), signal.SIGINT)
        assert cancelled()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_progress_prints_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressPrinter() as printer:
        for done in range(1001):
            printer("patient", done, 1000)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [f"patient: {step} %" for step in (0, 25, 50, 75, 100)]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_tells_figures_and_time_left_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Issue 5: rows, bytes and time left, at most once a second; a line of a slow terminal."""
    seconds = iter(range(0, 1000))
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressPrinter(now=lambda: next(seconds) / 10) as printer:
        for done in range(0, 101):
            printer("patient", done, 100, f"{done:,} rows, 236 MB")
    drawn = terminal.getvalue().split("\r")[1:]
    assert len(drawn) == 11, "ten seconds, and none twice"
    assert " 50 %  50 rows, 236 MB · 5 s left" in drawn[5]
    assert "100 %  100 rows, 236 MB · 0 s left" in drawn[-1]
    assert {len(line.rstrip("\n")) for line in drawn} == {79}


def test_text_from_data_is_drawn_not_sent() -> None:
    assert shown("a\x1b[31m\u202eb\n") == "a\\u001b[31m\\u202eb\\u000a"
    assert shown("Nguyễn 😀") == "Nguyễn 😀"
