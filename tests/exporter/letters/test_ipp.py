"""What a printer may do to a page that must not be left lying in it (RFC 8010, RFC 8011)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.letters import ipp, ipp_following, ipp_wire
from exporter.letters.ipp_codec import (
    Attribute,
    Group,
    Message,
    NotIpp,
    Tag,
    Value,
    decode,
    encode,
)
from exporter.letters.ipp_wire import Line
from exporter.letters.problems import MayStillPrint, NotPrinted, NotTaken
from exporter.letters.raster import best_form
from tests.exporter.letters.odd_printer import (
    BUSY,
    CANCEL,
    JOB,
    OK,
    PRINT,
    PRINTER,
    OddPrinter,
    job_says,
    printer_says,
    said,
    saying,
    serving,
)

PAGE = b"%PDF-1.4 a page"
PROCESSING, CANCELED, COMPLETED = 5, 7, 9

_names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
_values = st.builds(Value, st.integers(0x10, 0xFF), st.binary(max_size=40))
_attributes = st.builds(Attribute, _names, st.lists(_values, min_size=1, max_size=3).map(tuple))
_groups = st.builds(
    Group, st.sampled_from([0x01, 0x02, 0x04, 0x05]), st.lists(_attributes, max_size=4).map(tuple)
)
_messages = st.builds(
    Message,
    st.integers(0, 0xFFFF),
    st.integers(-(2**31), 2**31 - 1),
    st.lists(_groups, max_size=3).map(tuple),
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipp, "BUSY_GAPS", (0.001, 0.001))
    monkeypatch.setattr(ipp_following, "FOLLOW_GAP", 0.001)
    monkeypatch.setattr(ipp_following, "FOLLOW_TIMES", 5)


def printed(address: str) -> bool:
    """Print a page as the kiosk does; return whether it was seen to come out."""
    line = Line(address)
    facts = ipp.look(line)
    ipp.check_ready(facts)
    form, document = best_form(facts, PAGE)
    return ipp.send(line, document, form, facts)


@given(_messages, st.binary(max_size=10))
@settings(max_examples=50)
def test_a_message_comes_back_as_it_was_written(message: Message, document: bytes) -> None:
    """RFC 8010; the document behind it is no part of it."""
    assert decode(encode(message) + document) == message


@given(_messages, st.data())
@settings(max_examples=50)
def test_attack_an_answer_that_is_cut_off_or_changed(message: Message, data: st.DataObject) -> None:
    """Vulnerability: a length that points past the end; whatever comes, it is an answer or not."""
    octets = bytearray(encode(message))
    with pytest.raises(NotIpp):
        decode(bytes(octets[: data.draw(st.integers(0, len(octets) - 1))]))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(NotIpp):
        decode(bytes(octets))


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (printer_says("media-empty-error"), "out of paper"),
        (printer_says("media-needed"), "out of paper"),
        (printer_says("media-empty-warning", state=5), "out of paper"),
        (printer_says("media-jam-error", "toner-low-warning"), "jammed"),
        (printer_says("door-open-error"), "is open"),
        (printer_says("paused", state=5), "paused"),
        (printer_says("odd\x1b[2J-error", state=5), "has stopped"),
        (said(BUSY), "busy"),
        (said(0x0403), "sign in"),
        (said(0x0500), "0x0500"),
        (printer_says(formats="image/urf"), "neither PDF nor PWG raster"),
    ],
)
def test_a_printer_that_is_not_ready_is_sent_nothing(says: Message, told: str) -> None:
    """A page that waits for paper would come out when nobody stands there."""
    printer = OddPrinter({PRINTER: [says]})
    with serving(printer) as address, pytest.raises(NotTaken, match=told) as refused:
        printed(address)
    assert str(refused.value).isprintable()
    assert printer.asked == [PRINTER]


def test_warnings_do_not_keep_a_page_back() -> None:
    ready = printer_says("media-low", "media-empty-warning", "toner-low-report")
    printer = OddPrinter({PRINTER: [ready], PRINT: [job_says(PROCESSING)], JOB: [job_says(9)]})
    with serving(printer) as address:
        assert printed(address)


def test_a_busy_printer_is_asked_again() -> None:
    printer = OddPrinter(
        {
            PRINTER: [printer_says()],
            PRINT: [said(BUSY), said(BUSY), job_says(PROCESSING)],
            JOB: [job_says(PROCESSING), job_says(COMPLETED)],
        }
    )
    with serving(printer) as address:
        assert printed(address)
    assert printer.asked.count(PRINT) == 3


def test_a_printer_that_stays_busy_has_nothing() -> None:
    printer = OddPrinter({PRINTER: [printer_says()], PRINT: [said(BUSY)]})
    with serving(printer) as address, pytest.raises(NotTaken, match="busy"):
        printed(address)


@pytest.mark.parametrize(
    ("cancelled", "error", "told"),
    [(OK, NotPrinted, "taken back"), (0x0404, MayStillPrint, "stay there until you have it")],
)
def test_out_of_paper_while_it_prints_takes_the_page_back(
    cancelled: int, error: type[NotPrinted], told: str
) -> None:
    printer = OddPrinter(
        {
            PRINTER: [printer_says(), printer_says("media-empty-error", state=5)],
            PRINT: [job_says(PROCESSING)],
            JOB: [job_says(PROCESSING)],
            CANCEL: [said(cancelled)],
        }
    )
    with serving(printer) as address, pytest.raises(NotPrinted, match=told) as refused:
        printed(address)
    assert type(refused.value) is error
    assert printer.asked[-1] == CANCEL


def test_a_page_that_is_cancelled_at_the_printer_was_not_printed() -> None:
    printer = OddPrinter(
        {PRINTER: [printer_says()], PRINT: [job_says(PROCESSING)], JOB: [job_says(CANCELED)]}
    )
    with (
        serving(printer) as address,
        pytest.raises(NotPrinted, match="cancelled the sheet") as told,
    ):
        printed(address)
    assert not isinstance(told.value, NotTaken)


def test_a_slow_printer_is_not_waited_for_without_end() -> None:
    printer = OddPrinter(
        {PRINTER: [printer_says()], PRINT: [job_says(PROCESSING)], JOB: [job_says(PROCESSING)]}
    )
    with serving(printer) as address:
        assert not printed(address)


def test_a_printer_that_is_off() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"ipp://127.0.0.1:{free.getsockname()[1]}/ipp/print"
    with pytest.raises(NotTaken, match="off or cannot be reached"):
        printed(address)


def test_a_printer_that_takes_the_connection_and_never_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the page is sent nothing is lost; after it, nobody knows."""
    monkeypatch.setattr(ipp_wire, "SECONDS_TO_ANSWER", 0.1)
    monkeypatch.setattr(ipp_wire, "SECONDS_TO_TAKE", 0.1)
    with saying(None) as address:
        with pytest.raises(NotTaken, match="did not answer"):
            printed(address)
        with pytest.raises(MayStillPrint, match="may still come out"):
            ipp.send(Line(address), PAGE, ipp.PDF, ipp.Facts("", "", "", (), (), ()))


