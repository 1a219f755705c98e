"""An open connection to a MySQL or MariaDB server.

One rule: nothing but the greeting goes over a line that is not encrypted and checked, unless it
ends at this computer itself. Certificates are checked against the
system's list, or against the file that the environment variable SSL_CERT_FILE names.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

from pymysql import err
from pymysql.connections import Connection

from exporter.database.address import Address
from exporter.database.problems import OtherSignIn, lost, problem_of
from store.imports.opendental.database import NotAllowed, Row, makes_no_sense
from store.imports.opendental.dump import LARGEST_ROW

CONNECT, ANSWER = 10, 120
"""Seconds to wait for the connection, and for each piece of an answer."""
HEAD = 1024 * 1024
"""Bytes of the greetings together, and of what describes the columns of an answer."""


class ServerLine:
    """A connection, as `store.imports.opendental.database.Line` asks for it. A context manager.

    Attributes:
        name: the database and its server, without the user.
    """

    def __init__(self, address: Address, password: str) -> None:
        """Connect and sign in. Raises SourceProblem."""
        self.name = address.name
        self._asking = self._ended = False
        try:
            line = socket.create_connection((address.host, address.port), CONNECT)
        except OSError as problem:
            raise problem_of(problem) from None
        except UnicodeError:
            # A name that cannot be one on the network.
            raise problem_of(socket.gaierror()) from None
        # Ends the connection even while another thread waits for an answer on it.
        self._plug = line.dup()
        try:
            self._connection = _connection(address, password, encrypted=not _ends_here(line))
            self._connection.connect(line)
        except Exception as problem:  # noqa: BLE001 - see `rows`
            self._plug.close()
            line.close()
            raise problem_of(problem) from None

    def __enter__(self) -> ServerLine:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "ServerLine(...)"

    def rows(self, sql: str) -> Iterator[Row]:
        """Send a statement and yield its rows one by one, as the server's UTF-8 text.

        Ask the next thing only when all rows were taken; one that is left early ends the line.
        Raises SourceProblem, and NotAllowed for a table that may not be read.
        """
        self._asking = True
        try:
            yield from self._connection.rows(sql)
        except Exception as problem:  # noqa: BLE001 - a liar makes the library raise anything
            # What the library stumbles over when its line is taken away says nothing.
            told = lost() if self._ended else problem_of(problem)
            if not isinstance(told, NotAllowed):
                self.close()
            raise told from None
        except GeneratorExit:
            self.close()
            raise
        finally:
            self._asking = False

    def close(self) -> None:
        """End the connection, from whichever thread; the server gives its transaction up."""
        self._ended = True
        if self._asking:
            with suppress(OSError):
                self._plug.shutdown(socket.SHUT_RDWR)
        with suppress(err.Error, OSError):
            self._connection.close()
        self._plug.close()


def _connection(address: Address, password: str, *, encrypted: bool) -> _Connection:
    return _Connection(
        host=address.host,
        user=address.user,
        # As text, it would be sent as Latin-1.
        password=password.encode(),
        database=address.database,
        # With a context the library must encrypt; without one it does where the server can.
        ssl=ssl.create_default_context() if encrypted else None,
        conv={},
        use_unicode=False,
        autocommit=None,
        read_timeout=ANSWER,
        write_timeout=ANSWER,
        auth_plugin_map=dict.fromkeys(_GIVING_AWAY, _Refusal),
        program_name="chairside",
        defer_connect=True,
    )


class _Connection(Connection):  # type: ignore[misc] # the library has no types
    """The library's connection, with rows that come one by one and a limit to each.

    It reaches into parts that the library calls its own, so its version is pinned. The library's
    own cursor reads an answer to its end when it is dropped, however long that takes.
    """

    _room = HEAD
    """Bytes that may still come before the next row."""

    def rows(self, sql: str) -> Iterator[Row]:
        """Send a statement and yield its rows."""
        self._room = HEAD
        self.query(sql, unbuffered=True)
        answer = self._result
        try:
            while answer.unbuffered_active:
                self._room = LARGEST_ROW
                row: Row | None = answer._read_rowdata_packet_unbuffered()
                if row is not None:
                    yield row
        finally:
            # Nobody reads the rest: it may never end.
            answer.unbuffered_active = False
        if answer.has_next:
            # One question has one answer; the library would read all others into memory.
            raise makes_no_sense()

    def _read_bytes(self, count: int) -> bytes:
        self._room -= count
        if self._room < 0:
            raise makes_no_sense()
        data: bytes = super()._read_bytes(count)
        return data


_GIVING_AWAY = ("mysql_clear_password", "mysql_old_password", "dialog")
"""Ways to sign in by which whoever answers, or listens, gets the password."""


class _Refusal:
    """Answers a server that asks for the password itself."""

    def __init__(self, _connection: object) -> None:
        pass

    def authenticate(self, _asked: object) -> None:
        raise OtherSignIn


def _ends_here(line: socket.socket) -> bool:
    return ipaddress.ip_address(line.getpeername()[0].partition("%")[0]).is_loopback
