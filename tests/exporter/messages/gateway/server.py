"""A gateway of the Messages shape on this computer, on real sockets, that can be told to misbehave.

One rule: it keeps every request as it came in, so that a test can say what went over the line.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from store.use_cases.carriers import OpenCarrier

ACCOUNT = "AC" + "5e" * 16
TOKEN = "t0ken-of-the-practice"
SENDER = "+15105550100"
RECIPIENT = "+15105550142"
SIGNATURE = f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"
_BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
_DATE = "Fri, 20 Nov 2026 17:00:00 +0000"


@dataclass
class Request:
    """One request: `query` and `form` as a receiver reads them, `head` with names in small."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    head: dict[str, str]


Talk = Callable[[socket.socket, Request], None]
"""Answers one request, or does not, or ends the line."""


@dataclass
class Gateway:
    """What came in, and how the gateway behaves; `talk` takes over from its own answers."""

    port: int = 0
    talk: Talk | None = None
    requests: list[Request] = field(default_factory=list)
    lines: list[socket.socket] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=lambda: {"status": "active", "type": "Full"})
    numbers: list[dict[str, Any]] = field(default_factory=lambda: [number_of(SENDER)])

    def reset(self) -> None:
        """Forget everything that came in, and behave; lines that are open end."""
        for line in self.lines:
            end(line)
        self.__dict__.update(Gateway(self.port).__dict__)

    def answer(self, request: Request) -> bytes:
        """Answer as the real one does; below any path, as behind somebody's own server."""
        path = request.path[request.path.index("/2010-04-01/") :]
        if request.head.get("authorization") != SIGNATURE:
            return said(401, {"code": 20003, "message": "Authenticate", "status": 401})
        if path == f"{_BASE}.json":
            return said(200, {"sid": ACCOUNT, **self.account})
        if path == f"{_BASE}/IncomingPhoneNumbers.json":
            wanted = request.query["PhoneNumber"]
            numbers = [one for one in self.numbers if wanted in one["phone_number"]]
            return said(200, {"incoming_phone_numbers": numbers, "page": 0})
        if path == f"{_BASE}/Messages.json" and request.method == "POST":
            return said(201, self._taken(request.form))
        sid = path.removeprefix(f"{_BASE}/Messages/").removesuffix(".json")
        if sid in self.messages:
            return said(200, self.messages[sid])
        return said(404, {"code": 20404, "message": f"{path} was not found"})

    def _taken(self, form: dict[str, str]) -> dict[str, Any]:
        sid = f"SM{len(self.messages) + 1:032x}"
        self.messages[sid] = {
            "sid": sid,
            "account_sid": ACCOUNT,
            "to": form["To"],
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": _DATE,
            "error_code": None,
            "error_message": None,
        }
        return self.messages[sid]


def end(line: socket.socket) -> None:
    """End a line, also while it is read from elsewhere; past TLS, without a goodbye."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def number_of(number: str, *, sms: bool = True) -> dict[str, Any]:
    """Return an entry of the account's list of numbers."""
    able = {"voice": True, "sms": sms, "mms": False, "fax": False}
    return {"sid": "PN" + "7" * 32, "phone_number": number, "capabilities": able}


def said(status: int, body: object, *head: str) -> bytes:
    """Return an answer in JSON, whole."""
    text = json.dumps(body).encode()
    first = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n"
    more = "".join(f"{line}\r\n" for line in head)
    return f"{first}{more}Content-Length: {len(text)}\r\n\r\n".encode() + text


def saying(answer: bytes, *, then_end: bool = False) -> Talk:
    """Answer every request so, byte for byte."""

    def talk(line: socket.socket, request: Request) -> None:
        line.sendall(answer)
        if then_end:
            end(line)

    return talk


def never(line: socket.socket, request: Request) -> None:
    """Say nothing, until the other side has gone."""
    with suppress(OSError):
        while line.recv(4096):
            pass


def ending(line: socket.socket, request: Request) -> None:
    """End the line instead of answering."""
    end(line)


def dripping(answer: bytes) -> Talk:
    """Answer one byte after the other, for ten seconds, unless the other side leaves."""

    def talk(line: socket.socket, request: Request) -> None:
        waiting = threading.Event()
        with suppress(OSError):
            for at in range(500):
                line.sendall(answer[at : at + 1] or b" ")
                waiting.wait(0.02)
        end(line)

    return talk


def flooding(line: socket.socket, request: Request) -> None:
    """Send a head that has no end, as fast as it goes."""
    with suppress(OSError):
        line.sendall(b"HTTP/1.1 201 Created\r\n")
        for _ in range(4_000):
            line.sendall(b"X-Filler: " + b"x" * 16_000 + b"\r\n")
    end(line)


def settings(gateway: Gateway, **other: str) -> OpenCarrier:
    """Return the settings of a practice with an account at a gateway, over TLS."""
    given = {
        "kind": "http",
        "address": f"https://localhost:{gateway.port}",
        "account": ACCOUNT,
        "secret": TOKEN,
        "sender": SENDER,
        **other,
    }
    return OpenCarrier(**given)  # type: ignore[arg-type]


class Noted:
    """A `handing_over` that counts, and says what the gateway had seen by then."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.seen: list[tuple[int, int]] = []

    def __call__(self) -> None:
        self.seen.append((len(self._gateway.lines), len(self._gateway.requests)))


@contextmanager
def serving(gateway: Gateway, context: ssl.SSLContext | None = None) -> Iterator[Gateway]:
    """Run a gateway until the block is done; with a context over TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        gateway.port = listening.getsockname()[1]
        threads = []

        def take() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                line.settimeout(10)
                gateway.lines.append(line)
                talk = threading.Thread(target=_serve, args=(gateway, line, context), daemon=True)
                talk.start()
                threads.append(talk)

        accepting = threading.Thread(target=take)
        accepting.start()
        try:
            yield gateway
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            gateway.reset()
            for thread in threads:
                thread.join(5)


def _serve(gateway: Gateway, line: socket.socket, context: ssl.SSLContext | None) -> None:
    with suppress(OSError, ValueError):
        if context is not None:
            at = gateway.lines.index(line)
            line = context.wrap_socket(line, server_side=True)
            gateway.lines[at] = line
        with line, line.makefile("rb") as coming:
            while request := _read(coming):
                gateway.requests.append(request)
                talk = gateway.talk or (lambda to, asked: to.sendall(gateway.answer(asked)))
                talk(line, request)


def _read(coming: Any) -> Request | None:
    first = coming.readline().decode().split()
    if len(first) != 3:
        return None
    head = {}
    while line := coming.readline().decode().strip():
        name, _, value = line.partition(":")
        head[name.lower()] = value.strip()
    form = coming.read(int(head.get("content-length", "0"))).decode()
    parts = urlsplit(first[1])
    return Request(first[0], parts.path, dict(parse_qsl(parts.query)), dict(parse_qsl(form)), head)
