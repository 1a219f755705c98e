"""What the modem carrier is made of: letters, delivery reports, tried PINs."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.messages.carriers import Receipt
from exporter.messages.modem.pin import TriedPins
from exporter.messages.modem.reports import STALE, Reference, Report, matched
from exporter.messages.modem.text import needs_unicode, why_not_sendable

SENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CENTRE = {"Number": "+15550000001", "Name": "", "DefaultNumber": "", "Format": "Text"}


@settings(max_examples=50, deadline=None)
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
    | st.text("aé@€{[Ω\n", min_size=150, max_size=400)
    | st.text("aЖ😀~", min_size=60, max_size=150)
)
@example("Ж~~ ~")
@example("~ in seven bits")
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    """libgammu's PDUs, read by the test modem's own decoder (3GPP 23.038, 23.040)."""
    gammu = pytest.importorskip("gammu", reason="the extra `modem` is not installed")
    pytest.importorskip("pty", reason="there are no pseudo-terminals on this system")
    from exporter.messages.modem.holder import parts_of
    from tests.exporter.messages.modem.at_modem import submitted

    assert why_not_sendable(text) == ""
    pdus = parts_of(text, needs_unicode(text), "+15105550142", CENTRE)
    parts = [submitted(bytes(gammu.EncodePDU(pdu, "Submit"))) for pdu in pdus]
    assert "".join(part.text for part in parts) == text


def told(of: Report, *more: Report, parts: tuple[int, ...] = (17,)) -> tuple[Receipt, list[int]]:
    reference = str(Reference(parts, "42", SENT))
    receipts, done = matched([reference], [of, *more], SENT + timedelta(minutes=1))
    return receipts[reference], done


def test_a_report_needs_number_recipient_and_day() -> None:
    soon = SENT + timedelta(seconds=5)
    assert told(Report(17, "42", 0, soon, 3)) == (Receipt("delivered"), [3])
    assert told(Report(18, "42", 0, soon, 3)) == (Receipt("sent"), [])
    assert told(Report(17, "43", 0, soon, 3)) == (Receipt("sent"), [])
    assert told(Report(17, "42", 0, SENT - timedelta(hours=16), 3)) == (Receipt("sent"), [])
    # What fits nothing any more only fills the SIM card.
    assert told(Report(17, "42", 0, SENT - STALE, 3)) == (Receipt("sent"), [3])


def test_the_last_report_of_a_part_counts_and_all_parts_are_waited_for() -> None:
    still, over = Report(17, "42", 0x30, SENT, 1), Report(17, "42", 0x46, SENT, 2)
    assert told(still) == (Receipt("sent"), [])
    receipt, done = told(still, over)
    assert receipt.state == "undelivered"
    assert "in time" in receipt.reason
    assert done == [2]
    first, second = Report(17, "42", 0, SENT, 1), Report(18, "42", 0, SENT, 2)
    assert told(first, parts=(17, 18)) == (Receipt("sent"), [])
    assert told(first, second, parts=(17, 18)) == (Receipt("delivered"), [1, 2])


@pytest.mark.parametrize("text", ["", "17", "17/42", "x/42/2026-11-22T03:00:00Z", "SM0123"])
def test_what_is_no_reference_is_nobodys(text: str) -> None:
    assert Reference.read(text) is None


def test_attack_locking_the_sim_by_crashing_while_its_pin_is_tried(tmp_path: Path) -> None:
    """Vulnerability: a SIM card locks after three wrong PINs.

    Scenario: each program that tries the PIN ends before it can note that it was wrong.
    Verified: it was noted before, two tries are made at most, and the PIN stands nowhere.
    """
    file = tmp_path / "pins"
    tries = 0
    while not TriedPins(file).refused("9999"):
        TriedPins(file).trying("9999")
        tries += 1
    assert tries == 2
    assert not TriedPins(file).refused("1234")
    assert "9999" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    TriedPins(file).was_right()
    assert not TriedPins(file).refused("9999")
