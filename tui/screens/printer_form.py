"""Sheets of Setup › Printers: what is entered of a printer, what was found, the order of ways.

One rule: what was typed stays in its fields until the store has accepted it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import printers
from tui.widgets.button import PushButton, go_on
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import clip, content, drawable
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.letters.finding import FoundPrinter
    from store.use_cases.offices import OfficeChoice
    from store.use_cases.printers import PrinterForm

EVERY_OFFICE: Final = "0"
KINDS: Final = (
    Option("ipp", "a printer on the network", "By its ipp or ipps address; no driver is needed."),
    Option("cups", "a print queue", "By the queue's name on this computer."),
)
ADDRESSES: Final = {
    "ipp": "As in ipps://printer.example.org, or only its name or number.",
    "cups": "The name of the queue, as f shows it.",
}
ORDERS: Final = (
    Option("ipp,cups,pdf", "address, queue, then PDF"),
    Option("cups,ipp,pdf", "queue, address, then PDF"),
    Option("pdf,ipp,cups", "PDF first"),
    Option("pdf", "only as a PDF", "Nothing is sent to a printer."),
)


def office_options(offices: Sequence[OfficeChoice]) -> list[Option]:
    """Return every office as something to choose; none stands for all."""
    return [
        Option(EVERY_OFFICE, "every office"),
        *(Option(str(one.office_id), one.name) for one in offices),
    ]


class PrinterFormDialog(Dialog[int | None], place="printer_form"):
    """Answers the number of the printer that was saved; None when nothing was."""

    def __init__(self, form: PrinterForm, offices: Sequence[OfficeChoice]) -> None:
        super().__init__()
        self._form = form
        self._offices = offices

    @property
    def title_text(self) -> str:
        """What will be done."""
        return "A new printer" if self._form.printer_id is None else "Edit a printer"

    def body(self) -> ComposeResult:
        """One line for each."""
        form = self._form
        yield Field("Name", id="name", value=drawable(form.name), max_length=60)
        yield Choice("Reached by", KINDS, id="kind", value=form.kind)
        yield Field(
            "Address",
            id="address",
            value=drawable(form.address),
            max_length=255,
            meaning=ADDRESSES[form.kind],
        )
        yield Choice(
            "Office",
            office_options(self._offices),
            id="office",
            value=str(form.office_id or EVERY_OFFICE),
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin at the name."""
        self.query_one("#name", Field).focus_line()

    @on(Choice.Changed, "#kind")
    def _kind_changed(self, event: Choice.Changed) -> None:
        self.query_one("#address", Field).explain(ADDRESSES[event.choice.value])
        self.refresh_keys()

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def why_not(self, key_id: str) -> str:
        """A queue cannot be asked."""
        if key_id != "printer.check" or not self.is_mounted:
            return ""
        is_queue = self.query_one("#kind", Choice).value == "cups"
        return "Only an address can be asked; a queue shows with a test page." if is_queue else ""

    @work(description="ask a printer", exit_on_error=False)
    async def do_printer_check(self) -> None:
        """Ask whoever answers at the address what it is."""
        from exporter.letters.finding import check_printer
        from exporter.letters.problems import NotTaken, OtherCertificate

        kiosk, address = self.kiosk, self.query_one("#address", Field).value
        try:
            with self.working("Asking the printer…"):
                found = await asyncio.to_thread(
                    check_printer, kiosk.practice, kiosk.signed_in, address
                )
        except OtherCertificate:
            raise
        except NotTaken as problem:
            self.say("No answer.", f"{problem.what} It can be saved all the same.", "bad")
            return
        model = clip(found.model, 60) or "A printer"
        if not found.takes:
            self.say("Cannot be used.", f"{model} takes neither PDF nor PWG raster.", "bad")
        elif found.trouble:
            self.say("Found.", f"{model}. {found.trouble}", "warn")
        else:
            self.say("Found.", f"{model}, ready; it takes {found.takes}.", "good")

    def pressed(self, button: str) -> None:
        """Save, once both texts are there."""
        for name, sentence in (
            ("name", "A name is needed, as the practice calls it."),
            ("address", "An address or the name of a queue is needed."),
        ):
            field = self.query_one(f"#{name}", Field)
            if not field.value.strip():
                field.complain(sentence)
                field.focus_line()
                return
            field.complain("")
        office = int(self.query_one("#office", Choice).value)
        self._save(
            replace(
                self._form,
                name=self.query_one("#name", Field).value,
                kind=self.query_one("#kind", Choice).value,
                address=self.query_one("#address", Field).value,
                office_id=office or None,
            )
        )

    @work(description="save a printer", exit_on_error=False)
    async def _save(self, form: PrinterForm) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Saving…"):
                number = await kiosk.practice.ask(printers.save_printer, kiosk.signed_in, form)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            self.dismiss(number)

    def leave(self) -> None:
        """Nothing was saved."""
        self.dismiss(None)


class PrintersFoundDialog(Dialog["PrinterForm | None"], place="printers_found"):
    """Print queues that are not in the list; answers a form that begins with the chosen one."""

    TITLE_TEXT = "Printers found"

    def __init__(self, found: Sequence[FoundPrinter]) -> None:
        super().__init__()
        self._found = tuple(found)

    def body(self) -> ComposeResult:
        """One line for each."""
        yield Table((Column("Printer", 26), Column("Address", 0)), id="found")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Enter this one", id="take")

    def on_mount(self) -> None:
        """Show them."""
        table = self.query_one(Table)
        table.show([(Cell(one.name), Cell(one.address, "dim")) for one in self._found])
        table.focus()

    @on(Table.Chosen)
    def do_choose_take(self) -> None:
        """Begin a form with the marked one."""
        self.pressed("take")

    def pressed(self, button: str) -> None:
        """Answer a form."""
        one = self._found[self.query_one(Table).marked]
        self.dismiss(printers.PrinterForm(one.name, one.kind, one.address))

    def leave(self) -> None:
        """None was chosen."""
        self.dismiss(None)


class PrintOrderDialog(Dialog[tuple[str, ...] | None], place="print_order"):
    """Answers the ways in the order in which they are tried; None when it stays as it was."""

    TITLE_TEXT = "Order of printing"

    def __init__(self, order: tuple[str, ...]) -> None:
        super().__init__()
        self._order = order

    def body(self) -> ComposeResult:
        """What it means, and the choice."""
        yield Static(content("The first way that works is taken. ← and → choose."), id="why")
        now = ",".join(self._order)
        known = any(one.value == now for one in ORDERS)
        more = () if known else (Option(now, now.replace(",", ", ")),)
        yield Choice("Order", (*ORDERS, *more), id="order", value=now)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin at the choice."""
        self.query_one(Choice).focus()

    def pressed(self, button: str) -> None:
        """Answer."""
        self.dismiss(tuple(self.query_one(Choice).value.split(",")))

    def leave(self) -> None:
        """It stays as it was."""
        self.dismiss(None)
