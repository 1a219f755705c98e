"""The providers that a user may be linked to, for Setup > Security > Users."""

from __future__ import annotations

from dataclasses import dataclass

from store.access import Actor, view
from store.database import Store
from store.use_cases.groups import SEE


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """A provider: the short name that the schedule shows, and the name in full."""

    provider_id: int
    abbr: str
    name: str


def provider_choices(store: Store, actor: Actor) -> tuple[ProviderChoice, ...]:
    """Return the providers who are not hidden, by short name. Raises Refused."""
    view(store, actor, SEE)
    found = store.rows(
        "SELECT provider_id, abbr, first_name, last_name, suffix FROM provider"
        " WHERE is_hidden = 0 ORDER BY abbr COLLATE NOCASE, provider_id"
    )
    return tuple(
        ProviderChoice(
            row["provider_id"],
            row["abbr"],
            " ".join(part for part in (row["first_name"], row["last_name"], row["suffix"]) if part),
        )
        for row in found
    )
