"""SQLite formats rows as the archive format says, whatever stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.txt import read_rows
from exporter.runner.batches import Batches, last_key
from exporter.runner.queries import queries_of
from exporter.runner.sampling import look_at
from exporter.runner.worker import fit
from store.schema.columns import Table, ddl, integer, key, ref, text
from tests.exporter.archive.reference import format_row

NOTE = Table(
    "note",
    "Anything a person may have typed.",
    (key("note_id"), text("words", "Words."), integer("number", "Number."), text("more", "More.")),
)
PAIR = Table(
    "pair",
    "A table without a number of its own.",
    (text("system", "System.", required=True), integer("place", "Place.", required=True)),
    primary_key=("system", "place"),
)
# NUL cannot be stored (the schema's check), lone surrogates are no text.
WORDS = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1
) | st.text(st.sampled_from('\t\n\r",;=a*[]?\\^\x01\x1f\x7f'), min_size=1)
ROWS = st.lists(
    st.tuples(st.none() | WORDS, st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | WORDS),
    min_size=1,
    max_size=20,
)


def filled(table: Table, rows: list[tuple[object, ...]]) -> apsw.Connection:
    """Return a store in memory with one table."""
    db = apsw.Connection(":memory:")
    for statement in ddl(table, {}):
        db.execute(statement)
    marks = ", ".join("?" for _ in table.columns)
    db.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
    return db


def statements_of(
    table: Table, only: str | None = None, sample: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a table's statements as the worker has them."""
    statements = asdict(queries_of(table, only))
    fit(statements, sample)
    return statements


def text_of(
    db: apsw.Connection,
    table: Table,
    batch: int,
    only: str | None = None,
    sample: Sequence[str] = (),
) -> bytes:
    """Return a table's text, read in batches as the worker reads it."""
    queries = statements_of(table, only, sample)
    pieces, after, rows = [queries["header"].encode() + b"\n"], None, 0
    while (last := last_key(db, queries, after, batch)) is not None:
        first, then = queries["sure"]
        if after is None:
            found = db.execute(first, last).fetchone()
        else:
            found = db.execute(then, (*after, *last)).fetchone()
        assert found is not None
        assert found[1] <= batch
        pieces.append(found[0] + b"\n")
        rows, after = rows + found[1], last
    assert db.execute(queries["count"]).get == rows
    return b"".join(pieces)


@settings(max_examples=100)
@given(ROWS, st.integers(1, 7), st.lists(st.text("012", min_size=4, max_size=4), max_size=5))
def test_what_sqlite_formats_is_the_reference_and_reads_back(
    rows: list[tuple[str | None, int | None, str | None]], batch: int, sample: list[str]
) -> None:
    """Whatever a sample says is NULL or quoted: a wrong guess changes no byte."""
    numbered = [(number, *row) for number, row in enumerate(rows, 1)]
    written = text_of(filled(NOTE, numbered), NOTE, batch, sample=sample)
    header, *back = read_rows(iter([written]))
    assert header == ["note_id", "words", "number", "more"]
    assert written.split(b"\n", 1)[1] == b"".join(format_row(row) for row in numbered)
    assert back == [[None if v is None else str(v) for v in row] for row in numbered]


def test_golden_bytes_of_every_hard_value() -> None:
    """Issue: NULL, 0, the largest and smallest number, quotes, TAB, CR, LF, CRLF, scripts."""
    hard = [
        (1, None, 0, None),
        (2, 'say "a"', 2**63 - 1, "tab\there"),
        (3, "line\nbreak", -(2**63), "carriage\rreturn"),
        (4, "both\r\n", None, "plain, with 'comma' \\ and \x1b"),
        (5, "🦷 👩‍⚕️", None, "مريم"),
        (6, "e\u0301 \u202e", None, '"'),
    ]
    assert (
        text_of(filled(NOTE, hard), NOTE, 2)
        == (
            "note_id\twords\tnumber\tmore\n"
            "1\t\t0\t\n"
            '2\t"say ""a"""\t9223372036854775807\t"tab\there"\n'
            '3\t"line\nbreak"\t-9223372036854775808\t"carriage\rreturn"\n'
            "4\t\"both\r\n\"\t\tplain, with 'comma' \\ and \x1b\n"
            "5\t🦷 👩‍⚕️\t\tمريم\n"
            '6\te\u0301 \u202e\t\t""""\n'
        ).encode()
    )


def test_sparse_numbers_make_batches_of_the_same_rows() -> None:
    numbers = [n**3 - 500 for n in range(40)]
    db = filled(NOTE, [(n, f"row {n}", None, None) for n in numbers])
    lines = text_of(db, NOTE, 7).splitlines()[1:]
    assert [int(line.split(b"\t")[0]) for line in lines] == numbers


@settings(max_examples=60)
@given(st.sets(st.integers(-60, 60), min_size=1), st.integers(1, 9))
def test_reckoned_batches_hold_every_row_once_whatever_gaps_there_are(
    numbers: set[int], batch: int
) -> None:
    """Where keys have few gaps the end of a batch is reckoned, not looked for."""
    db = filled(NOTE, [(n, f"row {n}", None, None) for n in sorted(numbers)])
    queries = statements_of(NOTE)
    span = look_at(db, queries).span
    batches = Batches([queries], [span], batch)
    pieces = []
    while (part := batches.next(db)) is not None:
        after = part.after or (-(2**63),)
        text, count = db.execute(queries["sure"][1], (*after, *part.last)).fetchone() or (None, 0)
        assert count <= batch
        pieces += [text] if count else []
    assert b"\n".join(pieces) + b"\n" == text_of(db, NOTE, 7).split(b"\n", 1)[1]
    # With more than half of the keys missing, rows are counted off instead.
    assert (span is None) == (max(numbers) - min(numbers) >= 2 * len(numbers))


def test_what_no_row_of_the_sample_has_is_written_where_it_is() -> None:
    """What stands in a single row in the middle of 50,000 may be missed, and is written still."""
    rows = [(n, "alone" if n == 33_333 else None, n % 7, 'a "b"') for n in range(1, 50_001)]
    db = filled(NOTE, list(rows))
    sample = look_at(db, statements_of(NOTE)).sample
    assert set(sample) == {"1012"}
    assert text_of(db, NOTE, 8000, sample=sample).count(b"\talone\t") == 1


def test_a_key_of_two_columns_is_walked_in_its_order() -> None:
    rows: list[tuple[object, ...]] = [(s, n) for s in ("a", "b", "c") for n in (3, 1, 2)]
    lines = text_of(filled(PAIR, rows), PAIR, 2).decode().splitlines()[1:]
    assert lines == [f"{s}\t{n}" for s, n in sorted(rows, key=str)]


def test_only_the_rows_that_meet_a_condition_are_read() -> None:
    db = filled(NOTE, [(n, f"row {n}", n % 3, None) for n in range(1, 31)])
    lines = text_of(db, NOTE, 4, only="number = 1 OR number = 2").splitlines()[1:]
    assert len(lines) == 20


def test_a_secret_column_is_not_even_asked_for() -> None:
    table = Table(
        "account",
        "Has a secret.",
        (key("account_id"), text("password_hash", "Hash.", secret=True), ref("x_id", "x", "X.")),
    )
    queries = statements_of(table)
    assert "password_hash" not in str(queries)
    assert queries["header"] == "account_id\tx_id"
