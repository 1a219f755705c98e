"""What can be done for the marked user of a list: edit, groups, rights, password, hide, unlock.

One rule: each asks the store, which checks the right; a refusal says which one is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual import work

from store.use_cases import users
from tui.screens.dialogs import ConfirmDialog
from tui.widgets.place import PlaceMixin

if TYPE_CHECKING:
    from store.use_cases.users import OneTimePassword, UserView

NOBODY_MARKED: Final = "There is no user in the list."
_FOR_ONE: Final = (
    "users.edit",
    "users.groups",
    "users.rights",
    "users.password",
    "users.copy",
    "users.hide",
    "users.unhide",
    "users.unlock",
    "users.require",
    "users.sessions",
)


class UserActions(PlaceMixin[None]):
    """Keys for one user, for the list of users."""

    @property
    def marked(self) -> UserView | None:
        """The user that the keys are about; the list answers."""
        return None

    def load(self, mark: int = 0) -> object:
        """Read the list again; the list does."""
        return None

    def why_not(self, key_id: str) -> str:
        """Each key tells what it lacks."""
        if key_id not in _FOR_ONE:
            return ""
        user = self.marked
        if user is None:
            return NOBODY_MARKED
        name = user.full_name
        if key_id == "users.unhide":
            return "" if user.is_hidden else f"{name} is not hidden."
        if user.is_hidden and key_id not in ("users.edit", "users.rights"):
            return f"{name} is hidden. b brings the user back."
        if key_id == "users.unlock" and not (user.is_paused or user.is_disabled):
            return f"{name} is not paused."
        if key_id == "users.password" and user.user_id == self.kiosk.signed_in.user_id:
            return "Your own password is changed under File > User Password."
        return ""

    # Places and forms

    def do_users_edit(self) -> None:
        """What is entered of the marked user."""
        self._open_form("edit")

    def do_users_new(self) -> None:
        """A new user."""
        self._open_form("new")

    def do_users_copy(self) -> None:
        """A new user in the same groups as the marked one."""
        self._open_form("copy")

    @work(description="form of a user", exit_on_error=False)
    async def _open_form(self, what: str) -> None:
        from tui.screens.user_form import UserFormDialog, read_form

        marked = None if what == "new" else self.marked
        with self.working("Reading…"):
            read = await read_form(self.kiosk, what, marked.user_id if marked else 0)
        self.open(UserFormDialog(what, read), self._saved)

    def _saved(self, answer: tuple[int, str] | OneTimePassword | None) -> None:
        if answer is None:
            self.say("", "Nothing was changed.")
            self.load()
        elif isinstance(answer, tuple):
            self.say("Saved.", answer[1], "good")
            self.load(answer[0])
        else:
            self._show_password(answer)

    def _show_password(self, given: OneTimePassword) -> None:
        from tui.screens.one_time_password import OneTimePasswordDialog

        def read(_: None) -> None:
            self.say("", f"{given.user_name} chooses a password at the first sign-in.")

        self.open(OneTimePasswordDialog(given), read)
        self.load(given.user_id)

    def do_users_groups(self) -> None:
        """Group Membership (D5)."""
        self._open_membership()

    @work(description="groups of a user", exit_on_error=False)
    async def _open_membership(self) -> None:
        from tui.screens.membership import MembershipDialog, read_membership

        user = self.marked
        if user is None:
            return
        with self.working("Reading…"):
            read = await read_membership(self.kiosk, user.user_id)

        def moved(answer: tuple[tuple[int, ...], str] | None) -> None:
            if answer is None:
                self.say("", "Nothing was changed.")
            else:
                self.say("Saved.", answer[1], "good")
            self.load(user.user_id)

        self.open(MembershipDialog(user.full_name, *read), moved)

    def do_users_rights(self) -> None:
        """Effective rights."""
        from tui.screens.effective_rights import EffectiveRightsScreen

        if self.marked is not None:
            self.open(EffectiveRightsScreen(self.marked))

    def do_users_sessions(self) -> None:
        """Where the user is signed in."""
        from tui.screens.user_sessions import UserSessionsScreen

        if self.marked is not None:
            self.open(UserSessionsScreen(self.marked))

    # Changes

    def do_users_unlock(self) -> None:
        """End the pause after wrong passwords (S3)."""
        if self.marked is not None:
            self._change(users.unlock_user, self.marked, "Unlocked.", "can sign in again.")

    def do_users_unhide(self) -> None:
        """Bring a hidden user back."""
        if self.marked is not None:
            told = "is back, in the same groups as before."
            self._change(users.unhide_user, self.marked, "Brought back.", told)

    def do_users_hide(self) -> None:
        """Ask, then hide (S2)."""
        self._ask(
            "Hide {name}?",
            "{name} can no longer sign in, and open sessions end at once. What {name} did stays"
            " in the records. h and b bring the user back.",
            "Hide the user",
            lambda user: self._change(users.hide_user, user, "Hidden.", "can no longer sign in."),
        )

    def do_users_require(self) -> None:
        """Ask, then require a new password at the next sign-in."""
        self._ask(
            "Ask {name} for a new password?",
            "The next sign-in of {name} asks for a new password. Until then the present one stays.",
            "Ask for a new one",
            lambda user: self._change(
                users.require_new_password, user, "Noted.", "chooses a new one at the next sign-in."
            ),
        )

    def do_users_password(self) -> None:
        """Ask, then give a one-time password."""
        self._ask(
            "Reset the password of {name}?",
            "You see a one-time password once, to tell {name} in person. All sessions of {name}"
            " end, downloads that wait are cancelled, and ready ones stay locked with the old"
            " password: nobody can retrieve them any more.",
            "Reset the password",
            self._reset,
        )

    def _ask(self, title: str, text: str, do: str, then: Callable[[UserView], Any]) -> None:
        user = self.marked
        if user is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                then(user)

        named = {"name": user.full_name}
        self.open(
            ConfirmDialog(
                title.format(**named), text.format(**named), do=do, keep="Leave it as it is"
            ),
            answered,
        )

    @work(description="change a user", exit_on_error=False)
    async def _change(self, use_case: Any, user: UserView, title: str, told: str) -> None:
        kiosk = self.kiosk
        with self.working("Saving…"):
            await kiosk.practice.ask(use_case, kiosk.signed_in, user.user_id)
        self.say(title, f"{user.full_name} {told}", "good")
        self.load(user.user_id)

    @work(description="reset a password", exit_on_error=False)
    async def _reset(self, user: UserView) -> None:
        kiosk = self.kiosk
        with self.working("Making a one-time password…"):
            given = await kiosk.practice.ask(users.reset_password, kiosk.signed_in, user.user_id)
        self._show_password(given)
