"""A server that wants more than it is given: a password, a file, all memory.

Each server here says what it likes from the first byte on; what it hears back is looked at.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.database import line
from store.errors import SourceProblem
from tests.exporter.database.conftest import Connect
from tests.exporter.database.relay import OK, Liar, listening, packet
from tests.mariadb import PASSWORD

FULL = 2**24 - 1
"""Bytes of a packet that goes on in the next one."""


def _asked(connect: Connect, liar: Liar, question: str = "SELECT 1") -> None:
    with listening(liar.serve) as port:
        opened = connect("small", port=port)
        try:
            list(opened.rows(question))
        finally:
            opened.close()


@pytest.mark.parametrize(
    "way", [b"mysql_clear_password", b"dialog", b"mysql_old_password", b"no_such_way"]
)
def test_a_server_that_asks_for_the_password_itself(
    connect: Connect, greeting: bytes, way: bytes
) -> None:
    """Vulnerability: whoever answers may choose how the password is sent. Scenario: it asks for the
    plain text, or for a hash that is none. Verified: it hears neither."""
    liar = Liar(greeting, packet(2, b"\xfe" + way + b"\0" + b"12345678901234567890\0"))
    with listening(liar.serve) as port, pytest.raises(SourceProblem, match="does not give it"):
        connect("small", port=port)
    assert PASSWORD.encode() not in liar.heard
    assert liar.heard.count(b"mysql_native_password") == 1
    assert len(liar.heard) == 4 + int.from_bytes(liar.heard[:3], "little")


def test_a_server_that_asks_for_a_file(connect: Connect, let_in: bytes, tmp_path: Path) -> None:
    """Vulnerability: LOAD DATA LOCAL. Scenario: any question is answered with the wish for a file
    of this computer. Verified: it does not hear a byte of it."""
    file = tmp_path / "secret.key"
    file.write_text("not for you", encoding="utf-8")
    liar = Liar(let_in, packet(1, b"\xfb" + str(file).encode()))
    with pytest.raises(SourceProblem, match="makes no sense"):
        _asked(connect, liar)
    assert b"not for you" not in liar.heard


def _head(columns: int) -> bytes:
    described = b"\3def\0\0\0\1a\0\x0c\x3f\0\xff\0\0\0\xfd\0\0\0\0\0"
    parts = [bytes([columns]), *[described] * columns, b"\xfe\0\0\2\0"]
    return b"".join(packet(number, body) for number, body in enumerate(parts, 1))


def test_a_row_without_end(
    connect: Connect, let_in: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: memory. Scenario: one row, whose packets never stop. Verified: it is given up
    once it is longer than any row may be."""
    monkeypatch.setattr(line, "LARGEST_ROW", FULL + 1000)
    rest = [packet(number, b"x" * FULL) for number in range(4, 7)]
    tracemalloc.start()
    try:
        with pytest.raises(SourceProblem, match="makes no sense"):
            _asked(connect, Liar(let_in, _head(1), *rest))
        assert tracemalloc.get_traced_memory()[1] < 12 * FULL
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "forever",
    [
        pytest.param(lambda: packet(1, b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff"), id="columns"),
        pytest.param(lambda: packet(1, b"\xff\x48\x04#42000" + b"x" * 70_000), id="an error"),
        pytest.param(lambda: packet(1, OK[:3] + b"\x0a\0\0\0"), id="more answers"),
        pytest.param(lambda: b"\0\0\0\1", id="nothing"),
    ],
)
def test_an_answer_without_end(
    connect: Connect, let_in: bytes, forever: Callable[[], bytes]
) -> None:
    """Vulnerability: memory and time. Scenario: an answer that announces more of itself than there
    could ever be, and then comes. Verified: it is given up at once."""
    described = b"".join(packet(number, b"\3def" + b"x" * 60_000) for number in range(2, 258))
    with pytest.raises(SourceProblem):
        _asked(connect, Liar(let_in, forever(), forever=described))


def test_an_error_in_the_words_of_the_server_is_not_repeated(
    connect: Connect, let_in: bytes
) -> None:
    """Vulnerability: text of a stranger on the screen. Verified: only the number is told."""
    said = b"\xff\x28\x04#42000\x1b[31mJane Doe [@click=app.quit]x[/]"
    with pytest.raises(SourceProblem) as refused:
        _asked(connect, Liar(let_in, packet(1, said)))
    assert "Jane" not in str(refused.value)


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff" * 1000],
    ids=["nothing", "a web server", "a shell", "noise"],
)
def test_something_else_that_answers(connect: Connect, said: bytes) -> None:
    with listening(Liar(said).serve) as port, pytest.raises(SourceProblem) as refused:
        connect("small", port=port)
    assert refused.value.do


def test_a_password_is_in_no_repr(connect: Connect, small: str) -> None:
    assert repr(connect(small)) == "ServerLine(...)"
