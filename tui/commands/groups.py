"""`chairside groups`: what each group grants, for IT support and scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.done import tell_done
from tui.commands.finding import granted, group_named, right_named
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
    shown,
)

if TYPE_CHECKING:
    from store.use_cases.groups import GroupRights, GroupView


@click.group("groups")
def group() -> None:
    """List, show, set, make, copy and delete groups of users."""


@group.command("list")
@data_options
@user_options
@json_option
@handles_errors
def list_(
    data: Path, pgid: int | None, user: str, password_file: str | None, as_json: bool
) -> None:
    """List all groups and who is in them."""
    from store.use_cases.groups import list_groups

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = practice.call(list_groups, actor)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        click.echo(f"{shown(one.name):<24}  {len(one.members):>3}  {shown(', '.join(one.members))}")


@group.command("show")
@data_options
@user_options
@click.argument("name")
@json_option
@handles_errors
def show(
    data: Path, pgid: int | None, user: str, password_file: str | None, name: str, as_json: bool
) -> None:
    """Show what a group grants."""
    from store.use_cases.groups import group_rights

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        rights = practice.call(group_rights, actor, group_named(practice, actor, name).group_id)
    _print_rights(rights, as_json)


@group.command("set")
@data_options
@user_options
@click.argument("name")
@click.argument("levels", metavar="RIGHT=LEVEL...", nargs=-1, required=True)
@json_option
@handles_errors
def set_(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str,
    levels: tuple[str, ...],
    as_json: bool,
) -> None:
    """Set rights of a group, as "Data Download=view"; others stay as they are."""
    from store.use_cases.groups import group_rights, save_group_rights

    wanted = dict(granted(text) for text in levels)
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        number = group_named(practice, actor, name).group_id
        version = practice.call(group_rights, actor, number).version
        rights = practice.call(save_group_rights, actor, number, wanted, version)
    _print_rights(rights, as_json)


@group.command("new")
@data_options
@user_options
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="Whom the group is for.")
@json_option
@handles_errors
def new(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str,
    description: str,
    as_json: bool,
) -> None:
    """Make a group that grants nothing yet."""
    from store.use_cases.groups import new_group

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        practice.call(new_group, actor, name, description)
    made = name.strip()
    tell_done(f"The group {shown(made)} is made; it grants nothing yet.", {"name": made}, as_json)


@group.command("copy")
@data_options
@user_options
@click.argument("name")
@click.argument("new_name")
@json_option
@handles_errors
def copy(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str,
    new_name: str,
    as_json: bool,
) -> None:
    """Make a group that grants what another one grants, without its members."""
    from store.use_cases.groups import copy_group

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        number = group_named(practice, actor, name).group_id
        practice.call(copy_group, actor, number, new_name)
    made = new_name.strip()
    told = f"The group {shown(made)} grants what {shown(name)} grants."
    tell_done(told, {"name": made, "like": name}, as_json)


@group.command("delete")
@data_options
@user_options
@click.argument("name")
@json_option
@handles_errors
def delete(
    data: Path, pgid: int | None, user: str, password_file: str | None, name: str, as_json: bool
) -> None:
    """Delete a group that nobody is in."""
    from store.use_cases.groups import delete_group

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = group_named(practice, actor, name)
        practice.call(delete_group, actor, found.group_id)
    tell_done(f"The group {shown(found.name)} is deleted.", {"name": found.name}, as_json)


@group.command("who-holds")
@data_options
@user_options
@click.argument("right")
@json_option
@handles_errors
def who_holds(
    data: Path, pgid: int | None, user: str, password_file: str | None, right: str, as_json: bool
) -> None:
    """Show which groups, and which users, hold a right, as "Data Download"."""
    from store.use_cases import groups

    wanted = right_named(right)
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        held = practice.call(groups.who_holds, actor, wanted)
    if as_json:
        print_json([{"group": h.group, "level": h.level.label, "users": h.users} for h in held])
        return
    if not held:
        click.echo("Nobody holds it.")
    for one in held:
        click.echo(f"{shown(one.group):<24}  {one.level.label:<12}  {shown(', '.join(one.users))}")


def _print_rights(rights: GroupRights, as_json: bool) -> None:
    from store.rights import PERMISSIONS

    if as_json:
        levels = {right.value: level.label for right, level in rights.levels.items()}
        print_json({**_as_json(rights.group), "version": rights.version, "rights": levels})
        return
    area = ""
    for right, permission in PERMISSIONS.items():
        if permission.category != area:
            area = permission.category
            click.echo(area)
        level = rights.levels[right]
        word = level.label
        if permission.kind == "action":
            word = "Granted" if level else "None"
        click.echo(f"  {permission.label:<28}{word}")


def _as_json(group: GroupView) -> dict[str, Any]:
    return {
        "name": group.name,
        "description": group.description,
        "builtin": group.is_builtin,
        "administrators": group.is_admin,
        "members": group.members,
        "modified_at": None if group.modified_at is None else group.modified_at.isoformat(),
        "modified_by": group.modified_by,
    }
