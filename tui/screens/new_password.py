"""A new password that must be chosen before the desk opens (REQUIREMENTS S4).

One rule: the password one signed in with is kept no longer than this dialog, which carries the
downloads over with it and closes by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.access import Actor
from store.errors import BadInput
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.new_password_fields import NewPasswordFields
from tui.widgets.place import Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.password_policy import PasswordPolicy
    from store.pending_sign_in import PasswordChangeNeeded

STAYS_OPEN: Final = timedelta(minutes=10)
"""As long as what the sign-in gave for it is good."""


class NewPasswordDialog(Dialog[Actor | None], place="new_password"):
    """Answers who is signed in; None when no password was chosen.

    Args:
        needed: what the sign-in raised.
        policy: what the practice asks for.
        password: the one just signed in with.
    """

    TITLE_TEXT = "Choose a new password"

    def __init__(
        self, needed: PasswordChangeNeeded, policy: PasswordPolicy, password: str, now: datetime
    ) -> None:
        super().__init__()
        self._why, self._token = needed.what, needed.token
        self._user_name = needed.user_name
        self._policy, self._password = policy, password
        self._closes_at = now + STAYS_OPEN

    def body(self) -> ComposeResult:
        """Why, and the two lines."""
        yield Static(content(self._why), id="why")
        yield NewPasswordFields(self._policy, self._user_name)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Keep and sign in", id="keep")

    def on_mount(self) -> None:
        """Begin at the password."""
        self.query_one("#new", Field).focus_line()

    def tick(self) -> None:
        """Close when the time is over."""
        if self.kiosk.clock.now() >= self._closes_at and not self.is_working:
            self.leave()

    def entered(self) -> None:
        """Enter goes to the next empty line, and keeps it from the last."""
        self.pressed("keep")

    def pressed(self, button: str) -> None:
        """Keep the new password."""
        if not self.is_working and self.query_one(NewPasswordFields).agree():
            self._keep()

    @work(description="choose a new password", exit_on_error=False)
    async def _keep(self) -> None:
        from store.use_cases import passwords

        fields = self.query_one(NewPasswordFields)
        new = fields.value
        try:
            with self.working("Keeping the new password…"):
                actor = await self.kiosk.practice.ask(
                    passwords.change_at_sign_in, self._token, new, old_password=self._password
                )
        except BadInput as error:
            self.show_error(error)
            fields.clear()
            self.query_one("#new", Field).focus_line()
        else:
            self._password = ""
            self.dismiss(actor)

    def leave(self) -> None:
        """No session begins."""
        self._password = ""
        self.dismiss(None)
