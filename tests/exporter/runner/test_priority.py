"""The export gives way to people at the same machine (key to paint beside a running export)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="priorities of Linux")

TELL = (
    "import os; from exporter.runner.priority import give_way; give_way(); give_way();"
    " print(os.getpriority(os.PRIO_PROCESS, 0)); print(open('/proc/self/autogroup').read())"
)


def told(*before: str, own_session: bool) -> str:
    return subprocess.run(
        [*before, sys.executable, "-c", TELL],
        start_new_session=own_session,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_it_is_lowered_once_however_low_it_began() -> None:
    """A timer begins it with `nice -n 10`; 10 more would starve it beside anything."""
    assert told(own_session=False).split()[0] == "10"
    assert told("nice", "-n", "10", own_session=False).split()[0] == "10"
    assert told("nice", "-n", "15", own_session=False).split()[0] == "15"


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="no sharing by session")
def test_only_a_session_of_its_own_is_lowered_as_a_whole() -> None:
    """Linux shares between sessions first: without it `nice` does nothing beside the kiosk's."""
    before = Path("/proc/self/autogroup").read_text()
    assert " nice 10" in told(own_session=True)
    assert Path("/proc/self/autogroup").read_text() == before
    assert os.getpriority(os.PRIO_PROCESS, 0) < 10
