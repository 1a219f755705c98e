"""Home: the places of the kiosk in their areas, and above them what needs a look.

One rule: a notice leads to a place and never to a file; a place without its right says which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from store.use_cases import home
from store.use_cases.home import Notice
from tui.screens.dialogs import told
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, fit, join

if TYPE_CHECKING:
    from store.use_cases.home import HomeView
    from store.use_cases.home import Place as PlaceView

_LABEL = 20


def _data_download() -> Screen[None]:
    from tui.screens.data_download import DataDownloadScreen

    return DataDownloadScreen()


def _export_runner() -> Screen[None]:
    from tui.screens.export_runner import ExportRunnerScreen

    return ExportRunnerScreen()


def _open_archive() -> Screen[None]:
    from tui.screens.open_archive import OpenArchiveScreen

    return OpenArchiveScreen()


SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "data_download": _data_download,
    "export_runner": _export_runner,
    "open_archive": _open_archive,
}
"""The places that exist; each is imported when it is first opened."""


class HomeLine(Widget, can_focus=True):
    """Something on this screen that opens a place."""

    code = ""

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        event.stop()
        self.focus()
        if isinstance(self.screen, HomeScreen):
            self.screen.do_home_open()


class NoticeLine(HomeLine):
    """A sentence that leads to a place."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.code = notice.place
        self._text = notice.text

    def render(self) -> Content:
        """Draw the sentence; with focus, what Enter does."""
        tail = "Enter opens" if self.has_focus and self.code else ""
        room = self.size.width - len(tail) - 3
        return join(
            ("▌ " if self.has_focus else "● ", "$tone-warn"),
            (fit(self._text, room), ""),
            (f" {tail}", "$tone-dim"),
        )


class PlaceLine(HomeLine):
    """One place: its number, its name, its note; dim with the missing right."""

    def __init__(self, number: int, view: PlaceView) -> None:
        super().__init__(id=f"place-{number}")
        self.number = number
        self.view = view
        self.code = view.code

    def render(self) -> Content:
        """Draw the line with its mark."""
        mark = "▌" if self.has_focus else " "
        room = max(0, self.size.width - _LABEL - 6)
        if not self.view.allowed:
            return join(
                (mark, "$tone-key"),
                (f"    {fit(self.view.label, _LABEL)}", "$tone-dim"),
                (clip(f"needs {self.view.right}", room), "$tone-dim"),
            )
        return join(
            (mark, "$tone-key"),
            (f" {self.number} ", "bold $tone-key"),
            (f" {fit(self.view.label, _LABEL)}", "bold" if self.has_focus else ""),
            (clip(self.view.note, room), "$tone-dim"),
        )


class HomeScreen(Place, place="home"):
    """Where a session begins, and where Esc always ends."""

    PATH = ("Home",)

    def body(self) -> ComposeResult:
        """Filled by `_load`."""
        yield Vertical(id="notices")
        yield Vertical(id="areas")

    def on_mount(self) -> None:
        """Read the home view."""
        self._load()

    def on_screen_resume(self) -> None:
        """What another place changed shows here at once."""
        if self.query(PlaceLine):
            self._load()

    @work(description="home", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        view = await kiosk.practice.ask(home.home, kiosk.signed_in)
        await self._show(view)

    async def _show(self, view: HomeView) -> None:
        marked = self.focused.id if self.focused else None
        notices = [*view.notices, *(Notice(text, "") for text in self._finished_jobs())]
        shown = self.query_one("#notices")
        shown.display = bool(notices)
        await shown.remove_children()
        await shown.mount(*map(NoticeLine, notices))
        areas = self.query_one("#areas")
        await areas.remove_children()
        known = [place for place in view.places if place.code in SCREENS]
        numbers = {place.code: number for number, place in enumerate(known, start=1)}
        for area in dict.fromkeys(place.area for place in known):
            lines = [PlaceLine(numbers[p.code], p) for p in known if p.area == area]
            await areas.mount(Static(content(area, "bold"), classes="home--area"), *lines)
        lines = list(self.query(PlaceLine))
        again = [line for line in lines if line.id == marked] or lines
        if again:
            again[0].focus()

    def _finished_jobs(self) -> list[str]:
        """Return what ended while the kiosk was locked, for the user who started it."""
        sentences = []
        for job in self.kiosk.jobs:
            if job.is_over and not job.is_told and job.owner == self.kiosk.signed_in.user_id:
                job.is_told = True
                sentences.append(job.outcome or " ".join((job.title, *told(job.error))))
        return sentences

    def key_up(self) -> None:
        """Mark the line before."""
        self.focus_previous(HomeLine)

    def key_down(self) -> None:
        """Mark the line after."""
        self.focus_next(HomeLine)

    def do_home_open(self) -> None:
        """Open what is marked."""
        if isinstance(self.focused, HomeLine):
            self._open(self.focused.code)

    def do_home_number(self) -> None:
        """The number keys are told apart in `on_key`, where the key is known."""

    def on_key(self, event: events.Key) -> None:
        """Open a place by its number."""
        for line in self.query(PlaceLine):
            if str(line.number) == event.key:
                event.stop()
                line.focus()
                self._open(line.code)

    def _open(self, code: str) -> None:
        """Open a place, or say which right is missing and where it is granted (D4)."""
        views = [line.view for line in self.query(PlaceLine) if line.code == code]
        if not views:
            return
        view = views[0]
        if view.allowed:
            self.hush()
            self.open(SCREENS[code]())
        else:
            self.say(
                "This needs a right.",
                f"{view.label} needs {view.right}. An administrator grants it under"
                " Setup > Security > Groups.",
                "warn",
            )

    def leave(self) -> None:
        """Home is the first place."""
        self.say("", "This is the first place. F10 signs out.")
