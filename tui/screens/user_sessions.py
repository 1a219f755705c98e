"""The sessions of one user: where and since when, and the end of them (S7).

One rule: ending a session takes nothing away that was saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Conflict
from store.use_cases import sessions
from tui.screens.dialogs import ConfirmDialog
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import clip, content
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.sessions import SessionView
    from store.use_cases.users import UserView

COLUMNS: Final = (
    Column("Since", 12),
    Column("Last key", 12),
    Column("Ends", 12),
    Column("Terminal", 0),
)
NONE_OPEN: Final = "Not signed in anywhere."


class UserSessionsScreen(Place, place="user_sessions"):
    """The open sessions of one user."""

    def __init__(self, user: UserView) -> None:
        super().__init__()
        self._user = user
        self._open: tuple[SessionView, ...] = ()
        self._is_read = False

    @property
    def path(self) -> tuple[str, ...]:
        """Whose sessions these are."""
        return ("Setup", "Security", "Users", clip(self._user.full_name, 28), "Sessions")

    def body(self) -> ComposeResult:
        """The list, and a sentence on the marked one."""
        yield Table(COLUMNS, is_fitted=True, id="sessions")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the list."""
        self.set_focus(self.query_one(Table))
        self._load()

    @work(description="sessions of a user", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        self._open = await kiosk.practice.ask(
            sessions.list_sessions, kiosk.signed_in, self._user.user_id
        )
        self._is_read = True
        zone = kiosk.card.time_zone if kiosk.card else ""
        table = self.query_one(Table)
        table.display = bool(self._open)
        table.show(
            [
                (
                    Cell(words.instant(one.started_at, zone)),
                    Cell(words.instant(one.last_seen_at, zone)),
                    Cell(words.instant(one.ends_at, zone), "dim"),
                    Cell(one.terminal + (" · this one" if one.is_mine else "")),
                )
                for one in self._open
            ]
        )
        self._explain()

    @property
    def _marked(self) -> SessionView | None:
        index = self.query_one(Table).marked
        return self._open[index] if 0 <= index < len(self._open) else None

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self._marked
        if one is None:
            text = NONE_OPEN
        else:
            source = "the kiosk" if one.source == "kiosk" else "the command line"
            text = f"At {one.terminal}, by {source}. x ends it; nothing that was saved is lost."
        self.query_one("#about", Static).update(content(text))
        self.refresh_keys()

    def why_not(self, key_id: str) -> str:
        """There must be one to end; one's own ends with F10."""
        if not key_id.startswith("sessions.") or not self._is_read:
            return ""
        if not self._open:
            return NONE_OPEN
        marked = self._marked
        if key_id == "sessions.end" and marked is not None and marked.is_mine:
            return "This is your own session. F10 signs out."
        if key_id == "sessions.end_all" and all(one.is_mine for one in self._open):
            return "The only one is your own. F10 signs out."
        return ""

    def do_list_refresh(self) -> None:
        """Read the list again."""
        self._load()

    def do_sessions_end(self) -> None:
        """Ask, then end the marked one."""
        if self._marked is not None:
            self._ask((self._marked,), "End this session?", "End it")

    def do_sessions_end_all(self) -> None:
        """Ask, then end all but one's own."""
        others = tuple(one for one in self._open if not one.is_mine)
        self._ask(others, f"End {words.count(len(others), 'session')}?", "End them")

    def _ask(self, these: tuple[SessionView, ...], title: str, do: str) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._end(these)

        where = ", ".join(one.terminal for one in these)
        text = f"{self._user.full_name} at {where} is signed out at the next step. What was saved"
        text += " stays; a form that is open there is lost."
        self.open(ConfirmDialog(title, text, do=do, keep="Leave it as it is"), answered)

    @work(description="end a session", exit_on_error=False)
    async def _end(self, these: tuple[SessionView, ...]) -> None:
        kiosk = self.kiosk
        with self.working("Ending…"):
            for one in these:
                try:
                    await kiosk.practice.ask(sessions.end_session, kiosk.signed_in, one.session_id)
                except Conflict:
                    # It ended by itself meanwhile, which is what was asked for.
                    continue
        self.say("Ended.", f"{self._user.full_name} signs in again there.", "good")
        self._load()
