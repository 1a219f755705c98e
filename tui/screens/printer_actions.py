"""What Setup › Printers does with a printer that is marked, and the order of the ways to paper.

One rule: what cannot be taken back asks first, with the harmless answer marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from store.use_cases import printers
from tui.screens.dialogs import ConfirmDialog
from tui.screens.printer_form import PrintOrderDialog
from tui.widgets.listing import Listing
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from textual.worker import Worker

    from store.use_cases.printers import PrinterView


class PrinterActions(Listing["PrinterView"]):
    """For the screen with the list: `order` and `load` are its own."""

    order: tuple[str, ...] = ()

    def load(self, mark: int = 0) -> Worker[None]:
        """Read the list again; the screen does."""
        raise NotImplementedError

    def do_printers_forget(self) -> None:
        """Forget the accepted certificate of the marked printer, after a question."""
        printer = self.marked
        if printer is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._forget(printer)

        self.open(
            ConfirmDialog(
                "Forget its certificate?",
                f"The next test page accepts whatever answers at {printer.address} then. Do this"
                " only if the printer was replaced or set up anew.",
                do="Forget it",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="forget a certificate", exit_on_error=False)
    async def _forget(self, printer: PrinterView) -> None:
        kiosk = self.kiosk
        with self.working("Saving…"):
            await kiosk.practice.ask(
                printers.forget_certificate, kiosk.signed_in, printer.printer_id
            )
        self.say("Forgotten.", "t prints a test page and accepts the present one.", "good")
        self.load()

    def do_printers_default(self) -> None:
        """Send sheets to the marked printer first."""
        self._make_default()

    @work(description="default printer", exit_on_error=False)
    async def _make_default(self) -> None:
        printer, kiosk = self.marked, self.kiosk
        if printer is None:
            return
        with self.working("Saving…"):
            await kiosk.practice.ask(printers.set_default, kiosk.signed_in, printer.printer_id)
        self.say("Saved.", f"Sheets go to {printer.name} unless another is chosen.", "good")
        self.load()

    def do_printers_order(self) -> None:
        """Choose which way is tried first."""

        def chosen(order: tuple[str, ...] | None) -> None:
            if order is not None:
                self._save_order(order)

        self.open(PrintOrderDialog(self.order), chosen)

    @work(description="order of printing", exit_on_error=False)
    async def _save_order(self, order: tuple[str, ...]) -> None:
        kiosk = self.kiosk
        with self.working("Saving…"):
            await kiosk.practice.ask(printers.save_print_order, kiosk.signed_in, order)
        self.say("Saved.", "The order holds from now on.", "good")
        self.load()

    def do_printers_delete(self) -> None:
        """Take the marked printer off the list, after a question."""
        printer = self.marked
        if printer is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(printer)

        self.open(
            ConfirmDialog(
                f"Take {clip(printer.name, 40)} off the list?",
                "No sheet can be printed on it any more. The printer itself is not changed.",
                do="Take it off",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="delete a printer", exit_on_error=False)
    async def _delete(self, printer: PrinterView) -> None:
        kiosk = self.kiosk
        with self.working("Saving…"):
            await kiosk.practice.ask(printers.delete_printer, kiosk.signed_in, printer.printer_id)
        self.say("Taken off.", f"{printer.name} is not in the list any more.", "good")
        self.load()
