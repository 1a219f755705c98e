"""The tree of rights: areas, under each its rights, each with the level that is chosen.

One rule: the mark stands on a right, never on the name of an area.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from store.rights import Right
from tui.widgets.table import Cell, Column, Row, Table


class RightsTable(Table):
    """Rows of rights under the names of their areas.

    Args:
        on_level: called with -1 or 1 when ← or → is pressed, before the next key is looked at.
    """

    def __init__(
        self, columns: Sequence[Column], *, id: str, on_level: Callable[[int], None] | None = None
    ) -> None:
        super().__init__(columns, id=id)
        self._on_level = on_level
        self._lines: tuple[Right | None, ...] = ()

    @property
    def marked_right(self) -> Right | None:
        """The right under the mark; None in an empty tree."""
        return self._lines[self.marked] if self._lines else None

    def show_tree(
        self, tree: Sequence[tuple[str, Sequence[tuple[Right, Row]]]], mark: Right | None = None
    ) -> None:
        """Replace all rows. The mark stays on its right, or goes to `mark`, or to the first."""
        wanted = mark or self.marked_right
        width = len(self._columns)
        lines: list[Right | None] = []
        rows: list[Row] = []
        for area, rights in tree:
            lines.append(None)
            rows.append((Cell(area, "strong"), *(Cell("") for _ in range(width - 1))))
            for right, row in rights:
                lines.append(right)
                rows.append(row)
        self._lines = tuple(lines)
        self.show(rows, mark=lines.index(wanted) if wanted and wanted in lines else 1)
        self.post_message(self.Marked(self))

    def _mark(self, row: int) -> None:
        """Step over the names of areas; at the first one, back to its first right."""
        rights = [index for index, right in enumerate(self._lines) if right is not None]
        if not rights:
            return
        row = max(0, min(row, len(self._lines) - 1))
        beyond = [index for index in rights if (index >= row) is (row >= self.marked)]
        super()._mark(min(beyond or rights, key=lambda index: abs(index - row)))
        if self.marked == rights[0]:
            self.scroll_to(y=0, animate=False, force=True)

    def action_sideways(self, columns: int) -> None:
        """Change the level of the marked right."""
        if self._on_level is not None and self.marked_right is not None:
            self._on_level(columns)
