"""The second factor between the right password and the desk (REQUIREMENTS S5, D23).

One rule: what holds the sign-in's place is dropped with this dialog, which closes by itself when
its time is over: nobody finds it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store.access import Actor
from store.pending_sign_in import PasswordChangeNeeded
from store.use_cases import code_delivery, signing_in
from store.use_cases.signing_in import SecondFactorNeeded
from tui.screens.code_dialog import CodeDialog
from tui.widgets.code_form import ONLY_ONE, Asked, CodeForm

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery

NO_OTHER: Final = (
    "You have no other second factor. An administrator helps; once you are signed in, File >"
    " My Factors adds an app or codes."
)


def asked_for(needed: SecondFactorNeeded) -> Asked:
    """Return what the form tells about a sign-in that waits."""
    return Asked(
        tuple(needed.kinds),
        needed.sent_to,
        needed.expires_at,
        needed.send_again_at,
        needed.tries_left,
        needed.demo_text,
    )


class SignInFactorDialog(CodeDialog[Actor | PasswordChangeNeeded | None], place="sign_in_factor"):
    """Answers who is signed in, or that a new password comes first; None when given up.

    Args:
        needed: what the sign-in raised.
        terminal: where; the same as at the sign-in.
    """

    TITLE_TEXT = "Two-factor authentication"

    def __init__(self, needed: SecondFactorNeeded, terminal: str) -> None:
        super().__init__(asked_for(needed))
        self._token = needed.token
        self._terminal = terminal

    def why(self) -> str:
        """Why one is asked."""
        return "The password was right. A second factor is asked for as well."

    def why_not(self, key_id: str) -> str:
        """Whoever stands before the sign-in cannot reach File > My Factors."""
        reason = super().why_not(key_id)
        return NO_OTHER if reason == ONLY_ONE else reason

    async def confirm(self, kind: str, code: str) -> Actor | PasswordChangeNeeded | None:
        """Finish the sign-in."""
        try:
            return await self.kiosk.practice.ask(
                signing_in.finish_sign_in,
                self._token,
                kind,
                code,
                terminal=self._terminal,
                source="kiosk",
            )
        except PasswordChangeNeeded as needed:
            return needed

    async def send(self) -> Asked:
        """Send another text message for the same sign-in."""
        needed = await self.kiosk.practice.ask(
            signing_in.resend_sign_in_code, self._token, terminal=self._terminal
        )
        return asked_for(needed)

    async def delivery(self) -> CodeDelivery | None:
        """Ask what became of the message; whoever has the token was sent it."""
        return await self.kiosk.practice.ask(
            code_delivery.sign_in_code_delivery, self._token, terminal=self._terminal
        )

    def tick(self) -> None:
        """Count down; once the time is over, go back to the sign-in."""
        super().tick()
        if not self.query(CodeForm) or self.is_working:
            return
        expires_at = self.form.asked.expires_at
        if expires_at is not None and self.kiosk.clock.now() >= expires_at:
            self.dismiss(None)
