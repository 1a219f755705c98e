"""The kiosk's app: two modes, the lock, the one timer and the error policy.

One rule: there is no form here and no way out but a key of the registry (docs/design.md, Kiosk).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from store.errors import SessionEnded
from store.use_cases import signing_in
from tui import crash, theme
from tui.long_work import LongWork
from tui.nothing_out import NothingOut
from tui.screens.sign_in import SignInScreen
from tui.widgets.field import Line
from tui.widgets.leaving import AsksToLeave
from tui.widgets.opening import what_began
from tui.widgets.place import PlaceMixin

if TYPE_CHECKING:
    from textual.driver import Driver

    from store.access import Actor
    from store.clock import Clock
    from store.practice import Practice
    from store.use_cases.emergency import EmergencyState
    from store.use_cases.signing_in import PracticeCard

LOCKED: Final = "locked"
DESK: Final = "desk"
IDLE: Final = timedelta(minutes=signing_in.IDLE_MINUTES)
"""When a desk without a signed-in user closes (REQUIREMENTS S7); a session brings its own time."""

_ACTIONS: Final = frozenset({"focus_next", "focus_previous"})
_IN_A_FIELD: Final = frozenset({"enter_line", "leave_line"})
_TOUCHES: Final = (
    events.Key,
    events.Paste,
    events.MouseDown,
    events.MouseScrollDown,
    events.MouseScrollUp,
)


class ChairsideApp(NothingOut, LongWork, App[None], inherit_bindings=False):
    """The kiosk of one practice.

    Args:
        practice: the open practice.
        clock: the only source of time; the lock reads it too.
    """

    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {LOCKED: SignInScreen}
    DEFAULT_MODE: ClassVar[str] = LOCKED
    # With priority, so that the focus has moved before the next key of a fast typist (or of a
    # slow line that delivers many at once): a password must not land in the field above.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "focus_next", show=False, priority=True),
        Binding("shift+tab", "focus_previous", show=False, priority=True),
        Binding("up", "leave_line(-1)", show=False, priority=True),
        Binding("down", "leave_line(1)", show=False, priority=True),
        Binding("enter", "enter_line", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False
    COMMANDS: ClassVar[set[Any]] = set()
    ALLOW_SELECT: ClassVar[bool] = False
    AUTO_FOCUS: ClassVar[str | None] = ""
    CSS = theme.sheet()
    TITLE = "Chairside"

    def __init__(self, practice: Practice, clock: Clock) -> None:
        super().__init__()
        self.stylesheet = theme.KeptStyles(variables=self.get_css_variables())
        self.practice = practice
        self.clock = clock
        self.card: PracticeCard | None = None
        self.actor: Actor | None = None
        self.emergency: EmergencyState | None = None
        self.idle = IDLE
        self.session_ends: datetime | None = None
        self.closing_words = ""
        # Somebody waits for a message just queued, or the sign-in has come: who acts is put here.
        self.deliver_now: Callable[[], object] = lambda: None
        self.once_shown: Callable[[], object] = lambda: None
        self.after_a_touch: Callable[[], object] = lambda: None
        self._desk_is_open = False
        self._last_touch = clock.now()
        for one in theme.THEMES.values():
            self.register_theme(one)
        self.theme = theme.NIGHT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our colours exist whichever theme is on."""
        return theme.THEMES[theme.NIGHT].variables

    def on_mount(self) -> None:
        """Start the one timer."""
        self.set_interval(1, self._tick)

    def on_ready(self) -> None:
        """The sign-in has been painted."""
        self.once_shown()

    def get_driver_class(self) -> type[Driver]:
        """Where keys come as a stream of characters, read them in the kiosk's own way."""
        if sys.platform == "win32":
            return super().get_driver_class()
        from tui.driver import KioskDriver

        return KioskDriver

    # Who is here

    @property
    def is_locked(self) -> bool:
        """Whether only the sign-in can be reached."""
        return self.current_mode == LOCKED

    @property
    def signed_in(self) -> Actor:
        """The user of the session. Raises SessionEnded when there is none."""
        if self.actor is None:
            raise SessionEnded("Nobody is signed in.", do="Sign in first.")
        return self.actor

    @property
    def who(self) -> str:
        """User and role for line 1; empty while locked, so that a passer-by learns nothing."""
        if self.is_locked or self.actor is None:
            return ""
        return ", ".join(part for part in (self.actor.full_name, self.actor.role) if part)

    @property
    def seconds_to_lock(self) -> float | None:
        """Seconds until the lock, or until the session ends if that is sooner; None when locked."""
        if self.is_locked:
            return None
        now = self.clock.now()
        left = self.idle - (now - self._last_touch)
        if self.session_ends is not None:
            left = min(left, self.session_ends - now)
        return left.total_seconds()

    # The desk

    async def open_desk(self, base: Callable[[], Screen[None]]) -> None:
        """Leave the lock: a fresh desk with `base` at its bottom."""
        await self._drop_desk()
        self._last_touch = self.clock.now()
        self.add_mode(DESK, base)
        self._desk_is_open = True
        await self.switch_mode(DESK)

    async def start_session(self, actor: Actor, state: signing_in.LockState) -> None:
        """Open the desk of a user who has just signed in or unlocked (S7)."""
        from tui.screens.home import HomeScreen

        self.actor = actor
        self.idle = state.idle
        self.session_ends = state.ends_at
        await self.open_desk(HomeScreen)

    def lock(self, words: str = "") -> None:
        """Lock: notifications cleared, the desk's screens dropped, only the sign-in left."""
        self.closing_words = words
        self.call_next(self._lock)

    async def _lock(self) -> None:
        if self.actor is not None and not self.is_locked:
            self._note_lock(self.actor)
        self.clear_notifications()
        if not self.is_locked:
            await self.switch_mode(LOCKED)
        await self._drop_desk()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        # While the program ends, the parts of the sign-in go before it does.
        if self.is_running and isinstance(self.screen, SignInScreen):
            self.screen.begin(self.closing_words)

    async def _drop_desk(self) -> None:
        if self._desk_is_open:
            self._desk_is_open = False
            await self.remove_mode(DESK)

    def end_session(self, words: str) -> None:
        """The session is over: nobody is signed in any more, and the desk is dropped."""
        self.actor = None
        self.emergency = None
        self.session_ends = None
        self.lock(words)

    def _tick(self) -> None:
        left = self.seconds_to_lock
        now = self.clock.now()
        if self.actor and self.session_ends and now >= self.session_ends:
            self.end_session("The session ended after its full time. Sign in again.")
        elif left is not None and left <= 0:
            self.lock("Locked, because no key was pressed for a while.")
        else:
            for screen in self.screen_stack:
                if isinstance(screen, PlaceMixin):
                    screen.tick()
                    screen.tick_emergency()

    async def on_event(self, event: events.Event) -> None:
        """Note each touch; one that comes after the time is over must not revive the desk."""
        if isinstance(event, _TOUCHES) and not event.is_forwarded:
            left = self.seconds_to_lock
            if left is not None and left <= 0:
                self._tick()
                return
            self._last_touch = self.clock.now()
            self.after_a_touch()
        await super().on_event(event)

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """Run what a key is for, once what the key before it began has taken its first step."""
        await what_began()
        return await super().run_action(*arguments, **named)

    # Keys inside a field, dealt with before the next key is

    async def action_enter_line(self) -> None:
        """Enter: once the field has taken all that was typed before, the screen goes on."""
        if isinstance(self.focused, Line) and isinstance(self.screen, PlaceMixin):
            await self.focused.caught_up()
            if not self.screen.is_working:
                self.screen.enter()

    def action_leave_line(self, direction: int) -> None:
        """Up and down: the field before or after."""
        if direction > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    # Keys that work everywhere

    def do_kiosk_help(self) -> None:
        """F1."""
        from tui.screens.help import HelpDialog

        if isinstance(self.screen, PlaceMixin) and not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self.screen))

    def do_kiosk_theme(self) -> None:
        """F2."""
        self.theme = theme.other(self.theme)

    def do_kiosk_lock(self) -> None:
        """F9."""
        self.lock("Locked.")

    def do_kiosk_sign_out(self) -> None:
        """F10; what cannot be shown again is asked about first."""
        if isinstance(self.screen, AsksToLeave):
            self.screen.ask_to_leave(partial(self.ask_about_work, self._sign_out_now))
        else:
            self.ask_about_work(self._sign_out_now)

    def _sign_out_now(self) -> None:
        actor, self.actor = self.actor, None
        self.end_session("Signed out." if actor else "")
        if actor is not None:
            self._sign_out(actor)

    @work(description="sign out", exit_on_error=False)
    async def _sign_out(self, actor: Actor) -> None:
        await self.practice.ask(signing_in.sign_out, actor)

    @work(description="note the lock", exit_on_error=False)
    async def _note_lock(self, actor: Actor) -> None:
        await self.practice.ask(signing_in.note_lock, actor)

    # No way out, nothing to take along

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turn away every action that is not on the list, whoever asks."""
        if action in _IN_A_FIELD:
            return isinstance(self.focused, Line)
        return action in _ACTIONS

    def _handle_exception(self, error: Exception) -> None:
        crash.handle(self, error)
