"""Saving a report to a folder, as CSV or as PDF.

One rule: the place that asks hands in what makes the report; here is only where to and which form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.dialogs import ProgressDialog
from tui.widgets.button import PushButton
from tui.widgets.folder import FolderField
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from exporter.reports.naming import Report

Make = Callable[[str, Path, Job], "Report"]
"""Makes the report in a form (csv, pdf), in a folder, telling a job; runs in a thread."""


class SaveReportDialog(Dialog[str | None], place="save_report"):
    """Answers the sentence that tells what was saved; None for nothing."""

    WARNING: ClassVar[str] = "is not encrypted; it tells who did what."

    def __init__(self, title: str, about: str, make: Make, unit: str) -> None:
        super().__init__()
        self._title_shown = title
        self._about = about
        self._make = make
        self._unit = unit

    @property
    def title_text(self) -> str:
        """Which report it is."""
        return self._title_shown

    def body(self) -> ComposeResult:
        """What is saved, a warning, and where to."""
        yield Static(content(self._about))
        yield Static(join(("The file ", "bold $tone-warn"), (self.WARNING, "")))
        yield Static("")
        yield FolderField()

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save PDF", id="pdf")
        yield PushButton("Save CSV", id="csv")

    def on_mount(self) -> None:
        """Begin at the folder."""
        self.query_one(FolderField).focus_line()

    def entered(self) -> None:
        """Enter in the field goes on to the form that is asked for most."""
        self.query_one("#csv").focus()

    def pressed(self, button: str) -> None:
        """Check the folder, then make the report."""
        folder = self.query_one(FolderField).folder()
        if folder is not None and not self.is_working:
            self._start(button, folder)

    @work(description="save a report", exit_on_error=False)
    async def _start(self, form: str, folder: Path) -> None:
        job = Job(self._title_shown, unit=self._unit)
        make, unit = self._make, self._unit

        async def run(job: Job) -> str:
            made = await asyncio.to_thread(make, form, folder, job)
            return f"Saved as {made.path}, {made.rows:,} {unit}. Not encrypted."

        self.kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is None or job.error is None:
            self.dismiss(job.outcome if job else None)
        else:
            self.show_error(job.error)

    def leave(self) -> None:
        """Nothing was saved."""
        self.dismiss(None)
