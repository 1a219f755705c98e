"""Retrieving: the password again, then a copy in a folder, or a look here (REQUIREMENTS D15-D17).

One rule: a copy that could not be written to the audit trail does not stay.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import retrieving
from store.use_cases.retrieving import Retrieval
from tui.screens.dialogs import ProgressDialog
from tui.screens.download_lines import OPENS_WITH, locked_with
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.folder import FolderField
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from store.access import Actor
    from store.downloads import DownloadView
    from store.practice import Practice


async def save(practice: Practice, actor: Actor, found: Retrieval, folder: Path, job: Job) -> str:
    """Copy, compare, and write to the audit trail; return the sentence that tells it."""
    from exporter.runner.handing_over import hand_over

    def listen(progress: Progress) -> None:
        job.progress(progress.bytes_done, progress.bytes_total, "copying")

    saved = await asyncio.to_thread(
        hand_over, practice, actor, found, folder, listen, job.cancelled
    )
    return f"Saved as {saved}, {words.size(found.size)}, compared with the original."


class RetrieveDialog(Dialog[str | None], place="retrieve"):
    """Answers the sentence that tells where the copy is; None when nothing was saved."""

    TITLE_TEXT = "Retrieve a data download"

    def __init__(self, view: DownloadView) -> None:
        super().__init__()
        self._view = view

    def body(self) -> ComposeResult:
        """What opens it (D16), the password, the folder."""
        yield Static(
            content(
                f"It is locked with {locked_with(self._view, self.kiosk.clock.now())}. {OPENS_WITH}"
            )
        )
        yield Static("")
        yield Field("Your password", id="password", secret=True)
        yield FolderField()

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Retrieve", id="retrieve")

    def on_mount(self) -> None:
        """Begin at the password."""
        self.query_one("#password", Field).focus_line()

    def entered(self) -> None:
        """Enter in a field goes on from any of them."""
        self.pressed("retrieve")

    def pressed(self, button: str) -> None:
        """Check the folder here, then the password in the store."""
        password = self.query_one("#password", Field)
        if not password.value:
            password.ask("Type your password.")
        elif (folder := self.query_one(FolderField).folder()) is not None and not self.is_working:
            self._authorise(password.value, folder)

    @work(description="authorise a retrieval", exit_on_error=False)
    async def _authorise(self, password: str, folder: Path) -> None:
        kiosk = self.kiosk
        actor, field = kiosk.signed_in, self.query_one("#password", Field)
        field.clear()
        try:
            with self.working("Checking the password…"):
                found = await kiosk.practice.ask(
                    retrieving.authorise_retrieval, actor, self._view.download_id, password
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            field.focus_line()
            return
        job = Job(f"Saving the download of {words.day(self._view.run_on)}")
        practice = kiosk.practice
        kiosk.start_job(job, lambda job: save(practice, actor, found, folder, job))
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is None or job.error is None:
            self.dismiss(job.outcome if job else None)
        else:
            self.show_error(job.error)

    def leave(self) -> None:
        """Nothing was saved."""
        self.dismiss(None)


class OpenHereDialog(Dialog[tuple[Path, str] | None], place="open_here"):
    """Asks for the password and answers the archive's path with what unlocks it."""

    TITLE_TEXT = "Open a data download here"

    def __init__(self, view: DownloadView) -> None:
        super().__init__()
        self._view = view

    def body(self) -> ComposeResult:
        """The password; the archive's own lock only where it differs."""
        yield Static(content("Nothing is copied: the archive stays in the practice's folder."))
        yield Static(
            content(f"It is locked with {locked_with(self._view, self.kiosk.clock.now())}.")
        )
        yield Static("")
        yield Field("Your password", id="password", secret=True)
        if self._view.own_passphrase:
            yield Field("Its passphrase", id="passphrase", secret=True)
        elif self._view.has_earlier_password:
            yield Field("Its password", id="passphrase", secret=True)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Open", id="open")

    def on_mount(self) -> None:
        """Begin at the password."""
        self.query_one("#password", Field).focus_line()

    def entered(self) -> None:
        """Enter in a field goes on from any of them."""
        self.pressed("open")

    def pressed(self, button: str) -> None:
        """Open."""
        for field in self.query(Field):
            if not field.value:
                field.ask("Type it first.")
                return
        if not self.is_working:
            self._authorise()

    @work(description="open a download here", exit_on_error=False)
    async def _authorise(self) -> None:
        kiosk = self.kiosk
        values = [field.value for field in self.query(Field)]
        for field in self.query(Field):
            field.clear()
        try:
            with self.working("Checking the password…"):
                found = await kiosk.practice.ask(
                    retrieving.authorise_retrieval,
                    kiosk.signed_in,
                    self._view.download_id,
                    values[0],
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            self.query(Field).first().focus_line()
        else:
            self.dismiss((found.archive, values[-1]))

    def leave(self) -> None:
        """Nothing was opened."""
        self.dismiss(None)
