"""Effective rights of a user: each right, how far it goes now, and through which groups (S1).

One rule: it tells what the store would answer now, an emergency that runs included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.rights import PERMISSIONS, Level, Right
from store.use_cases import users
from tui.screens.rights_draft import level_word, right_name
from tui.widgets.finding import Finding, matches
from tui.widgets.place import Place
from tui.widgets.rights_table import RightsTable
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from store.use_cases.users import EffectiveRight, UserView

COLUMNS: Final = (Column("Right", 25), Column("Level", 12), Column("Through", 0))
HOLDS_NOTHING: Final = "This user holds no right at all. a shows all rights."
NOT_FOUND: Final = "No right matches what is typed. Esc shows the list again."


class EffectiveRightsScreen(Place, Finding, place="effective_rights"):
    """What one user may do."""

    def __init__(self, user: UserView) -> None:
        super().__init__()
        self._user = user
        self._held: tuple[EffectiveRight, ...] = ()
        self._is_read = False
        self._shows_all = False

    @property
    def path(self) -> tuple[str, ...]:
        """Whose rights these are."""
        return ("Setup", "Security", "Users", clip(self._user.full_name, 28), "Effective rights")

    def body(self) -> ComposeResult:
        """Find, the rights by area, and the whole of the marked one."""
        yield self.find_field("Find a right")
        yield RightsTable(COLUMNS, id="rights")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the rights."""
        self.set_focus(self.query_one(RightsTable))
        self._load()

    @work(description="effective rights", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        self._held = await kiosk.practice.ask(
            users.effective_rights, kiosk.signed_in, self._user.user_id
        )
        self._is_read = True
        self.show_found()

    def show_found(self) -> None:
        """Draw what matches: the rights that are held, or all."""
        if not self._is_read:
            return
        areas: dict[str, list[tuple[Right, Row]]] = {}
        for one in self._held:
            if not (one.level or self._shows_all):
                continue
            if matches(self.typed, one.label, one.category, level_word(one.right, one.level)):
                row = (
                    Cell(f"  {one.label}", "" if one.level else "dim"),
                    Cell(level_word(one.right, one.level), self._tone(one)),
                    Cell(", ".join(one.through) or "–", "dim"),
                )
                areas.setdefault(one.category, []).append((one.right, row))
        table = self.query_one(RightsTable)
        table.display = bool(areas)
        table.show_tree(list(areas.items()))

    @staticmethod
    def _tone(one: EffectiveRight) -> str:
        if one.right is Right.DATA_DOWNLOAD and one.level is Level.FULL:
            return "warn"
        return "key" if one.level is Level.FULL else "" if one.level else "dim"

    @on(RightsTable.Marked)
    def _explain(self) -> None:
        right = self.query_one(RightsTable).marked_right
        found = next((one for one in self._held if one.right is right), None)
        if found is None:
            self.query_one("#about", Static).update(
                content(NOT_FOUND if self.typed else HOLDS_NOTHING)
            )
            return
        through = ", ".join(found.through)
        held = f"{level_word(found.right, found.level)}, through {through}." if through else "None."
        self.query_one("#about", Static).update(
            join(
                (f"{right_name(found.right)}: ", "bold"),
                (f"{held} ", ""),
                (PERMISSIONS[found.right].allows, "$tone-dim"),
            )
        )

    def do_effective_all(self) -> None:
        """Show rights that are not held as well, or leave them out."""
        self._shows_all = not self._shows_all
        self.show_found()
