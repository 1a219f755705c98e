"""A connection that is lost in the middle: nothing was imported, whatever the moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.database import line
from exporter.database.address import Address
from exporter.database.line import ServerLine
from store.errors import SourceProblem
from store.imports.opendental import database
from store.imports.opendental.importer import import_opendental
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.exporter.database import tables
from tests.exporter.database.conftest import Connect
from tests.exporter.database.relay import Liar, Relay, listening
from tests.mariadb import PASSWORD, READER, MariaDb
from tests.store.imports.reading import contents, rows

VISITS = 4100


@pytest.fixture
def big(mariadb: MariaDb, own: str) -> str:
    """A database that takes several pages to read."""
    mariadb.run(tables.many_visits(VISITS, "repeat('x', 200)"), database=own)
    return own


def _connections(mariadb: MariaDb) -> str:
    readers = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader'"
    return ";".join(f"KILL CONNECTION {number}" for (number,) in mariadb.run(readers)) or "DO 0"


def test_a_connection_that_the_server_ends(
    mariadb: MariaDb, connect: Connect, big: str, small: str, empty: Practice
) -> None:
    empty.call(import_opendental, connect(small))
    before = contents(empty)

    def end_it(_table: str, done: int, _total: int) -> None:
        if done > 100:
            mariadb.run(_connections(mariadb))

    with pytest.raises(SourceProblem, match="connection to the database was lost") as lost:
        empty.call(import_opendental, connect(big), end_it)
    assert "Nothing was imported" in lost.value.kept
    assert contents(empty) == before
    assert empty.call(import_opendental, connect(big)).rows_read == VISITS + 4


def test_a_server_that_is_killed(
    mariadb: MariaDb, connect: Connect, big: str, empty: Practice
) -> None:
    """Scenario: a power cut of the server's computer while rows come in. Verified: none of them is
    there after, the database is whole, and the same import goes through once it is up again."""
    before = contents(empty)

    def pull_the_plug(_table: str, done: int, _total: int) -> None:
        if done > 100:
            mariadb.kill()

    try:
        with pytest.raises(SourceProblem, match="connection to the database was lost"):
            empty.call(import_opendental, connect(big), pull_the_plug)
    finally:
        mariadb.start()
    assert contents(empty) == before
    assert rows(empty, "PRAGMA integrity_check") == [("ok",)]
    assert empty.call(import_opendental, connect(big)).rows_read == VISITS + 4


def _line(port: int) -> ServerLine:
    return ServerLine(Address(READER, "127.0.0.1", port, "small"), PASSWORD)


@pytest.fixture(scope="module")
def spoken(mariadb: MariaDb, small: str, trusted: None) -> bytes:
    """All that the server says during an import of a small database."""
    relay = Relay(mariadb.port)
    with listening(relay.serve) as port, _line(port) as opened:
        for _ in database.Database(opened, database.TABLE_MAPS.__contains__).batches():
            pass
    return relay.said


@pytest.fixture(scope="module")
def one_practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with create_practice(tmp_path_factory.mktemp("p") / "data", 1, "New", FixedClock()) as practice:
        yield practice


def _import_of(practice: Practice, *said: bytes) -> Callable[[], object]:
    def run() -> object:
        with listening(Liar(*said).serve) as port, _line(port) as opened:
            return practice.call(import_opendental, opened)

    return run


def test_what_was_heard_can_be_imported_again(one_practice: Practice, spoken: bytes) -> None:
    """Or the two tests below would prove nothing."""
    assert _import_of(one_practice, spoken)()
    assert rows(one_practice, "SELECT count(*) FROM patient") == [(2,)]


def test_a_line_that_is_cut_anywhere_imports_nothing(one_practice: Practice, spoken: bytes) -> None:
    before = contents(one_practice)

    @settings(max_examples=20)
    @given(share=st.floats(0, 1, exclude_max=True))
    def cut(share: float) -> None:
        with pytest.raises(SourceProblem):
            _import_of(one_practice, spoken[: int(len(spoken) * share)])()

    cut()
    assert contents(one_practice) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(share=st.floats(0, 1, exclude_max=True), by=st.integers(1, 255))
def test_an_answer_with_a_changed_byte_is_refused_or_another_value(
    one_practice: Practice, spoken: bytes, share: float, by: int
) -> None:
    """Vulnerability: a server that is broken, or lies. Scenario: any byte of what it says is
    another. Verified: a sentence and nothing imported, or rows that are as good as any others."""
    at = int(len(spoken) * share)
    lie = spoken[:at] + bytes([spoken[at] ^ by]) + spoken[at + 1 :]
    imports = "SELECT count(*) FROM import_run"
    before = rows(one_practice, imports)
    try:
        _import_of(one_practice, lie)()
    except SourceProblem:
        assert rows(one_practice, imports) == before
    assert rows(one_practice, "SELECT count(*) FROM pragma_foreign_key_check") == [(0,)]


def test_a_reader_that_stops_leaves_no_connection_behind(
    mariadb: MariaDb, connect: Connect, big: str, empty: Practice
) -> None:
    opened = connect(big)
    with pytest.raises(SourceProblem, match="stopped"):
        empty.call(import_opendental, opened, cancelled=lambda: True)
    with pytest.raises(SourceProblem, match="lost"):
        list(opened.rows("SELECT 1"))


def test_a_server_that_says_no_more_is_given_up(
    connect: Connect, spoken: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: time. Scenario: the server takes the connection and then keeps silent."""
    monkeypatch.setattr(line, "ANSWER", 0.2)

    def silent(client: object) -> None:
        client.recv(1)  # type: ignore[attr-defined] # a socket

    with (
        listening(silent) as port,
        pytest.raises(SourceProblem, match="was lost"),
    ):
        connect("small", port=port)


def test_a_reader_that_waits_is_woken_when_the_line_is_ended(
    connect: Connect, let_in: bytes
) -> None:
    """Ctrl+C twice must not wait for a server that keeps silent."""
    asked = threading.Event()
    told: list[BaseException] = []

    def silent(client: socket.socket) -> None:
        client.sendall(let_in)
        heard = b""
        while b"SELECT" not in heard:
            heard += client.recv(65536)
        asked.set()
        while client.recv(65536):
            pass

    def ask(opened: ServerLine) -> None:
        try:
            list(opened.rows("SELECT 1"))
        except SourceProblem as problem:
            told.append(problem)

    with listening(silent) as port:
        opened = connect("small", port=port)
        reader = threading.Thread(target=ask, args=(opened,), daemon=True)
        reader.start()
        assert asked.wait(30)
        opened.close()
        reader.join(30)
    assert "was lost" in str(told[0])
