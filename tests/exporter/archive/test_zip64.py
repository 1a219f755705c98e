"""The format where it is large, and as other programs see it (REQUIREMENTS D14, D16)."""

from __future__ import annotations

import copy
import json
import re
import secrets
import shutil
import subprocess
import sys
import zipfile
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from Cryptodome.Cipher import AES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.archive import encrypter as encrypter_module
from exporter.archive.container import EncryptedZip, EntryInfo
from exporter.archive.contents import EntryRecord, TableContents
from exporter.archive.counter_mode import CounterMode
from exporter.archive.encrypter import EntryEncrypter
from exporter.archive.manifest import datapackage_json
from exporter.archive.names import DATAPACKAGE
from exporter.archive.reader import Archive
from exporter.archive.txt import read_rows
from exporter.archive.writer import ArchiveWriter
from exporter.runner.deflating import deflater
from store.archive_key import derive
from store.schema.tables import exported_tables, tables_left_out
from store.schema.value_sets import VALUE_SETS
from tests.exporter.archive.making import MOMENT, PASSWORD, PATIENTS, SNAPSHOT, VISITS
from tests.exporter.runner.test_queries import NOTE, ROWS, filled, text_of

GIB = 1024**3
CHAIRSIDE = (sys.executable, "-c", "from tui.commands import main; main()")
Row = tuple[Any, ...]


@pytest.fixture(scope="session")
def bsdtar() -> str:
    """libarchive's own program."""
    found = shutil.which("bsdtar")
    if found is None:
        pytest.skip("bsdtar is not installed (Debian: libarchive-tools)")
    return found


