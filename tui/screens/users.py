"""Setup › Security › Users: who signs in here, and what can be done for them (S1-S4, D5).

One rule: a user is hidden, never deleted; a one-time password is shown once, to one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import users
from tui.screens.user_actions import UserActions
from tui.widgets import words
from tui.widgets.finding import Finding, matches
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.users import UserView

COLUMNS: Final = (
    Column("User", 12),
    Column("Name", 20),
    Column("Groups", 0),
    Column("Last sign-in", 15),
)
NOBODY_FOUND: Final = "No user matches what is typed. Esc shows all of them."
NOBODY: Final = (
    "Nobody is in this group. Memberships are edited with g under Setup > Security > Users."
)


def state(user: UserView, zone: str) -> tuple[str, str]:
    """Return the state of a user in words, and its tone; what needs a decision comes first."""
    if user.is_hidden:
        return "hidden", "dim"
    if user.is_disabled:
        return "disabled", "bad"
    if user.is_paused:
        return "paused", "warn"
    if user.last_sign_in is None:
        return "never signed in", "dim"
    if user.require_password_change:
        return "new password due", "warn"
    return words.instant(user.last_sign_in, zone), ""


def explained(user: UserView, zone: str) -> list[tuple[str, str]]:
    """Return what stands under the list for one user, as pieces of text with their styles."""
    reach = " · ".join(part for part in (user.email, user.cell_phone_masked) if part)
    lines = [
        (clip(user.full_name, 60), "bold"),
        (clip(f", {user.job_title}", 30) if user.job_title else "", ""),
        (clip(f" · {reach}", 60) if reach else " · no e-mail and no mobile number", "$tone-dim"),
        (f"\nIn {clip(', '.join(user.groups), 120) or 'no group'}.", ""),
    ]
    if user.is_hidden:
        lines.append((" Hidden: cannot sign in. b brings the user back.", "$tone-warn"))
    elif user.is_disabled:
        text = " Disabled after 100 wrong passwords: p gives a one-time password."
        lines.append((text, "$tone-bad"))
    elif user.is_paused:
        lines.append((" Paused after wrong passwords: u ends the pause.", "$tone-warn"))
    elif user.require_password_change:
        lines.append((" The next sign-in asks for a new password.", "$tone-dim"))
    if user.last_sign_in is not None:
        when = words.instant(user.last_sign_in, zone)
        lines.append((f" Last signed in {when}.", "$tone-dim"))
    return lines


class UsersScreen(Place, Finding, UserActions, place="users"):
    """The list of users, or of those in one group.

    Args:
        group: the name of the group whose members are shown; empty for all users.
    """

    def __init__(self, group: str = "") -> None:
        super().__init__()
        self._of_group = group
        self._with_hidden = False
        self._all: tuple[UserView, ...] = ()
        self._seen: tuple[UserView, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Two ways lead here: by the users, and by a group (D5)."""
        if self._of_group:
            return ("Setup", "Security", "Groups", clip(self._of_group, 24), "Members")
        return ("Setup", "Security", "Users")

    def body(self) -> ComposeResult:
        """Find, the list, and what the marked line means."""
        yield self.find_field("Find a user")
        yield Table(COLUMNS, id="users")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the list."""
        self.set_focus(self.query_one(Table))
        self.load()

    def on_screen_resume(self) -> None:
        """What was changed in a place above shows here at once."""
        super().on_screen_resume()
        if self._all:
            self.load()

    @property
    def marked(self) -> UserView | None:
        """The user under the mark; None in an empty list."""
        if not self.is_mounted:
            return None
        index = self.query_one(Table).marked
        return self._seen[index] if 0 <= index < len(self._seen) else None

    @work(description="list of users", exit_on_error=False)
    async def load(self, mark: int = 0) -> None:
        """Read the list again; `mark` is the number of a user to mark."""
        kiosk = self.kiosk
        try:
            found = await kiosk.practice.ask(
                users.list_users, kiosk.signed_in, include_hidden=self._with_hidden
            )
        except Refused as refusal:
            self._all = self._seen = ()
            self.query_one(Table).display = False
            self.query_one("#about", Static).update(content(refusal.sentence))
            return
        of = self._of_group
        self._all = tuple(user for user in found if not of or of in user.groups)
        self._draw(mark)

    def show_found(self) -> None:
        """Draw the users that match what is typed."""
        self._draw(0)

    def _draw(self, mark: int) -> None:
        here = self.marked
        wanted = mark or (here.user_id if here else 0)
        self._seen = tuple(
            user
            for user in self._all
            if matches(
                self.typed, user.user_name, user.full_name, user.job_title, user.email, *user.groups
            )
        )
        numbers = [user.user_id for user in self._seen]
        self.query_one(Table).show(
            [self._row(user) for user in self._seen],
            mark=numbers.index(wanted) if wanted in numbers else 0,
        )
        self._explain()

    @property
    def _zone(self) -> str:
        return self.kiosk.card.time_zone if self.kiosk.card else ""

    def _row(self, user: UserView) -> tuple[Cell, ...]:
        word, tone = state(user, self._zone)
        dim = "dim" if user.is_hidden else ""
        return (
            Cell(user.user_name, dim),
            Cell(user.full_name, dim),
            Cell(", ".join(user.groups), dim),
            Cell(word, tone),
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        user = self.marked
        if user is not None:
            about = join(*explained(user, self._zone))
        else:
            about = content(NOBODY_FOUND if self.typed else NOBODY)
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    def on_table_chosen(self) -> None:
        """A double click is Enter."""
        self.action_do("users.edit")

    def do_list_refresh(self) -> None:
        """Read the list again."""
        self.load()

    def do_users_hidden(self) -> None:
        """Show hidden users as well, or leave them out."""
        self._with_hidden = not self._with_hidden
        self.say("", "Hidden users are shown as well." if self._with_hidden else "")
        self.load()
