"""Which PINs a SIM card has refused: a third wrong one would lock it.

One rule: that a PIN is tried is written down before it is tried, so that no crash makes it be
tried again and again. A PIN is known by a slow hash with a salt, in a file that others cannot read.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import suppress
from pathlib import Path

from store.folder import write_private

REFUSED = 2
"""As many tries whose end nobody saw count as one that was refused: one is left on the card."""
_KEPT = 5


class TriedPins:
    """What was tried at a modem, in a file, or for the life of this object without one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._tries: list[list[str | int]] = []

    def refused(self, pin: str) -> bool:
        """Tell whether a PIN must not be tried any more."""
        return any(count >= REFUSED for _, count in self._of(pin))

    def trying(self, pin: str) -> None:
        """Note, durably, that a PIN is about to be tried. Raises OSError."""
        self._note(pin, 1)

    def was_refused(self, pin: str) -> None:
        """Note that a PIN was wrong. Raises OSError."""
        self._note(pin, REFUSED)

    def was_right(self) -> None:
        """Forget everything: the card counts anew."""
        self._tries = []
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    def _of(self, pin: str) -> list[tuple[int, int]]:
        self._read()
        return [
            (at, int(count))
            for at, (salt, hashed, count) in enumerate(self._tries)
            if _hash(str(salt), pin) == hashed
        ]

    def _note(self, pin: str, count: int) -> None:
        for at, before in self._of(pin):
            self._tries[at][2] = before + count
            break
        else:
            salt = secrets.token_hex(16)
            self._tries.append([salt, _hash(salt, pin), count])
            del self._tries[:-_KEPT]
        self._write()

    def _read(self) -> None:
        if self._file is None:
            return
        try:
            told = json.loads(self._file.read_bytes())
            self._tries = [[str(salt), str(hashed), int(count)] for salt, hashed, count in told]
        except FileNotFoundError:
            self._tries = []
        except (ValueError, TypeError):
            # Nobody can tell what was tried: the file is written anew with the next try.
            self._tries = []

    def _write(self) -> None:
        if self._file is None:
            return
        part = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        try:
            write_private(part, json.dumps(self._tries).encode())
            part.replace(self._file)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def _hash(salt: str, pin: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()
