"""What is told of the fields of an archive's table: their meanings, their codes, their columns.

One rule: whatever stands in a description came from outside; it is text here and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tui.widgets.safe import drawable
from tui.widgets.table import Column

if TYPE_CHECKING:
    from exporter.archive.description import DescribedTable, Field

WIDEST: Final = 26
_NARROWEST_HEADING: Final = 16
_RIGHT: Final = frozenset({"id", "integer", "cents", "flag"})
NO_VALUE: Final = "There is no value."

Rows = Sequence[Sequence[str | None]]


def columns_for(fields: Sequence[Field], rows: Rows) -> list[Column]:
    """Return columns as wide as these rows need, none wider than `WIDEST`."""
    columns = []
    for index, field in enumerate(fields):
        longest = max((cell_len(drawable(row[index] or "")) for row in rows), default=0)
        heading = min(cell_len(field.name), _NARROWEST_HEADING)
        width = min(WIDEST, max(longest, heading, 2))
        columns.append(Column(field.name, width, right=field.kind in _RIGHT))
    return columns


def fields_text(table: DescribedTable) -> list[tuple[str, str]]:
    """Return the meaning of every field of a table, in pieces with their styles (D20)."""
    parts = [(f"{table.meaning}\n", "")]
    for field in table.fields:
        facts = [field.kind]
        if field.unit:
            facts.append(field.unit)
        if field.references:
            facts.append(f"a row of {field.references}")
        if field.name in table.key:
            facts.append("primary key")
        parts.append((f"\n{field.name}", "bold $tone-key"))
        parts.append((f"  {', '.join(facts)}\n", "$tone-dim"))
        parts += [(f"   {line}\n", "") for line in (field.meaning, *_codes(field))]
    return parts


def cell_text(field: Field, value: str | None) -> str:
    """Return the whole of a cell; of a code also what it and the others mean (D20)."""
    if value is None:
        return NO_VALUE if not field.values else "\n".join([NO_VALUE, *_may_be(field)])
    if not field.values:
        return value
    meaning = dict(field.values).get(value, "a code that the data dictionary does not name")
    return "\n".join([f"{value} = {meaning}", *_may_be(field)])


def _may_be(field: Field) -> list[str]:
    return ["", f"{field.meaning} It may be:", *(f"   {line}" for line in _codes(field))]


def _codes(field: Field) -> list[str]:
    return [f"{code} = {meaning}" for code, meaning in field.values]
