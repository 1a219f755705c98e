"""The table: one marked line, columns that fit, and quick with many rows."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from textual.app import App, ComposeResult

from tests.tui.conftest import seen
from tui import theme
from tui.widgets.table import Cell, Column, Table

COLUMNS = (Column("Name", 10), Column("Rows", 6, right=True), Column("Meaning", 0))


class Stage(App[None]):
    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.THEMES[theme.NIGHT].variables

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_marked(self, event: Table.Marked) -> None:
        self.heard.append(event)

    def on_table_edge(self, event: Table.Edge) -> None:
        self.heard.append(event.direction)


def rows(count: int) -> list[tuple[Cell, ...]]:
    return [(Cell(f"name {n}"), Cell(str(n)), Cell("meaning " * 20)) for n in range(count)]


async def test_the_mark_moves_and_stays_in_view() -> None:
    stage = Stage(Table(COLUMNS))
    async with stage.run_test(size=(40, 10)) as pilot:
        stage.table.show(rows(100))
        stage.table.focus()
        await pilot.press("end")
        await pilot.pause()
        assert "▌name 99" in seen(stage)
        assert seen(stage).splitlines()[0].split() == ["Name", "Rows", "Meaning"]
        await pilot.press("home", "pagedown")
        await pilot.pause()
        assert f"▌name {stage.table.marked}" in seen(stage)


async def test_moving_past_an_edge_is_told_once_it_is_reached() -> None:
    stage = Stage(Table(COLUMNS))
    async with stage.run_test(size=(40, 10)) as pilot:
        stage.table.show(rows(2))
        stage.table.focus()
        await pilot.press("up", "down", "down")
        await pilot.pause()
        assert [e for e in stage.heard if isinstance(e, int)] == [-1, 1]


async def test_a_column_beyond_the_edge_comes_into_view() -> None:
    wide = [Column(f"c{n}", 12) for n in range(20)]
    stage = Stage(Table(wide, by_cell=True))
    async with stage.run_test(size=(40, 10)) as pilot:
        stage.table.show([tuple(Cell(f"r{r}c{n}") for n in range(20)) for r in range(3)])
        stage.table.focus()
        await pilot.press(*["right"] * 19)
        await pilot.pause()
        assert "r0c19" in seen(stage)
        cell = stage.table.marked_cell
        assert cell is not None
        assert cell.text == "r0c19"


async def test_an_empty_table_has_no_marked_cell() -> None:
    stage = Stage(Table(COLUMNS))
    async with stage.run_test(size=(40, 10)) as pilot:
        stage.table.show([])
        stage.table.focus()
        await pilot.press("down", "end", "right")
        assert stage.table.marked_cell is None


async def test_a_hundred_thousand_rows_do_not_block() -> None:
    """PITFALLS: the stock table needs 20 to 28 s for as many."""
    stage = Stage(Table(COLUMNS))
    many = rows(100_000)
    async with stage.run_test(size=(80, 24)) as pilot:
        began = perf_counter()
        stage.table.show(many)
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert "name 99999" in seen(stage)
        assert perf_counter() - began < 5


async def test_a_list_that_is_led_from_a_field_lights_its_mark_without_the_focus() -> None:
    """The field above keeps the focus; where one is must be seen all the same."""
    stage = Stage(Table(COLUMNS, is_led=True))
    async with stage.run_test(size=(40, 6)) as pilot:
        stage.table.show(rows(3), mark=1)
        await pilot.pause()
        styles = [list(stage.table.render_line(y))[-1].style for y in (1, 2, 3)]
        grounds = [style.bgcolor.name if style and style.bgcolor else "" for style in styles]
        assert not stage.table.has_focus
        lit = theme.THEMES[theme.NIGHT].panel
        assert [ground == lit for ground in grounds] == [False, True, False]
