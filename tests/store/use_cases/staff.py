"""What the tests of users and groups do again and again."""

from __future__ import annotations

from store.access import Actor
from store.database import Store
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import groups, passwords, signing_in, users
from store.use_cases.passwords import PasswordChangeNeeded
from store.use_cases.users import OneTimePassword, UserForm
from tests import people

SECURITY_ONLY = "Keepers of Keys"
"""A group that grants Setup - Security: Full Control, and nothing else."""
OWN_PASSWORD = "a ladder beside the barn"


def group_id(practice: Practice, name: str) -> int:
    """Return the number of a group."""
    number = practice.call(
        Store.value, "SELECT user_group_id FROM user_group WHERE name = ?", (name,)
    )
    assert number is not None, name
    return int(number)


def user_id(practice: Practice, name: str) -> int:
    """Return the number of a user."""
    number = practice.call(Store.value, "SELECT user_id FROM user WHERE user_name = ?", (name,))
    assert number is not None, name
    return int(number)


def entered(practice: Practice, actor: Actor, name: str, *in_groups: str) -> OneTimePassword:
    """Enter a user with the use case, in groups named."""
    form = UserForm(name, name.capitalize(), tuple(group_id(practice, g) for g in in_groups))
    return practice.call(users.new_user, actor, form)


def first_sign_in(
    practice: Practice, given: OneTimePassword, password: str = OWN_PASSWORD
) -> Actor:
    """Sign in with a one-time password and choose one's own."""
    try:
        attempt(practice, given.user_name, given.password)
    except PasswordChangeNeeded as needed:
        return practice.call(passwords.change_at_sign_in, needed.token, password)
    raise AssertionError("the one-time password was good for a session")


def attempt(practice: Practice, name: str, password: str, terminal: str = "front desk 1") -> Actor:
    """Sign in."""
    return practice.call(
        signing_in.sign_in,
        pgid=people.PGID,
        user_name=name,
        password=password,
        terminal=terminal,
        source="kiosk",
    )


def key_keeper(practice: Practice, kim: Actor, name: str = "lee") -> Actor:
    """Enter and sign in a user who may change users and groups, and holds nothing else."""
    number = practice.call(groups.new_group, kim, SECURITY_ONLY)
    version = practice.call(groups.group_rights, kim, number).version
    levels = {Right.SECURITY: Level.FULL}
    practice.call(groups.save_group_rights, kim, number, levels, version)
    return first_sign_in(practice, entered(practice, kim, name, SECURITY_ONLY))


def events(practice: Practice, prefix: str) -> list[tuple[str, str]]:
    """Return action and description of the events whose action begins so, oldest first."""
    rows = practice.call(
        Store.rows,
        "SELECT action, description FROM audit_log WHERE action LIKE ? ORDER BY seq",
        (f"{prefix}%",),
    )
    return [(row["action"], row["description"]) for row in rows]


def levels_of(practice: Practice, actor: Actor, name: str) -> dict[Right, Level]:
    """Return what a group grants, without what it does not."""
    rights = practice.call(groups.group_rights, actor, group_id(practice, name))
    return {right: level for right, level in rights.levels.items() if level}
