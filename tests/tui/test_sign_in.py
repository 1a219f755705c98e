"""Signing in, in the user's words."""

from __future__ import annotations

from typing import Any

import pytest

from store.practice import Practice
from store.use_cases import signing_in
from tests import people
from tests.tui.conftest import SMALL, see, seen, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tui.screens.sign_in import SignInScreen


async def test_a_user_signs_in_and_is_home(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await see(pilot, "Dana Ruiz")
        await see(pilot, "Data Download")


async def test_the_pgid_is_on_the_screen_before_and_after(kiosk: Any) -> None:
    """D8: the PGID is on every screen."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await sign_in(pilot)
        for key in ("1", "escape", "3"):
            await pilot.press(key)
            await pilot.pause()
            assert "PGID 1000" in seen(kiosk).splitlines()[0]


async def test_a_wrong_password_is_told_and_forgotten(kiosk: Any) -> None:
    """S3: one message for a wrong name and a wrong password; the field is empty afterwards."""
    async with kiosk.run_test(size=SMALL) as pilot:
        told = []
        for name in ("dana", "nobody-of-that-name"):
            await see(pilot, "PGID 1000")
            kiosk.screen.query_one("#user_name").value = ""
            kiosk.screen.query_one("#user_name").focus_line()
            await type_text(pilot, name)
            await pilot.press("enter")
            await type_text(pilot, "wrong")
            await pilot.press("enter")
            await see(pilot, "Not signed in.")
            told.append(seen(kiosk).splitlines()[-5:-1])
            assert kiosk.screen.query_one("#password").value == ""
            kiosk.screen.hush()
        assert told[0] == told[1]


async def test_a_password_is_never_drawn(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "dana")
        await pilot.press("enter")
        await type_text(pilot, "tr0ub4dor")
        await see(pilot, "•••••••••")
        assert "tr0ub4dor" not in seen(kiosk)


async def test_the_demo_practice_shows_its_sign_ins(kiosk: Any, practice: Practice) -> None:
    people.change_store(practice, "INSERT INTO preference (name, value) VALUES ('demo.seed', '1')")
    card = practice.call(signing_in.practice_card)
    async with kiosk.run_test(size=SMALL) as pilot:
        for one in card.demo_sign_ins:
            await see(pilot, one.password)


async def test_a_real_practice_shows_no_password(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "An administrator can reset it")
        assert not kiosk.card.demo_sign_ins


async def test_leaving_is_only_from_the_sign_in(kiosk: Any) -> None:
    """Kiosk: no way out but by a right; Ctrl+Q and Ctrl+C do nothing at the desk."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await pilot.press("ctrl+q", "ctrl+c")
        await pilot.pause(0.1)
        assert kiosk.is_running
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        assert isinstance(kiosk.screen, SignInScreen)
        await pilot.press("ctrl+q")
        await pilot.pause(0.1)
        assert not kiosk.is_running


async def test_signing_out_ends_the_session_in_the_store(kiosk: Any, practice: Practice) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        actor = kiosk.actor
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        ended = practice.call(
            lambda store: store.value(
                "SELECT ended_because FROM session WHERE session_id = ?", (actor.session_id,)
            )
        )
        assert ended == "signed_out"
        assert kiosk.actor is None


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_help_tells_the_keys_of_the_place(kiosk: Any, size: tuple[int, int]) -> None:
    async with kiosk.run_test(size=size) as pilot:
        await see(pilot, "PGID 1000")
        await pilot.press("f1")
        await see(pilot, "Look into an archive with its password.")
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert "Look into an archive" not in words_of(kiosk)


async def test_all_lines_of_a_reason_stand_beside_their_key_in_help(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "data_download")
        await see(pilot, "No download has been scheduled yet.")
        await pilot.press("f1")
        await see(pilot, "Not now: There is no download in the list.")
        lines = seen(kiosk).splitlines()
        (first, *_rest) = [at for at, line in enumerate(lines) if "Not now:" in line]
        assert lines[first + 1].index("schedule one.") == lines[first].index("Not now:")


async def test_an_answer_of_two_lines_has_its_bar_on_both(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "dana")
        await pilot.press("enter")
        await type_text(pilot, "not her password")
        await pilot.press("enter")
        await see(pilot, "Not signed in.")
        first, second = [line for line in seen(kiosk).splitlines() if line.startswith("┃")]
        assert (first[:2], second[:2]) == ("┃ ", "┃ ")
        kiosk.screen.hush()
        await settle(pilot, lambda: "┃" not in seen(kiosk))


async def test_day_and_night(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        before = kiosk.theme
        await pilot.press("f2")
        assert kiosk.theme != before
        await pilot.press("ctrl+t")
        assert kiosk.theme == before
