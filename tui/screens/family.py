"""The family of a patient: everybody with the same guarantor, and who that is.

One rule: it answers whose card to open, and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult

from tui.screens.patient_words import RELATION
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.place import Dialog
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.use_cases.patients import FamilyMember

COLUMNS: Final = (Column("Name", 34), Column("Born", 11), Column("Relation", 0))


class FamilyDialog(Dialog[int | None], place="family"):
    """Answers the number of the patient to open; None to stay.

    Args:
        members: guarantor first.
    """

    TITLE_TEXT = "Family"

    def __init__(self, members: Sequence[FamilyMember]) -> None:
        super().__init__()
        self._members = tuple(members)

    def body(self) -> ComposeResult:
        """Name, birth date, what they are."""
        yield Table(COLUMNS, id="members")

    def buttons(self) -> ComposeResult:
        """One way back; Enter opens."""
        yield PushButton("Back", id="back")

    def on_mount(self) -> None:
        """Begin in the list."""
        table = self.query_one(Table)
        table.styles.height = min(12, len(self._members) + 1)
        table.show(
            [
                (
                    Cell(member.name),
                    Cell(
                        words.day(member.birthdate, year=True)
                        if member.birthdate
                        else words.NOTHING
                    ),
                    Cell(RELATION.get(member.relation, member.relation), "dim"),
                )
                for member in self._members
            ]
        )
        self.set_focus(table)

    @on(Table.Chosen)
    def do_family_open(self) -> None:
        """Open the card of the marked member."""
        index = self.query_one(Table).marked
        if 0 <= index < len(self._members):
            self.dismiss(self._members[index].patient_id)

    def leave(self) -> None:
        """Stay."""
        self.dismiss(None)
