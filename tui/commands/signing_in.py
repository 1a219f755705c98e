"""Signing in for the length of one command."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.commands.support import password_option, read_password

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice

Command = TypeVar("Command", bound=Callable[..., Any])


def user_options(command: Command) -> Command:
    """Add `--user NAME` and `--password-file FILE`, as `user: str`, `password_file: str | None`."""
    user = click.option("--user", required=True, metavar="NAME", help="Whom to sign in as.")
    return user(password_option(command))


@contextmanager
def signed_in(practice: Practice, user: str, password: str) -> Iterator[Actor]:
    """Sign in, yield the actor, sign out. Raises SignInFailed."""
    from store.use_cases.signing_in import sign_in, sign_out

    actor = practice.call(
        sign_in,
        pgid=practice.pgid,
        user_name=user,
        password=password,
        terminal=platform.node() or "this computer",
        source="command_line",
    )
    try:
        yield actor
    finally:
        practice.call(sign_out, actor)


def ask_password(user: str, password_file: str | None) -> str:
    """Return the password of a user, from a file or asked for unseen."""
    return read_password(password_file, f"Password of {user}")
