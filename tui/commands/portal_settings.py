"""`chairside portal settings`: the portal's address, its tabs, and what invitations carry.

One rule: only what is named is changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from store.errors import BadInput
from tui.commands.portal_desk import desk, desk_options
from tui.commands.support import Number, handles_errors, json_option, print_json, shown

if TYPE_CHECKING:
    from store.use_cases.portal_settings import PortalSettings


@click.command("settings")
@desk_options
@click.option("--url", metavar="URL", help="The portal's address, as https://portal.example.org.")
@click.option(
    "--tab", "tabs", multiple=True, metavar="NAME=on|off", help="Turn a tab on or off; repeatable."
)
@click.option(
    "--carries", type=click.Choice(["password", "link"]), help="What an invitation carries."
)
@click.option(
    "--days",
    type=Number(1),
    metavar="N",
    help="How many days a one-time password can be used.",
)
@click.option(
    "--link-days",
    type=Number(1),
    metavar="N",
    help="How many days a one-time link can be used.",
)
@json_option
@handles_errors
def settings(
    url: str | None,
    tabs: tuple[str, ...],
    carries: str | None,
    days: int | None,
    link_days: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Show the portal's settings, or change those that are named.

    --url "" takes the address away; then nobody can be given online access.
    """
    from store.use_cases import portal_settings

    named = {
        "url": url,
        "invitation_carries": carries,
        "password_days": days,
        "link_days": link_days,
    }
    changes: dict[str, Any] = {key: value for key, value in named.items() if value is not None}
    with desk(where).opened() as (practice, actor):
        now = practice.call(portal_settings.settings, actor)
        if tabs:
            changes["features"] = {**now.features, **dict(_tab(text, now) for text in tabs)}
        if changes:
            now = practice.call(portal_settings.save_settings, actor, replace(now, **changes))
            click.echo("Saved.", err=True)
    if as_json:
        print_json(_as_json(now))
    else:
        _tell(now)


def _tab(text: str, now: PortalSettings) -> tuple[str, bool]:
    """Read `NAME=on|off`. Raises BadInput."""
    name, _equals, word = text.partition("=")
    code = name.strip().casefold().replace("-", "_").replace(" ", "_")
    if code not in now.features or word.strip().casefold() not in ("on", "off"):
        raise BadInput(
            f"What is to be set is not clear: {text}.",
            kept="Nothing was changed.",
            do=f"Write NAME=on or NAME=off; names are {', '.join(map(_word, now.features))}.",
        )
    return code, word.strip().casefold() == "on"


def _word(feature: str) -> str:
    return feature.replace("_", "-")


def _tell(now: PortalSettings) -> None:
    for label, words in (
        ("Address", shown(now.url) or "not set; nobody can be given online access yet"),
        ("Invitations carry", f"a one-time {now.invitation_carries}"),
        ("A password is good for", f"{now.password_days} days"),
        ("A link is good for", f"{now.link_days} days"),
        *((f"Tab {_word(name)}", "on" if is_on else "off") for name, is_on in now.features.items()),
    ):
        click.echo(f"{label:<26}{words}")


def _as_json(now: PortalSettings) -> dict[str, Any]:
    return {
        "url": now.url or None,
        "tabs": now.features,
        "invitation_carries": now.invitation_carries,
        "days": now.password_days,
        "link_days": now.link_days,
    }
