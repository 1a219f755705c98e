"""Paths on the command line, understood in one way by all commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


class TypedPath(click.Path):
    """A path as it was typed, handed in as `Path`; `~` means a home folder, wherever it stands.

    No shell says so for `--to=~/usb` or for what a script or a variable holds.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            first = Path(value).parts[0]
            self.fail(f"{first!r} is nobody's home folder here.", param, ctx)
        return super().convert(path, param, ctx)
