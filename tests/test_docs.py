"""The documents keep their word: commands exist, options exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.source_files import PROJECT

DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
README = PROJECT / "README.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def lines_of_code(document: Path) -> Iterator[str]:
    """Yield the lines of all code blocks that a reader would type."""
    for kind, block in BLOCK.findall(document.read_text(encoding="utf-8")):
        if kind in {"console", "powershell", "sh"}:
            for line in block.splitlines():
                yield line.removeprefix("$ ").strip()


def calls_of_chairside(document: Path) -> list[list[str]]:
    """Return the arguments of each call of `chairside` in a document's blocks of code."""
    calls = []
    for line in lines_of_code(document):
        words = shlex.split(line.replace("\\", "/"), comments=True)
        if words and words[0].rsplit("/", 1)[-1] == "chairside":
            calls.append(words[1:])
    return calls


ALL_CALLS = [
    pytest.param(words, id=f"{document.name}: {' '.join(words)}")
    for document in DOCUMENTS
    for words in calls_of_chairside(document)
]


@pytest.mark.parametrize("words", ALL_CALLS)
def test_every_command_in_the_documents_is_one(words: list[str]) -> None:
    """Each word is parsed by the real command line: names, options, and what each takes."""
    from tui.commands import main

    command: click.Command = main
    name, rest = "chairside", list(words)
    context = click.Context(main, info_name=name, resilient_parsing=True)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        command = found
        context = click.Context(command, context, info_name=name, resilient_parsing=False)
    # Raises UsageError for an option that does not exist, or one that is missing.
    command.make_parser(context).parse_args(list(rest))
    given = {option for word in rest if word.startswith("-") for option in [word.split("=")[0]]}
    required = [p for p in command.params if p.required and isinstance(p, click.Option)]
    assert all(given & set(option.opts) for option in required)


def test_the_readme_shows_the_main_job() -> None:
    shown = {" ".join(words[:2]) for words in calls_of_chairside(README)}
    assert {
        "demo",
        "download request",
        "runner run",
        "download save",
        "archive verify",
        "archive to-csv",
    } <= shown


def test_every_group_of_commands_is_in_the_readme() -> None:
    from tui.commands import main

    text = README.read_text(encoding="utf-8")
    for name in main.list_commands(click.Context(main)):
        assert f"chairside {name}" in text, name


def targets() -> set[str]:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_in_the_documents_is_one(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)`|^\$ make ([a-z]+)", text, re.MULTILINE))
    assert {one or other for one, other in named} <= targets()


def test_the_four_targets_exist_and_the_readmes_first_block_is_two_of_them() -> None:
    assert {"demo", "test", "check", "clean"} <= targets()
    first = [line.split("#")[0].strip() for line in lines_of_code(README)][:2]
    assert first == ["make demo", "make test"]


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.is_relative_to(PROJECT), target
        assert there.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(there), target


def test_files_named_in_the_documents_exist() -> None:
    """A file of the project that is named in backticks, with its folder, is there."""
    named = re.compile(r"`((?:store|exporter|tui|tests|docs|benchmarks)/[\w/.-]*\.\w+)`")
    for document in DOCUMENTS:
        for name in named.findall(document.read_text(encoding="utf-8")):
            assert (PROJECT / name).exists(), f"{document.name}: {name}"


def test_every_dependency_is_pinned_to_one_exact_version() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.]*", pin) for pin in pins)
    plain = {_plain(pin) for pin in pins}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {_plain(requirement) for requirement in wanted} <= plain


def _plain(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def test_the_version_is_the_one_of_the_changelog() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\S+?),", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == project["version"]
