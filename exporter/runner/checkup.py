"""What `chairside doctor` asks this computer and its carriers: disk, litter, timer, what sends.

One rule: it only looks; the next run is what clears up.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from exporter.messages.carriers import SET_UP, CarrierDown, Patience
from exporter.messages.checking import try_carrier
from exporter.messages.choosing import name_of, settings_of
from exporter.runner import installing
from exporter.runner.clearing import is_made_here
from exporter.runner.room import disk, objection, size
from exporter.runner.timers import hourly_run
from store import audit_heads
from store.checks import Finding
from store.folder import restoring_folder
from store.practice import Practice
from store.use_cases import checkup, room
from store.use_cases.carriers import OpenCarrier

_SECONDS = 30
_LEAST_ROOM = 16 * 1024 * 1024
"""Bytes; with less, not even the log of a few changes fits."""
_GRACE = 3
"""Seconds past a carrier's own limit, for it to say so itself."""


def check_computer(practice: Practice) -> list[Finding]:
    """Look at disk and quota, folders, archives, leftovers, timer and the reading SQLite."""
    return [
        _room(practice),
        _folders(practice),
        *_archives(practice),
        _leftovers(practice),
        _timer(practice.folder.path),
        _reading_library(),
    ]


def check_without_store(folder: Path) -> list[Finding]:
    """Look at what can be told of a computer on which the practice cannot be opened."""
    return [_disk(folder), _timer(folder)]


def check_carriers(practice: Practice, seconds: float = 15) -> list[Finding]:
    """Try what sends each channel's messages, all at once; nothing is sent, and nothing noted.

    Args:
        seconds: for each of them; one that takes longer counts as broken.
    """
    patience = Patience(connect=min(5, seconds), answer=min(10, seconds), whole=seconds)
    tries: dict[str, Future[Finding]] = {}
    for channel, subject in checkup.CHANNELS.items():
        try:
            settings = settings_of(practice, channel)
        except CarrierDown as problem:
            tries[subject] = Future()
            tries[subject].set_result(Finding(subject, "broken", problem.what, problem.do))
            continue
        if settings is not None and settings.kind != "spool":
            tries[subject] = _begun(subject, practice, settings, patience)
    return [_ended(subject, tried, seconds + _GRACE) for subject, tried in tries.items()]


def _begun(
    subject: str, practice: Practice, settings: OpenCarrier, patience: Patience
) -> Future[Finding]:
    """Begin to try a carrier; daemonic, for a name server may be silent for longer than we wait."""
    answer: Future[Finding] = Future()

    def run() -> None:
        try:
            found = try_carrier(practice, settings, patience)
            answer.set_result(Finding(subject, "ok", f"{name_of(settings)}: {found}"))
        except CarrierDown as problem:
            text = f"{name_of(settings)}: {problem.what}"
            answer.set_result(Finding(subject, "broken", text, problem.do or SET_UP))
        except Exception as problem:  # noqa: BLE001 - its text may hold a secret
            text = f"{name_of(settings)}: it cannot be tried ({type(problem).__name__})."
            answer.set_result(Finding(subject, "broken", text, SET_UP))

    threading.Thread(target=run, name=f"doctor, {subject}", daemon=True).start()
    return answer


def _ended(subject: str, tried: Future[Finding], seconds: float) -> Finding:
    try:
        return tried.result(seconds)
    except TimeoutError:
        mend = "Check its settings under Setup > Account Info > Communications, and this network."
        return Finding(subject, "broken", f"No answer within {seconds:.0f} seconds.", mend)


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


def _disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as problem:
        return Finding("disk", "broken", f"It cannot be looked at: {problem.strerror}.", "")
    if free < _LEAST_ROOM:
        return Finding("disk", "broken", f"{size(free)} free.", "Free some room, then try again.")
    return Finding("disk", "ok", f"{size(free)} free.")


def _folders(practice: Practice) -> Finding:
    """Whether a run can write its archives, messages and heads."""
    heads = audit_heads.path_of(practice.folder)
    for path in (practice.folder.downloads, practice.folder.spool, heads):
        if path.exists() and not os.access(path, os.W_OK):
            mode = "u+rw" if path == heads else "u+rwx"
            mend = f"Let the user who runs Chairside write there: chmod {mode} '{path}'"
            return Finding("folders", "broken", f"{path} cannot be written to.", mend)
    return Finding("folders", "ok", "Archives, messages and heads can be written.")


def _archives(practice: Practice) -> list[Finding]:
    """Whether each archive that can be retrieved is there, as large as it was made."""
    lost = []
    for name, size_then in sorted(practice.call(checkup.kept_archives).items()):
        path = practice.folder.downloads / name
        if not path.is_file() or path.stat().st_size != size_then:
            lost.append(name)
    if not lost:
        return []
    text = f"Not as they were made: {len(lost)}, the first {lost[0]}."
    mend = "Have the disk checked; their requesters schedule new downloads."
    return [Finding("archives", "broken", text, mend)]


def _leftovers(practice: Practice) -> Finding:
    owned = practice.call(checkup.owned_files)
    unowned = [p for p in practice.folder.downloads.iterdir() if p.name not in owned]
    foreign = [path.name for path in unowned if not is_made_here(practice, path)]
    if foreign:
        text = f"Not made by Chairside, but in downloads: {len(foreign)}, the first {min(foreign)}."
        mend = "Chairside leaves them alone. Move them elsewhere: they take room from the archives."
        return Finding("leftovers", "look", text, mend)
    names = [path.name for path in unowned]
    if not practice.call(checkup.is_making):
        names += [path.name for path in _beside(practice) if path.exists()]
        if names:
            text = f"Files that nothing owns: {len(names)}, the first {sorted(names)[0]}."
            mend = "The next run removes them, unless a program has them open: then close it."
            return Finding("leftovers", "look", text, mend)
    return Finding("leftovers", "ok", "No file lies about that nothing owns.")


def _beside(practice: Practice) -> tuple[Path, ...]:
    """What a killed build, restore or backup leaves."""
    data, pgid = practice.folder.path.parent, practice.pgid
    return (
        data / f".{pgid}.new",
        restoring_folder(data, pgid).path,
        practice.folder.workplace,
    )


def _timer(folder: Path) -> Finding:
    ways = installing.installed(hourly_run(folder))
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
