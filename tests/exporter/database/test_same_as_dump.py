"""A database on its server gives the very same practice as a dump of it (DESIGN, command line)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from store.database import Store
from store.imports.opendental.importer import Source, import_opendental
from store.imports.report import ImportReport
from store.practice import create_practice
from tests.clocks import FixedClock
from tests.exporter.database import tables
from tests.exporter.database.conftest import Connect
from tests.mariadb import READER, MariaDb

ABOUT_THE_IMPORT = ('INSERT INTO "import_run"', 'INSERT INTO "_sqlite_migrations"')
"""What tells of the source by name, and when the program made the tables."""
HARD = (
    "it's \\ 'x' \"y\"\r\n\t); -- no\n/* no */ # no `t` % _ \x1a \0 NULL 0x41 \u202e \u00fc"
    " Nguyễn 𝄞"
)


def _everything(store: Store) -> list[str]:
    """Every table and every row of a practice, as SQL."""
    return [line for line in store.db.iterdump() if not line.startswith(ABOUT_THE_IMPORT)]


def _imported(folder: Path, source: Source) -> tuple[list[str], ImportReport]:
    with create_practice(folder, 1, "New", FixedClock()) as practice:
        report = practice.call(import_opendental, source)
        return practice.call(_everything), report


def _dumped(mariadb: MariaDb, database: str, file: Path, *more: str) -> Path:
    """Have the real mariadb-dump dump a database."""
    program = shutil.which("mariadb-dump")
    if program is None:
        pytest.skip("mariadb-dump is not installed (Debian: mariadb-client)")
    subprocess.run(
        [
            *(program, "--no-defaults", "--host=127.0.0.1", f"--port={mariadb.port}"),
            *("--user=root", f"--result-file={file}", *more, database),
        ],
        check=True,
        capture_output=True,
    )
    return file


def test_the_real_database_and_its_dump_give_the_same_practice(
    connect: Connect, real: str, tmp_path: Path, shared_data: Path
) -> None:
    of_dump, told_of_dump = _imported(tmp_path / "1", shared_data / "opendental_100.sql.gz")
    of_server, told_of_server = _imported(tmp_path / "2", connect(real))
    assert len(of_dump) > 16_000
    assert of_server == of_dump
    by_dump, by_server = told_of_dump.as_dict(), told_of_server.as_dict()
    for alike in ("tables", "not_read", "rows_read", "rows_written", "rows_refused"):
        assert by_server[alike] == by_dump[alike], alike
    absent = ("adjustment", "claim", "claimpayment", "clinic", "fee", "feesched", "guardian")
    assert [note.split(":")[0] for note in told_of_server.notes][:7] == list(absent)
    assert told_of_server.source.endswith("/real_one")
    assert READER not in told_of_server.source


HARD_TYPES = (
    "ALTER TABLE patient MODIFY LName varchar(100) CHARACTER SET latin1,"
    " MODIFY FName varchar(100) CHARACTER SET cp1251, MODIFY MedUrgNote blob,"
    " MODIFY Premed decimal(9,4), ADD Bal_31_60 decimal(20,3), ADD Bal_61_90 float,"
    " ADD ChartNumber int(7) zerofill, ADD Zip year, ADD Email char(9) CHARACTER SET ucs2,"
    " ADD HmPhone time, ADD State enum('CA', 'it\\'s'), ADD Title json;"
    "ALTER TABLE procedurelog MODIFY ProcFee varchar(40), ADD ToothNum binary(3)"
)
HARD_PATIENTS = """
SET SESSION sql_mode = '';
UPDATE patient SET LName = 'Müller – €', FName = 'Иван', MedUrgNote = x'61ff00e282',
 Premed = -0.0001, Birthdate = '0000-00-00', Bal_0_30 = 0.1 + 0.2, Bal_31_60 = -12.345,
 Bal_61_90 = 1.005, ChartNumber = 7, Zip = 2026, Email = 'a ü', HmPhone = '-100:00:01',
 State = 'it\\'s', Title = '{"a": "\\\\""}', DateTStamp = '2026-03-08 10:30:00' WHERE PatNum = 1;
UPDATE patient SET LName = NULL, FName = '', MedUrgNote = '', Birthdate = '0001-01-01',
 Bal_0_30 = 1e300, Bal_31_60 = 99999999999999999.999, Bal_61_90 = -0, Gender = NULL,
 Guarantor = -1, PriProv = 0, DateTStamp = '0000-00-00' WHERE PatNum = 2;
INSERT INTO patient (PatNum, LName, PatStatus, Guarantor, PriProv, Birthdate, Bal_0_30)
 VALUES (-5, 'x', 0, 1, 1, '2026-02-31', 1e-7),
 (9223372036854775807, 'y', 6, 9223372036854775807, 1, '2026-02-00', 5);
INSERT INTO procedurecode VALUES (4, 'X0120');
INSERT INTO procedurelog VALUES (1, 1, 4, 2, '12.5', '2026-01-01', 'a\\0b'),
 (2, 1, 4, 2, '1e2', '2026-01-01', ''), (3, 1, 4, 2, 'NaN', '2026-01-01', x'ffffff'),
 (4, 1, 4, 200, '', '2026-01-01', NULL);
"""
HARD_NOTES = (HARD, "", " ", "a\\" * 200_000, None, "007", "1e5", "NULL", "0x41", "'", "\\'", "\0")


def test_hard_values_come_as_mariadb_dump_writes_them(
    mariadb: MariaDb, connect: Connect, tmp_path: Path
) -> None:
    """Other character sets, emoji, zero dates, NULs, bytes that are no text, numbers of every type,
    huge notes: whatever becomes of a value, it is the same from either source."""
    mariadb.load("hard", f"{tables.SMALL};{HARD_TYPES};{HARD_PATIENTS}")
    for number, note in enumerate(HARD_NOTES):
        visit = "INSERT INTO appointment VALUES (%s, 1, 2, '0000-00-00', %s, 0)"
        mariadb.run(f"SET SESSION sql_mode = ''; {visit}", 100 + number, note, database="hard")
    of_server, told_of_server = _imported(tmp_path / "server", connect("hard"))
    for how in ("--skip-hex-blob", "--hex-blob"):
        dump = _dumped(mariadb, "hard", tmp_path / "hard.sql", how)
        of_dump, told_of_dump = _imported(tmp_path / how, dump)
        assert of_server == of_dump, how
        assert told_of_server.as_dict()["tables"] == told_of_dump.as_dict()["tables"]
    assert told_of_server.rows_refused > 3
    told = " ".join(line for line in of_server if line.startswith('INSERT INTO "patient"'))
    assert "Müller – €" in told
    assert "Иван" in told
