"""The gateway carrier: text messages by HTTP, in the shape of Twilio's Messages resource.

One rule: nothing that a gateway says is shown. What it means is told in our own sentences, and its
error code is a number; so no account, token, number or text comes back in an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    Patience,
    Receipt,
    RefusedForGood,
)
from exporter.messages.gateway import answers
from exporter.messages.gateway.line import Answer, GatewayLine, NoAnswer
from store.outbox import Outgoing
from store.phones import why_not_served
from store.use_cases.carriers import OpenCarrier

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164. A gateway of this kind would take `whatsapp:` and `client:` addresses, too."""
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_MIGHT = "The message may have arrived."
_PATIENT = Patience()


class GatewayCarrier:
    """The practice's account with a gateway; its line is made when first needed, and kept.

    Args:
        settings: the gateway's base address, account, token (`secret`), sender and countries.
        patience: how long to wait; shorter in tests only.
    """

    def __init__(self, settings: OpenCarrier, patience: Patience = _PATIENT) -> None:
        self._settings = settings
        self._account = f"/2010-04-01/Accounts/{quote(settings.account, safe='')}"
        self._line = GatewayLine(settings.address, settings.account, settings.secret, patience)

    def __repr__(self) -> str:
        return "GatewayCarrier(...)"

    def send(self, message: Outgoing, handing_over: Callable[[], None]) -> str:
        """Send one text message and return the gateway's name for it.

        `handing_over` is called when the line stands and nothing of the message has gone out.
        Raises RefusedForGood, NotNow, CarrierDown, NobodyKnows, and what `handing_over` raises.
        """
        if not _NUMBER.fullmatch(message.recipient):
            raise RefusedForGood("This is not a telephone number with its country code.")
        excluded = why_not_served(message.recipient, self._settings.countries)
        if excluded:
            raise RefusedForGood(excluded)
        sender = self._settings.sender
        by = "MessagingServiceSid" if _SERVICE.fullmatch(sender) else "From"
        form = {"To": message.recipient, by: sender, "Body": message.body}
        with self._line.limit():
            try:
                answer = self._line.post(f"{self._account}/Messages.json", form, handing_over)
            except NoAnswer as problem:
                raise NobodyKnows(f"{problem} {_MIGHT}") from None
        return answers.taken(answer)

    def receipts(self, references: Sequence[str]) -> dict[str, Receipt]:
        """Ask what became of messages, by the gateway's names for them.

        What the gateway does not tell is left out. Raises CarrierDown if it tells of none at all
        because it cannot be asked.
        """
        found: dict[str, Receipt] = {}
        with self._line.limit():
            for reference in references:
                path = f"{self._account}/Messages/{quote(reference, safe='')}.json"
                try:
                    with self._asking():
                        receipt = answers.receipt(self._line.get(path))
                except CarrierDown:
                    if not found:
                        raise
                    break
                if receipt is not None:
                    found[reference] = receipt
        return found

    def check(self) -> str:
        """Sign in, look the sender up, end the line; return what was found, some sentences.

        Raises CarrierDown with what is wrong and what to do.
        """
        try:
            with self._line.limit(), self._asking():
                account = answers.account(self._line.get(f"{self._account}.json"))
                sender = answers.sender(*self._looked_up())
        finally:
            self._line.close()
        how = self._line.encryption
        line = f"The line is encrypted ({how})." if how else "The line stays in this computer."
        return f"The gateway answered. {line} {account} {sender}"

    def close(self) -> None:
        """End the connection, if there is one."""
        self._line.close()

    def _looked_up(self) -> tuple[str, Answer | None]:
        """Return the sender, and what the gateway says of it; only its own numbers can be asked."""
        sender = self._settings.sender
        if not _NUMBER.fullmatch(sender):
            return sender, None
        query = {"PhoneNumber": sender, "PageSize": "20"}
        return sender, self._line.get(f"{self._account}/IncomingPhoneNumbers.json", query)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer as problem:
            raise CarrierDown(str(problem), do=answers.AGAIN) from None
