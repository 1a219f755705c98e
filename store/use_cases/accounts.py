"""Setup > Security > Users: unlocking, passwords for others, what a user may do (S2, S3, S4)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from store import groups, sign_in_attempts, users
from store.access import (
    RUNNING_EMERGENCY,
    Actor,
    change,
    emergency_parameters,
    end_sessions,
    level_of,
    view,
)
from store.carrying_over import on_password_reset
from store.database import Store
from store.errors import Conflict, NotFound, Refused
from store.one_time_passwords import OneTimePassword, give, made
from store.rights import PERMISSIONS, Level, Right
from store.use_cases.groups import MANAGE, SEE


@dataclass(frozen=True, slots=True)
class EffectiveRight:
    """How far a right of a user goes, and through which groups (S1)."""

    right: Right
    label: str
    category: str
    level: Level
    through: tuple[str, ...]


def unlock_user(store: Store, actor: Actor, user_id: int) -> None:
    """End the pause of an account, or what a hundred wrong passwords did to it (S3).

    Raises Refused, NotFound.
    """
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        sign_in_attempts.unlock(store, user_id)
        tx.record("account.unlock", f"Unlocked {row['user_name']}.", object_=f"user:{user_id}")


def require_new_password(store: Store, actor: Actor, user_id: int) -> None:
    """Have a user choose a new password at the next sign-in. Raises Refused, NotFound."""
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        store.execute("UPDATE user SET require_password_change = 1 WHERE user_id = ?", (user_id,))
        tx.record(
            "password.require",
            f"{row['user_name']} must choose a new password at the next sign-in.",
            object_=f"user:{user_id}",
        )


def reset_password(store: Store, actor: Actor, user_id: int) -> OneTimePassword:
    """Give a user a one-time password, shown once; all of the user's sessions end.

    Downloads of the user that are not made yet are cancelled, ready ones stay locked with the old
    password: whoever takes over an account gets nothing (D15).

    Raises:
        Refused: the right is missing, or the user holds a right that the actor does not: whoever
            resets a password could sign in with it.
        Conflict: it is the actor's own, or a hidden user's.
        LastAdministrator: no administrator with a password of their own would be left.
        NotFound: there is no such user.
    """
    password = made()
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        _check_may_take_over(store, actor, row)
        given = give(store, user_id, password)
        groups.check_somebody_administers(store)
        end_sessions(store, user_id, "password_changed")
        tx.record(
            "password.reset",
            f"Reset the password of {row['user_name']}.",
            object_=f"user:{user_id}",
        )
        on_password_reset(store, tx, user_id)
    store.scrub_log()
    return given


def effective_rights(store: Store, actor: Actor, user_id: int) -> tuple[EffectiveRight, ...]:
    """Return every right of the catalogue with its level and the groups that grant it.

    Hidden and disabled users hold none. Raises Refused, NotFound.
    """
    view(store, actor, SEE)
    users.by_id(store, user_id)
    through = _through(store, user_id)
    rights = []
    for right, permission in PERMISSIONS.items():
        level = level_of(store, user_id, right)
        names = tuple(through.get(right.value, ())) if level else ()
        rights.append(EffectiveRight(right, permission.label, permission.category, level, names))
    return tuple(rights)


def _through(store: Store, user_id: int) -> dict[str, list[str]]:
    found = store.rows(
        "SELECT p.permission_code, g.name FROM group_permission p"
        " JOIN user_group_member m USING (user_group_id) JOIN user_group g USING (user_group_id)"
        " WHERE m.user_id = ? AND p.level > 0 ORDER BY p.level DESC, g.name",
        (user_id,),
    )
    names: dict[str, list[str]] = {}
    for row in found:
        names.setdefault(row["permission_code"], []).append(row["name"])
    taken = store.rows(
        "SELECT p.permission_code, g.name FROM group_permission p"
        " JOIN user_group g USING (user_group_id) WHERE p.level > 0"
        f" AND p.user_group_id IN (SELECT e.user_group_id{RUNNING_EMERGENCY})",
        emergency_parameters(store, user_id),
    )
    for row in taken:
        names.setdefault(row["permission_code"], []).append(f"{row['name']} (emergency)")
    return names


def _check_may_take_over(store: Store, actor: Actor, row: sqlite3.Row) -> None:
    if row["user_id"] == actor.user_id:
        raise Conflict(
            "Your own password is not reset.",
            kept="Nothing was changed.",
            do="Change it under File > User Password.",
        )
    if row["is_hidden"]:
        raise NotFound(
            "A hidden user has no password.", kept="Nothing was changed.", do="Show the user first."
        )
    held = groups.union_of(store, users.group_ids_of(store, row["user_id"]))
    try:
        groups.check_may_grant(store, actor, held)
    except Refused:
        raise Refused(
            f"{row['full_name']} holds rights that you do not: you cannot reset this password.",
            kept="Nothing was changed.",
            do="Ask an administrator who holds them.",
        ) from None
