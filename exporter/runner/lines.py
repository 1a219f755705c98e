"""One row as one line of text: the expression that SQLite is asked to reckon.

One rule: the bytes are those of the archive format (`exporter.archive.txt` reads them back): TAB
between fields, quotes only where a field holds a TAB, a quote or a line break, empty for NULL.
What is guessed of a table's rows is asked of each row again, so a wrong guess costs time only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from store.schema.columns import Column, Table

TAB = "\t"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its quoted name, and the expression of its text, which is never NULL."""

    name: str
    text: str
    may_be_empty: bool


def fields_of(table: Table) -> tuple[Field, ...]:
    """Return what an archive holds of a table's row, in its order."""
    return tuple(Field(f'"{c.name}"', _text(c), not c.required) for c in table.exported_columns)


def line_of(fields: Sequence[Field], empty: Collection[str] = ()) -> str:
    """Return the expression of a line.

    `empty` names fields that are NULL in nearly all rows. Half of all fields of a practice are,
    and a row that has none of these is put together without them: a fifth of the work is saved.
    """
    whole = _joined([field.text for field in fields])
    if not empty:
        return whole
    parts: list[str] = []
    run = 0
    for field in fields:
        if field.name in empty:
            run += 1
            continue
        parts += [_empty(run), field.text] if run else [field.text]
        run = 0
    parts += [_empty(run)] if run else []
    has_none = " AND ".join(f"{f.name} IS NULL" for f in fields if f.name in empty)
    return f"CASE WHEN {has_none} THEN {_joined(parts)} ELSE {whole} END"


def _joined(parts: Sequence[str]) -> str:
    return f"concat_ws(char(9), {', '.join(parts)})"


def _empty(fields: int) -> str:
    """Return the text of so many empty fields in a row: one separator less."""
    return f"'{TAB * (fields - 1)}'"


def _text(column: Column) -> str:
    name = f'"{column.name}"'
    if column.kind != "text":
        # The schema's checks leave these without a character that needs quotes.
        return name if column.required else f"ifnull({name}, '')"
    # JSON escapes the four characters and some more, and does so fast: what it leaves at its
    # length holds none of them, and only the rest is looked at closely.
    hard = " OR ".join(f"instr({name}, char({code}))" for code in (10, 34, 9, 13))
    return (
        f"CASE WHEN {name} IS NULL THEN ''"
        f" WHEN octet_length(json_quote({name})) = octet_length({name}) + 2 THEN {name}"
        f" WHEN {hard} THEN '\"' || replace({name}, '\"', '\"\"') || '\"' ELSE {name} END"
    )
