"""Utilities › Data Download: the one place for scheduling and for retrieving (REQUIREMENTS D9).

One rule: what a state means and what can be done with it is told in words under the table.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import downloads
from tui.screens.dialogs import ConfirmDialog
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import content
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.downloads import DownloadView
    from store.use_cases.downloads import CodeSent

WHAT_IT_IS: Final = (
    "A copy of the practice's treatments, appointments, histories and ledger.\n"
    "Raw data, no images or attached files. Only who schedules it can retrieve it."
)
OPENS_WITH: Final = (
    "It opens in 7-Zip or WinZip (either one). Windows Explorer, macOS and unzip cannot open it."
)
EMPTY: Final = "No download has been scheduled yet. Press s to schedule the first one."
_COLUMNS: Final = (
    Column("For", 6),
    Column("State", 9),
    Column("Requested by", 16),
    Column("Size", 9, right=True),
    Column("Kept until", 0),
)
_TONES: Final = {
    "ready": "good",
    "running": "key",
    "failed": "bad",
    "expired": "dim",
    "cancelled": "dim",
    "retrieved": "",
}
_REFRESH_SECONDS: Final = 3


def remark(view: DownloadView, now: datetime) -> str:
    """Return the last column: what matters next about a download."""
    if view.state == "scheduled":
        again = "tried again " if view.attempts else "built after "
        return again + words.instant(view.due_at, view.time_zone)
    if view.state == "running":
        return words.progress(view.progress_rows, view.progress_rows_total)
    if view.state == "failed":
        return view.error or "the reason is not known"
    if view.state in ("ready", "retrieved") and view.expires_at is not None:
        if not view.is_mine:
            return f"only for {view.requested_by}"
        return words.days_left(view.expires_at, now, view.time_zone)
    if view.state == "expired" and view.expires_at is not None:
        return words.days_left(view.expires_at, now, view.time_zone)
    return words.NOTHING


def locked_with(view: DownloadView) -> str:
    """Return what opens a user's own archive (D14, D16)."""
    if view.own_passphrase:
        return "the passphrase that you chose for it"
    return "your Chairside password as it was when you scheduled it"


def explained(view: DownloadView) -> str:
    """Return the sentence under the table for one download."""
    who = "you" if view.is_mine else view.requested_by
    if view.state == "scheduled":
        retry = f"The last try did not succeed: {view.error} " if view.error else ""
        return f"{retry}Waits for the unattended run. Only {who} will be able to retrieve it."
    if view.state == "running":
        return "Is being built now. The Export Runner shows how far it is."
    if view.state in ("ready", "retrieved") and view.is_mine:
        word = "Ready to retrieve." if view.state == "ready" else "Was retrieved; can be again."
        return f"{word} Its password is {locked_with(view)}; case matters. {OPENS_WITH}"
    if view.state in ("ready", "retrieved"):
        return (
            f"Only {who} can retrieve it, and nobody can be allowed to later."
            " To have a copy, schedule a download of your own."
        )
    if view.state == "failed":
        return f"Could not be built: {view.error or 'the reason is not known.'} Schedule it again."
    if view.state == "expired":
        return "Its time is over and its file is destroyed. Schedule a new one."
    return "Was cancelled. Nothing of it is kept."


