"""Who can download our patients, and who no longer can: a morning of the practice administrator."""

from __future__ import annotations

from typing import Any

import pytest

from store.errors import Refused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import downloads
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, see, sign_in, type_text
from tests.tui.security_steps import groups_of, level, mark, open_place


async def press_button(pilot: Any, name: str) -> None:
    pilot.app.screen.set_focus(pilot.app.screen.query_one(f"#{name}"))
    await pilot.press("enter")


async def test_from_the_question_to_the_mended_answer(
    practice: Practice, clock: FixedClock
) -> None:
    """S1, S2, D4, D5: ask who can, narrow it, let somebody else, and the store agrees."""
    from tui.app import ChairsideApp

    dana = people.signed_in(practice, "dana")
    app = ChairsideApp(practice, clock)
    async with app.run_test(size=SMALL) as pilot:
        # Two keys from Home answer the question.
        await sign_in(pilot, "kim")
        await open_place(pilot, "groups")
        await pilot.press("w")
        await see(pilot, "Full Control: Dana Ruiz, Kim Adler")
        await pilot.press("escape")

        # A copy of the group that may only look, saved after its difference was read.
        await mark(pilot, people.KEEPERS)
        await pilot.press("c")
        await type_text(pilot, "Download Watchers")
        await pilot.press("enter")
        await see(pilot, "Download Watchers grants what Data Keepers grants.")
        await pilot.press("enter")
        await see(pilot, "Groups › Download Watchers")
        await pilot.press("slash")
        await type_text(pilot, "data download")
        await pilot.press("enter", "left", "s")
        await see(pilot, "Full Control → View Only")
        await press_button(pilot, "save")
        await see(pilot, "Saved. 1 right changed.")
        await pilot.press("escape", "escape")
        await see(pilot, "Who can take a copy of the practice's data: Dana Ruiz, Kim Adler")

        # Dana moves there by Group Membership; the list of who can is shorter at once.
        await mark(pilot, people.KEEPERS)
        await pilot.press("m")
        await see(pilot, "Data Keepers › Members")
        await see(pilot, "Dana Ruiz")
        await pilot.press("g")
        await see(pilot, "Group Membership of Dana Ruiz")
        await pilot.press("space")
        await see(pilot, "Takes out of Data Keepers.")
        await pick(pilot, "Download Watchers")
        await see(pilot, "Adds Download Watchers. Takes out of Data Keepers.")
        await pilot.press("s")
        await see(pilot, "Dana Ruiz is in Download Watchers.")
        await pilot.press("escape")
        await see(pilot, "Who can take a copy of the practice's data: Kim Adler")

    assert groups_of(practice, "dana") == ["Download Watchers"]
    assert level(practice, "Download Watchers", Right.DATA_DOWNLOAD) is Level.VIEW
    # Rights are read at each use: the session that is open already has lost it too.
    assert practice.call(downloads.list_downloads, dana) == ()
    with pytest.raises(Refused, match="Utilities - Data Download: Full Control"):
        practice.call(downloads.schedule_form, dana)


async def pick(pilot: Any, group: str) -> None:
    """Tick a group of Group Membership."""
    from tui.widgets.table import Table

    table = pilot.app.screen.query_one(Table)
    await pilot.press("home")
    while table._rows[table.marked][1].text != group:
        await pilot.press("down")
    await pilot.press("space")