@pytest.mark.parametrize("first", [2**32 - 2, 2**64 - 2, 2**80 - 2])
def test_the_counter_is_right_past_2_to_the_32_blocks(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry above 64 GiB passes block 2^32: the carry goes into the fifth byte, and so on.

    The counter's start is injected; the reference is the bare block cipher, block by block.
    """
    late = partial(CounterMode, offset=16 * (first - 1))
    monkeypatch.setattr(encrypter_module, "CounterMode", late)
    key, plain = derive(PASSWORD), secrets.token_bytes(16 * 5 + 3)
    encrypter = EntryEncrypter(key)
    locked = encrypter.encrypt(plain[:21]) + encrypter.encrypt(plain[21:])
    locked += encrypter.flush()[:-10]  # without the authentication code
    cipher = AES.new(key.aes_key, AES.MODE_ECB)
    for number in range(6):
        counter = ((first + number) % 2**128).to_bytes(16, "little")
        stream, block = cipher.encrypt(counter), slice(16 * number, 16 * number + 16)
        assert locked[block] == bytes(a ^ b for a, b in zip(plain[block], stream, strict=False))


def _with_a_large_entry(path: Path, size: int) -> None:
    """Write an entry that deflates 500 to one (more is taken for a bomb), and a small one."""
    piece_bytes = 16 * 1024 * 1024
    noise = secrets.token_bytes(16 * 1024)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(piece_bytes - len(noise)) + noise)
    piece += packer.flush(zlib.Z_FULL_FLUSH)
    with ArchiveWriter(path, lambda: derive(PASSWORD), MOMENT) as writer:
        with writer.entry("large.txt") as entry:
            for _ in range(size // piece_bytes):
                entry.write_deflated(piece, piece_bytes)
        with writer.entry("small.txt") as entry:
            entry.write(b"after it\n")


def test_an_entry_above_4_gib_is_listed_and_read_by_others(
    tmp_path: Path, seven_zip: str, bsdtar: str
) -> None:
    path, size = tmp_path / "large.zip", 4 * GIB + 64 * 1024**2
    _with_a_large_entry(path, size)
    listing = subprocess.run(
        [seven_zip, "l", "-slt", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert f"\nSize = {size}\n" in listing
    assert str(size) in _stdout(bsdtar, "-tvf", str(path)).decode()
    with pyzipper.AESZipFile(path) as other:
        assert other.getinfo("large.txt").file_size == size
    with Archive.open(path, PASSWORD) as archive:
        assert archive.entry("large.txt").size == size
        assert not any(archive.stream("large.txt").read_block())
        assert archive.read("small.txt", 100) == b"after it\n"
    assert _stdout(seven_zip, "x", f"-p{PASSWORD}", "-so", str(path), "small.txt") == b"after it\n"


def test_an_entry_that_lies_behind_4_gib_is_found_by_others(
    tmp_path: Path, seven_zip: str, bsdtar: str
) -> None:
    """Its place, and the directory's, need 64 bits. A hole in the file stands for the first."""
    path, hole = tmp_path / "far.zip", 5 * GIB
    with path.open("wb") as file:
        container = EncryptedZip(file)
        zip_time = (2026, 11, 20, 0, 0, 4)
        first = container.add(EntryInfo("a.txt", zip_time), derive(PASSWORD), may_be_large=True)
        file.seek(hole, 1)
        first._compress_size += hole
        first.close()
        last = container.add(EntryInfo("b.txt", zip_time), derive(PASSWORD), may_be_large=True)
        last.write(b"far behind\n")
        last.close()
        container.close()
    assert path.stat().st_size > hole
    assert _stdout(seven_zip, "x", f"-p{PASSWORD}", "-so", str(path), "b.txt") == b"far behind\n"
    with Archive.open(path, PASSWORD) as archive:
        assert archive.entry("b.txt").header_offset > hole
        assert archive.read("b.txt", 100) == b"far behind\n"
    with pyzipper.AESZipFile(path) as other:
        assert other.read("b.txt", PASSWORD.encode()) == b"far behind\n"


def test_more_than_65535_entries_get_a_wide_directory(tmp_path: Path, seven_zip: str) -> None:
    """No practice has so many tables; the container is right all the same.

    All lines of the directory point at one entry: as many entries would take half a minute.
    """
    path, count = tmp_path / "many.zip", 65_537
    with path.open("wb") as file:
        container = EncryptedZip(file)
        only = EntryInfo("0.txt", (2026, 11, 20, 0, 0, 4))
        container.add(only, derive(PASSWORD), may_be_large=False).close()
        for number in range(1, count):
            line = copy.copy(only)
            line.filename = f"{number}.txt"
            container.filelist.append(line)
        container.close()
    end = path.read_bytes()[-98:]
    assert end.startswith(b"PK\x06\x06")
    assert int.from_bytes(end[32:40], "little") == count
    listing = _stdout(seven_zip, "l", str(path)).decode()
    assert re.search(rf"\b{count} files", listing)


def test_65537_real_entries_are_opened_listed_and_checked(tmp_path: Path, seven_zip: str) -> None:
    """Each has a place and bytes of its own; the first is locked, the others only stored."""
    path, count = tmp_path / "many.zip", 65_537
    with (
        ArchiveWriter(path, lambda: derive(PASSWORD), MOMENT) as writer,
        writer.entry("locked.txt") as entry,
    ):
        entry.write(b"locked\n")
    with zipfile.ZipFile(path, "a") as more:
        for number in range(1, count):
            more.writestr(zipfile.ZipInfo(f"{number}.txt"), b"%d\n" % number)
    wanted = ["locked.txt", *(f"{number}.txt" for number in range(1, count))]
    with Archive.open(path, PASSWORD) as archive:
        assert [entry.name for entry in archive.entries] == wanted
        assert archive.read("locked.txt", 100) == b"locked\n"
        assert archive.read(wanted[-1], 100) == b"65536\n"
        assert archive.verify().is_whole
    command = [*CHAIRSIDE, "archive", "list", str(path), "--password-file", "-"]
    told = subprocess.run(command, input=PASSWORD, check=True, capture_output=True, text=True)
    assert told.stdout.count(".txt") >= count
    assert re.search(rf"\b{count} files", _stdout(seven_zip, "l", str(path)).decode())


def test_libarchive_and_pyzipper_read_what_we_wrote(
    whole_archive: Path, tmp_path: Path, bsdtar: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    _stdout(bsdtar, "-xf", str(whole_archive), "-C", str(out), "--passphrase", PASSWORD)
    with Archive.open(whole_archive, PASSWORD) as ours, pyzipper.AESZipFile(whole_archive) as other:
        names = [entry.name for entry in ours.entries]
        assert sorted(file.name for file in out.iterdir()) == sorted(names)
        for name in names:
            content = b"".join(ours.stream(name))
            assert (out / name).read_bytes() == content
            assert other.read(name, PASSWORD.encode()) == content


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=st.lists(ROWS, min_size=1, max_size=3), batch=st.integers(1, 9))
def test_random_tables_come_back_through_7zip(
    tmp_path: Path, seven_zip: str, tables: list[list[Row]], batch: int
) -> None:
    """Rows formatted by SQLite, deflated in pieces, locked; opened by 7-Zip; every row compared."""
    path = tmp_path / f"{secrets.token_hex(8)}.zip"
    wanted = [[(n, *row) for n, row in enumerate(rows, 1)] for rows in tables]
    deflate = deflater("fast")
    with ArchiveWriter(path, lambda: derive(PASSWORD), MOMENT) as writer:
        for number, rows in enumerate(wanted):
            text = text_of(filled(NOTE, list(rows)), NOTE, batch)
            with writer.entry(f"note{number}.txt") as entry:
                for place in range(0, len(text), 61):
                    piece = text[place : place + 61]
                    entry.write_deflated(deflate(place, piece[:7], piece[7:]), len(piece))
    for number, rows in enumerate(wanted):
        name = f"note{number}.txt"
        text = _stdout(seven_zip, "x", f"-p{PASSWORD}", "-so", str(path), name)
        header, *read = read_rows([text], width=len(NOTE.columns))
        assert header == [column.name for column in NOTE.columns]
        assert read == [[None if v is None else str(v) for v in row] for row in rows]


def _stdout(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_datapackage_json_is_a_valid_data_package(whole_archive: Path, tmp_path: Path) -> None:
    """DESIGN, the archive: a description that programs read. Judged by Frictionless' own program.

    It reads every text, too: types, keys, references, sizes and checksums must agree.
    """
    with Archive.open(whole_archive, PASSWORD) as archive:
        archive.extract(tmp_path)
    told = _frictionless(tmp_path / DATAPACKAGE)
    assert told["valid"], [task["errors"] for task in told["tasks"]]
    assert {task["place"]: task["stats"]["rows"] for task in told["tasks"]} == {
        "patient.txt": len(PATIENTS),
        "visit.txt": len(VISITS),
    }


def test_the_description_of_all_tables_is_a_valid_data_package() -> None:
    contents = [
        TableContents(table, 1, EntryRecord(f"{table.name}.txt", 1, "00" * 32))
        for table in exported_tables()
    ]
    text = datapackage_json(SNAPSHOT, contents, [], tables_left_out(), VALUE_SETS)
    program = (
        "import json, sys; from frictionless import Package;"
        "package = Package.from_descriptor(json.load(sys.stdin)); print(len(package.resources))"
    )
    read = subprocess.run(
        [sys.executable, "-c", program], input=text, check=True, capture_output=True, text=True
    )
    assert int(read.stdout) == len(contents)


def _frictionless(described: Path) -> dict[str, Any]:
    program = [sys.executable, "-m", "frictionless", "validate", "--json", "--type", "package"]
    # It ends with 1 where it finds a fault; what it found is in its output.
    found = subprocess.run([*program, str(described)], check=False, capture_output=True)
    told: dict[str, Any] = json.loads(found.stdout)
    return told
