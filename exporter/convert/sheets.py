"""The workbook library, kept on a short lead.

One rule: its working files are in the folder it is given, never in the system's: they hold plain
data, and are gone when the work ends, however it ends. Only this file knows its inner parts.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Font
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

MOST_NAME = 31
"""Characters of a sheet's name in Excel."""
_WIDTH = 16
_AMOUNT = "0.00"


class _PlacedWriter(WorksheetWriter):  # type: ignore[misc]  # openpyxl has no types
    """Writes a sheet to a named file instead of one in the system's folder for such."""

    def cleanup(self) -> None:
        Path(self.out).unlink()


class SheetBook:
    """A workbook that is written row by row. Use it as a context manager."""

    def __init__(self, folder: Path, made: datetime) -> None:
        """Keep working files in `folder`; `made` (aware) is shown as the workbook's date."""
        self._folder = folder
        self._book = Workbook(write_only=True)
        self._book.properties.created = made.replace(tzinfo=None)
        self._book.properties.modified = made.replace(tzinfo=None)
        self._book.properties.creator = "Chairside"
        self._names: set[str] = set()
        self._sheets: list[Any] = []

    def __enter__(self) -> SheetBook:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close what is open; Windows does not remove open files."""
        for sheet in self._sheets:
            if not sheet.closed:
                with suppress(Exception):  # the work failed already; this only lets go of files
                    sheet.close()

    def new_sheet(self, name: str, header: list[str]) -> Any:
        """Begin a sheet; its header is bold and stays in view. A second one is `name (2)`."""
        sheet = self._book.create_sheet(self._free_name(name))
        self._sheets.append(sheet)
        sheet._writer = _PlacedWriter(sheet, str(self._folder / f"{len(self._sheets)}.xml"))
        sheet.freeze_panes = "A2"
        sheet.sheet_format.defaultColWidth = _WIDTH
        sheet._writer.write_top()
        cells = []
        for title in header:
            cell = self._text_cell(title)
            cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
        return sheet

    def text(self, text: str) -> Any:
        """Return text for a cell; what looks like a formula or an error value stays text."""
        if text[0] == "=" or text in ERROR_CODES:
            cell = self._text_cell(text)
            # Without it, editing the cell in Excel would make a formula of it after all.
            cell.quotePrefix = True
            return cell
        return text

    def amount(self, cents: int) -> Any:
        """Return an amount of money with two decimals."""
        cell = WriteOnlyCell(self._sheets[-1], cents / 100)
        cell.number_format = _AMOUNT
        return cell

    def save(self, file: Any) -> None:
        """Pack the workbook into an open file."""
        with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            ExcelWriter(self._book, archive).write_data()

    def _text_cell(self, text: str) -> Any:
        cell = WriteOnlyCell(self._sheets[-1])
        cell.value = text
        cell.data_type = "s"
        return cell

    def _free_name(self, name: str) -> str:
        """Return a name no sheet has yet; Excel ignores case and allows 31 characters."""
        number = 1
        free = name[:MOST_NAME]
        while free.casefold() in self._names:
            number += 1
            mark = f" ({number})"
            free = name[: MOST_NAME - len(mark)] + mark
        self._names.add(free.casefold())
        return free
