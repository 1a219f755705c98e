"""The text of one table: reading is the exact inverse of writing."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.archive.errors import MalformedText
from exporter.archive.txt import RowCounter, _split_at_tabs, _split_quoted, read_rows
from tests.exporter.archive.reference import format_row

PIECE = 15_000
GOLDEN = Path(__file__).parent / "golden" / "hard_types.txt"
HARD_ROWS: list[list[str | int | None]] = [
    ["id", "text", "number", "note"],
    [1, "plain", 0, None],
    [2, "tab\there", -5, 'quote " inside'],
    [3, '"', 10**15, '""'],
    [4, "line\nfeed", None, "carriage\rreturn"],
    [5, "both\r\nof them", 1, "\n"],
    [6, " spaces ", 2, "\u2028\x0b\x0c\x85"],
    [7, "Nguyễn 😀", 3, "\ufeffmark"],
    [8, "'=1+1", 4, "back\\slash\\n"],
    [9, None, None, None],
]

fields = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
hard_fields = st.none() | st.text('\t\r\n" aé😀\x00\u2028', min_size=1, max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str | None]]:
    width = draw(st.integers(1, 5))
    row = st.lists(fields | hard_fields, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=8))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


def test_the_bytes_are_a_contract() -> None:
    """DESIGN, the archive: every hard type, byte for byte."""
    assert b"".join(map(format_row, HARD_ROWS)) == GOLDEN.read_bytes()


def test_the_golden_file_reads_back() -> None:
    rows = list(read_rows([GOLDEN.read_bytes()]))
    assert rows == [[None if v is None else str(v) for v in row] for row in HARD_ROWS]


@given(st.text('""\t\na\r', max_size=12))
def test_the_quick_way_to_split_a_row_takes_nothing_that_the_exact_one_does_not(text: str) -> None:
    found = _split_at_tabs(text, 99)
    if found is not None and '"' in text:
        assert found == _split_quoted(text, 1, 99)


@given(tables(), st.integers(1, 50))
def test_reading_is_the_inverse_of_writing(rows: list[list[str | None]], size: int) -> None:
    data = b"".join(map(format_row, rows))
    assert list(read_rows(cut(data, size))) == rows


@given(tables(), st.integers(1, 50))
def test_rows_are_counted_without_taking_them_apart(
    rows: list[list[str | None]], size: int
) -> None:
    data = b"".join(map(format_row, rows))
    counter = RowCounter()
    for chunk in cut(data, size):
        counter.add(chunk)
    assert counter.rows == len(rows)
    assert counter.is_ended


@given(tables(), st.integers(0, 10))
def test_rows_that_are_skipped_are_left_out(rows: list[list[str | None]], skip: int) -> None:
    data = b"".join(map(format_row, rows))
    assert list(read_rows([data], skip=skip)) == rows[skip:]


@given(st.binary(max_size=60), st.integers(1, 9))
def test_any_bytes_are_read_or_refused_with_a_line(data: bytes, size: int) -> None:
    """A parser for files from outside fails in one way only."""
    line = 1
    try:
        list(read_rows(cut(data, size)))
    except MalformedText as problem:
        line = problem.line
    assert 1 <= line <= data.count(b"\n") + 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b'a\tb\n1\tx"y\n', 2),
        (b'a\tb\n1\t"x"y\n', 2),
        (b"a\tb\n1\tx\ry\n", 2),
        (b"a\tb\n1\tx\r\n", 2),
        (b'a\tb\n1\t"x\n2\ty\n', 2),
        (b"a\tb\n1\tx", 2),
        (b"a\tb\n1\tx\n2\n", 3),
        (b"a\tb\n1\tx\t\n", 2),
        (b'a\tb\n1\t"two\nlines"\n3\n', 4),
        (b"a\tb\n1\tx\n2\t\xff\n", 3),
        (b"a\tb\n1\t\xe2\x82", 2),
        (b'"a\n', 1),
    ],
)
def test_what_breaks_the_format_is_refused_with_its_line(text: bytes, line: int) -> None:
    for size in (1, 3, len(text)):
        with pytest.raises(MalformedText) as caught:
            list(read_rows(cut(text, size)))
        assert caught.value.line == line


def test_attack_a_row_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vulnerability: a quoted field that never ends fills the memory.
    Scenario: many lines after an opening quote. Verified: it is refused at the limit."""
    monkeypatch.setattr("exporter.archive.txt.MAX_ROW", 10_000)
    endless = (b'"' + b"x" * 98 + b"\n" if n == 0 else b"x" * 99 + b"\n" for n in range(10_000))
    with pytest.raises(MalformedText, match="without an end"):
        list(read_rows(endless))


