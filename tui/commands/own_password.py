"""`chairside users password`: choosing another password, also where the sign-in asks for one."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.done import tell_done
from tui.commands.signing_in import ask_password, signed_in, user_options
from tui.commands.support import (
    data_options,
    handles_errors,
    json_option,
    open_practice,
    read_password,
)


@click.command("password")
@data_options
@user_options
@click.option(
    "--new-password-file",
    metavar="FILE",
    help="Read the new password from the first line of FILE; - is standard input.",
)
@json_option
@handles_errors
def own_password(
    data: Path,
    pgid: int | None,
    user: str,
    password_file: str | None,
    new_password_file: str | None,
    as_json: bool,
) -> None:
    """Choose another password of your own, also after it was reset.

    Your other sessions end. With - for both, the old password is the first line.
    """
    from store.use_cases.passwords import (
        PasswordChangeNeeded,
        change_at_sign_in,
        change_own_password,
    )
    from store.use_cases.signing_in import sign_out

    old = ask_password(user, password_file)
    new = read_password(new_password_file, "New password", confirm=True)
    with open_practice(data, pgid) as practice:
        try:
            with signed_in(practice, user, old) as actor:
                practice.call(change_own_password, actor, old, new)
        except PasswordChangeNeeded as needed:
            actor = practice.call(change_at_sign_in, needed.token, new, old_password=old)
            practice.call(sign_out, actor)
    tell_done("The new password counts from now on.", {"user": user}, as_json)
