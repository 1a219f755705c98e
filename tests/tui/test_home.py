"""Home: places by right, and notices that lead to a place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from exporter.archive.progress import stopped
from store.errors import SessionEnded
from store.practice import Practice
from tests import people
from tests.tui.conftest import SMALL, arrive, see, settle, sign_in, words_of
from tests.tui.places import open_place
from tui import keys
from tui.screens.data_download import DataDownloadScreen
from tui.screens.dialogs import ProgressDialog
from tui.screens.home import HomeScreen
from tui.screens.home_lines import NoticeLine, PlaceLine
from tui.screens.home_places import NUMBERS, PLACE_CLASSES, in_columns, screen_of
from tui.widgets.jobs import Job


async def test_a_place_without_its_right_says_which_and_where(kiosk: Any) -> None:
    """D4: the missing right is named, and where it is granted."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await see(pilot, "Data Download needs a right")
        kiosk.screen.set_focus(kiosk.screen.query_one("#place-data_download"))
        await pilot.press("enter")
        await see(pilot, "This needs a right.")
        await see(pilot, "Setup > Security > Groups")
        assert isinstance(kiosk.screen, HomeScreen)


async def test_only_places_that_exist_are_shown(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        for absent in ("Day Sheet", "Second factors"):
            assert absent not in words_of(kiosk)


async def test_home_tells_how_far_the_registration_of_text_messages_is(
    kiosk: Any, practice: Practice
) -> None:
    """D6: its state as a word; SCREENS, Home."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await see(pilot, "Communications registered")
        kiosk.screen.query_one("#place-communications").focus()
        await see(pilot, "Communications: registered, codes are written to files.")
        people.change_store(practice, "DELETE FROM communication_registration")
        kiosk.screen.on_screen_resume()
        await see(pilot, "Communications not registered")


async def test_the_key_to_find_a_patient_stands_in_brackets_without_the_right(
    kiosk: Any, practice: Practice
) -> None:
    """D4, and docs/design.md: a key that cannot be used now says why."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await see(pilot, "(/ find a patient)")
        await pilot.press("/")
        await see(pilot, "Patients needs Patient - Patients.")
        assert isinstance(kiosk.screen, HomeScreen)


async def test_whoever_may_not_see_communications_is_told_no_state(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await see(pilot, "Communications needs a right")


async def test_a_notice_leads_to_the_place_and_never_to_the_file(kiosk: Any, made: Path) -> None:
    """D22, and REQUIREMENTS 6: notices lead to the page."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await see(pilot, "is ready. Only you can retrieve it.")
        assert ".zip" not in words_of(kiosk)
        while not isinstance(kiosk.focused, NoticeLine):
            await pilot.press("up")
        await see(pilot, "Enter opens")
        await pilot.press("enter")
        await arrive(pilot, DataDownloadScreen)


async def test_another_user_learns_that_it_is_complete_and_no_more(kiosk: Any, made: Path) -> None:
    """D22: the team is told; D15: only the requester retrieves."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await see(pilot, "by Dana Ruiz is complete.")


def saving(until: asyncio.Event) -> Callable[[Job], Coroutine[Any, Any, str]]:
    """Work that is done as soon as it may be."""

    async def work(job: Job) -> str:
        await until.wait()
        return "Saved as somewhere."

    return work


async def test_what_ended_during_the_lock_is_told_to_who_started_it(kiosk: Any) -> None:
    """Vulnerability: the result of one user's work shown to the next user."""
    locked = asyncio.Event()
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        kiosk.start_job(Job("Saving"), saving(locked))
        await pilot.press("f10")
        await see(pilot, "Saving: not done yet.")
        await pilot.press("tab", "enter")
        await see(pilot, "Signed out.")
        locked.set()
        await sign_in(pilot, "ana")
        assert "Saved as somewhere" not in words_of(kiosk)
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        await sign_in(pilot)
        await see(pilot, "Saved as somewhere.")


async def test_signing_out_asks_before_it_stops_what_is_running(kiosk: Any) -> None:
    """What it makes could not be written to the audit trail any more, and would not stay."""

    async def work(job: Job) -> str:
        while not job.cancelled():
            await asyncio.sleep(0)
        raise stopped()

    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        job = Job("Converting a.zip")
        kiosk.start_job(job, work)
        kiosk.screen.open(ProgressDialog(job))
        await pilot.press("f10")
        await see(pilot, "Converting a.zip: not done yet.")
        await pilot.press("enter")
        await see(pilot, "Working")
        assert kiosk.actor is not None
        assert not job.cancelled()
        await pilot.press("f10")
        await see(pilot, "F9 locks the desk instead")
        await pilot.press("tab", "enter")
        await see(pilot, "Signed out.")
        await settle(pilot, lambda: job.is_over)


async def test_attack_work_of_the_user_before_told_to_and_stopped_by_the_next(kiosk: Any) -> None:
    """Vulnerability: whoever signs out next sees its title, and ends it.
    Scenario: work goes on after its user's session ended; another user signs in, and out."""
    let_end = asyncio.Event()
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        job = Job("Saving")
        kiosk.start_job(job, saving(let_end))
        kiosk.end_session("The session ended after its full time. Sign in again.")
        await see(pilot, "after its full time")
        await sign_in(pilot, "ana")
        await pilot.press("f10")
        await see(pilot, "Signed out.")
        assert not job.cancelled()
        let_end.set()


async def test_what_ends_while_home_is_open_is_told_at_once(kiosk: Any) -> None:
    let_end = asyncio.Event()
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        kiosk.start_job(Job("Saving"), saving(let_end))
        await pilot.pause()
        assert "Saved as somewhere" not in words_of(kiosk)
        let_end.set()
        await see(pilot, "Saved as somewhere.")


async def test_work_whose_session_had_ended_is_told_in_words_of_its_own(kiosk: Any) -> None:
    """Signed in again, nobody is to be told to sign in again."""

    locked = asyncio.Event()

    async def work(job: Job) -> str:
        await locked.wait()
        raise SessionEnded("Your session has ended.", do="Sign in again.")

    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        kiosk.start_job(Job("Converting a.zip"), work)
        await pilot.press("f10")
        await see(pilot, "Converting a.zip: not done yet.")
        await pilot.press("tab", "enter")
        await see(pilot, "Signed out.")
        locked.set()
        await sign_in(pilot)
        await see(pilot, "Converting a.zip: it was not finished, because your session had ended.")
        assert "Sign in again" not in words_of(kiosk)


async def test_up_and_down_go_round(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        first = kiosk.focused
        await pilot.press("down")
        assert kiosk.focused is not first
        await pilot.press("up")
        assert kiosk.focused is first


async def test_left_and_right_go_to_the_column_beside(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        first = kiosk.focused
        await pilot.press("right")
        assert kiosk.focused.region.x > first.region.x
        assert kiosk.focused.region.y == first.region.y
        await pilot.press("right", "left")
        assert kiosk.focused is first


async def test_the_whole_note_of_the_marked_place_is_told(kiosk: Any, made: Path) -> None:
    """A note may be longer than its column."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await see(pilot, "Data Download: 1 ready, 7 days left.")


@pytest.mark.parametrize("code", PLACE_CLASSES)
def test_every_place_of_home_is_a_screen(code: str) -> None:
    assert screen_of(code).PLACE in keys.PLACES


def test_no_more_places_than_keys() -> None:
    """A place without a key could be reached by the arrows only."""
    assert len(PLACE_CLASSES) <= len(NUMBERS)
    assert set(NUMBERS) == set(keys.KEYS["home.number"].key.split(","))


@pytest.mark.parametrize(
    "areas", [{}, {"Utilities": 3}, {"Utilities": 3, "Setup": 6, "Reports": 2, "File": 3}]
)
def test_the_areas_stand_in_two_columns_of_much_the_same_height(areas: dict[str, int]) -> None:
    left, right = in_columns(areas)
    assert sorted(left + right) == sorted(areas)
    heights = [sum(areas[name] + 2 for name in column) for column in (left, right)]
    assert abs(heights[0] - heights[1]) <= max([0, *areas.values()]) + 2
    assert max(heights) <= 16, "what fits under a notice at 80x24"


async def test_a_place_stays_where_it_is_while_home_is_read_again(
    kiosk: Any, practice: Practice
) -> None:
    """A key that is pressed as one comes back must find its place, whatever Home has to tell."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        home = kiosk.screen
        before = list(home.query(PlaceLine))
        await open_place(pilot, "data_download")
        people.scheduled(practice, people.signed_in(practice, "dana"))
        await pilot.press("escape")
        runner = home.query_one("#place-export_runner", PlaceLine)
        await settle(pilot, lambda: runner.view.note.endswith("1 scheduled"))
        assert list(home.query(PlaceLine)) == before
        assert home.focused is home.query_one("#place-data_download")
