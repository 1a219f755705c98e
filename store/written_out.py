"""Having a large file written to the disk little by little while it is made.

One rule: a heap of unwritten bytes makes the next commit of everybody on that disk wait; so no heap
grows.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY_SECONDS = 0.2


@contextmanager
def written_out(path: Path) -> Iterator[None]:
    """Sync a file that is being written, several times a second, until the block ends.

    What fails here fails again where the file is written and synced for good, and is told there.
    """
    done = threading.Event()
    thread = threading.Thread(target=_sync_until, args=(path, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _sync_until(path: Path, done: threading.Event) -> None:
    sync = getattr(os, "fdatasync", os.fsync)
    with suppress(OSError), path.open("r+b") as file:
        while not done.wait(EVERY_SECONDS):
            sync(file.fileno())
