"""Looks for offenders in the kiosk's own source: what PITFALLS of this toolkit would let slip."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.source_files import PROJECT, calls, name_of, nodes, source_files

FILES = [
    path
    for path in source_files("tui")
    if "commands" not in path.parts and path.name != "__init__.py"
]
STYLES = sorted((PROJECT / "tui").rglob("*.tcss"))
DRAWING = {"Static", "Label", "Button", "Checkbox", "Collapsible", "Tab", "OptionList"}
"""Widgets that read a plain str as markup."""
SAFE = {"content", "join", "Content"}
SHOWN = ("update", "set_text")


def last_name(node: ast.expr) -> str:
    """Return what is called, without what it belongs to: `update` of `self.line.update`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def calls_of(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of some names in all files, each with its place for a failure."""
    for path, call in calls(FILES):
        if last_name(call.func) in names:
            yield f"{name_of(path)}:{call.lineno}", call


def is_inert(node: ast.expr) -> bool:
    """Whether an argument is a written text without brackets, or went through `safe`."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.IfExp):
        return is_inert(node.body) and is_inert(node.orelse)
    if isinstance(node, ast.Call):
        return last_name(node.func) in SAFE | content_makers()
    return False


@cache
def content_makers() -> frozenset[str]:
    """Return the names of our functions that return Content, which mypy holds them to."""
    return frozenset(
        node.name
        for _path, node in nodes(FILES)
        if isinstance(node, ast.FunctionDef)
        and node.returns
        and ast.unparse(node.returns) == "Content"
    )


def is_inert_name(path: Path, name: str) -> bool:
    """Whether every assignment to a name in a file is inert."""
    values = [
        node.value
        for _path, node in nodes([path])
        if isinstance(node, ast.Assign) and any(last_name(t) == name for t in node.targets)
    ]
    return bool(values) and all(map(is_inert, values))


def test_text_is_handed_to_widgets_as_content() -> None:
    """Attack: a patient called `[@click=app.quit]Jane` runs an action when clicked."""
    offenders = []
    for path, call in calls(FILES):
        called = last_name(call.func)
        if called in DRAWING and call.args:
            checked = call.args[0]
        elif called in SHOWN and isinstance(call.func, ast.Attribute) and call.args:
            checked = call.args[-1]
        else:
            continue
        if is_inert(checked) or (isinstance(checked, ast.Name) and is_inert_name(path, checked.id)):
            continue
        # `set_text` and `MessageLine.say` hand on a Content that their type demands.
        if path.name in ("place.py", "frame.py") and ast.unparse(checked) == "text":
            continue
        offenders.append(f"{name_of(path)}:{checked.lineno}: {ast.unparse(checked)}")
    assert offenders == []


def test_every_worker_has_a_description_and_does_not_end_the_app() -> None:
    """Attack: without `description=` a worker logs its arguments, a password among them."""
    for place, call in calls_of("work", "run_worker"):
        given = {word.arg: word.value for word in call.keywords}
        assert "description" in given, place
        assert ast.unparse(given["exit_on_error"]) == "False", place
        assert "exclusive" not in given, f"{place}: a write is never cancelled by the next one"
        assert "thread" not in given, f"{place}: the store's connection belongs to its own thread"


def test_no_decorator_without_arguments_starts_a_worker() -> None:
    for path, node in nodes(FILES):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            bare = [last_name(d) for d in node.decorator_list if isinstance(d, ast.Name)]
            assert "work" not in bare, f"{name_of(path)}:{node.lineno}"


def test_notifications_are_never_markup() -> None:
    for place, call in calls_of("notify"):
        written = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert written.get("markup") == "False", place


def test_time_is_handed_in() -> None:
    reads = ("datetime.now", "date.today", "datetime.utcnow", "time")
    for path, call in calls(FILES):
        assert ast.unparse(call.func) not in reads, f"{name_of(path)}:{call.lineno}"


def test_screens_are_put_up_through_one_door() -> None:
    """Attack: a late worker's `push_screen` draws over the lock."""
    doors = ("tui/app.py:", "tui/widgets/place.py:")
    for place, _call in calls_of("push_screen", "switch_screen"):
        assert place.startswith(doors), place


def test_no_sql_and_no_markup_parser() -> None:
    for path in FILES:
        text = path.read_text("utf-8")
        sql = re.search(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", text)
        assert not sql, name_of(path)
        assert "from_markup" not in text, name_of(path)


def test_every_rule_begins_with_a_screen() -> None:
    """A rule without its screen's class leaks into the whole app."""
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        for selectors in re.findall(r"([^{}]+)\{", text):
            for selector in selectors.split(","):
                first = selector.split()[0]
                assert re.fullmatch(r"Place|Dialog|\w+(Screen|Dialog)", first), (
                    path.name,
                    selector,
                )


def test_files_and_functions_stay_small() -> None:
    for path in FILES:
        assert len(path.read_text("utf-8").splitlines()) <= 300, name_of(path)
    for path, node in nodes(FILES):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length < 40, f"{name_of(path)}: {node.name}"
