"""A password or a user name for a patient, typed by staff (REQUIREMENTS P5, P6).

One rule: what is wrong with it stands there while it is typed; the store decides once more.
"""

from __future__ import annotations

from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import online_access
from store.use_cases.online_access import Credentials
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

ASKED: Final = "At least 8 characters, with an upper-case letter, a lower-case letter and a digit."


class TypedPasswordDialog(Dialog[Credentials | None], place="portal_password"):
    """Answers the credentials with the password that was set; None for nothing.

    Args:
        patient_id: whose.
        user_name: which the password may not be.
    """

    TITLE_TEXT = "Type a password"

    def __init__(self, patient_id: int, user_name: str) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._user_name = user_name

    def body(self) -> ComposeResult:
        """The password in clear: it is told to the patient or printed in a moment."""
        yield Static(
            content(
                "The password before is worth nothing once this one is set. Upper and lower"
                " case count."
            )
        )
        yield Static("")
        yield Field("Password", id="password", max_length=128)
        yield Static(id="problems")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Set the password", id="set")

    def on_mount(self) -> None:
        """Begin at the password."""
        self.query_one("#password", Field).focus_line()
        self._check()

    @property
    def _problems(self) -> tuple[str, ...]:
        typed = self.query_one("#password", Field).value
        return online_access.password_problems(typed, self._user_name)

    @on(Input.Changed)
    def _check(self) -> None:
        """Say what is still wrong."""
        if not self.query_one("#password", Field).value:
            told = content(ASKED, "$tone-dim")
        elif problems := self._problems:
            told = join(*((f"● {problem}\n", "$tone-warn") for problem in problems))
        else:
            told = content("This can be used.", "$tone-good")
        self.set_text("#problems", told)

    def entered(self) -> None:
        """Enter sets it, once nothing is wrong with it."""
        self.pressed("set")

    def pressed(self, button: str) -> None:
        """Set it."""
        if self._problems:
            self.say("Not yet.", "See above what is still wrong with it.", "warn")
            self.query_one("#password", Field).focus_line()
        elif not self.is_working:
            self._set(self.query_one("#password", Field).value)

    @work(description="set a password", exit_on_error=False)
    async def _set(self, password: str) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Setting the password…"):
                made = await kiosk.practice.ask(
                    online_access.set_password, kiosk.signed_in, self._patient_id, password
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            self.query_one("#password", Field).focus_line()
        else:
            self.query_one("#password", Field).clear()
            self.dismiss(made)

    def leave(self) -> None:
        """The password stays as it was."""
        self.dismiss(None)


class UserNameDialog(Dialog[str | None], place="portal_user_name"):
    """Answers the new user name; None when it stays.

    Args:
        patient_id: whose.
        present: the user name as it is.
    """

    TITLE_TEXT = "User name for the portal"

    def __init__(self, patient_id: int, present: str) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._present = present

    def body(self) -> ComposeResult:
        """The user name."""
        yield Field(
            "User name",
            id="user_name",
            value=self._present,
            max_length=100,
            meaning="Upper and lower case count the same. The password stays as it is.",
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Change", id="change")

    def on_mount(self) -> None:
        """Begin at the name."""
        self.query_one("#user_name", Field).focus_line()

    def entered(self) -> None:
        """Enter changes it."""
        self.pressed("change")

    def pressed(self, button: str) -> None:
        """Change it, if it is another one."""
        field = self.query_one("#user_name", Field)
        typed = field.value.strip()
        if not typed:
            field.complain("A user name is needed.")
            field.focus_line()
        elif typed == self._present:
            self.dismiss(None)
        elif not self.is_working:
            self._change(typed)

    @work(description="change a user name", exit_on_error=False)
    async def _change(self, typed: str) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Changing it…"):
                await kiosk.practice.ask(
                    online_access.change_user_name, kiosk.signed_in, self._patient_id, typed
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            self.query_one("#user_name", Field).focus_line()
        else:
            self.dismiss(typed)

    def leave(self) -> None:
        """The user name stays."""
        self.dismiss(None)
