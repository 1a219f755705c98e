"""Names that people type: one line of text, without characters that hide or break lines.

One rule: what passes here can stand in a log, on a screen and in a sentence as it is.
"""

from __future__ import annotations

import unicodedata

from store.errors import BadInput

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
"""Persian and Indic names need these two, which are formatting characters as well."""


def one_line(text: str | None, what: str, *, longest: int = 100) -> str | None:
    """Return text as it is kept: NFC, trimmed; None if nothing is left.

    Args:
        what: how the field is called in the refusal, as `user name`.

    Raises BadInput for line breaks, control and direction characters, or more than `longest`.
    """
    kept = unicodedata.normalize("NFC", text or "").strip()
    if any(unicodedata.category(c) in _UNSEEN and c not in _JOINERS for c in kept):
        raise BadInput(f"The {what} has characters that cannot be seen.", do="Type it again.")
    if len(kept) > longest:
        raise BadInput(f"The {what} is longer than {longest} characters.")
    return kept or None


def needed(text: str | None, what: str, *, longest: int = 100) -> str:
    """Return text as `one_line` does. Raises BadInput also if nothing is left."""
    kept = one_line(text, what, longest=longest)
    if kept is None:
        raise BadInput(f"A {what} is needed.")
    return kept
