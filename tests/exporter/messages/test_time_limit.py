"""The limit on the whole of a talk over a line."""

from __future__ import annotations

import threading

from exporter.messages.time_limit import cut_after


def timers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}


def test_what_takes_too_long_is_cut() -> None:
    cut = threading.Event()
    with cut_after(0.01, cut.set):
        assert cut.wait(30)


def test_what_is_done_next_is_never_cut() -> None:
    """A timer that outlived its block would end the line of the next message."""
    before = timers()
    for _ in range(50):
        with cut_after(60, lambda: None):
            assert timers() - before
        assert not timers() - before
