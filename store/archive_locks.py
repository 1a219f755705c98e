"""What may lock an archive: the account password, or a passphrase of its own (REQUIREMENTS D14).

One rule: whoever schedules a download learns beforehand, or with the refusal, why a passphrase is
asked for.
"""

from __future__ import annotations

from store.database import Store
from store.errors import PassphraseNeeded
from store.passwords import archive_obstacle, download_obstacle

ALWAYS_PASSPHRASE = "download.always_passphrase"  # noqa: S105 - the name of a setting
PASSPHRASE_MINIMUM = 15
"""WinZip's key derivation is weak: what locks an archive must be long."""
WHY_ALWAYS = "This practice locks every download with a passphrase of its own."


def always_asks(store: Store) -> bool:
    """Tell whether the practice locks every download with a passphrase of its own."""
    chosen = store.value("SELECT value FROM preference WHERE name = ?", (ALWAYS_PASSPHRASE,))
    return str(chosen) == "on"


def what_locks(store: Store, password: str, passphrase: str | None, user_name: str) -> str:
    """Return what the keys are derived from. Raises PassphraseNeeded with the reason."""
    if passphrase is None:
        if always_asks(store):
            raise PassphraseNeeded(WHY_ALWAYS, do="Enter a passphrase for this download.")
        obstacle = archive_obstacle(password) or download_obstacle(password, user_name)
        if obstacle:
            raise PassphraseNeeded(
                f"Your account password cannot lock an archive: {obstacle}.",
                do="Enter a passphrase for this download.",
            )
        return password
    obstacle = archive_obstacle(passphrase)
    if obstacle:
        raise PassphraseNeeded(f"This passphrase cannot lock an archive: {obstacle}.")
    if len(passphrase) < PASSPHRASE_MINIMUM:
        raise PassphraseNeeded(f"A passphrase needs at least {PASSPHRASE_MINIMUM} characters.")
    return passphrase
