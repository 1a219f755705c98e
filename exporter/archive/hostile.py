"""Names and kinds of entries that a folder must never be given.

One rule: each is refused by its name, with its own reason, whatever system this runs on: an
archive that is refused on Windows is refused on Linux as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from exporter.archive.entry import Entry
from exporter.archive.errors import ArchiveProblem, drawn
from exporter.archive.held import STAGING, UNFINISHED
from exporter.archive.limits import refusal

MAX_DEPTH = 16
MAX_STEP = 255
"""Bytes of one part of a path; what common disks hold."""
_FORBIDDEN = frozenset('<>"|?*')
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that stand for none and show nothing."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)


def refuse_hostile(entries: Iterable[Entry], folders: Iterable[str] = ()) -> None:
    """Raise ArchiveProblem for the first entry that must not be written, with its name.

    `folders` are names of entries that stand for a folder.
    """
    seen: dict[str, str] = {}
    for entry in entries:
        fault = entry.oddity or fault_of_name(entry.name)
        if fault is not None:
            raise refusal(f"{drawn(entry.name)}: {fault}.")
        # Disks that ignore case would let the second of these take the place of the first.
        folded = _folded(entry.name)
        if folded in seen:
            raise ArchiveProblem(
                f"{drawn(seen[folded])} and {drawn(entry.name)}: many disks take these for the "
                "same name.",
                kept="Nothing was written.",
                do="Open it with 7-Zip, entry by entry.",
            )
        seen[folded] = entry.name
    for folded, name in seen.items():
        _refuse_file_as_folder(folded, name, seen)
    for name in folders:
        if fault := fault_of_name(name.removesuffix("/")):
            raise refusal(f"{drawn(name)}: {fault}.")
        _refuse_file_as_folder(_folded(name), name, seen)


def _folded(name: str) -> str:
    """Return what disks that ignore case make of a name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _refuse_file_as_folder(folded: str, name: str, seen: dict[str, str]) -> None:
    steps = folded.split("/")
    for count in range(1, len(steps)):
        if "/".join(steps[:count]) in seen:
            raise refusal(f"{drawn(name)}: this folder is a file of the archive, too.")


def fault_of_name(name: str) -> str | None:
    """Return why a name would not stay below its folder on Linux, macOS and Windows alike.

    Half a sentence, or None for a name that is harmless.
    """
    if name.startswith(("/", "\\")):
        return "its name is an absolute path, which would lead out of the folder"
    if len(name) > 1 and name[1] == ":" and name[0].isalpha():
        return "its name begins with a drive letter, which would lead out of the folder"
    if "\\" in name:
        return "its name holds a backslash, which Windows takes for a folder"
    steps = name.split("/")
    if len(steps) > MAX_DEPTH:
        return f"its name is more than {MAX_DEPTH} folders deep"
    return next((fault for step in steps if (fault := _fault_of_step(step))), None)


def _fault_of_step(step: str) -> str | None:
    if step == "..":
        return "its name holds .., which would lead out of the folder"
    if step in ("", "."):
        return "its name holds an empty step or a single dot"
    if len(step.encode("utf-8", "replace")) > MAX_STEP:
        return f"a part of its name is longer than {MAX_STEP} bytes"
    for character in step:
        if fault := _fault_of_character(character):
            return fault
    if step != step.strip(" ") or step.endswith("."):
        return "its name ends with a dot or has a blank at an end, which Windows drops"
    folded = step.casefold()
    if folded.split(".")[0].rstrip(" ") in _DEVICES:
        return "its name is that of a device on Windows"
    if (folded.startswith(".") and folded.endswith(UNFINISHED)) or folded.startswith(STAGING):
        return "its name is one that Chairside gives to unfinished files, and clears away"
    return None


def _fault_of_character(character: str) -> str | None:
    if character == ":":
        return "its name holds a colon, which names a hidden stream on Windows"
    if character in _FORBIDDEN:
        return "its name holds a character that Windows disks cannot hold"
    kind = unicodedata.category(character)
    if kind == "Cf" or character in _FILLERS:
        return "its name holds an invisible character, which can make it read as another"
    if kind in ("Cc", "Zl", "Zp"):
        return "its name holds a control character"
    return "its name is not proper text" if kind == "Cs" else None
