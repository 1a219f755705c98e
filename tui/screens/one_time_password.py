"""A one-time password, shown once to the administrator who asked for it.

One rule: it lives on this sheet only; closing it or locking the kiosk drops it for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from store.use_cases.users import OneTimePassword


class OneTimePasswordDialog(Dialog[None], place="one_time_password"):
    """Shows the password until it is closed."""

    TITLE_TEXT = "One-time password"

    def __init__(self, given: OneTimePassword) -> None:
        super().__init__()
        self._given = given

    def body(self) -> ComposeResult:
        """User name, password, until when it is good, what to do with it."""
        given = self._given
        card = self.kiosk.card
        until = words.instant(given.expires_at, card.time_zone if card else "UTC")
        yield Static(
            join(
                ("User name   ", "$tone-dim"),
                (f"{given.user_name}\n", "bold"),
                ("Password    ", "$tone-dim"),
                (given.password, "bold $tone-key"),
            ),
            id="given",
        )
        yield Static(
            content(
                f"Good until {until}, for one sign-in, which asks for a password of the user's own."
                " Tell it in person or by telephone, not by e-mail. It is shown now and never"
                " again: closing this or locking the kiosk drops it."
            )
        )

    def buttons(self) -> ComposeResult:
        """One button: it was passed on."""
        yield PushButton("I have passed it on", id="back")

    def on_mount(self) -> None:
        """The button is not under the key that opened this."""
        self.set_focus(None)
