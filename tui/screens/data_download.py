"""Utilities › Data Download: the one place for scheduling and for retrieving (REQUIREMENTS D9).

One rule: what a state means and what can be done with it is told in words under the table.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import downloads, series
from tui.screens.dialogs import ConfirmDialog
from tui.screens.download_lines import ONLY_THIS, explained, row
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import content
from tui.widgets.table import Column, Table, widened

if TYPE_CHECKING:
    from store.downloads import DownloadView
    from store.rhythms import Rhythm
    from store.use_cases.downloads import CodeSent

WHAT_IT_IS: Final = (
    "A copy of the practice's treatments, appointments, histories and ledger.\n"
    "Raw data, no images or attached files. Only its requester can retrieve it."
)
EMPTY: Final = "No download has been scheduled yet. Press s to schedule the first one."
_COLUMNS: Final = (
    Column("For", 6, is_day=True),
    Column("State", 9),
    Column("Requested by", 16),
    Column("Size", 9, right=True),
    Column("Kept until", 0),
)
_REFRESH_SECONDS: Final = 3
_OF_A_SERIES: Final = ("downloads.again", "downloads.end")
_OF_ONE: Final = ("downloads.retrieve", "downloads.open", "downloads.cancel", *_OF_A_SERIES)


class DataDownloadScreen(Place, place="downloads"):
    """The list of downloads, newest first."""

    PATH = ("Utilities", "Data Download")

    def __init__(self) -> None:
        super().__init__()
        self._views: tuple[DownloadView, ...] = ()
        self._fresh: int | None = None
        self._seconds = 0

    def body(self) -> ComposeResult:
        """What it is, the table, and what the marked line means."""
        yield Static(content(WHAT_IT_IS, "$tone-dim"), id="what")
        yield Table(_COLUMNS, is_fitted=True, id="downloads")
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
        # The right may have been taken away, and given back.
        table.display = True
        marked = self._marked
        numbers = [view.download_id for view in views]
        wanted = self._fresh or (marked.download_id if marked else None)
        mark = numbers.index(wanted) if wanted in numbers else 0
        self._fresh = None
        self._views = views
        now = self.kiosk.clock.now()
        rows = [row(view, now) for view in views]
        table.show(rows, mark=mark, columns=widened(_COLUMNS, rows))
        self._explain()

    @property
    def _marked(self) -> DownloadView | None:
        index = self.query_one(Table).marked
        return self._views[index] if 0 <= index < len(self._views) else None

    @on(Table.Marked)
    def _explain(self) -> None:
        view = self._marked
        text = explained(view, self.kiosk.clock.now()) if view else EMPTY
        self.query_one("#explained", Static).update(content(text))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """The keys for one download need a marked one in the right state."""
        if key_id not in _OF_ONE:
            return ""
        view = self._marked if self.is_mounted else None
        if view is None:
            return "There is no download in the list. Press s to schedule one."
        if key_id in _OF_A_SERIES:
            if view.series_id is None:
                return "It does not repeat, or does so no more."
            mine = view.is_mine or key_id == "downloads.end"
            return "" if mine else f"Only {view.requested_by} can confirm it again."
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
            when = words.instant(view.due_at, view.time_zone, year=True)
            self._fresh = view.download_id
            self.say("Scheduled.", f"It is built by the first run after {when}.", "good")
        self._load()

    def do_downloads_again(self) -> None:
        """Give password and code again, so that a series goes on."""
        view = self._marked
        if view is not None and view.series_id is not None:
            self._confirm_again(view.series_id, view.repeats)

    @work(description="confirm a repeating download again", exit_on_error=False)
    async def _confirm_again(self, series_id: int, rhythm: str) -> None:
        from tui.screens.schedule import ScheduleDialog

        kiosk = self.kiosk
        with self.working("Asking what can be scheduled…"):
            form = await kiosk.practice.ask(downloads.schedule_form, kiosk.signed_in)
            day = await kiosk.practice.ask(series.next_day, kiosk.signed_in, series_id)
        repeat = downloads.Repeat(cast("Rhythm", rhythm), series_id)
        self.open(ScheduleDialog(form, day, repeat), self._code_sent)

    def do_downloads_end(self) -> None:
        """Ask, then end a series."""
        view = self._marked
        if view is None or view.series_id is None:
            return
        series_id = view.series_id

        def answered(yes: bool | None) -> None:
            if yes:
                self._end(series_id)

        self.open(
            ConfirmDialog(
                f"End this {view.repeats} data download?",
                "No further one is built; one that is scheduled is cancelled. What is ready stays"
                " until it expires. To let it repeat again, schedule it anew.",
                do="End it",
                keep="Let it go on",
            ),
            answered,
        )

    @work(description="end a repeating download", exit_on_error=False)
    async def _end(self, series_id: int) -> None:
        kiosk = self.kiosk
        with self.working("Ending…"):
            await kiosk.practice.ask(series.end_series, kiosk.signed_in, series_id)
        self.say("Ended.", "It repeats no more.", "good")
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
                self._cancel(view)

        told = ", and its keys are destroyed. A new one needs the second factor again."
        if view.repeats:
            told = f". {ONLY_THIS} e ends the series."
        self.open(
            ConfirmDialog(
                "Cancel this data download?",
                f"The download for {words.full_day(view.run_on)} is not built{told}",
                do="Cancel the download",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="cancel a download", exit_on_error=False)
    async def _cancel(self, view: DownloadView) -> None:
        kiosk = self.kiosk
        with self.working("Cancelling…"):
            await kiosk.practice.ask(downloads.cancel_download, kiosk.signed_in, view.download_id)
        self.say("Cancelled.", ONLY_THIS if view.repeats else "Nothing of it is kept.", "good")
        self._load()
