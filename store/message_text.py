"""The text of a text message: one part, whatever the practice is called (3GPP TS 23.038 §6.2.1).

One rule: the code and what it is for are never cut; the practice's name is, and advice is left out
where there is no room. A message of two parts may arrive in half, and costs twice.
"""

from __future__ import annotations

import unicodedata

from store.mail import one_line

SEPTETS = 160
"""Of one part in the 7-bit alphabet."""
UCS2_UNITS = 70
"""16-bit units of one part with any other letter in it."""
NAME_KEPT = 16
"""Characters of the practice's name that stand before advice does."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
_SIMPLER = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "•": "*",
        "·": "-",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ı": "i",
        "`": "'",
    }
)
"""Letters and signs that Unicode does not take apart, as the 7-bit alphabet writes them."""


def length(text: str) -> tuple[int, int]:
    """Return how long a text is, and how long one part may be, in units of its alphabet."""
    if all(c in _BASIC or c in _EXTENSION for c in text):
        return sum(2 if c in _EXTENSION else 1 for c in text), SEPTETS
    return len(text.encode("utf-16-le")) // 2, UCS2_UNITS


def is_one_part(text: str) -> bool:
    """Tell whether a text goes out as one part."""
    taken, room = length(text)
    return taken <= room


def simplified(text: str) -> str:
    """Return a text on one line, accents left out where only they need the larger alphabet."""
    return "".join(_simpler(c) for c in unicodedata.normalize("NFC", one_line(text)))


def in_one_part(name: str, says: str, *advice: str) -> str:
    """Return `name: says advice …` as one part.

    Args:
        name: the practice's name; it is shortened as far as it must be.
        says: the code and what it is for, in plain letters. Beside a name in other letters there
            is room for 66 of them; a longer one goes without the name.
        advice: sentences that are left out, the last one first, where the room is short.
    """
    assert is_one_part(says), "the sentence alone is too long"
    sender = simplified(name)
    characters = _characters(sender)
    for count in range(len(advice), -1, -1):
        said = " ".join((says, *advice[:count]))
        kept = _shortened(characters, said)
        whole = kept == sender
        if kept and (whole or count == 0 or len(_characters(kept)) >= NAME_KEPT):
            return f"{kept}: {said}"
    said = " ".join((says, *advice))
    while not is_one_part(said):
        advice = advice[:-1]
        said = " ".join((says, *advice))
    return said


def _shortened(characters: list[str], said: str) -> str:
    """Return as much of a name as fits before a sentence; empty if none of it does."""
    whole = "".join(characters)
    if whole and is_one_part(f"{whole}: {said}"):
        return whole
    for count in range(min(len(characters), SEPTETS), 0, -1):
        kept = f"{''.join(characters[:count]).rstrip()}."
        if len(kept) > 1 and is_one_part(f"{kept}: {said}"):
            return kept
    return ""


def _simpler(character: str) -> str:
    if character in _BASIC or character in _EXTENSION:
        return character
    plain = character.translate(_SIMPLER)
    bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return bare if bare and all(c in _BASIC for c in bare) else character


def _characters(text: str) -> list[str]:
    """Return what a reader sees as one character each: marks and joined signs stay together."""
    found: list[str] = []
    joined = False
    for c in text:
        goes_on = unicodedata.category(c).startswith("M") or c == "\u200d" or "🏻" <= c <= "🏿"
        if found and (joined or goes_on):
            found[-1] += c
        else:
            found.append(c)
        joined = c == "\u200d"
    return found
