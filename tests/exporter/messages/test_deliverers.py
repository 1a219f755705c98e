"""Several deliverers at once, and deliverers that die: nothing goes out twice (P11)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from exporter.messages.delivery import Delivered, deliver
from store.practice import Practice
from tests.clocks import FixedClock
from tests.exporter.messages.conftest import SetUp, rows
from tests.exporter.messages.mail_server import MailServer
from tests.exporter.messages.test_smtp import queue
from tests.source_files import PROJECT

POINTS = {
    "before": ("SET handing_over = 1", 0, "queued"),
    "between": ("SET state = 'sent'", 1, "unknown"),
}


def child(data: Path, deadly: str = "") -> subprocess.Popen[str]:
    """Start a deliverer; it is ready when this returns."""
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.exporter.messages.delivering_child", str(data), deadly],
        cwd=PROJECT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_attack_two_deliverers_at_once_send_each_mail_once(
    practice: Practice, practice_data: Path, server: MailServer, set_up: SetUp
) -> None:
    set_up(server.port)
    queue(practice, *(f"p{n}@patients.example" for n in range(50)))
    both = [child(practice_data), child(practice_data)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    sent = [int(one.communicate()[0]) for one in both]
    assert sum(sent) == 50
    assert Counter(to for to, _ in server.mails) == {f"p{n}@patients.example": 1 for n in range(50)}
    assert {row["state"] for row in rows(practice)} == {"sent"}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("point", POINTS)
def test_a_deliverer_killed_half_way_sends_nothing_twice(
    practice: Practice,
    practice_data: Path,
    server: MailServer,
    set_up: SetUp,
    clock: FixedClock,
    point: str,
) -> None:
    """Before handing over the mail goes out later; after it nobody knows, and it never does."""
    deadly, arrived, _ = POINTS[point]
    set_up(server.port)
    queue(practice, "lee@patients.example")
    killed = child(practice_data, deadly)
    killed.communicate("go\n")
    assert killed.returncode == -9
    assert len(server.mails) == arrived
    assert deliver(practice) == Delivered(0, 0, 0), "its claim still holds"
    assert rows(practice)[0]["state"] == "sending"
    clock.advance(minutes=2)
    assert deliver(practice).sent == 1 - arrived
    assert rows(practice)[0]["state"] == ("unknown" if arrived else "sent")
    clock.advance(days=1)
    assert deliver(practice).sent == 0
    assert len(server.mails) == 1
