"""What an archive says about itself: a page to read, a data dictionary, a data package.

One rule: all three come from the table descriptions of the store's schema, and the same
descriptions and figures give the same bytes. Source: REQUIREMENTS D1-D3, D16, D20;
Frictionless Data Package v1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exporter.archive import names
from exporter.archive.contents import EntryRecord, Snapshot, TableContents
from exporter.archive.dictionary import ValueSets, data_dictionary_text
from exporter.archive.readme import readme_text
from exporter.archive.writer import ArchiveWriter
from store.clock import instant
from store.schema.columns import Column, Table

__all__ = [
    "Snapshot",
    "TableContents",
    "data_dictionary_text",
    "datapackage_json",
    "readme_text",
    "write_descriptions",
]

_TYPES = {
    "id": "integer",
    "integer": "integer",
    "cents": "integer",
    "flag": "boolean",
    "date": "date",
    "instant": "datetime",
}


def write_descriptions(
    writer: ArchiveWriter,
    snapshot: Snapshot,
    contents: Sequence[TableContents],
    left_out: Sequence[Table],
    value_sets: ValueSets,
) -> None:
    """Write the three describing entries, once all tables are written; takes three keys."""
    texts = (
        (names.README, readme_text(snapshot, contents, left_out)),
        (names.DICTIONARY, data_dictionary_text([c.table for c in contents], value_sets)),
    )
    documents = []
    for name, text in texts:
        with writer.entry(name, may_be_large=False) as entry:
            entry.write(text.encode())
        documents.append(entry.record)
    package = datapackage_json(snapshot, contents, documents, left_out, value_sets)
    with writer.entry(names.DATAPACKAGE, may_be_large=False) as entry:
        entry.write(package.encode())


def datapackage_json(
    snapshot: Snapshot,
    contents: Sequence[TableContents],
    documents: Sequence[EntryRecord],
    left_out: Sequence[Table],
    value_sets: ValueSets,
) -> str:
    """Return the machine-readable description with every size and checksum.

    What the specification has no word for stands under `chairside`.
    """
    present = {c.table.name: c.table for c in contents if c.is_closed}
    whose = "" if snapshot.patient_id is None else f"patient {snapshot.patient_id} of "
    package = {
        "profile": "tabular-data-package",
        "name": f"data-download-{snapshot.pgid}",
        "title": f"Data download of {whose}{snapshot.practice}",
        "description": "Raw data of a dental practice, without images and attached files."
        if not whose
        else "Raw data that a dental practice has on one patient, without images and files.",
        "created": instant(snapshot.at),
        "chairside": {
            "format": names.FORMAT,
            "program": snapshot.program,
            "pgid": snapshot.pgid,
            "practice": snapshot.practice,
            "timeZone": snapshot.time_zone,
            "snapshot": instant(snapshot.at),
            **({} if snapshot.patient_id is None else {"patient": snapshot.patient_id}),
            "documents": [
                {"path": r.name, "bytes": r.bytes, "hash": f"sha256:{r.sha256}"} for r in documents
            ],
            "leftOut": [{"table": t.name, "reason": t.left_out} for t in left_out],
        },
        "resources": [_resource(c, present, value_sets) for c in contents],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(
    contents: TableContents, present: dict[str, Table], value_sets: ValueSets
) -> dict[str, Any]:
    table = contents.table
    columns = table.exported_columns
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.name.replace("_", " ").capitalize(),
        "description": table.meaning,
        "path": contents.record.name,
        "format": "csv",
        "mediatype": "text/tab-separated-values",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": "\t",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "skipInitialSpace": False,
            "header": True,
            "nullSequence": "",
        },
        "bytes": contents.record.bytes,
        "hash": f"sha256:{contents.record.sha256}",
        "rows": contents.rows,
        "schema": {
            "fields": [_field(column, value_sets) for column in columns],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {
                        # The specification's way to name the table itself is an empty text.
                        "resource": "" if column.references == table.name else column.references,
                        "fields": [present[column.references].key[0]],
                    },
                }
                for column in columns
                if column.references in present
            ],
            "missingValues": [""],
        },
    }


def _field(column: Column, value_sets: ValueSets) -> dict[str, Any]:
    kind = _TYPES.get(column.kind, "string")
    field: dict[str, Any] = {
        "name": column.name,
        "type": kind,
        "format": "default",
        "description": column.meaning,
        "kind": column.kind,
    }
    if kind == "boolean":
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    if column.unit is not None:
        field["unit"] = column.unit
    if column.references is not None:
        field["references"] = column.references
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.value_set is not None:
        meanings = value_sets[column.value_set]
        constraints["enum"] = list(meanings)
        field["valueMeanings"] = dict(meanings)
    if constraints:
        field["constraints"] = constraints
    return field
