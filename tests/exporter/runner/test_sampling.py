"""What is expected of a table before it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import apsw
import pytest

from exporter.runner.batches import Span
from exporter.runner.queries import queries_of
from exporter.runner.sampling import COUNTED, Outlook, look_at
from store.schema.columns import Table, ddl, key, text

NOTE = Table("note", "Words.", (key("note_id"), text("words", "Words.")))
QUERIES = asdict(queries_of(NOTE))


def store_of(numbers: Iterable[int]) -> apsw.Connection:
    """Return a store in memory with a note of each number."""
    db = apsw.Connection(":memory:")
    for statement in ddl(NOTE, {}):
        db.execute(statement)
    db.executemany("INSERT INTO note VALUES (?, 'words')", ((number,) for number in numbers))
    return db


def test_few_rows_are_counted() -> None:
    assert look_at(store_of([]), QUERIES) == Outlook(0)
    assert look_at(store_of([3, 5, 6]), QUERIES) == Outlook(3, Span(3, 6))
    assert look_at(store_of([-3, 90]), QUERIES) == Outlook(2)
    last = COUNTED + 1
    assert look_at(store_of(range(2, last + 1)), QUERIES) == Outlook(COUNTED, Span(2, last))


@pytest.mark.parametrize("kept", [1.0, 0.9, 0.6])
def test_many_rows_are_reckoned_from_a_sample(kept: float) -> None:
    """The error is that of the progress bar; every row is read all the same."""
    numbers = [n for n in range(40_000) if n * 0.618 % 1 < kept]
    outlook = look_at(store_of(numbers), QUERIES)
    assert outlook.rows == pytest.approx(len(numbers), rel=0.1)
    assert outlook.span == Span(numbers[0], numbers[-1])
    assert len(outlook.sample) == 256


def test_many_rows_with_few_of_their_numbers_left_are_counted() -> None:
    numbers = range(1, 40_000, 3)
    assert look_at(store_of(numbers), QUERIES) == Outlook(len(numbers))


def test_gaps_that_no_sample_shows_do_not_make_batches_without_end() -> None:
    """Stall: keys lie close together just where a sample looks, and ten million apart elsewhere."""
    keys = 16 * 10**7
    numbers = {keys * place // 16 + n for place in range(16) for n in range(100)} | {keys - 1}
    assert look_at(store_of(sorted(numbers)), QUERIES) == Outlook(len(numbers))


def test_a_sample_reaches_to_the_last_row() -> None:
    """Keys that end in a lonely one: every place of the sample still finds a row."""
    numbers = [*range(9_000), 11_000]
    outlook = look_at(store_of(numbers), QUERIES)
    assert outlook.rows == pytest.approx(len(numbers), rel=0.3)
