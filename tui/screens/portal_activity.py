"""Reports › Portal Activity: who was invited, who signed in, whose invitation failed (P11).

One rule: a page at a time by name; saving it takes Full Control and is told to the trail.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import offices, portal_activity
from store.use_cases.portal_activity import EVERYTHING, ActivityFilter
from tui.screens.dialogs import TextDialog
from tui.screens.portal_activity_filter import ActivityFilterDialog, SaveActivityDialog
from tui.widgets import words
from tui.widgets.jobs import Job
from tui.widgets.opening import LATER
from tui.widgets.paged import Paged
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.reports.naming import Report
    from store.use_cases.offices import OfficeChoice
    from store.use_cases.portal_activity import ActivityRow, ActivitySummary

COLUMNS: Final = (
    Column("Patient", 24),
    Column("State", 13),
    Column("Invited", 12),
    Column("Signed in", 12),
    Column("Access", 0),
)
STATES: Final = {
    "never_invited": ("never invited", "dim"),
    "invited": ("invited", ""),
    "signed_in": ("signed in", "good"),
    "failed": ("failed", "bad"),
}
ACCESS: Final = {"none": "none", "given": "given", "removed": "removed"}
NOBODY: Final = "No patient is entered yet. They come in by import: chairside import."
NOBODY_FITS: Final = "No patient fits. f changes the filter, a takes it away."


def told(row: ActivityRow, zone: str) -> str:
    """Return all that is known of one patient, line by line."""
    lines = [
        f"Patient     {row.name}, number {row.patient_id}",
        f"State       {STATES[row.state][0]}",
        f"Invited     {words.instant(row.invited_at, zone) if row.invited_at else 'never'}",
        f"Signed in   {words.instant(row.last_sign_in, zone) if row.last_sign_in else 'never'}",
        f"Access      {ACCESS.get(row.access, row.access)}",
    ]
    return "\n".join([*lines, "", row.reason] if row.reason else lines)


class PortalActivityScreen(Place, Paged["ActivityRow"], place="portal_activity"):
    """Pages of patients by name, and how many stand where."""

    PATH = ("Reports", "Portal Activity")

    def __init__(self) -> None:
        super().__init__()
        self._summary: ActivitySummary | None = None
        self._wanted: ActivityFilter = EVERYTHING
        self._offices: tuple[OfficeChoice, ...] = ()

    def body(self) -> ComposeResult:
        """How many stand where, what is asked for, the list, the marked one."""
        yield Static(id="summary")
        yield Table(COLUMNS, id="activity")
        yield Static(id="about")

    @work(description="portal activity", exit_on_error=False)
    async def read_page(self, *, at_end: bool = False) -> None:
        """Read the page after `after`."""
        kiosk = self.kiosk
        practice, actor = kiosk.practice, kiosk.signed_in
        try:
            with self.working("Reading…"):
                page = await practice.ask(portal_activity.activity, actor, self._wanted, self.after)
        except Refused as refusal:
            self.refuse(refusal)
            return
        self.show_page(page.rows, self._row, page.next, mark=len(page.rows) - 1 if at_end else 0)
        self._tell_summary()
        self._explain()
        self.call_after_refresh(self._count)

    @work(description="portal activity, counted", group=LATER, exit_on_error=False)
    async def _count(self) -> None:
        """Count how many stand where: every patient is looked at, and the page does not wait."""
        kiosk = self.kiosk
        self._summary = await kiosk.practice.ask(portal_activity.summary, kiosk.signed_in)
        self._tell_summary()

    def _row(self, one: ActivityRow) -> tuple[Cell, ...]:
        word, tone = STATES[one.state]
        invited, signed_in = (
            words.instant(at, self.zone) if at else words.NOTHING
            for at in (one.invited_at, one.last_sign_in)
        )
        return (
            Cell(one.name),
            Cell(word, tone),
            Cell(invited, "dim"),
            Cell(signed_in, "dim"),
            Cell(ACCESS.get(one.access, one.access), "" if one.access == "given" else "dim"),
        )

    def _tell_summary(self) -> None:
        found = self._summary
        if found is None:
            return
        parts = [
            (f"{words.number(found.never_invited)} never invited", ""),
            (" · ", "$tone-dim"),
            (f"{words.number(found.invited)} invited", ""),
            (" · ", "$tone-dim"),
            (f"{words.number(found.signed_in)} signed in", "$tone-good" if found.signed_in else ""),
            (" · ", "$tone-dim"),
            (f"{words.number(found.failed)} failed", "$tone-bad" if found.failed else ""),
        ]
        asked = "" if self._wanted == EVERYTHING else portal_activity.filter_words(self._wanted)
        where = " · ".join(part for part in (asked, self.page_words) if part)
        if where:
            parts.append((f"\nShown: {where}", "$tone-warn" if asked else "$tone-dim"))
        self.query_one("#summary", Static).update(join(*parts))

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self.marked
        if one is None:
            about = content(NOBODY if self._wanted == EVERYTHING else NOBODY_FITS)
        else:
            about = join(
                (clip(one.name, 60), "bold"),
                (f" · {STATES[one.state][0]}", ""),
                (f"\n{one.reason}" if one.reason else "", "$tone-bad"),
            )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """The first page has none before, the last none after."""
        if not key_id.startswith(("activity.", "pages.")):
            return ""
        if self.refusal:
            return self.refusal
        if key_id == "activity.open" and self.marked is None:
            return "No patient is marked."
        if key_id == "activity.all" and self._wanted == EVERYTHING:
            return "There is no filter."
        return self.why_no_page(key_id)

    @on(Table.Chosen)
    def do_activity_open(self) -> None:
        """All that is known of the marked patient."""
        if self.marked is not None:
            self.open(TextDialog("Portal activity", told(self.marked, self.zone)))

    def do_activity_all(self) -> None:
        """Take the filter away."""
        self._ask_for(EVERYTHING)

    def _ask_for(self, wanted: ActivityFilter) -> None:
        self._wanted = wanted
        self.first_page()

    def do_activity_filter(self) -> None:
        """Ask for the filter."""
        self._filter()

    @work(description="filter", exit_on_error=False)
    async def _filter(self) -> None:
        kiosk = self.kiosk
        self._offices = await kiosk.practice.ask(offices.office_choices, kiosk.signed_in)

        def filtered(wanted: ActivityFilter | None) -> None:
            if wanted is not None:
                self._ask_for(wanted)

        self.open(ActivityFilterDialog(self._wanted, self._offices), filtered)

    def do_activity_save(self) -> None:
        """Ask where to, then save what the filter shows."""
        kiosk, wanted = self.kiosk, self._wanted
        practice, actor = kiosk.practice, kiosk.signed_in

        def make(_form: str, folder: Path, job: Job) -> Report:
            from exporter.reports.portal_activity import export

            def listen(patients: int) -> None:
                job.progress(patients, 0, "reading")

            return export(practice, actor, wanted, folder, listen, job.cancelled)

        asked = "all patients"
        if wanted != EVERYTHING:
            asked = f"patients with {portal_activity.filter_words(wanted)}"
        saves = f"Saves {asked}, by name."
        dialog = SaveActivityDialog("Save the portal activity", saves, make, "patients")
        self.open(dialog, self._saved)

    def _saved(self, sentence: str | None) -> None:
        if sentence:
            self.say("", sentence, "good")
