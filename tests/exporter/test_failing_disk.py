"""A disk that fails, or a kill, at the last calls: what is told is true, and a copy is noted.

One rule: real processes; strace has the real calls on the very folder fail, or kills at them.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.failing_disk_child import PATIENT, WAYS
from tests.source_files import PROJECT
from tests.store.portal_patients import enter_patient


@pytest.fixture
def data(practice_data: Path, made: Path, clock: FixedClock) -> Path:
    """A practice with an archive to save and a patient to copy."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: strace)")
    assert made.is_file()
    with Practice.open(practice_data, people.PGID, clock) as practice:
        enter_patient(practice, patient_id=PATIENT)
    return practice_data


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """The folder that somebody names."""
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def work(
    data: Path, usb: Path, way: str, *faults: str, at: tuple[Path, ...] = ()
) -> tuple[int, dict[str, str]]:
    """Let the child work while calls on these paths fail; return how it ended and what it told."""
    strace = ["strace", "-f", "-o", "/dev/null", "-e", "signal=none"]
    for path in at or (usb,):
        strace += ["-P", str(path)]
    for fault in faults:
        strace += ["-e", f"inject={fault}"]
    program = [sys.executable, "-m", "tests.exporter.failing_disk_child", str(data), str(usb), way]
    done = subprocess.run(
        [*(strace if faults else []), *program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def disclosures(data: Path) -> int:
    """How many disclosures the practice has noted."""
    with Practice.open(data, people.PGID, FixedClock()) as practice:
        return int(str(practice.call(lambda s: s.value("SELECT count(*) FROM disclosure"))))


def names(usb: Path) -> list[str]:
    """What lies in the folder, hidden or not."""
    return sorted(path.name for path in usb.iterdir())


@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_fails_once_the_name_is_given_keeps_nothing(
    data: Path, usb: Path, way: str
) -> None:
    """D18: it had its name, people were told that nothing was kept, and no trail told of it."""
    _code, told = work(data, usb, way, "fsync:error=EIO")
    assert told["kind"] == "DiskProblem"
    assert "The unfinished file was removed" in told["told"]
    assert names(usb) == []
    assert disclosures(data) == 0
    assert work(data, usb, way) == (0, {"kind": "", "told": ""})
    assert names(usb)


def test_a_copy_that_cannot_be_taken_back_is_told_and_noted(data: Path, usb: Path) -> None:
    """Section 6: where the disk refuses that too, the copy is there and so is its disclosure."""
    copy = usb / f"1000-2026-11-21-patient-{PATIENT}.zip"
    at = (usb, copy)
    _code, told = work(data, usb, "patient", "fsync:error=EIO", "unlink:error=EIO", at=at)
    assert told["kind"] == "LeftBehind"
    assert f"could not be removed again: {copy.name}. It is still there." in told["told"]
    assert names(usb) == [copy.name]
    assert disclosures(data) == 1


@pytest.mark.parametrize("call", ["link", "unlink", "fsync"])
def test_attack_a_patients_copy_of_which_no_disclosure_tells(
    data: Path, usb: Path, call: str
) -> None:
    """Vulnerability: a whole copy, and nobody knows of it. Scenario: killed as it gets its name.
    Verified: each copy has its disclosure; the next try clears up, and nothing hidden stays."""
    copy = usb / f"1000-2026-11-21-patient-{PATIENT}.zip"
    part = usb / f".{copy.name}.part"
    at = (usb,) if call == "fsync" else (copy, part)
    code, _told = work(data, usb, "patient", f"{call}:signal=SIGKILL", at=at)
    assert code == -signal.SIGKILL
    assert copy.exists() or part.exists()
    assert disclosures(data) == 1
    was_named = copy.exists()
    assert work(data, usb, "patient") == (0, {"kind": "", "told": ""})
    again = [copy.with_stem(f"{copy.stem}-2").name] if was_named else []
    assert names(usb) == sorted([copy.name, *again])
    assert disclosures(data) == 2


def test_what_a_killed_copy_left_goes_with_the_next_one_of_anybody(data: Path, usb: Path) -> None:
    """It stayed for ever: the next one has another day and another patient in its name."""
    (usb / ".1000-2026-10-02-patient-7.zip.part").write_bytes(b"half")
    (usb / ".2000-2026-10-02-patient-7.zip.part").write_bytes(b"another practice's")
    assert work(data, usb, "patient") == (0, {"kind": "", "told": ""})
    assert names(usb) == [
        ".2000-2026-10-02-patient-7.zip.part",
        f"1000-2026-11-21-patient-{PATIENT}.zip",
    ]
