"""Patients: found as one types, and opened with Enter.

One rule: what is shown answers what is typed now; an answer to an earlier letter is dropped. The
field keeps the focus, and the list is moved through from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.css.query import QueryType
from textual.widget import Widget
from textual.widgets import Input, Static

from store.errors import Refused
from store.use_cases import patients
from tui.screens.patient_words import ACCESS, STATUS, full_name
from tui.widgets import words
from tui.widgets.field import Field
from tui.widgets.finding import Finding, TypedAhead
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.patients import FoundPatient, PatientCursor, PatientPage

COLUMNS: Final = (
    Column("Name", 24),
    Column("Born", 11),
    Column("Chart", 8),
    Column("Telephone", 14),
    Column("City", 0),
)
PAGE: Final = 50
_PAGES: Final = {"pageup": -1, "pagedown": 1}
MOST: Final = 1000
"""Rows in the list at once; nobody reads further, and more letters are quicker."""
NOBODY: Final = "No patient is entered yet. They come in by import: chairside import."
NOBODY_FOUND: Final = (
    "Nobody matches what is typed. Try fewer letters, the chart number, a telephone number,"
    " or the birth date as 3/14/1980. Esc empties the field."
)


def row(found: FoundPatient) -> tuple[Cell, ...]:
    """Return the line of one patient; who is no patient now is dim."""
    tone = "" if found.status == "patient" else "dim"
    born = words.day(found.birthdate, year=True) if found.birthdate else words.NOTHING
    return (
        Cell(full_name(found.last_name, found.first_name, found.preferred_name), tone),
        Cell(born, tone),
        Cell(found.chart_number or words.NOTHING, tone),
        Cell(found.phone or words.NOTHING, tone),
        Cell(found.city or words.NOTHING, tone),
    )


class PatientsScreen(Place, Finding, TypedAhead, place="patients"):
    """A field, and who matches what is typed in it."""

    PATH = ("Patients",)

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[FoundPatient, ...] = ()
        self._next: PatientCursor | None = None
        self._shown_for: str | None = None
        self._is_reading = False
        self._opens_first = False
        self._ahead = ""

    def body(self) -> ComposeResult:
        """The field, the list, and more of the marked one."""
        yield self.find_field("Find a patient")
        yield Table(COLUMNS, is_led=True, id="patients")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Begin in the field: what is typed next narrows."""
        field = self.query_one("#find", Field)
        field.line.placeholder = "name, chart number, telephone, e-mail or birth date"
        field.value = self._ahead
        field.line.cursor_position = len(self._ahead)
        self.set_focus(field.line)
        self._search()

    def on_screen_resume(self) -> None:
        """What was changed on a card shows here at once."""
        super().on_screen_resume()
        if self._shown_for is not None:
            self._shown_for = None
            self._search()

    def typed_ahead(self, character: str) -> None:
        """Take what was typed before the field was there."""
        if self.query("#find"):
            self.query_one("#find", Field).line.insert_text_at_cursor(character)
        else:
            self._ahead += character

    def on_key(self, event: events.Key) -> None:
        """What the field has no use for: pages of the list, and letters that came before it."""
        if event.key in _PAGES:
            event.stop()
            self.query_one(Table).action_page(_PAGES[event.key])
        elif event.is_printable and event.character:
            event.stop()
            self.typed_ahead(event.character)

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """Down moves the mark: the field keeps the focus, so that no letter is ever lost."""
        self.query_one(Table).action_move(1)
        return self.focused

    def focus_previous(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """Up moves the mark."""
        self.query_one(Table).action_move(-1)
        return self.focused

    def do_kiosk_back(self) -> None:
        """Esc empties the field before it leaves."""
        if self.typed:
            self.query_one("#find", Field).clear()
        else:
            super(Finding, self).do_kiosk_back()

    # Searching

    def show_found(self) -> None:
        """Look for what is typed now."""
        self._search()

    def _search(self) -> None:
        """Begin to look, unless that is going on: it ends with what is typed last."""
        if not self._is_reading and self.is_attached:
            self._is_reading = True
            self._read()

    @work(description="find patients", exit_on_error=False)
    async def _read(self) -> None:
        kiosk = self.kiosk
        try:
            while self._shown_for != self.typed:
                asked = self.typed
                page = await kiosk.practice.ask(
                    patients.find, kiosk.signed_in, asked, None, limit=PAGE
                )
                if asked == self.typed:
                    self._show(asked, page)
        except Refused as refusal:
            self._refuse(refusal)
        finally:
            self._is_reading = False
        if self._opens_first:
            self._opens_first = False
            self.do_patients_open()

    def _refuse(self, refusal: Refused) -> None:
        self._opens_first = False
        self._shown_for = self.typed
        self.query_one(Table).display = False
        self.query_one("#about", Static).update(content(refusal.sentence))

    def _show(self, asked: str, page: PatientPage) -> None:
        marked = self.marked
        again = asked == self._shown_for or self._shown_for is None
        self._shown_for = asked
        self._found, self._next = page.rows, page.next
        numbers = [found.patient_id for found in page.rows]
        stays = again and marked is not None and marked.patient_id in numbers
        self.query_one(Table).show(
            [row(found) for found in page.rows],
            mark=numbers.index(marked.patient_id) if stays and marked else 0,
        )
        self._tell()

    @on(Table.Edge)
    def _go_on(self, event: Table.Edge) -> None:
        """Moving past the end reads on."""
        if event.direction < 0 or self._next is None:
            return
        if len(self._found) >= MOST:
            self.say("", f"These are the first {MOST:,}. Type more to narrow the list.")
        elif not self._is_reading:
            self._is_reading = True
            self._read_on(self._next)

    @work(description="more patients", exit_on_error=False)
    async def _read_on(self, after: PatientCursor) -> None:
        kiosk, asked = self.kiosk, self.typed
        try:
            page = await kiosk.practice.ask(
                patients.find, kiosk.signed_in, asked, after, limit=PAGE
            )
        finally:
            self._is_reading = False
        if asked != self.typed:
            self._search()
            return
        first_new = len(self._found)
        self._found, self._next = (*self._found, *page.rows), page.next
        self.query_one(Table).show([row(found) for found in self._found], mark=first_new)
        self._tell()

    # The marked one

    @property
    def marked(self) -> FoundPatient | None:
        """The patient under the mark; None in an empty list."""
        index = self.query_one(Table).marked
        return self._found[index] if 0 <= index < len(self._found) else None

    @on(Table.Marked)
    def _tell(self) -> None:
        """Tell what the columns clip, and what they have no room for."""
        found = self.marked
        about = self.query_one("#about", Static)
        if found is None:
            about.update(content(NOBODY_FOUND if self.typed else NOBODY))
        else:
            name = full_name(found.last_name, found.first_name, found.preferred_name)
            more = " · ".join(
                part
                for part in (
                    STATUS.get(found.status, found.status),
                    ACCESS.get(found.online_access, found.online_access),
                    f"found by {found.matched}" if found.matched else "",
                )
                if part
            )
            about.update(join((clip(name, 150), "bold"), (f"\n{clip(more, 150)}", "$tone-dim")))
        self.refresh_keys()

    # Keys

    def why_not(self, key_id: str) -> str:
        """There must be somebody to open."""
        if key_id == "patients.open" and not self._found and self._shown_for is not None:
            return "Nobody is in the list."
        return ""

    def entered(self) -> None:
        """Enter in the field opens who is marked, once the list answers all that was typed."""
        if self._shown_for == self.typed:
            self.action_do("patients.open")
        else:
            self._opens_first = True
            self._search()

    @on(Table.Chosen)
    def do_patients_open(self) -> None:
        """Open the card."""
        found = self.marked
        if found is not None:
            self.hush()
            self._open_card(found.patient_id)

    def _open_card(self, patient_id: int) -> None:
        """Open a card, and after it that of the member of the family who was asked for there."""
        from tui.screens.patient_card import PatientCardScreen

        card = PatientCardScreen(patient_id)

        def closed(_: None) -> None:
            if card.next_patient is not None:
                self._open_card(card.next_patient)

        self.open(card, closed)

    def do_list_refresh(self) -> None:
        """Look again."""
        self._shown_for = None
        self._search()

    @on(Input.Changed)
    def _typed(self) -> None:
        """The answer line is about what was typed before."""
        self.hush()
