"""How long a key takes to be seen in the kiosk while a large export runs beside it.

Run: python -m benchmarks.beside STORE [KEYS]     (STORE is the practice.db of a large demo)

The kiosk searches patients in the same store, key by key; each key is timed until its answer has
been painted, first alone, then beside an export. The claim: below 100 ms at the 95th percentile.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from textual.events import Key

from store.clock import SystemClock
from store.imports.demo.people import DEMO_USERS
from store.practice import Practice
from tui.app import ChairsideApp

WORDS = ("ng", "car", "o'br", "gar", "smi", "5105", "lee", "an", "tho", "ch")


async def _until(app: ChairsideApp, seen: str) -> None:
    while seen not in "".join(
        segment.text for strip in app.screen._compositor.render_strips() for segment in strip
    ):
        await asyncio.sleep(0.002)


async def _press(app: ChairsideApp, key: str) -> None:
    event = Key(key, key if len(key) == 1 else None)
    event.set_sender(app)
    assert app._driver is not None
    app._driver.send_message(event)


async def _search(app: ChairsideApp, keys: int) -> list[float]:
    """Type and take away; return the milliseconds until each letter stood on the screen."""
    taken: list[float] = []
    while len(taken) < keys:
        for word in WORDS:
            typed = ""
            for letter in word:
                typed += letter
                began = time.perf_counter()
                await _press(app, letter)
                await _until(app, f" {typed} ")
                taken.append(1000 * (time.perf_counter() - began))
                await asyncio.sleep(0.05)
            await _press(app, "escape")
            await asyncio.sleep(0.1)
    return taken


def _told(taken: list[float]) -> str:
    cuts = statistics.quantiles(taken, n=100)
    return f"p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, most {max(taken):.0f} ms"


async def _measure(store: Path, keys: int) -> None:
    user = DEMO_USERS[0]
    data, pgid = store.parent.parent, int(store.parent.name)
    with Practice.open(data, pgid, SystemClock()) as practice:
        app = ChairsideApp(practice, SystemClock())
        async with app.run_test(size=(80, 24)) as pilot:
            await _until(app, "User name")
            await pilot.press(*user.user_name, "enter")
            await pilot.press(*("minus" if c == "-" else c for c in user.password), "enter")
            await _until(app, "Front desk")
            await pilot.press("1")
            await _until(app, "Find a patient")
            await asyncio.sleep(0.5)
            print("alone            ", _told(await _search(app, keys)))
            with tempfile.TemporaryDirectory() as made:
                command = [sys.executable, "-m", "benchmarks.export", "--one", "ours", str(store)]
                export = await asyncio.to_thread(subprocess.Popen, [*command, made])
                taken = await _search(app, keys)
                was_running = export.poll() is None
                export.kill()
                export.wait()
            print("beside the export", _told(taken), "" if was_running else "(it ended before)")


if __name__ == "__main__":
    asyncio.run(_measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60))
