"""What SQLite is asked for an export: a table's rows as one piece of text, a batch at a time.

One rule: the bytes are those of the archive format (`exporter.archive.txt` reads them back): TAB
between fields, quotes only where a field holds a TAB, a quote or a line break, empty for NULL.

SQLite formats thousands of rows in one step, without the interpreter: that is four times as fast
as Python's csv module, and two threads can do it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.schema.columns import Column, Table

BATCH_ROWS = 8000
"""Rows formatted in one step; some megabyte of text."""


@dataclass(frozen=True, slots=True)
class TableQueries:
    """The statements for one table; every `?` takes a whole primary key.

    Attributes:
        header: the first line of the table's text.
        count: how many rows there are.
        span: the first and the last key, where keys are numbers; empty for other tables.
        first_last: the key that ends the first batch; its parameter is the rows to pass over.
        next_last: the same for the batch after a key.
        last: the key of the last row.
        first_text, next_text: the text of the rows up to a key, from the beginning or after a key,
            and how many rows that is.
    """

    name: str
    header: str
    count: str
    span: str
    first_last: str
    next_last: str
    last: str
    first_text: str
    next_text: str


def queries_of(table: Table, only: str | None = None) -> TableQueries:
    """Return the statements that read one table, ordered by its primary key.

    `only` is a condition that every row must meet, of our own making; None takes all rows.
    """
    key = ", ".join(f'"{name}"' for name in table.key)
    marks = ", ".join("?" for _ in table.key)
    if len(table.key) > 1:
        key, marks, columns = f"({key})", f"({marks})", key
    else:
        columns = key
    source = f'"{table.name}"'
    numbered = len(table.key) == 1 and table.column(table.key[0]).kind == "id"
    down = ", ".join(f'"{name}" DESC' for name in table.key)
    line = f"concat_ws(char(9), {', '.join(_field(c) for c in table.exported_columns)})"

    # Each end in a query of its own: it is looked up; for both at once all rows would be read.
    ends = f"SELECT (SELECT min({key}) FROM {source}), (SELECT max({key}) FROM {source})"

    def where(*conditions: str) -> str:
        wanted = [c for c in (*conditions, f"({only})" if only else "") if c]
        return f" WHERE {' AND '.join(wanted)}" if wanted else ""

    def last_of(*conditions: str) -> str:
        found = where(*conditions)
        return f"SELECT {columns} FROM {source}{found} ORDER BY {columns} LIMIT 1 OFFSET ?"

    def text_of(*conditions: str) -> str:
        found = where(*conditions)
        lines, rows = "line", f"(SELECT {line} AS line FROM {source}{found} ORDER BY {columns})"
        if numbered and not only:
            # Without an index there is one way to go, along the key and upwards: a subquery to
            # put the rows in order costs a fifteenth of the work.
            lines, rows = line, f"{source} NOT INDEXED{found}"
        return f"SELECT CAST(group_concat({lines}, char(10)) AS BLOB), count(*) FROM {rows}"

    return TableQueries(
        name=table.name,
        header="\t".join(c.name for c in table.exported_columns) + "\n",
        count=f"SELECT count(*) FROM {source}{where()}",
        span=ends if numbered and not only else "",
        first_last=last_of(),
        next_last=last_of(f"{key} > {marks}"),
        last=f"SELECT {columns} FROM {source}{where()} ORDER BY {down} LIMIT 1",
        first_text=text_of(f"{key} <= {marks}"),
        next_text=text_of(f"{key} > {marks}", f"{key} <= {marks}"),
    )


def queries(tables: Sequence[Table]) -> tuple[TableQueries, ...]:
    """Return the statements for whole tables."""
    return tuple(queries_of(table) for table in tables)


def _field(column: Column) -> str:
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
