"""The lock: what was on the desk is dropped, not covered (REQUIREMENTS S7).

Vulnerability: a passer-by reads or uses a terminal whose user has walked away.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from store.practice import Practice
from store.use_cases import downloads
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, burst, see, seen, settle, sign_in, type_text
from tests.tui.places import open_place
from tui.app import DESK, LOCKED
from tui.screens.home import HomeScreen
from tui.screens.sign_in import SignInScreen


def assert_nothing_of_the_desk(kiosk: Any) -> None:
    assert kiosk.current_mode == LOCKED
    assert DESK not in kiosk._screen_stacks
    assert [type(screen) for screen in kiosk.screen_stack] == [SignInScreen]
    for word in ("Data Download", "Utilities", "Dana Ruiz", "ready"):
        assert word not in seen(kiosk)


def test_a_tick_before_a_screen_is_composed_ends_nothing() -> None:
    """The app's timer does not wait for a slow machine: to draw no keys yet is no error."""
    HomeScreen().refresh_keys()


async def test_ten_minutes_without_a_key_lock(kiosk: Any, clock: FixedClock) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        clock.advance(minutes=9, seconds=59)
        await pilot.pause(1.1)
        assert kiosk.current_mode == DESK
        await see(pilot, "locks in 0:01")
        clock.advance(seconds=1)
        await see(pilot, "still signed in")
        assert_nothing_of_the_desk(kiosk)


async def test_the_lock_drops_dialogs_and_what_was_typed(kiosk: Any, made: Path) -> None:
    """Scenario: a half-filled form with a password in it is open when the user walks away."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "Kept until")
        await pilot.press("s")
        await see(pilot, "For the day")
        await type_text(pilot, "half a password")
        password = kiosk.screen.query_one("#password")
        await pilot.press("f9")
        await see(pilot, "still signed in")
        assert_nothing_of_the_desk(kiosk)
        assert not password.is_attached


async def test_a_key_that_comes_too_late_does_not_revive_the_desk(
    kiosk: Any, clock: FixedClock
) -> None:
    """Scenario: the machine slept past the lock; the first key must lock, not act."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        clock.advance(hours=2)
        await open_place(pilot, "data_download")
        await see(pilot, "still signed in")
        assert_nothing_of_the_desk(kiosk)


async def test_a_late_worker_cannot_draw_over_the_lock(kiosk: Any) -> None:
    """Scenario: an answer for a form arrives after the lock and wants to open a dialog."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        home = kiosk.screen
        await pilot.press("f9")
        await see(pilot, "still signed in")
        home.open(Screen())
        home.dismiss()
        await pilot.pause(0.2)
        assert_nothing_of_the_desk(kiosk)


async def test_a_slow_answer_during_the_lock_is_not_seen(
    kiosk: Any, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: the lock falls while the store is still working for the desk."""
    release = asyncio.Event()
    stock = practice.ask

    async def slow(use_case: Any, *args: Any, **kwargs: Any) -> Any:
        answer = await stock(use_case, *args, **kwargs)
        if use_case is downloads.schedule_form:
            await release.wait()
        return answer

    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "No download")
        monkeypatch.setattr(practice, "ask", slow)
        await pilot.press("s")
        await see(pilot, "Asking what can be scheduled")
        await pilot.press("f9")
        release.set()
        await see(pilot, "still signed in")
        await pilot.pause(0.2)
        assert_nothing_of_the_desk(kiosk)


async def test_the_password_unlocks_and_home_is_fresh(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        session = kiosk.actor.session_id
        await pilot.press("f9")
        await see(pilot, "still signed in")
        await type_text(pilot, "not it")
        await pilot.press("enter")
        await see(pilot, "Wrong password.")
        assert_nothing_of_the_desk(kiosk)
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Utilities")
        assert kiosk.actor.session_id == session


async def test_another_user_signs_in_afresh_and_ends_the_locked_session(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        first = kiosk.actor
        await pilot.press("f9")
        await see(pilot, "still signed in")
        await pilot.press("f4")
        await see(pilot, "Signed out.")
        await type_text(pilot, "ana")
        await pilot.press("enter")
        await type_text(pilot, people.PASSWORDS["ana"])
        await pilot.press("enter")
        await see(pilot, "Ana Silva")
        ended = practice.call(
            lambda store: store.value(
                "SELECT ended_at FROM session WHERE session_id = ?", (first.session_id,)
            )
        )
        assert ended is not None


async def test_a_session_ends_after_twelve_hours_whatever_happens(
    kiosk: Any, clock: FixedClock
) -> None:
    """S7: keys every few minutes do not prolong a session."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        async with asyncio.timeout(60):
            for _ in range(12 * 60 // 9):
                clock.advance(minutes=9)
                burst(pilot, ("down", None))
                while kiosk._last_touch < clock.now() and kiosk.actor is not None:
                    await asyncio.sleep(0)
        await settle(pilot, lambda: kiosk.current_mode == DESK or kiosk.actor is None)
        clock.advance(minutes=9)
        await see(pilot, "The session ended")
        assert kiosk.actor is None
        assert_nothing_of_the_desk(kiosk)


async def test_a_lock_while_the_program_ends_is_no_crash(kiosk: Any) -> None:
    """The lock falls as the terminal is closed: nothing is left to begin anew."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        kiosk.lock("Locked.")
    assert not kiosk.is_running
    assert kiosk.return_code in (0, None)


async def test_the_lock_is_in_the_audit_trail(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await pilot.press("f9")
        await see(pilot, "still signed in")
        await settle(
            pilot,
            lambda: (
                practice.call(
                    lambda store: store.value(
                        "SELECT count(*) FROM audit_log WHERE action = 'lock'"
                    )
                )
                == 1
            ),
        )


async def test_nobody_acts_as_the_user_of_a_locked_session(kiosk: Any) -> None:
    """Attack: open an archive from the lock and convert it in the name of who is locked."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await pilot.press("f9")
        await see(pilot, "still signed in")
        await pilot.press("f6")
        await see(pilot, "A session is locked here.")
        assert_nothing_of_the_desk(kiosk)


async def test_a_locked_session_is_not_left_by_ctrl_q(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await pilot.press("f9")
        await see(pilot, "still signed in")
        await pilot.press("ctrl+q")
        await see(pilot, "A session is locked here.")
        assert kiosk.is_running
