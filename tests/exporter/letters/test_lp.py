"""The way to the printer, through a real program on PATH that keeps what it is handed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exporter.letters import lp
from exporter.letters.lp import NotPrinted
from tests.exporter.letters.stand_in import StandIn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp")

# More than a pipe holds, so that a program that does not read it is noticed.
PAGE = b"%PDF-1.4\n" + bytes(range(256)) * 1000


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "lp", monkeypatch)


def test_what_is_sent_arrives_byte_for_byte(printer: StandIn) -> None:
    lp.send(PAGE, "desk")
    assert printer.taken == PAGE
    assert printer.arguments[:2] == ["-d", "desk"]


def test_attack_reading_the_queue_or_the_list_of_processes(printer: StandIn) -> None:
    """Everybody on the machine sees a program's arguments and the names of waiting jobs."""
    lp.send(PAGE, "desk")
    assert printer.arguments == ["-d", "desk", "-t", "Chairside"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("system default destination: desk\n", "desk"),
        ("system default destination: office/two-sided\n", "office/two-sided"),
        ("no system default destination\n", None),
        ("", None),
    ],
)
def test_the_default_destination_is_the_systems(
    printer: StandIn, said: str, name: str | None
) -> None:
    printer.has_default(said)
    assert lp.default_printer() == name


def test_without_the_program_there_is_no_printer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lp.default_printer() is None
    with pytest.raises(NotPrinted, match="the program lp is not there"):
        lp.send(PAGE, "desk")


def test_attack_control_characters_in_what_lp_says(printer: StandIn) -> None:
    """A print server's sentence reaches the screen; it must not steer the terminal."""
    printer.refuses("lp: \x1b[2Jall fine" + "x" * 500)
    with pytest.raises(NotPrinted) as told:
        lp.send(PAGE, "desk")
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 200


def test_a_printer_that_never_answers_is_given_up(
    printer: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = printer.folder / "bin" / "lp"
    program.write_text(f"#!{sys.executable}\nimport threading\nthreading.Event().wait()\n", "utf-8")
    monkeypatch.setattr(lp, "_SECONDS_TO_TAKE", 0.2)
    with pytest.raises(NotPrinted, match="did not answer"):
        lp.send(PAGE, "desk")
