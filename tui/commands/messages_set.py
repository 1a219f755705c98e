"""`chairside messages set`: by what text messages go out.

One rule: a token or PIN comes from a prompt or a file, never from an argument, and is shown to
nobody.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tui.commands.done import tell_done
from tui.commands.portal_desk import desk, desk_options
from tui.commands.support import handles_errors, json_option, read_password, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.carrier_settings import CarrierForm
    from store.practice import Practice
    from store.use_cases.carriers import CarrierView

_KEPT = ("address", "account", "sender", "countries")


@click.group("set")
def set_() -> None:
    """Set up what carries text messages: a gateway, a modem, or files.

    What is not named stays as it is. After a change of carrier or sender text messaging is to be
    registered anew: chairside messages register. Mail: chairside portal mail-server.
    """


@set_.command("http")
@desk_options
@click.option("--address", metavar="URL", help="The gateway, as https://api.example.com.")
@click.option("--account", metavar="NAME", help="The account's name there (its SID).")
@click.option(
    "--token-file",
    metavar="FILE",
    help="Read the account's token from FILE; - is the next line of standard input.",
)
@click.option("--sender", metavar="TEXT", help="Your number there, a name, or a service's id.")
@click.option("--countries", metavar="CODES", help='Where it sends to, as "US CA"; "" for any.')
@json_option
@handles_errors
def http(token_file: str | None, as_json: bool, **options: Any) -> None:
    """Send text messages through a gateway on the web.

    The token is asked for where it is needed.
    """
    with desk(options).opened() as (practice, actor):
        named = _named(options)
        _save(practice, actor, "http", named, token_file, "Token of the account")
        _tell(practice, actor, as_json)


@set_.command("modem")
@desk_options
@click.option(
    "--device", "address", metavar="NAME", help="As /dev/ttyUSB0, /dev/serial/by-id/… or COM5."
)
@click.option(
    "--pin-file",
    metavar="FILE",
    help="Read the SIM card's PIN, if it has one, from FILE; - is the next line of standard input.",
)
@click.option("--sender", metavar="NUMBER", help="The SIM card's number, to be shown only.")
@click.option("--countries", metavar="CODES", help='Where it sends to, as "US CA"; "" for any.')
@json_option
@handles_errors
def modem(pin_file: str | None, as_json: bool, **options: Any) -> None:
    """Send text messages through a GSM modem at this computer."""
    with desk(options).opened() as (practice, actor):
        _save(practice, actor, "modem", _named(options), pin_file, "PIN of the SIM card")
        _tell(practice, actor, as_json)


@set_.command("spool")
@desk_options
@json_option
@handles_errors
def spool(as_json: bool, **where: Any) -> None:
    """Send nothing: text messages become files in the practice's folder, for tests."""
    with desk(where).opened() as (practice, actor):
        _save(practice, actor, "spool", {}, None, "")
        _tell(practice, actor, as_json)


def _named(options: dict[str, Any]) -> dict[str, str]:
    return {name: options[name] for name in _KEPT if options.get(name) is not None}


def _save(
    practice: Practice,
    actor: Actor,
    kind: str,
    named: dict[str, str],
    secret_file: str | None,
    prompt: str,
) -> None:
    from store.use_cases.carriers import BadCarrier, carrier, save_carrier

    now = practice.call(carrier, actor, "sms")
    if secret_file is not None:
        named = {**named, "secret": read_password(secret_file, prompt)}
    try:
        practice.call(save_carrier, actor, _form(now, kind, named))
    except BadCarrier as problem:
        if problem.field != "secret" or "secret" in named:
            raise
        if not sys.stdin.isatty():
            raise click.UsageError("The account's token is needed: --token-file.") from None
        named = {**named, "secret": read_password(None, prompt)}
        practice.call(save_carrier, actor, _form(now, kind, named))
    click.echo("Saved.", err=True)


def _form(now: CarrierView, kind: str, named: dict[str, str]) -> CarrierForm:
    from store.carrier_settings import CarrierForm

    before = {name: getattr(now, name) for name in _KEPT} if now.kind == kind else {}
    return CarrierForm("sms", kind, **{**before, **named})


def _tell(practice: Practice, actor: Actor, as_json: bool) -> None:
    from store.use_cases.communications import registration

    view = practice.call(registration, actor)
    sender = f", from {shown(view.carrier.sender)}" if view.carrier.sender else ""
    address = f" {shown(view.carrier.address)}" if view.carrier.address else ""
    facts = {
        "kind": view.carrier.kind,
        "address": view.carrier.address or None,
        "sender": view.carrier.sender or None,
        "registered": view.state == "registered",
    }
    tell_done(f"Text messages go by {view.carrier.kind}{address}{sender}.", facts, as_json)
    if view.state != "registered":
        click.echo("Text messaging is not registered: chairside messages register.", err=True)
