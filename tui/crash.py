"""What a crash says: that it happened and what was kept, without a traceback, locals or data.

One rule: this is the only file that uses textual's private crash door; a test holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.app import App

CRASH_TEXT: Final = (
    "Chairside had to close because of an error in the program.\n"
    "What was saved before is kept; nothing half done was saved.\n"
    "Start it again. If it closes again, tell IT support which screen you were on.\n"
)


def handle(app: App[Any], error: Exception) -> None:
    """Close the app; show `CRASH_TEXT` and the error's kind, which holds no data."""
    from rich.segment import Segments
    from rich.text import Text

    app._return_code = 1
    # Tests and pilots learn of the first error this way; people never see it.
    if app._exception is None:
        app._exception = error
        app._exception_event.set()
    text = Text(f"{CRASH_TEXT}Kind of error: {type(error).__name__}")
    app._exit_renderables[:] = [Segments(list(app.console.render(text)))]
    app._close_messages_no_wait()
