"""The description that an archive carries, read back and checked.

One rule: what stands in it came from outside. Every value is checked for its type and every name
for its form before anything is done with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from exporter.archive.errors import COPY_AGAIN, UNCHANGED, ArchiveProblem
from exporter.archive.hostile import fault_of_name
from exporter.archive.names import FORMAT
from store.clock import moment

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:txt|json)")
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
KINDS = frozenset({"id", "text", "integer", "cents", "date", "instant", "flag", "choice"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` as the schema names it, the meaning, and the meanings of its codes."""

    name: str
    kind: str
    meaning: str
    unit: str | None
    required: bool
    references: str | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Described:
    """One entry as the manifest tells it: size in bytes and SHA-256 of its plain text."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DescribedTable(Described):
    """One table: its entry, rows and fields."""

    name: str
    meaning: str
    rows: int
    key: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that an archive of ours says about itself. `snapshot` is an instant, UTC.

    `patient_id` is set where it holds the data of one patient only.
    """

    pgid: int
    practice: str
    time_zone: str
    snapshot: str
    documents: tuple[Described, ...]
    tables: tuple[DescribedTable, ...]
    left_out: tuple[tuple[str, str], ...]
    patient_id: int | None = None

    def table(self, name: str) -> DescribedTable:
        """Return one table. Raises ArchiveProblem for a name that the archive does not hold."""
        for table in self.tables:
            if table.name == name:
                return table
        raise ArchiveProblem(
            "The archive holds no such table.", kept=UNCHANGED, do="Choose one from its list."
        )


def read_manifest(text: bytes) -> Manifest | None:
    """Read `datapackage.json`; None if it is a data package of another program.

    Raises ArchiveProblem for one of ours that is not as it should be, or is newer than this
    program.
    """
    try:
        package = json.loads(text)
        if not isinstance(package, dict) or "chairside" not in package:
            return None
        if _number(package["chairside"]["format"]) > FORMAT:
            raise ArchiveProblem(
                "The archive was made by a newer Chairside.",
                kept=UNCHANGED,
                do="Open it with that version, or with 7-Zip.",
            )
        manifest = _manifest(package)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArchiveProblem(
            "The archive's own description cannot be read.", kept=UNCHANGED, do=COPY_AGAIN
        ) from None
    return manifest


def _manifest(package: dict[str, Any]) -> Manifest:
    ours = package["chairside"]
    tables = tuple(_table(resource) for resource in package["resources"])
    documents = tuple(Described(*_entry(document)) for document in ours["documents"])
    _distinct([table.name for table in tables])
    _distinct([entry.path for entry in (*documents, *tables)])
    return Manifest(
        pgid=_number(ours["pgid"]),
        practice=_text(ours["practice"]),
        time_zone=_text(ours["timeZone"]),
        snapshot=_instant(ours["snapshot"]),
        documents=documents,
        tables=tables,
        left_out=tuple((_text(t["table"]), _text(t["reason"])) for t in ours["leftOut"]),
        patient_id=_number(ours["patient"]) if "patient" in ours else None,
    )


def _entry(raw: dict[str, Any]) -> tuple[str, int, str]:
    path, digest = _PATH.fullmatch(_text(raw["path"])), _HASH.fullmatch(_text(raw["hash"]))
    if path is None or digest is None:
        raise ValueError("path or hash")
    return path[0], _number(raw["bytes"]), digest[1]


def _table(raw: dict[str, Any]) -> DescribedTable:
    schema = raw["schema"]
    fields = tuple(_field(field) for field in schema["fields"])
    if not fields:
        raise ValueError("a table without fields")
    _distinct([field.name for field in fields])
    path, size, digest = _entry(raw)
    return DescribedTable(
        path=path,
        bytes=size,
        sha256=digest,
        name=_table_name(raw["name"]),
        meaning=_text(raw["description"]),
        rows=_number(raw["rows"]),
        key=tuple(_name(name) for name in schema["primaryKey"]),
        fields=fields,
    )


def _field(raw: dict[str, Any]) -> Field:
    unit, references = raw.get("unit"), raw.get("references")
    kind = _text(raw["kind"])
    return Field(
        name=_name(raw["name"]),
        kind=kind if kind in KINDS else "text",
        meaning=_text(raw["description"]),
        unit=None if unit is None else _text(unit),
        required=raw.get("constraints", {}).get("required") is True,
        references=None if references is None else _name(references),
        values=tuple((_text(k), _text(v)) for k, v in raw.get("valueMeanings", {}).items()),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    value.encode()  # JSON can say half a character, which no file can hold
    return value


def _instant(value: object) -> str:
    text = _text(value)
    if not 1970 <= moment(text).year < 9000:
        raise ValueError("an instant that some time zones cannot hold")
    return text


def _name(value: object) -> str:
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise ValueError("not a plain name")
    return value


def _table_name(value: object) -> str:
    """Return a name that files can be called by on every system."""
    name = _name(value)
    if fault := fault_of_name(f"{name}.csv"):
        raise ValueError(fault)
    return name


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError("a count expected")
    return value


def _distinct(names: list[str]) -> None:
    if len({name.casefold() for name in names}) != len(names):
        raise ValueError("the same name twice")
