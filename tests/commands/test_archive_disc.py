"""`chairside archive to-disc` and `burn`, as IT support types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.archive.making import PASSWORD, make_archive
from tui.commands import main

PASSPHRASE = "four quiet maple trees"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "1000-2026-11-20-0007.zip")


def run(data: Path, *words: object, more: str = "", user: str = "dana") -> Result:
    """Run a command as a user; `more` is what follows the password on standard input."""
    given = [str(word) for word in words]
    return CliRunner().invoke(
        main,
        [
            *("archive", *given, "--data", str(data), "--pgid", str(people.PGID)),
            *("--user", user, "--password-file", "-"),
        ],
        input=f"{people.PASSWORDS[user]}\n{more}",
    )


def to_disc(data: Path, archive: Path, *words: object, **options: Any) -> Result:
    return run(
        data,
        *("to-disc", archive, "--to", archive.parent / "out", "--archive-password-file", "-"),
        *words,
        **{"more": PASSWORD + "\n", **options},
    )


def disclosures(data: Path, clock: FixedClock) -> list[tuple[str, int, str]]:
    with Practice.open(data, people.PGID, clock) as practice:
        rows = practice.call(
            lambda s: s.rows("SELECT form, is_encrypted, description FROM disclosure")
        )
    return [tuple(row) for row in rows]


def test_to_disc_warns_makes_images_and_is_in_the_trail(
    practice_data: Path, archive: Path, clock: FixedClock
) -> None:
    """D19: the warning, the image, the disclosure."""
    answer = to_disc(practice_data, archive, "--yes")
    assert answer.exit_code == 0, answer.output
    assert "A disc is not encrypted" in answer.stderr
    assert "--encrypted" in answer.stderr
    (image,) = (archive.parent / "out").iterdir()
    assert image.name in answer.stdout
    ((form, is_encrypted, what),) = disclosures(practice_data, clock)
    assert (form, is_encrypted) == ("disc", 0)
    assert archive.name in what


def test_without_a_yes_nothing_is_written(
    practice_data: Path, archive: Path, clock: FixedClock
) -> None:
    answer = to_disc(practice_data, archive)
    assert answer.exit_code == 1
    assert not (archive.parent / "out").exists()
    assert disclosures(practice_data, clock) == []


def test_attack_a_user_without_the_right_makes_no_disc(practice_data: Path, archive: Path) -> None:
    """Scenario: somebody has an archive and its password, but no right to downloads."""
    answer = to_disc(practice_data, archive, "--yes", user="ana")
    assert answer.exit_code == 1
    assert "Utilities - Data Download" in answer.stderr
    assert not (archive.parent / "out").exists()


def test_the_encrypted_way(practice_data: Path, archive: Path, clock: FixedClock) -> None:
    (archive.parent / "out").mkdir()
    words = ("--encrypted", "--passphrase-file", "-", "--json")
    answer = to_disc(practice_data, archive, *words, more=f"{PASSWORD}\n{PASSPHRASE}\n")
    assert answer.exit_code == 0, answer.output
    (made,) = (archive.parent / "out").iterdir()
    assert json.loads(answer.stdout)["files"] == [str(made)]
    assert PASSPHRASE not in answer.output
    ((form, is_encrypted, _what),) = disclosures(practice_data, clock)
    assert (form, is_encrypted) == ("csv", 1)


def test_d19_raw_txt_is_refused(practice_data: Path, tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "patient.txt").write_text("a\tb\n1\t2\n")
    words = ("to-disc", tmp_path / "patient.txt", "--to", tmp_path / "out", "--yes")
    answer = run(practice_data, *words)
    assert answer.exit_code == 1
    assert "Only CSV goes onto a disc" in answer.stderr
    assert not (tmp_path / "out").exists()
    assert disclosures(practice_data, clock) == []


@pytest.mark.skipif(
    shutil.which("xorriso") is None, reason="xorriso is not installed (apt install xorriso)"
)
def test_burn_takes_only_images_of_ours(
    practice_data: Path, archive: Path, tmp_path: Path, clock: FixedClock
) -> None:
    made = json.loads(to_disc(practice_data, archive, "--yes", "--json").stdout)
    image = Path(made["images"][0]["file"])
    answer = run(practice_data, "burn", image, "--drive", f"stdio:{tmp_path / 'disc'}")
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "disc").read_bytes().startswith(image.read_bytes())
    assert disclosures(practice_data, clock)[-1][2].startswith(f"Burned {image.name}")
    (tmp_path / "raw.iso").write_bytes(b"\0" * 400_000)
    answer = run(practice_data, "burn", tmp_path / "raw.iso", "--drive", f"stdio:{tmp_path / 'd'}")
    assert answer.exit_code == 1
    assert not (tmp_path / "d").exists()
