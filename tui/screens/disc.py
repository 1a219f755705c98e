"""Disc images of an opened archive: the warning, the folder, what was made, burning (D19).

One rule: what leaves readable is written to the audit trail, or does not stay; before it, the
encrypted way is offered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError
from store.use_cases import retrieving
from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.folder import FolderField
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import join

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.archive.reader import Archive
    from exporter.convert.disc import Discs
    from store.access import Actor
    from store.practice import Practice

OPEN: Final = (
    "is not encrypted: whoever holds it reads everything on it. An encrypted archive of the same"
    " CSV needs a passphrase and 7-Zip or WinZip, and is safe to carry."
)
NOT_THE_SAME: Final = "The two are not the same."


def listening(job: Job) -> Callable[[Progress], None]:
    """Return what takes the progress of work in a thread to its job."""

    def listen(progress: Progress) -> None:
        job.progress(progress.bytes_done, progress.bytes_total, progress.table)

    return listen


async def make_discs(
    practice: Practice, actor: Actor, archive: Archive, folder: Path, job: Job
) -> Discs:
    """Make the images and write it to the audit trail. Raises Refused before anything is made."""
    from exporter.convert.disc import to_disc
    from exporter.convert.disclosing import disclose

    name = archive.path.name
    await practice.ask(retrieving.begin_conversion, actor, f"Writes {name} onto disc images.")

    def run() -> Discs:
        made = to_disc(archive, folder, None, listening(job), job.cancelled)
        images = words.count(len(made.images), "disc image")
        what = f"Wrote {name} onto {images}: {made.rows:,} rows."
        disclose(practice, actor, [image.path for image in made.images], form="disc", what=what)
        return made

    return await asyncio.to_thread(run)


async def make_locked(
    practice: Practice, actor: Actor, archive: Archive, path: Path, passphrase: str, job: Job
) -> str:
    """Make the encrypted archive of the CSV; return the sentence that tells it."""
    from exporter.convert.disclosing import disclose
    from exporter.convert.locked_csv import to_locked_csv
    from store.use_cases.signing_in import practice_card

    name = archive.path.name
    zone = (await practice.ask(practice_card)).time_zone
    moment = practice.clock.now().astimezone(ZoneInfo(zone))
    begun = f"Writes {name} into an encrypted archive of CSV files."
    await practice.ask(retrieving.begin_conversion, actor, begun)

    def run() -> str:
        listen = listening(job)
        made = to_locked_csv(archive, path, passphrase, moment, None, listen, job.cancelled)
        what = f"Wrote {name} into an encrypted archive of CSV files: {made.rows:,} rows."
        disclose(practice, actor, [path], form="csv", what=what, is_encrypted=True)
        return f"{path.name}: {words.count(made.tables, 'table')}, {made.rows:,} rows, encrypted."

    return await asyncio.to_thread(run)


class _MakingDialog(Dialog[str | None], place="disc"):
    """What both ways share: an archive that stays open as long as a thread reads it."""

    def __init__(self, archive: Archive, began: Callable[[Job], None]) -> None:
        super().__init__()
        self._archive = archive
        self._began = began

    def start(self, title: str, run: Callable[[Job], Awaitable[str]]) -> None:
        """Run it as a job, with its bar."""
        job = Job(title)
        self._began(job)

        async def run_and_close(job: Job) -> str:
            try:
                return await run(job)
            finally:
                # The desk may have been locked meanwhile: nobody else would close it then.
                if not self.is_attached:
                    self._archive.close()

        self.kiosk.start_job(job, run_and_close)
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is not None and job.error is not None:
            self.show_error(job.error)
        else:
            self.made(job.outcome if job else None)

    def made(self, outcome: str | None) -> None:
        """It is there."""
        self.dismiss(outcome)

    def leave(self) -> None:
        """Nothing was made."""
        self.dismiss(None)


class DiscDialog(_MakingDialog):
    """Asks where to; answers the sentence that tells what was made, None for nothing."""

    TITLE_TEXT = "Disc images"

    def __init__(self, archive: Archive, began: Callable[[Job], None]) -> None:
        super().__init__(archive, began)
        self._discs: Discs | None = None

    def body(self) -> ComposeResult:
        """The warning, then where to."""
        yield Static(join(("A disc ", "bold $tone-warn"), (OPEN, "")))
        yield Static("")
        yield FolderField("Folder", "For the .iso files. Each holds CSV for one disc of 700 MB.")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Encrypted instead", id="locked")
        yield PushButton("Make disc images", id="make", danger=True)

    def on_mount(self) -> None:
        """Begin at the harmless answer."""
        self.query_one("#back").focus()

    def entered(self) -> None:
        """Enter in the field goes to the buttons, and makes nothing yet."""
        self.query_one("#back").focus()

    def pressed(self, button: str) -> None:
        """Make the images, or go the encrypted way."""
        if button == "locked":
            self.open(LockedCsvDialog(self._archive, self._began), self._locked)
        elif (folder := self.query_one(FolderField).folder()) is not None:
            self._make(folder)

    def _locked(self, sentence: str | None) -> None:
        if sentence:
            self.dismiss(sentence)

    def _make(self, folder: Path) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(job: Job) -> str:
            made = await make_discs(practice, actor, self._archive, folder, job)
            self._discs = made
            images = words.count(len(made.images), "disc image")
            return f"{images}, {made.rows:,} rows in {folder}. Not encrypted."

        self.start(f"Disc images of {self._archive.path.name}", run)

    def made(self, outcome: str | None) -> None:
        """Show the discs, then leave with the sentence."""
        if self._discs is None:
            self.dismiss(outcome)
        else:
            self._show(self._discs, outcome)

    @work(description="look for drives", exit_on_error=False)
    async def _show(self, discs: Discs, outcome: str | None) -> None:
        from exporter.convert.burning import drives
        from tui.screens.discs import DiscsDialog

        with self.working("Looking for drives…"):
            found = await asyncio.to_thread(drives)
        # This sheet is done with: under the other it would be read as a part of it.
        self.query_one(".dialog--sheet").visible = False
        self.open(DiscsDialog(discs, found), lambda _unused: self._leave_with(outcome))

    def _leave_with(self, outcome: str | None) -> None:
        self.dismiss(outcome)


class LockedCsvDialog(_MakingDialog):
    """The encrypted way: a passphrase and a folder."""

    TITLE_TEXT = "Encrypted archive of CSV files"

    def body(self) -> ComposeResult:
        """What opens it, where to."""
        yield Field(
            "Passphrase",
            id="passphrase",
            secret=True,
            meaning="Opens it: at least 15 characters that every keyboard has.",
        )
        yield Field("Passphrase again", id="again", secret=True)
        yield FolderField("Folder", "")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Make the archive", id="make")

    def on_mount(self) -> None:
        """Begin with the passphrase."""
        self.query_one("#passphrase", Field).focus_line()

    def entered(self) -> None:
        """Enter goes to what is still empty, then on."""
        for field in self.query(Field):
            if not field.value.strip():
                field.focus_line()
                return
        self.pressed("make")

    def pressed(self, button: str) -> None:
        """Check what can be checked here, then make it."""
        from exporter.convert.locked_csv import check_passphrase

        first, again = (self.query_one(f"#{name}", Field) for name in ("passphrase", "again"))
        passphrase = first.value
        first.complain("")
        again.complain("")
        try:
            check_passphrase(passphrase)
        except ChairsideError as problem:
            first.complain(problem.sentence)
            first.focus_line()
            return
        folder = self.query_one(FolderField).folder()
        if again.value != passphrase:
            again.complain(NOT_THE_SAME)
            again.focus_line()
        elif folder is not None:
            first.clear()
            again.clear()
            self._make(folder / f"{self._archive.path.stem}-csv.zip", passphrase)

    def _make(self, path: Path, passphrase: str) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(job: Job) -> str:
            return await make_locked(practice, actor, self._archive, path, passphrase, job)

        self.start(f"CSV of {self._archive.path.name}, encrypted", run)
