"""Setup › Printers: where sheets are printed, and which way is tried first (REQUIREMENTS P9).

One rule: nothing here prints a patient's data; a test page holds none.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import printers
from store.use_cases.offices import office_choices
from tui.printer_words import HEALTH, KINDS, WAYS, explained, tested
from tui.screens.dialogs import ProgressDialog
from tui.screens.printer_actions import PrinterActions
from tui.screens.printer_form import PrinterFormDialog, PrintersFoundDialog
from tui.widgets.jobs import Job
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.printers import PrinterForm, PrinterView

COLUMNS: Final = (
    Column("Printer", 24),
    Column("Reached by", 10),
    Column("Default", 8),
    Column("State", 0),
)
EMPTY: Final = (
    "No printer is set up. f looks for print queues of this computer, n enters one by its address."
    " Until then, sheets can be saved as a PDF."
)
NO_SERVICE: Final = "The print service of this computer is not running. "
BY_ADDRESS: Final = "n enters a printer of the network by its address."


class PrintersScreen(Place, PrinterActions, place="printers"):
    """The list of printers, and what can be done with the marked one."""

    PATH = ("Setup", "Printers")

    def __init__(self) -> None:
        super().__init__()
        self.order: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        """The order, the list, and what the marked line means."""
        yield Static(id="order")
        yield Table(COLUMNS, id="printers")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(Table).focus()
        self.load()

    @work(description="list of printers", exit_on_error=False)
    async def load(self, mark: int = 0) -> None:
        """Read the list again; `mark` is the number of a printer to mark."""
        kiosk = self.kiosk
        try:
            found = await kiosk.practice.ask(printers.printers, kiosk.signed_in)
            order = await kiosk.practice.ask(printers.print_order, kiosk.signed_in)
        except Refused as refusal:
            self.refuse(refusal)
            return
        here = self.marked
        wanted = mark or (here.printer_id if here else 0)
        self.order = tuple(order)
        numbers = [one.printer_id for one in found]
        self.show_lines(found, self._row, mark=numbers.index(wanted) if wanted in numbers else 0)
        self._explain()

    def _row(self, printer: PrinterView) -> tuple[Cell, ...]:
        word, tone = HEALTH[printer.health]
        return (
            Cell(printer.name),
            Cell(KINDS.get(printer.kind, printer.kind), "dim"),
            Cell("default" if printer.is_default else "", "key"),
            Cell(word, tone),
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        told = ", ".join(WAYS.get(way, way) for way in self.order)
        self.query_one("#order", Static).update(
            join(("Tried in this order: ", "$tone-dim"), (f"{told}.", ""))
        )
        printer = self.marked
        about = join(*explained(printer, self.zone)) if printer else content(EMPTY)
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Most need a printer that is marked."""
        if not key_id.startswith("printers."):
            return ""
        if self.refusal:
            return self.refusal
        needs_one = ("printers.edit", "printers.test", "printers.default", "printers.delete")
        if key_id in needs_one and self.marked is None:
            return "There is no printer in the list."
        one = self.marked
        if key_id == "printers.default" and one and one.is_default:
            return "It is the default already."
        if key_id == "printers.forget" and (one is None or not one.certificate_sha256):
            return "No certificate was accepted."
        return ""

    def do_list_refresh(self) -> None:
        """Read the list again."""
        self.load()

    @on(Table.Chosen)
    def _double_click(self) -> None:
        self.action_do("printers.edit")

    def do_printers_edit(self) -> None:
        """Change the marked printer."""
        printer = self.marked
        if printer is not None:
            self._ask_form(
                printers.PrinterForm(
                    printer.name,
                    printer.kind,
                    printer.address,
                    printer.office_id,
                    printer.printer_id,
                    printer.version,
                )
            )

    def do_printers_new(self) -> None:
        """Enter a printer by hand."""
        self._ask_form(printers.PrinterForm("", "ipp", ""))

    @work(description="form of a printer", exit_on_error=False)
    async def _ask_form(self, form: PrinterForm) -> None:
        kiosk = self.kiosk
        offices = await kiosk.practice.ask(office_choices, kiosk.signed_in)

        def saved(number: int | None) -> None:
            if number is not None:
                self.say("Saved.", "t prints a test page on it.", "good")
                self.load(number)

        self.open(PrinterFormDialog(form, offices), saved)

    def do_printers_find(self) -> None:
        """Look for print queues of this computer."""
        self._find()

    @work(description="find printers", exit_on_error=False)
    async def _find(self) -> None:
        from exporter.letters import lp
        from exporter.letters.finding import find_printers

        kiosk = self.kiosk
        with self.working("Looking for queues and printers that announce themselves…"):
            everything = await asyncio.to_thread(find_printers, kiosk.practice, kiosk.signed_in)
        known = {one.address for one in self.lines}
        found = [one for one in everything if one.address not in known]
        if not found:
            down = NO_SERVICE if await asyncio.to_thread(lp.is_down) else ""
            self.say("Nothing new was found.", f"{down}{BY_ADDRESS}", "warn")
            return

        def chosen(form: PrinterForm | None) -> None:
            if form is not None:
                self._ask_form(form)

        self.open(PrintersFoundDialog(found), chosen)

    def do_printers_test(self) -> None:
        """Print a test page; people go on working meanwhile."""
        printer, kiosk = self.marked, self.kiosk
        if printer is None:
            return
        practice, actor, number = kiosk.practice, kiosk.signed_in, printer.printer_id
        job = Job(f"Test page on {clip(printer.name, 40)}", unit="steps")

        async def run(_job: Job) -> str:
            from exporter.letters.trial_page import print_test_page

            page = await asyncio.to_thread(print_test_page, practice, actor, number)
            return tested(page.printed.printer, page.printed.is_finished, page.certificate_sha256)

        kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._tested)

    def _tested(self, job: Job | None) -> None:
        if job is not None and job.error is not None:
            self.show_error(job.error)
        elif job is not None:
            self.say("Sent.", job.outcome, "good")
        self.load()
