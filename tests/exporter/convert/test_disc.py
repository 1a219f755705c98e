"""Discs: CSV only, whole records, every byte read back, and nothing half-made left."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.errors import ArchiveProblem, Cancelled, DamagedEntry
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.convert import disc_sources
from exporter.convert.csv_files import to_csv
from exporter.convert.disc import Discs, csv_to_disc, to_disc
from exporter.convert.disc_image import DamagedImage, check_image
from exporter.convert.disc_sources import Batch
from store.errors import BadInput, DiskFull
from tests.exporter.archive.making import (
    PASSWORD,
    PATIENT,
    PATIENTS,
    VISIT,
    RowOfValues,
    make_archive,
)

SMALL_DISC = 120
"""Sectors; a disc for tests."""
VISITS: list[RowOfValues] = [(n, 1 + n % 6) for n in range(1, 40_001)]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose CSV takes several small discs."""
    path = tmp_path_factory.mktemp("large") / "1000-2026-11-20-0007.zip"
    return make_archive(path, [(PATIENT, PATIENTS), (VISIT, VISITS)])


def discs_of(source: Path, folder: Path) -> Discs:
    with Archive.open(source, PASSWORD) as archive:
        return to_disc(archive, folder, sectors=SMALL_DISC)


def taken_out(image: Path, folder: Path) -> dict[str, bytes]:
    """Return an image's files as 7-Zip, not our own reader, sees them."""
    subprocess.run(["7z", "x", "-y", f"-o{folder}", str(image)], check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rows_in(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_d19_tables_are_split_over_discs_and_come_back_whole(large: Path, tmp_path: Path) -> None:
    """D19: whole records, header in each part, manifest with SHA-256, disc k of n."""
    made = discs_of(large, tmp_path / "out")
    assert len(made.images) > 2
    visits: list[list[str]] = []
    for number, image in enumerate(made.images, start=1):
        assert image.bytes == image.path.stat().st_size <= SMALL_DISC * 2048
        assert image.path.name.endswith(f"-disc-{number}-of-{len(made.images)}.iso")
        files = taken_out(image.path, tmp_path / str(number))
        assert set(files) == {"README.txt", "manifest.csv", *(f.name for f in image.files)}
        assert f"DISC {number} OF {len(made.images)}" in files["README.txt"].decode("utf-8-sig")
        header, *lines = rows_in(files["manifest.csv"])
        listed = [dict(zip(header, line, strict=True)) for line in lines]
        assert {line["discs"] for line in listed} == {str(len(made.images))}
        for line in (one for one in listed if one["disc"] == str(number)):
            data = files[line["file"]]
            assert hashlib.sha256(data).hexdigest() == line["sha256"]
            top, *rows = rows_in(data)
            assert len(rows) == int(line["rows"])
            if line["table"] == "visit":
                assert top == ["visit_id", "patient_id"]
                assert int(line["first_row"]) == len(visits) + 1
                visits += rows
    assert visits == [[str(value) for value in row] for row in VISITS]
    assert made.rows == len(VISITS) + len(PATIENTS)


def test_the_parts_together_are_the_bytes_of_the_csv(large: Path, tmp_path: Path) -> None:
    made = discs_of(large, tmp_path / "out")
    with Archive.open(large, PASSWORD) as archive:
        to_csv(archive, tmp_path / "csv")
    parts = [f for image in made.images for f in image.files if f.table == "visit"]
    files: dict[str, bytes] = {}
    for number, image in enumerate(made.images):
        files |= taken_out(image.path, tmp_path / str(number))
    top = "\ufeffvisit_id,patient_id\r\n".encode()
    together = top + b"".join(files[part.name].removeprefix(top) for part in parts)
    assert together == (tmp_path / "csv" / "visit.csv").read_bytes()


def test_a_reader_without_joliet_finds_the_files_too(whole_archive: Path, tmp_path: Path) -> None:
    """ISO 9660 alone: 7-Zip takes Joliet, so the plain tree is read with isoinfo."""
    program = shutil.which("isoinfo")
    if program is None:
        pytest.skip("isoinfo is not installed (apt install genisoimage)")
    with Archive.open(whole_archive, PASSWORD) as archive:
        (image,) = to_disc(archive, tmp_path).images
    words = [program, "-i", str(image.path)]
    told = subprocess.run([*words, "-f"], check=True, capture_output=True, text=True).stdout
    assert "/README.TXT;1" in told
    (name,) = (line for line in told.splitlines() if line.startswith("/PATIENT"))
    data = subprocess.run([*words, "-x", name], check=True, capture_output=True).stdout
    assert hashlib.sha256(data).hexdigest() == image.files[0].sha256


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of modes")
def test_attack_plain_text_left_beside_the_images(large: Path, tmp_path: Path) -> None:
    """Vulnerability: working files that others can read. Scenario: a folder that everybody sees.
    Verified: the only working folder is 0700 while it runs, beside it is nothing but its lock,
    empty and 0600; after it only images stay, 0600."""
    tmp_path.chmod(0o755)
    modes, beside = set(), set()

    def look(_progress: Progress) -> None:
        for path in tmp_path.iterdir():
            told = path.stat()
            if path.is_dir():
                modes.add(stat.S_IMODE(told.st_mode))
            else:
                beside.add((path.suffix, stat.S_IMODE(told.st_mode), told.st_size))

    with Archive.open(large, PASSWORD) as archive:
        made = to_disc(archive, tmp_path, progress=look, sectors=SMALL_DISC)
    assert (modes, beside) == ({0o700}, {(".lock", 0o600, 0)})
    assert {path.name for path in tmp_path.iterdir()} == {i.path.name for i in made.images}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("when", ["visit", "disc 1 of", "checking"])
def test_stopped_anywhere_it_leaves_nothing(large: Path, tmp_path: Path, when: str) -> None:
    seen = [""]
    with Archive.open(large, PASSWORD) as archive, pytest.raises(Cancelled):
        to_disc(
            archive,
            tmp_path / "out",
            progress=lambda told: seen.append(told.table),
            cancelled=lambda: when in seen[-1],
            sectors=SMALL_DISC,
        )
    assert when in seen[-1]
    assert list(tmp_path.iterdir()) == []


def test_damage_in_the_archive_leaves_nothing(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        end = archive.entry("visit.txt").end
    raw = bytearray(whole_archive.read_bytes())
    raw[end - 1] ^= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive, pytest.raises(DamagedEntry):
        to_disc(archive, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_attack_an_image_that_was_changed(whole_archive: Path, tmp_path: Path) -> None:
    """Scenario: one byte of a file on the image is flipped, or the image is cut short.
    Verified: it is told, and so never burned."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        (image,) = to_disc(archive, tmp_path).images
    raw = bytearray(image.path.read_bytes())
    raw[raw.index(b"Nguy")] ^= 1
    (tmp_path / "flipped.iso").write_bytes(raw)
    with pytest.raises(DamagedImage, match="patient"):
        check_image(tmp_path / "flipped.iso", lambda _size: None)
    (tmp_path / "cut.iso").write_bytes(raw[: 20 * 2048])
    with pytest.raises(ArchiveProblem):
        check_image(tmp_path / "cut.iso", lambda _size: None)
    assert check_image(image.path, lambda _size: None) == image.files


def test_attack_an_image_that_shows_other_data_to_readers_without_joliet(
    whole_archive: Path, tmp_path: Path
) -> None:
    """Scenario: the plain directory leads to raw text that was put behind the last file.
    Verified: it is told, though the other directory leads to what the manifest says."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        (image,) = to_disc(archive, tmp_path).images
    raw = bytearray(image.path.read_bytes())
    place = raw.index(b"PATIENT_3.CSV;1") - 31  # the number of its first sector, in both orders
    raw[place : place + 8] = struct.pack("<L", len(raw) // 2048) + struct.pack(
        ">L", len(raw) // 2048
    )
    (tmp_path / "changed.iso").write_bytes(raw + b"patient_id\t".ljust(2048))
    with pytest.raises(DamagedImage, match="two directories do not agree"):
        check_image(tmp_path / "changed.iso", lambda _size: None)


def test_many_small_files_take_whole_sectors(tmp_path: Path) -> None:
    """A file of one byte more than a sector takes two: no image outgrows its disc."""
    (tmp_path / "in").mkdir()
    for number in range(215):
        (tmp_path / "in" / f"{number}.csv").write_bytes(b"a" * 2046 + b"\r\n1")
    made = csv_to_disc([tmp_path / "in"], tmp_path / "out", "mine", sectors=400)
    assert len(made.images) == 2
    assert sum(len(image.files) for image in made.images) == 215


def test_what_is_there_is_never_overwritten(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_disc(archive, tmp_path)
        with pytest.raises(BadInput, match="already a file"):
            to_disc(archive, tmp_path)


def test_free_space_is_looked_at_before(
    whole_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.archive.extraction.free_bytes", lambda _folder: 1000)
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(DiskFull):
        to_disc(archive, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_record_larger_than_a_disc_is_told(tmp_path: Path) -> None:
    note = "x" * (SMALL_DISC * 2048)
    rows: list[RowOfValues] = [(1, "a", None, 0, 0, 0, "patient", None, None, note)]
    path = make_archive(tmp_path / "a.zip", [(PATIENT, rows)])
    with pytest.raises(ArchiveProblem, match="larger than a whole disc"):
        discs_of(path, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_d19_a_folder_of_csv_goes_onto_a_disc_as_it_is(whole_archive: Path, tmp_path: Path) -> None:
    """What `to-csv` made goes onto a disc byte for byte; its page is replaced by the disc's."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        to_csv(archive, tmp_path / "csv")
    (tmp_path / "csv" / "Größe.csv").write_text('a;b\n1;"x\n;y"\n2;', "utf-8")
    made = csv_to_disc([tmp_path / "csv"], tmp_path / "out", "mine")
    files = taken_out(made.images[0].path, tmp_path / "back")
    for path in (tmp_path / "csv").glob("*.csv"):
        assert files[path.name] == path.read_bytes()
    assert [f.rows for f in made.images[0].files if f.table == "Größe"] == [2]
    assert made.notes == ("README.txt was left out: every disc has its own.",)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("patient.txt", b"patient_id\tlast_name\n1\tA\n", "does not end in .csv"),
        ("patient.csv", b"patient_id\tlast_name\n1\tA\n", "raw TXT"),
        ("a.csv", b"a,b\r\n1,2\r\n3\r\n", "record 3 has 1 fields"),
        ("a.csv", b'a,b\r\n1,"2\r\n', "quotation marks"),
        ("a.csv", b"a,b\r\n1,\xff\r\n", "not UTF-8"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,b\r\n1,\0\r\n", "NUL"),
        ("a.xlsx", b"PK\3\4", "does not end in .csv"),
        ("x" * 60 + ".csv", b"a\r\n", "cannot hold a file"),
    ],
)
def test_d19_anything_but_csv_is_refused_with_the_reason(
    tmp_path: Path, name: str, data: bytes, why: str
) -> None:
    """Attack as well: raw TXT under the name of a CSV file."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    with pytest.raises(BadInput, match=why):
        csv_to_disc([tmp_path / "in"], tmp_path / "out", "mine")
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("data", ["x" * 200, 'a,b\r\n1,"' + "line\n" * 40])
def test_attack_a_record_that_never_ends_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    monkeypatch.setattr(disc_sources, "MAX_ROW", 100)
    (tmp_path / "a.csv").write_text(data)
    with pytest.raises(BadInput, match=r"a\.csv .* a record is longer than 100 characters"):
        csv_to_disc([tmp_path / "a.csv"], tmp_path / "out", "mine")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_path_that_the_system_does_not_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nnnn\.csv cannot be read \(File name too long\)"):
        csv_to_disc([tmp_path / ("n" * 300 + ".csv")], tmp_path / "out", "mine")


cells = st.text('a",\r\n', max_size=4)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
@settings(max_examples=50)
def test_records_are_cut_where_records_end(rows: list[tuple[str, str]]) -> None:
    """A record never falls apart, whatever quotes and line ends its cells hold."""
    lines = []
    for row in rows:
        text = io.StringIO(newline="")
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(row)
        lines.append(text.getvalue().encode())
    assert list(Batch(b"".join(lines), len(lines)).singly()) == lines


def test_a_name_that_a_part_may_get_is_refused_before_any_work(tmp_path: Path) -> None:
    """A table that goes on is called a-1-of-2.csv: another file of that name would be lost."""
    (tmp_path / "in").mkdir()
    rows = b"a,b\r\n" + b"1,some text that fills it\r\n" * 15_000
    (tmp_path / "in" / "a.csv").write_bytes(rows)
    (tmp_path / "in" / "A-1-of-2.csv").write_bytes(b"a\r\n1\r\n")
    steps: list[Progress] = []
    with pytest.raises(BadInput, match=r"A-1-of-2\.csv has the name that a part of A\.csv"):
        csv_to_disc([tmp_path / "in"], tmp_path / "out", "mine", steps.append, sectors=SMALL_DISC)
    assert not steps
    assert not (tmp_path / "out").exists()
    # Where no table has to go on, and where there is no such table, they are names like others.
    csv_to_disc([tmp_path / "in"], tmp_path / "out", "mine")
    (tmp_path / "in" / "a.csv").rename(tmp_path / "in" / "b.csv")
    csv_to_disc([tmp_path / "in"], tmp_path / "out", "theirs", sectors=SMALL_DISC)
