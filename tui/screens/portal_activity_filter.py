"""Sheets of Reports › Portal Activity: what is asked for, and where it is saved.

One rule: what fits is decided in the store; here it is only chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult

from store.use_cases.portal_activity import ActivityFilter
from tui.screens.printer_form import EVERY_OFFICE, office_options
from tui.screens.save_report import SaveReportDialog
from tui.widgets.button import PushButton
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import drawable

if TYPE_CHECKING:
    from store.use_cases.offices import OfficeChoice

STATES: Final = (
    Option("", "every state"),
    Option("never_invited", "never invited"),
    Option("invited", "invited, not signed in yet"),
    Option("signed_in", "signed in"),
    Option("failed", "invitation failed"),
)
ACCESS: Final = (
    Option("", "with or without"),
    Option("none", "none"),
    Option("given", "given"),
    Option("removed", "removed"),
)


class ActivityFilterDialog(Dialog[ActivityFilter | None], place="activity_filter"):
    """Answers the filter; None when it stays as it was."""

    TITLE_TEXT = "Filter portal activity"

    def __init__(self, wanted: ActivityFilter, offices: Sequence[OfficeChoice]) -> None:
        super().__init__()
        self._wanted = wanted
        self._offices = offices

    def body(self) -> ComposeResult:
        """Four lines."""
        wanted = self._wanted
        yield Choice("State", STATES, id="state", value=wanted.state)
        yield Choice("Online access", ACCESS, id="access", value=wanted.access)
        office = str(wanted.office_id or EVERY_OFFICE)
        yield Choice("Office", office_options(self._offices), id="office", value=office)
        yield Field("Name", id="text", value=drawable(wanted.text), max_length=100)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Show patients", id="show")

    def on_mount(self) -> None:
        """Begin at the state."""
        self.query_one("#state", Choice).focus()

    def entered(self) -> None:
        """Enter in the field is the same as the button."""
        self.pressed("show")

    def pressed(self, button: str) -> None:
        """Answer."""
        office = int(self.query_one("#office", Choice).value)
        self.dismiss(
            ActivityFilter(
                state=self.query_one("#state", Choice).value,
                access=self.query_one("#access", Choice).value,
                office_id=office or None,
                text=self.query_one("#text", Field).value.strip(),
            )
        )

    def leave(self) -> None:
        """The filter stays as it was."""
        self.dismiss(None)


class SaveActivityDialog(SaveReportDialog, place="save_activity"):
    """The same as for other reports, as CSV only."""

    WARNING = "is not encrypted; it names patients."

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save CSV", id="csv")
