"""`chairside users`: entering, changing and hiding users, for IT support and scripts."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.done import tell_done
from tui.commands.finding import group_named, user_named
from tui.commands.own_password import own_password
from tui.commands.portal_desk import day_of
from tui.commands.sessions import sessions
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
    from store.practice import Practice
    from store.use_cases.users import OneTimePassword, UserView


@click.group("users")
def group() -> None:
    """List, enter, edit, hide and unlock users; reset passwords; see rights and sessions."""


group.add_command(own_password)
group.add_command(sessions)


@group.command("list")
@data_options
@user_options
@click.option("--all", "include_hidden", is_flag=True, help="Hidden users as well.")
@json_option
@handles_errors
def list_(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    include_hidden: bool,
    as_json: bool,
) -> None:
    """List users, their groups and what keeps them from signing in."""
    from store.use_cases.users import list_users

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = practice.call(list_users, actor, include_hidden=include_hidden)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        groups = shown(", ".join(one.groups))
        click.echo(f"{shown(one.user_name):<16}  {shown(one.full_name):<24}  {groups}{_state(one)}")


@group.command("add")
@data_options
@user_options
@click.argument("name")
@click.option("--full-name", required=True, metavar="TEXT", help="Name as colleagues see it.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="Repeat for several.")
@click.option("--like", metavar="NAME", help="Same groups, office and job as this user.")
@click.option("--job-title", default="", metavar="TEXT", help="What the user does.")
@click.option("--email", default="", metavar="ADDRESS", help="E-mail address.")
@click.option("--phone", default="", metavar="NUMBER", help="Mobile, as +15105550142.")
@json_option
@handles_errors
def add(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str,
    full_name: str,
    groups: tuple[str, ...],
    like: str | None,
    as_json: bool,
    **fields: str,
) -> None:
    """Enter a user; prints a one-time password, once."""
    from store.use_cases.users import UserForm, copy_user, new_user

    if bool(groups) == bool(like):
        raise click.UsageError("Say either --group or --like.")
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        if like:
            model = user_named(practice, actor, like).user_id
            given = practice.call(copy_user, actor, model, name, full_name)
        else:
            form = UserForm(
                name,
                full_name,
                tuple(group_named(practice, actor, one).group_id for one in groups),
                job_title=fields["job_title"],
                email=fields["email"],
                cell_phone=fields["phone"],
            )
            given = practice.call(new_user, actor, form)
        _print_password(practice, given, as_json)


@group.command("edit")
@data_options
@user_options
@click.argument("name")
@click.option("--new-name", metavar="TEXT", help="Another user name.")
@click.option("--full-name", metavar="TEXT", help="Name as colleagues see it.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="These, and no others.")
@click.option("--job-title", metavar="TEXT", help="What the user does.")
@click.option("--email", metavar="ADDRESS", help="E-mail address.")
@click.option("--phone", metavar="NUMBER", help="Mobile, as +15105550142.")
@json_option
@handles_errors
def edit(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    name: str,
    groups: tuple[str, ...],
    as_json: bool,
    **fields: str | None,
) -> None:
    """Change what is entered of a user; what is not named stays as it is."""
    from store.use_cases.users import save_user, user_form

    columns = {"new_name": "user_name", "phone": "cell_phone"}
    changes: dict[str, Any] = {
        columns.get(option, option): value for option, value in fields.items() if value is not None
    }
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        if groups:
            found = (group_named(practice, actor, one).group_id for one in groups)
            changes["group_ids"] = tuple(found)
        form = practice.call(user_form, actor, user_named(practice, actor, name).user_id)
        wanted = replace(form, **changes)
        practice.call(save_user, actor, wanted)
    tell_done(f"{shown(name)} is saved.", {"user": wanted.user_name}, as_json)


def _simple(name: str, use_case: str, told: str, what: str, *, subject: str = "users") -> None:
    """Add a command that does one thing to one user."""

    @group.command(name, help=what)
    @data_options
    @user_options
    @click.argument("name")
    @json_option
    @handles_errors
    def command(
        data: Path,
        pgid: int | None,
        user: str,
        password_file: str | None,
        name: str,
        as_json: bool,
    ) -> None:
        module = import_module(f"store.use_cases.{subject}")
        password = ask_password(user, password_file)
        with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
            found = user_named(practice, actor, name)
            practice.call(getattr(module, use_case), actor, found.user_id)
        tell_done(f"{shown(found.user_name)} {told}.", {"user": found.user_name}, as_json)


_simple("hide", "hide_user", "is hidden", "Hide somebody who no longer works here.")
_simple("unhide", "unhide_user", "is shown again", "Bring a hidden user back.")
_simple("unlock", "unlock_user", "can sign in again", "End the pause after wrong passwords.")
_simple(
    "require-change",
    "require_new_password",
    "must choose a new password at the next sign-in",
    "Ask for a new password at the next sign-in.",
)
_simple(
    "revoke-factors",
    "revoke_factors",
    "has no authenticator app and no recovery codes any more",
    "Withdraw the app and the recovery codes of somebody whose phone is lost.",
    subject="factors",
)


@group.command("reset-password")
@data_options
@user_options
@click.argument("name")
@json_option
@handles_errors
def reset(
    data: Path, pgid: int | None, user: str, password_file: str | None, name: str, as_json: bool
) -> None:
    """Give a user a one-time password, printed once; the user's sessions end."""
    from store.use_cases.users import reset_password

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = user_named(practice, actor, name)
        given = practice.call(reset_password, actor, found.user_id)
        _print_password(practice, given, as_json)


@group.command("rights")
@data_options
@user_options
@click.argument("name")
@json_option
@handles_errors
def rights(
    data: Path, pgid: int | None, user: str, password_file: str | None, name: str, as_json: bool
) -> None:
    """Show what a user may do, and through which groups."""
    from store.rights import Need
    from store.use_cases.users import effective_rights

    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        found = practice.call(effective_rights, actor, user_named(practice, actor, name).user_id)
    if as_json:
        print_json(
            [{"right": r.right.value, "level": r.level.label, "through": r.through} for r in found]
        )
        return
    held = [one for one in found if one.level]
    if not held:
        click.echo(f"{shown(name)} holds no right.")
    for one in held:
        label = Need(one.right, one.level).label
        click.echo(f"{label:<52}  {shown(', '.join(one.through))}")


def _print_password(practice: Practice, given: OneTimePassword, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "user": given.user_name,
                "one_time_password": given.password,
                "expires_at": given.expires_at.isoformat(),
            }
        )
        return
    click.echo(f"One-time password of {shown(given.user_name)}: {given.password}")
    click.echo(
        f"It is not shown again, and good until {day_of(practice, given.expires_at)}; the first"
        " sign-in asks for a new one.",
        err=True,
    )


def _state(user: UserView) -> str:
    states = (
        ("hidden", user.is_hidden),
        ("disabled", user.is_disabled),
        ("paused", user.is_paused),
        ("new password at next sign-in", user.require_password_change),
    )
    words = [word for word, holds in states if holds]
    return f"  ({', '.join(words)})" if words else ""


def _as_json(user: UserView) -> dict[str, Any]:
    return {
        "name": user.user_name,
        "full_name": user.full_name,
        "job_title": user.job_title,
        "groups": user.groups,
        "email": user.email,
        "phone": user.cell_phone_masked,
        "hidden": user.is_hidden,
        "paused": user.is_paused,
        "disabled": user.is_disabled,
        "new_password_needed": user.require_password_change,
        "last_sign_in": None if user.last_sign_in is None else user.last_sign_in.isoformat(),
    }
