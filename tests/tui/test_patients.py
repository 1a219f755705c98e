"""Finding a patient as one types, the card, and the contact form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events

from store.errors import BadInput
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases.contact import Contact
from tests.clocks import FixedClock
from tests.tui.conftest import (
    SMALL,
    add_odd_people,
    add_patients,
    arrive,
    see,
    seen,
    settle,
    sign_in,
    type_text,
    words_of,
)
from tests.tui.front_desk import actions, add_patient, hoa, open_card, open_patients
from tests.tui.security_steps import weaken
from tui.screens.contact_form import day_typed, merged
from tui.screens.family import FamilyDialog
from tui.screens.home import HomeScreen
from tui.screens.patient_card import PatientCardScreen
from tui.screens.patients import PAGE, PatientsScreen
from tui.widgets.table import Table


async def test_two_of_one_name_are_told_apart_as_one_types(kiosk: Any, practice: Practice) -> None:
    """Accents and order do not matter; birth date, chart number and city tell people apart."""
    hoa(practice)
    add_patient(practice, "Nguyễn", "Thị Hoa", "2011-05-04", chart_number="A-177", city="Hayward")
    add_patient(practice, "Adler", "Ruth", "1950-01-01")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_patients(pilot)
        await see(pilot, "Adler, Ruth")
        await type_text(pilot, "hoa nguyen")
        await settle(pilot, lambda: "Adler" not in words_of(kiosk))
        assert "14 Mar 1984 A-001 (510) 555-0142 Fremont" in words_of(kiosk)
        assert "04 May 2011 A-177 – Hayward" in words_of(kiosk)
        await type_text(pilot, " 5/4/2011")
        await settle(pilot, lambda: "A-001" not in words_of(kiosk))
        await type_text(pilot, "x")
        await see(pilot, "Nobody matches what is typed.")
        await pilot.press("escape")
        await see(pilot, "Adler, Ruth")
        await pilot.press("escape")
        await arrive(pilot, HomeScreen)


async def test_a_burst_from_home_opens_the_right_card(kiosk: Any, practice: Practice) -> None:
    """Scenario: a slow line delivers all at once. No letter is lost or opens another place."""
    add_patient(practice, "Adler", "Ruth", "1950-01-01")
    hoa(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        for key in ["slash", *"nguyen", "enter"]:
            kiosk.post_message(events.Key(key, "/" if key == "slash" else key))
        await arrive(pilot, PatientCardScreen)
        await see(pilot, "Nguyễn · A-001 · born 14 Mar 1984")


async def test_the_list_goes_on_past_its_end(kiosk: Any, practice: Practice) -> None:
    add_patients(practice, tuple(f"Family{number:03d}" for number in range(PAGE + 5)))
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_patients(pilot)
        table = kiosk.screen.query_one(Table)
        await settle(pilot, lambda: table.row_count == PAGE)
        for _ in range(8):
            await pilot.press("pagedown")
        await settle(pilot, lambda: table.row_count == PAGE + 5)
        await pilot.press("pagedown")
        await see(pilot, "Family054")


async def test_odd_names_are_drawn_and_nothing_else(kiosk: Any, practice: Practice) -> None:
    """Attack: the name of a patient is markup, turns text round, or pushes the PGID away."""
    add_odd_people(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_patients(pilot)
        for typed in ("jane", "wolfe", "line"):
            await pilot.press("ctrl+u")
            await type_text(pilot, typed)
            await pilot.press("enter")
            await arrive(pilot, PatientCardScreen)
            await see(pilot, "Online access")
            lines = seen(kiosk).splitlines()
            assert "PGID 1000" in lines[0]
            assert "born 02 Nov 1951" in lines[1]
            assert not {"\u202e", "\x1b"} & set(seen(kiosk))
            await pilot.press("escape")
            await arrive(pilot, PatientsScreen)


async def test_s8_the_whole_number_is_shown_for_a_moment_and_recorded(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S8: masked, seen by right, each look in the trail, and gone after twenty seconds.

    And the family leads from card to card.
    """
    head = add_patient(practice, "Nguyễn", "Văn An", "1980-02-03", chart_number="A-000")
    patient = hoa(practice, ssn="123456789", guarantor_id=head)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa", "kim")
        await see(pilot, "***-**-6789")
        await pilot.press("v")
        await see(pilot, "hidden again soon")
        assert "6789" in words_of(kiosk).replace("***-**-6789", "")
        assert len(actions(practice, patient)) == 1
        clock.advance(seconds=21)
        await see(pilot, "***-**-6789")
        weaken(practice, "Administrators", Right.SSN, Level.NONE)
        await pilot.press("f5")
        await settle(pilot, lambda: "v shows it" not in words_of(kiosk))
        await pilot.press("v")
        await see(pilot, "Patient - Social Security Number")
        await see(pilot, "guarantor Văn An Nguyễn · 2 members")
        await pilot.press("f")
        await arrive(pilot, FamilyDialog)
        await pilot.press("enter")
        await see(pilot, "Văn An Nguyễn · A-000")
        await pilot.press("escape")
        await arrive(pilot, PatientsScreen)


@settings(max_examples=40)
@given(st.dates(min_value=date(1, 1, 1)))
def test_birth_dates_are_read_month_first_and_year_first(day: date) -> None:
    american = f"{day.month}/{day.day}/{day.year:04d}"
    assert day_typed(f" {american} ") == day_typed(day.isoformat()) == day


@pytest.mark.parametrize("typed", ["31/12/1980", "2/30/1980", "1980", "3/14/80", "yesterday"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="3/14/1980"):
        day_typed(typed)


def test_what_another_saved_meanwhile_is_kept_unless_it_was_changed_here() -> None:
    base = Contact(last_name="Silva", city="Fremont", email="old@example.org")
    theirs = Contact(last_name="Silva", city="Oakland", email="new@example.org", version="2")
    mine = Contact(last_name="Silva", city="Hayward", email="old@example.org")
    both = merged(base, theirs, mine)
    assert (both.city, both.email, both.version) == ("Hayward", "new@example.org", "2")
