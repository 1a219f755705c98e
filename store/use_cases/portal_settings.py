"""Setup > Patient Portal: the address, the tabs, what invitations carry (P4, P11, Q1)."""

from __future__ import annotations

from dataclasses import replace

from store import portal_setup
from store.access import Actor, change, view
from store.database import Store
from store.errors import BadInput, Conflict
from store.portal_setup import FEATURES, MOST_DAYS
from store.portal_setup import PortalSettings as PortalSettings
from store.portal_setup import check_url as check_url
from store.rights import Level, Need, Right

SEE = Need(Right.PORTAL_SETTINGS, Level.VIEW)
MANAGE = Need(Right.PORTAL_SETTINGS, Level.FULL)


def settings(store: Store, actor: Actor) -> PortalSettings:
    """Return the portal's settings; View Only is enough. Raises Refused."""
    view(store, actor, SEE)
    return portal_setup.read(store)


def save_settings(store: Store, actor: Actor, wanted: PortalSettings) -> PortalSettings:
    """Save the settings; return them as they are kept. An empty address takes the portal away.

    Raises:
        Refused: the right Setup - Patient Portal: Full Control is missing.
        BadInput: an address, a part or a number of days that cannot be.
        Conflict: somebody else saved them since `wanted` was read.
    """
    with change(store, actor, MANAGE) as tx:
        before = portal_setup.read(store)
        if wanted.version != before.version:
            raise Conflict(
                "Somebody else changed these settings meanwhile.",
                kept="What you entered was not saved.",
                do="Look at the settings as they are now, then enter your changes again.",
            )
        new = replace(_checked(wanted), version=before.version)
        changed = _changes(before, new)
        if changed:
            portal_setup.write(store, new)
            tx.record("portal.settings", f"Patient portal: {'; '.join(changed)}.")
        else:
            tx.no_event()
    return portal_setup.read(store)


def _checked(wanted: PortalSettings) -> PortalSettings:
    unknown = set(wanted.features) - set(FEATURES)
    if unknown:
        raise BadInput("The portal has no such part.")
    if wanted.invitation_carries not in ("password", "link"):
        raise BadInput("An invitation carries a password or a link.")
    for what, days in (("password", wanted.password_days), ("link", wanted.link_days)):
        if not 1 <= days <= MOST_DAYS:
            raise BadInput(f"A one-time {what} is good for 1 to {MOST_DAYS} days.")
    return replace(
        wanted,
        url=check_url(wanted.url) if wanted.url.strip() else "",
        features={feature: bool(wanted.features.get(feature)) for feature in FEATURES},
    )


def _changes(before: PortalSettings, new: PortalSettings) -> list[str]:
    """Return what was changed, in words; the address is no secret."""
    told = []
    if new.url != before.url:
        told.append(f"address {new.url}" if new.url else "address taken away")
    for word, is_on in (("on", True), ("off", False)):
        names = [f for f in FEATURES if new.features[f] is is_on and before.features[f] != is_on]
        if names:
            told.append(f"{word}: {', '.join(names)}")
    if new.invitation_carries != before.invitation_carries:
        told.append(f"invitations carry a {new.invitation_carries}")
    if new.password_days != before.password_days:
        told.append(f"one-time passwords are good for {new.password_days} days")
    if new.link_days != before.link_days:
        told.append(f"links are good for {new.link_days} days")
    return told
