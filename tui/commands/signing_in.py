"""Signing in for the length of one command."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from store.errors import BadInput
from tui.commands.support import password_option, read_password, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.code_delivery import CodeDelivery

    Delivery = Callable[[], CodeDelivery | None]
    """Tells how the message with the code fares."""

Command = TypeVar("Command", bound=Callable[..., Any])


_FACTOR = "chairside.factor"
_CODES = {
    "sms": "Code from the text message",
    "totp": "Code from the authenticator app",
    "recovery": "Recovery code",
}
_OTHER_WAYS = {
    "totp": "the authenticator app (--factor totp)",
    "recovery": "a recovery code (--factor recovery)",
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


def asked_code(
    practice: Practice, kinds: Sequence[str], sent_to: str, delivery: Delivery | None = None
) -> tuple[str, str]:
    """Have a code sent if that is the factor, and ask for it; return the factor and the code.

    Where the code did not go out, that is told with the reason (REQUIREMENTS D23). Without a
    terminal it is the next line of standard input. Raises BadInput.
    """
    context = click.get_current_context(silent=True)
    kind = (context.meta.get(_FACTOR) if context else None) or kinds[0]
    if kind not in kinds:
        raise BadInput(
            f"The factor {kind} is not on offer here.", do=f"On offer: {', '.join(kinds)}."
        )
    if sent_to:
        from exporter.messages.delivery import deliver

        deliver(practice, channels=("sms",))
    if kind == "sms" and sent_to:
        tell_way(delivery() if delivery is not None else None, sent_to, kinds)
    if sys.stdin.isatty():
        with _delivering(practice, kind):
            return kind, str(click.prompt(_CODES[kind], err=True))
    line = sys.stdin.buffer.readline().decode("ascii", "replace").strip()
    if not line:
        raise BadInput(
            "No code came on standard input.",
            kept="What the code is for was not done.",
            do="Run it on a terminal, or put the code on the next line.",
        )
    return kind, line


def tell_way(found: CodeDelivery | None, sent_to: str, kinds: Sequence[str]) -> None:
    """Say where the code went, or why it did not go, and by what else it can be answered (D23)."""
    phone = f"the mobile ending in {sent_to[-2:]}"
    if found is None or found.state in ("sending", "sent", "delivered"):
        spool = " as a file in the folder spool/" if found and found.carrier == "spool" else ""
        click.echo(f"A six-digit code went to {phone}{spool}.", err=True)
        return
    again = " It is tried again by itself." if found.state == "queued" else ""
    click.echo(f"The code for {phone} has not gone out. {shown(found.reason)}{again}", err=True)
    others = [_OTHER_WAYS[kind] for kind in kinds if kind in _OTHER_WAYS]
    if others:
        click.echo(f"Other ways: {', or '.join(others)}.", err=True)


@contextmanager
def _delivering(practice: Practice, kind: str) -> Iterator[None]:
    """Try again what did not go out at once, for as long as somebody is asked for its code."""
    if kind != "sms":
        yield
        return
    from tui.delivering import Deliverer

    deliverer = Deliverer(practice)
    deliverer.start()
    try:
        yield
    finally:
        deliverer.stop()


@contextmanager
def signed_in(practice: Practice, user: str, password: str) -> Iterator[Actor]:
    """Sign in, second factor included, yield the actor, sign out.

    Raises SignInFailed, WrongCode, and PasswordChangeNeeded (see `chairside users password`).
    """
    from store.sign_in_factor import SecondFactorNeeded
    from store.use_cases.code_delivery import sign_in_code_delivery
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
        way = partial(practice.call, sign_in_code_delivery, more.token, terminal=terminal)
        kind, code = asked_code(practice, more.kinds, more.sent_to, way)
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
