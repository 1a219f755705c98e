"""The online access panel of a patient's card, in words (REQUIREMENTS P1-P10).

One rule: it only draws; a password stands in it while the card holds it, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from store.clock import date_in_zone
from tui.widgets import words
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.online_access import Credentials, OnlineAccess

Part = tuple[str, str]
"""A text and its style."""

MASKED: Final = "********"
PRINT_MASKED: Final = (
    "The password is masked and can never be shown again: generate a new one first, with g."
)
LABEL: Final = 12


def labelled(label: str, value: str, room: int, style: str = "") -> list[Part]:
    """Return one line: what it is, dim, and its value, clipped to the line."""
    return [
        (f" {label:<{LABEL}} ", "$tone-dim"),
        (clip(value, room - LABEL - 2), style),
        ("\n", ""),
    ]


def on_day(at: datetime, zone: str, now: datetime) -> str:
    """Return a day as people say it: `today`, `3 Oct`, or with another year `3 Oct 2025`."""
    day, today = date_in_zone(at, zone), date_in_zone(now, zone)
    if day == today:
        return "today"
    return "on " + words.day(day, year=day.year != today.year).lstrip("0")


def heading(access: OnlineAccess, zone: str, now: datetime) -> list[Part]:
    """Return the name of the panel and the state, with when and by whom."""
    parts: list[Part] = [(" Online access", "bold"), ("   ", "")]
    if access.state == "given":
        when = f" {on_day(access.granted_at, zone, now)}" if access.granted_at else ""
        by = f" by {clip(access.granted_by, 30)}" if access.granted_by else ""
        parts += [("given", "bold $tone-good"), (f"{when}{by}", "$tone-dim")]
    elif access.state == "removed":
        when = f" {on_day(access.removed_at, zone, now)}" if access.removed_at else ""
        by = f" by {clip(access.removed_by, 30)}" if access.removed_by else ""
        parts += [("removed", "bold $tone-warn"), (f"{when}{by}", "$tone-dim")]
    else:
        parts.append(("none", "bold"))
    return [*parts, ("\n", "")]


def missing(access: OnlineAccess, room: int) -> list[Part]:
    """Return all that is missing, a line each, numbered by the key that leads there (P1)."""
    many = len(access.missing)
    told = "One thing is missing" if many == 1 else f"{many} things are missing"
    parts: list[Part] = [(f"  {told} before it can be provided:\n", "$tone-warn")]
    for number, one in enumerate(access.missing, 1):
        parts += [
            (f"   {number}", "bold $tone-key"),
            (f"  {clip(one.sentence, room - 7)}\n", ""),
        ]
    return [*parts, ("  Enter goes to the first, a number to its own.\n", "$tone-dim")]


def credentials(
    access: OnlineAccess, shown: Credentials | None, room: int, zone: str
) -> list[Part]:
    """Return address, user name and password; masked unless it was made on this page (P8)."""
    user_name = shown.user_name if shown else access.user_name
    parts = labelled("Portal", access.portal_url or "no address is set yet", room)
    parts += labelled("User name", user_name, room, "bold")
    if shown is None:
        parts += [(f" {'Password':<{LABEL}} ", "$tone-dim"), (MASKED, "")]
        parts.append(("   never shown again; g makes a new one\n", "$tone-dim"))
    else:
        parts += [(f" {'Password':<{LABEL}} ", "$tone-dim"), (shown.password, "bold $tone-key")]
        parts.append(("   shown until you leave this page\n", "$tone-dim"))
    if access.is_one_time:
        until = shown.valid_until if shown else access.one_time_until
        parts += one_time(until, zone)
    return parts


def one_time(until: datetime | None, zone: str) -> list[Part]:
    """Return until when a one-time password can be used (P10)."""
    limit = f"until {words.day(date_in_zone(until, zone)).lstrip('0')} or " if until else ""
    text = f"One-time: valid {limit}until the patient chooses another."
    return [(f" {text}\n", "")]


def happened(access: OnlineAccess, zone: str, now: datetime) -> list[Part]:
    """Return what came of it: printed, signed in, paused; what needs doing stands out."""
    parts: list[Part] = []
    if access.last_sign_in:
        when = on_day(access.last_sign_in, zone, now)
        parts.append((f" The patient last signed in {when}.", "$tone-dim"))
    elif access.printed_at is None:
        parts += [(" ● ", "$tone-warn"), ("Not printed yet.", "")]
    else:
        by = f" by {clip(access.printed_by, 30)}" if access.printed_by else ""
        when = on_day(access.printed_at, zone, now)
        parts.append((f" Printed {when}{by}. Never signed in yet.", "$tone-dim"))
    if access.paused_until and access.paused_until > now:
        left = words.spent((access.paused_until - now).total_seconds())
        parts.append((f" Paused after wrong passwords, for {left}.", "$tone-warn"))
    if access.representatives:
        who = words.count(access.representatives, "person", "people")
        parts.append((f" {who} may act for the patient: r.", "$tone-dim"))
    return parts


def panel(
    access: OnlineAccess, shown: Credentials | None, room: int, zone: str, now: datetime
) -> list[Part]:
    """Return the whole panel for one line width.

    Args:
        shown: the credentials that were made on this page; None when they are masked.
        room: cells in a line.
    """
    parts = heading(access, zone, now)
    if access.state == "given":
        parts += credentials(access, shown, room, zone)
        return parts + happened(access, zone, now)
    if access.missing:
        return parts + missing(access, room)
    kept = f" The user name {clip(access.user_name, 40)} is kept.\n" if access.user_name else ""
    parts.append((f" o provides it: a user name and a one-time password.\n{kept}", ""))
    if access.portal_url:
        parts += labelled("Portal", access.portal_url, room)
    return parts
