"""What a mail server says, as it may be kept and shown.

One rule: one short line, without addresses, accounts and passwords, whatever the server repeats.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable

LONGEST = 160
"""Characters."""
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_SHORTEST = 3
"""A private text shorter than this would only blot out parts of words."""


def as_sent(account: str, secret: str) -> tuple[str, ...]:
    """Return an account and its password, and how they stand on the line at sign-in (RFC 4616)."""
    shown = (account, secret, f"\0{account}\0{secret}")
    return (account, secret, *(b64encode(one.encode()).decode() for one in shown if secret))


def clean(said: bytes | str, private: Iterable[str]) -> str:
    """Return an answer on one line; mail addresses and private texts become `…`."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = _ADDRESS.sub("…", text)
    parts = {part for whole in private for part in (whole, whole.rpartition("@")[0])}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST:
            text = re.sub(re.escape(part), "…", text, flags=re.IGNORECASE)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
