"""What the reader of databases makes of answers that no honest server gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, repeat

import pytest

from store.errors import SourceProblem
from store.imports.opendental import database
from store.imports.opendental.database import Database, Row
from store.imports.opendental.mapping import TABLE_MAPS

CORE = ("appointment", "definition", "patient", "procedurecode", "procedurelog", "provider")
TABLES = [(name.encode(), b"1") for name in CORE]
COLUMNS = [(b"PatNum", b"bigint", b"PRI"), (b"LName", b"text", b"")]


class Answers:
    """A line whose answers are given beforehand, by what the question says."""

    name = "mysql://nowhere/none"

    def __init__(self, answers: Mapping[str, object]) -> None:
        self._answers = {"NOW()": [(b"2026-01-01 00:00:00",)], **answers}

    def rows(self, sql: str) -> Iterator[Row]:
        """Yield the answer to the first question that fits."""
        for part, rows in self._answers.items():
            if part in sql:
                yield from rows  # type: ignore[misc] # whatever the test says
                return


def _read(answers: Mapping[str, object]) -> int:
    read = Database(Answers(answers), TABLE_MAPS.__contains__)
    return sum(len(batch.rows) for batch in read.batches())


def _of(*first: object, **other: object) -> dict[str, object]:
    told: dict[str, object] = {
        "UPDATE_TIME": [],
        "information_schema.TABLES": TABLES,
        "TABLE_NAME = 'patient'": COLUMNS,
        "information_schema.COLUMNS": [(b"ProvNum", b"bigint", b"PRI")],
        "FROM `patient`": first,
    }
    return {**told, **other}


def test_honest_answers_are_read() -> None:
    """Or the tests below would prove nothing."""
    assert _read(_of((b"1", b"x"), (b"2", None))) >= 2


LIES = {
    "rows with too few values": _of((b"1",)),
    "rows with too many values": _of((b"1", b"x", b"y")),
    "a key that is none": _of((b"1; DROP TABLE patient", b"x")),
    "no key": _of((None, b"x")),
    "more rows than were asked for": _of(*repeat((b"1", b"x"), database.PAGE + 1)),
    "the same page again and again": _of(*repeat((b"1", b"x"), database.PAGE)),
    "tables without end": _of(**{"information_schema.TABLES": ((b"t", b"1") for _ in count())}),
    "tables without a name": _of(**{"information_schema.TABLES": [*TABLES, (None, b"1")]}),
    "columns without end": _of(
        **{"TABLE_NAME = 'patient'": ((b"c", b"int", b"") for _ in count())}
    ),
    "columns of another kind": _of(**{"TABLE_NAME = 'patient'": [(b"PatNum",)]}),
    "no columns": _of(**{"TABLE_NAME = 'patient'": []}),
    "a count that is none": _of(
        **{"information_schema.TABLES": [*TABLES, (b"x`y", b"1")], "COUNT(*)": [(b"many",)]}
    ),
    "no count": _of(**{"information_schema.TABLES": [*TABLES, (b"x", b"1")], "COUNT(*)": []}),
    "a time that is none": _of(**{"NOW()": [(b"' OR 1 --",)]}),
    "no time": _of(**{"NOW()": []}),
}


@pytest.mark.parametrize("answers", LIES.values(), ids=LIES)
def test_a_lie_is_refused(answers: Mapping[str, object]) -> None:
    """Vulnerability: a server that lies. Verified: a sentence, and never a wait without end."""
    with pytest.raises(SourceProblem):
        _read(answers)


def test_a_name_with_a_backtick_stays_a_name() -> None:
    """Vulnerability: SQL in a table's name. Verified: it is quoted."""
    asked: list[str] = []

    class Noted(Answers):
        def rows(self, sql: str) -> Iterator[Row]:
            asked.append(sql)
            yield from super().rows(sql)

    tables = [*TABLES, (b"x`; DROP TABLE patient; --", b"1")]
    answers = _of(**{"information_schema.TABLES": tables, "COUNT(*)": [(b"7",)]})
    read = Database(Noted(answers), TABLE_MAPS.__contains__)
    assert list(read.batches())
    assert "SELECT COUNT(*) FROM `x``; DROP TABLE patient; --`" in asked
    assert read.skipped == {"x`; DROP TABLE patient; --": 7}
