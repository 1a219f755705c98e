"""A new practice: its first administrator, and the registration of text messaging (D6)."""

from __future__ import annotations

import secrets

from store import audit, users
from store.access import unattended
from store.clock import instant
from store.database import Store
from store.passwords import hashed

_FIRST_NUMBER = 1_000_000_000
"""Far above the numbers of users who were entered one after the other."""


def number_of_its_own() -> int:
    """Return a number for a first administrator that no user of another practice has.

    The rows of an archive that is read in name users by number, and so does the trail, which is
    never changed: what the owner did here must not become what somebody did there.
    """
    return _FIRST_NUMBER + secrets.randbelow(_FIRST_NUMBER)


def add_owner(
    store: Store,
    *,
    user_name: str,
    full_name: str,
    password: str,
    cell_phone: str | None,
    user_id: int | None = None,
) -> None:
    """Enter the first administrator of a practice that has no user yet.

    Args:
        user_id: the number; 1 if not given. See `number_of_its_own`.

    Raises BadInput for a password or number that cannot be used.
    """
    secret = hashed(password)
    with store.transaction():
        if store.one("SELECT 1 FROM user"):
            raise RuntimeError("the first administrator is entered once")
        users.add(
            store,
            user_name=user_name,
            full_name=full_name,
            password=secret,
            groups=["Administrators"],
            cell_phone=cell_phone,
            user_id=user_id,
        )
        audit.append(store, unattended("set-up"), "practice.create", "The practice was made.")


def register_spool_carrier(store: Store) -> None:
    """Register the spool carrier, inside the running transaction: messages become files.

    For offline test environments and the demo; real carriers ask their gateway first.
    """
    now = instant(store.clock.now())
    store.insert(
        "communication_registration",
        {
            "pgid": store.value("SELECT pgid FROM practice_group"),
            "state": "registered",
            "requested_at": now,
            "decided_at": now,
            "sender": "spool",
        },
    )
