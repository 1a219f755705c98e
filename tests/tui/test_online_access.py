"""Online access on the patient's card: provide, print, generate, type, rename, remove (P1-P10)."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.exporter.letters.stand_in import StandIn
from tests.tui.conftest import SMALL, arrive, see, settle, sign_in, type_text, words_of
from tests.tui.front_desk import actions, column, hoa, open_card
from tests.tui.places import open_place
from tests.tui.security_steps import weaken
from tui.screens.contact_form import ContactFormScreen
from tui.screens.dialogs import ConfirmDialog
from tui.screens.patient_card import PatientCardScreen
from tui.screens.patients import PatientsScreen
from tui.screens.print_sheet import PrintSheetDialog
from tui.screens.sheet_dialogs import LeaveUnprintedDialog, SaveSheetDialog
from tui.widgets.field import Field

windows_has_no_lp = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp")


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A print queue of this computer, with nothing else set up."""
    # A second of import, which no test should wait for at the screen.
    import fpdf  # noqa: F401

    return StandIn(tmp_path / "lp", monkeypatch)


def password_of(kiosk: Any) -> str:
    """Return the password that the card holds."""
    made = kiosk.screen.credentials
    return "" if made is None else str(made.password)


async def provide(pilot: Any) -> str:
    """Provide online access on the card; return the password that is shown."""
    await pilot.press("o")
    await see(pilot, "Provided.")
    await see(pilot, "shown until you leave this page")
    return password_of(pilot.app)


@windows_has_no_lp
async def test_p9_from_the_name_to_the_printed_sheet_in_under_ten_keystrokes(
    kiosk: Any, practice: Practice, printer: StandIn
) -> None:
    """The receptionist with a phone ringing: five keys besides the name."""
    from pypdf import PdfReader

    patient = hoa(practice)
    strokes = 0

    async def press(key: str) -> None:
        nonlocal strokes
        strokes += 1
        await pilot.press(key)

    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await see(pilot, "1 Patients")
        await press("1")
        await type_text(pilot, "ngu")
        await press("enter")
        await see(pilot, "provides it")
        await press("o")
        await see(pilot, "Not printed yet.")
        password = password_of(kiosk)
        assert f"Password {password} shown" in words_of(kiosk)
        await press("p")
        await arrive(pilot, PrintSheetDialog)
        await see(pilot, f"Password {password}")
        await press("enter")
        await see(pilot, "Fetch it now.")
        assert strokes < 10
        assert printer.taken is not None
        (page,) = PdfReader(io.BytesIO(printer.taken)).pages
        assert password in page.extract_text()
        assert column(practice, patient, "printed_at") is not None
        await pilot.press("escape")
        await arrive(pilot, PatientsScreen)
    assert actions(practice, patient)[-2:] == ["portal.print_begun", "portal.print"]


async def test_p1_all_that_is_missing_is_listed_and_leads_to_its_field(
    kiosk: Any, practice: Practice
) -> None:
    """P1: everything at once; a number or Enter jumps there, Enter goes on, and back to provide."""
    patient = hoa(practice, city=None, wireless_phone=None, email=None, email_ok=0)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa")
        await see(pilot, "3 things are missing")
        await see(pilot, "(o provide)")
        await pilot.press("3")
        await arrive(pilot, ContactFormScreen)
        assert kiosk.focused is kiosk.screen.query_one("#wireless_phone", Field).line
        await pilot.press("escape")
        await arrive(pilot, PatientCardScreen)
        await pilot.press("enter")
        await arrive(pilot, ContactFormScreen)
        await type_text(pilot, "Ely")
        await pilot.press("enter")
        await type_text(pilot, "5550142")
        await pilot.press("enter")
        await type_text(pilot, "hoa")
        await pilot.press("f3")
        await see(pilot, "That is not an e-mail address.")
        await type_text(pilot, "@a.org")
        await pilot.press("tab", "right")
        await see(pilot, "◂yes")
        await pilot.press("shift+tab", "enter", "enter")
        await see(pilot, "o provides it")
        await provide(pilot)
    assert column(practice, patient, "granted_at") is not None
    agreed = "SELECT email_ok FROM patient WHERE patient_id = ?"
    assert practice.call(lambda store: store.value(agreed, (patient,))) == 1


