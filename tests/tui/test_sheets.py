"""Every dialog on the smallest screen: title, answer and buttons in sight, whatever is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from exporter.archive.reader import Archive
from exporter.convert.disc import Discs, Image
from exporter.letters.finding import FoundPrinter
from exporter.runner.room import Disk
from store.one_time_passwords import OneTimePassword
from store.password_policy import PRESETS
from store.pending_sign_in import PasswordChangeNeeded
from store.portal_activity import ActivityFilter
from store.portal_credentials import Credentials
from store.practice import Practice
from store.representatives import Representative
from store.sign_in_factor import SecondFactorNeeded
from store.use_cases import audit_trail, downloads, factors, groups, printers, providers, users
from store.use_cases.downloads import CodeSent
from store.use_cases.emergency import EmergencyState, GroupOnOffer
from store.use_cases.patients import FamilyMember
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import LONG_NAME, SMALL, arrive, see, seen, settle, sign_in, words_of
from tests.tui.test_keys import screens
from tui.portal_words import PortalSetting
from tui.screens.carrier_wait import CarrierJob
from tui.screens.dialogs import ConfirmDialog
from tui.screens.home import HomeScreen
from tui.screens.patient_download import PatientDownloadDialog
from tui.screens.user_form import FormRead
from tui.widgets.button import PushButton
from tui.widgets.code_form import Asked
from tui.widgets.field import Field
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog

LONG: Final = (
    "The folder “Documents/Maple Grove Dental/Copies for patients who have asked/2026” cannot be"
    " written: it may only be read. Nothing was made, and nothing was recorded as disclosed. Choose"
    " another folder, or have IT support allow this one to be written, and then press Enter again."
)
FILE: Final = "november-" * 22 + ".txt"
UNUSED: Final[Any] = None
"""What a dialog acts with once its button is pressed; none is pressed here."""
ABSTRACT: Final = ("CodeDialog", "_MakingDialog")
BESIDE: Final = ("TotpDialog", "PortalAddressDialog")
"""Their square takes the whole height; their answer, a short one, stands in a column beside it."""
SHORT: Final = "The code was not accepted. Nothing was changed. Type the next one."
HOUR: Final = timedelta(hours=1)


def arguments(
    practice: Practice, archive: Path, screen: Any
) -> dict[str, tuple[Any, dict[str, Any]]]:
    """What each dialog is made with; a name of the longest kind where it takes one."""
    kim = people.signed_in(practice, "kim")
    dana = people.signed_in(practice, "dana")
    people.scheduled(practice, dana)
    (view,) = practice.call(downloads.list_downloads, dana)
    now = view.requested_at
    soon = now + timedelta(minutes=10)
    opened = Archive.open(archive, people.PASSWORDS["dana"])
    every = practice.call(groups.list_groups, kim)
    form = practice.call(users.user_form, kim, kim.user_id or 0)
    sent: Any = (("sms", "totp", "recovery"), "the mobile ending in 42", soon, now, 5)
    lines = [("Data Download", "None", "Full Control")] * 12
    report = (LONG_NAME, LONG, UNUSED, "rows")
    person = Representative(1, 2, LONG_NAME, None, "guardian", None, None, "", "now")
    printer = printers.Destination(1, LONG_NAME, "ipp", "", "", True)
    given: dict[str, tuple[Any, ...]] = {
        "AuditFilterDialog": (
            practice.call(audit_trail.choices, kim),
            audit_trail.EVERYTHING,
            now.date(),
        ),
        "WaitDialog": (CarrierJob("Asking the modem", LONG),),
        "AskCodeDialog": ("Two-factor authentication", LONG, Asked(*sent, None)),
        "ConvertDialog": (opened, "workbook", UNUSED),
        "ExtractDialog": (opened, "files", UNUSED),
        "ConfirmDialog": (f"Delete {LONG_NAME}?", LONG),
        "ProgressDialog": (Job(f"Extracting {FILE}"),),
        "InvitingDialog": (Job("Inviting"),),
        "TextDialog": (f"Fields of {FILE}", f"{LONG}\n" * 9),
        "DiscDialog": (opened, UNUSED),
        "LockedCsvDialog": (opened, UNUSED),
        "DiscsDialog": (Discs((Image(Path(FILE), 10**9, ()),) * 9, 1, 1), ()),
        "EmergencyDialog": (GroupOnOffer(1, LONG_NAME, LONG),),
        "FamilyDialog": ([FamilyMember(n, LONG_NAME, None, "self") for n in range(20)],),
        "GroupNameDialog": ("rename", every[0]),
        "HelpDialog": (screen,),
        "MembershipDialog": (LONG_NAME, every * 4, form),
        "NewPasswordDialog": (
            PasswordChangeNeeded(LONG, "token", "kim"),
            PRESETS["nist"],
            "old",
            now,
        ),
        "OneTimePasswordDialog": (OneTimePassword(1, "kim", "blue-kite-42", soon),),
        "PasswordAgainDialog": ("Your password", LONG),
        "PatientDownloadDialog": (1, LONG_NAME, now.date()),
        "PhoneDialog": ("+1 510 555 0142",),
        "SavePolicyDialog": ("Save the policy?", lines),
        "SaveReviewDialog": ("Save the rights?", lines),
        "ActivityFilterDialog": (ActivityFilter(), ()),
        "SaveActivityDialog": report,
        "SaveReportDialog": report,
        "UserNameDialog": (1, "Thihoa48213"),
        "TypedPasswordDialog": (1, "Thihoa48213"),
        "PortalAddressDialog": ("https://portal.maplegrove.example/patients",),
        "PortalValueDialog": (PortalSetting("url", "Portal address", LONG), "https://x.example"),
        "PrintSheetDialog": (
            LONG_NAME,
            Credentials(1, "Thihoa48213", "tR7mKpa4", soon),
            "https://portal.maplegrove.example",
            printers.Destinations(("ipp",), (printer,)),
        ),
        "PrinterFormDialog": (printers.PrinterForm("Desk", "ipp", "ipp://127.0.0.1:9"), ()),
        "PrintersFoundDialog": ([FoundPrinter("ipp", "ipp://127.0.0.1:9", LONG_NAME)] * 20,),
        "PrintOrderDialog": (("ipp", "cups", "pdf"),),
        "QuotaDialog": (Disk(10**10, 10**9, 10**10),),
        "PrintCodesDialog": (("abcd-efgh",) * 10, None),
        "RecoveryCodesDialog": (("abcd-efgh",) * 10,),
        "NewRepresentativeDialog": (1, LONG_NAME),
        "EndRepresentativeDialog": (1, person),
        "RetrieveDialog": (view,),
        "OpenHereDialog": (view,),
        "ChangedMeanwhileDialog": (LONG_NAME, [LONG] * 4),
        "ScheduleDialog": (practice.call(downloads.schedule_form, dana),),
        "SecondFactorDialog": (CodeSent(1, sent[1], soon, now, 5, None, sent[0]),),
        "SignInFactorDialog": (SecondFactorNeeded("token", *sent, None), "desk"),
        "TotpDialog": (practice.call(factors.begin_totp, kim), None),
        "UserFormDialog": (
            "edit",
            FormRead(form, every, practice.call(providers.provider_choices, kim)),
        ),
        "LeaveUnprintedDialog": (),
        "SaveSheetDialog": (),
    }
    named: dict[str, dict[str, Any]] = {
        "ConfirmDialog": {"do": "Delete it", "keep": "Keep it"},
        "AskCodeDialog": {"confirm": UNUSED, "send": UNUSED},
        "PasswordAgainDialog": {"do": "Go on", "act": UNUSED},
        "SavePolicyDialog": {"warning": LONG},
        "SaveReviewDialog": {"warning": LONG},
    }
    return {name: (args, named.get(name, {})) for name, args in given.items()}


def all_in_sight(app: Any) -> bool:
    """Whether title, answer and every button lie inside the sheet, and the sheet on the screen."""
    sheet = app.screen.query_one(".dialog--sheet").region
    kept = [app.screen.query_one(".dialog--title"), *app.screen.query("MessageLine")]
    kept += app.screen.query(PushButton)
    return sheet in app.screen.region and all(
        part.region.height > 0 and part.region in sheet for part in kept
    )


@pytest.mark.parametrize("in_emergency", [False, True])
async def test_a_long_answer_pushes_no_button_off_the_smallest_screen(
    kiosk: Any, practice: Practice, clock: FixedClock, archive: Path, in_emergency: bool
) -> None:
    """Every dialog there is: the whole of a long answer is read, and the body gives way to it.

    The red line of an emergency takes one line more.
    """
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await arrive(pilot, HomeScreen)
        made = arguments(practice, archive, kiosk.screen)
        dialogs = {
            kind.__name__: kind
            for kind in screens()
            if issubclass(kind, Dialog) and kind.__name__ not in ABSTRACT
        }
        assert made.keys() == dialogs.keys()
        if in_emergency:
            kiosk.emergency = EmergencyState("Administrators", "x", clock.now(), clock.now() + HOUR)
        for name, kind in dialogs.items():
            args, named = made[name]
            dialog: Any = kind(*args, **named)
            await kiosk.push_screen(dialog)
            dialog.tick_emergency()
            await settle(pilot, lambda: all_in_sight(kiosk))
            dialog.say("It cannot be written.", LONG if name not in BESIDE else SHORT, "bad")
            last = "press Enter again." if name not in BESIDE else "Type the next one."
            await settle(pilot, lambda last=last: last in words_of(kiosk))  # type: ignore[misc]
            assert all_in_sight(kiosk), f"{name}\n{seen(kiosk)}"
            kiosk.pop_screen()
            await arrive(pilot, HomeScreen)


async def test_a_short_sheet_is_as_high_as_what_it_says(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await arrive(pilot, HomeScreen)
        await kiosk.push_screen(
            ConfirmDialog("Delete it?", "Nobody uses it.", do="Do", keep="Keep")
        )
        await see(pilot, "Nobody uses it.")
        assert kiosk.screen.query_one(".dialog--sheet").region.height == 9


async def test_the_field_one_is_in_stays_in_sight_when_an_answer_takes_its_lines(
    kiosk: Any, practice: Practice
) -> None:
    """Tab brings every field of a form that scrolls into sight, and nothing else scrolls it."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await arrive(pilot, HomeScreen)
        dialog = PatientDownloadDialog(1, LONG_NAME, None)
        await kiosk.push_screen(dialog)
        await see(pilot, "Make the copy")
        body = dialog.query_one(".dialog--body")
        for field in dialog.query(Field):
            field.focus_line()
            dialog.say("It cannot be written.", LONG, "bad")
            await see(pilot, "press Enter again.")
            await settle(pilot, lambda line=field.line: line.region in body.region)  # type: ignore[misc]
            dialog.hush()
            await settle(pilot, lambda: "press Enter" not in words_of(kiosk))
