"""A text message to oneself, and what became of it.

One rule: it tells of that one message; what else waits in the outbox is no news here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from store.use_cases import message_log
from store.use_cases.carriers import TEST_PURPOSE
from tui.inviting import NotSentYet
from tui.message_words import MEANS, TEST_WRITTEN, is_file

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice

NEWEST: Final = 20
"""Messages among which the test is looked for: others may be queued at the same moment."""


def hand_over(practice: Practice) -> None:
    """Hand text messages over that wait; mail is for the runner. Blocks."""
    from exporter.messages.delivery import deliver

    deliver(practice, channels=("sms",))


async def send_test(practice: Practice, actor: Actor) -> str:
    """Queue a text message to oneself, hand it over, and return the sentence that tells of it.

    Raises:
        Refused: the right Setup - Communications: Full Control is missing.
        BadInput: no mobile number is on file for this user.
        NotSentYet: it waits, or was refused; with the reason.
    """
    masked = await practice.ask(message_log.test_text, actor)
    await asyncio.to_thread(hand_over, practice)
    rows = await practice.ask(message_log.recent, actor, None, NEWEST)
    mine = next((row for row in rows if row.channel == "sms" and row.purpose == TEST_PURPOSE), None)
    if mine is None or mine.state in ("sending", "sent", "delivered"):
        if mine is not None and is_file(mine.state, mine.carried_by):
            return TEST_WRITTEN
        return f"A test message went to {masked}. l on Communications tells what becomes of it."
    if mine.state == "queued":
        raise NotSentYet(
            f"The test message to {masked} waits. {mine.reason}".strip(),
            kept="It is tried again by itself.",
        )
    raise NotSentYet(f"{mine.reason or MEANS.get(mine.state, '')}".strip())
