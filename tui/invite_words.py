"""Invitation rules in words: when they fire, spans of time as people write them.

One rule: kiosk and command line tell the same; nothing here reads or changes the store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from store.use_cases.invite_rules import InviteRule

MODES: Final[Mapping[str, tuple[str, str]]] = {
    "until_first_visit": ("until the first visit", "Whoever has a first visit ahead."),
    "before_appointment": ("before each visit", "As long before a visit as stands below."),
    "after_appointment": ("after each visit", "As long after a visit as stands below."),
    "no_recent_visit": ("no recent visit", "Whoever had no visit for as long as stands below."),
    "by_hand": ("by hand", "The text that is sent when somebody of the office invites."),
}
"""The word of each mode, and what it means."""
TIMED: Final = frozenset({"before_appointment", "after_appointment", "no_recent_visit"})
"""Modes in which the time counts."""

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "undefined": ("not looked at", "dim"),
    "do_not_send": ("not sent", "dim"),
    "send_not_attempted": ("on its way", ""),
    "send_successful": ("sent", "good"),
    "send_failed": ("failed", "bad"),
    "sent_awaiting_receipt": ("not known", "warn"),
}
"""How far an invitation is, as a word with its tone."""

_MINUTES: Final = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_SPAN: Final = re.compile(r"\s*(\d{1,7})\s*(minute|hour|day|week|min|h|d|w)s?\s*", re.IGNORECASE)
_SHORT: Final = {"min": "minute", "h": "hour", "d": "day", "w": "week"}
LONGEST: Final = 10 * 366 * 24 * 60
"""Minutes; what is longer was not meant."""
HOW_TO_WRITE: Final = "Write it as 7 days, 3 hours or 30 minutes."


def minutes_of(typed: str) -> int | None:
    """Return the minutes of a span such as `7 days` or `1 hour`; None for anything else."""
    found = _SPAN.fullmatch(typed)
    if found is None:
        return None
    unit = found[2].lower()
    minutes = int(found[1]) * _MINUTES[_SHORT.get(unit, unit)]
    return minutes if minutes <= LONGEST else None


def span(minutes: int) -> str:
    """Return minutes as `7 days`, `3 hours` or `90 minutes`: in the largest unit that is whole."""
    unit = next(
        (one for one in ("day", "hour") if minutes and minutes % _MINUTES[one] == 0), "minute"
    )
    many = minutes // _MINUTES[unit]
    return f"{many} {unit if many == 1 else unit + 's'}"


def when(rule: InviteRule) -> str:
    """Return when a rule invites: `7 days before each visit`."""
    if rule.mode == "before_appointment":
        return f"{span(rule.offset_minutes)} before each visit"
    if rule.mode == "after_appointment":
        return f"{span(rule.offset_minutes)} after each visit"
    if rule.mode == "no_recent_visit":
        return f"no visit for {span(rule.offset_minutes)}"
    if rule.mode == "by_hand":
        return "when somebody invites by hand"
    return "until the first visit"
