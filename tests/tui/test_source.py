"""Looks for offenders in the kiosk's own source: what PITFALLS of this toolkit would let slip."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TUI = Path(__file__).resolve().parents[2] / "tui"
FILES = sorted(
    path
    for path in TUI.rglob("*.py")
    if "commands" not in path.parts and path.name != "__init__.py"
)
STYLES = sorted(TUI.rglob("*.tcss"))
DRAWING = {"Static", "Label", "Button", "Checkbox", "Collapsible", "Tab", "OptionList"}
"""Widgets that read a plain str as markup."""
SAFE = {"content", "join", "Content"}
SHOWN = ("update", "set_text")


def ids(path: Path) -> str:
    return str(path.relative_to(TUI))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_inert(node: ast.expr) -> bool:
    """Whether an argument is a written text without brackets, or went through `safe`."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.IfExp):
        return is_inert(node.body) and is_inert(node.orelse)
    if isinstance(node, ast.Call):
        return name_of(node.func) in SAFE or name_of(node.func) == "progress_text"
    return False


def is_inert_name(path: Path, name: str) -> bool:
    """Whether every assignment to a name in a file is inert."""
    values = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign) and any(name_of(t) == name for t in node.targets)
    ]
    return bool(values) and all(map(is_inert, values))


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_text_is_handed_to_widgets_as_content(path: Path) -> None:
    """Attack: a patient called `[@click=app.quit]Jane` runs an action when clicked."""
    offenders = []
    for call in calls(path):
        called = name_of(call.func)
        if called in DRAWING and call.args:
            checked = call.args[:1]
        elif called in SHOWN and isinstance(call.func, ast.Attribute) and call.args:
            checked = call.args[-1:]
        else:
            continue
        offenders += [
            f"line {one.lineno}: {ast.unparse(one)}"
            for one in checked
            if not is_inert(one)
            and not (isinstance(one, ast.Name) and is_inert_name(path, one.id))
            and name_of(call.func) not in {"digest"}
        ]
    if path.name in ("place.py", "frame.py"):
        # `set_text` and `MessageLine.say` hand on a Content that their type demands.
        offenders = [o for o in offenders if not o.endswith((": text",))]
    assert not offenders, offenders


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_worker_has_a_description_and_does_not_end_the_app(path: Path) -> None:
    """Attack: without `description=` a worker logs its arguments, a password among them."""
    for call in calls(path):
        if name_of(call.func) in ("work", "run_worker"):
            given = {word.arg: word.value for word in call.keywords}
            assert "description" in given, ast.unparse(call)
            assert ast.unparse(given["exit_on_error"]) == "False", ast.unparse(call)
            assert "exclusive" not in given, "a write is never cancelled by the next one"
            assert "thread" not in given, "the store's connection belongs to its own thread"


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_no_decorator_without_arguments_starts_a_worker(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            assert "work" not in [
                name_of(d) for d in node.decorator_list if isinstance(d, ast.Name)
            ]


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_notifications_are_never_markup(path: Path) -> None:
    for call in calls(path):
        if name_of(call.func) == "notify":
            assert any(w.arg == "markup" and ast.unparse(w.value) == "False" for w in call.keywords)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_time_is_handed_in(path: Path) -> None:
    for call in calls(path):
        assert ast.unparse(call.func) not in (
            "datetime.now",
            "date.today",
            "datetime.utcnow",
            "time",
        )


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_screens_are_put_up_through_one_door(path: Path) -> None:
    """Attack: a late worker's `push_screen` draws over the lock."""
    if path.name in ("app.py", "place.py"):
        return
    assert not [c for c in calls(path) if name_of(c.func) in ("push_screen", "switch_screen")]


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_no_sql_and_no_markup_parser(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", text)
    assert "from_markup" not in text


@pytest.mark.parametrize("path", STYLES, ids=ids)
def test_every_rule_begins_with_a_screen(path: Path) -> None:
    """A rule without its screen's class leaks into the whole app."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    for selectors in re.findall(r"([^{}]+)\{", text):
        for selector in selectors.split(","):
            first = selector.split()[0]
            assert re.fullmatch(r"Place|Dialog|\w+(Screen|Dialog)", first), selector


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name
