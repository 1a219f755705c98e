"""`chairside doctor`: everything an installation stands on, a line each, and how to mend it.

One rule: it changes nothing by itself, shows nobody's data, and tells as much as it can where the
practice cannot even be opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from store.checks import Finding
from store.errors import ChairsideError
from tui.commands.support import (
    chosen_pgid,
    data_options,
    handles_errors,
    json_option,
    print_json,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import Clock


@click.command("doctor")
@data_options
@json_option
@handles_errors
def group(data: Path, pgid: int | None, as_json: bool) -> None:
    """Check store, modes, keys, clock, nightly run, disk, carriers, printers and fonts.

    Each line says ok, look or broken, and how to mend it. What sends messages is tried for real,
    for 15 seconds at most; nothing is sent. Exit code 1 if anything is broken.
    """
    from store.clock import SystemClock

    findings = examine(data, chosen_pgid(data, pgid), SystemClock())
    if as_json:
        print_json(
            [
                {"subject": f.subject, "grade": f.grade, "text": f.text, "mend": f.mend or None}
                for f in findings
            ]
        )
    else:
        _tell(findings)
    if any(finding.grade == "broken" for finding in findings):
        raise SystemExit(1)


def examine(data: Path, pgid: int, clock: Clock) -> list[Finding]:
    """Return what was found, in the order in which it is told."""
    from exporter.runner import checkup as computer
    from store.folder import existing_folder
    from store.practice import Practice
    from store.use_cases import checkup

    findings = [_python(), _fonts()]
    try:
        folder = existing_folder(data, pgid)
        findings.append(Finding("folder", "ok", f"{folder.path}; nobody else can reach it."))
        folder.read_key()
        findings.append(Finding("secret key", "ok", "There, and of the right length."))
        practice = Practice.open(data, pgid, clock)
    except ChairsideError as problem:
        findings.append(Finding("store", "broken", problem.what, problem.do))
        where = data / str(pgid)
        if not where.is_dir():
            return findings
        return findings + _guarded("computer", lambda: computer.check_without_store(where))

    with practice:
        for subject, look in (
            ("database", lambda: practice.call(checkup.check_database)),
            ("settings", lambda: practice.call(checkup.check_settings)),
            ("carriers", lambda: computer.check_carriers(practice)),
            ("computer", lambda: computer.check_computer(practice)),
        ):
            findings += _guarded(subject, look)
    return findings


def _guarded(subject: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """One check that cannot be made must not hide the others."""
    try:
        return look()
    except ChairsideError as problem:
        return [Finding(subject, "broken", problem.what, problem.do)]
    except OSError as problem:
        text = f"It cannot be looked at: {problem.strerror}."
        return [Finding(subject, "broken", text, "Check that you own the practice's folder.")]
    except Exception as problem:  # noqa: BLE001 - its text may hold somebody's data
        text = f"It cannot be looked at ({type(problem).__name__})."
        return [Finding(subject, "broken", text, "Tell IT support.")]


def _python() -> Finding:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    try:
        ours = version("chairside")
    except PackageNotFoundError:
        ours = "not installed as a package"
    return Finding("program", "ok", f"Chairside {ours}, Python {platform.python_version()}.")


def _fonts() -> Finding:
    from exporter.letters import fonts
    from store.errors import BadInput

    # One letter of each script that names are often written in.
    scripts = {
        "Latin": "ễ",
        "Cyrillic": "ж",
        "Hebrew": "א",
        "Arabic": "م",
        "Devanagari": "क",
        "Chinese": "王",
    }
    missing = []
    for script, letter in scripts.items():
        try:
            fonts.choose({letter})
        except BadInput:
            missing.append(script)
    if missing:
        return Finding(
            "fonts",
            "look",
            f"No font for names in: {', '.join(missing)}.",
            "Install one, e.g. on Debian: apt install fonts-dejavu-core fonts-noto-cjk"
            " fonts-lohit-deva",
        )
    return Finding("fonts", "ok", f"There are letters for {', '.join(scripts)}.")


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        subject = shown(finding.subject)
        click.echo(f"{finding.grade:<7} {subject:<16} {shown(finding.text)}")
        if finding.mend:
            click.echo(f"{'':24} → {shown(finding.mend)}")
    counts = {g: sum(f.grade == g for f in findings) for g in ("broken", "look")}
    if any(counts.values()):
        click.echo(f"\n{counts['broken']} broken, {counts['look']} to look at.")
    else:
        click.echo("\nAll is well.")
