"""The ten recovery codes, shown once (REQUIREMENTS S5, D23).

One rule: they stand on this sheet and on what is printed from it; leaving asks whether they were
kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.dialogs import ConfirmDialog, ProgressDialog
from tui.widgets.button import PushButton
from tui.widgets.folder import FolderField
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

_COLUMNS: Final = 2
_GAP: Final = " " * 6
_NO_PRINTER: Final = "This computer has no default printer. Save the sheet, print it, delete it."
_QUEUE: Final = "The print queue of this computer may keep a copy for a day."


def in_two_columns(codes: tuple[str, ...]) -> str:
    """Return the codes with their numbers, read down the columns."""
    rows = (len(codes) + _COLUMNS - 1) // _COLUMNS
    numbered = [f"{number:>2}  {code}" for number, code in enumerate(codes, 1)]
    return "\n".join(_GAP.join(numbered[row::rows]) for row in range(rows))


class RecoveryCodesDialog(Dialog[bool], place="recovery_codes"):
    """Answers True once they were kept."""

    TITLE_TEXT = "Your recovery codes"

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        self._codes = codes

    def body(self) -> ComposeResult:
        """The codes, and how to keep them."""
        yield Static(
            content(
                "Write them on paper or print them, and keep that away from this terminal. Each"
                " code works once, in place of the text message or the app. They are never shown"
                " again; those you had before no longer work."
            )
        )
        yield Static(content(in_two_columns(self._codes), "bold $tone-key"), id="codes")

    def buttons(self) -> ComposeResult:
        """Onto paper; and one way on, which asks."""
        yield PushButton("Print or save", id="print")
        yield PushButton("I have written them down", id="kept")

    def on_mount(self) -> None:
        """On the way on, which asks before it leads anywhere."""
        self.query_one("#kept").focus()

    def pressed(self, button: str) -> None:
        """Onto paper, or ask once more: there is no second look."""
        if button == "print":
            self.do_recovery_print()
        else:
            self.leave()

    def do_recovery_print(self) -> None:
        """Look for a printer, then ask whether to print or to save."""
        self._print()

    @work(description="look for a printer", exit_on_error=False)
    async def _print(self) -> None:
        from exporter.letters.lp import default_printer

        with self.working("Looking for a printer…"):
            printer = await asyncio.to_thread(default_printer)
        self.open(PrintCodesDialog(self._codes, printer), self._printed)

    def _printed(self, sentence: str | None) -> None:
        if sentence:
            self.say("", sentence, "good")

    def leave(self) -> None:
        """Back to the factors."""

        def go() -> None:
            self.dismiss(True)

        self.ask_to_leave(go)

    def ask_to_leave(self, go: Callable[[], None]) -> None:
        """Ask whether they were kept; a hasty key must not lose them."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._codes = ()
                go()

        self.open(
            ConfirmDialog(
                "Leave the recovery codes?",
                "They cannot be shown again. If they are not on paper, make new ones.",
                do="Leave",
                keep="Look once more",
            ),
            answered,
        )


class PrintCodesDialog(Dialog[str | None], place="print_codes"):
    """Answers the sentence that tells what was printed or saved; None for nothing.

    Args:
        codes: the ten codes.
        printer: the default printer; None where there is none, and only saving is offered.
    """

    TITLE_TEXT = "Print the recovery codes"

    def __init__(self, codes: tuple[str, ...], printer: str | None) -> None:
        super().__init__()
        self._codes = codes
        self._printer = printer

    def body(self) -> ComposeResult:
        """The printer, or why there is none; and where a file goes."""
        yield Static(
            content("One page with the codes, whose they are and how to keep them: like a key.")
        )
        yield Static("")
        if self._printer is None:
            yield Static(content(_NO_PRINTER), id="printer")
        else:
            yield Static(
                join(("Printer ", "$tone-dim"), (self._printer, "bold"), (f". {_QUEUE}", "")),
                id="printer",
            )
        yield Static("")
        yield FolderField(
            meaning="→ completes what is shown dim. The PDF is not encrypted: print it, then"
            " delete it."
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save PDF", id="save")
        if self._printer is not None:
            yield PushButton("Print", id="print")

    def on_mount(self) -> None:
        """On printing where there is a printer: it leaves no file. Else at the folder."""
        if self._printer is None:
            self.query_one(FolderField).focus_line()
        else:
            self.query_one("#print").focus()

    def entered(self) -> None:
        """Enter in the field goes on to saving."""
        self.query_one("#save").focus()

    def pressed(self, button: str) -> None:
        """Print, or check the folder and save."""
        if button == "print":
            self._start(None)
        elif (folder := self.query_one(FolderField).folder()) is not None:
            self._start(folder)

    def _start(self, folder: Path | None) -> None:
        """Save in a folder, or print where it is None; Home tells the end if the kiosk locks."""
        kiosk = self.kiosk
        practice, actor = kiosk.practice, kiosk.signed_in
        codes, printer = self._codes, self._printer

        async def run(_job: Job) -> str:
            from exporter.reports.recovery_codes import print_out, save

            if folder is not None:
                made = await asyncio.to_thread(save, practice, actor, codes, folder)
                return f"Saved as {made}. Not encrypted: print it, then delete it."
            assert printer is not None
            await asyncio.to_thread(print_out, practice, actor, codes, printer)
            return f"Sent to the printer {printer}. Fetch the sheet now."

        job = Job("Printing the recovery codes" if folder is None else "Saving the recovery codes")
        kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is None or job.error is None:
            self.dismiss(job.outcome if job else None)
        else:
            self.show_error(job.error)

    def leave(self) -> None:
        """Nothing was printed or saved."""
        self.dismiss(None)
