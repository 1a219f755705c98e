"""The second factor: the six digits that schedule a download (REQUIREMENTS D11, D12, S5).

One rule: until the store says that the code was right, nothing is scheduled; leaving gives up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from store.downloads import DownloadView
from store.errors import WrongCode
from store.use_cases import downloads
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.use_cases.downloads import CodeSent

DIGITS: Final = r"[0-9]*"
CODE_LENGTH: Final = 6


class SecondFactorDialog(Dialog[DownloadView | None], place="second_factor"):
    """Answers the scheduled download; None when it was given up."""

    TITLE_TEXT = "Two-factor authentication"

    def __init__(self, sent: CodeSent) -> None:
        super().__init__()
        self._sent = sent
        self._tries_left = sent.tries_left

    def body(self) -> ComposeResult:
        """Where the code went, the code, how long and how often it may be tried."""
        yield Static(id="sent")
        yield Static(id="demo")
        yield Field("Code", id="code", restrict=DIGITS, max_length=CODE_LENGTH)
        yield Static(id="limits")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Continue", id="continue")

    def on_mount(self) -> None:
        """Begin at the code."""
        self._show()
        self.query_one("#code", Field).focus_line()

    def _show(self) -> None:
        sent = self._sent
        self.set_text(
            "#sent",
            content(f"A six-digit code is on its way to your mobile, number {sent.sent_to}."),
        )
        demo = self.query_one("#demo", Static)
        demo.display = bool(sent.demo_text)
        if sent.demo_text:
            demo.update(
                content(f"Practice of invented people, so it is shown here:\n{sent.demo_text}")
            )
        self.tick()

    def tick(self) -> None:
        """Count down."""
        # The app's timer may come before the dialog is composed.
        if not self.query("#limits"):
            return
        now = self.kiosk.clock.now()
        valid = (self._sent.expires_at - now).total_seconds()
        again = (self._sent.send_again_at - now).total_seconds()
        tries = words.count(self._tries_left, "try", "tries")
        first = f"Valid for {words.minutes(valid)}, {tries} left." if valid > 0 else "Too old now."
        second = f"F5 sends again in {words.minutes(again)}." if again > 0 else "F5 sends again."
        self.set_text("#limits", content(f"{first} {second}", "$tone-dim"))
        self.refresh_keys()

    def why_not(self, key_id: str) -> str:
        """Sending again waits half a minute."""
        if key_id == "code.again":
            wait = (self._sent.send_again_at - self.kiosk.clock.now()).total_seconds()
            if wait > 0:
                return f"Another code can be sent in {words.minutes(wait)}."
        return ""

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.pressed("continue")

    def pressed(self, button: str) -> None:
        """Continue."""
        field = self.query_one("#code", Field)
        if len(field.value) != CODE_LENGTH:
            field.complain("The code has six digits.")
            field.focus_line()
        elif not self.is_working:
            self._confirm(field.value)

    @work(description="confirm the code", exit_on_error=False)
    async def _confirm(self, code: str) -> None:
        kiosk, number = self.kiosk, self._sent.download_id
        field = self.query_one("#code", Field)
        field.complain("")
        field.clear()
        try:
            with self.working("Checking the code…"):
                view = await kiosk.practice.ask(
                    downloads.confirm_download, kiosk.signed_in, number, code
                )
        except WrongCode as error:
            self._tries_left = await kiosk.practice.ask(
                downloads.code_tries_left, kiosk.signed_in, number
            )
            self.show_error(error)
            self.tick()
            field.focus_line()
        else:
            self.dismiss(view)

    def do_code_again(self) -> None:
        """Send another code."""
        self._send_again()

    @work(description="send the code again", exit_on_error=False)
    async def _send_again(self) -> None:
        kiosk = self.kiosk
        with self.working("Sending another code…"):
            self._sent = await kiosk.practice.ask(
                downloads.resend_code, kiosk.signed_in, self._sent.download_id
            )
        self._tries_left = self._sent.tries_left
        self._show()
        self.say("Sent again.", "The code before no longer works.", "good")

    def leave(self) -> None:
        """Give the request up, so that its keys are destroyed at once."""
        self._give_up()

    @work(description="give up a request", exit_on_error=False)
    async def _give_up(self) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Giving up…"):
                await kiosk.practice.ask(
                    downloads.cancel_download, kiosk.signed_in, self._sent.download_id
                )
        finally:
            self.dismiss(None)
