"""The page that leads an archive, for whoever finds the file years later.

One rule: it says what the data is not, before anybody trusts it for that.
Source: REQUIREMENTS D1-D3, D16, D20.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from exporter.archive.contents import Snapshot, TableContents
from exporter.archive.names import entry_of
from store.clock import instant
from store.schema.columns import Table

_OF_THE_PRACTICE = """\
A copy of the practice's own data, to keep or to review: treatments, appointments, patient
histories and the ledger that goes with them. All tables were read at the one instant above."""
_OF_A_PATIENT = """\
A copy of what the practice has on one patient, for that patient: treatments, appointments, history
and the ledger that goes with them. All tables were read at the one instant above.

It is about nobody else. Others of the household, staff and other patients stand here as numbers
only, and the rows behind these numbers are not in this archive. Where somebody else's insurance
covers the patient, the plan is here and the subscriber is not; where somebody else paid, the part
that was for the patient is here and the payment is not."""
_OPENS_DOWNLOAD = """\
The password is the Chairside password of the user who asked for the download, or the
passphrase that was chosen for it. A copy that was saved before a change of password opens
with the earlier one. Capital and small letters differ."""
_OPENS_PATIENT = """\
The passphrase was chosen for this archive and told to its receiver by another way.
Capital and small letters differ. Nobody can find it out again."""
_WHAT_IT_IS = """\
WHAT THIS IS

{what}

WHAT THIS IS NOT

It holds no images and no files attached to notes, such as PDF or JPEG.
It is raw data, table by table. It is not the record as the screens of a program show it.

HOW TO OPEN IT

Every file in the ZIP is encrypted (WinZip AES, 128 bits). 7-Zip or WinZip opens it, either one;
so does Chairside, under Utilities > Open an archive. Windows Explorer, macOS and the command
unzip cannot. {opens}

Once opened, the files are not protected any more. They tell about patients: keep them where only
those may look who need to, and delete them when they are no longer needed.

HOW TO READ IT

Each table is one .txt file: UTF-8, one header line, a TAB between fields, a line feed after each
row, in the order of the primary key. A field that holds a TAB, a quotation mark or a line break
stands in quotation marks, and quotation marks within it are doubled. An empty field means that
there is no value. Dates are YYYY-MM-DD, instants YYYY-MM-DDTHH:MM:SSZ in UTC, amounts of money
whole cents, yes is 1 and no is 0.

data_dictionary.txt tells what every field means. datapackage.json tells the same to programs,
with the number of rows, the size and the SHA-256 of every file (Frictionless Data Package)."""


def readme_text(
    snapshot: Snapshot, contents: Sequence[TableContents], left_out: Sequence[Table]
) -> str:
    """Return the page as text with line feeds."""
    rows = sum(c.rows for c in contents)
    of_one = snapshot.patient_id is not None
    local = snapshot.at.astimezone(ZoneInfo(snapshot.time_zone))
    lines = [
        f"DATA DOWNLOAD OF {snapshot.practice.upper()}",
        "",
        f"Practice        {snapshot.practice}",
        f"Practice group  {snapshot.pgid} (PGID)",
        *([] if not of_one else [f"Patient         number {snapshot.patient_id}"]),
        f"Read at         {instant(snapshot.at)} (UTC)",
        f"                {local:%Y-%m-%d %H:%M:%S} {snapshot.time_zone}",
        f"Contents        {len(contents)} tables, {rows:,} rows",
        f"Made by         {snapshot.program}",
        "",
        _WHAT_IT_IS.format(
            what=_OF_A_PATIENT if of_one else _OF_THE_PRACTICE,
            opens=_OPENS_PATIENT if of_one else _OPENS_DOWNLOAD,
        ),
        "",
        "TABLES",
        "",
        *_table_list(contents),
        "",
        "LEFT OUT",
        "",
        *_left_out_list(left_out),
    ]
    return "\n".join(lines) + "\n"


def _table_list(contents: Sequence[TableContents]) -> list[str]:
    wide = max((len(entry_of(c.table.name)) for c in contents), default=0)
    return [
        f"  {entry_of(c.table.name):<{wide}}  {c.rows:>11,} rows  {c.table.meaning}"
        for c in contents
    ] or ["  none"]


def _left_out_list(left_out: Sequence[Table]) -> list[str]:
    return [f"  {table.name}: {table.left_out}" for table in left_out] or ["  no table"]
