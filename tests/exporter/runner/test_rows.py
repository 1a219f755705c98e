"""SQLite formats rows as the archive format says, whatever stands in them."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from exporter.archive.txt import read_rows
from exporter.runner.rows import count_rows, header_line, lines, select_lines
from store.schema.columns import Table, ddl, integer, key, ref, text

NOTE = Table(
    "note",
    "Anything a person may have typed.",
    (key("note_id"), text("words", "Words."), integer("number", "Number."), text("more", "More.")),
)
# NUL cannot be stored (the schema's check), lone surrogates are no text.
WORDS = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1
) | st.text(st.sampled_from('\t\n\r",;=a*[]?\\^'), min_size=1)


def _filled(rows: list[tuple[str | None, int | None, str | None]]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    for statement in ddl(NOTE, {}):
        db.execute(statement)
    db.executemany("INSERT INTO note (words, number, more) VALUES (?, ?, ?)", rows)
    return db


@given(
    st.lists(
        st.tuples(
            st.none() | WORDS, st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | WORDS
        ),
        max_size=20,
    )
)
def test_what_sqlite_formats_the_archive_reader_reads_back(
    rows: list[tuple[str | None, int | None, str | None]],
) -> None:
    db = _filled(rows)
    written = [header_line(NOTE), *(chunk for _, chunk in lines(db, NOTE))]
    header, *back = read_rows(iter(written))
    assert header == ["note_id", "words", "number", "more"]
    assert back == [
        [str(position), words, None if number is None else str(number), more]
        for position, (words, number, more) in enumerate(rows, 1)
    ]
    assert sum(count for count, _ in lines(db, NOTE)) == count_rows(db, NOTE) == len(rows)


def test_a_field_is_quoted_only_where_it_must_be() -> None:
    db = _filled([("plain, with 'comma'", 1, None), ('say "a"', 2, "tab\there")])
    assert b"".join(chunk for _, chunk in lines(db, NOTE)) == (
        b'1\tplain, with \'comma\'\t1\t\n2\t"say ""a"""\t2\t"tab\there"\n'
    )


def test_rows_come_in_the_order_of_the_primary_key_in_batches() -> None:
    db = _filled([(f"row {n}", n, None) for n in range(5000)])
    db.execute("DELETE FROM note WHERE note_id % 7 = 0")
    batches = list(lines(db, NOTE))
    assert len(batches) > 1
    numbers = [int(line.split(b"\t")[0]) for _, chunk in batches for line in chunk.splitlines()]
    assert numbers == sorted(numbers)
    assert len(numbers) == count_rows(db, NOTE)


def test_a_secret_column_is_not_even_asked_for() -> None:
    table = Table(
        "account",
        "Has a secret.",
        (key("account_id"), text("password_hash", "Hash.", secret=True), ref("x_id", "x", "X.")),
    )
    assert "password_hash" not in select_lines(table)
    assert header_line(table) == b"account_id\tx_id\n"
