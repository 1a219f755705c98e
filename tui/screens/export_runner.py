"""Utilities › Export Runner: what is built, what waits, what is done, what failed.

One rule: it only looks at the store and asks it; the run itself is another process.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from exporter.runner import installing, room
from exporter.runner.timers import HourlyRun, hourly_run
from store.errors import ChairsideError
from store.use_cases import downloads, running
from tui.runner_process import RunnerProcess
from tui.screens.dialogs import ConfirmDialog
from tui.screens.download_lines import ONLY_THIS
from tui.screens.export_runner_lines import (
    COLUMNS,
    disk_line,
    ended_words,
    idle_words,
    last_run,
    progress_text,
    row,
    why_not_cancel,
)
from tui.screens.quota import QuotaDialog
from tui.widgets import words
from tui.widgets.opening import LATER
from tui.widgets.place import Place
from tui.widgets.safe import content
from tui.widgets.table import Table, widened

if TYPE_CHECKING:
    from exporter.runner.installing import Way
    from store.downloads import DownloadView
    from store.heartbeat import Run
    from store.use_cases.running import RunnerView

POLL_SECONDS: Final = 0.5
DISK_SECONDS: Final = 10
OPERATING: Final = ("runner.run", "runner.install", "runner.quota")


class ExportRunnerScreen(Place, place="runner"):
    """The queue with live progress."""

    PATH = ("Utilities", "Export Runner")

    def __init__(self) -> None:
        super().__init__()
        self._view: RunnerView | None = None
        self._lines: tuple[DownloadView, ...] = ()
        self._polling = False
        self._process: RunnerProcess | None = None
        self._run_before: Run | None = None
        self._installed: tuple[Way, ...] | None = None
        self._disk: room.Disk | None = None
        self._why_no_disk = "The system is being asked."

    def body(self) -> ComposeResult:
        """What runs, then the queue, then when the last run was."""
        yield Static(id="running")
        yield Table(COLUMNS, is_fitted=True, id="queue")
        yield Static(id="reason")
        yield Static(id="last_run")

    def on_mount(self) -> None:
        """Look at once, then twice a second."""
        self.query_one(Table).focus()
        self.set_interval(POLL_SECONDS, self._poll)
        self.set_interval(DISK_SECONDS, self._look_around)
        self._poll()
        self._look_around()

    def _poll(self) -> None:
        if self.is_current and not self._polling:
            self._polling = True
            self._look()

    @work(description="queue", exit_on_error=False)
    async def _look(self) -> None:
        kiosk = self.kiosk
        # Asked before the store is: then the view holds how that run ended.
        is_over = self._process is not None and self._process.is_over
        try:
            view = await kiosk.practice.ask(running.queue, kiosk.signed_in)
        finally:
            self._polling = False
        self._show(view)
        if is_over and self._process is not None:
            is_sound, self._process = self._process.succeeded, None
            self.say(*ended_words(view.pulse.last, self._run_before, succeeded=is_sound))

    @work(description="timer and disk", group=LATER, exit_on_error=False)
    async def _look_around(self) -> None:
        """What this computer tells: asked in a thread, because its programs take their time."""
        self._installed = await asyncio.to_thread(installing.installed, self._hourly)
        try:
            self._disk = await asyncio.to_thread(room.disk, self.kiosk.practice)
        except ChairsideError as problem:
            self._disk, self._why_no_disk = None, problem.sentence
        if self._view is not None:
            self._show_last_run(self._view)
        self.refresh_keys()

    @property
    def _hourly(self) -> HourlyRun:
        return hourly_run(self.kiosk.practice.folder.path)

    def _show(self, view: RunnerView) -> None:
        self._view = view
        marked = self._marked
        self._lines = (*view.running, *view.stopped, *view.waiting, *view.finished)
        numbers = [line.download_id for line in self._lines]
        mark = numbers.index(marked.download_id) if marked and marked.download_id in numbers else 0
        now = self.kiosk.clock.now()
        rows = [row(line, now) for line in self._lines]
        self.query_one(Table).show(rows, mark=mark, columns=widened(COLUMNS, rows))
        shown = self.query_one("#running", Static)
        if view.running:
            width = max(20, self.app.size.width - 2)
            shown.update(progress_text(view.running[0], now, width))
        else:
            shown.update(content(idle_words(view, now), "$tone-dim"))
        self._show_last_run(view)
        self._show_reason()

    def _show_last_run(self, view: RunnerView) -> None:
        """The heartbeat in words; where it has stopped, what brings it back."""
        ways = [installing.WORDS[way] for way in self._installed or ()]
        pulse = last_run(view.pulse, ways)
        disk = content(self._why_no_disk, "$tone-dim" if self._installed is None else "$tone-warn")
        if self._disk is not None:
            disk = content(disk_line(self._disk), "$tone-dim")
        self.query_one("#last_run", Static).update(Content("\n").join([pulse, disk]))

    @property
    def _marked(self) -> DownloadView | None:
        index = self.query_one(Table).marked
        return self._lines[index] if 0 <= index < len(self._lines) else None

    @on(Table.Marked)
    def _show_reason(self) -> None:
        """A reason may be longer than its cell: the whole of it stands under the table."""
        view = self._marked
        reason = view.error if view is not None and view.error else ""
        if view is not None and reason and view.state in ("scheduled", "running"):
            reason = f"The try before did not succeed. {reason}"
        self.query_one("#reason", Static).update(content(reason))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Each key tells what it lacks: a right, or something to work on."""
        view = self._view
        if view is None or not key_id.startswith("runner."):
            return ""
        if key_id in OPERATING:
            return self._why_not_operate(key_id, view)
        if key_id == "runner.forward":
            if not view.can_bring_forward:
                return words.needs("Setup - Security: Full Control")
            return "" if view.waiting else "Nothing is scheduled."
        return why_not_cancel(view, self._marked)

    def _why_not_operate(self, key_id: str, view: RunnerView) -> str:
        if not view.can_operate:
            return words.needs("Utilities - Export Runner: Full Control")
        if key_id == "runner.run":
            return "A run is going on." if self._process or view.running else ""
        if key_id == "runner.quota":
            return self._why_no_disk if self._disk is None else ""
        if self._installed is None:
            return "The system is being asked."
        return "The timer is set up already." if self._installed else ""

    def do_runner_run(self) -> None:
        """Start what is due, in a process of its own."""
        self._run()

    @work(description="start the runner", exit_on_error=False)
    async def _run(self) -> None:
        kiosk = self.kiosk
        with self.working("Starting…"):
            await kiosk.practice.ask(running.check_may_run, kiosk.signed_in)
        self._run_before = self._view.pulse.last if self._view else None
        self._process = RunnerProcess(kiosk.practice.folder.path)
        self.say("Started.", "The run builds what is due and then ends.", "good")

    def do_runner_install(self) -> None:
        """Show what will be written and where, then let the system run it every hour."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._install()

        self.open(
            ConfirmDialog(
                "Install the hourly timer?",
                "Every hour this computer then does what is due, and catches up after it was"
                " off. It works for the system user that runs the kiosk, and holds no password."
                f" Its name is {self._hourly.name}.",
                do="Install the timer",
                keep="Leave it",
            ),
            answered,
        )

    @work(description="install the timer", exit_on_error=False)
    async def _install(self) -> None:
        kiosk, hourly = self.kiosk, self._hourly
        with self.working("Setting the timer up…"):
            await kiosk.practice.ask(running.check_may_run, kiosk.signed_in)
            way = await asyncio.to_thread(installing.best_way)
            what = f"Set up the {installing.WORDS[way]} {hourly.name}"
            await kiosk.practice.ask(running.begin_install, kiosk.signed_in, what)
            await asyncio.to_thread(installing.install, hourly, way)
        self.say("Installed.", f"A {installing.WORDS[way]} runs what is due every hour.", "good")
        self._look_around()

    def do_runner_quota(self) -> None:
        """Let archives take more room, or less."""
        if self._disk is not None:
            self.open(QuotaDialog(self._disk), self._quota_saved)

    def _quota_saved(self, gigabytes: int | None) -> None:
        if gigabytes is not None:
            self.say("Saved.", f"Downloads may take {words.number(gigabytes)} GB.", "good")
            self._look_around()

    def do_runner_forward(self) -> None:
        """Make every scheduled download due now."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._bring_forward()

        waiting = words.count(len(self._view.waiting) if self._view else 0, "download")
        self.open(
            ConfirmDialog(
                "Build all scheduled downloads now?",
                f"{waiting} will be due at once. Building reads the whole practice; it does not"
                " stop anybody from working.",
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
        it = "it" if count == 1 else "them"
        self.say("Due now.", f"{words.count(count, 'download')}; r builds {it}.", "good")

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
                f" built{f'. {ONLY_THIS}' if view.repeats else ', and its keys are destroyed.'}",
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
        if view.state == "running" and not view.is_stopped:
            self.say("Stopping.", "It stops at its next step.", "good")
        else:
            self.say("Cancelled.", ONLY_THIS if view.repeats else "Nothing of it is kept.", "good")
