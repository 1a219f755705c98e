"""The code that schedules a download: its text message, and what a form is told about it (D11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import one_time_codes, text_messages
from store.database import Store
from store.factors import Kind
from store.one_time_codes import NewCode


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way, or asked for; nothing is scheduled yet (D11).

    `kinds` are the second factors that are on offer for it; `sent_to` is empty if no text message
    could be sent. The tries are counted over all kinds together.
    """

    download_id: int
    sent_to: str
    expires_at: datetime
    send_again_at: datetime
    tries_left: int
    demo_text: str | None
    kinds: tuple[Kind, ...] = ("sms",)

    def __repr__(self) -> str:
        return f"CodeSent({self.download_id})"


def send(store: Store, phone: str, code: NewCode) -> str:
    """Queue the text message with a code, inside the running transaction; return its text.

    Raises BadInput for a number that no text message goes to.
    """
    return text_messages.queue_code(
        store,
        code,
        purpose="download.schedule",
        number=phone,
        says=f"{code.code} is your code for the data download.",
        advice=("Nobody will ever ask you for it.",),
    )


def code_sent(
    store: Store,
    number: int,
    sent_to: str,
    code: NewCode,
    demo_text: str | None,
    kinds: tuple[Kind, ...],
) -> CodeSent:
    """Return what a form is told about the code of a request."""
    return CodeSent(
        number,
        sent_to,
        code.expires_at,
        store.clock.now() + one_time_codes.SEND_AGAIN_AFTER,
        code.tries_left,
        demo_text,
        kinds,
    )
