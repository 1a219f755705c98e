"""How commands name users, groups and rights: by what people call them, never by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import BadInput, NotFound
from store.rights import PERMISSIONS, Level, Right

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.groups import GroupView
    from store.use_cases.users import UserView

_LEVELS = {
    "none": Level.NONE,
    "off": Level.NONE,
    "view": Level.VIEW,
    "view only": Level.VIEW,
    "full": Level.FULL,
    "full control": Level.FULL,
    "on": Level.FULL,
}


def user_named(practice: Practice, actor: Actor, name: str) -> UserView:
    """Return the user of a name, hidden ones included. Raises NotFound, Refused."""
    from store.use_cases.users import list_users

    for user in practice.call(list_users, actor, include_hidden=True):
        if user.user_name.casefold() == name.strip().casefold():
            return user
    raise NotFound(f"There is no user named {name}.", do="See: chairside users list --all.")


def group_named(practice: Practice, actor: Actor, name: str) -> GroupView:
    """Return the group of a name. Raises NotFound, Refused."""
    from store.use_cases.groups import list_groups

    for group in practice.call(list_groups, actor):
        if group.name.casefold() == name.strip().casefold():
            return group
    raise NotFound(f"There is no group named {name}.", do="See: chairside groups list.")


def right_named(name: str) -> Right:
    """Return a right by its short name or its label, as `Data Download`. Raises NotFound."""
    wanted = name.strip().casefold()
    for right, permission in PERMISSIONS.items():
        labels = (right.value, permission.label, f"{permission.category} - {permission.label}")
        if wanted in {label.casefold() for label in labels}:
            return right
    raise NotFound(f"There is no right named {name}.", do="See: chairside groups show NAME.")


def granted(text: str) -> tuple[Right, Level]:
    """Read `RIGHT=LEVEL`, as `Data Download=view`. Raises BadInput, NotFound."""
    name, equals, level = text.rpartition("=")
    if not equals or level.strip().casefold() not in _LEVELS:
        raise BadInput(
            f"What is to be set is not clear: {text}.",
            do="Write RIGHT=LEVEL; levels are none, view, full, and on or off for actions.",
        )
    return right_named(name), _LEVELS[level.strip().casefold()]
