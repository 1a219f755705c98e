"""What became of the text message with a code, in words (REQUIREMENTS D23).

One rule: the state is a word that stands by itself; nothing is called delivered unless the carrier
said so, and no number is told but its last two digits.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tui.widgets import words
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery

LONGEST_REASON: Final = 100
"""Cells; longer ones would push the code off a screen of 24 lines."""
NOT_SENT: Final = frozenset({"queued", "sending", "failed", "expired"})
TROUBLE: Final = frozenset({"undelivered", "failed", "unknown", "expired"})
"""States that do not get better by waiting."""
NO_TELEPHONE: Final = "It is in the practice's folder spool; no telephone gets it."
PATIENCE: Final = 45
"""Seconds without word of its arrival after which people are told what else they can do."""


def ending(masked: str) -> str:
    """`mobile ending in 42`, of a number of which only the last digits are known."""
    return f"mobile ending in {masked.lstrip('•')}"


def is_file(delivery: CodeDelivery) -> bool:
    """Whether the message became a file: whoever waits for it with a telephone waits for ever."""
    return delivery.carrier == "spool" and delivery.state == "sent"


def told(delivery: CodeDelivery, now: datetime, zone: str) -> tuple[str, str, str]:
    """Return what became of a message: the state in words, what else is to be said, the tone.

    Args:
        now: the present instant, for the time until the next try.
        zone: the practice's time zone, for the time of day.
    """
    at = f"{delivery.at.astimezone(ZoneInfo(zone)):%H:%M}"
    reason = _sentence(delivery.reason)
    if delivery.state == "queued":
        return _waiting(delivery, now, reason)
    if is_file(delivery):
        return f"Written to a file at {at}.", NO_TELEPHONE, "warn"
    said: dict[str, tuple[str, str, str]] = {
        "sending": ("Being sent…", "", "dim"),
        "sent": (f"Sent at {at}.", "", "strong"),
        "delivered": (f"Delivered at {at}.", "", "good"),
        "undelivered": ("Not delivered.", reason, "bad"),
        "failed": ("Not sent.", reason, "bad"),
        "expired": ("Not sent in time.", "The code is too old now.", "bad"),
        "unknown": ("Nobody knows whether it arrived.", reason, "warn"),
    }
    return said[delivery.state]


def _waiting(delivery: CodeDelivery, now: datetime, reason: str) -> tuple[str, str, str]:
    if not reason:
        return "Waiting to be sent.", "", "dim"
    left = (delivery.next_try_at - now).total_seconds() if delivery.next_try_at else 0
    again = f"Next try in {words.minutes(left)}." if left > 0 else "It is tried again now."
    return "Not sent yet.", f"{reason} {again}", "warn"


def _sentence(reason: str) -> str:
    shown = clip(reason.strip(), LONGEST_REASON)
    return shown if not shown or shown[-1] in ".!?…" else f"{shown}."
