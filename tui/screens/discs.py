"""The disc images that were made, and burning them one after the other.

One rule: a disc is called burned only once it was read back; each one is in the audit trail.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.convert.burning import Drive
    from exporter.convert.disc import Discs, Image
    from store.access import Actor
    from store.practice import Practice


async def burn_one(practice: Practice, actor: Actor, image: Image, drive: Drive, job: Job) -> str:
    """Burn one image and write it to the audit trail; return the sentence that tells it."""
    from exporter.convert.disclosing import burn_disclosed

    def listen(progress: Progress) -> None:
        job.progress(progress.bytes_done, progress.bytes_total, progress.table)

    await asyncio.to_thread(
        burn_disclosed,
        practice,
        actor,
        image.path,
        len(image.files),
        drive.address,
        progress=listen,
        cancelled=job.cancelled,
    )
    return f"{image.path.name} is burned, read back and right."


class DiscsDialog(Dialog[None], place="discs"):
    """Lists the images with their sizes; burns the next one where there is a drive."""

    TITLE_TEXT = "Discs"

    def __init__(self, discs: Discs, drives: tuple[Drive, ...]) -> None:
        super().__init__()
        self._images = discs.images
        self._drive = drives[0] if drives else None
        self._next = 0

    def body(self) -> ComposeResult:
        """Each image with its size, then what can be done with them."""
        lines = [f"{image.path.name}  {words.size(image.bytes)}" for image in self._images]
        with VerticalScroll(id="images"):
            yield Static(content("\n".join(lines)))
        yield Static("")
        yield Static(content(self._what_next()), id="next")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Close", id="back")
        if self._drive is not None:
            yield PushButton("Burn", id="burn", danger=True)

    def on_mount(self) -> None:
        """Begin at the harmless answer."""
        self.query_one("#back").focus()

    def _what_next(self) -> str:
        if self._next == len(self._images):
            return "All are burned. Write on each disc what it is."
        if self._drive is None:
            from exporter.convert.burning import why_no_drive

            return why_no_drive()
        which = f"disc {self._next + 1} of {len(self._images)}"
        return f"To burn {which}: put a blank disc into {self._drive.name}."

    def why_not(self, key_id: str) -> str:
        """Without a drive, or after the last one, nothing can be burned."""
        if key_id == "disc.burn" and (self._drive is None or self._next == len(self._images)):
            return self._what_next()
        return ""

    def pressed(self, button: str) -> None:
        """The one other button."""
        self.action_do("disc.burn")

    def do_disc_burn(self) -> None:
        """Burn the next image."""
        drive, image = self._drive, self._images[self._next]
        assert drive is not None
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        job = Job(f"Burning {image.path.name}")

        async def run(job: Job) -> str:
            return await burn_one(practice, actor, image, drive, job)

        self.kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._burned)

    def _burned(self, job: Job | None) -> None:
        if job is None or job.error is not None:
            self.show_error(job.error if job else None)
            return
        self._next += 1
        self.set_text("#next", content(self._what_next()))
        self.say("Burned.", job.outcome, "good")
