"""A column's values as cells of a workbook, a block of rows at a time.

One rule: a short way is taken only where all values of the block are known to allow it; each of
them becomes what it becomes alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from exporter.convert.cells import (
    EXCEL_FIRST_DAY,
    as_amount,
    as_date,
    as_instant,
    as_number,
    cut_utf16,
    for_xml,
    utf16_length,
)
from exporter.convert.sheets import Cell, SheetBook

CELL_LENGTH = 32_767
CUT_MARK = " […cut, see Notes]"
KNOWN = 4_000
"""Different values of a column whose cells are kept at hand."""
KNOWN_LENGTH = 400_000
"""Characters of them."""
_TEXTS = frozenset({"text", "choice"})
_NUMBER = r"(?:0|-?[1-9][0-9]{0,14})"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\t{_NUMBER})*")
_DATES = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\t[0-9]{4}-[0-9]{2}-[0-9]{2})*")
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_INSTANTS = re.compile(rf"{_INSTANT}(?:\t{_INSTANT})*")


class Column:
    """Turns the values of one column into cells; most columns say the same again and again."""

    def __init__(self, book: SheetBook, kind: str) -> None:
        self._book, self._kind = book, kind
        self._known: dict[str | None, Cell] = {}
        self._known_length = 0
        self.cut: dict[str | None, int] = {}
        """The full length of texts that had to be cut, those of the last block among them."""
        self._forget()

    def cells(self, values: Sequence[str | None]) -> list[Cell]:
        """Return the cells of the next rows."""
        if len(self._known) > KNOWN or self._known_length > KNOWN_LENGTH:
            self._forget()
        fresh = [value for value in set(values).difference(self._known) if value is not None]
        if fresh:
            self._known_length += sum(map(len, fresh))
            self._known.update(zip(fresh, self._made(fresh), strict=True))
        return list(map(self._known.__getitem__, values))

    def _forget(self) -> None:
        self._known = {None: ""}
        self._known_length = 0
        self.cut = {}

    def _made(self, values: list[str]) -> list[Cell]:
        joined = "\t".join(values)
        book = self._book
        if self._kind == "date":
            if _DATES.fullmatch(joined) and min(values) >= EXCEL_FIRST_DAY:
                try:
                    return [book.date(date.fromisoformat(value)) for value in values]
                except ValueError:
                    pass  # one of them is no day of the calendar
        elif self._kind == "instant":
            if _INSTANTS.fullmatch(joined) and min(values) >= EXCEL_FIRST_DAY:
                try:
                    return [book.instant(datetime.fromisoformat(value[:-1])) for value in values]
                except ValueError:
                    pass
        elif self._kind not in _TEXTS and _NUMBERS.fullmatch(joined):
            if self._kind == "cents":
                return [book.amount(as_amount(value)) for value in values]
            return [book.number(value) for value in values]
        return [self._cell(value) for value in values]

    def _cell(self, value: str) -> Cell:
        typed = None if self._kind in _TEXTS else self._typed(value)
        return self._text(value) if typed is None else typed

    def _typed(self, value: str) -> Cell | None:
        """Return a typed cell where the value is certainly of its column's type, else None."""
        if self._kind == "date":
            day = as_date(value)
            return None if day is None else self._book.date(day)
        if self._kind == "instant":
            when = as_instant(value)
            return None if when is None else self._book.instant(when)
        number = as_number(value)
        if number is None:
            return None
        if self._kind == "cents":
            return self._book.amount(as_amount(value))
        return self._book.number(number)

    def _text(self, value: str) -> Cell:
        text = for_xml(value)
        # A character takes one or two of Excel's, so most texts need no counting.
        length = utf16_length(text) if len(text) > CELL_LENGTH // 2 else 0
        if length > CELL_LENGTH:
            self.cut[value] = length
            text = cut_utf16(text, CELL_LENGTH - len(CUT_MARK)) + CUT_MARK
        return self._book.text(text)
