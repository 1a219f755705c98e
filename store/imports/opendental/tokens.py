"""The literals of SQL: what one looks like, and which value it stands for.

One rule: a literal that is not understood raises ValueError; nothing is guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_TEXT = r"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
VALUE = rf"(?:{_TEXT}|[^\s'(),;]++|[A-Za-z_]\w*+\s*+{_TEXT})"
"""A pattern for one literal; quantifiers are possessive, so that no text makes it slow."""

Value = None | int | Decimal | str | bytes

_NUMBER = re.compile(rb"[+-]?[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?")
_PREFIXED = re.compile(rf"([A-Za-z_]\w*)\s*({_TEXT})", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_SPECIAL = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
# Outside of patterns the server keeps the backslash of these two.
_KEPT = {"%": r"\%", "_": r"\_"}


def _unescaped(found: re.Match[str]) -> str:
    character: str | None = found.group(1)
    if character is None:
        return "'"
    return _SPECIAL.get(character) or _KEPT.get(character) or character


def text_of(literal: str) -> str:
    """Return the text of a quoted literal."""
    inner = literal[1:-1]
    if "\\" in inner or "'" in inner:
        return _ESCAPE.sub(_unescaped, inner)
    return inner


def value(literal: str) -> Value:
    """Return the value of any literal.

    Text with bytes that are no text in the dump's character set keeps them as lone surrogates.
    Raises ValueError for what is no literal.
    """
    if literal[:1] == "'":
        return text_of(literal)
    if literal.upper() == "NULL":
        return None
    if literal[:2] in ("0x", "0X"):
        return bytes.fromhex(literal[2:])
    prefixed = _PREFIXED.fullmatch(literal)
    if prefixed is not None:
        return _prefixed_value(prefixed.group(1).lower(), text_of(prefixed.group(2)))
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise ValueError("not an SQL literal") from None
    if not number.is_finite():
        raise ValueError("not an SQL literal")
    return int(literal) if literal.lstrip("+-").isdecimal() else number


def literal_of(raw: bytes | None, is_number: bool, is_bytes: bool) -> str:
    """Return the literal that a dump has for a value, as the server sends it in its text protocol.

    Args:
        is_number: whether the column is one of numbers; what is none all the same becomes text.
        is_bytes: whether it is one of bytes without a character set.
    """
    if raw is None:
        return "NULL"
    if is_number and _NUMBER.fullmatch(raw):
        return raw.decode("ascii")
    if is_bytes and raw:
        return f"0x{raw.hex()}"
    text = raw.decode("utf-8", "surrogateescape")
    if "\\" in text or "'" in text:
        text = text.replace("\\", r"\\").replace("'", r"\'")
    return f"'{text}'"


def _prefixed_value(prefix: str, text: str) -> Value:
    if prefix == "_binary":
        return text.encode("utf-8", "surrogateescape")
    if prefix == "x":
        return bytes.fromhex(text)
    if prefix == "b":
        return int(text, 2)
    if prefix == "n" or prefix.startswith("_"):
        return text
    raise ValueError("not an SQL literal")
