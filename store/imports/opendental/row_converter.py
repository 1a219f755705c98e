"""One of their rows, turned into one of ours.

One rule: a row that cannot be taken is refused with the name of the column that refuses it, never
with what stands in that column.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.errors import SourceProblem
from store.imports.opendental.fields import Context, Convert, Field, RefusedValue, Stored
from store.imports.opendental.table_map import TableMap

Literals = tuple[str, ...]


class RowConverter:
    """Converts the rows of one table.

    Args:
        columns: the columns the source has, in its order.

    Attributes:
        names: our columns, in the order of converted rows.

    Raises:
        SourceProblem: the table lacks columns that every Open Dental has.
    """

    def __init__(
        self, table: TableMap, columns: Sequence[str], context: Context, pgid: int
    ) -> None:
        place = {name: position for position, name in enumerate(columns)}
        missing = [name for name in table.needed_columns if name not in place]
        if missing:
            raise not_open_dental(f"its table {table.source} has no column {missing[0]}")
        there = [f for f in table.fields if any(name in place for name in f.sources)]
        simple = [field for field in there if len(field.sources) == 1]
        joint = [field for field in there if len(field.sources) > 1]
        self._fields = [*simple, *joint]
        self._simple = [(place[f.sources[0]], f.make(context)) for f in simple]
        self._joint = [(_places(f, place), f.make(context)) for f in joint]
        self._key_at = None if table.key is None else place[table.key]
        self._key = table.key or ""
        self._our_id = None if table.key is None else context.our_id(table.source)
        self._constants: list[Stored] = [pgid] if table.with_pgid else []
        self.names = [
            *([] if table.key is None else table.target_key),
            *(["pgid"] if table.with_pgid else []),
            *(field.target for field in self._fields),
        ]

    def source_id(self, row: Literals) -> int | None:
        """Return their number of a row; None for a table without. Raises RefusedValue."""
        if self._key_at is None:
            return None
        literal = row[self._key_at]
        if not literal.isdecimal() or literal == "0":
            raise RefusedValue("is not the number of a row")
        return int(literal)

    def converted(self, row: Literals, source_id: int | None) -> list[Stored]:
        """Return our row. Raises RefusedValue or ValueError for a value that cannot be taken."""
        values = list(self._constants)
        if self._our_id is not None:
            values.insert(0, self._our_id(source_id or 0))
        values += [convert(row[at]) for at, convert in self._simple]
        if self._joint:
            values += [convert(*[row[at] for at in places]) for places, convert in self._joint]
        return values

    def why_refused(self, row: Literals) -> str:
        """Tell which column of a row cannot be taken, and why."""
        checks: list[tuple[str, list[int], Convert]] = []
        if self._key_at is not None:
            checks.append((self._key, [], lambda: self.source_id(row)))
        converters = [*(([at], convert) for at, convert in self._simple), *self._joint]
        for field, (places, convert) in zip(self._fields, converters, strict=True):
            checks.append((field.sources[0], places, convert))
        for name, places, convert in checks:
            try:
                convert(*[row[at] for at in places])
            except RefusedValue as refusal:
                return f"{name} {refusal}"
            except ValueError:
                return f"{name} is not an SQL literal"
        return "it cannot be understood"


def not_open_dental(why: str) -> SourceProblem:
    """The error for something else."""
    return SourceProblem(
        f"This is not an Open Dental database: {why}.",
        kept="Nothing was imported.",
        do="Name the database of Open Dental, with a user who may read (SELECT) its tables, or a"
        " dump of all its tables.",
    )


def _places(field: Field, place: dict[str, int]) -> list[int]:
    return [place[name] for name in field.sources if name in place]
