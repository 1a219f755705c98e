"""F1: what the place is for, what to do in trouble, and which keys work in it.

One rule: every line comes from the registry (`tui.keys`), so help cannot be behind.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui import keys
from tui.widgets.button import PushButton
from tui.widgets.place import Dialog, PlaceMixin
from tui.widgets.safe import fit, join

_KEY_WIDTH = 10
_WIDTH = 69
"""Cells of a line at 80 columns, beside the scroll bar."""


def _beside(text: str) -> str:
    """Break a text so that all its lines stand beside the key."""
    return f"\n{' ' * _KEY_WIDTH}".join(wrap(text, _WIDTH - _KEY_WIDTH))


class HelpDialog(Dialog[None], place="help"):
    """Help for the place it was called from."""

    def __init__(self, asked_from: PlaceMixin[Any]) -> None:
        super().__init__()
        self._asked_for = asked_from.place
        self._reasons = {
            key.id: asked_from.why_not(key.id) for key in keys.keys_of(asked_from.place)
        }

    @property
    def title_text(self) -> str:
        """The place's name."""
        return keys.PLACES[self._asked_for].title

    def body(self) -> ComposeResult:
        """Sentences first, then what to do in trouble, then the keys, then how to move."""
        place = keys.PLACES[self._asked_for]
        parts: list[tuple[str, str]] = [(" ".join(place.lines), ""), ("\n\n", "")]
        if place.trouble:
            heading, *steps = place.trouble
            parts.append((f"{heading}\n", "bold"))
            parts += [(f"{number}. {step}\n", "") for number, step in enumerate(steps, 1)]
            parts.append(("\n", ""))
        for key in keys.keys_of(self._asked_for):
            reason = self._reasons[key.id]
            parts.append((fit(key.shown, _KEY_WIDTH), "bold $tone-key"))
            parts.append((_beside(key.tooltip), ""))
            if reason:
                parts.append((f"\n{' ' * _KEY_WIDTH}{_beside(f'Not now: {reason}')}", "$tone-dim"))
            parts.append(("\n", ""))
        parts += [("\n", ""), *((f"{line}\n", "$tone-dim") for line in keys.MOVING)]
        with VerticalScroll(id="help"):
            yield Static(join(*parts))

    def buttons(self) -> ComposeResult:
        """One button, to close."""
        yield PushButton("Close", id="back")

    def on_mount(self) -> None:
        """The arrow keys scroll at once."""
        self.set_focus(self.query_one("#help"))
