"""A button of one line: `[ Sign in ]`, and with focus `▸ Sign in ◂`.

One rule: the focus is told by its signs, not by colour alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tui.widgets.safe import drawable


class PushButton(Widget, can_focus=True, inherit_bindings=False):
    """Something to press with Enter, Space or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    class Pressed(Message):
        """The button was pressed."""

        def __init__(self, button: PushButton) -> None:
            super().__init__()
            self.button = button

        @property
        def control(self) -> PushButton:
            """The button, for `@on` selectors."""
            return self.button

    def __init__(self, label: str, *, id: str, danger: bool = False) -> None:
        super().__init__(id=id, classes="-danger" if danger else "")
        self._label = drawable(label)

    def render(self) -> Content:
        """Draw the label between its signs."""
        left, right = ("▸", "◂") if self.has_focus else ("[", "]")
        return Content(f"{left} {self._label} {right}")

    def get_content_width(self, container: object, viewport: object) -> int:
        """The label and its signs, in cells."""
        return Content(self._label).cell_length + 4

    def action_press(self) -> None:
        """Tell the screen."""
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        """A click is a press."""
        self.action_press()


def go_on(screen: Screen[Any]) -> None:
    """Go to the next field, and from the last one past Back to the button that does it."""
    screen.focus_next()
    if isinstance(screen.focused, PushButton) and screen.focused.id == "back":
        screen.focus_next()
