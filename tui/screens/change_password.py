"""File › User Password: a user changes the own password, at any time (REQUIREMENTS S4).

One rule: passwords live in their fields and in one call; whatever comes back, the fields are empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from store.errors import BadInput
from store.use_cases import passwords
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.new_password_fields import NewPasswordFields
from tui.widgets.place import Place
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.password_policy import PasswordPolicy

WHAT_HAPPENS: Final = (
    "Your other sessions end. Downloads that wait or are ready are locked with the new password;"
    " those with a passphrase of their own keep it, and so do copies that were saved already."
)


class ChangePasswordScreen(Place, place="change_password"):
    """The form; afterwards one is where one was, still signed in."""

    PATH = ("File", "User Password")

    def body(self) -> ComposeResult:
        """Filled once the policy is known."""
        yield Vertical(id="form")

    def on_mount(self) -> None:
        """Ask for the policy."""
        self._load()

    @work(description="password policy", exit_on_error=False)
    async def _load(self) -> None:
        policy = await self.kiosk.practice.ask(passwords.policy)
        await self._show(policy)

    async def _show(self, policy: PasswordPolicy) -> None:
        present = Field("Present password", id="old", secret=True, max_length=1024)
        await self.query_one("#form").mount(
            present,
            NewPasswordFields(policy, self.kiosk.signed_in.user_name),
            Static(content(WHAT_HAPPENS, "$tone-dim"), id="what"),
            Horizontal(
                PushButton("Back", id="back"),
                PushButton("Change Password", id="change"),
                id="buttons",
            ),
        )
        present.focus_line()

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Back, or change."""
        event.stop()
        if event.button.id == "back":
            self.do_kiosk_back()
        else:
            self._try()

    def entered(self) -> None:
        """Enter goes to the next empty line, and changes it from the last."""
        self._try()

    def _try(self) -> None:
        old = self.query_one("#old", Field)
        if self.is_working:
            return
        if not old.value:
            self.hush()
            old.focus_line()
        elif self.query_one(NewPasswordFields).agree():
            self._change()

    @work(description="change the password", exit_on_error=False)
    async def _change(self) -> None:
        kiosk = self.kiosk
        old, fields = self.query_one("#old", Field), self.query_one(NewPasswordFields)
        typed, new = old.value, fields.value
        old.clear()
        fields.clear()
        old.focus_line()
        try:
            with self.working("Changing the password…"):
                await kiosk.practice.ask(passwords.change_own_password, kiosk.signed_in, typed, new)
        except BadInput as error:
            self.show_error(error)
        else:
            self.say("Changed.", "Your new password is good from now on. Esc goes back.", "good")
