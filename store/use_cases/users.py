"""Setup > Security > Users: entering, changing and hiding users, and their groups (S1, S2, D5)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from store import groups, sign_in_factor, user_records, users
from store.access import Actor, Change, change, end_sessions, view
from store.carrying_over import cancel_pending
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.names import needed, one_line
from store.one_time_passwords import OneTimePassword as OneTimePassword
from store.one_time_passwords import give, made
from store.passwords import Hashed
from store.phones import mobile_number
from store.use_cases.accounts import EffectiveRight as EffectiveRight
from store.use_cases.accounts import effective_rights as effective_rights
from store.use_cases.accounts import require_new_password as require_new_password
from store.use_cases.accounts import reset_password as reset_password
from store.use_cases.accounts import unlock_user as unlock_user
from store.use_cases.groups import MANAGE, SEE
from store.use_cases.phones import replace_number
from store.user_records import UserForm as UserForm
from store.user_records import UserView as UserView

MOST_IDLE_MINUTES = 10
"""S7: staff screens lock after ten minutes, or sooner."""
_FIELDS = {
    "user_name": "user name",
    "full_name": "full name",
    "job_title": "job title",
    "email": "e-mail",
    "provider_id": "provider",
    "office_id": "office",
    "idle_minutes": "minutes to the lock",
}


class UserChanged(Conflict):
    """Somebody else saved the user meanwhile.

    Attributes:
        changes: what was changed, a sentence each, oldest first.
        by: who made the last of these changes.
    """

    def __init__(self, name: str, changes: tuple[str, ...], by: str) -> None:
        super().__init__(
            f"{by} changed {name} meanwhile: {' '.join(changes)}",
            kept="What you entered was not saved.",
            do="Look at the user as entered now, then enter your changes again or discard them.",
        )
        self.changes = changes
        self.by = by


def list_users(store: Store, actor: Actor, *, include_hidden: bool = False) -> tuple[UserView, ...]:
    """Return users by full name. Raises Refused."""
    view(store, actor, SEE)
    return user_records.listed(store, include_hidden=include_hidden)


def user_form(store: Store, actor: Actor, user_id: int) -> UserForm:
    """Return what is edited of a user. Raises Refused, NotFound."""
    view(store, actor, SEE)
    return user_records.form(store, user_id)


def new_user(store: Store, actor: Actor, form: UserForm) -> OneTimePassword:
    """Enter a user, with a one-time password that is shown once.

    Raises:
        Refused: the right is missing, or a group grants what the actor does not hold (S2).
        BadInput, Conflict: a field that cannot be used, or is taken.
        NotFound: a group, provider or office that is not there.
    """
    password = made()
    with change(store, actor, MANAGE) as tx:
        return _enter(store, tx, actor, form, password)


def copy_user(
    store: Store, actor: Actor, user_id: int, user_name: str, full_name: str
) -> OneTimePassword:
    """Enter a user in the same groups, office and job as another one; raises as `new_user` does."""
    password = made()
    with change(store, actor, MANAGE) as tx:
        model = user_records.form(store, user_id)
        copied = replace(
            model,
            user_name=user_name,
            full_name=full_name,
            email="",
            cell_phone="",
            provider_id=None,
        )
        return _enter(store, tx, actor, copied, password)


def save_user(store: Store, actor: Actor, form: UserForm) -> UserForm:
    """Save what was edited of a user, groups included; return it as it is now.

    A new mobile number is told to the old one and takes no code for a download for a day (S6).

    Raises:
        UserChanged: somebody else saved the user since the form was read.
        LastAdministrator: nobody would hold Setup - Security: Full Control any more (S2).
        Refused, BadInput, Conflict, NotFound: as `new_user`.
    """
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, form.user_id)
        _check_version(store, row, form.version)
        values = _checked(store, form)
        changed = [word for name, word in _FIELDS.items() if values[name] != row[name]]
        for name in _FIELDS:
            store.execute(
                f"UPDATE user SET {name} = ? WHERE user_id = ?", (values[name], form.user_id)
            )
        phone = _phone(form)
        if phone != row["cell_phone"]:
            with sign_in_factor.kept(store, actor):
                replace_number(store, row, phone)
            changed.append("mobile number")
        told = [f"changed {', '.join(changed)}"] if changed else []
        told += _move(store, actor, row, form.group_ids)
        _note(store, tx, row, "save", told)
    return user_records.form(store, form.user_id)


def set_membership(
    store: Store, actor: Actor, user_id: int, group_ids: tuple[int, ...], version: int
) -> UserForm:
    """Put a user into these groups and no others (D5); raises as `save_user` does."""
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        _check_version(store, row, version)
        _note(store, tx, row, "groups", _move(store, actor, row, group_ids))
    return user_records.form(store, user_id)


def hide_user(store: Store, actor: Actor, user_id: int) -> None:
    """Hide somebody who no longer works here; sessions end, scheduled downloads are cancelled (S2).

    Raises Refused, NotFound, LastAdministrator.
    """
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        store.execute("UPDATE user SET is_hidden = 1 WHERE user_id = ?", (user_id,))
        groups.check_somebody_administers(store)
        end_sessions(store, user_id, "user_hidden")
        cancel_pending(store, tx, user_id, "The requester was hidden.")
        if not row["is_hidden"]:
            groups.touched(store, actor, users.group_ids_of(store, user_id))
        _note(store, tx, row, "hide", [] if row["is_hidden"] else ["hidden"])
    store.scrub_log()


def unhide_user(store: Store, actor: Actor, user_id: int) -> None:
    """Bring a hidden user back, with the groups they were in.

    Raises NotFound; Refused also where these grant what the actor does not hold (S2).
    """
    with change(store, actor, MANAGE) as tx:
        row = users.by_id(store, user_id)
        if row["is_hidden"]:
            group_ids = users.group_ids_of(store, user_id)
            groups.check_may_grant(store, actor, groups.union_of(store, group_ids))
            groups.touched(store, actor, group_ids)
        store.execute("UPDATE user SET is_hidden = 0 WHERE user_id = ?", (user_id,))
        _note(store, tx, row, "unhide", ["shown again"] if row["is_hidden"] else [])


def _enter(
    store: Store, tx: Change, actor: Actor, form: UserForm, password: Hashed
) -> OneTimePassword:
    new = replace(form, user_id=0)
    values = _checked(store, new)
    group_ids = _checked_groups(store, form.group_ids)
    groups.check_may_grant(store, actor, groups.union_of(store, group_ids))
    user_id = users.insert(store, {**values})
    users.set_groups(store, user_id, group_ids)
    groups.touched(store, actor, group_ids)
    names = ", ".join(groups.by_id(store, g)["name"] for g in group_ids)
    tx.record(
        "user.new",
        f"Entered the user {values['user_name']}: in {names}.",
        object_=f"user:{user_id}",
    )
    return give(store, user_id, password)


def _checked(store: Store, form: UserForm) -> dict[str, str | int | None]:
    """Return the columns of a form, checked. Raises BadInput, Conflict, NotFound."""
    minutes = form.idle_minutes
    if minutes is not None and not 1 <= minutes <= MOST_IDLE_MINUTES:
        raise BadInput(f"A screen locks after 1 to {MOST_IDLE_MINUTES} minutes.")
    for table, number in (("provider", form.provider_id), ("office", form.office_id)):
        key = f"SELECT 1 FROM {table} WHERE {table}_id = ?"
        if number is not None and store.one(key, (number,)) is None:
            raise NotFound(f"There is no such {table}.")
    return {
        "user_name": users.checked_name(store, form.user_name, form.user_id),
        "full_name": needed(form.full_name, "full name"),
        "job_title": one_line(form.job_title, "job title"),
        "email": users.checked_email(store, form.email, form.user_id),
        "cell_phone": _phone(form),
        "provider_id": form.provider_id,
        "office_id": form.office_id,
        "idle_minutes": minutes,
    }


def _phone(form: UserForm) -> str | None:
    return mobile_number(form.cell_phone) if form.cell_phone.strip() else None


def _checked_groups(store: Store, group_ids: tuple[int, ...]) -> tuple[int, ...]:
    unique = tuple(dict.fromkeys(group_ids))
    if not unique:
        raise BadInput("A user is in at least one group.", do="Choose a group.")
    for group_id in unique:
        groups.by_id(store, group_id)
    return unique


def _move(store: Store, actor: Actor, row: sqlite3.Row, group_ids: tuple[int, ...]) -> list[str]:
    """Set a user's groups with all that S2 asks; return what changed, in words."""
    wanted = _checked_groups(store, group_ids)
    before = users.group_ids_of(store, row["user_id"])
    if wanted == before:
        return []
    held, new = groups.union_of(store, before), groups.union_of(store, wanted)
    gained = {right: level for right, level in new.items() if level > held[right]}
    groups.check_may_grant(store, actor, gained)
    users.set_groups(store, row["user_id"], wanted)
    groups.check_somebody_administers(store)
    told = []
    for words, moved in (
        ("added to", [g for g in wanted if g not in before]),
        ("removed from", [g for g in before if g not in wanted]),
    ):
        if moved:
            groups.touched(store, actor, moved)
            names = ", ".join(groups.by_id(store, g)["name"] for g in moved)
            told.append(f"{words} {names}")
    return told or ["another group is the primary one"]


def _note(store: Store, tx: Change, row: sqlite3.Row, action: str, told: list[str]) -> None:
    """Raise the version and record the one event that tells of it; nothing if nothing changed."""
    if not told:
        tx.no_event()
        return
    users.raise_version(store, row["user_id"])
    tx.record(
        f"user.{action}",
        f"{row['user_name']}: {'; '.join(told)}.",
        object_=f"user:{row['user_id']}",
    )


def _check_version(store: Store, row: sqlite3.Row, version: int) -> None:
    behind = row["version"] - version
    if behind:
        changes, by = groups.events_since(store, f"user:{row['user_id']}", behind)
        raise UserChanged(row["full_name"], changes, by)
