"""`chairside download patient` and `download series`, as IT support types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from exporter.runner import handing_over
from store import clock as store_clock
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.store.portal_patients import enter_patient
from tui.commands import download as download_command
from tui.commands import main

PASSPHRASE = "three blue kites over water"


def run(data: Path, *words: str, user: str = "kim", after: str = "") -> Result:
    where = ("--data", str(data), "--user", user, "--password-file", "-")
    typed = f"{people.PASSWORDS[user]}\n{after}"
    return CliRunner().invoke(main, ["download", *words, *where], input=typed)


@pytest.fixture
def data(practice_data: Path) -> Path:
    with Practice.open(practice_data, people.PGID, FixedClock()) as practice:
        enter_patient(practice, patient_id=10_001)
    return practice_data


def test_a_copy_for_a_patient_is_made_at_once_and_never_over_an_earlier_one(
    data: Path, tmp_path: Path
) -> None:
    words = ("patient", "10001", "--to", str(tmp_path), "--to-whom", "herself", "--json")
    both = ("--passphrase-file", "-")
    first, second = (run(data, *words, *both, after=f"{PASSPHRASE}\n") for _ in range(2))
    files = [json.loads(answer.stdout)["file"] for answer in (first, second)]
    assert sorted(Path(name) for name in files) == sorted(tmp_path.glob("*-patient-10001*.zip"))
    assert len(set(files)) == 2


@pytest.mark.parametrize(
    ("user", "passphrase", "told"),
    [
        ("kim", "short", "needs at least 15 characters"),
        ("kim", people.PASSWORDS["kim"], "is your own password"),
        ("dana", PASSPHRASE, "Single-Patient Download"),
    ],
)
def test_what_cannot_lock_it_or_who_may_not_leaves_nothing(
    data: Path, tmp_path: Path, user: str, passphrase: str, told: str
) -> None:
    """Dana may download the practice: that is another right, and does not carry this one."""
    with Practice.open(data, people.PGID, FixedClock()) as practice:
        people.change_store(
            practice,
            "INSERT INTO group_permission (user_group_id, permission_code, level)"
            " SELECT user_group_id, 'patient.record', 2 FROM user_group WHERE name = ?",
            people.KEEPERS,
        )
    words = ("patient", "10001", "--to", str(tmp_path), "--to-whom", "herself")
    answer = run(data, *words, "--passphrase-file", "-", user=user, after=f"{passphrase}\n")
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert not list(tmp_path.glob("*.zip"))


def test_a_monthly_download_is_requested_listed_and_ended(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code comes as the user reads it in the text message."""

    def read_code(practice: Practice, *_told: object) -> tuple[str, str]:
        return "sms", people.last_code(practice)

    monkeypatch.setattr(download_command, "asked_code", read_code)
    begun = json.loads(run(data, "request", "--repeat", "monthly", "--json", user="dana").stdout)
    assert begun["repeats"] == "monthly"
    (listed,) = json.loads(run(data, "series", "list", "--json", user="dana").stdout)
    assert (listed["id"], listed["next"]) == (begun["series"], begun["for"])
    renewed = run(data, "request", "--renew", str(listed["id"]), "--json", user="dana")
    series = json.loads(renewed.stdout)["series"]
    assert "has ended" in run(data, "series", "end", str(series)).stdout
    ended = run(data, "series", "list", user="dana").stdout
    assert ended.count("ended") >= 2
    assert "Kim Adler ended it." in ended
    assert "It was confirmed again." in ended


@pytest.fixture
def at_the_time(made: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of a download, at a time when it may be retrieved."""
    monkeypatch.setattr(store_clock, "SystemClock", lambda: clock)
    return made


def noted(data: Path, clock: FixedClock) -> list[int]:
    """How many retrievals and disclosures there are."""
    with Practice.open(data, people.PGID, clock) as practice:
        return [
            int(str(practice.call(lambda s, t=table: s.value(f"SELECT count(*) FROM {t}"))))
            for table in ("data_download_retrieval", "disclosure")
        ]


def test_d17_an_archive_is_saved_and_noted(
    practice_data: Path, at_the_time: Path, clock: FixedClock, tmp_path: Path
) -> None:
    (tmp_path / "usb").mkdir()
    answer = run(practice_data, "save", "1", "--to", str(tmp_path / "usb"), user="dana")
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "usb" / at_the_time.name).read_bytes() == at_the_time.read_bytes()
    assert noted(practice_data, clock) == [1, 1]


def test_the_day_until_which_it_is_kept_is_the_practices(
    practice_data: Path, at_the_time: Path, clock: FixedClock
) -> None:
    """In California it is the evening of the day before."""
    assert at_the_time.is_file()
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.change_store(
            practice, "UPDATE data_download SET expires_at = '2026-11-29T03:00:00Z'"
        )
    assert "kept until 28 Nov" in run(practice_data, "list", user="dana").stdout


@pytest.mark.parametrize("was_there", [False, True])
def test_attack_a_copy_that_stays_though_the_session_was_ended_meanwhile(
    practice_data: Path,
    at_the_time: Path,
    clock: FixedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    was_there: bool,
) -> None:
    """Vulnerability: an archive leaves, and no retrieval and no disclosure tells of it.
    Verified: it goes again; one that was saved before is not taken away."""
    usb = tmp_path / "usb"
    usb.mkdir()
    if was_there:
        shutil.copy(at_the_time, usb)
    save_archive = handing_over.save_archive

    def save_and_end(*words: Any) -> Path:
        saved = save_archive(*words)
        with Practice.open(practice_data, people.PGID, clock) as practice:
            people.change_store(practice, "UPDATE session SET ended_at = '2026-11-21T00:00:00Z'")
        return saved

    monkeypatch.setattr(handing_over, "save_archive", save_and_end)
    answer = run(practice_data, "save", "1", "--to", str(usb), user="dana")
    assert answer.exit_code == 1
    assert "Your session has ended" in answer.stderr
    assert [path.name for path in usb.iterdir()] == [at_the_time.name] * was_there
    assert noted(practice_data, clock) == [0, 0]
