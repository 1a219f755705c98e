"""Reports › Audit Trail: who did what, when and where (REQUIREMENTS S9).

One rule: a page at a time, newest first; the whole of the marked event stands under the list.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.clock import date_in_zone
from store.errors import Refused
from store.use_cases import audit_trail
from store.use_cases.audit_trail import EVERYTHING, AuditEvent, AuditFilter, AuditPage
from tui.screens.dialogs import ProgressDialog, TextDialog
from tui.widgets import words
from tui.widgets.jobs import Job
from tui.widgets.paged import Paged
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.reports.naming import Report
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.audit_trail import Choices

_COLUMNS: Final = (
    Column("Time", 12),
    Column("Who", 14),
    Column("Action", 17),
    Column("What was done", 0),
)
_TONES: Final = {"refused": "warn", "sign_in.failed": "warn", "password.wrong": "warn"}


def row(event: AuditEvent, zone: str, today: date) -> tuple[Cell, ...]:
    """Return the line of one event; in another year the year stands in place of the time."""
    day = date_in_zone(event.at, zone)
    same_year = day.year == today.year
    return (
        Cell(words.instant(event.at, zone) if same_year else words.day(day, year=True), "dim"),
        Cell(event.who, "dim" if event.user_id is None else ""),
        Cell(event.action, _TONES.get(event.action, "")),
        Cell(event.text),
    )


def told(event: AuditEvent, zone: str) -> str:
    """Return all that an event holds, line by line."""
    day = words.full_day(date_in_zone(event.at, zone))
    local = f"{day}, {event.at.astimezone(ZoneInfo(zone)):%H:%M:%S}"
    who = f"{event.full_name} ({event.user_name})" if event.user_id is not None else event.who
    lines = [
        event.text,
        "",
        f"Event     {event.seq:,}",
        f"Time      {local}; {event.at:%Y-%m-%d %H:%M:%S} UTC",
        f"Who       {who}",
        f"Action    {event.action}",
        f"Right     {event.right or 'none was needed'}",
        f"Patient   {'none' if event.patient_id is None else f'number {event.patient_id}'}",
        f"Terminal  {event.terminal}, {event.source.replace('_', ' ')}",
    ]
    return "\n".join([*lines, f"Record    {event.object}"] if event.object else lines)


async def verify(practice: Practice, actor: Actor, job: Job) -> str:
    """Check the whole trail beside the store's own thread; return the sentence that tells it.

    Raises TrailBroken, which is in the trail by then.
    """
    heads = await practice.ask(audit_trail.heads_for_check, actor)

    def listen(done: int, total: int) -> None:
        job.progress(done, total, "checking")

    try:
        report = await asyncio.to_thread(
            audit_trail.check_trail, practice.folder, heads, listen, job.cancelled
        )
    except audit_trail.TrailBroken as broken:
        await practice.ask(audit_trail.record_check, actor, broken)
        raise
    await practice.ask(audit_trail.record_check, actor, report)
    sentence = f"The audit trail is whole: {words.count(report.events, 'event')}."
    if report.restores:
        sentence += f" Restores from a backup: {len(report.restores)} (action backup.restore)."
    if report.newest_head is None:
        return sentence + " Its end could not be compared: audit-heads.log is missing or empty."
    return f"{sentence} Its end agrees with what was written outside the database."


class AuditTrailScreen(Place, Paged[AuditEvent], place="audit"):
    """Pages of events, newest first."""

    PATH = ("Reports", "Audit Trail")
    NO_NEXT = "There is nothing older."
    NO_PREVIOUS = "These are the newest."

    def __init__(self) -> None:
        super().__init__()
        self._page: AuditPage | None = None
        self._wanted: AuditFilter = EVERYTHING
        self._offered: Choices | None = None

    def body(self) -> ComposeResult:
        """What is asked for, the events, the marked one."""
        yield Static(id="asked")
        yield Table(_COLUMNS, id="events")
        yield Static(id="about")

    @work(description="audit trail", exit_on_error=False)
    async def read_page(self, *, at_end: bool = False) -> None:
        """Read the page of events before `after`."""
        kiosk = self.kiosk
        try:
            with self.working("Reading…"):
                page = await kiosk.practice.ask(
                    audit_trail.events, kiosk.signed_in, self._wanted, self.after
                )
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._show(page, at_end=at_end)

    def _show(self, page: AuditPage, *, at_end: bool) -> None:
        self._page = page
        today = date_in_zone(self.kiosk.clock.now(), page.time_zone)
        self.show_page(
            page.events,
            lambda event: row(event, page.time_zone, today),
            page.next_before,
            mark=len(page.events) - 1 if at_end else 0,
        )
        asked = audit_trail.filter_words(self._wanted, self._offered)
        where = f" · {self.page_words}" if self.page_words else ""
        if page.searched_to is not None:
            searched = words.instant(page.searched_to, page.time_zone)
            where += f" · searched back to {searched}, n goes on"
        self.query_one("#asked", Static).update(
            join((asked[:1].upper() + asked[1:], "bold"), (where, "$tone-dim"))
        )
        self._tell()

    @on(Table.Marked)
    def _tell(self) -> None:
        """Tell the whole of the marked event."""
        event, page = self.marked, self._page
        shown = self.query_one("#about", Static)
        if event is None or page is None:
            more = page is not None and page.next_before is not None
            text = "Nothing fits so far." if more else "No event fits."
            shown.update(content(f"{text} f changes the filter, a takes it away."))
        else:
            patient = "" if event.patient_id is None else f" · patient {event.patient_id}"
            about = f"Event {event.seq:,} · {event.terminal}, {event.source.replace('_', ' ')}"
            right = f" · {event.right}" if event.right else ""
            shown.update(join((event.text, ""), (f"\n{about}{right}{patient}", "$tone-dim")))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """The newest page has no newer one, the oldest no older one."""
        if not key_id.startswith("audit."):
            return ""
        if self.refusal:
            return self.refusal
        if key_id == "audit.open" and self.marked is None:
            return "No event is marked."
        if key_id == "audit.all" and self._wanted == EVERYTHING:
            return "There is no filter."
        return self.why_no_page(key_id)

    def do_audit_next(self) -> None:
        """Older events."""
        self.do_pages_next()

    def do_audit_previous(self) -> None:
        """Newer events."""
        self.do_pages_previous()

    def do_audit_all(self) -> None:
        """Everything again."""
        self._ask_for(EVERYTHING)

    def _ask_for(self, wanted: AuditFilter) -> None:
        self._wanted = wanted
        self.first_page()

    @on(Table.Chosen)
    def do_audit_open(self) -> None:
        """The whole event."""
        event = self.marked
        if event is not None and self._page is not None:
            self.open(TextDialog(f"Event {event.seq:,}", told(event, self._page.time_zone)))

    def do_audit_filter(self) -> None:
        """Ask what is on offer, then for the filter."""
        self._filter()

    @work(description="filter", exit_on_error=False)
    async def _filter(self) -> None:
        from tui.screens.audit_filter import AuditFilterDialog

        kiosk = self.kiosk
        with self.working("Reading what can be asked for…"):
            self._offered = await kiosk.practice.ask(audit_trail.choices, kiosk.signed_in)
        zone = self._page.time_zone if self._page else "UTC"
        today = date_in_zone(kiosk.clock.now(), zone)
        self.open(AuditFilterDialog(self._offered, self._wanted, today), self._filtered)

    def _filtered(self, wanted: AuditFilter | None) -> None:
        if wanted is not None:
            self._ask_for(wanted)

    def do_audit_verify(self) -> None:
        """Check the whole trail; people go on working meanwhile."""
        kiosk = self.kiosk
        practice, actor = kiosk.practice, kiosk.signed_in
        job = Job("Checking the audit trail", unit="events")
        kiosk.start_job(job, lambda job: verify(practice, actor, job))
        self.open(ProgressDialog(job), self._verified)

    def _verified(self, job: Job | None) -> None:
        if job is None:
            return
        if job.error is not None:
            self.show_error(job.error)
        else:
            self.say("Whole.", job.outcome, "good")

    def do_audit_save(self) -> None:
        """Ask where to, then save what the filter shows."""
        from tui.screens.save_report import SaveReportDialog

        kiosk, wanted = self.kiosk, self._wanted
        practice, actor = kiosk.practice, kiosk.signed_in

        def make(form: str, folder: Path, job: Job) -> Report:
            from exporter.reports.audit_trail import export

            def listen(events: int) -> None:
                job.progress(events, 0, "reading")

            return export(practice, actor, wanted, form, folder, listen, job.cancelled)

        asked = audit_trail.filter_words(wanted, self._offered)
        about = f"Saves {asked}, newest first."
        self.open(SaveReportDialog("Save the audit trail", about, make, "events"), self._saved)

    def _saved(self, sentence: str | None) -> None:
        if sentence:
            self.say("", sentence, "good")
