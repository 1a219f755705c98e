"""What Setup › Security › Policy is made of: its table, its words, the review before saving.

One rule: a choice that is not saved is told by a sign and a sentence, not by its colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.policy_words import Setting
from tui.screens.save_review import SaveReviewDialog
from tui.widgets.safe import join
from tui.widgets.table import Cell, Column, Row, Table

COLUMNS: Final = (Column("Setting", 26), Column("", 16), Column("", 15), Column("", 0))


class ChoicesTable(Table):
    """A setting in each row, its choices beside one another."""

    def __init__(
        self, columns: Sequence[Column], *, id: str, on_choice: Callable[[int], None]
    ) -> None:
        super().__init__(columns, id=id)
        self._on_choice = on_choice

    def action_sideways(self, columns: int) -> None:
        """Choose what stands beside."""
        self._on_choice(columns)


def setting_row(setting: Setting, saved: str, now: str) -> Row:
    """Return the line of one setting; the chosen one and an unsaved one have a sign."""
    name = Cell(f"  {setting.label}") if saved == now else Cell(f"● {setting.label}", "warn")
    cells = [
        Cell(f"▸{one.label}", "key") if one.value == now else Cell(f" {one.label}", "dim")
        for one in setting.choices
    ]
    while len(cells) < len(COLUMNS) - 1:
        cells.append(Cell(""))
    return (name, *cells)


def explained(setting: Setting, saved: str, now: str) -> list[tuple[str, str]]:
    """Return each choice of a setting with its sentence, and what is saved where that differs.

    The pieces are (text, style), as `safe.join` takes them.
    """
    parts = [(f"{setting.label}\n", "bold")]
    if saved != now:
        parts = [
            (setting.label, "bold"),
            (f"  not saved; it is still {setting.word(saved)}\n", "$tone-warn"),
        ]
    for one in setting.choices:
        is_chosen = one.value == now
        parts += [
            ("▸" if is_chosen else " ", "$tone-key"),
            (f"{one.label}. ", "bold $tone-key" if is_chosen else "bold"),
            (f"{one.sentence}\n", "" if is_chosen else "$tone-dim"),
        ]
    return parts


class SavePolicyDialog(SaveReviewDialog, place="save_review"):
    """The differences, a line each, and what each means; all three fit at 80x24."""

    def body(self) -> ComposeResult:
        """The lines, then what they mean."""
        parts: list[tuple[str, str]] = []
        for name, before, after in self._lines:
            parts += [(f"{name}: ", "bold"), (f"{before} → ", "$tone-dim")]
            parts.append((f"{after}\n", "$tone-key"))
        yield Static(join(*parts), id="differences")
        told = [part for line in self._warning.split("\n") for part in _bullet(line)]
        yield Static(join(*told), id="warning")


def _bullet(sentence: str) -> tuple[tuple[str, str], ...]:
    return ("● ", "$tone-warn"), (f"{sentence}\n", "")
