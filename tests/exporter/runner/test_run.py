"""The unattended run: what is due becomes an archive that only its requester opens."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.runner import making, run
from exporter.runner.run import run_due
from exporter.runner.saving import save_archive
from store import access
from store.access import Actor
from store.database import Store
from store.download_series import Repeat
from store.errors import BadInput, Conflict, StoreProblem, WrongPassword
from store.practice import Practice
from store.schema.tables import exported_tables
from store.use_cases import downloads, retrieving, running, series, unattended
from tests import people
from tests.clocks import FixedClock

SignIn = Callable[[str], Actor]
RUNNER = access.unattended("test")


def test_d13_nothing_is_made_before_its_day_and_a_late_run_catches_up(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"), date(2026, 11, 23))
    assert run_due(practice) == []
    clock.advance(days=30)
    (outcome,) = run_due(practice)
    assert outcome.state == "ready"
    assert run_due(practice) == []


def test_d14_7zip_opens_it_with_the_account_password_and_sums_agree(
    made: Path, tmp_path: Path, seven_zip: str
) -> None:
    out = tmp_path / "out"
    password = people.PASSWORDS["dana"]
    subprocess.run(
        [seven_zip, "x", f"-p{password}", f"-o{out}", str(made)], check=True, capture_output=True
    )
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    assert {r["name"] for r in package["resources"]} == {t.name for t in exported_tables()}
    for resource in package["resources"]:
        content = (out / resource["path"]).read_bytes()
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == resource["hash"]
        assert len(content) == resource["bytes"]
        # No hard text in this practice: lines are rows.
        assert content.count(b"\n") - 1 == resource["rows"]
    listing = subprocess.run(
        [seven_zip, "l", "-slt", str(made)], check=True, capture_output=True, text=True
    ).stdout
    entries = listing.split("----------")[1]
    assert len(re.findall("^Method = AES-128 ", entries, re.M)) == len(exported_tables()) + 3


def test_d14_another_password_does_not_open_it(made: Path) -> None:
    with pytest.raises(WrongPassword):
        Archive.open(made, people.PASSWORDS["kim"])


def test_our_own_reader_verifies_it_whole(made: Path) -> None:
    with Archive.open(made, people.PASSWORDS["dana"]) as archive:
        assert archive.verify().is_whole
        assert [e.name for e in archive.entries][:3] == [
            "README.txt",
            "data_dictionary.txt",
            "datapackage.json",
        ]


def test_no_hash_key_token_or_code_is_in_it(practice: Practice, made: Path, tmp_path: Path) -> None:
    """Vulnerability: secrets exported with the data. Scenario: the requester greps the files."""
    out = tmp_path / "out"
    with Archive.open(made, people.PASSWORDS["dana"]) as archive:
        archive.extract(out)
    everything = b"".join(p.read_bytes() for p in out.iterdir())
    hashes = practice.call(
        lambda store: [
            str(row[0])
            for sql in (
                "SELECT password_hash FROM user",
                "SELECT code_hash FROM otp_challenge",
                "SELECT hash FROM audit_log",
            )
            for row in store.rows(sql)
        ]
    )
    assert len(hashes) > 5
    assert not [one for one in hashes if one.encode() in everything]
    assert b"$argon2" not in everything


def test_a_stop_asked_for_in_the_kiosk_leaves_no_file_and_no_key(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    number = people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    kim = sign_in("kim")

    def ask_to_stop(*_progress: object) -> None:
        clock.advance(seconds=1)
        if practice.call(running.queue, kim).running[0].cancel_requested:
            return
        practice.call(running.request_cancel, kim, number)

    (outcome,) = run_due(practice, ask_to_stop)
    assert outcome.state == "cancelled"
    assert list(practice.folder.downloads.iterdir()) == []
    assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key")) == 0


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_cancel_that_was_acknowledged_wins_over_an_archive_that_is_whole(
    practice: Practice,
    sign_in: SignIn,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    """Who is told that it is being stopped meets no archive; who comes later is told so.

    Scenario: somebody stops it once the archive has its name, just before or after it is ready.
    """
    number = people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    kim = sign_in("kim")
    stock = unattended.finish
    seen: list[int] = []

    def finish(store: Store, runner: Actor, job: unattended.Job, made: unattended.Made) -> None:
        seen.append(len(list(store.folder.downloads.glob("*.zip"))))
        if moment == "before":
            running.request_cancel(store, kim, number)
        stock(store, runner, job, made)
        with pytest.raises(Conflict, match="not being made"):
            running.request_cancel(store, kim, number)

    monkeypatch.setattr(run.use_cases, "finish", finish)
    (outcome,) = run_due(practice)
    assert seen == [1], "the archive had its name"
    there = [path.name for path in practice.folder.downloads.iterdir()]
    state = practice.call(lambda s: s.value("SELECT state FROM data_download"))
    if moment == "before":
        assert (outcome.state, state, there) == ("cancelled", "cancelled", [])
    else:
        assert (outcome.state, state, len(there)) == ("ready", "ready", 1)
    assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key")) == 0
    assert run_due(practice) == []


def test_a_failed_try_is_told_and_tried_again_three_times_then_given_up(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    number = people.scheduled(practice, dana)
    in_the_way = practice.folder.downloads / f"1000-2026-11-21-{number:04d}.zip"
    in_the_way.mkdir()
    clock.advance(days=1)
    states = []
    for _ in range(6):
        states += [outcome.state for outcome in run_due(practice)]
        clock.advance(hours=1)
    assert states == ["scheduled", "scheduled", "scheduled", "failed"]
    shown = practice.call(downloads.list_downloads, sign_in("dana"))[0]
    assert shown.attempts == 4
    assert "Check the disk" in (shown.error or "")
    assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key")) == 0
    assert list(practice.folder.downloads.iterdir()) == [in_the_way]


def test_d17_the_file_is_destroyed_seven_days_after_it_was_ready(
    practice: Practice, made: Path, clock: FixedClock
) -> None:
    clock.advance(days=6, hours=23)
    run_due(practice)
    assert made.exists()
    clock.advance(hours=1)
    run_due(practice)
    assert not made.exists()
    assert practice.call(lambda s: s.value("SELECT state FROM data_download")) == "expired"


def test_d17_saving_compares_and_never_overwrites(
    practice: Practice, made: Path, sign_in: SignIn, tmp_path: Path
) -> None:
    retrieval = practice.call(
        retrieving.authorise_retrieval, sign_in("dana"), 1, people.PASSWORDS["dana"]
    )
    target = tmp_path / made.name
    target.write_bytes(b"something of mine")
    with pytest.raises(BadInput, match="already a file"):
        save_archive(retrieval, tmp_path)
    assert target.read_bytes() == b"something of mine"
    target.unlink()
    assert save_archive(retrieval, tmp_path).read_bytes() == made.read_bytes()
    assert save_archive(retrieval, tmp_path) == target, "saving again finds the same file"
    with pytest.raises(BadInput, match="no folder"):
        save_archive(retrieval, tmp_path / "nowhere")


def test_an_archive_that_was_tampered_with_is_not_handed_out(
    practice: Practice, made: Path, sign_in: SignIn, tmp_path: Path
) -> None:
    retrieval = practice.call(
        retrieving.authorise_retrieval, sign_in("dana"), 1, people.PASSWORDS["dana"]
    )
    changed = bytearray(made.read_bytes())
    changed[len(changed) // 2] ^= 1
    made.write_bytes(changed)
    with pytest.raises(StoreProblem, match="not the one that was made"):
        save_archive(retrieval, tmp_path)
    assert list(tmp_path.glob("*.zip*")) == []
    assert list(tmp_path.glob(".*.part")) == []


CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from tests.clocks import FixedClock
from store.practice import Practice
from exporter.runner.run import run_due

stop_after = int(sys.argv[3])
steps = 0

def count(frame, event, argument):
    global steps
    if event == "call" and ("/exporter/" in frame.f_code.co_filename
                            or "/store/" in frame.f_code.co_filename):
        steps += 1
        if steps == stop_after:
            os.kill(os.getpid(), signal.SIGKILL)

clock = FixedClock(datetime.fromisoformat(sys.argv[2]))
practice = Practice.open(Path(sys.argv[1]), 1000, clock)
sys.setprofile(count)
run_due(practice)
print(steps)
"""


