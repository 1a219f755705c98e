"""Setup › Printers, and a patient's representatives, in the kiosk (REQUIREMENTS P9)."""

from __future__ import annotations

from typing import Any

import pytest

from exporter.letters.printing import Printed
from store.practice import Practice
from store.use_cases import printers, representatives
from tests import people
from tests.tui.conftest import SMALL, add_patients, see, sign_in, type_text
from tests.tui.places import open_place
from tests.tui.portal_steps import choose
from tui.screens.print_sheet import handed_over
from tui.screens.representatives import RepresentativesScreen


async def test_a_printer_is_entered_tried_and_taken_off(kiosk: Any, practice: Practice) -> None:
    """P9: nothing of a patient on a test page; one that is off says so, and stays in the list."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "printers")
        await see(pilot, "No printer is set up.")
        await pilot.press("n")
        await see(pilot, "A new printer")
        await type_text(pilot, "Front desk")
        await pilot.press("enter", "enter")
        await type_text(pilot, "http://127.0.0.1")
        await pilot.press("tab", "tab", "tab", "enter")
        await see(pilot, "This is no printer address.")
        field = kiosk.screen.query_one("#address")
        field.clear()
        field.focus_line()
        await type_text(pilot, "ipp://127.0.0.1:9")
        await pilot.press("tab", "tab", "tab", "enter")
        await see(pilot, "not tried yet")
        await pilot.press("t")
        await see(pilot, "failing")
        await pilot.press("o")
        await see(pilot, "Order of printing")
        await choose(pilot, "order", "pdf")
        await pilot.press("tab", "tab", "enter")
        await see(pilot, "Tried in this order: PDF to a folder.")
        (printer,) = practice.call(printers.printers, people.signed_in(practice, "kim"))
        assert (printer.address, printer.health) == ("ipp://127.0.0.1:9/ipp/print", "failing")
        await pilot.press("x")
        await see(pilot, "Take Front desk off the list?")
        await pilot.press("tab", "enter")
        await see(pilot, "No printer is set up.")


async def test_a_representative_is_entered_and_ended_with_a_reason(
    kiosk: Any, practice: Practice
) -> None:
    """A person is chosen out of those found, and both steps say why."""
    add_patients(practice, ("Nguyễn", "O'Brien [DDS]"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        kiosk.screen.open(RepresentativesScreen(1))
        await see(pilot, "Nobody may act for this patient")
        await pilot.press("n")
        await see(pilot, "A new representative")
        await type_text(pilot, "o brien")
        await see(pilot, "O'Brien [DDS], Máire")
        await pilot.press("enter", "enter")
        await choose(pilot, "basis", "representative")
        await pilot.press("enter", "enter", "enter", "enter", "enter")
        await see(pilot, "A few words on why")
        await type_text(pilot, "power of attorney")
        await pilot.press("enter", "enter")
        await see(pilot, "may act for this patient.")
        await see(pilot, "from 20 Nov 2026")
        await pilot.press("x")
        await see(pilot, "End what this person may do")
        await pilot.press("enter")
        await type_text(pilot, "revoked")
        await pilot.press("enter", "enter")
        await see(pilot, "It has ended.")
        await see(pilot, "ended")
    found = practice.call(
        representatives.list_representatives, people.signed_in(practice, "kim"), 1
    )
    assert [(one.patient_id, one.state) for one in found] == [(2, "ended")]


@pytest.mark.parametrize(("is_purged", "may_keep"), [(False, True), (True, False), (None, False)])
def test_p9_a_queue_that_may_keep_the_sheet_is_told(is_purged: bool | None, may_keep: bool) -> None:
    """P9: the sheet holds a password; who printed it learns where a copy may lie."""
    told = handed_over(Printed("cups", "Front desk", is_purged=is_purged))
    assert ("may keep a copy" in told) is may_keep
