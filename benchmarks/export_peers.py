"""The peers that the export is held against: each does the same work in a way of its own."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from store.schema.columns import Table
from store.schema.tables import exported_tables

PASSWORD = "a passphrase for the benchmark"
HERE = Path(__file__).resolve().parent / "peers"
Peer = Callable[[Path, Path], None]


def select_of(table: Table) -> str:
    """Return the plain query for what an archive holds of a table."""
    columns = ", ".join(f'"{c.name}"' for c in table.exported_columns)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY {", ".join(table.key)}'


def obvious_python(store: Path, folder: Path) -> None:
    """(a) sqlite3, csv and pyzipper at its default level."""
    import io

    import pyzipper

    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    with pyzipper.AESZipFile(
        folder / "a.zip", "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=128)
        for table in exported_tables():
            with archive.open(f"{table.name}.txt", "w", force_zip64=True) as entry:
                text = io.TextIOWrapper(entry, "utf-8", newline="", write_through=False)
                rows = csv.writer(text, delimiter="\t", lineterminator="\n")
                cursor = db.execute(select_of(table))
                rows.writerow(column[0] for column in cursor.description)
                rows.writerows(cursor)
                text.flush()
                text.detach()


def _sqlite_into_7z(store: Path, archive: Path, *options: str) -> None:
    seven = ("7z", "a", "-tzip", "-mem=AES128", f"-p{PASSWORD}")
    for table in exported_tables():
        reading = subprocess.Popen(
            ["sqlite3", "-readonly", "-csv", "-header", str(store), select_of(table)],
            stdout=subprocess.PIPE,
        )
        subprocess.run(
            [*seven, f"-si{table.name}.txt", *options, str(archive)],
            stdin=reading.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        reading.wait()


def seven_zip(store: Path, folder: Path) -> None:
    """(b) sqlite3 -csv into 7z as it comes."""
    _sqlite_into_7z(store, folder / "b.zip")


def seven_zip_fast(store: Path, folder: Path) -> None:
    """(b, fast) sqlite3 -csv into 7z -mx=1 -mmt=on."""
    _sqlite_into_7z(store, folder / "bf.zip", "-mx=1", "-mmt=on")


def bsdtar(store: Path, folder: Path) -> None:
    """(c) sqlite3 -csv into files (plain text on the disk), then bsdtar with AES."""
    plain = folder / "plain"
    plain.mkdir()
    for table in exported_tables():
        with (plain / f"{table.name}.txt").open("wb") as file:
            subprocess.run(
                ["sqlite3", "-readonly", "-csv", "-header", str(store), select_of(table)],
                stdout=file,
                check=True,
            )
    options = ("--options", "zip:encryption=aes128", "--passphrase", PASSWORD)
    subprocess.run(
        ["bsdtar", "-acf", str(folder / "c.zip"), *options, "-C", str(plain), "."], check=True
    )
    shutil.rmtree(plain)


def duckdb(store: Path, folder: Path) -> None:
    """(d) DuckDB writing CSV: reading and formatting alone."""
    import duckdb
    import duckdb_extension_sqlite_scanner

    db = duckdb.connect()
    where = Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = where.rglob("sqlite_scanner.duckdb_extension")
    db.execute(f"LOAD '{extension}'")
    db.execute(f"ATTACH '{store}' AS practice (TYPE sqlite, READ_ONLY)")
    for table in exported_tables():
        # Its types are strict where SQLite's are not; text is what an export holds anyway.
        db.execute("SET sqlite_all_varchar = true")
        columns = ", ".join(f'"{c.name}"' for c in table.exported_columns)
        db.execute(
            f'COPY (SELECT {columns} FROM practice."{table.name}")'
            f" TO '{folder}/{table.name}.csv' (HEADER, DELIMITER '\t')"
        )


def sqlite_csv(store: Path, _folder: Path) -> None:
    """(e) sqlite3 -csv alone: formatting."""
    for table in exported_tables():
        subprocess.run(
            ["sqlite3", "-readonly", "-csv", "-header", str(store), select_of(table)],
            stdout=subprocess.DEVNULL,
            check=True,
        )


def build_c(folder: Path) -> Path | None:
    """Compile the yardstick in C; None where its parts are missing."""
    program = folder / "export-c"
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    sources = ("-o", str(program), str(HERE / "export.c"), "-lsqlite3", "-lisal", "-lcrypto")
    built = subprocess.run(
        [compiler, "-O2", "-w", *sources],
        capture_output=True,
        check=False,
    )
    return program if built.returncode == 0 else None


def c_program(store: Path, folder: Path) -> None:
    """(f) one thread of C: the same format, igzip level 2, AES-128, SHA-256."""
    selects = "".join(f"{t.name}\t{select_of(t)}\n" for t in exported_tables())
    program = folder.parent / "export-c"
    subprocess.run(
        [str(program), str(store), str(folder / "f.zip"), PASSWORD],
        input=selects.encode(),
        check=True,
    )


def ours(store: Path, folder: Path, effort: str = "fast") -> None:
    """What the unattended run does for one download, from the store to the synced archive."""
    from datetime import date

    from exporter.runner.making import make_archive
    from store.archive_key import derive
    from store.clock import SystemClock
    from store.download_keys import entries_per_archive
    from store.folder import PracticeFolder
    from store.use_cases.unattended import Job

    practice = PracticeFolder(folder)
    (folder / "practice.db").symlink_to(store)
    practice.downloads.mkdir()
    keys = [derive(PASSWORD) for _ in range(entries_per_archive())]
    job = Job(1, 1, 1, date(2026, 11, 21), "America/Los_Angeles", 1000, "Benchmark")
    make_archive(practice, job, keys, SystemClock(), lambda _: None, effort)  # type: ignore[arg-type]


def ours_small(store: Path, folder: Path) -> None:
    """The same with --small."""
    ours(store, folder, "small")


PEERS: dict[str, Peer] = {
    "ours": ours,
    "ours --small": ours_small,
    "(a) sqlite3, csv, pyzipper": obvious_python,
    "(b) sqlite3 | 7z": seven_zip,
    "(b) sqlite3 | 7z -mx=1 -mmt": seven_zip_fast,
    "(c) sqlite3, bsdtar": bsdtar,
    "(d) DuckDB, CSV only": duckdb,
    "(e) sqlite3 -csv only": sqlite_csv,
    "(f) C, one thread": c_program,
}


def missing(name: str) -> str:
    """Return why a peer cannot run here; empty if it can."""
    needs = {"(b)": ("sqlite3", "7z"), "(c)": ("sqlite3", "bsdtar"), "(e)": ("sqlite3",)}
    for program in needs.get(name[:3], ()):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if name.startswith("(d)"):
        try:
            import duckdb  # noqa: F401
            import duckdb_extension_sqlite_scanner  # noqa: F401
        except ImportError:
            return f"duckdb is not installed for {sys.executable} ({sysconfig.get_platform()})"
    return ""
