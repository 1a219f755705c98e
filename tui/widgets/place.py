"""What every screen and dialog is: a place with keys, one answer line, one error policy.

One rule: a worker fetches and a handler decides; an error of either ends here, never in the app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import ModalScreen, Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from store.errors import ChairsideError, Refused, SessionEnded
from tui import keys
from tui.widgets.button import PushButton
from tui.widgets.frame import EmergencyLine, KeyLine, MessageLine, PathLine, WhoLine
from tui.widgets.opening import ACTIONS, UNEXPECTED, UNEXPECTED_DO, ComesWhole, what_began
from tui.widgets.sheet import Sheet, SheetBody, SheetTitle

if TYPE_CHECKING:
    from tui.app import ChairsideApp

Answer = TypeVar("Answer")
Result = TypeVar("Result")


class PlaceMixin(ComesWhole[Answer]):
    """Keys, answers and errors, shared by screens and dialogs."""

    AUTO_FOCUS = ""
    ALLOW_SELECT: ClassVar[bool] = False
    PLACE: ClassVar[str] = "message"

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init_subclass__(cls, place: str = "", **options: bool) -> None:
        """Give a screen the keys of its place, and no others."""
        if place:
            cls.PLACE = place
            cls.BINDINGS = [*keys.bindings(*(key.id for key in keys.keys_of(place)))]
        options["inherit_bindings"] = not place
        super().__init_subclass__(**options)

    def __init__(self) -> None:
        super().__init__()
        self._working = ""
        self._waiting_to_leave = False
        self._waiting_to_open: tuple[Screen[Any], Callable[[Any], None] | None] | None = None
        self._answer: Answer | None = None

    @property
    def place(self) -> str:
        """Which place of the registry this is now; its keys stand on the last line."""
        return self.PLACE

    @property
    def kiosk(self) -> ChairsideApp:
        """The app."""
        return cast("ChairsideApp", self.app)

    @property
    def zone(self) -> str:
        """The practice's time zone."""
        return self.kiosk.card.time_zone if self.kiosk.card else "UTC"

    # Keys

    def why_not(self, key_id: str) -> str:
        """Return why a key cannot be used now; empty when it can. Screens answer for their keys."""
        return ""

    def action_do(self, key_id: str) -> None:
        """Run a key of the registry: `downloads.cancel` calls `do_downloads_cancel()`."""
        reason = self.why_not(key_id)
        if self._working and not key_id.startswith("kiosk."):
            reason = self._working
        if reason:
            self.say("Not now.", reason, "warn")
            return
        handler: Callable[[], None] | None = getattr(self, "do_" + key_id.replace(".", "_"), None)
        if handler is None:
            handler = getattr(self.kiosk, "do_" + key_id.replace(".", "_"))
        handler()

    def enter(self) -> None:
        """Enter was pressed in a field: what was answered before is dealt with."""
        if not self._working:
            self.hush()
        self.entered()

    def entered(self) -> None:
        """Enter was pressed in a field."""

    def do_kiosk_next(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def do_kiosk_previous(self) -> None:
        """Go to the field before."""
        self.focus_previous()

    def do_kiosk_back(self) -> None:
        """Leave, unless an answer is still awaited: it must find its screen."""
        if self._working:
            self.say("Not now.", self._working, "warn")
        else:
            self.leave()

    def leave(self) -> None:
        """Go back one place."""
        self.dismiss()

    def tick(self) -> None:
        """Once a second, from the app's one timer."""

    def tick_emergency(self) -> None:
        """Once a second as well, and when it was taken or given back: draw the red line."""
        for line in self.query(EmergencyLine):
            line.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turn away every action that is not on the list."""
        return action in ACTIONS

    def open(
        self, screen: Screen[Result], then: Callable[[Result | None], None] | None = None
    ) -> None:
        """Put a screen over this one, if this one is still what people work with.

        A worker that ends after the lock must not draw over it (docs/design.md, Kiosk), nor over
        what a key after its own has opened. Where only the help lies above, it waits for that.
        """
        if self.is_active:
            self.app.push_screen(screen, then)
        elif self.is_current and cast("PlaceMixin[Any]", self.app.screen).place == "help":
            self._waiting_to_open = (screen, then)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with an answer; under another screen, as soon as that one is gone.

        The stock method takes away whatever screen is on top.
        """
        if self.is_active:
            return super().dismiss(result)
        self._waiting_to_leave = True
        self._answer = result
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """On top again: open or leave if that was put off."""
        if self._waiting_to_open is not None:
            (screen, then), self._waiting_to_open = self._waiting_to_open, None
            self.open(screen, then)
        if self._waiting_to_leave:
            self._waiting_to_leave = False
            self.dismiss(self._answer)

    # Answers and errors

    def say(self, title: str, text: str = "", tone: str = "") -> None:
        """Show the last answer on its line."""
        # A worker may answer when its screen is already on the way out.
        if self.is_attached:
            self.query_one(MessageLine).say(title, text, tone)

    def hush(self) -> None:
        """Clear the answer line."""
        self.say("", "")

    def refresh_keys(self) -> None:
        """Draw the keys again after something changed that enables or disables one."""
        # The app's timer may come before the screen is composed.
        for line in self.query(KeyLine):
            line.refresh()

    def show_error(self, error: BaseException | None) -> None:
        """The error policy: ours are told, the end of a session ends it, others show no data."""
        if isinstance(error, SessionEnded):
            if self.kiosk.actor is not None:  # whoever signed out meanwhile was told so
                self.kiosk.end_session(error.sentence)
        elif isinstance(error, ChairsideError):
            tone = "warn" if isinstance(error, Refused) else "bad"
            self.say(f"{error.title}.", error.sentence, tone)
        else:
            self.say(UNEXPECTED, UNEXPECTED_DO, "bad")

    @contextmanager
    def working(self, sentence: str) -> Iterator[None]:
        """While an answer is awaited: say so, take no other key, and stay."""
        self._working = sentence
        self.say("", sentence)
        try:
            yield
        finally:
            self._working = ""
        self.hush()

    @property
    def is_working(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._working)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Errors of workers come here, because none of them ends the app."""
        if event.state is WorkerState.ERROR:
            event.stop()
            self.show_error(event.worker.error)


class Place(PlaceMixin[None]):
    """A whole screen inside the frame."""

    PATH: ClassVar[tuple[str, ...]] = ()

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        yield EmergencyLine()
        yield WhoLine()
        yield PathLine(self.path)
        with Vertical(classes="place--body"):
            yield from self.body()
        yield MessageLine()
        yield KeyLine()

    @property
    def path(self) -> tuple[str, ...]:
        """The path on line 2."""
        return self.PATH

    def body(self) -> ComposeResult:
        """The one thing of this screen."""
        yield from ()

    def tick(self) -> None:
        """Once a second, from the app's one timer: draw the time to lock."""
        # The first tick may come before the screen is composed.
        for line in self.query(WhoLine):
            line.refresh()


class Dialog(PlaceMixin[Answer], ModalScreen[Answer]):
    """A sheet over a screen: a title, a body, one answer line, its buttons."""

    TITLE_TEXT: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """The sheet and its own line of keys."""
        yield EmergencyLine()
        with Sheet():
            yield SheetTitle(self.title_text)
            with SheetBody():
                yield from self.body()
            yield MessageLine()
            with Horizontal(classes="dialog--buttons"):
                yield from self.buttons()
        yield KeyLine()

    @property
    def title_text(self) -> str:
        """The title of the sheet."""
        return self.TITLE_TEXT

    def body(self) -> ComposeResult:
        """What the dialog tells or asks."""
        yield from ()

    def buttons(self) -> ComposeResult:
        """The harmless button first."""
        yield PushButton("Back", id="back")

    async def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """`back` leaves; a dialog answers for its other buttons in `pressed`."""
        event.stop()
        await what_began()
        if event.button.id == "back":
            self.do_kiosk_back()
        elif self._working:
            self.say("Not now.", self._working, "warn")
        else:
            self.hush()
            self.pressed(str(event.button.id))

    def pressed(self, button: str) -> None:
        """A button other than `back` was pressed."""

    def set_text(self, selector: str, text: Content) -> None:
        """Change a text of the body, if it is still there."""
        try:
            self.query_one(selector, Static).update(text)
        except NoMatches:
            return
