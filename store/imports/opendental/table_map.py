"""What the mapping of one table consists of."""

from __future__ import annotations

from dataclasses import dataclass

from store.imports.opendental.fields import Field


@dataclass(frozen=True, slots=True)
class TableMap:
    """One of their tables, ours, and where each of our columns comes from.

    Attributes:
        source: their table.
        target: our table.
        key: their primary key; None where ours is made of references.
        target_key: the columns of our primary key.
        fields: our columns; one whose source a dump does not have is left as it is.
        needed: columns without which it is no table of Open Dental.
        with_pgid: whether our rows name the practice group.
    """

    source: str
    target: str
    key: str | None
    target_key: tuple[str, ...]
    fields: tuple[Field, ...]
    needed: tuple[str, ...] = ()
    with_pgid: bool = False

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """All columns that have to be there."""
        return self.needed if self.key is None else (self.key, *self.needed)

    @property
    def columns(self) -> frozenset[str]:
        """All of their columns that are read."""
        return frozenset((*self.needed_columns, *(s for f in self.fields for s in f.sources)))
