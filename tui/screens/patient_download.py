"""A copy of one patient's data, for that patient: to whom, what opens it, where to.

One rule: password and passphrase live in their fields and in one call; then the fields are empty.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import patient_download
from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.folder import FolderField
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import clip, content

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.patient_download import PatientCopy
    from store.use_cases.unattended import Progress

WHAT: Final = (
    "Everything the practice has on this patient and on nobody else, encrypted. It is made now,"
    " and the disclosure is recorded."
)
LONGEST_NAME: Final = 32
_SECRETS: Final = ("passphrase", "again", "password")


async def make(practice: Practice, actor: Actor, copy: PatientCopy, folder: Path, job: Job) -> str:
    """Make the copy and return the sentence that tells where it is."""
    from exporter.runner.patient_archive import make_patient_archive

    def listen(progress: Progress) -> None:
        job.progress(progress.rows, progress.rows_total, progress.table)

    made = await asyncio.to_thread(
        make_patient_archive, practice, actor, copy, folder, listen, job.cancelled
    )
    return (
        f"Saved as {made.path}, {words.size(made.bytes)}."
        " Tell the passphrase by another way than the file takes."
    )


class PatientDownloadDialog(Dialog[str | None], place="patient_download"):
    """Answers the sentence that tells where the copy is; None when none was made."""

    def __init__(self, patient_id: int, name: str, birthdate: date | None) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._name_shown = name
        self._birthdate = birthdate

    @property
    def title_text(self) -> str:
        """Whose copy: the sheet covers the path that tells it."""
        born = f", born {words.day(self._birthdate, year=True)}" if self._birthdate else ""
        return f"Copy of the data of {clip(self._name_shown, LONGEST_NAME)}{born}"

    def body(self) -> ComposeResult:
        """Who gets it, what opens it, where to."""
        yield Static(content(WHAT, "$tone-dim"))
        yield Field("For whom", id="to_whom", max_length=patient_download.LONGEST_RECIPIENT)
        yield Field(
            "Passphrase",
            id="passphrase",
            secret=True,
            meaning="Opens it: at least 15 characters that every keyboard has. Not your password.",
        )
        yield Field("Passphrase again", id="again", secret=True)
        yield FolderField(meaning="→ completes what is shown dim.")
        yield Field("Your password", id="password", secret=True, max_length=1024)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Make the copy", id="make")

    def on_mount(self) -> None:
        """Begin with who gets it."""
        self.query_one("#to_whom", Field).focus_line()

    def entered(self) -> None:
        """Enter goes to what is still empty, then on."""
        self.pressed("make")

    def pressed(self, button: str) -> None:
        """Check what can be checked here, beside the field it is about; then go on."""
        for field in self.query(Field):
            field.complain("")
            if not field.value.strip():
                field.ask("Type it first.")
                return
        again = self.query_one("#again", Field)
        if again.value != self.query_one("#passphrase", Field).value:
            again.clear()
            self._refuse(again, "The two are not the same.")
        elif (folder := self.query_one(FolderField).folder()) is not None and not self.is_working:
            self._authorise(folder)

    @staticmethod
    def _refuse(field: Field, why: str) -> None:
        field.complain(why)
        field.focus_line()

    @work(description="authorise a copy for a patient", exit_on_error=False)
    async def _authorise(self, folder: Path) -> None:
        kiosk = self.kiosk
        actor, practice = kiosk.signed_in, kiosk.practice
        fields = {name: self.query_one(f"#{name}", Field) for name in _SECRETS}
        typed = {name: field.value for name, field in fields.items()}
        try:
            with self.working("Checking the password…"):
                copy = await practice.ask(
                    patient_download.authorise_patient_download,
                    actor,
                    self._patient_id,
                    to_whom=self.query_one("#to_whom", Field).value,
                    password=typed["password"],
                    passphrase=typed["passphrase"],
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            fields["passphrase"].focus_line()
            return
        finally:
            for field in fields.values():
                field.clear()
        job = Job("Copy of a patient's data", unit="rows")
        kiosk.start_job(job, lambda job: make(practice, actor, copy, folder, job))
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is None or job.error is None:
            self.dismiss(job.outcome if job else None)
        else:
            self.show_error(job.error)

    def leave(self) -> None:
        """No copy was made."""
        self.dismiss(None)
