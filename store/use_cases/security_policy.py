"""Setup › Security › Policy as a whole: what is asked of passwords, sign-ins and archives.

One rule: what is chosen together is kept together; all of it counts, or none (REQUIREMENTS S4, S5).
What may be set of a download makes it safer or leaves it as it is; its second factor cannot be
switched off here or anywhere (D12).
"""

from __future__ import annotations

from dataclasses import dataclass

from store import sign_in_factor
from store.access import Actor, Change, change, view
from store.archive_locks import ALWAYS_PASSPHRASE, always_asks
from store.database import Store
from store.errors import Conflict
from store.password_policy import Preset, policy_of
from store.rights import Level, Need, Right
from store.use_cases.factors import choose_sign_in_setting
from store.use_cases.passwords import choose_policy

SEE = Need(Right.SECURITY, Level.VIEW)
MANAGE = Need(Right.SECURITY, Level.FULL)


@dataclass(frozen=True, slots=True)
class SecurityPolicy:
    """The preset for passwords, who gives a code at sign-in, and what locks a download."""

    preset: Preset
    sign_in_factor: str
    always_passphrase: bool


class PolicyChanged(Conflict):
    """Somebody else saved the policy meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has changed the policy since you opened it.",
            kept="Nothing of yours was saved.",
            do="Look at it again, then make your change.",
        )


def security_policy(store: Store, actor: Actor) -> SecurityPolicy:
    """Return the policy as it is saved. Raises Refused."""
    view(store, actor, SEE)
    return _saved(store)


def save_security_policy(
    store: Store, actor: Actor, was: SecurityPolicy, wanted: SecurityPolicy
) -> None:
    """Save what differs between `was` and `wanted`, each with an event of its own, or nothing.

    Args:
        was: the policy as it was read.

    Raises:
        Refused: the Security right is missing.
        BadInput: one of the settings cannot be kept, or the actor would be locked out.
        PolicyChanged: somebody else saved meanwhile.
    """
    with change(store, actor, MANAGE) as tx:
        if _saved(store) != was:
            raise PolicyChanged
        if wanted == was:
            tx.no_event()
        if wanted.preset != was.preset:
            choose_policy(store, tx, wanted.preset)
        if wanted.always_passphrase != was.always_passphrase:
            _choose_always_passphrase(store, tx, wanted.always_passphrase)
        if wanted.sign_in_factor != was.sign_in_factor:
            choose_sign_in_setting(store, tx, actor, wanted.sign_in_factor)


def _saved(store: Store) -> SecurityPolicy:
    return SecurityPolicy(
        policy_of(store).preset, sign_in_factor.setting(store), always_asks(store)
    )


def _choose_always_passphrase(store: Store, tx: Change, always: bool) -> None:
    """Lock every download with a passphrase of its own, or let the account password do it.

    What is scheduled already stays as it is.
    """
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
