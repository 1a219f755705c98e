"""How the practice locks its downloads.

One rule: what may be set makes a download safer or leaves it as it is; its second factor cannot be
switched off here or anywhere (REQUIREMENTS D12).
"""

from __future__ import annotations

from store.access import Actor, Change, change, check
from store.archive_locks import ALWAYS_PASSPHRASE, always_asks
from store.database import Store
from store.rights import Level, Need, Right

SECURITY = Need(Right.SECURITY, Level.FULL)


def always_passphrase(store: Store, actor: Actor) -> bool:
    """Tell whether every download is locked with a passphrase of its own."""
    check(store, actor, None)
    return always_asks(store)


def set_always_passphrase(store: Store, actor: Actor, *, always: bool) -> None:
    """Lock every download with a passphrase of its own, or let the account password do it.

    What is scheduled already stays as it is. Raises Refused without the Security right.
    """
    with change(store, actor, SECURITY) as tx:
        choose_always_passphrase(store, tx, always)


def choose_always_passphrase(store: Store, tx: Change, always: bool) -> None:
    """Do so inside a change that has checked the right."""
    store.execute(
        "INSERT INTO preference (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (ALWAYS_PASSPHRASE, "on" if always else "off"),
    )
    tx.record(
        "setting.always_passphrase",
        "Every data download is locked with a passphrase from now on."
        if always
        else "Data downloads may be locked with the account password from now on.",
    )
