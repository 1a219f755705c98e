"""What Setup › Account Info › Communications does: register, check, test, and the ways on.

One rule: nothing is registered before what sends was asked and a message was read (D6).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from store.use_cases import code_delivery, communications
from tui.screens.carrier_wait import CarrierJob, CarrierWork, NotWorking, check
from tui.screens.code_dialog import AskCodeDialog
from tui.trying import send_test
from tui.widgets.code_form import Asked

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery
    from store.use_cases.communications import RegistrationView, TestSent

WHY: Final = "Typing its code back shows that text messages arrive."
LATE: Final = "No message? Go back with Esc: l lists what became of it, k asks what sends."
HOW_LONG: Final = {
    "http": "The gateway is asked about account and sender. As a rule it takes a few seconds.",
    "modem": "The modem is asked about SIM card and signal. It may take half a minute.",
}
CHANNEL_WORDS: Final = {"sms": "Text messages", "email": "E-mail"}
PURPOSE: Final = "communications.register"


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


class CommunicationsWork(CarrierWork):
    """For the screen that shows the state: `sent_to` and `kind` are its own."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: TestSent | None = None

    def sent_to(self) -> str:
        """Where a test message of this user would go, masked; the screen knows."""
        return ""

    def kind(self) -> str:
        """By what text messages go; the screen knows."""
        return ""

    def how_long(self) -> str:
        """Return what is asked, and how long it may take; empty for files."""
        return HOW_LONG.get(self.kind(), "")

    # Asking

    def check_all(self, channels: list[str]) -> Callable[[CarrierJob], Coroutine[Any, Any, str]]:
        """Return what asks each channel's carrier, and tells of all of them. Raises NotWorking."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: CarrierJob) -> str:
            told: list[str] = []
            trouble: NotWorking | None = None
            for channel in channels:
                name = f"{CHANNEL_WORDS[channel]}: " if len(channels) > 1 else ""
                try:
                    found = await asyncio.to_thread(check, practice, actor, channel)
                except NotWorking as problem:
                    trouble, found = trouble or problem, problem.what
                told.append(f"{name}{found}")
            if trouble is not None:
                raise NotWorking(" ".join(told), do=trouble.do)
            return " ".join(told)

        return run

    def do_communications_test(self) -> None:
        """Send a text message without a code to oneself."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: CarrierJob) -> str:
            return await send_test(practice, actor)

        self.ask_carrier(CarrierJob("Sending a test message"), run)

    # Registering

    def do_communications_register(self) -> None:
        """Ask what sends, send a test message, then ask for its code."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(job: CarrierJob) -> str:
            from exporter.messages.carriers import CarrierDown
            from exporter.messages.checking import register_messaging

            try:
                job.sent = await asyncio.to_thread(register_messaging, practice, actor)
            except CarrierDown as problem:
                raise NotWorking(problem.what, kept="Not registered.", do=problem.do) from None
            return f"A test message goes to {job.sent.sent_to}; Enter on Communications types it."

        self.ask_carrier(CarrierJob("Registering text messages", self.how_long()), run)

    def carrier_answered(self, job: CarrierJob) -> None:
        """A test message that was just sent waits for its code."""
        if job.sent is None:
            super().carrier_answered(job)
            return
        self._sent = job.sent
        self._ask_code(asked_for(job.sent))

    async def _send_again(self) -> Asked:
        # What sends was asked a moment ago; another look could take longer than its user waits.
        kiosk = self.kiosk
        self._sent = await kiosk.practice.ask(communications.register, kiosk.signed_in)
        return asked_for(self._sent)

    def do_communications_code(self) -> None:
        """Type the code of the message that was sent last."""
        sent = self._sent
        if sent is None or self.kiosk.clock.now() >= sent.expires_at:
            # What was sent from another terminal, or before a lock: its limits are not known here.
            asked = Asked(("sms",), self.sent_to(), None, self.kiosk.clock.now(), 0, None)
        else:
            asked = asked_for(sent)
        self._ask_code(asked)

    def _ask_code(self, asked: Asked) -> None:
        kiosk = self.kiosk

        async def confirm(_kind: str, code: str) -> RegistrationView:
            return await kiosk.practice.ask(
                communications.confirm_registration, kiosk.signed_in, code
            )

        async def delivery() -> CodeDelivery | None:
            return await kiosk.practice.ask(code_delivery.code_delivery, kiosk.signed_in, PURPOSE)

        def confirmed(view: RegistrationView | None) -> None:
            if view is None:
                self.say("Not registered yet.")
            else:
                self.say("Registered.", "Codes can be sent from now on.", "good")
            self.look_again()

        self.open(
            AskCodeDialog(
                "Register for communication",
                WHY,
                asked,
                confirm=confirm,
                send=self._send_again,
                delivery=delivery,
                late=LATE,
            ),
            confirmed,
        )

    # Ways on

    def do_communications_carrier(self) -> None:
        """By what text messages go has a page of its own."""
        from tui.screens.sms_carrier import SmsCarrierScreen

        # What was said before may be mended there.
        self.hush()
        self.open(SmsCarrierScreen())

    def do_communications_mail(self) -> None:
        """So has the account that sends e-mail."""
        from tui.screens.mail_account import MailAccountScreen

        self.hush()
        self.open(MailAccountScreen())

    def do_communications_messages(self) -> None:
        """And what was sent."""
        from tui.screens.message_log import MessageLogScreen

        self.hush()
        self.open(MessageLogScreen())
