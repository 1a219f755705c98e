"""The one rule of import, twice: in the source, and in a clean interpreter (docs/architecture.md).

tui → exporter → store → libraries; an arrow never points back.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

from tests.source_files import (
    PROJECT,
    ROOMS,
    imports_of,
    module_of,
    name_of,
    parsed,
    source_files,
)

ABOVE = {"store": ("exporter", "tui"), "exporter": ("tui",), "tui": ()}
"""What each room must not know."""

BETWEEN_EXPORTERS = {
    ("runner", "archive"): "the runner writes through the archive",
    ("runner", "messages"): "the unattended run sends what waits",
    ("convert", "archive"): "a conversion reads an opened archive",
    ("reports", "archive"): "a report is a whole file or none, as an archive is",
    ("reports", "convert"): "what makes a cell inert is decided in one place",
    ("reports", "letters"): "what only paper may hold goes to the printer; fonts are known there",
    ("backup", "archive"): "a backup is an encrypted archive, whole or not there",
    ("backup", "runner"): "room, SHA-256 and the quick deflate are known there",
    ("messages", "archive"): "a message in the folder is a whole file or none, as an archive is",
    ("letters", "archive"): "a saved sheet is a whole file or none, as an archive is",
}
"""Which rooms of the exporter know one another, and why."""

BEHIND_THE_DOOR = (
    "store.audit",
    "store.users",
    "store.outbox",
    "store.one_time_codes",
    "store.sign_in_attempts",
    "store.carrying_over",
    "store.download_keys",
    "store.sealer",
    "store.migrations",
    "store.rekeying_keys",
    "store.archive_locks",
)
"""What only use cases may call."""

ONLY_IN = {
    "textual": ("tui/",),
    "rich": ("tui/",),
    "click": ("tui/commands/",),
    "platformdirs": ("tui/commands/",),
    "pyzipper": ("exporter/archive/",),
    "openpyxl": ("exporter/convert/",),
    "pycdlib": ("exporter/convert/disc_image.py",),
    "fpdf": ("exporter/reports/", "exporter/letters/"),
    "fontTools": ("exporter/reports/", "exporter/letters/"),
    "sqlite_utils": ("store/migrations.py",),
    "argon2": ("store/passwords.py",),
    "gammu": ("exporter/messages/modem/",),
    "pymysql": ("exporter/database/",),
    "sqlite3": ("store/", "exporter/runner/"),
}
"""Where each library may be known at all."""

HEAVY = (
    *("textual", "rich", "pyzipper", "openpyxl", "sqlite_utils", "argon2", "numpy", "pyotp"),
    *("fpdf", "fontTools", "uharfbuzz", "PIL", "segno", "pycdlib", "gammu", "pymysql"),
)


def imports(*rooms: str) -> Iterator[tuple[str, str, str]]:
    """Yield what the files of some rooms import: file, module, and both in words for a failure."""
    for path in source_files(*rooms):
        for module, line in imports_of(path):
            yield name_of(path), module, f"{name_of(path)}:{line} imports {module}"


def test_no_arrow_points_back() -> None:
    for name, module, in_words in imports():
        assert module.split(".")[0] not in ABOVE[name.split("/")[0]], in_words


def test_exporters_know_one_another_only_where_one_is_made_of_the_other() -> None:
    """Nor is there an exception that nobody uses any more: that is a door left open."""
    used = {}
    for name, module, in_words in imports("exporter"):
        here, parts = name.split("/")[1], module.split(".")
        if parts[0] == "exporter" and len(parts) > 1 and parts[1] != here:
            used[here, parts[1]] = in_words
    assert set(used) == set(BETWEEN_EXPORTERS), used


def test_each_library_is_known_in_its_own_place_only() -> None:
    for name, module, in_words in imports():
        places = ONLY_IN.get(module.split(".")[0])
        assert places is None or name.startswith(places), in_words


def test_screens_and_commands_reach_the_store_by_its_use_cases() -> None:
    """A screen cannot skip the right or the audit event: it never meets what changes rows."""
    for _name, module, in_words in imports("tui"):
        assert not module.startswith(BEHIND_THE_DOOR), in_words


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in source_files()
        if path.read_text(encoding="utf-8") and not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def loaded_by(*modules: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has after importing some modules."""
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def modules_of(*places: str) -> list[str]:
    return [module_of(path) for path in source_files() if name_of(path).startswith(places)]


def test_the_store_alone_loads_nothing_heavy() -> None:
    """Opening a practice must be quick, and must work where no screen is installed."""
    loaded = loaded_by(*modules_of("store/"))
    assert "store" in loaded
    assert not loaded & {*HEAVY, "Cryptodome", "exporter", "tui", "click"}


def test_the_archive_loads_no_screen_and_no_workbook() -> None:
    loaded = loaded_by(*modules_of("exporter/archive/"))
    assert "exporter" in loaded
    assert not loaded & {"textual", "rich", "openpyxl", "sqlite_utils", "argon2", "tui", "click"}


def test_the_runner_loads_no_screen_and_no_workbook() -> None:
    loaded = loaded_by(*modules_of("exporter/runner/", "exporter/messages/"))
    assert not loaded & {"textual", "rich", "openpyxl", "tui", "click"}


def test_the_command_line_loads_nothing_until_a_command_is_called() -> None:
    loaded = loaded_by("tui.commands")
    assert "click" in loaded
    assert not loaded & {*HEAVY, "Cryptodome", "sqlite3", "asyncio"}


def test_no_group_of_commands_loads_anything_heavy() -> None:
    """Only the command that needs a library waits for it; `--help` never does."""
    assert not loaded_by(*modules_of("tui/commands/")) & {*HEAVY, "Cryptodome"}


def test_the_door_to_the_kiosk_is_scrubbed_before_textual_is_loaded() -> None:
    assert not loaded_by("tui.kiosk") & {"textual", "rich"}


def test_the_rooms_are_all_there() -> None:
    assert {name_of(path).split("/")[0] for path in source_files()} == set(ROOMS)
