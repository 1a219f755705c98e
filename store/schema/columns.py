"""The words in which a table is described, and the SQL they stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["id", "text", "integer", "cents", "date", "instant", "flag", "choice", "blob"]

UNITS: dict[str, str] = {"cents": "cents (1/100 of the practice's currency)"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what may stand in it and what that means.

    `secret` columns never leave the practice, in no archive and on no screen. A `local` one is a
    number of a row that no archive holds, and means nothing outside this store. `since` is the
    numbered step (`store.migrations`) that brought the column; later ones stand last in a table.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    value_set: str | None = None
    references: str | None = None
    unit: str | None = None
    unique: bool = False
    fold_case: bool = False
    secret: bool = False
    indexed: bool = False
    default: str | int | None = None
    since: int = 1
    local: bool = False

    @property
    def sql_type(self) -> str:
        """The STRICT type SQLite keeps it as."""
        if self.kind in ("text", "date", "instant", "choice"):
            return "TEXT"
        return "BLOB" if self.kind == "blob" else "INTEGER"


@dataclass(frozen=True, slots=True)
class Index:
    """An index that a later numbered step brought, over what is worked out of columns (SQL)."""

    name: str
    over: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    `left_out` is the reason why no archive holds it; None where archives do. `without_rowid` keeps
    the rows in the order of the key, for tables that are only read by it. `triggers` are made with
    the table, after all the tables before it.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    checks: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    later_indexes: tuple[Index, ...] = ()
    primary_key: tuple[str, ...] = ()
    left_out: str | None = None
    without_rowid: bool = False
    triggers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key: what is named as such, else the first column."""
        return self.primary_key or (self.columns[0].name,)

    @property
    def exported_columns(self) -> tuple[Column, ...]:
        """What an archive holds of it."""
        return tuple(c for c in self.columns if not c.secret and not c.local)

    def column(self, name: str) -> Column:
        """Return one column. Raises KeyError for a name the table does not have."""
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name}.{name}")


def key(name: str, meaning: str = "Number of this row.") -> Column:
    """An integer surrogate key."""
    return Column(name, "id", meaning, required=True)


def ref(
    name: str,
    table: str,
    meaning: str,
    *,
    required: bool = False,
    indexed: bool = False,
    local: bool = False,
) -> Column:
    """A row of another table."""
    return Column(
        name, "integer", meaning, required, references=table, indexed=indexed, local=local
    )


def ref_code(name: str, table: str, meaning: str, *, required: bool = False) -> Column:
    """A row of another table whose key is text."""
    return Column(name, "text", meaning, required, references=table)


def text(
    name: str,
    meaning: str,
    *,
    required: bool = False,
    unique: bool = False,
    fold_case: bool = False,
    secret: bool = False,
    indexed: bool = False,
) -> Column:
    """Text, never empty (empty is NULL) and without NUL characters."""
    return Column(
        name,
        "text",
        meaning,
        required,
        unique=unique,
        fold_case=fold_case,
        secret=secret,
        indexed=indexed,
    )


def integer(
    name: str,
    meaning: str,
    *,
    required: bool = False,
    unit: str | None = None,
    default: int | None = None,
) -> Column:
    """A whole number."""
    return Column(name, "integer", meaning, required, unit=unit, default=default)


def cents(name: str, meaning: str, *, required: bool = False) -> Column:
    """An amount of money in whole cents."""
    return Column(name, "cents", meaning, required, unit=UNITS["cents"])


def date(name: str, meaning: str, *, required: bool = False, indexed: bool = False) -> Column:
    """A calendar day, `YYYY-MM-DD`."""
    return Column(name, "date", meaning, required, indexed=indexed)


def instant(name: str, meaning: str, *, required: bool = False, indexed: bool = False) -> Column:
    """An instant in UTC, `YYYY-MM-DDTHH:MM:SSZ`."""
    return Column(name, "instant", meaning, required, indexed=indexed)


def flag(name: str, meaning: str, *, default: int = 0) -> Column:
    """Yes (1) or no (0), never unknown."""
    return Column(name, "flag", meaning, required=True, default=default)