@pytest.mark.parametrize(
    "octets",
    [
        b"SSH-2.0-something\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort",
    ],
)
def test_what_is_no_printer_is_told_so(octets: bytes) -> None:
    with saying(octets) as address, pytest.raises(NotTaken, match="printer"):
        printed(address)


@contextmanager
def dripping(begin: bytes, said: bytes) -> Iterator[str]:
    """Take one connection, begin, and go on saying something for as long as anybody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            line, _ = listening.accept()
            with line, suppress(OSError):
                line.recv(65536)
                line.sendall(begin)
                over = threading.Event()
                while not over.wait(0.02):
                    line.sendall(said)

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield f"ipp://127.0.0.1:{listening.getsockname()[1]}/ipp/print"
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n", b"x"),
    ],
    ids=["head", "continue", "body"],
)
def test_attack_a_printer_whose_answer_drips_in_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, begin: bytes, said: bytes
) -> None:
    """Vulnerability: each octet has its own time to arrive, so the answer never has to end.

    Verified: the whole answer has the time that was said, and the line is cut then.
    """
    monkeypatch.setattr(ipp_wire, "SECONDS_TO_ANSWER", 0.3)
    with dripping(begin, said) as address, pytest.raises(NotTaken, match="did not answer"):
        ipp.look(Line(address))


def test_attack_a_job_number_that_no_number_is_so_long() -> None:
    """Vulnerability: a number of any length was believed, and could not be sent back.

    Verified: the page counts as taken under no number, so that nobody prints it a second time.
    """
    long = Attribute("job-id", (Value(0x21, b"\x7f" * 9),))
    odd = OddPrinter({PRINTER: [printer_says()], PRINT: [said(OK, Tag.JOB, long)]})
    with serving(odd) as address, pytest.raises(MayStillPrint, match="did not say as what"):
        printed(address)


def test_a_server_that_fails_with_the_sheet_in_hand_may_have_passed_it_on() -> None:
    answer = b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n"
    facts = ipp.Facts("", "", "", (), (), ())
    with saying(answer) as address, pytest.raises(MayStillPrint, match="HTTP 504"):
        ipp.send(Line(address), PAGE, ipp.PDF, facts)
