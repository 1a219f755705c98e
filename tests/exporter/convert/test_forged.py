"""Data that the password did not lock, or not in this archive, never passes for the practice's."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
import pyzipper

from exporter.archive.directory import read_directory
from exporter.archive.errors import ArchiveProblem, DamagedEntry
from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from exporter.archive.writer import ArchiveWriter
from exporter.convert.csv_files import to_csv
from exporter.convert.disc import to_disc
from exporter.convert.locked_csv import to_locked_csv
from exporter.convert.workbook import to_workbook
from store.archive_key import derive
from tests.exporter.archive.making import (
    MOMENT,
    PASSWORD,
    PATIENT,
    PATIENTS,
    VISIT,
    VISITS,
    make_archive,
)

PASSPHRASE = "four quiet maple trees"
CONVERSIONS: dict[str, Callable[[Archive, Path], object]] = {
    "csv": lambda archive, out: to_csv(archive, out),
    "workbook": lambda archive, out: to_workbook(archive, out / "a.xlsx"),
    "disc": lambda archive, out: to_disc(archive, out),
    "locked csv": lambda archive, out: to_locked_csv(
        archive, out.with_name("out.zip"), PASSPHRASE, MOMENT
    ),
}
LOOKS: dict[str, Callable[[Archive], object]] = {
    "page": lambda archive: archive.page("patient", 0),
    "rows": lambda archive: next(archive.rows("patient")),
    "import": WholeArchive,
}


def texts_of(path: Path) -> dict[str, bytes]:
    with Archive.open(path, PASSWORD) as archive:
        return {entry.name: archive.read(entry.name, 10**7) for entry in archive.entries}


def forged(path: Path, source: Path, plain: Collection[str]) -> Path:
    """The entries of an archive of ours, those named as they are and the others locked."""
    texts = texts_of(source)
    with ArchiveWriter(path, lambda: derive(PASSWORD), MOMENT) as writer:
        for name in texts.keys() - set(plain):
            with writer.entry(name) as entry:
                entry.write(texts[name])
    with zipfile.ZipFile(path, "a") as archive:
        for name in plain:
            archive.writestr(name, texts[name])
    return path


def spliced(path: Path, newer: Path, older: Path, name: str) -> Path:
    """The newer archive with one entry of the older, byte for byte: it takes no password."""
    taken = []
    for source in (newer, older):
        with source.open("rb") as file:
            directory = read_directory(file)
            raw, place, entries = source.read_bytes(), directory.start, {}
            for entry in directory.entries:
                sizes = struct.unpack_from("<3H", raw, place + 28)
                end = place + 46 + sum(sizes)
                entries[entry.name] = (raw[entry.header_offset : entry.end], raw[place:end])
                place = end
            taken.append(entries)
    parts = {**taken[0], name: taken[1][name]}
    body, lines = b"", b""
    for data, line in parts.values():
        lines += line[:42] + struct.pack("<L", len(body)) + line[46:]
        body += data
    counts = (len(parts), len(parts), len(lines), len(body))
    path.write_bytes(body + lines + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *counts, 0))
    return path


@pytest.mark.parametrize(
    "plain",
    [("datapackage.json", "patient.txt"), ("datapackage.json",), ("patient.txt",), ("README.txt",)],
)
def test_attack_plain_entries_beside_a_locked_one(
    whole_archive: Path, tmp_path: Path, plain: tuple[str, ...]
) -> None:
    """Vulnerability: whoever does not know the password adds a description and tables of his own.
    Scenario: any part of what the description names, or itself, stands there unlocked.
    Verified: nothing of it is shown, read in or converted as ours, and the reason is said."""
    path = forged(tmp_path / "a.zip", whole_archive, plain)
    with Archive.open(path, PASSWORD) as archive:
        assert archive.manifest is None
        for look in LOOKS.values():
            with pytest.raises(ArchiveProblem, match=f"{plain[0]} is not encrypted: anybody"):
                look(archive)
        for convert in CONVERSIONS.values():
            with pytest.raises(ArchiveProblem, match="is not encrypted: anybody"):
                convert(archive, tmp_path / "out")
        found = archive.verify()
        assert {note.entry for note in archive.unlocked()} == set(plain)
    assert not found.is_whole
    assert {note.entry for note in found.notes} == set(plain)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("form", CONVERSIONS)
def test_attack_a_table_of_an_older_archive_with_the_same_password(
    whole_archive: Path, tmp_path: Path, form: str
) -> None:
    """Vulnerability: each entry is authentic by itself, so that last month's passes for today's.
    Scenario: the table of an older archive, as many rows and the same password.
    Verified: its SHA-256 is not the manifest's, and nothing of the conversion has its name."""
    changed = [(row[0], "Oldname", *row[2:]) for row in PATIENTS]
    older = make_archive(tmp_path / "old.zip", ((PATIENT, changed), (VISIT, VISITS)))
    path = spliced(tmp_path / "a.zip", whole_archive, older, "patient.txt")
    with Archive.open(path, PASSWORD) as archive:
        assert archive.read("patient.txt", 10**6) == texts_of(older)["patient.txt"]
        with pytest.raises(DamagedEntry, match=r"patient\.txt: its SHA-256 is not the one"):
            CONVERSIONS[form](archive, tmp_path / "out")
        with pytest.raises(DamagedEntry, match="SHA-256"):
            list(archive.rows("patient"))
        with pytest.raises(DamagedEntry, match="SHA-256"):
            list(WholeArchive(archive).rows("patient"))
        with pytest.raises(DamagedEntry, match="SHA-256"):
            archive.extract(tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_a_spliced_archive_of_nothing_foreign_is_as_good_as_before(
    whole_archive: Path, tmp_path: Path
) -> None:
    """What the test above builds differs in nothing but the entry."""
    path = spliced(tmp_path / "a.zip", whole_archive, whole_archive, "patient.txt")
    with Archive.open(path, PASSWORD) as archive:
        to_csv(archive, tmp_path / "out")
        assert archive.verify().is_whole


@pytest.mark.parametrize("nbits", [128, 192, 256])
@pytest.mark.parametrize("version", [1, 2])
def test_an_archive_that_another_program_packed_anew_is_ours_still(
    whole_archive: Path, tmp_path: Path, nbits: int, version: int
) -> None:
    """Whoever knows the password may lock it more strongly; every table converts as before."""
    with pyzipper.AESZipFile(tmp_path / "a.zip", "w", compression=8) as packed:
        packed.setpassword(PASSWORD.encode())
        packed.setencryption(pyzipper.WZ_AES, nbits=nbits, force_wz_aes_version=version)
        for name, text in texts_of(whole_archive).items():
            packed.writestr(name, text)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert archive.page("visit", 0, 1).rows == (("1", "2"),)
        for form in ("csv", "workbook"):
            CONVERSIONS[form](archive, tmp_path / form)
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "as made")
    for file in (tmp_path / "as made").iterdir():
        assert (tmp_path / "csv" / file.name).read_bytes() == file.read_bytes()


def test_an_entry_that_the_manifest_does_not_name_is_named_when_it_is_extracted(
    whole_archive: Path, tmp_path: Path
) -> None:
    """It may be plain; the tables stay ours, and it is told that anybody could have added it."""
    path = tmp_path / "a.zip"
    path.write_bytes(whole_archive.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.txt", "a\tb\n")
    with Archive.open(path, PASSWORD) as opened:
        to_csv(opened, tmp_path / "out")
        assert [note.entry for note in opened.unlocked()] == ["more.txt"]
        assert opened.unlocked(["patient.txt"]) == ()


def test_a_plain_description_of_another_program_is_nothing_of_ours(tmp_path: Path) -> None:
    """Data packages are a common format: such an archive is another program's, and well."""
    with pyzipper.AESZipFile(tmp_path / "a.zip", "w") as locked:
        locked.setpassword(PASSWORD.encode())
        locked.setencryption(pyzipper.WZ_AES)
        locked.writestr("a.csv", "a,b\n1,2\n")
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as plain:
        plain.writestr("datapackage.json", json.dumps({"name": "theirs", "resources": []}))
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
        assert archive.manifest is None
        assert archive.manifest_problem is None
        assert archive.verify().is_whole
