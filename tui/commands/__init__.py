"""The command line: `chairside`, one file per group of commands.

One rule: a group is imported only when it is called, so that opening the kiosk loads none of them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tui.commands.support import data_options, handles_errors, open_practice
from tui.streams import is_terminal, prepare

_COMMANDS: dict[str, tuple[str, str]] = {
    "archive": ("tui.commands.archive", "Open, verify and convert archives."),
    "audit": ("tui.commands.audit", "Look at the audit trail, export it, check it."),
    "backup": ("tui.commands.backup", "Copy the whole practice into one encrypted file."),
    "demo": ("tui.commands.demo", "Build a practice of invented people and open the kiosk."),
    "doctor": ("tui.commands.doctor", "Check this installation, and say how to mend it."),
    "download": ("tui.commands.download", "Schedule, list, save and cancel data downloads."),
    "groups": ("tui.commands.groups", "See and change what groups of users may do."),
    "import": ("tui.commands.imports", "Bring another system's data, or an archive, in."),
    "init": ("tui.commands.init", "Make a new, empty practice with its first administrator."),
    "messages": ("tui.commands.messages", "Set up, check and test what sends messages."),
    "policy": ("tui.commands.policy", "See and set what passwords and sign-ins take."),
    "portal": ("tui.commands.portal", "Give patients online access: provide, print, invite."),
    "printers": ("tui.commands.printers", "Set up and test the printers that sheets go to."),
    "restore": ("tui.commands.restore", "Put a practice back from a backup."),
    "runner": ("tui.commands.runner", "Do the data downloads that are due."),
    "users": ("tui.commands.users", "Enter, change and hide users; reset passwords."),
}
"""Each command: the file that holds it (as `group`), and the line that help shows of it."""


class _LazyGroup(click.Group):
    """Lists all commands without importing one; imports the one that is called."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """The program, from its first line to its exit code."""
        prepare()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = module.group
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in sorted(_COMMANDS)])


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="chairside", prog_name="Chairside")
@data_options
@click.pass_context
@handles_errors
def main(context: click.Context, data: Path, pgid: int | None) -> None:
    """Open the kiosk of a dental practice: who may have which copy of the data.

    With a command: do one thing and end. Exit codes: 0 done, 1 failed, 2 wrong usage, 141 when
    whoever reads the answer stops early.
    """
    if context.invoked_subcommand is not None:
        for name in ("data", "pgid"):
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"Put --{name} after the command it is for.")
        return
    if not is_terminal():
        raise click.UsageError(
            "The kiosk needs a terminal, for its keys and its screen. Without one, say a command."
        )
    from store.clock import SystemClock
    from tui.kiosk import run_kiosk

    with open_practice(data, pgid) as practice:
        run_kiosk(practice, SystemClock())
