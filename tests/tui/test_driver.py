"""Keys as a real terminal sends them, at the kiosk's own driver.

The driver uses textual's private way of reading keys: this test fails where an upgrade changes it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="keys come as events there")


async def typed(*pieces: bytes) -> list[str]:
    """Write bytes to a terminal, each as soon as the one before is taken; return the keys."""
    import pty
    import tty

    from tui.driver import KioskDriver

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    keys: list[str] = []
    came = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Listening(KioskDriver):
        def __init__(self) -> None:
            # Only what reading needs: no application is run.
            self.fileno = theirs
            self._debug = False
            self.exit_event = threading.Event()

        def process_message(self, message: Any) -> None:
            keys.append(message.key)
            loop.call_soon_threadsafe(came.set)

    driver = Listening()
    reading = asyncio.create_task(asyncio.to_thread(driver.run_input_thread))
    for piece in pieces:
        came.clear()
        os.write(ours, piece)
        await asyncio.wait_for(came.wait(), 10)
    driver.exit_event.set()
    await reading
    os.close(ours)
    os.close(theirs)
    return keys


async def test_an_escape_alone_a_sequence_and_a_wide_letter_are_told_apart() -> None:
    keys = await typed(b"\x1b", b"\x1b[A", b"\x1bOP", "é".encode(), b"\x1b")
    assert keys == ["escape", "up", "f1", "é", "escape"]


def test_the_kiosk_reads_with_it(kiosk: Any) -> None:
    assert kiosk.get_driver_class().__name__ == "KioskDriver"
