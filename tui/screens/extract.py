"""Writing the files of an archive, as they are, into a folder.

One rule: what leaves readable is written to the audit trail, or does not stay.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.use_cases import retrieving
from tui.screens.convert import ConvertDialog
from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.jobs import Job
from tui.widgets.paths import PathSuggester, first_folder
from tui.widgets.safe import join

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.archive.reader import Archive
    from store.access import Actor
    from store.practice import Practice

FORM: Final = "files"
WARNING: Final = (
    "are not encrypted and may tell about patients. Keep them where only those may look who need"
    " to, and delete them when they are no longer needed."
)


async def extract(
    practice: Practice, actor: Actor, archive: Archive, folder: Path, job: Job
) -> str:
    """Extract all files and write it to the audit trail; return the sentence that tells it."""
    from exporter.convert.disclosing import disclose

    def listen(progress: Progress) -> None:
        job.progress(progress.bytes_done, progress.bytes_total, progress.table)

    name = archive.path.name
    await practice.ask(retrieving.begin_conversion, actor, f"Extracts the files of {name}.")

    def run() -> str:
        made = archive.extract(folder, listen, job.cancelled)
        files = words.count(len(made), "file")
        disclose(practice, actor, made, form=FORM, what=f"Extracted {files} of {name}.")
        return f"{files} in {folder}. Not encrypted."

    return await asyncio.to_thread(run)


class ExtractDialog(ConvertDialog, place="extract"):
    """Asks where to; answers the sentence that tells what was written, None for nothing."""

    @property
    def title_text(self) -> str:
        """What it does."""
        return "Extract the files"

    @property
    def _first_target(self) -> str:
        return f"{Path(first_folder()) / self._archive.path.stem}-files"

    def body(self) -> ComposeResult:
        """The warning, then where to."""
        yield Static(join(("The files ", "bold $tone-warn"), (WARNING, "")))
        yield Static("")
        yield Field(
            "Folder",
            id="target",
            value=self._first_target,
            suggester=PathSuggester(),
            max_length=4096,
            meaning="The folder is made if it is missing. Nothing is overwritten.",
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Extract", id="convert")

    @work(description="start extracting", exit_on_error=False)
    async def _start(self, target: Path) -> None:
        kiosk = self.kiosk
        job = Job(f"Extracting {self._archive.path.name}")
        self._began(job)
        run = partial(extract, kiosk.practice, kiosk.signed_in, self._archive, target)

        async def run_and_close(job: Job) -> str:
            try:
                return await run(job)
            finally:
                # The desk may have been locked meanwhile: nobody else would close it then.
                if not self.is_attached:
                    self._archive.close()

        kiosk.start_job(job, run_and_close)
        self.open(ProgressDialog(job), self._over)
