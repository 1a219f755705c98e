"""`chairside portal mail-server`: the account that invitations are sent through.

One rule: the account's password comes from a prompt or a file, and is shown to nobody.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tui.commands.portal_desk import day_of, desk, desk_options
from tui.commands.support import handles_errors, json_option, print_json, read_password, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.carrier_settings import CarrierForm
    from store.practice import Practice
    from store.use_cases.carriers import CarrierView

_TYPED_FOR = ("address", "port", "security", "account")
"""A change of one of these asks for the account's password again."""


@click.command("mail-server")
@desk_options
@click.option("--host", "address", metavar="NAME", help="The server, as smtp.example.org.")
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="N", help="By default 587, or 465 for tls."
)
@click.option(
    "--security",
    type=click.Choice(["starttls", "tls", "none"]),
    help="How the line is encrypted; none only to this computer.",
)
@click.option("--account", metavar="NAME", help='Whom to sign in as there; "" for no sign-in.')
@click.option(
    "--account-password-file",
    metavar="FILE",
    help="Read the account's password from FILE; - is the next line of standard input.",
)
@click.option("--sender", metavar="ADDRESS", help="The address that mails come from.")
@click.option("--sender-name", metavar="TEXT", help="The name that mails come from.")
@click.option("--as-files", is_flag=True, help="Send nothing: write mails to the spool folder.")
@click.option("--take-down", is_flag=True, help="Forget the server and the account.")
@click.option("--check", is_flag=True, help="Sign in to the server, send nothing.")
@click.option("--test", is_flag=True, help="Send a test mail to your own address.")
@json_option
@handles_errors
def mail_server(
    account_password_file: str | None,
    as_files: bool,
    take_down: bool,
    check: bool,
    test: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Show, set up, check or test the mail server.

    What is not named stays as it is. The account's password is asked for where it is needed.
    """
    names = (*_TYPED_FOR, "sender", "sender_name")
    named = {name: options[name] for name in names if options[name] is not None}
    if (bool(named) or account_password_file is not None) + as_files + take_down > 1:
        raise click.UsageError("Say only one: set it up, --as-files or --take-down.")
    with desk(options).opened() as (practice, actor):
        if as_files or take_down:
            _save_kind(practice, actor, "spool" if as_files else "")
        elif named or account_password_file is not None:
            _set_up(practice, actor, named, account_password_file)
        if check:
            _check(practice, actor)
        if test:
            _test(practice, actor)
        _show(practice, actor, as_json)


def _save_kind(practice: Practice, actor: Actor, kind: str) -> None:
    from store.carrier_settings import CarrierForm
    from store.use_cases.carriers import save_carrier

    practice.call(save_carrier, actor, CarrierForm("email", kind))
    click.echo("Saved.", err=True)


def _set_up(
    practice: Practice, actor: Actor, named: dict[str, Any], password_file: str | None
) -> None:
    from store.use_cases.carriers import carrier, save_carrier

    now = practice.call(carrier, actor, "email")
    form = _form(now, named)
    if form.account and (password_file is not None or _is_password_needed(now, form)):
        if password_file is None and not sys.stdin.isatty():
            raise click.UsageError("The account's password is needed: --account-password-file.")
        secret = read_password(password_file, f"Password of {shown(form.account)} at the server")
        form = _form(now, {**named, "secret": secret})
    practice.call(save_carrier, actor, form)
    click.echo("Saved.", err=True)


def _form(now: CarrierView, named: dict[str, Any]) -> CarrierForm:
    from store.carrier_settings import CarrierForm

    # Another way to encrypt has another usual port.
    port = None if "security" in named else now.port
    before = {
        "address": now.address,
        "port": port,
        "security": now.security or "starttls",
        "account": now.account,
        "sender": now.sender,
        "sender_name": now.sender_name,
    }
    return CarrierForm("email", "smtp", **{**before, **named})


def _is_password_needed(now: CarrierView, form: CarrierForm) -> bool:
    same = all(getattr(now, name) == getattr(form, name) for name in _TYPED_FOR)
    return not (now.has_secret and same)


def _check(practice: Practice, actor: Actor) -> None:
    from exporter.messages.checking import check_carrier

    click.echo(shown(check_carrier(practice, actor, "email")), err=True)


def _test(practice: Practice, actor: Actor) -> None:
    from exporter.messages.delivery import deliver
    from store.use_cases.carriers import test_mail

    to = practice.call(test_mail, actor)
    if deliver(practice, channels=("email",)).sent:
        click.echo(f"A test mail went to {to}.", err=True)
    else:
        click.echo(f"The test mail to {to} is not sent yet; the state says why.", err=True)


def _show(practice: Practice, actor: Actor, as_json: bool) -> None:
    from store.use_cases.carriers import carrier

    now = practice.call(carrier, actor, "email")
    if as_json:
        print_json(_as_json(now))
        return
    if not now.kind:
        click.echo("No mail server is set up; mails wait.")
        return
    if now.kind == "spool":
        click.echo("Mails are not sent: they become files in the practice's spool folder.")
        return
    sender = f"{shown(now.sender_name)} <{shown(now.sender)}>" if now.sender_name else now.sender
    for label, words in (
        ("Server", f"{shown(now.address)}, port {now.port}, {now.security}"),
        ("Account", shown(now.account) or "none, no sign-in"),
        ("Password", "kept, not shown" if now.has_secret else "none"),
        ("Sender", sender),
        ("State", _health(practice, now)),
    ):
        click.echo(f"{label:<12}{words}")


def _health(practice: Practice, now: CarrierView) -> str:
    if now.health == "working":
        return f"working on {day_of(practice, now.checked_at)}"
    if now.health == "failing":
        return f"failing: {shown(now.last_error)}"
    return "not tried yet; say --check"


def _as_json(now: CarrierView) -> dict[str, Any]:
    return {
        "kind": now.kind or None,
        "host": now.address or None,
        "port": now.port,
        "security": now.security or None,
        "account": now.account or None,
        "account_password": now.has_secret,
        "sender": now.sender or None,
        "sender_name": now.sender_name or None,
        "health": now.health,
        "checked_at": None if now.checked_at is None else now.checked_at.isoformat(),
        "error": now.last_error or None,
    }
