"""The kiosk's own deliverer: a code that somebody waits for goes out now, not with the next run.

One rule: it works in a thread of its own and tells nobody. A carrier that does not answer holds up
no key; a full disk or a busy store is met again later; and the terminal is free at once when the
kiosk closes, because the rules of the outbox say what becomes of a message that was cut off.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from store.use_cases import messages

if TYPE_CHECKING:
    from store.practice import Practice

CHANNEL: Final = "sms"
"""Mail waits for the runner: nobody stands before a screen for it."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks into the outbox."""
AFTER_TROUBLE: Final = 3
"""Looks that are left out where nothing went, unless a new message asks for one."""
AT_CLOSE: Final = 1.0
"""Seconds that closing the kiosk waits for a message that is just being sent."""


class Deliverer:
    """Sends text messages, and asks what became of them, for as long as the kiosk is open.

    Any number of them, and the runner, may be at work on one outbox.

    Args:
        practice: the open practice; `stop` comes before it is closed.
    """

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._left_out = 0
        # Daemonic, so that a carrier's silence does not keep the process.
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def start(self) -> None:
        """Begin to look into the outbox."""
        self._thread.start()

    def wake(self) -> None:
        """Look now: a message was just queued."""
        self._woken.set()

    def stop(self) -> None:
        """End it; a message with the carrier is waited for a moment, and then left to its lease."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(AT_CLOSE)

    @property
    def is_alive(self) -> bool:
        """Whether it is at work, or was cut off and waits for its carrier still."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            asked = self._woken.wait(LOOK_EVERY)
            self._woken.clear()
            self._left_out = 0 if asked else max(0, self._left_out - 1)
            if self._left_out or self._stopping.is_set():
                continue
            try:
                self._look()
            except Exception:  # noqa: BLE001 - nobody is there to be told; it is tried again
                self._left_out = AFTER_TROUBLE

    def _look(self) -> None:
        if self._practice.call(messages.count_due, CHANNEL):
            self._deliver()
        if self._practice.call(messages.count_receipts_due, CHANNEL):
            from exporter.messages.receipts import ask_receipts

            ask_receipts(self._practice, channel=CHANNEL, cancelled=self._stopping.is_set)

    def _deliver(self) -> None:
        # Imported when there is something to send: the kiosk's start does not wait for it.
        from exporter.messages.delivery import deliver

        done = deliver(self._practice, channels=(CHANNEL,), cancelled=self._stopping.is_set)
        if not done.sent:
            self._left_out = AFTER_TROUBLE
