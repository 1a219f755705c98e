"""How a screen comes up: painted once, with its content.

One rule: it never waits for long; what is not read by then is painted when it is there.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, TypeVar

from textual import events, on
from textual.screen import Screen
from textual.worker import Worker, WorkerError

Answer = TypeVar("Answer")

CONTENT_SECONDS: Final = 0.08
"""How long a place that opens waits for what it shows; after that its frame stands there alone."""
LATER: Final = "later"
"""The group of workers that no place waits for with its first paint."""


class ComesWhole(Screen[Answer]):
    """A screen whose first paint waits a moment for the workers that `on_mount` began."""

    _was_seen = False

    @on(events.ScreenResume)
    async def _come_whole(self, event: events.ScreenResume) -> None:
        """Be painted once, with the content, instead of a frame first and then all over again.

        It comes before the toolkit's own handler, which styles, lays out and paints the screen.
        """
        if self._was_seen:
            return
        self._was_seen = True
        # Every part was given its style a moment ago, when it was made.
        event.refresh_styles = False
        reading = [
            asyncio.create_task(_ended(worker))
            for worker in self.workers
            if worker.node is self and worker.group != LATER and not worker.is_finished
        ]
        if reading:
            await asyncio.wait(reading, timeout=CONTENT_SECONDS)


async def _ended(worker: Worker[object]) -> None:
    """Wait for a worker, however it ends: the screen's own handler learns of that."""
    with suppress(WorkerError):
        await worker.wait()
