"""How long a key takes to be seen in the kiosk while a large export runs beside it.

Run: python -m benchmarks.beside STORE [KEYS]     (STORE is the practice.db of a large demo: a copy,
because a download is scheduled and built in it for each place)

In the same store the kiosk searches patients key by key, opens and leaves the Export Runner, which
looks twice a second how far the run is, and the list of downloads, with F1 on top. Each key is
timed until its answer has been painted, first alone, then beside a real runner. The claim, for
keys that are typed: below 100 ms at the 95th percentile. Opening a place or the help is told
apart: it builds a whole screen.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

from textual.events import Key

from exporter.messages.delivery import deliver
from store.access import Actor
from store.clock import SystemClock
from store.imports.demo.people import DEMO_USERS
from store.practice import Practice
from store.use_cases import downloads, running, signing_in
from tui.app import ChairsideApp
from tui.screens.home import PlaceLine

WORDS = ("ng", "car", "o'br", "gar", "smi", "5105", "lee", "an", "tho", "ch")
LISTS = {
    "export_runner": (("Utilities › Export Runner", "Dana Ruiz"), "Shows what the unattended run"),
    "data_download": (("Utilities › Data Download", "Dana Ruiz"), "Schedules a copy of the"),
}
"""Two places: what stands there once the list is read, and what their help begins with."""
PASSWORDS = {user.user_name: user.password for user in DEMO_USERS}

Timed = tuple[str, float]
"""What kind of key it was, and the milliseconds it took."""
Keys = Callable[[ChairsideApp], AsyncIterator[Timed]]


def _is_seen(app: ChairsideApp, *texts: str) -> bool:
    strips = app.screen._compositor.render_strips()
    seen = "".join(segment.text for strip in strips for segment in strip)
    return all(text in seen for text in texts)


async def _until(app: ChairsideApp, *texts: str, gone: bool = False) -> None:
    while _is_seen(app, *texts) is gone:
        await asyncio.sleep(0.002)


async def _press(app: ChairsideApp, key: str) -> None:
    event = Key(key, key if len(key) == 1 else None)
    event.set_sender(app)
    assert app._driver is not None
    app._driver.send_message(event)


async def _timed(app: ChairsideApp, key: str, *texts: str, gone: bool = False) -> float:
    """Return the milliseconds from a key until texts stand on the screen, or no longer do."""
    began = time.perf_counter()
    await _press(app, key)
    await _until(app, *texts, gone=gone)
    taken = 1000 * (time.perf_counter() - began)
    await asyncio.sleep(0.05)
    return taken


async def _search(app: ChairsideApp) -> AsyncIterator[Timed]:
    """Type words letter by letter and take them away again."""
    while True:
        for word in WORDS:
            typed = ""
            for letter in word:
                typed += letter
                yield "typing", await _timed(app, letter, f" {typed} ")
            await _press(app, "escape")
            await asyncio.sleep(0.1)


def _place(code: str) -> Keys:
    """Return the keys that open a place, show and leave its help, and go Home."""

    async def keys(app: ChairsideApp) -> AsyncIterator[Timed]:
        number = app.screen.query_one(f"#place-{code}", PlaceLine).number
        row, help_ = LISTS[code]
        while True:
            yield "opening", await _timed(app, number, *row)
            yield "help", await _timed(app, "f1", help_)
            yield "back", await _timed(app, "escape", help_, gone=True)
            yield "back", await _timed(app, "escape", "Front desk")

    return keys


def _told(taken: list[Timed]) -> str:
    lines = []
    for kind in dict.fromkeys(kind for kind, _ in taken):
        times = [milliseconds for one, milliseconds in taken if one == kind]
        cuts = (
            statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
        )
        figures = f"p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, most {max(times):.0f} ms"
        lines.append(f"  {kind:<9}{figures}, {len(times)} keys")
    return "\n".join(lines)


def _sign_in(practice: Practice, user_name: str) -> Actor:
    return practice.call(
        signing_in.sign_in,
        pgid=practice.pgid,
        user_name=user_name,
        password=PASSWORDS[user_name],
        terminal="benchmark",
        source="command_line",
    )


def _make_due(practice: Practice) -> None:
    """Let a download be due, as its requester and an administrator would."""
    dana, kim = _sign_in(practice, "dana"), _sign_in(practice, "kim")
    day = practice.call(downloads.schedule_form, dana).default_day + timedelta(days=1)
    password = PASSWORDS["dana"]
    asked = practice.call(downloads.request_download, dana, run_on=day, password=password)
    deliver(practice)
    newest = max(practice.folder.spool.glob("*-sms.txt"))
    words = newest.read_text("utf-8").split("\n\n", 1)[1].split()
    code = next(word for word in words if len(word) == 6 and word.isdigit())
    practice.call(downloads.confirm_download, dana, asked.download_id, code)
    practice.call(running.bring_forward, kim)
    for actor in (dana, kim):
        practice.call(signing_in.sign_out, actor)


def _start_runner(practice: Practice) -> subprocess.Popen[bytes]:
    folder = practice.folder.path
    program = "from tui.commands import main; main()"
    words = ["runner", "run", "--data", str(folder.parent), "--pgid", folder.name]
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _take(app: ChairsideApp, keys: Keys, most: int, export: subprocess.Popen[bytes]) -> str:
    """Time keys while an export runs, `most` of them; say how many there were."""
    taken: list[Timed] = []
    async for one in keys(app):
        if export.poll() is not None or len(taken) == most:
            break
        taken.append(one)
    await asyncio.to_thread(export.wait)
    return _told(taken)


async def _alone(app: ChairsideApp, keys: Keys, count: int) -> str:
    taken: list[Timed] = []
    async for one in keys(app):
        taken.append(one)
        # Whole rounds, so that a place is left as it was found.
        if len(taken) >= count and len(taken) % 4 == 0:
            break
    return _told(taken)


async def _begin(app: ChairsideApp, opens_patients: bool) -> None:
    for field in ("kim", PASSWORDS["kim"]):
        for character in field:
            await _press(app, character)
        await _press(app, "enter")
        await asyncio.sleep(0.2)
    await _until(app, "Front desk")
    await asyncio.sleep(0.5)
    if opens_patients:
        await _press(app, "1")
        await _until(app, "Find a patient")
        await asyncio.sleep(0.5)


async def _measure(store: Path, count: int) -> None:
    data, pgid = store.parent.parent, int(store.parent.name)
    kinds: dict[str, Keys] = {"search": _search, **{code: _place(code) for code in LISTS}}
    for name, keys in kinds.items():
        for beside in (False, True):
            with Practice.open(data, pgid, SystemClock()) as practice:
                if beside:
                    _make_due(practice)
                app = ChairsideApp(practice, SystemClock())
                async with app.run_test(size=(80, 24)):
                    await _until(app, "User name")
                    await _begin(app, name == "search")
                    if beside:
                        told = await _take(app, keys, 10 * count, _start_runner(practice))
                    else:
                        told = await _alone(app, keys, count)
            print(f"{name} {'beside an export' if beside else 'alone'}\n{told}", flush=True)


if __name__ == "__main__":
    asyncio.run(_measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60))
