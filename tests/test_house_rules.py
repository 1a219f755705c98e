"""What holds for every file of the product; each exception is listed with its reason."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from tests.source_files import PROJECT, called, calls, name_of, nodes, parsed, source_files

LONGEST_FILE = 350
"""Lines; the aim is 300."""
LONGEST_FUNCTION = 60
"""Lines, docstring included; the aim is 40."""

CLOCK_READS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "localtime",
    "monotonic",
    "perf_counter",
}
MAY_READ_THE_CLOCK = {
    "store/clock.py": {"datetime.now": "SystemClock, the one place"},
    "tui/widgets/jobs.py": {"monotonic": "the pace of a job, in seconds; it knows no day"},
}

MAY_WAIT = {"store/database.py": "two milliseconds, before it asks for the write lock again"}

MAY_SPEAK_SQL = {
    "exporter/runner/queries.py": "has SQLite itself format the rows of an archive",
    "exporter/runner/worker.py": "brings its read connections to one instant, and runs them",
}
SQL = re.compile(
    r"\b(SELECT\s+[\w*\"(]|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|PRAGMA\s+\w"
    r"|BEGIN\s+IMMEDIATE|CREATE\s+TABLE)"
)

CDT = re.compile(r"\bD[0-9]{4}\b")
"""The shape of a code that is not ours to ship."""
OF_THIS_MACHINE = re.compile(r"(?<![\w.])/(work|root|tmp|Users)/[\w.]|(?<![\w.])/home/\w")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".tcss", ".txt", ".sql", ".json", ".svg", ".cfg", ".yml"}


def test_files_stay_short() -> None:
    lines = {name_of(p): len(p.read_text("utf-8").splitlines()) for p in source_files()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_functions_stay_short() -> None:
    for path, node in nodes(source_files()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{name_of(path)}: {node.name} has {length} lines"


def test_nobody_reads_the_computers_clock_but_the_clock() -> None:
    """D10 depends on it: a test, or a practice in another zone, hands the time in."""
    read: dict[str, set[str]] = {}
    for path, call in calls(source_files()):
        if called(call) in CLOCK_READS:
            read.setdefault(name_of(path), set()).add(called(call))
    assert read == {name: set(reads) for name, reads in MAY_READ_THE_CLOCK.items()}


def test_nobody_sleeps_or_prints() -> None:
    """Commands answer with click.echo, which a closed pipe does not break."""
    for path, call in calls(source_files()):
        place = f"{name_of(path)}:{call.lineno}"
        assert called(call) not in {"print", "sys.stdout.write"}, place
        if name_of(path) not in MAY_WAIT:
            assert called(call) not in {"time.sleep", "sleep"}, place


def test_every_worker_says_what_it_does() -> None:
    """Without a description the worker's arguments, passwords among them, become one."""
    for path, node in nodes(source_files("tui")):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            text = ast.unparse(decorator)
            if text.split("(")[0].split(".")[-1] == "work":
                assert "description=" in text, f"{name_of(path)}:{node.lineno}: {node.name}"
    for path, call in calls(source_files("tui")):
        if called(call).endswith(".run_worker"):
            said = any(k.arg == "description" for k in call.keywords)
            assert said, f"{name_of(path)}:{call.lineno}"


def spoken_sql(path: Path) -> list[str]:
    """Return the texts of a file that are SQL; a docstring may speak of it."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and SQL.search(node.value)
    ]


def test_sql_is_the_stores_affair() -> None:
    spoken = {name_of(path): spoken_sql(path) for path in source_files("tui", "exporter")}
    spoken = {name: texts for name, texts in spoken.items() if texts}
    assert set(spoken) == set(MAY_SPEAK_SQL), spoken


def commands(
    command: click.Command, name: str = "chairside"
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command of the command line with its full name."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, f"{name} {child}")


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """DESIGN: passwords come from a prompt or a file; arguments are seen by every process."""
    from tui.commands import main

    secret = re.compile(r"pass|code|secret|token|pin\b|key")
    seen = 0
    for name, command in commands(main):
        for parameter in command.params:
            for option in parameter.opts:
                seen += 1
                if secret.search(option.lower()):
                    assert option.endswith("-file"), f"{name} {option}"
    assert seen > 20


def test_every_command_and_option_says_what_it_is() -> None:
    from tui.commands import main

    for name, command in commands(main):
        assert command.help or command.short_help, name
        assert not command.hidden, name


def test_no_command_takes_a_number_that_the_store_cannot_hold() -> None:
    from tui.commands import main
    from tui.commands.support import Number

    seen = 0
    for name, command in commands(main):
        for parameter in command.params:
            kind = parameter.type
            if not isinstance(kind, (type(click.INT), click.IntRange)) or parameter.name == "seed":
                continue
            seen += 1
            is_bounded = isinstance(kind, click.IntRange) and kind.max is not None
            assert is_bounded or isinstance(kind, Number), f"{name} {parameter.name}"
    assert seen > 20


def shipped_files() -> list[Path]:
    """Return every text file that belongs to the project, as Git lists it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        found = [
            path
            for path in PROJECT.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(PROJECT).parts)
        ]
    else:
        found = [PROJECT / name for name in listed.stdout.decode().split("\0") if name]
    plain = {"Makefile", "run", "LICENSE"}
    return [
        path
        for path in sorted(found)
        if path.is_file() and (path.suffix in TEXT_SUFFIXES or path.name in plain)
    ]


def test_no_code_of_a_licensed_nomenclature_is_shipped() -> None:
    """The practice's own codes only: no CDT codes, in no file."""
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in shipped_files()
        for match in CDT.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_path_of_somebodys_machine_is_written_down() -> None:
    here = Path(__file__).name
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in shipped_files()
        if path.name != here
        for match in OF_THIS_MACHINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_lint_exception_in_the_source_says_why() -> None:
    bare = re.compile(r"# (noqa|type: ignore)(?!:? ?[:\[])")
    unexplained = [
        f"{name_of(path)}:{number}"
        for path in source_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert unexplained == []


def test_errors_for_people_never_show_a_traceback() -> None:
    """Every command goes through `handles_errors`, or is a group that only holds others."""
    from tui.commands import main

    for name, command in commands(main):
        if isinstance(command, click.Group) and not command.invoke_without_command:
            continue
        callback = command.callback
        assert callback is not None
        assert _passes_through(callback, "handles_errors"), name


def _passes_through(callback: object, wrapper: str) -> bool:
    while callback is not None:
        code = getattr(callback, "__code__", None)
        if code is not None and f"{wrapper}.<locals>" in code.co_qualname:
            return True
        callback = getattr(callback, "__wrapped__", None)
    return False
