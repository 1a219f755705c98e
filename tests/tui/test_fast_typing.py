"""Keys that arrive faster than the screen: a fast typist, a paste, a slow line over SSH."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult

from tests import people
from tests.tui.conftest import SMALL, burst, see, seen, settle, sign_in
from tests.tui.places import open_place
from tui.screens.dialogs import ConfirmDialog
from tui.screens.help import HelpDialog
from tui.screens.home import HomeScreen
from tui.screens.membership import MembershipDialog
from tui.screens.schedule import ScheduleDialog
from tui.screens.user_form import UserFormDialog
from tui.widgets.long_text import LongText


async def test_a_password_typed_ahead_does_not_land_in_the_field_above(kiosk: Any) -> None:
    """Vulnerability: a password shown in clear. Scenario: one burst of name, Tab, password."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        burst = [*"dana", "tab", *people.PASSWORDS["dana"]]
        for key in burst:
            kiosk.post_message(events.Key(key, key if len(key) == 1 else None))
        await see(pilot, "•" * len(people.PASSWORDS["dana"]))
        assert people.PASSWORDS["dana"] not in seen(kiosk)


@pytest.mark.parametrize("between", ["tab", "enter", "down"])
async def test_one_burst_signs_in(kiosk: Any, between: str) -> None:
    """Vulnerability: as above, whichever key leaves the field; and Enter sees all of the name."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        shown: list[str] = []
        for key in [*"dana", between, *people.PASSWORDS["dana"], "enter"]:
            kiosk.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(20):
            await pilot.pause(0.005)
            shown.append(seen(kiosk))
        await see(pilot, "Utilities")
        assert not [screen for screen in shown if people.PASSWORDS["dana"][:5] in screen]


async def test_keys_that_edit_take_their_turn_in_a_burst(kiosk: Any) -> None:
    """Scenario: a slow line delivers at once what was typed, taken back and typed anew.

    Verified: it is what was meant; else a password that was corrected is a wrong one.
    """
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        keys = [*"dane", "backspace", "a", "tab", *"oops", "ctrl+u"]
        keys += [*people.PASSWORDS["dana"][1:], "home", people.PASSWORDS["dana"][0], "enter"]
        burst(pilot, *((key, key if len(key) == 1 else None) for key in keys))
        await see(pilot, "Utilities")


async def test_keys_that_edit_take_their_turn_in_a_long_text_too() -> None:
    class OneText(App[None]):
        def compose(self) -> ComposeResult:
            yield LongText("first", id="text")

    app = OneText()
    async with app.run_test() as pilot:
        app.query_one(LongText).focus()
        await pilot.pause()
        keys = ["end", *" lien", "backspace", "backspace", *"ne", "home", ">"]
        burst(pilot, *((key, key if len(key) == 1 else None) for key in keys))
        await pilot.pause()
        assert app.query_one(LongText).text == ">first line"


async def test_what_is_typed_before_the_first_picture_is_kept(kiosk: Any) -> None:
    """Scenario: the user types while the kiosk is still starting."""
    async with kiosk.run_test(size=SMALL) as pilot:
        for key in "dana":
            kiosk.post_message(events.Key(key, key))
        await see(pilot, "PGID 1000")
        await pilot.pause(0.1)
        assert kiosk.screen.query_one("#user_name").value == "dana"


async def test_letters_typed_right_after_the_number_of_a_place_belong_to_that_place(
    kiosk: Any,
) -> None:
    """Scenario: somebody opens Patients and types a name at once. Its letters name other places."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await see(pilot, "My Factors")
        burst(pilot, *((key, key) for key in "1ad"))
        await see(pilot, "Find a patient ▌ ad")
        assert [type(screen).__name__ for screen in kiosk.screen_stack] == [
            "HomeScreen",
            "PatientsScreen",
        ]


async def test_a_screen_that_ends_under_help_leaves_help_where_it_is(kiosk: Any) -> None:
    """Scenario: F1 while an answer is awaited, and the answer closes the screen beneath."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "groups")
        await see(pilot, "Members: Kim Adler.")
        beneath = kiosk.screen
        await pilot.press("f1")
        await see(pilot, "Rights are granted to groups")
        beneath.dismiss()
        await pilot.pause()
        assert isinstance(kiosk.screen, HelpDialog)
        await pilot.press("escape")
        await settle(pilot, lambda: isinstance(kiosk.screen, HomeScreen))


@pytest.mark.parametrize(
    ("place", "there", "key", "dialog"),
    [
        ("data_download", "No download has been scheduled yet.", "s", ScheduleDialog),
        ("users", "Ana Silva", "n", UserFormDialog),
        ("users", "Ana Silva", "g", MembershipDialog),
        ("users", "Ana Silva", "x", ConfirmDialog),
    ],
)
async def test_a_key_pressed_twice_in_a_burst_opens_one_dialog(
    kiosk: Any, place: str, there: str, key: str, dialog: type
) -> None:
    """Else an empty form stands there after the first was right, and is filled in once more."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, place)
        await see(pilot, there)
        screens = len(kiosk.screen_stack)
        burst(pilot, (key, key), (key, key), (key, key))
        await settle(pilot, lambda: isinstance(kiosk.screen, dialog))
        await pilot.press("escape")
        await settle(pilot, lambda: not kiosk.screen.is_working)
        await pilot.pause()
        assert len(kiosk.screen_stack) == screens


async def test_what_ends_while_the_help_is_read_opens_after_it(
    kiosk: Any,
) -> None:
    """F1 in the same burst as the key: the help comes first, and the form is not lost."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "data_download")
        await see(pilot, "No download has been scheduled yet.")
        burst(pilot, ("s", "s"), ("f1", None))
        await settle(pilot, lambda: isinstance(kiosk.screen, HelpDialog))
        await settle(pilot, lambda: not kiosk.screen_stack[-2].is_working)
        await pilot.press("escape")
        await see(pilot, "Schedule a data download")
