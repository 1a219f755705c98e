"""What an import did: rows read, written and refused, and why.

One rule: a report names their tables, columns and row numbers, never what a row says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

EXAMPLES = 5
"""Row numbers that are kept for each reason."""


@dataclass(slots=True)
class Finding:
    """Rows that share one reason: how many, and the numbers of the first few."""

    count: int = 0
    first_ids: list[int] = field(default_factory=list)

    def add(self, source_id: int | None) -> None:
        """Count one more row."""
        self.add_many(1, () if source_id is None else (source_id,))

    def add_many(self, count: int, source_ids: Iterable[int]) -> None:
        """Count more rows, some of them by number."""
        self.count += count
        for source_id in source_ids:
            if len(self.first_ids) == EXAMPLES:
                break
            self.first_ids.append(source_id)

    def sentence(self, reason: str) -> str:
        """The finding as one line of text."""
        numbers = ", ".join(str(number) for number in self.first_ids)
        more = ", …" if self.count > len(self.first_ids) > 0 else ""
        where = f" (rows {numbers}{more})" if numbers else ""
        return f"{self.count} × {reason}{where}"


@dataclass(slots=True)
class TableReport:
    """What became of one of their tables; `not_taken` is why none of its rows was."""

    source: str
    target: str
    read: int = 0
    not_taken: str = ""
    refused_for: dict[str, Finding] = field(default_factory=dict)
    notes: dict[str, Finding] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """Rows that were not taken."""
        return sum(finding.count for finding in self.refused_for.values())

    @property
    def written(self) -> int:
        """Rows that were taken: added, or brought up to date."""
        return 0 if self.not_taken else self.read - self.refused

    def refuse(self, reason: str, source_id: int | None) -> None:
        """Count a refused row."""
        self.refused_for.setdefault(reason, Finding()).add(source_id)

    def note(self, text: str, source_id: int | None = None) -> None:
        """Count a row that was taken with a change."""
        self.notes.setdefault(text, Finding()).add(source_id)


@dataclass(slots=True)
class ImportReport:
    """What became of a whole source.

    Attributes:
        source: name of the file, without its folder.
        tables: one report for each table that was read, by their name.
        not_read: tables that are not taken over, and how many rows they have.
        notes: what else is to be told, a line each.
        import_run_id: number of the row about this import in the store.
    """

    source: str
    tables: dict[str, TableReport] = field(default_factory=dict)
    not_read: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    import_run_id: int = 0

    @property
    def rows_read(self) -> int:
        return sum(table.read for table in self.tables.values())

    @property
    def rows_written(self) -> int:
        return sum(table.written for table in self.tables.values())

    @property
    def rows_refused(self) -> int:
        return sum(table.refused for table in self.tables.values())

    def lines(self) -> list[str]:
        """What was refused, changed and not read, a line each; empty if there is nothing to say."""
        said = []
        for table in self.tables.values():
            if table.not_taken and table.read:
                said.append(f"{table.source}: not taken, {table.read:,} rows. {table.not_taken}")
            for reason, finding in table.refused_for.items():
                said.append(f"{table.source}: refused {finding.sentence(reason)}")
            for text, finding in table.notes.items():
                said.append(f"{table.source}: {finding.sentence(text)}")
        for name, rows in self.not_read.items():
            said.append(f"{name}: not read, {rows} rows")
        return said + self.notes

    def as_dict(self) -> dict[str, object]:
        """The whole report for programs."""
        return {
            "source": self.source,
            "import_run_id": self.import_run_id,
            "rows_read": self.rows_read,
            "rows_written": self.rows_written,
            "rows_refused": self.rows_refused,
            "tables": [_as_dict(table) for table in self.tables.values()],
            "not_read": self.not_read,
            "notes": self.notes,
        }


def _as_dict(table: TableReport) -> dict[str, object]:
    def findings(of: dict[str, Finding]) -> list[dict[str, object]]:
        return [
            {"text": text, "count": finding.count, "first_ids": finding.first_ids}
            for text, finding in of.items()
        ]

    return {
        "source": table.source,
        "target": table.target,
        "read": table.read,
        "written": table.written,
        "refused": table.refused,
        "not_taken": table.not_taken,
        "refused_for": findings(table.refused_for),
        "notes": findings(table.notes),
    }
