"""One row as one line of text: the expression that SQLite is asked to reckon.

One rule: the bytes are those of the archive format (`exporter.archive.txt` reads them back): TAB
between fields, quotes only where a field holds a TAB, a quote or a line break, empty for NULL.
What is guessed of a table's rows is asked of each row again, so a wrong guess costs time only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from store.schema.columns import Table

TAB = "\t"
ABSENT, PLAIN, QUOTED = "012"
"""How a field is told in a sample: it is NULL, it stands as it is, or within quotes."""
_ABSENT_BITS = str.maketrans({ABSENT: "1", PLAIN: "0", QUOTED: "0"})
HARD = '\n"\t\r'
"""What a field is quoted for; the commonest first. SQLite takes them as they are for constants of
the whole statement; a `char(10)` would be looked up in each row."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its quoted name, whether people's words stand in it, whether it can be NULL."""

    name: str
    is_text: bool
    may_be_empty: bool


def fields_of(table: Table) -> tuple[Field, ...]:
    """Return what an archive holds of a table's row, in its order."""
    # The schema's checks leave all other kinds without a character that needs quotes.
    return tuple(
        Field(f'"{c.name}"', c.kind == "text", not c.required) for c in table.exported_columns
    )


def marks_of(fields: Sequence[Field]) -> str:
    """Return the expression that tells a row for a sample: one character a field."""
    return f"concat({', '.join(map(_mark, fields))})"


@dataclass(frozen=True, slots=True)
class Line:
    """The expression of a line.

    The fields named in `unasked` are put in as they are, without a look at each row. Whoever uses
    the line has to look for HARD in the whole of them, and to take a line without such fields if
    it is there: that is quicker by half where nearly all rows have something in them.
    """

    text: str
    unasked: tuple[str, ...] = ()


def line_of(fields: Sequence[Field], sample: Sequence[str] = (), *, sure: bool = True) -> Line:
    """Return the expression of a line; a `sure` one leaves no field unasked.

    `sample` holds the marks of some rows. Half of all fields of a practice are NULL, mostly the
    same ones: a row that has none of these is put together without them. A fifth is saved.
    """
    columns = map("".join, zip(*sample, strict=True)) if sample else [""] * len(fields)
    marks = {field.name: column for field, column in zip(fields, columns, strict=True)}
    calm = (f.name for f in fields if f.is_text and _is_calm(marks[f.name]))
    unasked = () if sure else tuple(calm)
    texts = {f.name: _or_empty(f) if f.name in unasked else _text(f, marks[f.name]) for f in fields}
    lacking = _lacking_together(marks)
    whole = _joined(texts)
    if not lacking:
        return Line(whole, unasked)
    has_none = " AND ".join(f"{name} IS NULL" for name in lacking)
    return Line(f"CASE WHEN {has_none} THEN {_joined(texts, lacking)} ELSE {whole} END", unasked)


def _is_calm(marks: str) -> bool:
    return QUOTED not in marks and marks.count(PLAIN) > marks.count(ABSENT)


def _lacking_together(marks: Mapping[str, str]) -> list[str]:
    """Return the fields that save most if every row is asked for all of them at once.

    The one that most rows have comes first: a row that has one is through with the question.
    """
    lacking = {name: int("0" + told.translate(_ABSENT_BITS), 2) for name, told in marks.items()}
    names = sorted(lacking, key=lambda name: lacking[name].bit_count(), reverse=True)
    rows, best, saved = -1, 0, 0
    for count, name in enumerate(names, 1):
        rows &= lacking[name]
        if count * rows.bit_count() > saved:
            best, saved = count, count * rows.bit_count()
    return names[:best][::-1]


def _joined(texts: Mapping[str, str], empty: Collection[str] = ()) -> str:
    """Return the line; of fields that are empty for sure only the separators stand in it."""
    parts: list[str] = []
    run = 0
    for name, text in texts.items():
        if name in empty:
            run += 1
            continue
        parts += [_empty(run), text] if run else [text]
        run = 0
    parts += [_empty(run)] if run else []
    return f"concat_ws('{TAB}', {', '.join(parts)})"


def _empty(fields: int) -> str:
    """Return the text of so many empty fields in a row: one separator less."""
    return f"'{TAB * (fields - 1)}'"


def _text(field: Field, marks: str) -> str:
    """Return the expression of a field's text, which is never NULL."""
    name = field.name
    if not field.is_text:
        return _or_empty(field)
    # JSON escapes the four characters and some more, and does so fast: what it leaves at its
    # length holds none of them, and only the rest is looked at closely.
    often_quoted = marks.count(QUOTED) > marks.count(PLAIN)
    plain = f" WHEN octet_length(json_quote({name})) = octet_length({name}) + 2 THEN {name}"
    return (
        f"CASE WHEN {name} IS NULL THEN ''{'' if often_quoted else plain}"
        f" WHEN {_is_hard(name)} THEN '\"' || replace({name}, '\"', '\"\"') || '\"' ELSE {name} END"
    )


def _or_empty(field: Field) -> str:
    return f"ifnull({field.name}, '')" if field.may_be_empty else field.name


def _mark(field: Field) -> str:
    name = field.name
    if not field.is_text:
        return f"{name} IS NOT NULL"
    quoted = f"WHEN {_is_hard(name)} THEN {QUOTED}"
    return f"CASE WHEN {name} IS NULL THEN {ABSENT} {quoted} ELSE {PLAIN} END"


def _is_hard(name: str) -> str:
    return " OR ".join(f"instr({name}, '{character}')" for character in HARD)
