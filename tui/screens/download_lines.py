"""What the list of downloads says about each: what matters next, and what can be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from store.clock import date_in_zone
from tui.widgets import words
from tui.widgets.table import Cell

if TYPE_CHECKING:
    from store.downloads import DownloadView

OPENS_WITH: Final = (
    "It opens in 7-Zip or WinZip (either one). Windows Explorer, macOS and unzip cannot open it."
)
WHY_STOPPED: Final = "the computer was off, or the run was killed"
ONLY_THIS: Final = "Only this one; the next is built all the same."
AGAIN: Final = "Retrieved already, and can be again until it expires."


_TONES: Final = {
    "ready": "good",
    "running": "key",
    "failed": "bad",
    "expired": "dim",
    "cancelled": "dim",
    "retrieved": "",
}


def row(view: DownloadView, now: datetime) -> tuple[Cell, ...]:
    """Return the line of one download."""
    who = "you" if view.is_mine else view.requested_by
    this_year = date_in_zone(now, view.time_zone).year
    return (
        Cell(words.day(view.run_on, year=view.run_on.year != this_year)),
        Cell(view.state, _TONES.get(view.state, "")),
        Cell(who, "" if view.is_mine else "dim"),
        Cell(words.size(view.file_bytes)),
        Cell(remark(view, now), "" if view.is_mine else "dim"),
    )


def after_stop(view: DownloadView) -> str:
    """Return what becomes of a download whose run was killed, in half a sentence."""
    if view.cancel_requested:
        return "the next run cancels it"
    if view.is_last_try:
        return "its tries are used up"
    return "the next run builds it anew"


def remark(view: DownloadView, now: datetime) -> str:
    """Return the last column: what matters next about a download."""
    if view.state == "scheduled":
        was_tried = view.attempts or view.error
        again = "tried again " if was_tried else "built after "
        if view.repeats:
            again = f"{view.repeats}, {'again' if was_tried else 'after'} "
        return again + words.instant(view.due_at, view.time_zone, now=now)
    if view.is_stopped:
        return "stopped before its end"
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


def locked_with(view: DownloadView, now: datetime) -> str:
    """Return what opens a user's own archive (D14, D16)."""
    if view.own_passphrase:
        return "the passphrase that you chose for it"
    since = view.locked_with_password_of
    if view.has_earlier_password and since is not None:
        day = words.instant(since, view.time_zone, now=now)
        return f"an earlier Chairside password of yours, the one that you chose {day}"
    return "your Chairside password"


def explained(view: DownloadView, now: datetime) -> str:
    """Return the sentence under the table for one download."""
    repeats = ""
    if view.repeats and view.confirm_again_at is not None:
        day = words.instant(view.confirm_again_at, view.time_zone, now=now)
        told = f"the code is asked for again before {day}."
        if view.confirm_again_at <= now:
            told = f"nothing after this is built until you press a and confirm it, due since {day}."
        repeats = f" Repeats {view.repeats}; {told} e ends it."
    return _explained_once(view, now) + repeats


def _explained_once(view: DownloadView, now: datetime) -> str:
    who = "you" if view.is_mine else view.requested_by
    if view.state == "scheduled":
        retry = f"The last try did not succeed: {view.error} " if view.error else ""
        return f"{retry}Waits for the unattended run. Only {who} will be able to retrieve it."
    if view.is_stopped:
        return f"Stopped before it was done ({WHY_STOPPED}): {after_stop(view)}."
    if view.state == "running":
        return "Is being built now. The Export Runner shows how far it is."
    if view.state in ("ready", "retrieved") and view.is_mine and view.is_reset_since:
        return (
            "Your password was reset after it was ready, so nobody can retrieve it. Schedule anew."
        )
    if view.state in ("ready", "retrieved") and view.is_mine:
        word = "Ready to retrieve." if view.state == "ready" else AGAIN
        return f"{word} Its password is {locked_with(view, now)}; case matters. {OPENS_WITH}"
    if view.state in ("ready", "retrieved"):
        return (
            f"Only {who} can retrieve it, and nobody can be allowed to later."
            " To have a copy, schedule a download of your own."
        )
    if view.state == "failed":
        return f"Could not be built: {view.error or 'the reason is not known.'} Schedule it again."
    if view.state == "expired":
        return f"{view.error or 'Its time is over and its file is destroyed.'} Schedule a new one."
    return f"{view.error or 'Was cancelled.'} Nothing of it is kept."
