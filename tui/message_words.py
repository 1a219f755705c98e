"""Messages and their carriers in words: by what they go, how that does, what became of each.

One rule: kiosk and command line tell the same; nothing here reads or changes the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tui.widgets import words
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.carriers import CarrierView

Pieces = list[tuple[str, str]]
"""Pieces of text with their styles."""
WIDEST: Final = 62
"""Cells of the text of a fact on the page, at 80 columns."""
LONGEST_TOLD: Final = 170
"""Cells of a reason that are told where it is only one of several things."""

REGISTRATION: Final[Mapping[str, tuple[str, str]]] = {
    "not_registered": ("not registered", "warn"),
    "pending": ("pending", "warn"),
    "registered": ("registered", "good"),
    "rejected": ("rejected", "bad"),
}
"""The states of D6, as words with their tones."""

HEALTH: Final[Mapping[str, tuple[str, str]]] = {
    "untried": ("not tried yet", "dim"),
    "working": ("working", "good"),
    "failing": ("failing", "bad"),
}

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("waiting", ""),
    "sending": ("being sent", ""),
    "sent": ("sent", "good"),
    "delivered": ("delivered", "good"),
    "undelivered": ("not delivered", "bad"),
    "unknown": ("not known", "warn"),
    "failed": ("failed", "bad"),
    "expired": ("too late", "bad"),
}
"""What became of a message, as a word with its tone."""

MEANS: Final[Mapping[str, str]] = {
    "queued": "It waits to be sent.",
    "sending": "It is being handed over now.",
    "sent": "It was handed over. Nobody has said yet whether it arrived.",
    "delivered": "It arrived.",
    "undelivered": "It did not arrive.",
    "unknown": "Sending was cut off; it may have arrived. It is not sent again by itself.",
    "failed": "It was not taken, and is not tried again.",
    "expired": "Its time was over before it could be sent.",
}

_PURPOSES: Final[Mapping[str, str]] = {
    "carrier.test": "a test message",
    "communications.register": "a test to register",
    "download.schedule": "a code for a data download",
    "sign_in": "a code to sign in",
    "factor.changed": "notice that a factor changed",
    "portal.invitation": "an invitation to the portal",
    "portal.invitation_test": "a test of an invitation",
}
_BEGINNINGS: Final = (
    ("communications.", "a test message"),
    ("carrier.", "a test message"),
    ("download", "a data download"),
    ("factor", "a code for a second factor"),
    ("phone", "a code to prove a number"),
    ("portal.", "the patient portal"),
)
CHANNELS: Final[Mapping[str, str]] = {"sms": "text message", "email": "e-mail"}
_BY: Final[Mapping[str, str]] = {
    "http": "a gateway",
    "modem": "a modem at this computer",
    "smtp": "a mail server",
    "spool": "files on this computer",
    "": "nothing",
}


TEST_WRITTEN: Final = (
    "The test message was written to a file in the practice's folder spool; nothing was sent."
)


def what_for(purpose: str) -> str:
    """Return what a message is for: `a code to sign in`."""
    if purpose in _PURPOSES:
        return _PURPOSES[purpose]
    for beginning, word in _BEGINNINGS:
        if purpose.startswith(beginning):
            return word
    return "a message"


def by_what(kind: str) -> str:
    """Return by what messages go: `a gateway`."""
    return _BY.get(kind, kind)


def is_file(state: str, carried_by: str) -> bool:
    """Whether a message that counts as sent is a file on this computer."""
    return state == "sent" and carried_by.startswith("spool")


def state_word(state: str, carried_by: str) -> tuple[str, str]:
    """Return what became of a message, as a word with its tone; a file was not sent."""
    if is_file(state, carried_by):
        return ("in a file", "warn")
    return STATES.get(state, (state, ""))


def what_became(state: str, carried_by: str) -> str:
    """Return what became of a message, in a sentence; files are told from what was sent."""
    if is_file(state, carried_by):
        return "It was written to a file in the practice's folder spool; nothing was sent."
    return MEANS.get(state, "")


def state_pieces(view: CarrierView, zone: str) -> Pieces:
    """Return by what a channel's messages go and how it does: one short line."""
    if not view.kind:
        return [("Nothing is set up", "bold $tone-warn"), ("; what is to be sent waits.", "")]
    pieces = [(f"By {by_what(view.kind)}", "bold")]
    if view.kind == "spool":
        return [*pieces, (" · ", "$tone-dim"), ("nothing leaves it", "$tone-warn")]
    word, tone = HEALTH[view.health]
    pieces += [(" · ", "$tone-dim"), (word, f"bold $tone-{tone}")]
    if view.checked_at is not None:
        pieces.append((f" · checked {words.instant(view.checked_at, zone)}", "$tone-dim"))
    return pieces


def where(view: CarrierView) -> str:
    """Return the server or device, and from whom messages come; empty where there is neither.

    Of a gateway's address the host is enough; the whole of it stands in the form.
    """
    address = view.address
    if view.kind == "http":
        address = address.partition("://")[2].partition("/")[0]
    if not view.sender:
        return clip(address, WIDEST)
    sender = clip(view.sender, WIDEST // 2)
    return f"{clip(address, WIDEST - len(', from ') - cell_len(sender))}, from {sender}"


def carrier_pieces(view: CarrierView, zone: str, *, with_address: bool = False) -> Pieces:
    """Return by what a channel's messages go, how it does, and why it fails or what was found."""
    pieces = state_pieces(view, zone)
    if with_address and (address := where(view)):
        pieces.append((f"\n{address}", ""))
    if view.health == "failing":
        reason = view.last_error or "The last try failed."
        pieces.append((f"\n{clip(reason, LONGEST_TOLD)}", "$tone-bad"))
    elif view.found:
        pieces.append((f"\n{clip(view.found, LONGEST_TOLD)}", "$tone-dim"))
    return pieces
