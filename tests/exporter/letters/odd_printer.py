"""A printer of our own at socket level, for what a real one does only when it is broken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from exporter.letters.ipp_codec import Attribute, Group, Message, Tag, decode, encode, number, text

Answers = Callable[[int], Message | None]
PRINT, CANCEL, JOB, PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
OK, BUSY = 0x0000, 0x0507


def printer_says(*reasons: str, state: int = 3, formats: str = "application/pdf") -> Message:
    """Return what a printer tells of itself."""
    return said(
        OK,
        Tag.PRINTER,
        number(Tag.ENUM, "printer-state", state),
        text(Tag.KEYWORD, "printer-state-reasons", *(reasons or ("none",))),
        text(Tag.MIME_TYPE, "document-format-supported", formats),
    )


def job_says(state: int) -> Message:
    """Return what a printer tells of job 7."""
    return said(OK, Tag.JOB, number(Tag.INTEGER, "job-id", 7), number(Tag.ENUM, "job-state", state))


def said(status: int, group: Tag = Tag.OPERATION, *attributes: Attribute) -> Message:
    """Return an answer."""
    return Message(status, 1, (Group(group, attributes),))


class OddPrinter:
    """Answers each operation with the next of its answers; the last one is given again."""

    def __init__(self, answers: dict[int, list[Message]]) -> None:
        self._answers = answers
        self.asked: list[int] = []

    def answer(self, body: bytes) -> bytes:
        """Return what is said to a request."""
        operation = decode(body).code
        self.asked.append(operation)
        left = self._answers[operation]
        return encode(left.pop(0) if len(left) > 1 else left[0])


@contextmanager
def serving(printer: OddPrinter) -> Iterator[str]:
    """Serve it on loopback; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = printer.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield f"ipp://127.0.0.1:{server.server_port}/ipp/print"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def saying(octets: bytes | None) -> Iterator[str]:
    """Take connections and say some bytes to each, or nothing at all; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                taken.append(line)
                if octets is not None:
                    line.recv(65536)
                    line.sendall(octets)
                    line.close()

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield f"ipp://127.0.0.1:{listening.getsockname()[1]}/ipp/print"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in taken:
                line.close()
