"""What the registry tells of a key and of a place.

One rule: every word here is shown to people, in the footer, in help or in the documents.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `key` is textual's name (several with commas), `shown` what people read."""

    id: str
    key: str
    shown: str
    word: str
    tooltip: str
    danger: bool = False
    first: bool = False
    """Dealt with before the next key of a burst: for keys after which people type at once."""


@dataclass(frozen=True, slots=True)
class PlaceHelp:
    """What F1 tells about a place, and the keys that matter there in the order of the footer.

    `trouble` is a heading and what to do then, one entry a line, for what goes wrong most.
    """

    title: str
    lines: tuple[str, ...]
    keys: tuple[str, ...]
    more: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
