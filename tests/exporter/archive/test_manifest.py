"""The three describing texts say what is in the archive, all of it, and nothing secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exporter.archive.contents import EntryRecord
from exporter.archive.description import Manifest, read_manifest
from exporter.archive.manifest import (
    TableContents,
    data_dictionary_text,
    datapackage_json,
    readme_text,
)
from store.schema.tables import exported_tables, tables_left_out
from store.schema.value_sets import VALUE_SETS as REAL_VALUE_SETS
from tests.exporter.archive.making import PATIENT, SESSION, SNAPSHOT, VALUE_SETS, VISIT

CONTENTS = [
    TableContents(PATIENT, 6, EntryRecord("patient.txt", 512, "0a" * 32)),
    TableContents(VISIT, 1_234_567, EntryRecord("visit.txt", 99, "ff" * 32)),
]
DOCUMENTS = [EntryRecord("README.txt", 10, "11" * 32)]


@pytest.fixture
def readme() -> str:
    return readme_text(SNAPSHOT, CONTENTS, [SESSION])


@pytest.fixture
def package() -> dict[str, Any]:
    text = datapackage_json(SNAPSHOT, CONTENTS, DOCUMENTS, [SESSION], VALUE_SETS)
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_the_readme_says_what_it_is_and_what_it_is_not(readme: str) -> None:
    """REQUIREMENTS D1, D2, D3: no images, no attachments, raw data."""
    for words in ("treatments, appointments, patient", "no images", "PDF or JPEG", "raw data"):
        assert words in readme


def test_the_readme_says_how_to_open_it(readme: str) -> None:
    """REQUIREMENTS D16."""
    for words in ("7-Zip or WinZip", "Windows Explorer, macOS", "unzip", "password"):
        assert words in readme


def test_the_readme_names_practice_instant_and_tables(readme: str) -> None:
    for words in (
        "Maple Grove Dental",
        "1000 (PGID)",
        "2026-11-20T08:00:03Z",
        "2026-11-20 00:00:03 America/Los_Angeles",
        "2 tables, 1,234,573 rows",
        "patient.txt",
        "1,234,567 rows  When somebody came.",
        "session: Holds only secrets.",
    ):
        assert words in readme


def test_the_dictionary_tells_every_field(package: dict[str, Any]) -> None:
    """REQUIREMENTS D20."""
    text = data_dictionary_text([PATIENT, VISIT], VALUE_SETS)
    for table in (PATIENT, VISIT):
        for column in table.exported_columns:
            assert f"  {column.name}\n" in text
            assert column.meaning in text
    assert "cents (1/100 of the practice's currency)" in text
    assert "inactive  No longer comes." in text
    assert "Points to a row of patient." in text
    assert "Left out, because secret: photo_key." in text


def test_the_package_has_what_the_specification_asks_for(package: dict[str, Any]) -> None:
    """Frictionless Data Package v1: tabular data resources."""
    assert package["profile"] == "tabular-data-package"
    patient, visit = package["resources"]
    assert patient["path"] == "patient.txt"
    assert patient["hash"] == "sha256:" + "0a" * 32
    assert (patient["bytes"], patient["rows"]) == (512, 6)
    assert patient["dialect"]["delimiter"] == "\t"
    assert patient["schema"]["primaryKey"] == ["patient_id"]
    assert patient["schema"]["missingValues"] == [""]
    assert patient["schema"]["foreignKeys"] == [
        {"fields": ["guarantor_id"], "reference": {"resource": "", "fields": ["patient_id"]}}
    ]
    assert visit["schema"]["foreignKeys"][0]["reference"]["resource"] == "patient"


def test_fields_have_type_unit_and_allowed_values(package: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    types = {name: field["type"] for name, field in fields.items()}
    assert types == {
        "patient_id": "integer",
        "last_name": "string",
        "birthdate": "date",
        "balance_cents": "integer",
        "visits": "integer",
        "text_ok": "boolean",
        "status": "string",
        "created_at": "datetime",
        "guarantor_id": "integer",
        "note": "string",
    }
    assert "cents" in fields["balance_cents"]["unit"]
    assert fields["status"]["constraints"] == {"required": True, "enum": ["patient", "inactive"]}
    assert fields["text_ok"]["trueValues"] == ["1"]


def test_left_out_tables_are_listed_with_their_reason(package: dict[str, Any]) -> None:
    """Section 6: what is not in the export is listed."""
    assert package["chairside"]["leftOut"] == [
        {"table": "session", "reason": "Holds only secrets."}
    ]


def test_the_same_figures_give_the_same_bytes() -> None:
    once, again = (
        datapackage_json(SNAPSHOT, CONTENTS, DOCUMENTS, [SESSION], VALUE_SETS) for _ in range(2)
    )
    assert once == again


def test_no_secret_column_of_the_real_schema_is_described() -> None:
    """DESIGN, the archive: never in it are hashes, code secrets, tokens, keys."""
    tables = exported_tables()
    secret = {(t.name, c.name) for t in tables for c in t.columns if c.secret}
    manifest = real_manifest()
    told = {(table.name, field.name) for table in manifest.tables for field in table.fields}
    assert secret
    assert not secret & told


def test_the_real_schema_reads_back_whole() -> None:
    manifest = real_manifest()
    for described, table in zip(manifest.tables, exported_tables(), strict=True):
        assert described.name == table.name
        assert described.key == table.key
        assert [f.kind for f in described.fields] == [c.kind for c in table.exported_columns]
        assert [f.meaning for f in described.fields] == [c.meaning for c in table.exported_columns]
    assert [name for name, _ in manifest.left_out] == [t.name for t in tables_left_out()]


def test_foreign_keys_point_only_at_tables_that_are_there() -> None:
    contents = [
        TableContents(table, 0, EntryRecord(f"{table.name}.txt", 0, "00" * 32))
        for table in exported_tables()
    ]
    text = datapackage_json(SNAPSHOT, contents, [], tables_left_out(), REAL_VALUE_SETS)
    package = json.loads(text)
    fields = {
        resource["name"]: {field["name"] for field in resource["schema"]["fields"]}
        for resource in package["resources"]
    }
    for resource in package["resources"]:
        for key in resource["schema"]["foreignKeys"]:
            target = key["reference"]["resource"] or resource["name"]
            assert set(key["reference"]["fields"]) <= fields[target]
            assert set(key["fields"]) <= fields[resource["name"]]


def real_manifest() -> Manifest:
    contents = [
        TableContents(table, 0, EntryRecord(f"{table.name}.txt", 0, "00" * 32))
        for table in exported_tables()
    ]
    text = datapackage_json(SNAPSHOT, contents, DOCUMENTS, tables_left_out(), REAL_VALUE_SETS)
    manifest = read_manifest(text.encode())
    assert manifest is not None
    return manifest


def test_a_data_package_of_another_program_is_not_ours() -> None:
    assert read_manifest(b'{"name": "x", "resources": []}') is None
