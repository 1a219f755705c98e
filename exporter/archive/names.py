"""The names that every archive shares.

One rule: they are a contract with whoever opens an archive; change none of them.
"""

from __future__ import annotations

FORMAT = 1
"""Raised when a program that reads archives has to know of a change."""
README = "README.txt"
DICTIONARY = "data_dictionary.txt"
DATAPACKAGE = "datapackage.json"
DESCRIBING = (README, DICTIONARY, DATAPACKAGE)
"""The describing entries, in the order in which they lead every archive."""


def entry_of(table: str) -> str:
    """Return the entry that holds a table."""
    return f"{table}.txt"
