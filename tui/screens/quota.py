"""How much room all archives together may take: typed and kept at once.

One rule: what it means for the archives that are there is told while it is typed.
"""

from __future__ import annotations

from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from exporter.runner.room import Disk
from store.use_cases import room
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content

MEANING: Final = (
    "All archives together take no more than this. One that would not fit is not begun; expired"
    " archives make room by themselves."
)


class QuotaDialog(Dialog[int | None], place="quota"):
    """Answers the gigabytes that were saved; None when they stay as they were."""

    TITLE_TEXT = "Room for downloads"

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self._disk = disk

    def body(self) -> ComposeResult:
        """One field, and what the setting means."""
        yield Static(content(MEANING), id="meaning")
        yield Field(
            "Gigabytes",
            id="gigabytes",
            value=str(self._disk.quota // room.GIGABYTE),
            max_length=6,
            restrict=r"[0-9.,]*",
            meaning=" ",
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(Field).focus_line()
        self._check()

    @on(Input.Changed)
    def _live(self, event: Input.Changed) -> None:
        event.stop()
        self._check()

    def _check(self) -> int | None:
        """Say what the figure means, or what is wrong with it; return it if it can be kept."""
        field = self.query_one(Field)
        if not field.value.isdecimal():
            field.complain("A whole number of gigabytes.")
            return None
        gigabytes = int(field.value)
        if not 1 <= gigabytes <= room.MOST_GIGABYTES:
            field.complain(f"1 to {words.number(room.MOST_GIGABYTES)} GB.")
            return None
        left, used = gigabytes * room.GIGABYTE - self._disk.used, words.size(self._disk.used)
        if left < 0:
            field.explain(f"{used} are used: no new one is begun until older ones expire.")
        elif left > self._disk.free:
            field.explain(f"{used} are used; the disk has {words.size(self._disk.free)} free.")
        else:
            field.explain(f"{used} are used; {words.size(left)} are left for new ones.")
        return gigabytes

    def entered(self) -> None:
        """Enter saves."""
        self.pressed("save")

    def pressed(self, button: str) -> None:
        """Save, if it can be kept."""
        gigabytes = self._check()
        if gigabytes is None:
            self.query_one(Field).focus_line()
        else:
            self._save(gigabytes)

    @work(description="save the quota", exit_on_error=False)
    async def _save(self, gigabytes: int) -> None:
        kiosk = self.kiosk
        with self.working("Saving…"):
            await kiosk.practice.ask(room.set_quota, kiosk.signed_in, gigabytes)
        self.dismiss(gigabytes)

    def leave(self) -> None:
        """It stays as it was."""
        self.dismiss(None)
