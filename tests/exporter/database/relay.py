"""What stands between a reader and the server, or in its place: it listens, cuts and lies."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

TLS_FLAG = 0x0800
OK = b"\x00\x00\x00\x02\x00\x00\x00"
"""The body of the packet that says that all went well."""


def packet(number: int, body: bytes) -> bytes:
    """One packet as it goes over the line."""
    return len(body).to_bytes(3, "little") + bytes([number % 256]) + body


class Liar:
    """Says what it was told to say, whatever it is asked; keeps what it hears."""

    def __init__(self, *said: bytes, forever: bytes = b"") -> None:
        self._said, self._forever = said, forever
        self.heard = b""

    def serve(self, client: socket.socket) -> None:
        """Say everything at once, then listen until the other side has had enough."""
        with suppress(OSError):
            client.sendall(b"".join(self._said))
            while self._forever:
                client.sendall(self._forever)
            client.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while heard := client.recv(65536):
                self.heard += heard


class Relay:
    """Passes everything on to a real server without encryption, and keeps both sides of it.

    Args:
        port: where the real server is.
        longest: bytes of the server's that are passed on before the line is cut.
    """

    def __init__(self, port: int, longest: int | None = None) -> None:
        self._port, self._longest = port, longest
        self.said = b""
        self.heard = b""

    def serve(self, client: socket.socket) -> None:
        """Serve one connection."""
        with closing(socket.create_connection(("127.0.0.1", self._port))) as server:
            back = threading.Thread(target=self._answer, args=(server, client), daemon=True)
            back.start()
            with suppress(OSError):
                while asked := client.recv(65536):
                    self.heard += asked
                    server.sendall(asked)
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                if not self.said:
                    said = without_tls(said)
                if self._longest is not None:
                    said = said[: self._longest - len(self.said)]
                self.said += said
                client.sendall(said)
                if len(self.said) == self._longest:
                    break
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def without_tls(greeting: bytes) -> bytes:
    """Return the greeting of a server that says it cannot encrypt."""
    at = greeting.index(b"\0", 5) + 1 + 4 + 8 + 1
    flags = int.from_bytes(greeting[at : at + 2], "little") & ~TLS_FLAG
    return greeting[:at] + flags.to_bytes(2, "little") + greeting[at + 2 :]


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection to a port of loopback, one after another; yields the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:

        def run() -> None:
            with suppress(OSError):
                while True:
                    client, _address = door.accept()
                    with closing(client):
                        serve(client)

        served = threading.Thread(target=run, daemon=True)
        served.start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)
            served.join()
