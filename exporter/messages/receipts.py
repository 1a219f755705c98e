"""Asking carriers whether messages arrived.

One rule: only the carrier that took a message is asked about it, and nobody is asked twice at the
same moment: the store says whose turn it is.
"""

from __future__ import annotations

from collections.abc import Callable

from exporter.messages.carriers import CarrierDown, Patience, Receipt, Reporting
from exporter.messages.choosing import carrier_of, name_of, settings_of
from store.practice import Practice
from store.use_cases import messages
from store.use_cases.carriers import OpenCarrier
from store.use_cases.messages import Awaited

BATCH = 20
"""Messages asked about at once."""
_PATIENT = Patience(connect=5, answer=10, whole=20)
"""Shorter than for sending: nothing is lost where no answer comes, and it is asked again."""


def ask_receipts(
    practice: Practice,
    *,
    channel: str = "sms",
    patience: Patience = _PATIENT,
    cancelled: Callable[[], bool] = lambda: False,
    number: int | None = None,
) -> int:
    """Ask what became of the messages that are due to be asked about; return how many settled.

    It blocks while the carrier answers: not for the event loop. A carrier that does not answer is
    no error; it is asked again later, and that says nothing about sending.

    Args:
        number: only the message of this number.
    """
    settled = 0
    while not cancelled():
        batch = practice.call(messages.take_due_receipts, channel, BATCH, number)
        if not batch:
            break
        told = _asked(practice, channel, batch, patience)
        if told is None:
            break
        for one in batch:
            receipt = told.get(one.reference)
            if receipt is not None:
                settled += practice.call(messages.note_receipt, one, receipt.state, receipt.reason)
        if len(batch) < BATCH:
            break
    return settled


def _asked(
    practice: Practice, channel: str, batch: list[Awaited], patience: Patience
) -> dict[str, Receipt] | None:
    """Return what the present carrier tells of a batch; None if it cannot be asked."""
    try:
        settings = settings_of(practice, channel)
        mine = _carried(batch, settings)
        if settings is None or not mine:
            return {}
        carrier = carrier_of(practice, settings, patience)
        try:
            return carrier.receipts(mine) if isinstance(carrier, Reporting) else {}
        finally:
            carrier.close()
    except CarrierDown:
        return None


def _carried(batch: list[Awaited], settings: OpenCarrier | None) -> list[str]:
    """Return the references of what the present carrier took itself."""
    if settings is None:
        return []
    name = name_of(settings)
    return [one.reference for one in batch if one.carried_by == name and one.reference]
