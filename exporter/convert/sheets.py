"""The workbook's parts: sheets written in blocks of rows, packed at once; openpyxl does the rest.

One rule: working files are in the folder that is given, never in the system's: they hold plain
data, and are gone when the work ends, however it ends. No formula can be written, for there is no
way to say one. Only this file knows the inner parts of openpyxl and zipfile.
Source: ECMA-376 part 1, 18.3 (worksheets).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from isal import isal_zlib
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.relationship import RelationshipList
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

MOST_NAME = 31
"""Characters of a sheet's name in Excel."""
_TIME_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_DAY_ZERO = _TIME_ZERO.toordinal()
_SECONDS = 86_400
_TOP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultColWidth="16" defaultRowHeight="15"/><sheetData>\n'
)
_TAIL = "</sheetData></worksheet>\n"

_LEVEL = 2
"""Sheets are so regular that a quick level packs them nearly as small as the best."""
_COPIED = 1_000_000

Cell = str
"""What follows a cell's place in the file: its attributes, a `>`, and its value; empty for none."""


class Sheet:
    """One sheet; `title` is its name. openpyxl takes it for its own writer when it packs."""

    def __init__(self, path: Path, title: str, columns: int) -> None:
        self.title = title
        self.out = str(path)
        self._rels = RelationshipList()
        self._file = path.open("wb")
        self._packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS)
        self._places = [f'<c r="{get_column_letter(n)}' for n in range(1, columns + 1)]
        self._row = 0
        self.size = self.crc = 0
        """Of the sheet's text, as a ZIP file tells them."""
        self._write(_TOP)

    def append(self, cells: Sequence[Cell]) -> None:
        """Write the next row."""
        self.extend([(cell,) for cell in cells], 1)

    def extend(self, columns: Sequence[Sequence[Cell]], rows: int) -> None:
        """Write the next rows, of which each column has one cell after the other."""
        numbers = [f"{n}" for n in range(self._row + 1, self._row + rows + 1)]
        self._row += rows
        placed = [
            [
                f'{place}{number}"{cell}</c>' if cell else ""
                for number, cell in zip(numbers, cells, strict=True)
            ]
            for place, cells in zip(self._places, columns, strict=True)
        ]
        heads = [f'<row r="{number}">' for number in numbers]
        self._write(
            "".join([f"{''.join(row)}</row>\n" for row in zip(heads, *placed, strict=True)])
        )

    def _write(self, text: str) -> None:
        data = text.encode()
        self.size += len(data)
        self.crc = isal_zlib.crc32(data, self.crc)
        self._file.write(self._packer.compress(data))

    def write_rows(self) -> None:
        """Nothing waits to be written."""

    def write_tail(self) -> None:
        """End the sheet."""
        self._write(_TAIL)
        self._file.write(self._packer.flush())

    def close(self) -> None:
        """Close the working file."""
        self._file.close()

    def cleanup(self) -> None:
        """Remove the working file, once it is packed."""
        Path(self.out).unlink()


class _Container(ZipFile):
    """The workbook's file. Sheets come packed already: they are copied as they are."""

    sheets: dict[str, Sheet]

    def write(self, filename: Any, arcname: Any = None, *_how: Any) -> None:
        """Take over a sheet; openpyxl asks for it by its working file."""
        sheet = self.sheets[filename]
        told = ZipInfo(arcname)
        told.compress_type = ZIP_DEFLATED
        told.file_size = sheet.size
        with self.open(told, "w") as entry, Path(filename).open("rb") as packed:
            into: Any = entry
            into._compressor = _Packed()
            while data := packed.read(_COPIED):
                entry.write(data)
            into._crc, into._file_size = sheet.crc, sheet.size


class _Packed:
    """In the place of a compressor, for what is packed."""

    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


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
        self._sheets: list[Sheet] = []
        styles = self._book.create_sheet("styles")
        self._bold = _style(styles, font=Font(bold=True))
        self._amount = _style(styles, number_format="0.00")
        self._date = _style(styles, number_format="yyyy-mm-dd")
        self._instant = _style(styles, number_format="yyyy-mm-dd hh:mm:ss")
        # Without it, editing such a cell in Excel would make a formula of it after all.
        self._quoted = _style(styles, quotePrefix=True)
        self._book.remove(styles)

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
            sheet.close()

    def new_sheet(self, name: str, header: Sequence[str]) -> Sheet:
        """Begin a sheet; its header is bold and stays in view. A second one is `name (2)`."""
        title = self._free_name(name)
        sheet = Sheet(self._folder / f"{len(self._sheets)}.xml", title, len(header))
        self._sheets.append(sheet)
        self._book.create_sheet(title)._writer = sheet
        sheet.append([self._styled_text(self._bold, word) for word in header])
        return sheet

    def text(self, text: str) -> Cell:
        """Return text that XML can hold as a cell."""
        if text.startswith(("=", "+", "-", "@")):
            return self._styled_text(self._quoted, text)
        return f' t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is>'

    def number(self, number: int | str) -> Cell:
        """Return a whole number as a cell."""
        return f"><v>{number}</v>"

    def amount(self, amount: str) -> Cell:
        """Return a decimal number as a cell with two decimals."""
        return f"{self._amount}><v>{amount}</v>"

    def date(self, day: date) -> Cell:
        """Return a day after February 1900 as a cell."""
        return f"{self._date}><v>{day.toordinal() - _DAY_ZERO}</v>"

    def instant(self, when: datetime) -> Cell:
        """Return a time without a zone, after February 1900, as a cell."""
        since = when - _TIME_ZERO
        return f"{self._instant}><v>{since.days + since.seconds / _SECONDS!r}</v>"

    def save(self, file: Any) -> None:
        """Pack the workbook into an open file."""
        with _Container(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            archive.sheets = {sheet.out: sheet for sheet in self._sheets}
            ExcelWriter(self._book, archive).write_data()

    def _styled_text(self, style: str, text: str) -> Cell:
        return f'{style} t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is>'

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


def _style(sheet: Any, **look: Any) -> str:
    """Register a look in the workbook; returns the attribute that refers to it."""
    cell = WriteOnlyCell(sheet)
    for name, value in look.items():
        setattr(cell, name, value)
    return f' s="{cell.style_id}"'


def _escaped(text: str) -> str:
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
