"""What a check of the installation finds: a line, how grave it is, and how to mend it.

One rule: a finding holds numbers, names of files and settings; nobody's data and no secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "look", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where it is not well."""

    subject: str
    grade: Grade
    text: str
    mend: str = ""
