"""Setup › Account Info › Communications (REQUIREMENTS D6)."""

from __future__ import annotations

from typing import Any

import pytest

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.tui.conftest import LARGE, SMALL, see, sign_in, type_text
from tests.tui.places import open_place


def unregistered(practice: Practice) -> None:
    """Take the practice back to where nobody had asked for text messaging."""
    people.change_store(practice, "DELETE FROM communication_registration")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_from_not_registered_to_registered(
    kiosk: Any, practice: Practice, size: tuple[int, int]
) -> None:
    """D6: not registered, pending, registered; each stands on the page."""
    unregistered(practice)
    async with kiosk.run_test(size=size) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "Text messaging is not registered.")
        await see(pilot, "Press r to begin.")
        await pilot.press("r")
        await see(pilot, "Register for communication")
        await pilot.press("escape")
        await see(pilot, "Text messaging is pending.")
        await pilot.press("enter")
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Text messaging is registered.")
        await see(pilot, "Kim Adler sent by spool")
        await pilot.press("r")
        await see(pilot, "Text messaging is registered already.")


async def test_five_wrong_codes_reject_it(kiosk: Any, practice: Practice) -> None:
    unregistered(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "not registered")
        await pilot.press("r")
        await see(pilot, "Register for communication")
        wrong = "000000" if people.last_code(practice) != "000000" else "111111"
        for left in (4, 3, 2, 1, 0):
            await type_text(pilot, wrong)
            await pilot.press("enter")
            await see(pilot, f"{left} {'try' if left == 1 else 'tries'} left")
        await pilot.press("escape")
        await see(pilot, "Text messaging is rejected.")
        await see(pilot, "The code of the test message was not typed back.")


async def test_view_only_sees_the_state_and_learns_what_is_missing(
    kiosk: Any, practice: Practice
) -> None:
    """D4 in spirit: the right is named, and where it is granted."""
    unregistered(practice)

    def grant(store: Any) -> None:
        with store.transaction():
            people.grant(store, people.KEEPERS, Right.COMMUNICATIONS, Level.VIEW)

    practice.call(grant)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await open_place(pilot, "communications")
        await see(pilot, "Text messaging is not registered.")
        await pilot.press("r")
        await see(pilot, "Communications: Full Control")
        await see(pilot, "Setup > Security > Groups")
