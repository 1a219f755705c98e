"""Utilities › Open an archive: choose a file, type its password, have it checked.

One rule: nothing of an archive is shown before its password was right and its check has ended.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.dialogs import ProgressDialog
from tui.widgets import words
from tui.widgets.field import Field
from tui.widgets.jobs import Job
from tui.widgets.paths import PathSuggester, entries, first_folder, kind_of, path_of
from tui.widgets.place import Place
from tui.widgets.safe import content
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.archive.progress import Progress
    from exporter.archive.reader import Archive
    from exporter.archive.verification import Verification

ZIP: Final = ".zip"
EMPTY: Final = "No .zip file and no folder here."
NO_FILE: Final = "There is no such file. Choose one of the folder below."
CLOSED: Final = "This computer does not let you look in there."
NOT_READ: Final = "This folder cannot be read now. Is its disk or stick still there?"
_COLUMNS: Final = (Column("In this folder", 0), Column("Size", 10, right=True))


class Opened(Job):
    """The work of opening and checking an archive; keeps what it opened until it is taken."""

    def __init__(self, path: Path, password: str) -> None:
        super().__init__(f"Checking {path.name}")
        self._path = path
        self._password = password
        self.found: tuple[Archive, Verification] | None = None

    async def run(self, job: Job) -> str:
        """Open and check in a thread; whoever takes `found` closes it."""
        try:
            archive = await asyncio.to_thread(self._open)
        finally:
            self._password = ""
        try:
            checked = await asyncio.to_thread(archive.verify, self._listen, self.cancelled)
        except BaseException:
            archive.close()
            raise
        if self.cancelled():
            archive.close()
        else:
            self.found = (archive, checked)
        return "Checked."

    def abandon(self) -> None:
        """Stop, and close what was opened but not taken."""
        super().abandon()
        if self.found is not None:
            self.found[0].close()

    def _open(self) -> Archive:
        from exporter.archive.reader import Archive

        return Archive.open(self._path, self._password)

    def _listen(self, progress: Progress) -> None:
        self.progress(progress.bytes_done, progress.bytes_total, progress.table)


class OpenArchiveScreen(Place, place="choose_archive"):
    """The file, its password, and what lies in the folder."""

    PATH = ("Utilities", "Open an archive")

    def __init__(self, path: Path | None = None, password: str = "") -> None:
        super().__init__()
        self._given = path
        self._given_password = password
        self._folder = Path()
        self._names: list[str] = []

    def body(self) -> ComposeResult:
        """The form above, the folder below."""
        yield Field(
            "Archive",
            id="path",
            value=str(self._given or Path(first_folder())) + ("" if self._given else os.sep),
            suggester=PathSuggester(ZIP),
            meaning="→ completes the dim text. Enter shows what is in a folder.",
            max_length=4096,
        )
        yield Field("Its password", id="password", secret=True, meaning=self._whose_password())
        yield Table(_COLUMNS, id="folder")
        yield Static(id="nothing")

    def _whose_password(self) -> str:
        return "For a download, its requester's as it was when the file was saved."

    def on_mount(self) -> None:
        """Show the folder; an archive that was handed over is opened at once."""
        self.query_one("#nothing").display = False
        if self._given is not None:
            password, self._given_password = self._given_password, ""
            self._open(self._given, password)
        else:
            self.query_one("#path", Field).focus_line()
            self._show_folder(Path(first_folder()))

    @work(description="folder", exit_on_error=False)
    async def _show_folder(self, folder: Path) -> None:
        names: list[str] = []
        nothing = EMPTY
        try:
            names = await asyncio.to_thread(entries, folder, ZIP)
        except PermissionError:
            nothing = CLOSED
        except OSError:
            nothing = NOT_READ
        sizes = await asyncio.to_thread(_sizes, folder, names)
        self._folder, self._names = folder, ["..", *names]
        rows = [(Cell(".. one folder up", "dim"), Cell(""))]
        rows += [
            (
                Cell(name, "dim" if name.endswith(os.sep) else ""),
                Cell(words.size(size) if size is not None else ""),
            )
            for name, size in zip(names, sizes, strict=True)
        ]
        self.query_one(Table).show(rows, mark=1 if names else 0)
        told = self.query_one("#nothing", Static)
        told.update(content(nothing, "$tone-dim" if nothing == EMPTY else "$tone-bad"))
        told.display = not names

    def entered(self) -> None:
        """Enter in a field goes on from any of them."""
        path_field, password = self.query_one("#path", Field), self.query_one("#password", Field)
        path = path_of(path_field.value)
        kind = kind_of(path) if path else ""
        if path is None or kind not in ("folder", "file"):
            path_field.complain(CLOSED if kind == "closed" else NO_FILE)
            path_field.focus_line()
            return
        path_field.complain("")
        if kind == "folder":
            self._show_folder(path)
            self.query_one(Table).focus()
        elif not password.value:
            password.ask("Type the password of this archive.")
        elif not self.is_working:
            text, password.value = password.value, ""
            self._open(path, text)

    @on(Table.Chosen)
    def do_choose_take(self) -> None:
        """Enter in the table: go into a folder, or take a file and go to its password."""
        table = self.query_one(Table)
        if not table.has_focus or not self._names:
            return
        name = self._names[table.marked]
        path = self._folder.parent if name == ".." else self._folder / name.rstrip(os.sep)
        folder = name == ".." or name.endswith(os.sep)
        self.query_one("#path", Field).value = str(path) + (os.sep if folder else "")
        if folder:
            self._show_folder(path)
        else:
            self.query_one("#password", Field).focus_line()

    def _open(self, path: Path, password: str) -> None:
        self.hush()
        job = Opened(path, password)
        self.kiosk.start_job(job, job.run)
        self.open(ProgressDialog(job, outlives=False), self._opened)

    def _opened(self, job: Job | None) -> None:
        from tui.screens.archive import ArchiveScreen

        if isinstance(job, Opened) and job.found is not None:
            self.open(ArchiveScreen(*job.found), self._came_back)
        elif job is not None and job.error is not None:
            self.show_error(job.error)
            self.query_one("#password", Field).focus_line()

    def _came_back(self, _answer: None) -> None:
        """Back from an archive that was handed over is back to where it was handed over."""
        if self._given is not None:
            self.dismiss()

    def leave(self) -> None:
        """Back to Home; without a signed-in user, to the sign-in."""
        if self.kiosk.actor is None or self.kiosk.screen_stack[0] is self:
            self.kiosk.lock()
        else:
            self.dismiss()


def _sizes(folder: Path, names: list[str]) -> list[int | None]:
    sizes: list[int | None] = []
    for name in names:
        try:
            sizes.append(None if name.endswith(os.sep) else (folder / name).stat().st_size)
        except OSError:
            sizes.append(None)
    return sizes
