"""The offices of the practice, for forms in which something holds for one of them."""

from __future__ import annotations

from dataclasses import dataclass

from store.access import Actor, check
from store.database import Store


@dataclass(frozen=True, slots=True)
class OfficeChoice:
    """An office: its number and its name."""

    office_id: int
    name: str


def office_choices(store: Store, actor: Actor) -> tuple[OfficeChoice, ...]:
    """Return the offices in use, by name. Raises SessionEnded."""
    check(store, actor, None)
    found = store.rows(
        "SELECT office_id, name FROM office WHERE is_hidden = 0"
        " ORDER BY name COLLATE NOCASE, office_id"
    )
    return tuple(OfficeChoice(row["office_id"], row["name"]) for row in found)
