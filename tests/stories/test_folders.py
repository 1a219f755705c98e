"""Folders as people say them: what the trail tells of them is true from anywhere, and later."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from store.clock import SystemClock
from store.practice import Practice
from tests import people
from tests.store.portal_patients import enter_patient
from tests.stories.shell import Shell
from tests.stories.test_main_job import request_with_code

PASSPHRASE = "walnut gravel ochre pylon tundra kettle"
KIM = people.PASSWORDS["kim"]
AS_KIM = ("--user", "kim", "--password-file", "-")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder where the commands are said."""
    folder = tmp_path / "a memory stick"
    folder.mkdir()
    return folder


def _told(shell: Shell, action: str) -> str:
    """Return what the trail tells of the newest event of a kind."""
    answer = shell("audit", "list", "--action", action, "--json", *AS_KIM, stdin=KIM)
    return str(json.loads(answer.out)[0]["text"])


def test_d17_a_download_saved_to_the_present_folder_is_told_with_its_whole_name(
    shell: Shell, here: Path
) -> None:
    """It read `Saved the data download of 2026-11-29 to ..`, as if to the folder above."""
    number = request_with_code(shell, "dana")
    shell("runner", "run", "--now", *AS_KIM, stdin=KIM)
    words = ("download", "save", number, "--to", ".", "--user", "dana", "--password-file", "-")
    saved = shell(*words, stdin=people.PASSWORDS["dana"], cwd=here)
    assert saved.code == 0, saved.err
    (archive,) = here.iterdir()
    assert str(archive) in saved.out
    assert _told(shell, "download.retrieve").endswith(f" to {here}.")
    with Practice.open(shell.data, people.PGID, SystemClock()) as practice:
        sql = "SELECT destination FROM data_download_retrieval"
        assert practice.call(lambda store: store.value(sql)) == str(here)


def test_a_patients_copy_and_a_backup_are_told_with_the_whole_name(
    shell: Shell, here: Path
) -> None:
    with Practice.open(shell.data, people.PGID, SystemClock()) as practice:
        patient = str(enter_patient(practice))
    (here / "key").write_text(PASSPHRASE)
    locked = ("--passphrase-file", "key")
    whom = ("--to-whom", "the patient")
    copied = shell(
        "download", "patient", patient, "--to", ".", *whom, *locked, *AS_KIM, stdin=KIM, cwd=here
    )
    assert copied.code == 0, copied.err
    assert _told(shell, "patient_download.make").endswith(f"saved to {here}.")
    backed_up = shell("backup", "--to", ".", *locked, cwd=here)
    assert backed_up.code == 0, backed_up.err
    assert _told(shell, "backup.begin").endswith(f" in {here}.")
    assert f" in {here}: " in _told(shell, "backup.make")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize("named", ["it's here", None])
def test_the_command_that_init_tells_opens_the_new_practice(
    shell: Shell, here: Path, named: str | None
) -> None:
    """It left out where, and opened another folder."""
    place = ("--data", named) if named else ()
    words = ("init", *place, "--pgid", "9", "--name", "Oak", "--owner", "kim")
    made = shell(*words, "--password-file", "-", stdin=KIM, cwd=here)
    assert made.code == 0, made.err
    command = made.out.splitlines()[-1].removeprefix("Open the kiosk with: chairside ")
    # The same words after a command that needs no terminal, from another folder.
    status = shell("runner", "status", *shlex.split(command))
    assert "has never run" in status.out, status.err
    assert ("--data" in command) == bool(named)
