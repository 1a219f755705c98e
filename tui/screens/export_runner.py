"""Utilities › Export Runner: what is built, what waits, what is done, what failed.

One rule: it only looks at the store and asks it; the run itself is another process.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from store.use_cases import downloads, running
from tui.runner_process import RunnerProcess
from tui.screens.dialogs import ConfirmDialog
from tui.widgets import words
from tui.widgets.jobs import progress_line
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.downloads import DownloadView
    from store.use_cases.running import RunnerView

POLL_SECONDS: Final = 0.5
_COLUMNS: Final = (
    Column("State", 9),
    Column("When", 12),
    Column("For", 18),
    Column("Remark", 0),
)
_WORDS: Final = {
    "running": ("Running", "key"),
    "scheduled": ("Next", ""),
    "ready": ("Done", "good"),
    "retrieved": ("Done", "good"),
    "expired": ("Expired", "dim"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", "dim"),
}


def row(view: DownloadView) -> tuple[Cell, ...]:
    """Return the line of one download."""
    word, tone = _WORDS.get(view.state, (view.state, ""))
    when = view.due_at
    remark = "whole practice"
    if view.state == "scheduled" and view.error:
        remark = f"tried {words.count(view.attempts, 'time')}: {view.error}"
    elif view.state == "running":
        when = view.started_at or view.due_at
        remark = "stopping" if view.cancel_requested else f"attempt {view.attempts}"
    elif view.state == "failed":
        remark = view.error or "the reason is not known"
    elif view.file_bytes is not None:
        when = view.ready_at or view.due_at
        remark = words.size(view.file_bytes)
        if view.ready_at and view.started_at:
            spent = (view.ready_at - view.started_at).total_seconds()
            remark += f" in {words.spent(spent)}"
    who = "you" if view.is_mine else view.requested_by
    return (
        Cell(word, tone),
        Cell(words.instant(when, view.time_zone)),
        Cell(who),
        Cell(remark, "dim" if view.state != "failed" else ""),
    )


def progress_text(view: DownloadView, now: datetime, width: int) -> Content:
    """Return the two lines of a running download: what, for whom; bar, figures, time left."""
    began = view.started_at or now
    spent = (now - began).total_seconds()
    tail = f"attempt {view.attempts} · {words.minutes(spent)}"
    who = "you" if view.is_mine else view.requested_by
    first = f"Building the data download of {words.day(view.run_on)} for {who}"
    room = max(10, width - len(tail) - 1)
    first = clip(first, room)
    fill = " " * max(1, width - Content(first).cell_length - len(tail))
    done, total = view.progress_rows, view.progress_rows_total
    left = ""
    if done and total and spent >= 1:
        left = words.time_left(spent * (total - done) / done)
    figures = " · ".join(part for part in (words.size(view.progress_bytes), left) if part)
    return Content("\n").join(
        [
            join((first, "bold"), (fill, ""), (tail, "$tone-dim")),
            progress_line(view.progress_table or "starting", done, total, "rows", width),
            content(f"{' ' * 15}{figures}", "$tone-dim"),
        ]
    )


class ExportRunnerScreen(Place, place="runner"):
    """The queue with live progress."""

    PATH = ("Utilities", "Export Runner")

    def __init__(self) -> None:
        super().__init__()
        self._view: RunnerView | None = None
        self._lines: tuple[DownloadView, ...] = ()
        self._polling = False
        self._process: RunnerProcess | None = None

    def body(self) -> ComposeResult:
        """What runs, then the queue, then when the last run was."""
        yield Static(id="running")
        yield Table(_COLUMNS, id="queue")
        yield Static(id="reason")
        yield Static(id="last_run")

    def on_mount(self) -> None:
        """Look at once, then twice a second."""
        self.query_one(Table).focus()
        self.set_interval(POLL_SECONDS, self._poll)
        self._poll()

    def _poll(self) -> None:
        if self.is_current and not self._polling:
            self._polling = True
            self._look()

    @work(description="queue", exit_on_error=False)
    async def _look(self) -> None:
        kiosk = self.kiosk
        try:
            view = await kiosk.practice.ask(running.queue, kiosk.signed_in)
        finally:
            self._polling = False
        self._show(view)

    def _show(self, view: RunnerView) -> None:
        self._view = view
        marked = self._marked
        self._lines = (*view.running, *view.waiting, *view.finished)
        numbers = [line.download_id for line in self._lines]
        mark = numbers.index(marked.download_id) if marked and marked.download_id in numbers else 0
        self.query_one(Table).show([row(line) for line in self._lines], mark=mark)
        shown = self.query_one("#running", Static)
        if view.running:
            width = max(20, self.size.width - 2)
            shown.update(progress_text(view.running[0], self.kiosk.clock.now(), width))
        else:
            shown.update(content(self._idle_words(view), "$tone-dim"))
        self._show_last_run(view)
        self._tell_process()
        self._show_reason()

    def _idle_words(self, view: RunnerView) -> str:
        now = self.kiosk.clock.now()
        if any(line.due_at <= now for line in view.waiting):
            return "Nothing is being built. Something is due: r builds it, or the next run does."
        if view.waiting:
            return "Nothing is being built. The first that waits is shown below."
        return "Nothing is being built and nothing waits."

    def _show_last_run(self, view: RunnerView) -> None:
        card = self.kiosk.card
        if view.last_run is None or card is None:
            text = "It has never run here. IT support lets a timer call: chairside runner run"
        else:
            text = f"Last run {words.instant(view.last_run, card.time_zone)}, {card.time_zone}."
        self.query_one("#last_run", Static).update(content(text, "$tone-dim"))

    def _tell_process(self) -> None:
        if self._process is not None and self._process.is_over:
            sound, self._process = self._process.succeeded, None
            if sound:
                self.say("The run has ended.", "Nothing else is due.", "good")
            else:
                self.say("The run has ended with an error.", "The list tells the reason.", "bad")

    @property
    def _marked(self) -> DownloadView | None:
        index = self.query_one(Table).marked
        return self._lines[index] if 0 <= index < len(self._lines) else None

    @on(Table.Marked)
    def _show_reason(self) -> None:
        """A reason may be longer than its cell: the whole of it stands under the table."""
        view = self._marked
        reason = view.error if view is not None and view.error else ""
        if view is not None and reason and view.state != "failed":
            reason = f"The try before did not succeed. {reason}"
        self.query_one("#reason", Static).update(content(reason))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Each key tells what it lacks: a right, or something to work on."""
        view = self._view
        if view is None or not key_id.startswith("runner."):
            return ""
        if key_id == "runner.run":
            if not view.can_operate:
                return "It needs the right Utilities - Export Runner: Full Control."
            return "A run is going on." if self._process or view.running else ""
        if key_id == "runner.forward":
            if not view.can_bring_forward:
                return "It needs the right Setup - Security: Full Control."
            return "" if view.waiting else "Nothing is scheduled."
        marked = self._marked
        if marked is None or marked.state not in ("running", "scheduled"):
            return "Only what runs or waits can be cancelled."
        return "It is being stopped." if marked.cancel_requested else ""

    def do_runner_run(self) -> None:
        """Start what is due, in a process of its own."""
        self._run()

    @work(description="start the runner", exit_on_error=False)
    async def _run(self) -> None:
        kiosk = self.kiosk
        await kiosk.practice.ask(running.check_may_run, kiosk.signed_in)
        self._process = RunnerProcess(kiosk.practice.folder.path)
        self.say("Started.", "The run builds what is due and then ends.", "good")

    def do_runner_forward(self) -> None:
        """Make every scheduled download due now."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._bring_forward()

        waiting = len(self._view.waiting) if self._view else 0
        self.open(
            ConfirmDialog(
                "Build all scheduled downloads now?",
                f"{words.count(waiting, 'download')} will be due at once. Building reads the"
                " whole practice; it does not stop anybody from working.",
                do="Make them due",
                keep="Leave them",
            ),
            answered,
        )

    @work(description="bring forward", exit_on_error=False)
    async def _bring_forward(self) -> None:
        kiosk = self.kiosk
        with self.working("Bringing forward…"):
            count = await kiosk.practice.ask(running.bring_forward, kiosk.signed_in)
        self.say("Due now.", f"{words.count(count, 'download')}; r builds them.", "good")

    def do_runner_cancel(self) -> None:
        """Ask, then cancel what waits or stop what runs."""
        view = self._marked
        if view is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._cancel(view)

        self.open(
            ConfirmDialog(
                "Cancel this data download?",
                f"The download of {words.full_day(view.run_on)} for {view.requested_by} is not"
                " built, and its keys are destroyed.",
                do="Cancel the download",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="cancel a download", exit_on_error=False)
    async def _cancel(self, view: DownloadView) -> None:
        kiosk = self.kiosk
        stop = running.request_cancel if view.state == "running" else downloads.cancel_download
        with self.working("Cancelling…"):
            await kiosk.practice.ask(stop, kiosk.signed_in, view.download_id)
        self.say("Cancelled.", "What runs stops at its next step.", "good")
