"""Small dialogs that any place may need: a text to read, a question, work in progress.

One rule: in a question the harmless answer has the focus first, and Esc means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from tui.widgets.button import PushButton
from tui.widgets.jobs import Job, JobBar
from tui.widgets.opening import UNEXPECTED, UNEXPECTED_DO
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

Pieces = Sequence[tuple[str, str]]
"""Pieces of text with their styles."""


class TextDialog(Dialog[None], place="message"):
    """A text to read; it scrolls."""

    def __init__(self, title: str, text: str | Pieces) -> None:
        super().__init__()
        self._title_shown = title
        self._pieces = [(text, "")] if isinstance(text, str) else text

    @property
    def title_text(self) -> str:
        """The title it was made with."""
        return self._title_shown

    def body(self) -> ComposeResult:
        """The text, drawn as it is."""
        with VerticalScroll(id="text"):
            yield Static(join(*self._pieces))

    def buttons(self) -> ComposeResult:
        """One button, to close."""
        yield PushButton("Close", id="back")

    def on_mount(self) -> None:
        """The arrow keys scroll at once."""
        self.query_one("#text").focus()


class ConfirmDialog(Dialog[bool], place="confirm"):
    """A question before something that cannot be taken back; answers True or False."""

    def __init__(self, title: str, text: str, *, do: str, keep: str) -> None:
        super().__init__()
        self._title_shown = title
        self._text = text
        self._do = do
        self._keep = keep

    @property
    def title_text(self) -> str:
        """The title it was made with."""
        return self._title_shown

    def body(self) -> ComposeResult:
        """What would happen."""
        yield Static(content(self._text))

    def buttons(self) -> ComposeResult:
        """The harmless answer first."""
        yield PushButton(self._keep, id="back")
        yield PushButton(self._do, id="confirmed", danger=True)

    def on_mount(self) -> None:
        """Focus on the harmless answer."""
        self.query_one("#back").focus()

    def pressed(self, button: str) -> None:
        """Answer yes."""
        self.dismiss(button == "confirmed")

    def leave(self) -> None:
        """Answer no."""
        self.dismiss(False)


class ProgressDialog(Dialog[Job], place="progress"):
    """Shows a job until it is over, then stays with its result; answers the job."""

    STOPPING: ClassVar[str] = "It stops at the next step; what is half made is removed."

    def __init__(self, job: Job, *, outlives: bool = True) -> None:
        super().__init__()
        self._job = job
        self._outlives = outlives

    def on_unmount(self) -> None:
        """Work whose result nobody would see any more is stopped."""
        if not self._outlives and not self._job.is_told:
            self._job.is_told = True
            self._job.abandon()

    @property
    def title_text(self) -> str:
        """What is being done."""
        return self._job.title

    def body(self) -> ComposeResult:
        """The bar."""
        yield JobBar(self._job, self._over)

    def buttons(self) -> ComposeResult:
        """Stop while it runs, close when it is over."""
        yield PushButton("Stop", id="stop")

    def pressed(self, button: str) -> None:
        """The one button."""
        self.do_dialog_stop()

    def do_dialog_stop(self) -> None:
        """Ask the job to stop."""
        self._job.cancel()
        self.say("Stopping.", self.STOPPING)

    def leave(self) -> None:
        """Esc does not leave running work unseen; it says how to stop it."""
        self.say("Still working.", "F8 stops it.", "warn")

    def _over(self) -> None:
        if self.is_current:
            self._job.is_told = True
            self.dismiss(self._job)


def told(error: BaseException | None) -> tuple[str, str]:
    """Return title and sentence of an error, without data when it is not one of ours."""
    if isinstance(error, ChairsideError):
        return f"{error.title}.", error.sentence
    return UNEXPECTED, UNEXPECTED_DO


def why_not_done(error: BaseException | None) -> str:
    """Return how long work ended that has no outcome; whoever reads it is signed in again."""
    if isinstance(error, SessionEnded):
        return "it was not finished, because your session had ended."
    return " ".join(told(error))