class DataDownloadScreen(Place, place="downloads"):
    """The list of downloads, newest first."""

    PATH = ("Utilities", "Data Download")

    def __init__(self) -> None:
        super().__init__()
        self._views: tuple[DownloadView, ...] = ()
        self._seconds = 0

    def body(self) -> ComposeResult:
        """What it is, the table, and what the marked line means."""
        yield Static(content(WHAT_IT_IS, "$tone-dim"), id="what")
        yield Table(_COLUMNS, id="downloads")
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(Table).focus()
        self._load()

    def tick(self) -> None:
        """Read the list again every few seconds: a run changes it from outside."""
        super().tick()
        self._seconds += 1
        if self._seconds % _REFRESH_SECONDS == 0 and self.is_current and not self.is_working:
            self._load()

    @work(description="list of downloads", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            views = await kiosk.practice.ask(downloads.list_downloads, kiosk.signed_in)
        except Refused as refusal:
            self._views = ()
            self.query_one(Table).display = False
            self.query_one("#explained", Static).update(content(refusal.sentence))
            return
        self._show(views)

    def _show(self, views: tuple[DownloadView, ...]) -> None:
        table = self.query_one(Table)
        marked = self._marked
        numbers = [view.download_id for view in views]
        mark = numbers.index(marked.download_id) if marked and marked.download_id in numbers else 0
        self._views = views
        now = self.kiosk.clock.now()
        table.show([self._row(view, now) for view in views], mark=mark)
        self._explain()

    def _row(self, view: DownloadView, now: datetime) -> tuple[Cell, ...]:
        who = "you" if view.is_mine else view.requested_by
        return (
            Cell(words.day(view.run_on)),
            Cell(view.state, _TONES.get(view.state, "")),
            Cell(who, "" if view.is_mine else "dim"),
            Cell(words.size(view.file_bytes)),
            Cell(remark(view, now), "" if view.is_mine else "dim"),
        )

    @property
    def _marked(self) -> DownloadView | None:
        index = self.query_one(Table).marked
        return self._views[index] if 0 <= index < len(self._views) else None

    @on(Table.Marked)
    def _explain(self) -> None:
        view = self._marked
        text = explained(view) if view else EMPTY
        self.query_one("#explained", Static).update(content(text))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """The keys for one download need a marked one in the right state."""
        if key_id not in ("downloads.retrieve", "downloads.open", "downloads.cancel"):
            return ""
        view = self._marked if self.is_mounted else None
        if view is None:
            return "There is no download in the list. Press s to schedule one."
        if key_id == "downloads.cancel":
            if view.state == "running":
                return "It is being built. Stop it in the Export Runner."
            return "" if view.state == "scheduled" else f"It is {view.state} already."
        if not view.is_mine:
            return f"Only {view.requested_by} can retrieve it. Schedule a download of your own."
        if view.state in ("ready", "retrieved"):
            return ""
        return f"It is {view.state}; only a download that is ready can be retrieved."

    def on_table_chosen(self) -> None:
        """A double click is Enter."""
        self.action_do("downloads.retrieve")

    def do_downloads_refresh(self) -> None:
        """F5."""
        self._load()

    def do_downloads_schedule(self) -> None:
        """Ask what the form starts with; the right is checked there."""
        self._schedule()

    @work(description="schedule", exit_on_error=False)
    async def _schedule(self) -> None:
        from tui.screens.schedule import ScheduleDialog

        kiosk = self.kiosk
        with self.working("Asking what can be scheduled…"):
            form = await kiosk.practice.ask(downloads.schedule_form, kiosk.signed_in)
        self.open(ScheduleDialog(form), self._code_sent)

    def _code_sent(self, sent: CodeSent | None) -> None:
        from tui.screens.second_factor import SecondFactorDialog

        if sent is None:
            self.say("Nothing was scheduled.")
        else:
            self.open(SecondFactorDialog(sent), self._scheduled)

    def _scheduled(self, view: DownloadView | None) -> None:
        if view is None:
            self.say("Nothing was scheduled.")
        else:
            when = words.instant(view.due_at, view.time_zone)
            self.say("Scheduled.", f"It is built by the first run after {when}.", "good")
        self._load()

    def do_downloads_retrieve(self) -> None:
        """Save the marked download to a folder."""
        from tui.screens.retrieve import RetrieveDialog

        view = self._marked
        if view is not None:
            self.open(RetrieveDialog(view), self._retrieved)

    def _retrieved(self, sentence: str | None) -> None:
        if sentence:
            self.say("Retrieved.", sentence, "good")
        self._load()

    def do_downloads_open(self) -> None:
        """Look into the marked download in the kiosk."""
        from tui.screens.retrieve import OpenHereDialog

        view = self._marked
        if view is not None:
            self.open(OpenHereDialog(view), self._open)

    def _open(self, found: tuple[Path, str] | None) -> None:
        from tui.screens.open_archive import OpenArchiveScreen

        if found is not None:
            self.open(OpenArchiveScreen(*found))

    def do_downloads_cancel(self) -> None:
        """Ask, then cancel."""
        view = self._marked
        if view is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._cancel(view.download_id)

        self.open(
            ConfirmDialog(
                "Cancel this data download?",
                f"The download for {words.full_day(view.run_on)} is not built, and its keys are"
                " destroyed. A new one needs the second factor again.",
                do="Cancel the download",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="cancel a download", exit_on_error=False)
    async def _cancel(self, download_id: int) -> None:
        kiosk = self.kiosk
        with self.working("Cancelling…"):
            await kiosk.practice.ask(downloads.cancel_download, kiosk.signed_in, download_id)
        self.say("Cancelled.", "Nothing of it is kept.", "good")
        self._load()
