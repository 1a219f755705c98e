"""The server is only read, as of one instant, and asked for no more than what is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.errors import SourceProblem
from store.imports.opendental import database
from store.imports.opendental.database import Database, Row
from store.imports.opendental.importer import import_opendental
from store.imports.opendental.mapping import TABLE_MAPS
from store.practice import Practice
from tests.exporter.database import tables
from tests.exporter.database.conftest import Connect
from tests.mariadb import PASSWORD, MariaDb
from tests.store.imports.reading import rows

WRITES = (
    "DELETE FROM patient",
    "UPDATE patient SET LName = 'changed'",
    "INSERT INTO securitylog VALUES (3)",
    "CREATE TABLE fresh (a int)",
    "DROP TABLE patient",
    "TRUNCATE TABLE securitylog",
)


def _checksums(mariadb: MariaDb, name: str) -> list[tuple[object, ...]]:
    named = "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s ORDER BY 1"
    listed = ", ".join(f"{name}.{table}" for (table,) in mariadb.run(named, name))
    return mariadb.run(f"CHECKSUM TABLE {listed} EXTENDED")


@pytest.fixture
def statements(mariadb: MariaDb) -> Iterator[list[str]]:
    """What the server was sent by readers, once `statements` is looked at after the test's work."""
    mariadb.run("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON")
    mariadb.run("TRUNCATE mysql.general_log")

    class Sent(list[str]):
        def __iter__(self) -> Iterator[str]:
            sql = (
                "SELECT convert(argument USING utf8mb4) FROM mysql.general_log"
                " WHERE command_type = 'Query' AND user_host LIKE 'reader%'"
            )
            return iter([text for (text,) in mariadb.run(sql)])

    yield Sent()
    mariadb.run("SET GLOBAL general_log = OFF")


def test_a_user_who_may_do_anything_still_cannot_write_over_this_line(
    mariadb: MariaDb, connect: Connect, own: str
) -> None:
    """DESIGN, command line: read only. The session is, whatever the user's rights; not even the end
    of the transaction changes that."""
    mariadb.run("GRANT ALL ON *.* TO mighty IDENTIFIED BY %s", PASSWORD)
    before = _checksums(mariadb, own)
    for write in WRITES:
        line = connect(own, user="mighty")
        assert [batch for batch in Database(line, TABLE_MAPS.__contains__).batches() if batch.rows]
        list(line.rows("COMMIT"))
        with pytest.raises(SourceProblem, match="error 1792"):
            list(line.rows(write))
        line.close()
    assert _checksums(mariadb, own) == before


def test_an_import_leaves_the_server_as_it_was(
    mariadb: MariaDb, connect: Connect, small: str, empty: Practice, statements: list[str]
) -> None:
    before = _checksums(mariadb, small)
    empty.call(import_opendental, connect(small))
    assert _checksums(mariadb, small) == before
    sent = list(statements)
    assert {text.split()[0] for text in sent} == {"SELECT", "SET", "START"}
    assert sum(text.startswith("SELECT") for text in sent) > 10


def test_only_what_is_taken_is_asked_for(
    connect: Connect, small: str, empty: Practice, statements: list[str]
) -> None:
    """No table that is not taken over leaves the server, and no column: it may hold secrets."""
    empty.call(import_opendental, connect(small))
    of_patients = [text for text in statements if "FROM `patient`" in text]
    assert of_patients
    assert all("`LName`" in text and "Password" not in text for text in of_patients)
    of_the_log = [text for text in statements if "securitylog" in text]
    assert of_the_log == ["SELECT COUNT(*) FROM `securitylog`"]
    whole = [text for text in statements if text.startswith("SELECT *")]
    assert whole == []


def test_all_rows_are_of_one_instant(
    mariadb: MariaDb, connect: Connect, own: str, empty: Practice
) -> None:
    """What is written in Open Dental from the first question on is not in what is read."""
    opened = connect(own)

    class Overtaken:
        """The line, while somebody else writes as soon as the transaction has begun."""

        name = opened.name

        def rows(self, sql: str) -> Iterator[Row]:
            yield from opened.rows(sql)
            if sql.startswith("START"):
                mariadb.run("UPDATE patient SET LName = 'changed'", database=own)
                mariadb.run("INSERT INTO provider VALUES (2, 'NEW', 'Late')", database=own)

    report = empty.call(import_opendental, Overtaken())
    assert mariadb.run("SELECT DISTINCT LName FROM patient", database=own) == [("changed",)]
    assert rows(empty, "SELECT DISTINCT last_name FROM patient") == [("Invented",)]
    assert rows(empty, "SELECT count(*) FROM provider") == [(1,)]
    assert not [note for note in report.notes if "changed while" in note]


def test_tables_that_cannot_hold_an_instant_tell_that_they_changed(
    mariadb: MariaDb, connect: Connect, empty: Practice
) -> None:
    """Open Dental used to keep its tables in MyISAM, which knows no snapshot."""
    mariadb.load("old", tables.SMALL)
    for table in ("patient", "provider", "appointment"):
        mariadb.run(f"ALTER TABLE {table} ENGINE = MyISAM", database="old")

    def write(_table: str, done: int, _total: int) -> None:
        if done == 1:
            mariadb.run("UPDATE patient SET LName = 'changed'", database="old")

    report = empty.call(import_opendental, connect("old"), write)
    told = [note for note in report.notes if "changed while being read" in note]
    assert len(told) == 1
    assert "patient" in told[0]


def test_big_tables_are_read_in_pages_and_come_whole(
    mariadb: MariaDb, connect: Connect, own: str, empty: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", 7)
    monkeypatch.setattr(database, "BATCH", 300)
    mariadb.run(tables.many_visits(62, "concat('note ', seq)"), database=own)
    told: list[tuple[str, int, int]] = []
    empty.call(import_opendental, connect(own), lambda *step: told.append(step))
    assert rows(empty, "SELECT count(*), count(DISTINCT note) FROM appointment") == [(63, 63)]
    assert [step[1] for step in told] == sorted(step[1] for step in told)
    assert told[-1][1] == told[-1][2] == 66


def test_a_table_without_a_key_comes_whole(
    mariadb: MariaDb, connect: Connect, own: str, empty: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", 2)
    mariadb.run("ALTER TABLE appointment MODIFY AptNum bigint, DROP PRIMARY KEY", database=own)
    mariadb.run(tables.many_visits(9, "'x'"), database=own)
    empty.call(import_opendental, connect(own))
    assert rows(empty, "SELECT count(*) FROM appointment") == [(10,)]