async def test_p8_a_password_is_gone_once_the_card_is_left_or_the_kiosk_locks(
    kiosk: Any, practice: Practice
) -> None:
    """P8, P9: leaving asks about printing; masked is never printed; the lock drops it."""
    hoa(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa")
        first = await provide(pilot)
        for leave in ("escape", "f10"):
            await pilot.press(leave)
            await arrive(pilot, LeaveUnprintedDialog)
            await pilot.press("escape")
            await arrive(pilot, PatientCardScreen)
            assert first in words_of(kiosk)
        await pilot.press("escape")
        await arrive(pilot, LeaveUnprintedDialog)
        await pilot.press("tab", "enter")
        await arrive(pilot, PatientsScreen)
        await pilot.press("enter")
        await see(pilot, "Password ********")
        await pilot.press("p")
        await see(pilot, "generate a new one first")
        await pilot.press("g")
        await see(pilot, "Generated.")
        second = password_of(kiosk)
        assert second not in ("", first)
        await pilot.press("f9")
        await see(pilot, "Locked.")
        await type_text(pilot, people.PASSWORDS["ana"])
        await pilot.press("enter")
        await open_place(pilot, "patients")
        await type_text(pilot, "hoa")
        await pilot.press("enter")
        await see(pilot, "Not printed yet.")
        assert second not in words_of(kiosk)


async def test_p3_p5_p6_p7_typed_renamed_generated_removed(kiosk: Any, practice: Practice) -> None:
    """A patient with a password of their own: what replaces or removes it asks first."""
    patient = hoa(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa")
        await provide(pilot)
        await pilot.press("t")
        await see(pilot, "Type a password")
        await type_text(pilot, "maple")
        await see(pilot, "digit")
        await pilot.press("enter")
        await see(pilot, "Not yet.")
        await type_text(pilot, "Grove48")
        await see(pilot, "This can be used.")
        await pilot.press("enter")
        await see(pilot, "Password mapleGrove48")
        await pilot.press("u")
        await see(pilot, "User name for the portal")
        await pilot.press("ctrl+u")
        await type_text(pilot, "hoa.n")
        await pilot.press("enter")
        await see(pilot, "User name hoa.n")
        people.change_store(practice, "UPDATE portal_credential SET require_password_change = 0")
        await pilot.press("f5")
        await settle(pilot, lambda: "One-time" not in words_of(kiosk))
        for key, title in (("g", "Generate a new password?"), ("x", "Remove online access?")):
            await pilot.press(key)
            await arrive(pilot, ConfirmDialog)
            await see(pilot, title)
            assert kiosk.focused.id == "back"
            await pilot.press("enter")
            await arrive(pilot, PatientCardScreen)
        await pilot.press("x")
        await arrive(pilot, ConfirmDialog)
        await pilot.press("tab", "enter")
        await see(pilot, "Removed.")
        await see(pilot, "The user name hoa.n is kept.")
    assert column(practice, patient, "removed_at") is not None
    assert column(practice, patient, "password_hash") is None


async def test_d4_view_only_reads_the_panel_and_changes_nothing(
    kiosk: Any, practice: Practice
) -> None:
    patient = hoa(practice)
    weaken(practice, "Front Desk", Right.ONLINE_ACCESS, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa")
        await see(pilot, "(o provide)")
        await pilot.press("o")
        await see(pilot, "It needs Patient - Online Access: Full Control")
        weaken(practice, "Front Desk", Right.ONLINE_ACCESS, Level.NONE)
        await pilot.press("escape", "enter")
        await see(pilot, "needs Patient - Online Access: View Only")
    assert column(practice, patient, "granted_at") is None
    assert "refused" not in actions(practice, patient)


@windows_has_no_lp
async def test_p9_what_the_printer_refuses_is_told_and_can_be_saved(
    kiosk: Any, practice: Practice, printer: StandIn, home_folder: Path
) -> None:
    printer.refuses("lp: out of paper")
    patient = hoa(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa")
        await provide(pilot)
        await pilot.press("escape")
        await arrive(pilot, LeaveUnprintedDialog)
        await pilot.press("enter")
        await arrive(pilot, PrintSheetDialog)
        await pilot.press("enter")
        await see(pilot, "out of paper")
        await see(pilot, "s saves a PDF")
        assert column(practice, patient, "printed_at") is None
        await pilot.press("s")
        await arrive(pilot, SaveSheetDialog)
        kiosk.screen.query_one("#folder", Field).value = str(home_folder)
        await pilot.press("enter", "enter")
        await see(pilot, "print it, then delete it")
    (saved,) = home_folder.glob("*.pdf")
    assert saved.stat().st_mode & 0o777 == 0o600
    assert "portal.print_failed" in actions(practice, patient)
    assert column(practice, patient, "printed_at") is not None
