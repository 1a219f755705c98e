"""The lines of Home: a place, or a sentence that leads to one.

One rule: a line draws itself within its width and says that it was chosen; Home opens the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.screens.home_places import short_note
from tui.widgets.safe import clip, fit, join

if TYPE_CHECKING:
    from store.use_cases.home import Notice
    from store.use_cases.home import Place as PlaceView

_LABEL: Final = 17


class HomeLine(Widget, can_focus=True):
    """Something on this screen that opens a place."""

    code = ""

    class Clicked(Message):
        """It has the focus now, and is to be opened."""

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        event.stop()
        self.focus()
        self.post_message(HomeLine.Clicked())


class NoticeLine(HomeLine):
    """A sentence that leads to a place."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.code = notice.place
        self.notice = notice

    def render(self) -> Content:
        """Draw the sentence; with focus, what Enter does."""
        does = "Enter reads" if self.notice.notice_id is not None else "Enter opens"
        tail = does if self.has_focus and (self.code or self.notice.notice_id is not None) else ""
        room = self.size.width - len(tail) - 3
        return join(
            ("▌ " if self.has_focus else "● ", "$tone-warn"),
            (fit(self.notice.text, room), ""),
            (f" {tail}", "$tone-dim"),
        )


class PlaceLine(HomeLine):
    """One place: its number, its name, its note; dim where it needs a right."""

    class Marked(Message):
        """It has the focus now."""

        def __init__(self, view: PlaceView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, number: str, view: PlaceView) -> None:
        super().__init__(id=f"place-{view.code}")
        self.number = number
        self.view = view
        self.code = view.code

    def show(self, view: PlaceView) -> None:
        """Show another note, or that a right came or went."""
        if view != self.view:
            self.view = view
            self.refresh()

    def on_focus(self) -> None:
        """Its whole note stands under the places."""
        self.post_message(PlaceLine.Marked(self.view))

    def render(self) -> Content:
        """Draw the line with its mark."""
        mark = "▌" if self.has_focus else " "
        room = max(0, self.size.width - _LABEL - 5)
        if not self.view.allowed:
            return join(
                (mark, "$tone-key"),
                (f"   {fit(self.view.label, _LABEL)} ", "$tone-dim"),
                (clip("needs a right", room), "$tone-dim"),
            )
        return join(
            (mark, "$tone-key"),
            (f" {self.number} ", "bold $tone-key"),
            (f"{fit(self.view.label, _LABEL)} ", "bold" if self.has_focus else ""),
            (short_note(self.view.note, room), "$tone-dim"),
        )
