"""A server that cannot be reached, lets nobody in, or has something else: a sentence for each."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from exporter.database import line
from store.errors import SourceProblem
from store.imports.opendental.importer import import_opendental
from store.practice import Practice
from tests.exporter.database import tables
from tests.exporter.database.conftest import Connect
from tests.exporter.database.relay import Relay, listening
from tests.mariadb import PASSWORD, READER, MariaDb
from tests.store.imports.reading import contents, rows

CIPHER = (
    "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS"
    " WHERE VARIABLE_NAME = 'Ssl_cipher'"
)


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback counts as another computer."""
    monkeypatch.setattr(line, "_ends_here", lambda _line: False)


def test_nobody_answers(connect: Connect) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SourceProblem, match="No database server answers"):
            connect("small", port=taken.getsockname()[1])


@pytest.mark.parametrize("host", ["nowhere.invalid", "no..where", "x" * 300])
def test_a_name_that_nobody_knows(connect: Connect, host: str) -> None:
    with pytest.raises(SourceProblem, match="name is not known"):
        connect("small", host=host)


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper()])
def test_a_wrong_password(connect: Connect, small: str, password: str) -> None:
    with pytest.raises(SourceProblem, match="did not accept the user or the password") as refused:
        connect(small, password=password)
    assert READER not in str(refused.value)


def test_a_user_without_a_password_is_let_in(
    mariadb: MariaDb, connect: Connect, small: str
) -> None:
    """Open Dental's own installer leaves its first user without one."""
    mariadb.run("CREATE OR REPLACE USER bare; GRANT SELECT ON *.* TO bare")
    assert list(connect(small, user="bare", password="").rows("SELECT 1")) == [(b"1",)]


def test_a_database_that_is_not_there(connect: Connect, mariadb: MariaDb) -> None:
    with pytest.raises(SourceProblem, match="no such database"):
        connect("nothing_of_the_kind")
    mariadb.run("CREATE OR REPLACE USER narrow IDENTIFIED BY %s", PASSWORD)
    with pytest.raises(SourceProblem, match="may not read that database"):
        connect("mysql", user="narrow")


def test_a_database_of_something_else_is_told_by_the_tables_it_lacks(
    mariadb: MariaDb, connect: Connect, empty: Practice
) -> None:
    mariadb.load("shop", "CREATE TABLE patient (id int); CREATE TABLE wp_posts (id int)")
    with pytest.raises(SourceProblem, match="no table appointment, definition, procedurecode"):
        empty.call(import_opendental, connect("shop"))
    mariadb.load(
        "clinic", tables.CORE + ";ALTER TABLE patient DROP LName, DROP PatNum;" + tables.UNREAD
    )
    mariadb.run("INSERT INTO patient (FName) VALUES ('x')", database="clinic")
    with pytest.raises(SourceProblem, match="its table patient has no column PatNum"):
        empty.call(import_opendental, connect("clinic"))
    assert rows(empty, "SELECT count(*) FROM import_run") == [(0,)]


def test_a_view_is_no_table(mariadb: MariaDb, connect: Connect, own: str, empty: Practice) -> None:
    mariadb.run("RENAME TABLE provider TO p; CREATE VIEW provider AS SELECT * FROM p", database=own)
    with pytest.raises(SourceProblem, match="no table provider"):
        empty.call(import_opendental, connect(own))


def test_a_table_that_may_not_be_read_is_named_and_nothing_is_imported(
    mariadb: MariaDb, connect: Connect, own: str, empty: Practice
) -> None:
    _let_in_without(mariadb, own, "procedurelog")
    before = contents(empty)
    with pytest.raises(SourceProblem, match="may not read the table procedurelog") as refused:
        empty.call(import_opendental, connect(own, user="partial"))
    assert "GRANT SELECT" in refused.value.do
    assert contents(empty) == before


def test_a_table_that_is_not_taken_need_not_be_readable(
    mariadb: MariaDb, connect: Connect, own: str, empty: Practice
) -> None:
    """The least right that will do: SELECT on what is read. What was not counted is told."""
    _let_in_without(mariadb, own, "securitylog")
    report = empty.call(import_opendental, connect(own, user="partial"))
    assert report.rows_read == 4
    assert "securitylog: not read, and this user may not count its rows" in report.notes


def _let_in_without(mariadb: MariaDb, database: str, table: str) -> None:
    mariadb.run("CREATE OR REPLACE USER partial IDENTIFIED BY %s", PASSWORD)
    named = "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s"
    for (name,) in mariadb.run(named, database):
        right = "INSERT" if name == table else "SELECT"
        mariadb.run(f"GRANT {right} ON {database}.{name} TO partial")


def test_the_line_is_encrypted_where_the_server_can(connect: Connect, small: str) -> None:
    assert list(connect(small).rows(CIPHER)) != [(b"",)]


@pytest.mark.usefixtures("far_away")
def test_the_line_to_another_computer_is_encrypted_and_checked(
    connect: Connect, small: str
) -> None:
    assert list(connect(small, host="localhost").rows(CIPHER)) != [(b"",)]
    with pytest.raises(SourceProblem, match="certificate is not trusted"):
        connect(small, host="127.0.0.1")


@pytest.mark.usefixtures("far_away")
def test_a_certificate_of_a_stranger_is_not_trusted(
    connect: Connect, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(SourceProblem, match="certificate is not trusted"):
        connect(small, host="localhost")


@pytest.mark.usefixtures("far_away")
def test_encryption_that_was_stripped_on_the_way_gives_nothing_away(
    mariadb: MariaDb, connect: Connect, small: str
) -> None:
    """Vulnerability: a man in the middle. Scenario: the server's greeting is changed so that it
    seems to offer no encryption. Verified: not one byte is sent, no hash of the password either."""
    relay = Relay(mariadb.port)
    with listening(relay.serve) as port, pytest.raises(SourceProblem, match="no encryption"):
        connect(small, host="localhost", port=port)
    assert relay.said
    assert relay.heard == b""


def test_only_addresses_of_loopback_end_at_this_computer() -> None:
    class Peer:
        def __init__(self, address: str) -> None:
            self._address = address

        def getpeername(self) -> tuple[str, int]:
            return self._address, 3306

    for address, here in (("127.0.0.1", True), ("127.9.9.9", True), ("::1", True)):
        assert line._ends_here(Peer(address)) is here  # type: ignore[arg-type] # only what is asked
    for address in ("192.0.2.7", "10.0.0.1", "fe80::1%eth0", "2001:db8::1", "0.0.0.0"):
        assert line._ends_here(Peer(address)) is False  # type: ignore[arg-type] # the same
