"""Home: the places of the kiosk in their areas, and above them what needs a look.

One rule: a notice leads to a place and never to a file; a place without its right says which.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from store.use_cases import home, notices
from store.use_cases.home import Notice
from tui.screens.dialogs import TextDialog, why_not_done
from tui.screens.home_lines import HomeLine, NoticeLine, PlaceLine
from tui.screens.home_places import (
    AREAS,
    NUMBERS,
    PLACE_CLASSES,
    in_columns,
    screen_of,
    why_refused,
)
from tui.widgets.finding import TypedAhead
from tui.widgets.place import Place
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.use_cases.home import HomeView
    from store.use_cases.home import Place as PlaceView


class HomeScreen(Place, place="home"):
    """Where a session begins, and where Esc always ends."""

    PATH = ("Home",)

    def __init__(self) -> None:
        super().__init__()
        self._one_at_a_time = asyncio.Lock()
        self._ended: list[str] = []
        self._opened: PlaceLine | None = None

    def body(self) -> ComposeResult:
        """Filled by `_load`."""
        yield Vertical(id="notices")
        with Horizontal(id="areas"):
            yield Vertical(id="left", classes="home--column")
            yield Vertical(id="right", classes="home--column")
        yield Static(id="told")

    def on_mount(self) -> None:
        """Read the home view."""
        self._load()

    def on_screen_resume(self) -> None:
        """The place that was open is marked; what it changed shows here at once."""
        if self._opened is not None and self._opened.is_attached:
            self.set_focus(self._opened)
        if self.query(PlaceLine):
            self._load()

    def on_job_ended(self) -> None:
        """Tell at once what ended while this place is open."""
        self._load()

    @work(description="home", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        view = await kiosk.practice.ask(home.home, kiosk.signed_in)
        async with self._one_at_a_time:
            await self._show(view)

    async def _show(self, view: HomeView) -> None:
        marked = self.focused.id if self.focused else None
        await self._show_notices(view)
        known = sorted(
            (place for place in view.places if place.code in PLACE_CLASSES),
            key=lambda place: AREAS.index(place.area),
        )
        await self._show_places(known)
        self.refresh_keys()
        lines = list(self.query(PlaceLine))
        usable = [line for line in lines if line.view.allowed]
        again = [line for line in lines if line.id == marked] or usable or lines
        if again:
            self.set_focus(again[0])
            self.tell(again[0].view)

    async def _show_notices(self, view: HomeView) -> None:
        waiting = [*view.notices, *(Notice(text, "") for text in self._finished_jobs())]
        shown = self.query_one("#notices")
        if waiting != [line.notice for line in shown.query(NoticeLine)]:
            shown.display = bool(waiting)
            await shown.remove_children()
            await shown.mount(*map(NoticeLine, waiting))

    async def _show_places(self, places: Sequence[PlaceView]) -> None:
        """Put the areas into their columns, numbered; what stands there stays, for its key."""
        there = {line.code: line for line in self.query(PlaceLine)}
        if there.keys() == {place.code for place in places}:
            for place in places:
                there[place.code].show(place)
            return
        counts = Counter(place.area for place in places)
        numbers = iter(NUMBERS)
        for column, areas in zip(("#left", "#right"), in_columns(counts), strict=True):
            shown = self.query_one(column)
            await shown.remove_children()
            for area in areas:
                await shown.mount(
                    Static(content(area, "bold"), classes="home--area"),
                    *(PlaceLine(next(numbers, " "), p) for p in places if p.area == area),
                )

    def tell(self, view: PlaceView) -> None:
        """Show under the places what the marked one has to say (D4 where it needs a right)."""
        if view.allowed:
            text = f"{view.label}: {view.note}." if view.note else ""
        else:
            text = f"{view.label} needs {view.right}."
        self.query_one("#told", Static).update(content(text, "$tone-dim"))

    def on_place_line_marked(self, event: PlaceLine.Marked) -> None:
        """Show what the marked place has to say."""
        self.tell(event.view)

    def on_home_line_clicked(self) -> None:
        """A click is Enter."""
        self.do_home_open()

    def on_screen_suspend(self) -> None:
        """What was read before going on need not be told again."""
        self._ended.clear()

    def _finished_jobs(self) -> list[str]:
        """Return what ended while the kiosk was locked, for the user who started it."""
        for job in self.kiosk.jobs:
            if job.is_over and not job.is_told and job.owner == self.kiosk.signed_in.user_id:
                job.is_told = True
                self._ended.append(job.outcome or f"{job.title}: {why_not_done(job.error)}")
        return self._ended

    def key_left(self) -> None:
        """Go to the column beside."""
        self._cross("#left")

    def key_right(self) -> None:
        """Go to the column beside."""
        self._cross("#right")

    def _cross(self, column: str) -> None:
        """Mark the place of a column that stands at the height of the marked one."""
        here = self.focused
        lines = list(self.query_one(column).query(PlaceLine))
        if here is not None and lines and here not in lines:
            self.set_focus(min(lines, key=lambda line: abs(line.region.y - here.region.y)))

    def key_up(self) -> None:
        """Mark the line above; above a column stand the notices."""
        here, notices = self.focused, list(self.query(NoticeLine))
        column = here.parent if isinstance(here, PlaceLine) else None
        if column is not None and notices and here is column.query(PlaceLine).first():
            self.set_focus(notices[-1])
        else:
            self.focus_previous(HomeLine)

    def key_down(self) -> None:
        """Mark the line after."""
        self.focus_next(HomeLine)

    def do_home_open(self) -> None:
        """Open what is marked; a notice for this user is read, and then put away."""
        marked = self.focused
        if isinstance(marked, NoticeLine) and marked.notice.notice_id is not None:
            number = marked.notice.notice_id

            def read(_answer: None) -> None:
                self._put_away(number)

            self.open(TextDialog("Notice", marked.notice.text), read)
        elif isinstance(marked, HomeLine):
            self._open(marked.code)

    @work(description="put a notice away", exit_on_error=False)
    async def _put_away(self, notice_id: int) -> None:
        kiosk = self.kiosk
        await kiosk.practice.ask(notices.put_away, kiosk.signed_in, notice_id)
        self._load()

    def do_home_number(self) -> None:
        """The number keys are told apart in `on_key`, where the key is known."""

    def why_not(self, key_id: str) -> str:
        """Patients are found with their right only."""
        if key_id != "home.find":
            return ""
        views = [line.view for line in self.query(PlaceLine) if line.code == "patients"]
        return why_refused(views[0]) if views and not views[0].allowed else ""

    def do_home_find(self) -> None:
        """Find a patient: the place of patients, whose field waits for what is typed."""
        self._open("patients")

    def on_key(self, event: events.Key) -> None:
        """Open a place by its number."""
        if not self.is_active:
            # Typed before the place was there: it belongs to the place, never to another one.
            event.stop()
            top = self.app.screen
            if isinstance(top, TypedAhead) and event.character:
                top.typed_ahead(event.character)
            return
        for line in self.query(PlaceLine):
            if line.number == event.key:
                event.stop()
                self._open(line.code)

    def _open(self, code: str) -> None:
        """Open a place, or say which right is missing and where it is granted (D4)."""
        for line in (one for one in self.query(PlaceLine) if one.code == code):
            if line.view.allowed:
                self.hush()
                # The mark goes there when Home is seen again: the place comes first.
                self._opened = line
                self.open(screen_of(code))
            else:
                self.set_focus(line)
                self.say("This needs a right.", why_refused(line.view), "warn")

    def leave(self) -> None:
        """Home is the first place."""
        self.say("", "This is the first place. F10 signs out.")
