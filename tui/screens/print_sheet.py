"""Onto paper: the sheet as it will be, the printer, and what became of it (REQUIREMENTS P9).

One rule: printing is a job, so that a lock loses the screen and not the sheet; what failed says
why, and what else can be done is a key away.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from store.clock import date_in_zone
from tui.screens.dialogs import told
from tui.screens.sheet_dialogs import LEAVE as LEAVE
from tui.screens.sheet_dialogs import PRINT as PRINT
from tui.screens.sheet_dialogs import LeaveUnprintedDialog as LeaveUnprintedDialog
from tui.screens.sheet_dialogs import SaveSheetDialog, free_name
from tui.widgets.button import PushButton
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from exporter.letters.printing import Printed
    from store.use_cases.online_access import AccessSheet, Credentials
    from store.use_cases.printers import Destinations

_QUEUE: Final = "the print queue of this computer"


@dataclass(frozen=True, slots=True)
class Choice:
    """A printer that can be taken: its number (None for the practice's order) and its name."""

    printer_id: int | None
    name: str


def choices(found: Destinations) -> tuple[Choice, ...]:
    """Return the printers in the order in which they are offered; none where only files are."""
    kinds: list[str] = [way for way in found.order if way != "pdf"]
    usable = [one for one in found.printers if one.kind in kinds]
    usable.sort(key=lambda one: (kinds.index(one.kind), not one.is_default))
    if found.order[:1] == ("pdf",):
        return tuple(Choice(one.printer_id, one.name) for one in usable)
    if not usable:
        return (Choice(None, _QUEUE),) if "cups" in kinds else ()
    first = usable[0].name
    others = tuple(Choice(one.printer_id, one.name) for one in usable[1:])
    return (Choice(None, f"{first}, or the next that works" if others else first), *others)


def handed_over(printed: Printed) -> str:
    """Return what became of the sheet, and where the password may still be read."""
    if printed.is_finished:
        told = f"The sheet was printed by {printed.printer}. Fetch it now."
    else:
        told = f"{printed.printer} has taken the sheet. Fetch it now."
    if printed.is_purged is False:
        told += " The print queue may keep a copy of it."
    return told


class PrintSheetDialog(Dialog[str | None], place="print_sheet"):
    """Answers the sentence that tells what was printed or saved; None for nothing.

    Args:
        name: the patient's name.
        made: the credentials that the sheet shows.
        portal_url: the address on it.
        found: the printers that there are.
    """

    TITLE_TEXT = "Print the sheet"

    def __init__(self, name: str, made: Credentials, portal_url: str, found: Destinations) -> None:
        super().__init__()
        self._name_shown = name
        self._made = made
        self._portal_url = portal_url
        self._choices = choices(found)
        self._saves_first = found.order[:1] == ("pdf",) or not self._choices
        self._chosen = 0
        self._job: Job | None = None

    def body(self) -> ComposeResult:
        """The sheet in words, and where it goes."""
        with VerticalScroll(id="preview", can_focus=False):
            yield Static(content(self._preview()))
        yield Static(id="printer")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save as PDF", id="save")
        if self._choices:
            yield PushButton("Print", id=PRINT)

    def on_mount(self) -> None:
        """On printing, as was asked for; on saving where the practice saves first."""
        self.query_one("#save" if self._saves_first else f"#{PRINT}").focus()
        self._show_printer()
        self.set_interval(0.1, self._look)

    def _preview(self) -> str:
        from exporter.letters.access_sheet import preview_lines

        return "\n".join(preview_lines(self._sheet()))

    def _sheet(self) -> AccessSheet:
        """Return what will stand on the sheet, but for the office's address."""
        from store.use_cases.online_access import AccessSheet

        made, card = self._made, self.kiosk.card
        until = made.valid_until
        zone = card.time_zone if card else "UTC"
        return AccessSheet(
            patient_name=self._name_shown,
            user_name=made.user_name,
            password=made.password,
            portal_url=self._portal_url,
            valid_until_on=date_in_zone(until, zone) if until else None,
            office_name=card.name if card else "",
            office_lines=(),
            office_phone="",
            language="",
        )

    def _show_printer(self) -> None:
        if not self._choices:
            text = "\nNo printer is set up: Setup > Printers. The sheet can be saved as a PDF."
            self.set_text("#printer", content(text, "$tone-warn"))
            return
        many = len(self._choices)
        other = f"   {self._chosen + 1} of {many}, n takes the next" if many > 1 else ""
        self.set_text(
            "#printer",
            join(
                ("\nPrinter  ", "$tone-dim"),
                (self._choices[self._chosen].name, "bold"),
                (other, "$tone-dim"),
            ),
        )

    # Keys

    def why_not(self, key_id: str) -> str:
        """Another printer, if there is one."""
        if self._job is not None and key_id.startswith("print."):
            return "The sheet is being printed."
        if key_id == "print.other" and len(self._choices) < 2:
            return "There is no other printer: Setup > Printers."
        return ""

    def do_print_other(self) -> None:
        """The next printer."""
        self._chosen = (self._chosen + 1) % len(self._choices)
        self.hush()
        self._show_printer()
        self.query_one(f"#{PRINT}").focus()

    def do_print_save(self) -> None:
        """Ask for a folder."""

        def chosen(folder: Path | None) -> None:
            if folder is not None:
                self._start("Saving the sheet", "Saving…", self._saver(folder))

        self.open(SaveSheetDialog(), chosen)

    def pressed(self, button: str) -> None:
        """Print, or ask for a folder."""
        if self._job is not None:
            self.say("Not now.", "The sheet is being printed.", "warn")
        elif button == "save":
            self.do_print_save()
        else:
            chosen = self._choices[self._chosen]
            self._start(
                "Printing the sheet", f"Sending it to {chosen.name}…", self._printer(chosen)
            )

    # The work

    def _printer(self, chosen: Choice) -> Callable[[Job], Coroutine[None, None, str]]:
        kiosk, made = self.kiosk, self._made
        practice, actor = kiosk.practice, kiosk.signed_in

        async def run(_job: Job) -> str:
            from exporter.letters.printing import print_access_sheet

            printed = await asyncio.to_thread(
                print_access_sheet,
                practice,
                actor,
                made.patient_id,
                made.password,
                chosen.printer_id,
            )
            return handed_over(printed)

        return run

    def _saver(self, folder: Path) -> Callable[[Job], Coroutine[None, None, str]]:
        kiosk, made = self.kiosk, self._made
        practice, actor = kiosk.practice, kiosk.signed_in

        async def run(_job: Job) -> str:
            from exporter.letters.printing import save_access_sheet

            saved = await asyncio.to_thread(
                save_access_sheet,
                practice,
                actor,
                made.patient_id,
                made.password,
                free_name(folder, f"online-access-{made.patient_id}"),
            )
            return f"Saved as {saved.printer}. It holds the password: print it, then delete it."

        return run

    def _start(
        self, title: str, saying: str, run: Callable[[Job], Coroutine[None, None, str]]
    ) -> None:
        """Begin; Home tells the end if the kiosk locks meanwhile."""
        self._job = Job(title)
        self.kiosk.start_job(self._job, run)
        self.say("", saying)
        self.refresh_keys()

    def _look(self) -> None:
        """See whether it is over; told here, it is not told again on Home."""
        job = self._job
        if job is None or not job.is_over or not self.is_current:
            return
        from exporter.letters.problems import NoPrinter

        self._job = None
        job.is_told = True
        if job.error is None:
            self.dismiss(job.outcome)
            return
        title, sentence = told(job.error)
        if isinstance(job.error, NoPrinter):
            title, sentence = "Not printed.", f"{job.error.what} The password still stands here."
        other = "n takes another printer, " if len(self._choices) > 1 else ""
        self.say(title, f"{sentence} Enter tries again, {other}s saves a PDF.", "bad")
        self.refresh_keys()

    def do_kiosk_back(self) -> None:
        """Work that has begun is waited for: it says whether there is a sheet to fetch."""
        if self._job is not None:
            self.say("Not now.", "The printer is being waited for; it takes a moment.", "warn")
        else:
            self.leave()

    def leave(self) -> None:
        """Nothing was printed."""
        self.dismiss(None)
