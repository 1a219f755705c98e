"""Ways to alter an archive, and what a refusal has to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.errors import ChairsideError
from store.imports.archive.importer import RowsRefused
from store.practice import Practice
from tests import moving
from tests.moving import Entries, Package, add_row

Change = Callable[[Entries, Package], None]


def refuses(
    practice: Practice, path: Path, kind: type[ChairsideError], *, with_rights: bool = False
) -> str:
    """Return the sentence of the refusal, once nothing at all was found changed by it."""
    actor = moving.mover(practice)
    before = moving.contents(practice)
    with pytest.raises(kind) as caught:
        moving.read_in(practice, path, actor=actor, with_rights=with_rights)
    assert moving.contents(practice) == before
    if isinstance(caught.value, RowsRefused):
        return "\n".join(caught.value.report.lines())
    return str(caught.value)


def replaced(table: str, old: str, new: str) -> Change:
    """Return a change that replaces a piece of the text of a table, once."""

    def change(entries: Entries, _package: Package) -> None:
        text = entries[f"{table}.txt"]
        assert old.encode() in text
        entries[f"{table}.txt"] = text.replace(old.encode(), new.encode(), 1)

    return change


def with_row(table: str, **fields: object) -> Change:
    """Return a change that adds a row to a table."""
    return lambda entries, _package: add_row(entries, table, **fields)


def described(package: Package, table: str) -> Package:
    """Return the description of a table."""
    found: Package = next(r for r in package["resources"] if r["name"] == table)
    return found
