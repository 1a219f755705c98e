"""What can go wrong with an archive, in sentences.

One rule: an error names the entry and what to do, never a value out of the data.
"""

from __future__ import annotations

import unicodedata

from store.errors import ChairsideError

UNCHANGED = "Nothing was changed."
_LONGEST_NAME = 80
COPY_AGAIN = "Copy it again from where it was made, or retrieve it again in Chairside."


class ArchiveProblem(ChairsideError):
    """An archive cannot be read or made: not a ZIP, cut short, damaged or hostile."""

    title = "The archive cannot be used"


class NotATable(ArchiveProblem):
    """A file of another program cannot be shown as a table; the archive is well."""

    title = "No table"


class DamagedEntry(ArchiveProblem):
    """One entry is not what was written: a flipped byte, a cut, a wrong size.

    `entry` is its name, `fault` what is wrong with it, in half a sentence.
    """

    title = "The archive is damaged"

    def __init__(self, entry: str, fault: str) -> None:
        super().__init__(f"{drawn(entry)}: {fault}.", kept=UNCHANGED, do=COPY_AGAIN)
        self.entry = entry
        self.fault = fault


class Unsupported(ArchiveProblem):
    """One entry is packed or locked in a way that Chairside does not read; `do` names who does."""

    title = "This cannot be opened here"

    def __init__(self, entry: str, fault: str, program: str) -> None:
        super().__init__(
            f"{drawn(entry)}: {fault}.", kept="Nothing was written.", do=f"{program} opens it."
        )
        self.entry = entry
        self.fault = fault
        self.program = program


class MalformedText(ArchiveProblem):
    """A table's text breaks the format; `line` is the line it was noticed in, from 1."""

    title = "A table cannot be read"

    def __init__(self, line: int, fault: str, table: str = "") -> None:
        where = f"{drawn(table)}, line {line}" if table else f"Line {line}"
        super().__init__(f"{where}: {fault}.", kept=UNCHANGED, do=COPY_AGAIN)
        self.line = line
        self.fault = fault


class KeyUsedTwice(ArchiveProblem):
    """An entry key was about to lock a second text, which would open both."""

    title = "The archive was stopped"


class Cancelled(ChairsideError):
    """Somebody asked for it to stop."""

    title = "Stopped"


def drawn(name: str) -> str:
    """Return a name out of an archive, fit for a sentence: no control characters, not endless.

    Of a long one the end is kept: files of one folder differ there.
    """
    plain = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else c
        for c in name[-_LONGEST_NAME:]
    )
    return f"…{plain}" if len(name) > _LONGEST_NAME else plain
