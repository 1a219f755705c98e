"""Emergency access: the rights of one group for an hour, with a reason that others will read.

One rule: it takes a right of its own, adds to nobody's standing rights, and can be neither extended
nor handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store import groups, users
from store.access import RUNNING_EMERGENCY, Actor, change, check, emergency_parameters, view
from store.clock import instant, moment
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.names import needed
from store.rights import Need, Right

TAKE = Need(Right.EMERGENCY_ACCESS)
LASTS = timedelta(hours=1)
SHORTEST_REASON = 10
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class GroupOnOffer:
    """A group whose rights can be taken."""

    group_id: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class EmergencyState:
    """An emergency that runs: what every screen shows in red."""

    group: str
    reason: str
    started_at: datetime
    ends_at: datetime


def groups_on_offer(store: Store, actor: Actor) -> tuple[GroupOnOffer, ...]:
    """Return the groups that grant something and that the actor is not in. Raises Refused."""
    view(store, actor, TAKE)
    return _on_offer(store, actor)


def _on_offer(store: Store, actor: Actor) -> tuple[GroupOnOffer, ...]:
    found = store.rows(
        "SELECT g.user_group_id, g.name, g.description FROM user_group g"
        " WHERE EXISTS (SELECT 1 FROM group_permission p"
        " WHERE p.user_group_id = g.user_group_id AND p.level > 0)"
        " AND NOT EXISTS (SELECT 1 FROM user_group_member m"
        " WHERE m.user_group_id = g.user_group_id AND m.user_id = ?) ORDER BY g.name",
        (actor.user_id,),
    )
    return tuple(GroupOnOffer(r["user_group_id"], r["name"], r["description"] or "") for r in found)


def take_emergency_access(store: Store, actor: Actor, group_id: int, reason: str) -> EmergencyState:
    """Take the rights of a group for one hour; administrators are told, with the reason.

    Raises Refused, NotFound, BadInput for a reason that says nothing, Conflict while one runs.
    """
    with change(store, actor, TAKE) as tx:
        why = needed(reason, "reason", longest=LONGEST_REASON)
        if len(why) < SHORTEST_REASON:
            raise BadInput("Say in a few words why: administrators will read it.")
        if _emergency_of(store, actor) is not None:
            raise Conflict("You have emergency access already.", kept="Nothing was changed.")
        if group_id not in {offer.group_id for offer in _on_offer(store, actor)}:
            raise NotFound("That group is not on offer.")
        group = groups.by_id(store, group_id)
        now = store.clock.now()
        number = store.insert(
            "emergency_access",
            {
                "user_id": actor.user_id,
                "user_group_id": group_id,
                "session_id": actor.session_id,
                "reason": why,
                "started_at": instant(now),
                "ends_at": instant(now + LASTS),
            },
        )
        text = f"{actor.full_name} took emergency access as {group['name']}: {why}"
        for user_id in groups.administrators(store):
            if user_id != actor.user_id:
                users.notify(store, user_id, text)
        tx.record(
            "emergency.take",
            f"Took emergency access as {group['name']} for an hour: {why}",
            object_=f"emergency_access:{number}",
        )
    return EmergencyState(group["name"], why, moment(instant(now)), moment(instant(now + LASTS)))


def emergency_state(store: Store, actor: Actor) -> EmergencyState | None:
    """Return the emergency that runs for this user, or None. Raises SessionEnded."""
    check(store, actor, None)
    return _emergency_of(store, actor)


def give_back(store: Store, actor: Actor) -> None:
    """End one's emergency access before the hour is over. Raises Conflict if none runs."""
    with change(store, actor, None) as tx:
        ended = store.execute(
            "UPDATE emergency_access SET given_back_at = ? WHERE emergency_access_id IN"
            f" (SELECT e.emergency_access_id{RUNNING_EMERGENCY})",
            (instant(store.clock.now()), *emergency_parameters(store, actor.user_id)),
        )
        if not ended:
            raise Conflict("You have no emergency access now.", kept="Nothing was changed.")
        tx.record("emergency.end", "Gave emergency access back.")


def _emergency_of(store: Store, actor: Actor) -> EmergencyState | None:
    """Return the emergency that runs for an actor who was checked, or None."""
    row = store.one(
        f"SELECT e.*{RUNNING_EMERGENCY} ORDER BY e.emergency_access_id DESC LIMIT 1",
        emergency_parameters(store, actor.user_id),
    )
    if row is None:
        return None
    return EmergencyState(
        groups.by_id(store, row["user_group_id"])["name"],
        row["reason"],
        moment(row["started_at"]),
        moment(row["ends_at"]),
    )
