"""Staff passwords: hashing, checking, strength, and whether one can lock an archive.

One rule: a check raises or returns nothing; there is no bool to forget.
Source: OWASP password storage (Argon2id, 19 MiB, 2 passes, 1 lane); REQUIREMENTS S3, S4, D14.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from store.errors import WrongPassword

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_CHARACTERS = 15
"""S4, NIST SP 800-63B-4 §3.1.1: for a password that stands alone."""
MAXIMUM_CHARACTERS = 1024
ARCHIVE_MAXIMUM_CHARACTERS = 99
"""The longest password 7-Zip takes."""
_UNMISTAKABLE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and digits that cannot be taken for one another when read aloud."""
_GROUP = 5
HASH_OF_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$N0v3gZk9MuY3Yug7XvDllQ"
    "$6QuGRL4plXEFwiPiQo4mgnXKBmJ4FcsLW3fXHRR6eb8"
)
"""Of a random password that was thrown away; made beforehand, or the first unknown name would take
twice the time of a known one (S3)."""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def normalised(password: str) -> str:
    """Return a password as it is hashed: Unicode NFC, never cut (S4)."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hasher().hash(normalised(password))


@dataclass(frozen=True, slots=True, repr=False)
class Hashed:
    """A password that is to be kept, and its hash.

    Hashing takes a twentieth of a second and more, in which nobody else could write: it is done
    before the transaction that keeps the hash.
    """

    plain: str
    hash: str


def hashed(password: str) -> Hashed:
    """Hash a password. Never inside a transaction."""
    return Hashed(password, hash_password(password))


def check_password(stored_hash: str | None, password: str) -> None:
    """Raise WrongPassword unless the password is the one of the hash.

    Without a hash it takes the same time and raises, so that nobody learns who exists (S3).
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(stored_hash or HASH_OF_NOBODY, normalised(password))
    except (VerificationError, InvalidHashError):
        raise WrongPassword("The password is not right.") from None
    if stored_hash is None:
        raise WrongPassword("The password is not right.")


def is_password(stored_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one of the hash."""
    try:
        check_password(stored_hash, password)
    except WrongPassword:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess: 0 (at once) to 4, as a word, and what would help."""

    score: int
    word: str
    hints: tuple[str, ...]


STRENGTH_WORDS = ("Very weak", "Weak", "Fair", "Good", "Strong")
TOP_STRENGTH = 4
_ESTIMATED_CHARACTERS = 72
"""The estimator takes time that grows fast with the length; the start of a password this long
already tells."""


def strength(password: str, user_name: str = "") -> Strength:
    """Return how hard a password is to guess; quick enough for every key, and stores nothing."""
    if not password:
        return Strength(0, STRENGTH_WORDS[0], ())
    told = _estimated(password, user_name)
    score, feedback = int(told["score"]), told["feedback"]
    hints = (feedback["warning"], *feedback["suggestions"])
    return Strength(score, STRENGTH_WORDS[score], tuple(str(hint) for hint in hints if hint))


def guesses_log10(password: str) -> float:
    """Return how many guesses a password takes, as a power of ten."""
    return float(_estimated(password)["guesses_log10"]) if password else 0.0


def _estimated(password: str, user_name: str = "") -> dict[str, Any]:
    from zxcvbn import zxcvbn

    start = normalised(password)[:_ESTIMATED_CHARACTERS]
    return dict(zxcvbn(start, user_inputs=[user_name] if user_name else []))


def is_common(password: str) -> bool:
    """Tell whether a password is on the list of common ones, without regard to case (S4)."""
    return normalised(password).casefold() in _common()


@cache
def _common() -> frozenset[str]:
    # The list that the strength estimator ships: no network, no file of our own to keep.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def download_obstacle(password: str, user_name: str = "") -> str | None:
    """Return why a password is too weak to lock a copy of the practice, or None.

    WinZip's key derivation is a thousand rounds only: what locks an archive must be long, or of top
    strength.
    """
    if len(normalised(password)) >= MINIMUM_CHARACTERS:
        return None
    if strength(password, user_name).score >= TOP_STRENGTH:
        return None
    return f"it has less than {MINIMUM_CHARACTERS} characters and could be guessed"


def random_groups(count: int) -> str:
    """Return so many random groups of five letters and digits, joined by hyphens.

    From the operating system's secure source; a group has nearly 25 bits.
    """
    groups = ("".join(secrets.choice(_UNMISTAKABLE) for _ in range(_GROUP)) for _ in range(count))
    return "-".join(groups)


def archive_obstacle(password: str) -> str | None:
    """Return why a password cannot lock an archive, or None if it can.

    7-Zip takes at most 99 characters, and on Windows reads only printable ASCII reliably.
    """
    if len(password) > ARCHIVE_MAXIMUM_CHARACTERS:
        return f"it is longer than the {ARCHIVE_MAXIMUM_CHARACTERS} characters that 7-Zip takes"
    if not all(" " <= character <= "~" for character in password):
        return "it has characters that 7-Zip does not read reliably on Windows"
    return None
