"""A patient's representatives: who may act for the patient in the portal, and until when.

One rule: who may do so by the rule for minors stands in the list as well, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import patients, representatives
from tui.screens.representative_form import (
    BASES,
    EndRepresentativeDialog,
    NewRepresentativeDialog,
)
from tui.widgets import words
from tui.widgets.frame import PathLine
from tui.widgets.listing import Listing
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.representatives import Representative

COLUMNS: Final = (
    Column("Person", 26),
    Column("As", 18),
    Column("State", 8),
    Column("Days", 0),
)
STATES: Final = {"now": ("now", "good"), "later": ("later", "warn"), "ended": ("ended", "dim")}
EMPTY: Final = "Nobody may act for this patient in the portal. Press n to enter somebody."


def days(one: Representative) -> str:
    """Return from when to when: `from 20 Nov 2026`, `20 Nov 2026 to 1 Dec 2026`."""
    if one.entry_id is None:
        return "while under 18"
    since = words.day(one.valid_from, year=True) if one.valid_from else ""
    until = words.day(one.valid_to, year=True) if one.valid_to else ""
    if since and until:
        return f"{since} to {until}"
    return f"from {since}" if since else f"until {until}"


class RepresentativesScreen(Place, Listing["Representative"], place="representatives"):
    """The list of one patient.

    Args:
        patient_id: number of the patient who is acted for.
    """

    def __init__(self, patient_id: int) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._patient_name = ""

    @property
    def path(self) -> tuple[str, ...]:
        """Under the patient."""
        return ("Patients", clip(self._patient_name or "…", 40), "Representatives")

    def body(self) -> ComposeResult:
        """The list, and what the marked line means."""
        yield Table(COLUMNS, id="representatives")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(Table).focus()
        self.load()

    @work(description="representatives", exit_on_error=False)
    async def load(self) -> None:
        """Read the list again."""
        kiosk = self.kiosk
        practice, actor = kiosk.practice, kiosk.signed_in
        try:
            found = await practice.ask(
                representatives.list_representatives, actor, self._patient_id
            )
            self._patient_name = (await practice.ask(patients.card, actor, self._patient_id)).name
        except Refused as refusal:
            self.refuse(refusal)
            return
        self.query_one(PathLine).show(self.path)
        self.show_lines(found, self._row)
        self._explain()

    def _row(self, one: Representative) -> tuple[Cell, ...]:
        word, tone = STATES[one.state]
        dim = "dim" if one.state == "ended" else ""
        return (
            Cell(one.name, dim),
            Cell(BASES[one.basis], dim),
            Cell(word, tone),
            Cell(days(one), "dim"),
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self.marked
        if one is None:
            about = content(EMPTY)
        else:
            born = f" · born {words.day(one.birthdate, year=True)}" if one.birthdate else ""
            if one.entry_id is None:
                why = "By the rule for patients under 18: guardians and the head of the household."
            else:
                why = one.reason
            about = join(
                (clip(one.name, 50), "bold"),
                (f" · {BASES[one.basis]}{born}", "$tone-dim"),
                (f"\n{why}", ""),
            )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """What has ended cannot be ended."""
        if not key_id.startswith("representatives."):
            return ""
        if self.refusal:
            return self.refusal
        one = self.marked
        if key_id == "representatives.end" and (one is None or one.state == "ended"):
            return "It has ended already." if one else "Nobody is in the list."
        return ""

    def do_list_refresh(self) -> None:
        """Read the list again."""
        self.load()

    def do_representatives_new(self) -> None:
        """Let somebody act for the patient."""
        self.open(NewRepresentativeDialog(self._patient_id, self._patient_name), self._changed)

    def do_representatives_end(self) -> None:
        """End it, with a reason."""
        if self.marked is not None:
            self.open(EndRepresentativeDialog(self._patient_id, self.marked), self._changed)

    def _changed(self, sentence: str | None) -> None:
        if sentence:
            self.say("Saved.", sentence, "good")
            self.load()
