"""Printers in words: how one is reached, how it does, which way is tried first.

One rule: nothing here reads or changes the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.widgets import words
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.printers import PrinterView

KINDS: Final = {"ipp": "address", "cups": "queue"}
HEALTH: Final = {
    "untried": ("not tried yet", "dim"),
    "working": ("working", "good"),
    "failing": ("failing", "bad"),
}
WAYS: Final = {"ipp": "printer by address", "cups": "print queue", "pdf": "PDF to a folder"}


def explained(printer: PrinterView, zone: str) -> list[tuple[str, str]]:
    """Return what stands under the list for one printer, as pieces of text with their styles."""
    where = printer.office or "every office"
    parts = [
        (clip(printer.name, 60), "bold"),
        (f" · {printer.address}", ""),
        (f" · {clip(where, 30)}\n", "$tone-dim"),
    ]
    if printer.health == "failing":
        parts.append((f"{printer.last_error or 'The last try failed.'} ", "$tone-bad"))
    elif printer.health == "untried":
        parts.append(("Nothing was printed on it yet; t prints a test page. ", "$tone-dim"))
    if printer.checked_at is not None:
        parts.append((f"Last tried {words.instant(printer.checked_at, zone)}. ", "$tone-dim"))
    if printer.certificate_sha256:
        short = printer.certificate_sha256[:16]
        parts.append((f"Its certificate {short}… was accepted.", "$tone-dim"))
    return parts


def tested(printer: str, is_finished: bool, certificate: str) -> str:
    """Return what came of a test page."""
    what = "A test page was printed on" if is_finished else "A test page was handed to"
    accepted = (
        f" Its certificate {certificate[:16]}… is accepted from now on." if certificate else ""
    )
    return f"{what} {clip(printer, 40)}; look whether it is whole.{accepted}"
