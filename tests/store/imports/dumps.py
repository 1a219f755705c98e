"""Dumps that tests write themselves, as mysqldump writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

Value = None | int | Decimal | str | bytes

HEAD = """/*M!999999\\- enable the sandbox mode */\x20
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: opendental
-- ------------------------------------------------------

/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;
"""
TAIL = "-- Dump completed on 2026-11-21 19:23:33\n"
_ESCAPES = {
    "\0": "\\0",
    "\n": "\\n",
    "\r": "\\r",
    "\x1a": "\\Z",
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
}


def literal(value: Value) -> str:
    """Write a value as mysqldump does."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + "".join(_ESCAPES.get(c, c) for c in value) + "'"
    if isinstance(value, bytes):
        return f"0x{value.hex().upper()}"
    return str(value)


def table(name: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Write one table: its description and one extended INSERT."""
    described = "".join(f"  `{column}` text,\n" for column in columns)
    text = (
        f"DROP TABLE IF EXISTS `{name}`;\n"
        f"CREATE TABLE `{name}` (\n{described}  KEY `x` (`{columns[0]}`)\n) ENGINE=InnoDB;\n\n"
        f"LOCK TABLES `{name}` WRITE;\n/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;\n"
    )
    if rows:
        values = ",\n".join("(" + ",".join(map(literal, row)) + ")" for row in rows)
        text += f"INSERT INTO `{name}` VALUES\n{values};\n"
    return f"{text}/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;\nUNLOCK TABLES;\n\n"


def dump(*tables: str) -> str:
    """Put tables together to a whole dump."""
    return HEAD + "".join(tables) + TAIL


def of_rows(name: str, rows: Sequence[Mapping[str, Value]]) -> str:
    """Write one table from rows that name their columns; the first one names them all."""
    columns = list(rows[0])
    return table(name, columns, [[row[column] for column in columns] for row in rows])


def provider(number: int = 1, **other: Value) -> dict[str, Value]:
    """A provider of Open Dental."""
    return {"ProvNum": number, "Abbr": "DOC", "LName": "Adler", "FName": "Kim", **other}


def patient(number: int, **other: Value) -> dict[str, Value]:
    """A patient of Open Dental, a guarantor unless something else is said."""
    return {
        "PatNum": number,
        "LName": "Invented",
        "FName": f"Person {number}",
        "PatStatus": 0,
        "Gender": 1,
        "Birthdate": "1984-03-14",
        "Guarantor": number,
        "PriProv": 1,
        **other,
    }


def appointment(number: int, patient_number: int, **other: Value) -> dict[str, Value]:
    """A complete appointment of Open Dental."""
    return {
        "AptNum": number,
        "PatNum": patient_number,
        "AptStatus": 2,
        "AptDateTime": "2026-06-01 09:30:00",
        **other,
    }


def practice(*more: str, patients: int = 2) -> str:
    """A whole dump of a provider, some patients and whatever else is given."""
    return dump(
        *more,
        of_rows("patient", [patient(number) for number in range(1, patients + 1)]),
        of_rows("provider", [provider()]),
    )


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a dump to a file and return its path."""
    path.write_bytes(text.encode(encoding))
    return path
