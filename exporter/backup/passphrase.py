"""What locks a backup: a passphrase that cannot be guessed, for it locks everything.

One rule: the lock is WinZip AES, because 7-Zip opens that in ten years without Chairside. Its key
derivation is a thousand rounds only, so the strength must lie in the passphrase: one that is made
here has 148 bits, and one that is typed is measured.
"""

from __future__ import annotations

from store.errors import PassphraseNeeded
from store.passwords import archive_obstacle, guesses_log10, random_groups

LEAST_CHARACTERS = 20
LEAST_GUESSES_LOG10 = 25
"""A graphics card tries some four million passphrases of a WinZip lock a second. The estimator
thinks well of sentences: this bound refuses four common words and takes five random ones."""


def new_passphrase() -> str:
    """Return a random passphrase of 30 characters (148 bits) in groups of five."""
    return random_groups(6)


def check_passphrase(passphrase: str) -> None:
    """Raise PassphraseNeeded, with the reason, for one that must not lock a backup."""
    obstacle = archive_obstacle(passphrase)
    if obstacle is None and len(passphrase) < LEAST_CHARACTERS:
        obstacle = f"it has less than {LEAST_CHARACTERS} characters"
    if obstacle is None and guesses_log10(passphrase) < LEAST_GUESSES_LOG10:
        obstacle = "it could be guessed"
    if obstacle is not None:
        raise PassphraseNeeded(
            f"This passphrase cannot lock a backup: {obstacle}. A backup holds the whole practice"
            " and its key.",
            kept="Nothing was written.",
            do="Have one made: chairside backup key FILE. Or take six random words.",
        )
