"""No way out but by a right, and nothing to take along (DESIGN, Security in one place)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App

from tests.tui.conftest import SMALL, see, sign_in, type_text
from tui import crash
from tui.app import ChairsideApp
from tui.kiosk import scrub

PROJECT = Path(__file__).resolve().parents[2]
STOCK_ACTIONS = sorted(
    {
        name.removeprefix("action_").removeprefix("_action_")
        for name in dir(App)
        if name.startswith("action_")
    }
)
SECRET = "Jane Doe born 1951"


@pytest.mark.parametrize("action", STOCK_ACTIONS)
async def test_stock_actions_are_turned_away(kiosk: Any, action: str) -> None:
    """Attack: a link in data, a key or the palette runs an action of the toolkit."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        ran = await kiosk.run_action(f"app.{action}")
        assert ran is (action in ("focus_next", "focus_previous"))
        assert kiosk.is_running


@pytest.mark.parametrize("action", ["copy_text", "maximize", "minimize", "dismiss", "blur"])
async def test_stock_screen_actions_are_turned_away(kiosk: Any, action: str) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        assert await kiosk.run_action(f"screen.{action}") is False


async def test_there_is_no_palette(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        screens = list(kiosk.screen_stack)
        await pilot.press("ctrl+p", "ctrl+backslash")
        await pilot.pause(0.1)
        assert kiosk.screen_stack == screens
        assert not kiosk.COMMANDS
        assert not kiosk.use_command_palette


async def test_a_password_cannot_be_copied(kiosk: Any) -> None:
    """Attack: select the password field, copy, paste into a field that shows what it holds."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "dana")
        await pilot.press("enter")
        await type_text(pilot, "secret words")
        await pilot.press("ctrl+shift+a", "ctrl+c", "ctrl+x", "super+c")
        kiosk.copy_to_clipboard("secret words")
        await pilot.pause()
        assert kiosk.clipboard == ""
        assert kiosk.screen.query_one("#password").value == "secret words"


async def test_no_picture_is_kept(kiosk: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        kiosk.save_screenshot("picture.svg")
        kiosk.deliver_screenshot("picture.svg")
        await pilot.pause(0.1)
    assert not (tmp_path / "picture.svg").exists()


async def test_a_crash_shows_no_data_and_no_traceback(
    kiosk: Any, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Attack: make the program crash and read patient data from its traceback's locals."""

    def fails(self: Any) -> None:
        patient = SECRET
        raise RuntimeError(f"no such thing: {patient}")

    monkeypatch.setattr(ChairsideApp, "do_kiosk_theme", fails)

    async def crash_it() -> None:
        async with kiosk.run_test(size=SMALL) as pilot:
            await see(pilot, "PGID 1000")
            await pilot.press("f2")
            await pilot.pause(0.1)

    with pytest.raises(RuntimeError):
        await crash_it()
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert SECRET not in said
    assert "Traceback" not in said
    assert kiosk.return_code == 1


def test_the_crash_text_names_only_the_kind_of_error() -> None:
    class Recorder:
        _exception: Exception | None = None
        _exception_event = asyncio.Event()
        _return_code = 0
        _exit_renderables: list[Any] = ["a traceback"]
        closed = False

        class console:
            @staticmethod
            def render(text: Any) -> list[Any]:
                return [text]

        def _close_messages_no_wait(self) -> None:
            self.closed = True

    app: Any = Recorder()
    crash.handle(app, ValueError(SECRET))
    assert app.closed
    (shown,) = app._exit_renderables
    text = shown.segments[0].plain
    assert text == f"{crash.CRASH_TEXT}Kind of error: ValueError"


def test_the_environment_cannot_steer_the_toolkit() -> None:
    """Attack: TEXTUAL_LOG writes a log, TEXTUAL_PRESS types keys."""
    environment = {"TEXTUAL_LOG": "x", "TEXTUAL": "devtools", "textual_press": "q", "PATH": "p"}
    scrub(environment)
    assert environment == {"PATH": "p"}


def test_the_environment_is_scrubbed_before_the_toolkit_is_imported() -> None:
    program = (
        "import sys, os\n"
        "import tui.kiosk\n"
        "assert 'textual' not in sys.modules\n"
        "tui.kiosk.scrub(os.environ)\n"
        "import textual.constants\n"
        "assert textual.constants.LOG_FILE is None and textual.constants.PRESS == ''\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**os.environ, "TEXTUAL_LOG": "leak.log", "TEXTUAL_PRESS": "q"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not (PROJECT / "leak.log").exists()


def test_the_sign_in_loads_nothing_heavy() -> None:
    """Start-up: screens other than the sign-in, and what they need, are imported when opened."""
    program = (
        "import sys, tui.app\n"
        "heavy = ('openpyxl', 'pyzipper', 'Cryptodome', 'exporter', 'tui.screens.archive',"
        " 'tui.screens.data_download')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_paste_counts_as_a_touch(kiosk: Any, clock: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        clock.advance(minutes=9)
        kiosk.post_message(events.Paste("x"))
        await pilot.pause(0.1)
        assert kiosk.seconds_to_lock == 600
