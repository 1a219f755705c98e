"""Databases of Open Dental on the real server, and a practice to import them into."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.database.address import Address
from exporter.database.line import ServerLine
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.exporter.database import tables
from tests.exporter.database.relay import OK, Relay, listening, packet
from tests.mariadb import PASSWORD, READER, MariaDb

Connect = Callable[..., ServerLine]


@pytest.fixture(scope="session")
def trusted(mariadb: MariaDb) -> Iterator[None]:
    """The system's list of authorities is the file that SSL_CERT_FILE names: the server's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(mariadb.authority))
        yield


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Practice]:
    """A practice without a patient, in Pacific time."""
    with create_practice(tmp_path / "data", 1, "New", FixedClock()) as practice:
        yield practice


@pytest.fixture(scope="session")
def real(mariadb: MariaDb, shared_data: Path) -> str:
    """The name of a database that is the real dump, loaded."""
    dump = gzip.decompress((shared_data / "opendental_100.sql.gz").read_bytes())
    mariadb.load("real_one", dump.decode())
    return "real_one"


@pytest.fixture(scope="session")
def small(mariadb: MariaDb) -> str:
    """The name of a database of two patients and a visit, in InnoDB, which no test changes."""
    mariadb.load("small", tables.SMALL)
    return "small"


@pytest.fixture
def own(mariadb: MariaDb) -> str:
    """The name of another like it, which this test may change."""
    mariadb.load("own", tables.SMALL)
    return "own"


@pytest.fixture
def connect(mariadb: MariaDb, trusted: None) -> Iterator[Connect]:
    """Connect to a database: `connect("small", user=…, host=…, port=…, password=…)`."""
    opened: list[ServerLine] = []

    def run(
        database: str,
        *,
        user: str = READER,
        password: str = PASSWORD,
        host: str = "127.0.0.1",
        port: int | None = None,
    ) -> ServerLine:
        line = ServerLine(Address(user, host, port or mariadb.port, database), password)
        opened.append(line)
        return line

    yield run
    for line in opened:
        line.close()


@pytest.fixture(scope="session")
def greeting(mariadb: MariaDb, small: str, trusted: None) -> bytes:
    """How the real server greets, without encryption; all lies begin like that."""
    relay = Relay(mariadb.port)
    with listening(relay.serve) as port:
        ServerLine(Address(READER, "127.0.0.1", port, small), PASSWORD).close()
    return relay.said[: 4 + int.from_bytes(relay.said[:3], "little")]


@pytest.fixture(scope="session")
def let_in(greeting: bytes) -> bytes:
    """The greeting, and the answers to signing in and to naming the character set."""
    return greeting + packet(2, OK) + packet(1, OK)
