"""Delivering the outbox.

One rule: any number of deliverers may be at work at once, and any of them may die at any moment:
each message is sent once at most, and what certainly was not sent is sent later.
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from exporter.messages.carriers import (
    NO_CARRIER,
    Carrier,
    CarrierDown,
    NobodyKnows,
    NotNow,
    Patience,
    RefusedForGood,
    Reporting,
)
from exporter.messages.choosing import carrier_of, name_of, settings_of
from store.outbox import Outgoing
from store.practice import Practice
from store.use_cases import carriers, messages
from store.use_cases.carriers import OpenCarrier
from store.use_cases.messages import ClaimLost

BATCH = 10
"""Messages claimed at once: all of them must be tried within the lease, or go to somebody else."""
ASK_AFTER = timedelta(seconds=2)
"""How long after it took a message a carrier is first asked whether it arrived."""
_PATIENT = Patience()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one delivery did: taken by carriers, still waiting for all, and given up.

    `failed` counts what is not tried again by itself: refused for good, too late, or unknown.
    """

    sent: int
    waiting: int
    failed: int


def deliver(
    practice: Practice,
    *,
    channels: Sequence[str] = messages.CHANNELS,
    limit: int | None = None,
    patience: Patience = _PATIENT,
    cancelled: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand what can be sent to its carriers.

    It blocks, up to a minute for a carrier that does not answer: not for the event loop.

    Args:
        channels: which messages: sms, email; the first ones first.
        limit: how many messages at most; None for all.
        patience: how long carriers wait.
        cancelled: asked before each message; true leaves the rest for another time.

    Raises StoreProblem where the store cannot be written; nothing is sent twice for that.
    """
    run = _Delivery(practice, limit, patience, cancelled)
    for channel in channels:
        run.channel(channel)
    practice.call(messages.scrub)
    return Delivered(run.sent, practice.call(messages.count_waiting), run.failed)


@dataclass(frozen=True, slots=True)
class _Way:
    """A carrier, and the settings that it was made from."""

    carrier: Carrier
    settings: OpenCarrier

    @property
    def name(self) -> str:
        return name_of(self.settings)

    @property
    def ask_after(self) -> timedelta | None:
        return ASK_AFTER if isinstance(self.carrier, Reporting) else None


class _Delivery:
    """One run over the outbox, under a name that no other run has."""

    def __init__(
        self,
        practice: Practice,
        limit: int | None,
        patience: Patience,
        cancelled: Callable[[], bool],
    ) -> None:
        self._practice = practice
        self._left = limit
        self._patience = patience
        self._cancelled = cancelled
        self._holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._answered = False
        self.sent = 0
        self.failed = 0

    def channel(self, channel: str) -> None:
        """Send what waits for a channel, until its carrier takes no more."""
        try:
            settings = settings_of(self._practice, channel)
        except CarrierDown as broken:
            self._practice.call(messages.note_no_carrier, channel, broken.what)
            self._practice.call(carriers.note_health, channel, broken.what)
            return
        if settings is None:
            self._practice.call(messages.note_no_carrier, channel, NO_CARRIER)
            return
        way = _Way(carrier_of(self._practice, settings, self._patience), settings)
        problem = ""
        self._answered = False
        try:
            for batch in self._batches(channel):
                problem = self._send(way, batch)
                if problem:
                    break
        finally:
            way.carrier.close()
        if problem or self._answered:
            self._practice.call(carriers.note_health, channel, problem, "", settings)

    def _batches(self, channel: str) -> Iterator[list[Outgoing]]:
        while (self._left is None or self._left > 0) and not self._cancelled():
            count = BATCH if self._left is None else min(BATCH, self._left)
            batch = self._practice.call(messages.claim, self._holder, channel, count)
            if not batch:
                return
            if self._left is not None:
                self._left -= len(batch)
            yield batch

    def _send(self, way: _Way, batch: list[Outgoing]) -> str:
        """Send some messages; return why the carrier is not to be asked again now, or nothing."""
        for at, message in enumerate(batch):
            if self._cancelled():
                self._practice.call(messages.give_back, batch[at:], "")
                break
            try:
                self._one(way, message)
            except (CarrierDown, NobodyKnows) as problem:
                self._practice.call(messages.give_back, batch[at + 1 :], problem.what)
                return problem.what
        return ""

    def _one(self, way: _Way, message: Outgoing) -> None:
        """Send one message and note what became of it. Raises CarrierDown, NobodyKnows."""
        practice = self._practice
        try:
            reference = way.carrier.send(
                message, partial(practice.call, messages.handing_over, message)
            )
        except ClaimLost:
            return
        except (CarrierDown, NotNow) as problem:
            self.failed += not practice.call(messages.note_try_later, message, problem.what)
            if isinstance(problem, CarrierDown):
                raise
            self._answered = True
        except RefusedForGood as problem:
            practice.call(messages.note_failed, message, problem.what)
            self.failed += 1
        except NobodyKnows as problem:
            practice.call(messages.note_unknown, message, problem.what)
            self.failed += 1
            raise
        else:
            practice.call(messages.note_sent, message, reference, way.name, way.ask_after)
            self.sent += 1
            self._answered = True
