"""A kiosk whose terminal is closed, or that is ended with the computer, in the middle of work."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exporter.archive.making import make_archive
from tests.source_files import PROJECT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these signals")


@pytest.mark.parametrize("how", ["its terminal is closed", "SIGTERM", "nothing more to read"])
def test_attack_plain_data_that_a_closed_kiosk_left(
    practice_data: Path, tmp_path: Path, how: str
) -> None:
    """Vulnerability: whoever closes the window leaves patients' data in a hidden folder.
    Verified: the work is stopped, nothing of it stays, and the kiosk ends by itself."""
    import pty

    path, folder = make_archive(tmp_path / "a.zip"), tmp_path / "usb"
    folder.mkdir()
    ours, theirs = pty.openpty()
    told, tells = os.pipe()
    program = [sys.executable, "-m", "tests.tui.closing_child", os.ttyname(theirs)]
    with subprocess.Popen(
        [*program, str(practice_data), str(path), str(folder), str(tells)],
        cwd=PROJECT,
        pass_fds=[tells],
        # Without a session of its own it has no terminal that could tell of its end.
        start_new_session=how != "nothing more to read",
    ) as kiosk:
        os.close(tells)
        try:
            _read_until(ours, told)
            os.close(theirs)
            assert list(folder.glob(".chairside-*.part/*")), "no plain data to leave"
            if how == "SIGTERM":
                kiosk.terminate()
                _read_until(ours, None)
            os.close(ours)
            assert kiosk.wait(60) == 1
        finally:
            kiosk.kill()
            os.close(told)
    assert list(folder.iterdir()) == []


def _read_until(screen: int, told: int | None) -> None:
    """Take what is drawn, until the pipe tells something, or the screen is left."""
    while True:
        ready = select.select([screen, told] if told else [screen], [], [], 60)[0]
        assert ready, "nothing happens"
        if told in ready:
            assert os.read(told or 0, 1) == b"."
            return
        try:
            if not os.read(screen, 65536):
                return
        except OSError:
            return
