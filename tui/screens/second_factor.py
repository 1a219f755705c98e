"""The second factor that schedules a download (REQUIREMENTS D11, D12, D23, S5).

One rule: until the store says that the code was right, nothing is scheduled; leaving gives up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work

from store.downloads import DownloadView
from store.use_cases import code_delivery, downloads
from tui.screens.code_dialog import CodeDialog
from tui.widgets.code_form import Asked

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery
    from store.use_cases.downloads import CodeSent

PURPOSE: Final = "download.schedule"
"""Of the messages that carry these codes."""


def asked_for(sent: CodeSent) -> Asked:
    """Return what the form tells about a code that was sent or asked for."""
    return Asked(
        tuple(sent.kinds),
        sent.sent_to,
        sent.expires_at,
        sent.send_again_at,
        sent.tries_left,
        sent.demo_text,
    )


class SecondFactorDialog(CodeDialog[DownloadView | None], place="second_factor"):
    """Answers the scheduled download; None when it was given up."""

    TITLE_TEXT = "Two-factor authentication"

    def __init__(self, sent: CodeSent) -> None:
        super().__init__(asked_for(sent))
        self._number = sent.download_id

    async def confirm(self, kind: str, code: str) -> DownloadView | None:
        """Schedule with this code."""
        kiosk = self.kiosk
        return await kiosk.practice.ask(
            downloads.confirm_download, kiosk.signed_in, self._number, code, kind
        )

    async def send(self) -> Asked:
        """Send another code for the same request."""
        kiosk = self.kiosk
        sent = await kiosk.practice.ask(downloads.resend_code, kiosk.signed_in, self._number)
        return asked_for(sent)

    async def delivery(self) -> CodeDelivery | None:
        """Ask what became of the message with the code."""
        kiosk = self.kiosk
        return await kiosk.practice.ask(code_delivery.code_delivery, kiosk.signed_in, PURPOSE)

    async def tries_left(self) -> int | None:
        """Ask the store: sending again does not give more (S5)."""
        kiosk = self.kiosk
        return await kiosk.practice.ask(downloads.code_tries_left, kiosk.signed_in, self._number)

    def leave(self) -> None:
        """Give the request up, so that its keys are destroyed at once."""
        self._give_up()

    @work(description="give up a request", exit_on_error=False)
    async def _give_up(self) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Giving up…"):
                await kiosk.practice.ask(downloads.cancel_download, kiosk.signed_in, self._number)
        finally:
            self.dismiss(None)
