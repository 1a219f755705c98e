"""Setup › Account Info › Communications: registering text messaging (REQUIREMENTS D6).

One rule: the state stands on this page at all times, as a word and in a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import communications
from tui.screens.code_dialog import AskCodeDialog
from tui.widgets import words
from tui.widgets.code_form import Asked
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.communications import RegistrationView, TestSent

STATES: Final = {
    "not_registered": ("not registered", "warn"),
    "pending": ("pending", "warn"),
    "registered": ("registered", "good"),
    "rejected": ("rejected", "bad"),
}
_MEANS: Final = {
    "not_registered": "No code can be sent. r registers: a test message is sent to your mobile.",
    "pending": "A test message was sent. Type its code with Enter, or send another with r.",
    "registered": "Codes for data downloads are sent as text messages.",
    "rejected": "No code can be sent. Register again with r.",
}
WHAT_IT_IS: Final = (
    "Text messaging is registered once for the practice, before a data download\n"
    "can be scheduled with the code of a text message."
)
CARRIERS: Final = {
    "spool": "Messages are written to files on this computer, for a carrier to collect."
}
WHY: Final = "The code shows that text messages arrive. Registered is only what was read."
EMPTY: Final = "Nobody has registered text messaging yet. Press r to begin."
_COLUMNS: Final = (Column("When", 13), Column("State", 14), Column("By", 16), Column("Reason", 0))


def asked_for(sent: TestSent) -> Asked:
    """Return what the form tells about a test message."""
    return Asked(
        ("sms",),
        sent.sent_to,
        sent.expires_at,
        sent.send_again_at,
        sent.tries_left,
        sent.demo_text,
    )


class CommunicationsScreen(Place, place="communications"):
    """The state, and how it came to that."""

    PATH = ("Setup", "Account Info", "Communications")

    def __init__(self) -> None:
        super().__init__()
        self._view: RegistrationView | None = None
        self._sent: TestSent | None = None
        self._refusal = ""

    def body(self) -> ComposeResult:
        """What it is, the state, the history."""
        yield Static(content(WHAT_IT_IS), id="what")
        yield Static(id="state")
        yield Static(content("History", "bold"), id="history_heading")
        yield Table(_COLUMNS, id="history")
        yield Static(id="empty")

    def on_mount(self) -> None:
        """Read the state."""
        self.query_one(Table).focus()
        self._load()

    @work(description="communications", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            view = await kiosk.practice.ask(communications.registration, kiosk.signed_in)
        except Refused as refusal:
            self._refusal = refusal.sentence
            self.show_error(refusal)
            self.refresh_keys()
        else:
            self._show(view)

    def _show(self, view: RegistrationView) -> None:
        self._view = view
        word, tone = STATES[view.state]
        reason = view.history[0].reason if view.history else ""
        lines = [
            ("Text messaging is ", ""),
            (f"{word}.", f"bold $tone-{tone}"),
            (f" {reason}" if reason else "", ""),
            (f" {_MEANS[view.state]}\n", ""),
            (CARRIERS.get(view.carrier, f"Messages go out through {view.carrier}."), "$tone-dim"),
        ]
        if view.sent_to:
            lines.append((f" Your own mobile number: {view.sent_to}.", "$tone-dim"))
        else:
            lines.append(
                ("\nNo mobile number is on file for you: File > My Factors.", "$tone-warn")
            )
        self.query_one("#state", Static).update(join(*lines))
        zone = self.kiosk.card.time_zone if self.kiosk.card else "UTC"
        table = self.query_one(Table)
        table.display = bool(view.history)
        table.show(
            [
                (
                    Cell(words.instant(step.at, zone) if step.at else words.NOTHING, "dim"),
                    Cell(STATES[step.state][0], STATES[step.state][1]),
                    Cell(step.by or words.NOTHING),
                    Cell(step.reason or (f"sent by {step.sender}" if step.sender else ""), "dim"),
                )
                for step in view.history
            ]
        )
        empty = self.query_one("#empty", Static)
        empty.display = not view.history
        empty.update(content(EMPTY))
        self.refresh_keys()

    def why_not(self, key_id: str) -> str:
        """Registered is the end of it; a code is typed while one is waited for."""
        if not key_id.startswith("communications.") or key_id == "communications.mail":
            return ""
        if self._refusal:
            return self._refusal
        view = self._view
        if view is None:
            return "The state is being read."
        if key_id == "communications.register" and view.state == "registered":
            return "Text messaging is registered already."
        if key_id == "communications.code" and view.state != "pending":
            return "No test message is waited for."
        return ""

    def do_communications_register(self) -> None:
        """Send a test message, then ask for its code."""
        self._register()

    @work(description="register text messaging", exit_on_error=False)
    async def _register(self) -> None:
        with self.working("Sending a test message…"):
            asked = await self._send()
        self._ask_code(asked)

    async def _send(self) -> Asked:
        kiosk = self.kiosk
        self._sent = await kiosk.practice.ask(communications.register, kiosk.signed_in)
        return asked_for(self._sent)

    def do_communications_code(self) -> None:
        """Type the code of the message that was sent last."""
        sent = self._sent
        if sent is None or self.kiosk.clock.now() >= sent.expires_at:
            # What was sent from another terminal, or before a lock: its limits are not known here.
            self._ask_code(self._asked_elsewhere())
        else:
            self._ask_code(asked_for(sent))

    def _asked_elsewhere(self) -> Asked:
        sent_to = self._view.sent_to if self._view else ""
        return Asked(("sms",), sent_to, None, self.kiosk.clock.now(), 0, None)

    def do_communications_mail(self) -> None:
        """The account that sends e-mail has a page of its own."""
        from tui.screens.mail_account import MailAccountScreen

        self.open(MailAccountScreen())

    def _ask_code(self, asked: Asked) -> None:
        kiosk = self.kiosk

        async def confirm(_kind: str, code: str) -> RegistrationView:
            return await kiosk.practice.ask(
                communications.confirm_registration, kiosk.signed_in, code
            )

        def confirmed(view: RegistrationView | None) -> None:
            if view is None:
                self.say("Not registered yet.")
            else:
                self.say("Registered.", "Codes can be sent from now on.", "good")
            self._load()

        self.open(
            AskCodeDialog(
                "Register for communication", WHY, asked, confirm=confirm, send=self._send
            ),
            confirmed,
        )
