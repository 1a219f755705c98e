"""`chairside init`: a new, empty practice with its first administrator."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from store.clock import PACIFIC
from tui.commands.done import tell_done
from tui.commands.support import (
    DEFAULT_PGID,
    data_options,
    handles_errors,
    json_option,
    password_option,
    read_password,
)


@click.command("init")
@data_options
@click.option("--name", required=True, metavar="TEXT", help="Name of the practice.")
@click.option("--owner", required=True, metavar="USER", help="First administrator's user name.")
@click.option("--owner-name", metavar="TEXT", help="Full name; by default the user name.")
@click.option("--owner-phone", metavar="NUMBER", help="Mobile number for codes, as +15105550142.")
@click.option("--time-zone", default=PACIFIC, show_default=True, metavar="ZONE")
@password_option
@json_option
@handles_errors
def group(
    data: Path,
    pgid: int | None,
    name: str,
    owner: str,
    owner_name: str | None,
    owner_phone: str | None,
    time_zone: str,
    password_file: str | None,
    as_json: bool,
) -> None:
    """Make a new, empty practice with its first administrator."""
    from store.clock import SystemClock
    from store.database import Store
    from store.practice import create_practice
    from store.use_cases.setting_up import add_owner, number_of_its_own

    password = read_password(password_file, f"Password for {owner}", confirm=True)

    def fill(store: Store) -> None:
        add_owner(
            store,
            user_name=owner,
            full_name=owner_name or owner,
            password=password,
            cell_phone=owner_phone,
            user_id=number_of_its_own(),
        )

    number = pgid or DEFAULT_PGID
    create_practice(data, number, name, SystemClock(), time_zone=time_zone, fill=fill).close()
    folder, kiosk = data / str(number), _kiosk(data, number)
    tell_done(
        f"Practice {number}, {name}, is ready in {folder}.\nOpen the kiosk with: {kiosk}",
        {"pgid": number, "folder": str(folder), "owner": owner, "kiosk": kiosk},
        as_json,
    )


def _kiosk(data: Path, number: int) -> str:
    """Return the command that opens this practice, and no other, for a shell."""
    source = click.get_current_context().get_parameter_source("data")
    place = ["--data", str(data.absolute())] if source is ParameterSource.COMMANDLINE else []
    words = ["chairside", *place, "--pgid", str(number)]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
