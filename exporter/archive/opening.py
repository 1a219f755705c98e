"""Whether a password is the archive's.

One rule: only an authentication code tells; the check bytes alone let 1 wrong password in 65,536
through. Source: WinZip AES specification.
"""

from __future__ import annotations

from exporter.archive.directory import Directory, not_whole
from exporter.archive.entry import Entry
from exporter.archive.errors import UNCHANGED, ArchiveProblem
from exporter.archive.unlocking import SharedFile, is_authentic, unlock
from store.errors import WrongPassword

TRIED_ENTRIES = 100
"""So many of the smallest entries may have another password before a right one is called wrong."""
DAMAGED_ENTRIES = 5
"""So many that a password seems to open may be damaged before no more of them are looked at."""


def check_password(file: SharedFile, directory: Directory, password: str) -> None:
    """Find an entry that the password opens, authentication code included.

    Several are tried, so that one damaged entry does not make a right password look wrong.
    Raises WrongPassword; ArchiveProblem where no entry is locked with WinZip AES or all that were
    tried are damaged.
    """
    locked = sorted((e for e in directory.entries if e.is_locked), key=lambda e: e.packed_size)
    if not locked:
        raise _not_ours_to_open(directory.entries)
    refusal: WrongPassword | None = None
    passed = 0
    for entry in locked[:TRIED_ENTRIES]:
        try:
            keys = unlock(file, entry, password)
        except WrongPassword as problem:
            refusal = problem
            continue
        passed += 1
        if is_authentic(file, entry, keys):
            return
        if passed == DAMAGED_ENTRIES:
            break
    if passed > 1:
        return  # two pairs of check bytes: the password is right, the entries are damaged
    if refusal is not None:
        raise refusal
    raise not_whole(
        "The archive is damaged: the password fits but the authentication code does not. "
        "(Of 65,536 wrong passwords, one fits as well.)"
    )


def _not_ours_to_open(entries: tuple[Entry, ...]) -> ArchiveProblem:
    """Tell that it is empty, or how it is locked instead, if at all, and what opens it."""
    if not entries:
        return ArchiveProblem(
            "The archive is empty: it holds no file.",
            kept=UNCHANGED,
            do="Ask whoever sent it for another one.",
        )
    odd = next((entry.hindrance for entry in entries if entry.lock != "none"), None)
    if odd is None:
        return ArchiveProblem(
            "The archive is not encrypted at all: everybody can read it.",
            kept=UNCHANGED,
            do="Chairside opens only archives that are encrypted with WinZip AES; any ZIP program "
            "opens this one, without a password.",
        )
    return ArchiveProblem(
        f"The archive is not encrypted with WinZip AES: {odd[0]}.",
        kept=UNCHANGED,
        do=f"Open it with {odd[1]}.",
    )
