"""Takes apart what is no longer used while nobody waits for a key.

One rule: a little after each touch, and everything only once nobody has touched the kiosk for a
while. Left to itself the collector does it in the middle of a key, for 40 to 100 ms.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Final

AFTER_A_TOUCH: Final = 0.07
"""Seconds: what the key was for is on the screen by then, and the next key is not there yet."""
AFTER_A_WHILE: Final = 3.0
TOUCHES: Final = 20
"""So many leave enough behind to look through everything."""
_YOUNG: Final = 1
"""What was made since the last time."""


class Tidying:
    """For the app's own loop. What it did not get round to is put off by the next touch."""

    def __init__(self) -> None:
        self._next: asyncio.TimerHandle | None = None
        self._touches = 0

    def touched(self) -> None:
        """Somebody touched the kiosk: tidy up a little after it."""
        self._touches += 1
        self._put_off(AFTER_A_TOUCH, self._tidy_a_little)

    def _put_off(self, seconds: float, tidy: Callable[[], None]) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_later(seconds, tidy)

    def _tidy_a_little(self) -> None:
        gc.collect(_YOUNG)
        if self._touches >= TOUCHES:
            self._put_off(AFTER_A_WHILE, self._tidy_all)

    def _tidy_all(self) -> None:
        self._touches = 0
        gc.collect()
