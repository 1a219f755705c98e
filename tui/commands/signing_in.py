"""Signing in for the length of one command."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from store.errors import BadInput
from tui.commands.support import password_option, read_password

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice

Command = TypeVar("Command", bound=Callable[..., Any])


_FACTOR = "chairside.factor"
_CODES = {
    "sms": "Code from the text message",
    "totp": "Code from the authenticator app",
    "recovery": "Recovery code",
}


def factor_option(command: Command) -> Command:
    """Add `--factor KIND`; `asked_code` finds it by itself."""

    def keep(context: click.Context, _parameter: click.Parameter, kind: str | None) -> None:
        context.meta[_FACTOR] = kind

    return click.option(
        "--factor",
        type=click.Choice(list(_CODES)),
        callback=keep,
        expose_value=False,
        help="Which second factor to answer with; by default the usual one.",
    )(command)


def user_options(command: Command) -> Command:
    """Add `--user NAME` and `--password-file FILE`, as `user: str`, `password_file: str | None`."""
    user = click.option("--user", required=True, metavar="NAME", help="Whom to sign in as.")
    return user(password_option(factor_option(command)))


def asked_code(practice: Practice, kinds: Sequence[str], sent_to: str) -> tuple[str, str]:
    """Have a code sent if that is the factor, and ask for it; return the factor and the code.

    Without a terminal it is the next line of standard input. Raises BadInput.
    """
    context = click.get_current_context(silent=True)
    kind = (context.meta.get(_FACTOR) if context else None) or kinds[0]
    if kind not in kinds:
        raise BadInput(
            f"The factor {kind} is not on offer here.", do=f"On offer: {', '.join(kinds)}."
        )
    if sent_to:
        from exporter.messages.delivery import deliver

        deliver(practice)
    if kind == "sms" and sent_to:
        click.echo(f"A six-digit code went to the mobile ending in {sent_to[-2:]}.", err=True)
    if sys.stdin.isatty():
        return kind, str(click.prompt(_CODES[kind], err=True))
    line = sys.stdin.buffer.readline().decode("ascii", "replace").strip()
    if not line:
        raise BadInput(
            "No code came on standard input.",
            kept="Nothing was changed.",
            do="Run it on a terminal, or put the code on the next line.",
        )
    return kind, line


@contextmanager
def signed_in(practice: Practice, user: str, password: str) -> Iterator[Actor]:
    """Sign in, second factor included, yield the actor, sign out.

    Raises SignInFailed, WrongCode, and PasswordChangeNeeded (see `chairside users password`).
    """
    from store.sign_in_factor import SecondFactorNeeded
    from store.use_cases.signing_in import finish_sign_in, sign_in, sign_out

    terminal = platform.node() or "this computer"
    try:
        actor = practice.call(
            sign_in,
            pgid=practice.pgid,
            user_name=user,
            password=password,
            terminal=terminal,
            source="command_line",
        )
    except SecondFactorNeeded as more:
        kind, code = asked_code(practice, more.kinds, more.sent_to)
        actor = practice.call(
            finish_sign_in, more.token, kind, code, terminal=terminal, source="command_line"
        )
    try:
        yield actor
    finally:
        practice.call(sign_out, actor)


def ask_password(user: str, password_file: str | None) -> str:
    """Return the password of a user, from a file or asked for unseen."""
    return read_password(password_file, f"Password of {user}")
