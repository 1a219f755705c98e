"""The encrypted way to carry CSV: one archive, a passphrase of its own, 7-Zip."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.convert.csv_files import to_csv
from exporter.convert.locked_csv import lock_csv, to_locked_csv
from store.errors import BadInput, PassphraseNeeded
from tests.exporter.archive.making import MOMENT, PASSWORD

PASSPHRASE = "four quiet maple trees"


def test_7zip_opens_it_with_the_passphrase(whole_archive: Path, tmp_path: Path) -> None:
    """D14: AES-128, one key a file; D19: offered instead of an open disc."""
    path = tmp_path / "a-csv.zip"
    with Archive.open(whole_archive, PASSWORD) as archive:
        made = to_locked_csv(archive, path, PASSPHRASE, MOMENT)
        to_csv(archive, tmp_path / "csv")
    words = ["7z", "x", "-y", f"-p{PASSPHRASE}", f"-o{tmp_path / 'out'}", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    for name in ("patient.csv", "visit.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "csv" / name).read_bytes()
    listed = subprocess.run(
        ["7z", "l", "-slt", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert listed.count("AES-128") == made.tables + 1
    assert b"Nguy" not in path.read_bytes()


@pytest.mark.parametrize("passphrase", ["short", "x" * 100, "with an umlaut: ä ö ü"])
def test_a_passphrase_that_cannot_lock_is_refused(
    whole_archive: Path, tmp_path: Path, passphrase: str
) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(PassphraseNeeded):
        to_locked_csv(archive, tmp_path / "a.zip", passphrase, MOMENT)
    assert list(tmp_path.iterdir()) == []


def test_raw_txt_is_refused_here_too(tmp_path: Path) -> None:
    (tmp_path / "patient.csv").write_bytes(b"a\tb\n1\t2\n")
    with pytest.raises(BadInput, match="raw TXT"):
        lock_csv([tmp_path / "patient.csv"], tmp_path / "a.zip", PASSPHRASE, MOMENT)
    assert not (tmp_path / "a.zip").exists()


def test_attack_a_file_that_appears_meanwhile_is_not_overwritten(
    whole_archive: Path, tmp_path: Path
) -> None:
    """Race: the name was free when the work began; somebody else's file has it at the end."""
    path = tmp_path / "a.zip"

    def appears(*_progress: object) -> None:
        path.write_text("mine")

    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(BadInput):
        to_locked_csv(archive, path, PASSPHRASE, MOMENT, progress=appears)
    assert [one.read_text() for one in tmp_path.iterdir()] == ["mine"]