def choice(
    name: str,
    value_set: str,
    meaning: str,
    *,
    required: bool = False,
    default: str | None = None,
    indexed: bool = False,
) -> Column:
    """One of a value set's codes."""
    return Column(
        name, "choice", meaning, required, value_set=value_set, default=default, indexed=indexed
    )


def blob(name: str, meaning: str, *, required: bool = False) -> Column:
    """Sealed or raw bytes; never exported."""
    return Column(name, "blob", meaning, required, secret=True)


CREATED_EDITED = (
    instant("created_at", "When the row was entered."),
    ref("created_by", "user", "Who entered the row; empty for imported rows."),
    instant("edited_at", "When the row was last changed."),
    ref("edited_by", "user", "Who last changed the row."),
)
"""The four columns of every clinical and financial row."""


def added(since: int, *columns: Column) -> tuple[Column, ...]:
    """Return columns as those that a later step brought."""
    return tuple(replace(column, since=since) for column in columns)


def ddl(table: Table, value_sets: dict[str, dict[str, str]]) -> list[str]:
    """Return the statements that create one table and its indexes."""
    single_key = table.key[0] if len(table.key) == 1 else None
    lines = [_column_sql(column, single_key, value_sets) for column in table.columns]
    if single_key is None:
        lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    lines += [f"UNIQUE ({', '.join(names)})" for names in table.unique]
    lines += [f"CHECK ({check})" for check in table.checks]
    body = ",\n  ".join(lines)
    options = "STRICT, WITHOUT ROWID" if table.without_rowid else "STRICT"
    statements = [f'CREATE TABLE "{table.name}" (\n  {body}\n) {options}']
    indexes = [(c.name,) for c in table.columns if c.indexed] + list(table.indexes)
    statements += [_index_sql(table, names) for names in indexes]
    return [*statements, *table.triggers]


def ddl_added(table: Table, since: int, value_sets: dict[str, dict[str, str]]) -> list[str]:
    """Return the statements that bring what a later step added to a table that is there."""
    statements = []
    for column in (c for c in table.columns if c.since == since):
        sql = _column_sql(column, None, value_sets)
        statements.append(f'ALTER TABLE "{table.name}" ADD COLUMN {sql}')
        if column.indexed:
            statements.append(_index_sql(table, (column.name,)))
    later = (index for index in table.later_indexes if index.since == since)
    return [*statements, *(_index_sql(table, index.over, index.name) for index in later)]


def _index_sql(table: Table, over: tuple[str, ...], name: str = "") -> str:
    name = name or "_".join(over)
    return f'CREATE INDEX "{table.name}__{name}" ON "{table.name}" ({", ".join(over)})'


def _column_sql(
    column: Column, single_key: str | None, value_sets: dict[str, dict[str, str]]
) -> str:
    name = column.name
    parts = [f'"{name}"', column.sql_type]
    if name == single_key:
        parts.append("PRIMARY KEY")
    if column.required and column.kind != "id":
        parts.append("NOT NULL")
    if column.unique:
        parts.append("UNIQUE")
    if column.fold_case:
        parts.append("COLLATE NOCASE")
    if column.default is not None:
        value = column.default
        parts.append(f"DEFAULT {value}" if isinstance(value, int) else f"DEFAULT '{value}'")
    check = _check(column, value_sets)
    if check:
        parts.append(f"CHECK ({check})")
    if column.references:
        parts.append(f'REFERENCES "{column.references}"')
    return " ".join(parts)


def _check(column: Column, value_sets: dict[str, dict[str, str]]) -> str | None:
    name = f'"{column.name}"'
    if column.kind == "text":
        return f"{name} <> '' AND instr({name}, char(0)) = 0"
    # Without '+0 days' SQLite gives back 30 February, and the hour 24, as they came.
    if column.kind == "date":
        return f"{name} IS date({name}, '+0 days')"
    if column.kind == "instant":
        return f"{name} IS strftime('%Y-%m-%dT%H:%M:%SZ', {name}, '+0 days')"
    if column.kind == "flag":
        return f"{name} IN (0, 1)"
    if column.kind == "choice":
        assert column.value_set is not None
        codes = ", ".join(f"'{code}'" for code in value_sets[column.value_set])
        return f"{name} IN ({codes})"
    return None
