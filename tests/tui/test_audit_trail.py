"""Reports › Audit Trail and Access Review: seen, filtered, checked, saved (S9, S10)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from store import audit
from store.database import Store
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.store.test_audit import past_the_triggers
from tests.tui.conftest import (
    LARGE,
    ODD_NAME,
    SMALL,
    see,
    seen,
    settle,
    sign_in,
    type_text,
    words_of,
)
from tui.screens.audit_trail import AuditTrailScreen
from tui.screens.home_places import screen_of
from tui.widgets.field import Field


async def open_place(pilot: Pilot[Any], code: str, waited_for: str) -> None:
    """Sign kim in and go to a place, wherever Home lists it."""
    await sign_in(pilot, "kim")
    pilot.app.push_screen(screen_of(code))
    await see(pilot, waited_for)


def many(practice: Practice, count: int) -> None:
    """Write many events."""
    actor = people.signed_in(practice, "ana")

    def run(store: Store) -> None:
        with store.transaction():
            for number in range(count):
                audit.append(store, actor, "test.step", f"Step {number} was done.")

    practice.call(run)


async def test_s9_the_newest_event_is_on_top_and_told_in_full(
    kiosk: Any, practice: Practice
) -> None:
    people.requested(practice, people.signed_in(practice, "dana"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "All events")
        await see(pilot, "Signed in.")
        assert "Kim Adler" in seen(kiosk).splitlines()[4]
        await pilot.press("down")
        await see(pilot, "Asked for a data download for 2026-11-21; a code was sent to ••42.")
        await see(pilot, "front desk 1, kiosk · Utilities - Data Download")
        await pilot.press("enter")
        await see(pilot, "Fri 20 Nov 2026, 09:00:00; 2026-11-20 17:00:00 UTC")


async def test_s9_pages_turn_at_the_edge_and_by_key(kiosk: Any, practice: Practice) -> None:
    many(practice, 450)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "Step 449")
        await see(pilot, "(p newer)")
        await pilot.press("end", "down")
        await see(pilot, "page 2")
        await pilot.press("n")
        await see(pilot, "page 3")
        await pilot.press("end")
        await see(pilot, "The practice was made.")
        await see(pilot, "(n older)")
        await pilot.press("p", "p")
        await see(pilot, "Step 449")


async def test_s9_the_filter_narrows_and_is_taken_away(kiosk: Any, practice: Practice) -> None:
    many(practice, 3)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "Step 2")
        await pilot.press("f")
        await see(pilot, "Patient number")
        await pilot.press("tab", "tab")
        await type_text(pilot, "ana")
        await pilot.press("tab")
        await type_text(pilot, "test.")
        await pilot.press("enter")
        await see(pilot, "User ana, action test.")
        assert "sign_in" not in words_of(kiosk)
        await pilot.press("a")
        await see(pilot, "All events")
        await see(pilot, "sign_in")


async def test_what_cannot_be_asked_says_why_and_keeps_what_was_typed(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "All events")
        await pilot.press("f")
        await see(pilot, "Patient number")
        for field, typed, told in (
            ("right", "everything", "There is no such right."),
            ("user", "someone", "There is no such user."),
            ("since", "2026-13-01", "A day is written as 2026-11-20."),
        ):
            kiosk.screen.query_one(f"#{field}", Field).focus_line()
            await type_text(pilot, typed)
            await pilot.press("enter")
            await see(pilot, told)
            assert typed in words_of(kiosk)


async def test_s9_a_check_says_whole_and_an_altered_event_is_named(
    kiosk: Any, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "All events")
        await pilot.press("v")
        await see(pilot, "The audit trail is whole: 2 events.")
        past_the_triggers(practice, "UPDATE audit_log SET description = 'x' WHERE seq = 1")
        await pilot.press("v")
        await see(pilot, "The audit trail was altered. Event 1 ")


async def test_s9_what_is_filtered_is_saved_as_csv(
    kiosk: Any, practice: Practice, home_folder: Path
) -> None:
    many(practice, 3)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "audit_trail", "Step 2")
        await pilot.press("f")
        await see(pilot, "Patient number")
        await pilot.press("tab", "tab", "tab")
        await type_text(pilot, "test.step")
        await pilot.press("enter")
        await see(pilot, "Action test.step")
        await pilot.press("e")
        await see(pilot, "Save to folder")
        await pilot.press("enter")
        await see(pilot, "▸ Save CSV ◂")
        await pilot.press("enter")
        await see(pilot, "3 events. Not encrypted.")
    text = (home_folder / "audit-trail-1000-2026-11-20.csv").read_text("utf-8-sig")
    assert [row["Action"] for row in csv.DictReader(io.StringIO(text))] == ["test.step"] * 3


async def test_without_the_right_the_place_says_which_and_where(
    kiosk: Any, practice: Practice
) -> None:
    """D4's manner: the missing right by name, and where it is granted."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        kiosk.push_screen(AuditTrailScreen())
        await see(pilot, "Reports - Audit Trail: View Only")
        await see(pilot, "Setup > Security > Groups")


async def test_s10_the_review_by_right_and_by_group(kiosk: Any) -> None:
    async with kiosk.run_test(size=LARGE) as pilot:
        await open_place(pilot, "access_review", "As of 20 Nov 09:00")
        await pilot.press("end")
        await settle(pilot, lambda: "Data Keepers" in words_of(kiosk))
        await pilot.press("g")
        await see(pilot, "Last changed")
        await see(pilot, "20 Nov 2026")
        await pilot.press("enter")
        await see(pilot, "Members: Kim Adler")


async def test_s10_the_review_is_saved_as_pdf(kiosk: Any, home_folder: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_place(pilot, "access_review", "As of")
        await pilot.press("e")
        await see(pilot, "Save to folder")
        await pilot.press("enter", "shift+tab")
        await see(pilot, "▸ Save PDF ◂")
        await pilot.press("enter")
        await settle(pilot, lambda: "Not encrypted." in words_of(kiosk), tries=1500)
    saved = home_folder / "access-review-1000-2026-11-20.pdf"
    assert saved.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_odd_names_are_drawn_as_they_are(
    kiosk: Any, practice: Practice, clock: FixedClock, size: tuple[int, int]
) -> None:
    """Attack: the name of a user is markup or turns the text after it."""
    people.change_store(practice, "UPDATE user SET full_name = ? WHERE user_id = 3", ODD_NAME)
    people.signed_in(practice, "ana", terminal="[@click=app.quit]x[/]\n\u202e")
    clock.advance(timedelta(minutes=1))
    async with kiosk.run_test(size=size) as pilot:
        await open_place(pilot, "audit_trail", "All events")
        await pilot.press("down")
        await see(pilot, "[@click=app.quit]x[/]␊‹U+202E›")
        await see(pilot, "Jane [/x]")
        await pilot.press("enter")
        await see(pilot, "Jane [/x] Doe 王小明")
        await pilot.press("escape", "escape")
        kiosk.push_screen(screen_of("access_review"))
        await see(pilot, "Jane [/x]")
        assert "\u202e" not in seen(kiosk)
        assert all(cell_len(line) <= size[0] for line in seen(kiosk).splitlines())
