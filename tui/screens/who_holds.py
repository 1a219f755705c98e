"""Setup › Security › Groups › Who has a right: the answer to "who can download our patients?".

One rule: names stand beside the groups that they hold a right through, so that it can be mended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from store.rights import PERMISSIONS, Level, Right
from store.use_cases import groups
from tui.screens.rights_draft import level_word, right_name
from tui.widgets.finding import Finding, matches
from tui.widgets.place import Place
from tui.widgets.rights_table import RightsTable
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from store.use_cases.groups import HeldBy

_COLUMNS: Final = (Column("Right", 25), Column("Allows", 0))
NOBODY: Final = "Nobody holds it. It can be granted under Setup > Security > Groups."
ONLY_GROUPS: Final = "No user holds it; the groups below grant it, and nobody in them can sign in."


def people_of(held: tuple[HeldBy, ...], level: Level) -> tuple[str, ...]:
    """Return who holds a right at a level or above, each name once, in order."""
    names = {name for one in held if one.level >= level for name in one.users}
    return tuple(sorted(names, key=str.casefold))


class WhoHoldsScreen(Place, Finding, place="who_holds"):
    """All rights, and who holds the marked one.

    Args:
        right: the one that is marked first.
    """

    PATH = ("Setup", "Security", "Groups", "Who has a right")

    def __init__(self, right: Right = Right.DATA_DOWNLOAD) -> None:
        super().__init__()
        self._first: Right | None = right

    def body(self) -> ComposeResult:
        """Find, the rights, and the answer."""
        yield self.find_field("Find a right")
        yield RightsTable(_COLUMNS, id="rights")
        with VerticalScroll(id="answer", can_focus=False):
            yield Static(id="held")

    def on_mount(self) -> None:
        """Show the rights; the mark asks for its answer."""
        self.set_focus(self.query_one(RightsTable))
        self.show_found()

    def show_found(self) -> None:
        """Draw the rights that match what is typed."""
        areas: dict[str, list[tuple[Right, Row]]] = {}
        for right, permission in PERMISSIONS.items():
            if matches(self.typed, permission.label, permission.category, permission.allows):
                row = (Cell(f"  {permission.label}"), Cell(permission.allows, "dim"))
                areas.setdefault(permission.category, []).append((right, row))
        table = self.query_one(RightsTable)
        table.display = bool(areas)
        named = [(r, PERMISSIONS[r].label) for rows in areas.values() for r, _ in rows]
        first, self._first = self._first, None
        table.show_tree(list(areas.items()), mark=first or self.first_named(named))

    @on(RightsTable.Marked)
    def _ask(self) -> None:
        right = self.query_one(RightsTable).marked_right
        if right is None:
            text = "No right matches what is typed. Esc shows all of them."
            self.query_one("#held", Static).update(content(text))
        else:
            self._load(right)

    @work(description="who holds a right", exit_on_error=False)
    async def _load(self, right: Right) -> None:
        kiosk = self.kiosk
        held = await kiosk.practice.ask(groups.who_holds, kiosk.signed_in, right)
        # The mark may have moved on while the store was asked.
        if self.query_one(RightsTable).marked_right is right:
            self._show(right, held)

    def _show(self, right: Right, held: tuple[HeldBy, ...]) -> None:
        parts: list[tuple[str, str]] = [(f"{right_name(right)}\n", "bold $tone-key")]
        is_level = PERMISSIONS[right].kind == "level"
        full = people_of(held, Level.FULL)
        more = tuple(name for name in people_of(held, Level.VIEW) if name not in full)
        for level, names in ((Level.FULL, full), (Level.VIEW, more)):
            if names and (is_level or level is Level.FULL):
                parts.append((f"{level_word(right, level)}: ", "bold"))
                parts.append((f"{', '.join(names)}\n", ""))
        if not full and not more:
            parts.append((f"{ONLY_GROUPS if held else NOBODY}\n", "$tone-warn"))
        for one in held:
            users = ", ".join(one.users) or "nobody"
            parts.append((f"  {one.group}", ""))
            parts.append((f" · {level_word(right, one.level)} · {users}\n", "$tone-dim"))
        self.query_one("#held", Static).update(join(*parts))
