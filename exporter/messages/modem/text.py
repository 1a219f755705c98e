"""Which letters a text message can hold as they are (3GPP 23.038 §6.2.1).

One rule: a text with any other letter is sent whole in UCS-2, never with a question mark for it.
"""

from __future__ import annotations

_GSM_7_BIT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    "\f^{}\\[~]|€"
)


def needs_unicode(text: str) -> bool:
    """Tell whether a text holds a letter that the 7-bit alphabet does not have."""
    return not _GSM_7_BIT.issuperset(text)


LONGEST = 1000
"""Characters; up to 15 messages over the air."""


def why_not_sendable(text: str) -> str:
    """Return why a text cannot be sent whole, a sentence; empty if it can."""
    if not text or len(text) > LONGEST:
        return f"A text message has 1 to {LONGEST} characters."
    try:
        text.encode("utf-16")
    except UnicodeEncodeError:
        return "The text holds half a character."
    # libgammu would end the text there.
    return "The text holds a character that has no sign." if "\0" in text else ""
