"""What My Factors tells of each second factor, in words (REQUIREMENTS S5, S6, D23).

One rule: a factor that does not schedule downloads now says so, and from when it will.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tui.widgets import words
from tui.widgets.code_form import Asked
from tui.widgets.table import Cell

if TYPE_CHECKING:
    from store.use_cases.factors import FactorsView, ProofCodeSent

ALL_CODES: Final = 10
FEW_CODES: Final = 3
SEND_AGAIN: Final = timedelta(seconds=30)
"""S5: another code is not sent before."""


def asked_for(sent: ProofCodeSent, kinds: tuple[str, ...], now: datetime) -> Asked:
    """Return what the form tells about a code that was sent as a proof."""
    return Asked(
        kinds, sent.sent_to, sent.expires_at, now + SEND_AGAIN, sent.tries_left, sent.demo_text
    )


def provable(view: FactorsView, now: datetime) -> tuple[str, ...]:
    """Return the kinds that schedule downloads now, and so prove a new factor."""
    kinds = []
    if view.phone and not view.phone_notes:
        kinds.append("sms")
    if view.totp_counts_from is not None and view.totp_counts_from <= now:
        kinds.append("totp")
    if view.recovery_left and (view.recovery_counts_from or now) <= now:
        kinds.append("recovery")
    return tuple(kinds)


def rows_of(view: FactorsView, now: datetime, zone: str) -> tuple[tuple[Cell, Cell], ...]:
    """Return the three lines: phone, app, recovery codes."""
    app = Cell("not set up")
    if view.totp_counts_from is not None:
        app = Cell(f"set up{_later(view.totp_counts_from, now, zone)}", "good")
    codes = Cell("none left" if view.recovery_counts_from else "none made yet", "warn")
    if view.recovery_left:
        tone = "warn" if view.recovery_left <= FEW_CODES else "good"
        later = _later(view.recovery_counts_from, now, zone)
        codes = Cell(f"{view.recovery_left} of {ALL_CODES} left{later}", tone)
    return (
        (Cell("Text message"), _phone(view)),
        (Cell("Authenticator app"), app),
        (Cell("Recovery codes"), codes),
    )


def explained(view: FactorsView, line: int) -> str:
    """Return the sentence under the table for one of its lines."""
    at_sign_in = " It is asked for at each sign-in as well." if view.asked_at_sign_in else ""
    if line == 0:
        return " ".join(view.phone_notes) or (
            "A six-digit code is sent to it. Text messages can be intercepted: an app is safer."
            + at_sign_in
        )
    if line == 1:
        return (
            "An app on your phone shows six digits that change twice a minute. It needs no"
            f" reception, and no text message.{at_sign_in}"
        )
    return (
        "Ten codes on paper, for when the phone is lost. Each works once, in place of the text"
        " message or the app. New ones replace those you have."
    )


def _phone(view: FactorsView) -> Cell:
    if not view.phone:
        return Cell("no mobile number on file", "warn")
    proven = "proven" if view.phone_verified_at else "not proven yet"
    if view.phone_notes:
        return Cell(f"number {view.phone}, {proven}; not for downloads now", "warn")
    return Cell(f"number {view.phone}, {proven}", "good" if view.phone_verified_at else "")


def _later(counts_from: datetime | None, now: datetime, zone: str) -> str:
    if counts_from is None or counts_from <= now:
        return ""
    return f", for downloads from {words.instant(counts_from, zone)}"
