"""The product's own source, for the tests that hold it to the house's rules."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("store", "exporter", "tui")


@cache
def source_files(*rooms: str) -> tuple[Path, ...]:
    """Return all Python files of some rooms (all of the product's by default), in order."""
    return tuple(sorted(path for room in rooms or ROOMS for path in (PROJECT / room).rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return a file as it is named in a test's id: `store/clock.py`."""
    return path.relative_to(PROJECT).as_posix()


def module_of(path: Path) -> str:
    """Return the dotted name of a file's module."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every module that a file imports, anywhere in it, with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: a relative import"
            module = node.module or ""
            yield module, node.lineno
            for alias in node.names:
                yield f"{module}.{alias.name}", node.lineno


def nodes(paths: Iterable[Path]) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node of the syntax of some files, each with its file."""
    return ((path, node) for path in paths for node in ast.walk(parsed(path)))


def calls(paths: Iterable[Path]) -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call in some files, each with its file."""
    return ((path, node) for path, node in nodes(paths) if isinstance(node, ast.Call))


@cache
def called(node: ast.Call) -> str:
    """Return what is called, as it is written: `datetime.now`, `print`."""
    return ast.unparse(node.func)
