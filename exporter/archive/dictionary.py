"""The data dictionary: what every field of every table means, for people.

One rule: it says no more and no less than the schema's descriptions do (REQUIREMENTS D20).
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from store.schema.columns import Column, Table

ValueSets = Mapping[str, Mapping[str, str]]
"""The meanings of coded values: set -> code -> meaning."""

_WIDTH = 96
_TYPES = {
    "id": "whole number",
    "integer": "whole number",
    "cents": "whole number",
    "flag": "1 or 0",
    "date": "date, YYYY-MM-DD",
    "instant": "instant, YYYY-MM-DDTHH:MM:SSZ, UTC",
    "choice": "code",
    "text": "text",
}


def data_dictionary_text(tables: Sequence[Table], value_sets: ValueSets) -> str:
    """Return the dictionary of these tables, in their order."""
    present = {table.name for table in tables}
    lines = [
        "DATA DICTIONARY",
        "",
        "Each table with its fields in the order in which they stand: type, unit, meaning, allowed",
        "values, and the table that a number points to. An empty field means that there is no",
        'value; "always there" says that a field is never empty.',
    ]
    for table in tables:
        lines += ["", "", *_table(table, value_sets, present)]
    return "\n".join(lines) + "\n"


def _table(table: Table, value_sets: ValueSets, present: set[str]) -> list[str]:
    title = f"{table.name}.txt"
    lines = [title, "=" * len(title), *_wrapped(table.meaning, 0)]
    lines += [f"Primary key: {', '.join(table.key)}"]
    for column in table.exported_columns:
        lines += ["", *_column(column, value_sets, present)]
    secret = [column.name for column in table.columns if column.secret]
    if secret:
        lines += ["", *_wrapped(f"Left out, because secret: {', '.join(secret)}.", 2)]
    local = [column.name for column in table.columns if column.local]
    if local:
        what = f"Left out, because it points to what no archive holds: {', '.join(local)}."
        lines += ["", *_wrapped(what, 2)]
    return lines


def _column(column: Column, value_sets: ValueSets, present: set[str]) -> list[str]:
    facts = [_TYPES[column.kind]]
    if column.unit is not None:
        facts.append(f"in {column.unit}")
    if column.required:
        facts.append("always there")
    if column.unique:
        facts.append("never twice the same")
    lines = [f"  {column.name}", f"    {'; '.join(facts)}", *_wrapped(column.meaning, 4)]
    if column.references is not None:
        where = "" if column.references in present else ", which is not in this archive"
        lines += _wrapped(f"Points to a row of {column.references}{where}.", 4)
    if column.value_set is not None:
        meanings = value_sets[column.value_set]
        wide = max((len(code) for code in meanings), default=0)
        lines += [f"      {code:<{wide}}  {meaning}" for code, meaning in meanings.items()]
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=space, subsequent_indent=space) or [space]
