"""docs/rights.md says what the groups that come with the product really grant (D21)."""

from __future__ import annotations

from pathlib import Path

from store.password_policy import PRESETS
from store.rights import BUILTIN_GROUPS, PERMISSIONS, Level, Right

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rights.md"
UTILITIES = [right for right in Right if right.value.startswith("utilities.")]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, its titles first."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [cells[0], *cells[2:]]


def word(right: Right, level: Level) -> str:
    if PERMISSIONS[right].kind == "action":
        return "granted" if level else "–"
    return level.label


def test_d21_the_page_tells_which_utilities_rights_each_group_has() -> None:
    titles, *groups = rows("Which utilities rights suit which group")
    assert titles[1:-1] == [PERMISSIONS[right].label for right in UTILITIES]
    assert [group[:-1] for group in groups] == [
        [g.name, *(word(right, g.levels.get(right, Level.NONE)) for right in UTILITIES)]
        for g in BUILTIN_GROUPS
    ]


def test_s4_the_page_names_every_password_policy() -> None:
    named = [row[0].removesuffix(" (default)") for row in rows("Passwords")[1:]]
    assert named == [policy.label for policy in PRESETS.values()]
