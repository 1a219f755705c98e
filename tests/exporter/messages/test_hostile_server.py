"""A mail server that means harm: answers without an end, challenges that are none, echoes (P11)."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from exporter.messages.carriers import Patience
from exporter.messages.checking import check_carrier
from exporter.messages.delivery import Delivered, deliver
from store.access import Actor
from store.errors import Refused
from store.practice import Practice
from tests.exporter.messages.conftest import SetUp, rows
from tests.exporter.messages.mail_server import ACCOUNT, SECRET
from tests.exporter.messages.test_smtp import queue

SignIn = Callable[[str], Actor]
Talk = Callable[[socket.socket], None]
GREETING = b"220 mail.example ready\r\n"


@contextmanager
def talking(talk: Talk) -> Iterator[int]:
    """Take one call after the other and talk as told, until the caller hangs up."""
    with socket.create_server(("localhost", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line, suppress(OSError):
                    talk(line)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(*answers: bytes) -> Talk:
    """Greet, then answer each line that comes in with the next of these."""

    def talk(line: socket.socket) -> None:
        line.sendall(GREETING)
        for answer in answers:
            line.recv(4096)
            line.sendall(answer)
        line.recv(4096)

    return talk


def test_attack_an_answer_without_an_end_does_not_fill_the_memory(
    practice: Practice, set_up: SetUp
) -> None:
    """Vulnerability: the library keeps every line of an answer, for as long as lines come.

    Verified: the line is cut after a little, long before the time for a try is over.
    """
    came = 0

    def talk(line: socket.socket) -> None:
        nonlocal came
        line.sendall(GREETING)
        line.recv(4096)
        while True:
            line.sendall(b"250-" + b"x" * 4000 + b"\r\n")
            came += 4006

    with talking(talk) as port:
        set_up(port, security="none")
        queue(practice, "lee@patients.example")
        assert deliver(practice, patience=Patience(whole=3)) == Delivered(0, 1, 0)
    assert 0 < came < 16_000_000
    assert rows(practice)[0]["last_error"] == "The mail server ended the connection."


def test_attack_a_challenge_that_is_none_does_not_end_the_run(
    practice: Practice, set_up: SetUp
) -> None:
    """Vulnerability: what cannot be decoded raises an error that nobody expects of a line."""
    ehlo = b"250-mail.example\r\n250 AUTH CRAM-MD5\r\n"
    with talking(answering(ehlo, b"334 abc\r\n")) as port:
        set_up(port, security="none")
        queue(practice, "lee@patients.example")
        assert deliver(practice) == Delivered(0, 1, 0)
    assert rows(practice)[0]["last_error"] == "The mail server's answer makes no sense."


def test_attack_a_server_that_repeats_the_sign_in_puts_it_nowhere(
    practice: Practice, set_up: SetUp
) -> None:
    """Vulnerability: on the line the password stands encoded, and an error text repeats it."""
    encoded = b64encode(f"\0{ACCOUNT}\0{SECRET}".encode())
    ehlo = b"250-mail.example\r\n250 AUTH PLAIN\r\n"
    with talking(answering(ehlo, b"535 no such: AUTH PLAIN " + encoded + b"\r\n")) as port:
        set_up(port, security="none")
        queue(practice, "lee@patients.example")
        deliver(practice)
    told = str(rows(practice)[0]["last_error"])
    assert "no such: AUTH PLAIN …" in told
    assert encoded.decode() not in told


def test_attack_having_chairside_sign_in_to_the_mail_server_without_the_right(
    practice: Practice, set_up: SetUp, sign_in: SignIn
) -> None:
    called = threading.Event()
    with talking(lambda _line: called.set()) as port:
        set_up(port, security="none")
        with pytest.raises(Refused):
            check_carrier(practice, sign_in("ana"), "email")
    assert not called.is_set()
