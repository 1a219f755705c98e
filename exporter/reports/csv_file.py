"""A report as a CSV file that opens in any spreadsheet by a double click.

One rule: no cell is ever run as a formula, and none spreads over two lines.
Source: RFC 4180; OWASP, CSV injection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from exporter.convert.cells import inert
from store.drawing import drawn

_NUMBER = re.compile(r"-?[0-9]+")
_NEEDS_QUOTES = re.compile(r'[,;\t"\r\n]|^\s|\s$')
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write_rows(file: BinaryIO, rows: Iterable[Sequence[str]]) -> int:
    """Write rows as lines of CSV and return how many."""
    count = 0
    for row in rows:
        file.write(line(row).encode("utf-8", "replace"))
        count += 1
    return count


def line(cells: Sequence[str]) -> str:
    """Return one line: comma, CRLF, quotes only where needed."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(text: str) -> str:
    # A number is no formula, even where it begins with a minus.
    kept = text if _NUMBER.fullmatch(text) else inert(drawn(text))
    return '"' + kept.replace('"', '""') + '"' if _NEEDS_QUOTES.search(kept) else kept
