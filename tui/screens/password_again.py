"""Asks for the password again before something that a walked-up stranger must not do.

One rule: the password lives in its field and in one call; whatever comes back, the field is empty.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content


class PasswordAgainDialog(Dialog[Any], place="password_again"):
    """Answers what `act` returns; None when it was given up.

    Args:
        title: the title of the sheet.
        text: what will happen.
        do: the word on the button.
        act: what is done with the password; its errors are told here.
    """

    def __init__(
        self, title: str, text: str, *, do: str, act: Callable[[str], Awaitable[Any]]
    ) -> None:
        super().__init__()
        self._title_shown, self._text, self._do, self._act = title, text, do, act

    @property
    def title_text(self) -> str:
        """The title it was made with."""
        return self._title_shown

    def body(self) -> ComposeResult:
        """What will happen, and the password."""
        yield Static(content(self._text), id="what")
        yield Field("Your password", id="password", secret=True, max_length=1024)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton(self._do, id="do")

    def on_mount(self) -> None:
        """Begin at the password: nothing happens without it."""
        self.query_one("#password", Field).focus_line()

    def entered(self) -> None:
        """Enter goes on."""
        self.pressed("do")

    def pressed(self, button: str) -> None:
        """Go on, if a password was typed."""
        field = self.query_one("#password", Field)
        if self.is_working:
            return
        if field.value:
            self._go_on()
        else:
            field.ask("Type your password.")

    @work(description="what the password was asked for", exit_on_error=False)
    async def _go_on(self) -> None:
        field = self.query_one("#password", Field)
        password = field.value
        field.clear()
        try:
            with self.working("Checking the password…"):
                found = await self._act(password)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            field.focus_line()
        else:
            self.dismiss(found)

    def leave(self) -> None:
        """Nothing was done."""
        self.dismiss(None)
