"""How a screen comes up: painted once, with its content.

One rule: it never waits for long; what is not read by then is painted when it is there.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, TypeVar

from textual import events, on
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerError

Answer = TypeVar("Answer")

ACTIONS: Final = frozenset({"do", "focus_next", "focus_previous"})
"""All that a key or a link may run on a screen; anything else is turned away."""
UNEXPECTED: Final = "Something unexpected happened here."
UNEXPECTED_DO: Final = (
    "Try it once more. If it stays, tell IT support what you did; no data is shown here."
)
CONTENT_SECONDS: Final = 0.08
"""How long a place that opens waits for what it shows; after that its frame stands there alone."""
LATER: Final = "later"
"""The group of workers that no place waits for with its first paint."""


class ComesWhole(Screen[Answer]):
    """A screen whose first paint waits a moment for the workers that `on_mount` began."""

    _was_seen = False

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Add nothing: the toolkit's tooltips and passing notes are never shown here."""

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
        # What the parts ask for meanwhile (another size, another text) waits in the queue: once it
        # is known, all of it is laid out and painted together.
        event.prevent_default()
        self.call_later(self._appear, event)

    def _appear(self, event: events.ScreenResume) -> None:
        """Lay everything out and have it painted; what was asked for until now is done with that.

        The toolkit would do both again for each part, because each of them has a size now.
        """
        with self.app.batch_update():
            self._on_screen_resume(event)
            parts = [self, *self.walk_children(Widget)]
            bars = [part.vertical_scrollbar for part in parts if part.show_vertical_scrollbar]
            if bars:
                # They take room, and it is known only now that there are any.
                self._refresh_layout()
        for part in (*parts, *bars):
            part._layout_required = part._repaint_required = False

    @on(events.Resize)
    def _is_that_size(self, event: events.Resize) -> None:
        """Be laid out for a size once: the first layout tells the screen itself its size, too.

        `outer_size` is that of the last layout; `size` is always the terminal's present one.
        """
        if self._was_seen and event.size == self.outer_size:
            event.prevent_default()


async def _ended(worker: Worker[object]) -> None:
    """Wait for a worker, however it ends: the screen's own handler learns of that."""
    with suppress(WorkerError):
        await worker.wait()


async def what_began() -> None:
    """Let the work that a key began take its first step, in which it says that it is working.

    A key that came in the same burst must find that, or it begins the same once more.
    """
    await asyncio.sleep(0)
