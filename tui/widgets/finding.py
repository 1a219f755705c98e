"""Find as you type: a field that narrows a list, on `/`.

One rule: the field narrows what is shown and changes nothing; Esc empties it before it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widgets import Input

from store.rights import Right
from tui.widgets.field import Field
from tui.widgets.place import PlaceMixin
from tui.widgets.table import Table


def matches(typed: str, *texts: str) -> bool:
    """Tell whether every word that was typed stands somewhere in the texts, in any case."""
    where = " ".join(texts).casefold()
    return all(word in where for word in typed.casefold().split())


class TypedAhead:
    """For places that people open and type into at once."""

    def typed_ahead(self, character: str) -> None:
        """Take a character that was typed before the place was there."""


class Finding(PlaceMixin[None]):
    """For places with a list: a field `#find` above it, and what is typed there."""

    _typed_before = ""

    @staticmethod
    def find_field(label: str) -> Field:
        """Return the field, for `body`."""
        return Field(label, id="find", placeholder="press / and type", max_length=60)

    @property
    def typed(self) -> str:
        """What is looked for."""
        return self.query_one("#find", Field).value.strip()

    def show_found(self) -> None:
        """Show what matches; screens do."""

    def first_named(self, shown: Iterable[tuple[Right, str]]) -> Right | None:
        """Return the first right whose name matches, once after each change of what is typed.

        Rights are found by their sentences too; one that is called so is what people mean.
        """
        if self.typed == self._typed_before:
            return None
        self._typed_before = self.typed
        if not self.typed:
            return None
        return next((right for right, name in shown if matches(self.typed, name)), None)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.show_found()

    def entered(self) -> None:
        """Enter goes to the list, narrowed by all that was typed before it."""
        self.show_found()
        self.set_focus(self.query_one(Table))

    def do_list_find(self) -> None:
        """Go to the field at once, so that what is typed next lands in it."""
        line = self.query_one("#find", Field).line
        if self.focused is line:
            line.insert_text_at_cursor("/")
        else:
            self.set_focus(line)

    def do_kiosk_back(self) -> None:
        """Esc shows the whole list again before it leaves the place."""
        if self.typed:
            self.query_one("#find", Field).clear()
            self.set_focus(self.query_one(Table))
        else:
            super().do_kiosk_back()
