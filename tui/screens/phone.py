"""A user's own mobile number: changed with the password (REQUIREMENTS D7, S6).

One rule: what is typed stays until the store took it; the password does not.
"""

from __future__ import annotations

from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded, WrongPassword
from store.use_cases import factors
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content

WHAT_HAPPENS: Final = (
    "The number before is told of the change. For 24 hours no download is scheduled by text"
    " message: use the app or a recovery code until then."
)


class PhoneDialog(Dialog[bool], place="phone"):
    """Answers True once the number was changed.

    Args:
        present: the number on file, masked; empty if none.
    """

    TITLE_TEXT = "Mobile number"

    def __init__(self, present: str) -> None:
        super().__init__()
        self._present = present

    def body(self) -> ComposeResult:
        """The number and the password."""
        now = f"On file: number {self._present}." if self._present else "None on file."
        yield Static(content(now), id="present")
        yield Field(
            "Mobile number",
            id="phone",
            max_length=32,
            meaning="With its country code, as in +15105550142.",
        )
        yield Field("Your password", id="password", secret=True, max_length=1024)
        yield Static(content(WHAT_HAPPENS, "$tone-dim"), id="what")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Change", id="change")

    def on_mount(self) -> None:
        """Begin at the number."""
        self.query_one("#phone", Field).focus_line()

    def entered(self) -> None:
        """Enter goes to the next empty line, and changes it from the last."""
        self.pressed("change")

    def pressed(self, button: str) -> None:
        """Change it, once both are typed."""
        if self.is_working:
            return
        for name in ("phone", "password"):
            field = self.query_one(f"#{name}", Field)
            if not field.value.strip():
                field.ask("Type it first.")
                return
        self._change()

    @work(description="change a mobile number", exit_on_error=False)
    async def _change(self) -> None:
        kiosk = self.kiosk
        phone, field = self.query_one("#phone", Field), self.query_one("#password", Field)
        password = field.value
        field.clear()
        user_id = kiosk.signed_in.user_id
        assert user_id is not None
        try:
            with self.working("Changing the number…"):
                await kiosk.practice.ask(
                    factors.change_phone, kiosk.signed_in, user_id, phone.value, password
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            (field if isinstance(error, WrongPassword) else phone).focus_line()
        else:
            self.dismiss(True)

    def leave(self) -> None:
        """The number stays."""
        self.dismiss(False)
