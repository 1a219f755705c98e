"""Sheets of a patient's representatives: entering one, ending one, each with a reason.

One rule: a person is chosen out of those found, never typed freely: two may have the same name.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from store.clock import date_in_zone
from store.errors import ChairsideError, SessionEnded
from store.use_cases import patients, representatives
from tui.widgets import words
from tui.widgets.button import PushButton, go_on
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Dialog, PlaceMixin
from tui.widgets.safe import clip, content
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.representatives import Basis
    from store.use_cases.patients import FoundPatient
    from store.use_cases.representatives import Representative

BASES: Final = {
    "guarantor": "guarantor",
    "guardian": "guardian",
    "responsible_party": "responsible party",
    "representative": "representative",
}
OPTIONS: Final = (
    Option("guardian", "guardian", "May decide for the patient."),
    Option("representative", "representative", "Chosen by the patient."),
    Option("guarantor", "guarantor", "Head of the household, who pays."),
    Option("responsible_party", "responsible party", "Answers for the patient."),
)
FOUND_AT_ONCE: Final = 20
_DAY: Final = r"[0-9-]*"
_COLUMNS: Final = (Column("Name", 30), Column("Born", 11), Column("Chart", 0))


class _WithDays(PlaceMixin[str | None]):
    """What both sheets share: days that are typed, and what they are called."""

    @property
    def today(self) -> date:
        """The present day in the practice's time zone."""
        return date_in_zone(self.kiosk.clock.now(), self.zone)

    def day(self, name: str) -> date | None:
        """Return a day that was typed, None for an empty field. Raises ValueError."""
        text = self.query_one(f"#{name}", Field).value.strip()
        return date.fromisoformat(text) if text else None

    def complain(self, name: str, sentence: str) -> None:
        """Say at a field what is wrong, and go there."""
        field = self.query_one(f"#{name}", Field)
        field.complain(sentence)
        field.focus_line()

    def days(self, *names: str) -> list[date | None] | None:
        """Return days that were typed; None when one is no day, which is then told."""
        found = []
        for name in names:
            try:
                found.append(self.day(name))
            except ValueError:
                self.complain(name, f"A day is written as {self.today}.")
                return None
            self.query_one(f"#{name}", Field).complain("")
        return found

    def reason(self) -> str:
        """Return the reason; an empty one is told to be missing."""
        text = self.query_one("#reason", Field).value.strip()
        if not text:
            self.complain("reason", "A few words on why; they go into the audit trail.")
        return text

    def leave(self) -> None:
        """Nothing was changed."""
        self.dismiss(None)


class NewRepresentativeDialog(Dialog[str | None], _WithDays, place="representative_form"):
    """Answers a sentence once somebody was entered; None for nothing."""

    TITLE_TEXT = "A new representative"

    def __init__(self, patient_id: int, patient_name: str) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._patient_name = patient_name
        self._found: tuple[FoundPatient, ...] = ()
        self._asked = 0

    def body(self) -> ComposeResult:
        """Who, as what, from when to when, why."""
        yield Field("Person", id="person", placeholder="name, chart number or birth date")
        yield Table(_COLUMNS, id="found")
        yield Choice("As", OPTIONS, id="basis")
        yield Field("First day", id="first", restrict=_DAY, max_length=10)
        yield Field("Last day", id="last", restrict=_DAY, max_length=10, placeholder="no end")
        yield Field("Reason", id="reason", max_length=200)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Let this person act", id="save")

    def on_mount(self) -> None:
        """Begin with who."""
        self.query_one("#first", Field).line.placeholder = f"{self.today}, today"
        self.query_one("#person", Field).focus_line()

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self.query_one("#person", Field).line:
            self._asked += 1
            self._find(self.query_one("#person", Field).value, self._asked)

    @work(description="find a person", exit_on_error=False)
    async def _find(self, typed: str, asked: int) -> None:
        """Find who matches; an answer to an earlier letter is dropped."""
        kiosk = self.kiosk
        rows: tuple[FoundPatient, ...] = ()
        if typed.strip():
            page = await kiosk.practice.ask(
                patients.find, kiosk.signed_in, typed, None, FOUND_AT_ONCE
            )
            rows = tuple(one for one in page.rows if one.patient_id != self._patient_id)
        if asked != self._asked or not self.is_attached:
            return
        self._found = rows
        self.query_one(Table).show([self._row(one) for one in rows], mark=0)
        nobody = typed.strip() and not rows
        self.query_one("#person", Field).complain("Nobody is found." if nobody else "")

    @staticmethod
    def _row(one: FoundPatient) -> tuple[Cell, ...]:
        name = ", ".join(part for part in (one.last_name, one.first_name) if part)
        born = words.day(one.birthdate, year=True) if one.birthdate else words.NOTHING
        return (Cell(name), Cell(born, "dim"), Cell(one.chart_number or words.NOTHING, "dim"))

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def do_representatives_take(self) -> None:
        """Enter in the list takes the marked person: on to the next field."""
        go_on(self)

    def pressed(self, button: str) -> None:
        """Check what is typed, then save."""
        if not self._found:
            self.complain("person", "Type a name, then choose one of those found.")
            return
        days = self.days("first", "last")
        if days is None:
            return
        reason = self.reason()
        if reason:
            self._save(self._found[self.query_one(Table).marked], days[0], days[1], reason)

    @work(description="save a representative", exit_on_error=False)
    async def _save(
        self, person: FoundPatient, first: date | None, last: date | None, reason: str
    ) -> None:
        kiosk = self.kiosk
        basis = cast("Basis", self.query_one("#basis", Choice).value)
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(
                    representatives.add_representative,
                    kiosk.signed_in,
                    self._patient_id,
                    person.patient_id,
                    basis,
                    reason=reason,
                    valid_from=first,
                    valid_to=last,
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            name = " ".join(part for part in (person.first_name, person.last_name) if part)
            self.dismiss(f"{clip(name, 40)} may act for this patient.")


class EndRepresentativeDialog(Dialog[str | None], _WithDays, place="representative_end"):
    """Answers a sentence once it was ended; None for nothing."""

    TITLE_TEXT = "End what this person may do"

    def __init__(self, patient_id: int, one: Representative) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._one = one

    def body(self) -> ComposeResult:
        """Who, the last day, why."""
        what = f"{self._one.name} will no longer see this patient's data in the portal."
        yield Static(content(what), id="what")
        yield Field(
            "Last day", id="last", restrict=_DAY, max_length=10, placeholder="empty: at once"
        )
        yield Field("Reason", id="reason", max_length=200)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("End it", id="end", danger=True)

    def on_mount(self) -> None:
        """Begin with the last day."""
        self.query_one("#last", Field).focus_line()

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def pressed(self, button: str) -> None:
        """Check what is typed, then end it."""
        days = self.days("last")
        if days is None:
            return
        reason = self.reason()
        if reason:
            self._end(days[0], reason)

    @work(description="end a representative", exit_on_error=False)
    async def _end(self, last: date | None, reason: str) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(
                    representatives.end_representative,
                    kiosk.signed_in,
                    self._patient_id,
                    self._one.patient_id,
                    reason=reason,
                    last_day=last,
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            self.dismiss("It has ended." if last is None else f"It ends after {words.day(last)}.")