def _run_child(practice: Practice, now: str, stop_after: int) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).resolve().parents[3])
    arguments = [str(practice.folder.path.parent), now, str(stop_after), root]
    return subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def steps_of_a_whole_run(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls a run makes, so that the kills spread over all of it."""
    data = tmp_path_factory.mktemp("steps") / "data"
    shutil.copytree(practice_template, data)
    clock = FixedClock()
    with Practice.open(data, people.PGID, clock) as practice:
        people.scheduled(practice, people.signed_in(practice, "dana"))
        clock.advance(days=1)
        return int(_run_child(practice, clock.now().isoformat(), -1).stdout)


@pytest.mark.parametrize("share", [0.0002, 0.005, 0.01, 0.02, 0.1, 0.5, 0.9, 0.98, 0.995, 0.9999])
def test_killed_at_any_point_the_next_run_makes_it_whole_with_fresh_keys(
    practice: Practice,
    sign_in: SignIn,
    clock: FixedClock,
    steps_of_a_whole_run: int,
    share: float,
) -> None:
    """Vulnerability: a key that serves two texts after a crash. The runner is killed for real."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    child = _run_child(practice, clock.now().isoformat(), int(steps_of_a_whole_run * share) + 1)
    assert child.returncode == -signal.SIGKILL, child.stderr
    taken = _used_keys(practice)
    assert taken in (0, len(exported_tables()) + 3), "all keys of an attempt, or none"
    clock.advance(minutes=3)
    run_due(practice)
    download = practice.call(downloads.list_downloads, sign_in("dana"))[0]
    assert download.state == "ready"
    files = list(practice.folder.downloads.iterdir())
    assert [f.name for f in files] == [download.file_name]
    with Archive.open(files[0], people.PASSWORDS["dana"]) as archive:
        assert archive.verify().is_whole


def _used_keys(practice: Practice) -> int:
    count: int = practice.call(
        lambda s: s.value("SELECT count(*) FROM data_download_key WHERE used_at IS NOT NULL")
    )
    return count


def test_a_full_disk_ends_the_try_with_a_sentence_and_leaves_nothing(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """The file-size limit of a process stands in for the disk: the write fails half-way."""
    people.scheduled(practice, sign_in("dana"))
    noise = secrets.token_hex(2_000_000)
    people.change_store(practice, "INSERT INTO preference (name, value) VALUES ('noise', ?)", noise)
    clock.advance(days=1)
    script = (
        "import resource, signal, sys\n"
        "from datetime import datetime; from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[3])\n"
        "from tests.clocks import FixedClock\n"
        "from store.practice import Practice\n"
        "from exporter.runner.run import run_due\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "practice = Practice.open(Path(sys.argv[1]), 1000,"
        " FixedClock(datetime.fromisoformat(sys.argv[2])))\n"
        "practice.call(lambda s: s.db.execute('PRAGMA wal_checkpoint(TRUNCATE)'))\n"
        "from exporter.runner import making\n"
        "real = making.make_archive\n"
        "def limited(*args):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        return real(*args)\n"
        "    finally:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE,"
        " (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "import exporter.runner.run as run\n"
        "run.make_archive = limited\n"
        "print(run_due(practice)[0].reason)\n"
    )
    root = str(Path(making.__file__).resolve().parents[2])
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(practice.folder.path.parent),
            clock.now().isoformat(),
            root,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no room left" in child.stdout
    assert list(practice.folder.downloads.iterdir()) == []
    download = practice.call(downloads.list_downloads, sign_in("dana"))[0]
    assert download.state == "scheduled"
    assert "no room left" in (download.error or "")


def test_two_runners_at_once_make_it_once(
    practice: Practice, practice_data: Path, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    outcomes: list[str] = []

    def run() -> None:
        with Practice.open(practice_data, people.PGID, clock) as own:
            outcomes.extend(outcome.state for outcome in run_due(own))

    runners = [threading.Thread(target=run) for _ in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert outcomes == ["ready"]
    assert len(list(practice.folder.downloads.iterdir())) == 1


def test_a_series_that_ends_while_its_archive_is_made_is_no_failure(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"), repeat=Repeat("weekly"))
    clock.advance(days=1)
    dana = sign_in("dana")

    def end_it(*_progress: object) -> None:
        clock.advance(seconds=1)
        for going in practice.call(series.list_series, dana):
            if going.ended_at is None:
                practice.call(series.end_series, dana, going.series_id)

    (outcome,) = run_due(practice, end_it)
    assert (outcome.state, outcome.is_as_wished) == ("cancelled", True)
    assert outcome.reason == "It was cancelled. Dana Ruiz ended it."
    assert list(practice.folder.downloads.iterdir()) == []


@pytest.mark.parametrize("keys_taken", [False, True])
def test_what_a_clock_ahead_put_off_is_due_once_it_is_set_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock, keys_taken: bool
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    right = clock.now()
    clock.advance(days=1000)
    job = practice.call(unattended.claim, RUNNER, "runner 1")
    assert job is not None
    practice.call(unattended.fail, RUNNER, job, "The disk is full.", keys_taken=keys_taken)
    clock.set(right)
    assert [outcome.state for outcome in run_due(practice)] == ["ready"]


def test_a_runner_that_lost_its_lease_changes_nothing(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Vulnerability: a runner that was asleep writes over the one that took its place."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    second: list[str] = []

    def sleep_through_the_lease(*_progress: object) -> None:
        if not second:
            second.append("")
            clock.advance(minutes=5)
            second[0] = run_due(practice)[0].state

    (first,) = run_due(practice, sleep_through_the_lease)
    assert second == ["ready"]
    assert first.state == "lost"
    (file,) = practice.folder.downloads.iterdir()
    stored = practice.call(lambda s: s.value("SELECT file_sha256 FROM data_download"))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == stored
    assert practice.call(lambda s: s.value("SELECT fence FROM data_download")) == 2
    assert unattended.LEASE.total_seconds() < 300
