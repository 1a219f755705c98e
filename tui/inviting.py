"""Inviting many patients as work that can be watched and stopped, and outlives the screen.

One rule: a few patients a transaction, so that nobody else waits; what is done is told even when
it is stopped or fails halfway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from store.errors import ChairsideError
from store.use_cases import invitations
from tui.widgets.words import count

if TYPE_CHECKING:
    from exporter.messages.delivery import Delivered
    from store.access import Actor
    from store.practice import Practice
    from tui.widgets.jobs import Job


class NotSentYet(ChairsideError):
    """A message waits, or was refused."""

    title = "Not sent"


SENT_AT_ONCE = 20
"""Messages between two looks at whether to stop."""


async def everybody(practice: Practice, actor: Actor, left_out: frozenset[int]) -> list[int]:
    """Return the numbers of all who qualify now, without those who were left out."""
    found: list[int] = []
    after: int | None = None
    while True:
        page = await practice.ask(invitations.candidates, actor, qualifies=True, after=after)
        found += [one.patient_id for one in page.rows if one.patient_id not in left_out]
        if page.next is None:
            return found
        after = page.next


async def invite_all(practice: Practice, actor: Actor, left_out: frozenset[int], job: Job) -> str:
    """Invite all who qualify; return the sentence that tells what came of it."""
    job.progress(0, 0, "looking who")
    left = tuple(await everybody(practice, actor, left_out))
    total, invited, reasons = len(left), 0, list[str]()
    while left and not job.cancelled():
        job.progress(total - len(left), total, "inviting")
        batch = left[: invitations.BATCH]
        report = await practice.ask(invitations.invite_many, actor, batch)
        left = (*report.left, *left[invitations.BATCH :])
        invited += report.invited
        reasons += [one.why_not for one in report.results if one.invited is None]
    job.progress(total - len(left), total, "sending")
    last = await send(practice, job.cancelled)
    return told(invited, reasons, len(left), last.waiting if last else 0)


async def invite_one(practice: Practice, actor: Actor, patient_id: int, job: Job) -> str:
    """Invite one patient; return the sentence that tells it. Raises Refused, Conflict, NotFound."""
    made = await practice.ask(invitations.invite, actor, patient_id)
    last = await send(practice, job.cancelled)
    waits = " It is not sent yet: Invitations tells why." if last and last.waiting else ""
    return f"Invited. The message goes to {made.sent_to_masked}.{waits}"


async def send(
    practice: Practice, cancelled: Callable[[], bool] = lambda: False
) -> Delivered | None:
    """Hand over what waits, a few at a time, until nothing more goes or it is to stop.

    Returns how the last try went; None when there was none.
    """
    from exporter.messages.delivery import deliver

    last = None
    while not cancelled():
        last = await asyncio.to_thread(deliver, practice, limit=SENT_AT_ONCE)
        if not last.sent:
            break
    return last


async def send_now(practice: Practice) -> None:
    """Hand over what waits. Raises NotSentYet where something did not go."""
    last = await send(practice)
    if last is not None and (last.waiting or last.failed):
        raise NotSentYet(
            "The message was not taken.",
            kept="What can still be sent is tried again by itself.",
            do="Setup > Account Info > Communications > Mail account says why.",
        )


def told(invited: int, reasons: list[str], left: int, waiting: int) -> str:
    """Return what came of it: how many were invited, how many were not and why, what waits."""
    sentences = [f"{count(invited, 'patient')} invited."]
    if reasons:
        common = max(set(reasons), key=reasons.count)
        sentences.append(f"{count(len(reasons), 'patient')} could not be: {common}")
    if left:
        sentences.append(f"Stopped before {count(left, 'other')}; they can be invited later.")
    if waiting:
        sentences.append(f"{count(waiting, 'message')} not sent yet: Invitations tells why.")
    return " ".join(sentences)
