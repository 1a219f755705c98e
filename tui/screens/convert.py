"""Converting an archive for people: CSV files or an Excel workbook (REQUIREMENTS D18).

One rule: what leaves readable is written to the audit trail, or does not stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.use_cases import retrieving
from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.folder import NOT_WHOLE, why_no_folder, why_no_new_folder
from tui.widgets.jobs import Job
from tui.widgets.paths import PathSuggester, first_folder, path_of
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.archive.reader import Archive
    from exporter.convert.source import Conversion
    from store.access import Actor
    from store.practice import Practice

WARNING: Final = (
    "is not encrypted and tells about patients. Keep it where only those may look who need to,"
    " and delete it when it is no longer needed."
)
TITLES: Final = {"csv": "Convert to CSV files", "workbook": "Convert to an Excel workbook"}


def _make(archive: Archive, form: str, target: Path, job: Job) -> Conversion:
    """Convert; runs in a thread."""
    from exporter.convert.csv_files import to_csv
    from exporter.convert.workbook import to_workbook

    def listen(progress: Progress) -> None:
        job.progress(progress.bytes_done, progress.bytes_total, progress.table)

    if form == "csv":
        return to_csv(archive, target, progress=listen, cancelled=job.cancelled)
    return to_workbook(archive, target, progress=listen, cancelled=job.cancelled)


async def convert(
    practice: Practice, actor: Actor, archive: Archive, form: str, target: Path, job: Job
) -> str:
    """Convert an archive and write it to the audit trail; return the sentence that tells it.

    Raises Refused before anything is written, and what the conversion raises.
    """
    from exporter.convert.disclosing import disclose

    name = archive.path.name
    word = "CSV files" if form == "csv" else "an Excel workbook"
    await practice.ask(retrieving.begin_conversion, actor, f"Converts {name} to {word}.")

    def run() -> Conversion:
        made = _make(archive, form, target, job)
        what = f"Converted {name} to {word}: {made.tables} tables, {made.rows:,} rows."
        disclose(practice, actor, made.files, form=form, what=what)
        return made

    made = await asyncio.to_thread(run)
    notes = f" {words.count(len(made.notes), 'note')} on its last sheet." if made.notes else ""
    tables = words.count(made.tables, "table")
    return f"{tables}, {made.rows:,} rows in {target}. Not encrypted.{notes}"


class ConvertDialog(Dialog[str | None], place="convert"):
    """Asks where to; answers the sentence that tells what was made, None for nothing."""

    def __init__(self, archive: Archive, form: str, began: Callable[[Job], None]) -> None:
        super().__init__()
        self._archive = archive
        self._form = form
        self._began = began

    @property
    def title_text(self) -> str:
        """What it becomes."""
        return TITLES[self._form]

    @property
    def _first_target(self) -> str:
        stem = Path(first_folder()) / self._archive.path.stem
        return f"{stem}-csv" if self._form == "csv" else f"{stem}.xlsx"

    def body(self) -> ComposeResult:
        """The warning, then where to."""
        result = "CSV" if self._form == "csv" else "The workbook"
        yield Static(join((f"{result} ", "bold $tone-warn"), (WARNING, "")))
        yield Static("")
        yield Field(
            "Folder" if self._form == "csv" else "File",
            id="target",
            value=self._first_target,
            suggester=PathSuggester(),
            max_length=4096,
            meaning="The folder is made if it is missing."
            if self._form == "csv"
            else "A name that ends in .xlsx, in a folder that is there already.",
        )
        yield Static(content("Cells that a spreadsheet would run as a formula are made inert."))

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Convert", id="convert")

    def on_mount(self) -> None:
        """Begin at the place."""
        self.query_one("#target", Field).focus_line()

    def entered(self) -> None:
        """Enter in a field goes on from any of them."""
        self.pressed("convert")

    def pressed(self, button: str) -> None:
        """Convert."""
        field = self.query_one("#target", Field)
        target = path_of(field.value)
        if target is None:
            field.complain(NOT_WHOLE)
        elif self._form == "workbook" and target.suffix.lower() != ".xlsx":
            field.complain("The name must end in .xlsx.")
        elif why_not := (
            why_no_folder(str(target.parent))
            if self._form == "workbook"
            else why_no_new_folder(target)
        ):
            field.complain(why_not)
        elif not self.is_working:
            field.complain("")
            self._start(target)
            return
        field.focus_line()

    @work(description="start a conversion", exit_on_error=False)
    async def _start(self, target: Path) -> None:
        kiosk = self.kiosk
        job = Job(f"Converting {self._archive.path.name}")
        self._began(job)
        run = partial(convert, kiosk.practice, kiosk.signed_in, self._archive, self._form, target)

        async def run_and_close(job: Job) -> str:
            try:
                return await run(job)
            finally:
                # The desk may have been locked meanwhile: nobody else would close it then.
                if not self.is_attached:
                    self._archive.close()

        kiosk.start_job(job, run_and_close)
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is None or job.error is None:
            self.dismiss(job.outcome if job else None)
        else:
            self.show_error(job.error)

    def leave(self) -> None:
        """Nothing was converted."""
        self.dismiss(None)
