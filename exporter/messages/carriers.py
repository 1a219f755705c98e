"""What a carrier is, and how it says what became of a message.

One rule: a carrier calls `handing_over` once, before the first byte after which a message might
arrive; what it raises says whether the message may be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from store.errors import ChairsideError
from store.outbox import Outgoing

NO_CARRIER = "No mail server is set up."
SET_UP = "Set it up under Setup > Account Info > Communications."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a carrier waits, in seconds: to connect, for each answer, for a whole try."""

    connect: float = 10
    answer: float = 20
    whole: float = 60


class Carrier(Protocol):
    """Something that takes messages, one after the other."""

    def send(self, message: Outgoing, handing_over: Callable[[], None]) -> str:
        """Send a message and return the carrier's name for it.

        Raises RefusedForGood, NotNow, CarrierDown, NobodyKnows, and what `handing_over` raises.
        """
        ...

    def close(self) -> None:
        """End the connection, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier tells of a message that it took: `sent` where it does not know yet."""

    state: Literal["sent", "delivered", "undelivered"]
    reason: str = ""


@runtime_checkable
class Checking(Carrier, Protocol):
    """A carrier that can be tried without sending anything."""

    def check(self) -> str:
        """Return what was found, a sentence or two. Raises CarrierDown, with how to mend it."""
        ...


@runtime_checkable
class Reporting(Checking, Protocol):
    """A carrier that can be asked later whether a message arrived."""

    def receipts(self, references: Sequence[str]) -> dict[str, Receipt]:
        """Tell what became of messages, by its own names for them; what it cannot tell is left out.

        Raises CarrierDown.
        """
        ...


class NotTaken(ChairsideError):
    """A message was not sent; its text is kept with the message."""

    title = "The message was not sent"


class RefusedForGood(NotTaken):
    """The carrier will never take this message."""


class NotNow(NotTaken):
    """The carrier did not take this message, and may take it later."""


class CarrierDown(NotTaken):
    """The carrier takes no message at all at present."""

    title = "Messages do not go out"


class NobodyKnows(NotTaken):
    """The message was handed over, and no answer came."""