def hostile_texts(size: int) -> dict[str, Iterator[bytes]]:
    """What fits into a few kilobytes of a ZIP, some `size` bytes in small pieces."""
    note = b"a\tb " * (PIECE // 4)
    pieces = range(size // PIECE)
    return {
        "a quoted note with TABs": chain([b'1\t"'], (note for _ in pieces), [b'"\n']),
        "quotes in a note": chain([b'1\t"\t'], (b'""' * (PIECE // 2) for _ in pieces), [b'"\n']),
        "fields without end": chain([b"1"], (b"\t" * PIECE for _ in pieces), [b"\n"]),
        "quoted fields without end": chain([b"1"], (b'\t""' * (PIECE // 3) for _ in pieces)),
        "empty lines in a note": chain([b'1\t"'], (b"\n" * PIECE for _ in pieces), [b'"\n']),
    }


@pytest.mark.parametrize("kind", hostile_texts(0))
@pytest.mark.parametrize("width", [None, 2])
def test_attack_a_row_takes_many_times_its_size_of_memory(kind: str, width: int | None) -> None:
    """Vulnerability: a row of a few million characters took 130 bytes for each, or 8 for each TAB.
    Scenario: notes and fields that pack a thousandfold; the reader is told the width, or not.
    Verified: read or refused within a few times its size."""
    size = 300_000
    text = hostile_texts(size)[kind]
    tracemalloc.start()
    try:
        with suppress(MalformedText):
            assert len(next(read_rows(text, width=width))) == 2
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * size


def test_attack_short_lines_in_a_note_are_held_in_little_memory() -> None:
    """Vulnerability: each line of a quoted field was an object by itself, 59 bytes for 3.
    Verified: what is held grows with the text; only 100,000 lines are ever held singly."""
    lines = 250_000
    text = chain([b'1\t"'], (b"ab\n" * 5_000 for _ in range(lines // 5_000)), [b'"\n'])
    tracemalloc.start()
    try:
        assert next(read_rows(text, width=2))[1] == "ab\n" * lines
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000 * 59 + 5 * 3 * lines


def test_attack_a_line_feed_alone_counts_for_a_row_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vulnerability: empty lines after an opening quote have no characters to be counted."""
    monkeypatch.setattr("exporter.archive.txt.MAX_ROW", 10_000)
    endless = chain([b'"'], (b"\n" * 1_000 for _ in range(1_000)))
    with pytest.raises(MalformedText, match="without an end"):
        list(read_rows(endless))


def test_attack_a_block_of_quotes_is_counted_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vulnerability: each quote made a piece by itself, 45 bytes for 1, in up to 64 MB at once."""
    step = 10_000
    block = b'"' * 100_001 + b'"\n'
    counter = RowCounter()
    monkeypatch.setattr("exporter.archive.txt._COUNTED_AT_ONCE", step)
    tracemalloc.start()
    try:
        assert counter.add(block) == len(block)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (counter.rows, counter.is_ended) == (1, True)
    assert peak < 100 * step


@given(st.text('""\t\na', max_size=40), st.integers(1, 7))
def test_counting_in_steps_finds_the_same_ends(text: str, step: int) -> None:
    whole, stepped = RowCounter(), RowCounter()
    with pytest.MonkeyPatch.context() as patch:
        end = whole.add(text.encode())
        patch.setattr("exporter.archive.txt._COUNTED_AT_ONCE", step)
        assert stepped.add(text.encode()) == end
    assert (stepped.rows, stepped.is_ended) == (whole.rows, whole.is_ended)


@given(st.lists(st.text('"\taé\n', max_size=9), min_size=1, max_size=5), st.integers(1, 9))
def test_a_row_of_more_fields_than_belong_is_refused(values: list[str], width: int) -> None:
    """However the fields are quoted, the one too many is noticed, and no other."""
    data = format_row([value or None for value in values])
    if len(values) == width:
        assert list(read_rows([data], width=width)) == [[value or None for value in values]]
        return
    with pytest.raises(MalformedText, match=rf"{width} (?:belong|fields)"):
        list(read_rows([data], width=width))
