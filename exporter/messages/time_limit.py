"""A limit on the whole of what is done over a line, for waits that are limited one by one only.

One rule: when the block has ended, so has the timer: it never cuts what is done next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def cut_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Call `cut` from another thread if the block takes longer, however slowly answers drip in."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
