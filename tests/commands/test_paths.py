"""Paths on the command line: one way to read them for all commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.exporter.archive.making import PASSWORD, make_archive
from tui.commands import main
from tui.commands.paths import TypedPath


def parameters(command: click.Command) -> Iterator[click.Parameter]:
    """Yield every parameter of a command and of those under it."""
    yield from command.params
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            under = command.get_command(context, name)
            assert under is not None
            yield from parameters(under)


def test_every_path_is_read_in_the_same_way() -> None:
    """Some commands knew `~`, others made a folder of that name."""
    paths = [one for one in parameters(main) if isinstance(one.type, click.Path)]
    assert len(paths) > 10
    assert [one.name for one in paths if not isinstance(one.type, TypedPath)] == []


@pytest.mark.parametrize("command", ["extract", "to-csv"])
def test_the_home_folder_is_meant_where_no_shell_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    make_archive(home / "a.zip")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)
    words = ["archive", command, "~/a.zip", "--to=~/out", "--password-file", "-"]
    answer = CliRunner().invoke(main, words, input=f"{PASSWORD}\n")
    assert answer.exit_code == 0, answer.output
    assert any((home / "out").iterdir())
    assert list(here.iterdir()) == []


def test_the_home_of_nobody_is_wrong_usage_and_no_crash(tmp_path: Path) -> None:
    words = ["download", "save", "1", "--to", "~nobody-of-that-name/x", "--user", "dana"]
    answer = CliRunner().invoke(main, [*words, "--data", str(tmp_path)])
    assert answer.exit_code == 2
    assert "'~nobody-of-that-name' is nobody's home folder here." in answer.stderr
