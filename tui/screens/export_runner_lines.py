"""What the Export Runner says of a download, and of the disk: its lines, as text.

One rule: nothing here asks anything; a view and an instant are handed in.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from textual.content import Content

from tui.screens.download_lines import WHY_STOPPED
from tui.widgets import words
from tui.widgets.jobs import progress_line
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.runner.room import Disk
    from store.downloads import DownloadView
    from store.heartbeat import Pulse, Run
    from store.use_cases.running import RunnerView

COLUMNS: Final = (
    Column("State", 9),
    Column("When", 12, is_day=True),
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


def row(view: DownloadView, now: datetime) -> tuple[Cell, ...]:
    """Return the line of one download."""
    word, tone = _WORDS.get(view.state, (view.state, ""))
    when = view.due_at
    remark = "whole practice"
    if view.state == "scheduled" and view.error:
        tried = f"tried {words.count(view.attempts, 'time')}" if view.attempts else "put off"
        remark = f"{tried}: {view.error}"
    elif view.is_stopped:
        word, tone = "Stopped", "warn"
        when = view.last_sign_at or view.due_at
        remark = f"attempt {view.attempts} was not finished"
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
            remark += f" in {words.spent(max(1, spent))}"
    who = "you" if view.is_mine else view.requested_by
    return (
        Cell(word, tone),
        Cell(words.instant(when, view.time_zone, now=now)),
        Cell(who),
        Cell(remark, "dim" if view.state != "failed" else ""),
    )


def stopped_text(view: DownloadView, now: datetime) -> str:
    """Return what became of a run that was killed, and what brings the download about."""
    at = view.last_sign_at
    # Given before the clock was set back, a lease tells nothing of when.
    when = f" at {words.instant(at, view.time_zone, now=now)}" if at and at <= now else ""
    # One that was to be stopped, or was tried often enough, is put away by the next run.
    then = "r builds it anew"
    if view.cancel_requested:
        then = "x cancels it at once"
    elif view.is_last_try:
        then = "its tries are used up: schedule a new one"
    return f"It stopped{when} ({WHY_STOPPED}); {then}."


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


def disk_line(disk: Disk) -> str:
    """`Disk 41 GB free · downloads use 29 kB of 10 GB`."""
    used = f"{words.size(disk.used)} of {words.size(disk.quota)}"
    return f"Disk {words.size(disk.free)} free · downloads use {used}"


def why_not_cancel(view: RunnerView, marked: DownloadView | None) -> str:
    """Tell why the marked download is not cancelled, or nothing."""
    if marked is None or marked.state not in ("running", "scheduled"):
        return "Only what runs or waits can be cancelled."
    if marked.state == "running" and not view.can_operate:
        return words.needs("Utilities - Export Runner: Full Control")
    if marked.state == "scheduled" and not (marked.is_mine or view.can_bring_forward):
        return f"Only {marked.requested_by} can, or who holds Setup - Security: Full Control."
    is_stopping = marked.cancel_requested and not marked.is_stopped
    return "It is being stopped." if is_stopping else ""


def idle_words(view: RunnerView, now: datetime) -> str:
    """Return what stands in the place of the progress while nothing is built."""
    if view.stopped:
        return "Nothing is being built. " + stopped_text(view.stopped[0], now)
    if any(line.due_at <= now for line in view.waiting):
        return "Nothing is being built. Something is due: r builds it, or the next run does."
    if view.waiting:
        return "Nothing is being built. The first that waits is shown below."
    return "Nothing is being built and nothing waits."


def last_run(beat: Pulse, ways: Sequence[str]) -> Content:
    """Return the heartbeat in words; where it has stopped, what brings it back."""
    timer = "".join(f"{way} · " for way in ways)
    text, tone = f"Nightly run: {timer}{beat.words}", "$tone-dim"
    if beat.is_silent:
        # A timer that is new has not had its hour yet.
        text += "." if ways else "; i installs the timer."
    if beat.is_silent or beat.is_broken:
        tone = "$tone-warn"
    return content(text, tone)


def ended_words(
    last: Run | None, before: Run | None, *, succeeded: bool
) -> tuple[str, str, Literal["good", "bad"]]:
    """Return how a run that was started here ended: what, where to look, and the tone."""
    if succeeded:
        return "The run has ended.", "Nothing else is due.", "good"
    if last is not None and last.outcome and last != before:
        reason = last.error if last.outcome == "broken" else "The list tells the reason."
        return "The run has ended with an error.", reason or "", "bad"
    return "The run stopped before its end.", "chairside doctor looks for the reason.", "bad"
