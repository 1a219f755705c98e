"""What SQLite is asked for an export: a table's rows as one piece of text, a batch at a time.

One rule: a batch lies between two keys, and a table's batches give its rows once, in their order.

SQLite formats thousands of rows in one step, without the interpreter: that is four times as fast
as Python's csv module, and two threads can do it at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from exporter.runner.lines import Field, Line, fields_of, marks_of
from store.schema.columns import Table

LINE = "{line}"
"""Stands in a statement for the expression of a line (`line_of`)."""
UNASKED = "{unasked}"
"""Stands there for the whole of each field that the line takes as it is."""
BATCH_ROWS = 4000
"""Rows formatted in one step, half a megabyte of text: more takes memory and saves no time."""


@dataclass(frozen=True, slots=True)
class TableQueries:
    """The statements for one table; every `?` takes a whole primary key.

    Attributes:
        header: the first line of the table's text, without its newline.
        count: how many rows there are.
        ends: the first and the last key, where keys are numbers; empty for other tables.
        sample: key and marks of some rows from a key on, where there are `ends`; its last
            parameter is how many.
        first_last: the key that ends the first batch; its parameter is the rows to pass over.
        next_last: the same for the batch after a key.
        last: the key of the last row.
        first_text, next_text: the text of the rows up to a key, from the beginning or after a key,
            without the last newline, and how many rows that is; LINE and UNASKED stand in them.
        fields: what a line is made of.
    """

    name: str
    header: str
    count: str
    ends: str
    sample: str
    first_last: str
    next_last: str
    last: str
    first_text: str
    next_text: str
    fields: tuple[Field, ...]


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
    fields = fields_of(table)
    has_ends = numbered and not only

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
        lines, rows = "line", f"(SELECT {LINE} AS line FROM {source}{found} ORDER BY {columns})"
        if has_ends:
            # Without an index there is one way to go, along the key and upwards: a subquery to
            # put the rows in order costs a fifteenth of the work.
            lines, rows = LINE, f"{source} NOT INDEXED{found}"
        told = f"CAST(group_concat({lines}, '\n') AS BLOB), count(*){UNASKED}"
        return f"SELECT {told} FROM {rows}"

    some = f"FROM {source} WHERE {key} >= ? ORDER BY {columns} LIMIT ?"

    return TableQueries(
        name=table.name,
        header="\t".join(c.name for c in table.exported_columns),
        count=f"SELECT count(*) FROM {source}{where()}",
        ends=ends if has_ends else "",
        sample=f"SELECT {key}, {marks_of(fields)} {some}" if has_ends else "",
        first_last=last_of(),
        next_last=last_of(f"{key} > {marks}"),
        last=f"SELECT {columns} FROM {source}{where()} ORDER BY {down} LIMIT 1",
        first_text=text_of(f"{key} <= {marks}"),
        next_text=text_of(f"{key} > {marks}", f"{key} <= {marks}"),
        fields=fields,
    )


def with_line(statement: str, line: Line) -> str:
    """Return a statement that formats rows with this line."""
    whole = (f", CAST(group_concat({name}, '') AS BLOB)" for name in line.unasked)
    return statement.replace(LINE, line.text).replace(UNASKED, "".join(whole))
