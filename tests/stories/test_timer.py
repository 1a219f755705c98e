"""The timer, set up and taken away by the real program, with a stand-in for `crontab`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import system_programs
from tests.stories.shell import Shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no cron")

OTHERS = "MAILTO=me\n5 4 * * * other\n"


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in keeps the table, which holds lines of somebody else."""
    system = tmp_path / "system"
    system_programs.put_up(system, monkeypatch, systemd=False)
    kept = system / "crontab.kept"
    kept.write_text(OTHERS)
    return kept


def test_one_folder_has_one_timer_which_goes_once_the_folder_has_moved(
    shell: Shell, crontab: Path, tmp_path: Path
) -> None:
    """Three names of it made three lines, and none could be removed after a move."""
    link = tmp_path / "link"
    link.symlink_to(shell.data)
    for data in (shell.data, link, Path("../data")):
        words = ("runner", "install", "--cron", "--data", data)
        told = shell(*words, cwd=shell.home)
        assert told.code == 0, told.err
        assert told.out.endswith("every hour; after a time off, at the next full hour.\n")
    (line,) = crontab.read_text().removeprefix(OTHERS).splitlines()
    assert f"--data {shell.data} --pgid 1000" in line

    shell.data.rename(tmp_path / "moved")
    gone = shell("runner", "install", "--remove")
    assert (gone.code, gone.err) == (0, "")
    assert gone.out.startswith("Removed the cron line chairside-1000-")
    assert crontab.read_text() == OTHERS


def test_what_is_not_set_up_is_not_said_to_be_removed(shell: Shell, crontab: Path) -> None:
    told = shell("runner", "install", "--remove", "--cron")
    assert told.out == f"No cron line is set up for the practice in {shell.data / '1000'}.\n"
    assert crontab.read_text() == OTHERS


def test_a_line_that_was_made_a_comment_is_no_timer(shell: Shell, crontab: Path) -> None:
    shell("runner", "install", "--cron")
    switched_off = crontab.read_text().replace("\n0 *", "\n# 0 *")
    crontab.write_text(switched_off)
    assert "Set up by:   no timer" in shell("runner", "status").out
    shell("runner", "install", "--cron")
    shell("runner", "install", "--remove", "--cron")
    assert crontab.read_text() == switched_off
