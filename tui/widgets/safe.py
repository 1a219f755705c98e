"""Text from data, made fit for the screen: drawn as it is, never as markup, never raw.

One rule: every string that comes from a file, a store or a person passes through here before a
widget sees it.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len
from textual.content import Content

ELLIPSIS = "…"
_MOST_MARKS = 3
_ZERO_WIDTH_JOINERS = "\u200c\u200d"
_VARIATION_SELECTORS = "\ufe0e\ufe0f"


def drawable(value: str, *, lines: bool = False) -> str:
    """Return text in which everything unseen is drawn.

    Control characters become their pictures (line feed `␊`), characters that turn or hide text
    (bidirectional overrides, zero-width and private characters, lone surrogates) become
    `‹U+202E›`, a combining mark without a letter gets a circle, and more than three marks on one
    letter are dropped. With `lines`, line breaks stay.
    """
    if value.isascii() and value.isprintable():
        return value
    drawn: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", value):
        if unicodedata.combining(character):
            marks += 1
            if marks <= _MOST_MARKS:
                drawn.append(character if drawn and drawn[-1] != "\n" else "◌" + character)
            continue
        marks = 0
        if character == "\n" and lines:
            drawn.append(character)
        elif character in _ZERO_WIDTH_JOINERS + _VARIATION_SELECTORS:
            # They shape letters of some scripts; elsewhere terminals disagree on the width.
            if drawn and drawn[-1][-1].isalpha() and character in _ZERO_WIDTH_JOINERS:
                drawn.append(character)
        else:
            drawn.append(_drawn(character))
    return "".join(drawn)


def _drawn(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"‹U+{code:04X}›"
    return character


def clip(value: str, width: int, *, keeps_end: bool = False) -> str:
    """Return drawable text of at most `width` cells; what was cut is marked with `…`.

    The beginning is kept, or with `keeps_end` the end: paths differ in their last part.
    """
    drawn = drawable(value)
    if cell_len(drawn) <= width:
        return drawn
    if width <= 0:
        return ""
    kept: list[str] = []
    room = width - 1
    for character in reversed(drawn) if keeps_end else drawn:
        room -= cell_len(character)
        if room < 0:
            break
        kept.append(character)
    if not keeps_end:
        return "".join(kept) + ELLIPSIS
    # A mark whose letter was cut would stand on the sign of the cut.
    while kept and not cell_len(kept[-1]):
        kept.pop()
    return ELLIPSIS + "".join(reversed(kept))


def fit(value: str, width: int, *, right: bool = False, keeps_end: bool = False) -> str:
    """Return drawable text of exactly `width` cells, clipped or filled up with spaces."""
    clipped = clip(value, width, keeps_end=keeps_end)
    fill = " " * max(0, width - cell_len(clipped))
    return fill + clipped if right else clipped + fill


def content(value: str, style: str = "", *, lines: bool = True) -> Content:
    """Return text for a widget: drawable, and never read as markup."""
    return Content.styled(drawable(value, lines=lines), style)


def join(*parts: tuple[str, str]) -> Content:
    """Return one line made of (text, style) pieces, each drawable."""
    return Content.assemble(*(content(text, style) for text, style in parts))
