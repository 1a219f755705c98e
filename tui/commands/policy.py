"""`chairside policy`: passwords, second factor at sign-in and archive passphrase, from a shell.

One rule: what cannot be switched off is told with what can (REQUIREMENTS D12).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    from store.access import Actor
    from store.password_policy import Preset
    from store.practice import Practice


@click.group("policy")
def group() -> None:
    """See and set what the practice asks of passwords, sign-ins and archives."""


@group.command("show")
@data_options
@user_options
@json_option
@handles_errors
def show(data: Path, pgid: int | None, user: str, password_file: str | None, as_json: bool) -> None:
    """Show what is set, and what cannot be switched off."""
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        _print(practice, actor, as_json)


@group.command("set")
@data_options
@user_options
@click.option(
    "--preset",
    type=click.Choice(["nist", "strong", "yearly"]),
    help="What is asked of new passwords.",
)
@click.option(
    "--second-factor",
    type=click.Choice(["off", "administrators", "everyone"]),
    help="Who gives a code at sign-in as well.",
)
@click.option(
    "--archive-phrase",
    type=click.Choice(["when-needed", "always"]),
    help="When a download is locked with a passphrase of its own.",
)
@json_option
@handles_errors
def set_(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    preset: Preset | None,
    second_factor: str | None,
    archive_phrase: str | None,
    as_json: bool,
) -> None:
    """Say what each change means and set it; the rest stays as it is."""
    from tui.policy_words import PASSPHRASE, PASSWORDS, SECOND_FACTOR

    given = {
        SECOND_FACTOR: second_factor,
        PASSWORDS: preset,
        PASSPHRASE: archive_phrase and archive_phrase.replace("-", "_"),
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted:
        raise click.UsageError("Say what to set; --help lists it.")
    password = ask_password(user, password_file)
    with open_practice(data, pgid) as practice, signed_in(practice, user, password) as actor:
        for line in _meaning(practice, actor, wanted).split("\n"):
            click.echo(shown(line), err=True)
        _set(practice, actor, wanted)
        _print(practice, actor, as_json)


def _set(practice: Practice, actor: Actor, wanted: dict[str, str]) -> None:
    """Set what is given, all of it or nothing."""
    from store.use_cases.security_policy import save_security_policy, security_policy
    from tui.policy_words import chosen_values, policy_with

    now = practice.call(security_policy, actor)
    practice.call(save_security_policy, actor, now, policy_with({**chosen_values(now), **wanted}))


def _meaning(practice: Practice, actor: Actor, wanted: dict[str, str]) -> str:
    from store.rights import Right
    from store.use_cases.groups import who_holds
    from store.use_cases.users import list_users
    from tui.policy_words import SECOND_FACTOR, asked_people, meanings

    asked = asked_people(
        wanted.get(SECOND_FACTOR, "off"),
        practice.call(list_users, actor),
        practice.call(who_holds, actor, Right.SECURITY),
    )
    return meanings(wanted, asked)


def _print(practice: Practice, actor: Actor, as_json: bool) -> None:
    from store.use_cases.passwords import presets
    from store.use_cases.security_policy import security_policy
    from tui.policy_words import ALWAYS, DOWNLOADS, chosen_values, settings_of

    settings = settings_of(practice.call(presets, actor))
    now = chosen_values(practice.call(security_policy, actor))
    if as_json:
        print_json({**now, "download_second_factor": ALWAYS})
        return
    for setting in settings:
        (choice,) = [one for one in setting.choices if one.value == now[setting.name]]
        click.echo(f"{setting.label:<26}{choice.label}. {choice.sentence}")
    click.echo(DOWNLOADS)
