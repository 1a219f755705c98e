"""Nobody waits for a cipher: in every test, slow work under the write lock fails.

One rule: a transaction holds up everybody who writes. Hashing a password takes a twentieth of a
second, a key from a password 0.6 ms, a seal 0.15 ms: none of the first two is done while the lock
is held, and of the last no more than one archive's.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher

from store.database import Store
from store.sealer import Sealer

MOST_SEALS = 100
"""An archive has some 75 entries, and a key for each."""


_is_allowed = False


@contextmanager
def allowed() -> Iterator[None]:
    """Let it be done in a case so rare that others may wait for once."""
    global _is_allowed
    _is_allowed = True
    try:
        yield
    finally:
        _is_allowed = False


class Watch:
    """Counts what is done in the transaction of each thread."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._of_thread = threading.local()
        self._patch = patch
        for owner, name in ((PasswordHasher, "hash"), (PasswordHasher, "verify")):
            self._count(owner, name, most=0)
        self._count(hashlib, "pbkdf2_hmac", most=0)
        for name in ("seal", "open"):
            self._count(Sealer, name, most=MOST_SEALS)
        patch.setattr(Store, "transaction", self._counted(Store.transaction))

    def _counted(self, transaction: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def counted(store: Store, **options: bool) -> Iterator[None]:
            with transaction(store, **options):
                self._of_thread.done = {}
                try:
                    yield
                finally:
                    self._of_thread.done = None

        return counted

    def _count(self, owner: Any, name: str, *, most: int) -> None:
        stock = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            done = getattr(self._of_thread, "done", None)
            if done is not None and not _is_allowed:
                done[name] = done.get(name, 0) + 1
                assert done[name] <= most, f"{done[name]} x {name} while the write lock is held"
            return stock(*args, **options)

        self._patch.setattr(owner, name, counted)
