"""What the unattended run does for messages, once every download that is due was made.

One rule: a carrier that fails is noted with its reason, and ends neither the run nor its messages
of another channel.
"""

from __future__ import annotations

from collections.abc import Callable

from exporter.messages.checking import check_daily
from exporter.messages.delivery import deliver
from exporter.messages.receipts import ask_receipts
from store.access import Actor
from store.practice import Practice
from store.use_cases import messages
from store.use_cases.invitations import queue_due_invitations


def send_messages(practice: Practice, runner: Actor, cancelled: Callable[[], bool]) -> None:
    """Send what waits, ask whether earlier messages arrived, try carriers once a day (D6).

    Raises StoreBusy, StoreProblem: the store cannot be written; nothing is sent twice for that.
    """
    practice.call(queue_due_invitations, runner)
    deliver(practice, cancelled=cancelled)
    for channel in messages.CHANNELS:
        if practice.call(messages.count_receipts_due, channel):
            ask_receipts(practice, channel=channel, cancelled=cancelled)
    if not cancelled():
        check_daily(practice)
