"""Text made fit for one line: what cannot be seen is drawn.

One rule: a text that passes here can neither begin a second line nor turn or hide its neighbours.
"""

from __future__ import annotations

import unicodedata

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
"""Persian and Indic names need these two, which are formatting characters as well."""


def drawn(text: str) -> str:
    """Return text in which control characters are their pictures (line feed `␊`) and characters
    that turn or hide text stand as `‹U+202E›`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_picture(character) for character in text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if character not in _JOINERS and unicodedata.category(character) in _UNSEEN:
        return f"‹U+{code:04X}›"
    return character
