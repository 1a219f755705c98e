"""The command line: `chairside`, one file per group of commands.

One rule: a group is imported only when it is called, so that opening the kiosk loads none of them.
"""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "archive": ("tui.commands.archive", "Open, verify and convert archives."),
    "demo": ("tui.commands.demo", "Build a practice of invented people and open the kiosk."),
    "download": ("tui.commands.download", "Schedule, list and save data downloads."),
    "import": ("tui.commands.imports", "Bring another system's data into the store."),
    "init": ("tui.commands.init", "Make a new, empty practice with its first administrator."),
    "runner": ("tui.commands.runner", "Do the data downloads that are due."),
}
