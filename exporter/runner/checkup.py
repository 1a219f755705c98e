"""What `chairside doctor` asks this computer: disk, litter, the timer, the reading process.

One rule: it only looks; the next run is what clears up.
"""

from __future__ import annotations

import subprocess
import sys

from exporter.runner import installing
from exporter.runner.room import disk, objection, size
from exporter.runner.timers import hourly_run
from store.checks import Finding
from store.practice import Practice
from store.use_cases import checkup, room

_SECONDS = 30


def check_computer(practice: Practice) -> list[Finding]:
    """Look at disk and quota, leftover files, timer and the reading process's SQLite."""
    return [_room(practice), _leftovers(practice), _timer(practice), _reading_library()]


def _room(practice: Practice) -> Finding:
    there, needed = disk(practice), practice.call(room.estimate)
    problem = objection(needed.bytes, there)
    if problem is not None:
        return Finding("disk", "broken", problem.what, problem.do)
    text = (
        f"{size(there.free)} free; downloads use {size(there.used)} of {size(there.quota)};"
        f" the next archive takes about {size(needed.bytes)}, by {needed.rests_on}."
    )
    if objection(3 * needed.bytes, there) is not None:
        return Finding("disk", "look", text, "Two more archives would not fit: free some room.")
    return Finding("disk", "ok", text)


def _leftovers(practice: Practice) -> Finding:
    owned = practice.call(checkup.owned_files)
    names = [p.name for p in practice.folder.downloads.iterdir() if p.name not in owned]
    if not practice.call(checkup.is_making):
        beside = practice.folder.path.parent / f".{practice.pgid}.new"
        names += [beside.name] if beside.exists() else []
        if names:
            text = f"Files that no download owns: {len(names)}, the first {sorted(names)[0]}."
            return Finding("leftovers", "look", text, "The next run removes them.")
    return Finding("leftovers", "ok", "No file lies about that nothing owns.")


def _timer(practice: Practice) -> Finding:
    ways = installing.installed(hourly_run(practice.folder.path))
    if not ways:
        return Finding(
            "timer",
            "look",
            "This user of the system has no hourly timer for this practice.",
            "chairside runner install sets one up; a service may run chairside runner watch.",
        )
    text = ", ".join(installing.WORDS[way] for way in ways)
    if ways == ("systemd",) and installing.ends_with_session():
        return Finding(
            "timer",
            "look",
            f"{text}; it runs only while you are signed in.",
            "For nights as well, say once: loginctl enable-linger",
        )
    return Finding("timer", "ok", f"Set up: {text}.")


def _reading_library() -> Finding:
    """Asked in a process of its own: this one has the store open with another SQLite."""
    subject = "SQLite, reading"
    program = "import apsw; print(apsw.sqlite_lib_version(), apsw.apsw_version())"
    try:
        answer = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-P", "-c", program],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        mend = "Install Chairside again, with the versions in constraints.txt."
        return Finding(subject, "broken", "The part that reads for archives does not start.", mend)
    sqlite, apsw = answer.stdout.split()
    return Finding(subject, "ok", f"{sqlite}, with apsw {apsw}.")
