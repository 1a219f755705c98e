"""Passwords of the patient portal: made from an unmistakable alphabet, or typed and checked.

One rule: a check tells all that is wrong at once, and keeps nothing of the password.
Source: REQUIREMENTS P6 and P7.
"""

from __future__ import annotations

import secrets
import unicodedata

from store.passwords import MAXIMUM_CHARACTERS, is_common, normalised

MINIMUM = 8
"""P6."""
LENGTH = 12
UPPER = "CDFHJKLMNPRTWXY"
LOWER = "dfhnrt"
DIGITS = "3479"
ALPHABET = UPPER + LOWER + DIGITS
"""Of signs that look alike one or none is in it (`0 O o`, `1 l I i`, `5 S s`, `2 Z z`, `8 B`,
`6 G b`, `9 g q`, `U V u v`, `rn m`), no small letter that is its capital made smaller, and no
vowel, so that no word comes about by chance."""
_LONG_NAME = 6
"""A user name this long may not be part of the password; a shorter one may be so by chance."""
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def new_password(length: int = LENGTH) -> str:
    """Return a random password from the operating system's secure source (P7).

    Every password of that length with an upper-case letter, a lower-case letter and a digit is
    equally likely: whole candidates are thrown away until one has all three, none is mended.
    Twelve characters hold 55 bits. Raises ValueError below `MINIMUM`.
    """
    if length < MINIMUM:
        raise ValueError(f"a portal password has at least {MINIMUM} characters")
    while True:
        password = "".join(secrets.choice(ALPHABET) for _ in range(length))
        signs = set(password)
        if signs & set(UPPER) and signs & set(LOWER) and signs & set(DIGITS):
            return password


def password_problems(password: str, user_name: str) -> tuple[str, ...]:
    """Return what is wrong with a typed password, a sentence each; nothing if it can be used (P6).

    Quick enough for every key (some microseconds once the list of common ones is loaded).
    """
    text = normalised(password)
    problems = []
    if len(text) < MINIMUM:
        problems.append(f"At least {MINIMUM} characters: {MINIMUM - len(text)} more.")
    if len(text) > MAXIMUM_CHARACTERS:
        problems.append(f"At most {MAXIMUM_CHARACTERS} characters.")
    if not any(c.isupper() for c in text):
        problems.append("An upper-case letter is missing.")
    if not any(c.islower() for c in text):
        problems.append("A lower-case letter is missing.")
    if not any(c.isdecimal() for c in text):
        problems.append("A digit is missing.")
    if text != text.strip():
        problems.append("A space at its beginning or end is not seen on paper.")
    if any(unicodedata.category(c) in _UNSEEN for c in text):
        problems.append("It has characters that cannot be seen.")
    if is_common(text):
        problems.append("It is on the list of common ones, which attackers try first.")
    if _holds_name(text, user_name):
        problems.append("It holds the user name.")
    return tuple(problems)


def writable(text: str) -> str:
    """Return what was typed with a question mark for each half character that no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _holds_name(text: str, user_name: str) -> bool:
    name, folded = user_name.strip().casefold(), text.casefold()
    return bool(name) and (name == folded or (len(name) >= _LONG_NAME and name in folded))
