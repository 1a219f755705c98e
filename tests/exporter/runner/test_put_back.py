"""A database from a backup, put in the place of the present one."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exporter.runner.run import run_due
from store.access import Actor, unattended
from store.database import Store
from store.download_series import Repeat
from store.practice import Practice
from store.use_cases import downloads
from store.use_cases.signing_in import sign_out
from store.use_cases.unattended import claim, take_keys
from tests import people
from tests.clocks import FixedClock
from tests.conftest import PROJECT
from tests.exporter.runner.killing import salts_in

SignIn = Callable[[str], Actor]


@pytest.mark.parametrize("repeat", [None, Repeat("weekly")])
def test_attack_two_time_pad_by_a_database_that_was_put_back(
    practice_data: Path, clock: FixedClock, tmp_path: Path, repeat: Repeat | None
) -> None:
    """Vulnerability: keys that have served are there again, and would lock what has changed since.

    Scenario: a copy of the database is made while a download is scheduled; the archive is made and
    carried away; the copy is put back. Verified: no second archive has a salt of the first; what
    waited is cancelled with the reason, whoever was signed in is not, and what is scheduled from
    then on is made.
    """
    database = practice_data / str(people.PGID) / "practice.db"
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.scheduled(practice, people.signed_in(practice, "dana"), repeat=repeat)
    shutil.copy(database, tmp_path)
    clock.advance(days=1)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        assert [outcome.state for outcome in run_due(practice)] == ["ready"]
        (first,) = practice.folder.downloads.iterdir()
        salts = set(salts_in(first))
    shutil.copy(tmp_path / "practice.db", database)
    clock.advance(hours=1)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.change_store(practice, "INSERT INTO preference (name, value) VALUES ('new', 'x')")
        assert run_due(practice) == []
        assert list(practice.folder.downloads.iterdir()) == []
        keys = "SELECT (SELECT count(*) FROM data_download_key)"
        keys += " + (SELECT count(*) FROM data_download_series_key)"
        assert practice.call(Store.value, keys) == 0
        signed_in = "SELECT count(*) FROM session WHERE ended_at IS NULL"
        assert practice.call(Store.value, signed_in) == 0
        cancelled_and_made_with_new_keys(practice, clock, salts)


def cancelled_and_made_with_new_keys(
    practice: Practice, clock: FixedClock, salts: set[bytes]
) -> None:
    """What was put back is cancelled with the reason; a new one is made, with no key twice."""
    dana = people.signed_in(practice, "dana")
    (listed,) = practice.call(downloads.list_downloads, dana)
    assert (listed.state, "put back" in (listed.error or "")) == ("cancelled", True)
    people.scheduled(practice, dana)
    clock.advance(days=1)
    assert [outcome.state for outcome in run_due(practice)] == ["ready"]
    (second,) = practice.folder.downloads.iterdir()
    assert not salts & set(salts_in(second))


CHILD = """
import os, signal, sqlite3, sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from exporter.runner import run
from store.practice import Practice
from tests.clocks import FixedClock

data, copy, now = sys.argv[1:]
room, make = run.check_room, run.make_archive

def copied_in_this_moment(practice):
    with closing(sqlite3.connect(practice.folder.database)) as db:
        with closing(sqlite3.connect(copy)) as other:
            db.backup(other)
    room(practice)

def cut_off(*arguments):
    make(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

run.check_room, run.make_archive = copied_in_this_moment, cut_off
run.run_due(Practice.open(Path(data), 1000, FixedClock(datetime.fromisoformat(now))))
"""


@pytest.mark.parametrize("repeat", [None, Repeat("weekly")])
@pytest.mark.parametrize("people_work", [False, True], ids=["at once", "people work"])
def test_attack_two_time_pad_by_a_copy_made_just_before_the_keys_were_taken(
    practice_data: Path, clock: FixedClock, tmp_path: Path, repeat: Repeat | None, people_work: bool
) -> None:
    """Vulnerability: a copy that knows every head but that of the keys' first use.

    Scenario: a nightly copy of practice.db falls between claim and keys; the archive is made, and
    the runner is killed; the copy is put back. People sign in and out before the next run, so that
    the trail goes further than it ever was. Verified: the second run uses none of the keys.
    """
    folder = practice_data / str(people.PGID)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        people.scheduled(practice, people.signed_in(practice, "dana"), repeat=repeat)
    clock.advance(days=1)
    copy = tmp_path / "copy.db"
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(practice_data), str(copy), clock.now().isoformat()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    (first,) = (folder / "downloads").glob("*.zip")
    salts = set(salts_in(first))
    assert salts
    _put_back(copy, folder)
    clock.advance(hours=3)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        for _ in range(4 * people_work):
            practice.call(sign_out, people.signed_in(practice, "ana"))
        assert run_due(practice) == []
        cancelled_and_made_with_new_keys(practice, clock, salts)


def test_attack_two_time_pad_by_a_second_copy_after_the_first_was_settled(
    practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    """Vulnerability: what dealt with one lost head takes a later one for dealt with.

    Scenario: a copy is put back and settled; a second one, made after that and before keys are
    taken, is put back too, while the file of heads has one that is further on than all of them.
    """
    runner = unattended("test")
    folder = practice_data / str(people.PGID)
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with Practice.open(practice_data, people.PGID, clock) as practice:
        _copy(folder, old)
        for _ in range(40):
            practice.call(sign_out, people.signed_in(practice, "ana"))
    _put_back(old, folder)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        assert run_due(practice) == []
        people.scheduled(practice, people.signed_in(practice, "dana"))
        clock.advance(days=1)
        job = practice.call(claim, runner, "first")
        assert job is not None
        _copy(folder, new)
        first = {key.salt for key in practice.call(take_keys, runner, job, 10)}
    _put_back(new, folder)
    clock.advance(hours=1)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        assert run_due(practice) == []
        keys = practice.call(Store.value, "SELECT count(*) FROM data_download_key")
        assert (keys, len(first)) == (0, 10)
        settled = "SELECT count(*) FROM audit_log WHERE action = 'store.put_back'"
        assert practice.call(Store.value, settled) == 2
        run_due(practice)
        assert practice.call(Store.value, settled) == 2, "once each"


def _copy(folder: Path, to: Path) -> None:
    with (
        closing(sqlite3.connect(folder / "practice.db")) as db,
        closing(sqlite3.connect(to)) as other,
    ):
        db.backup(other)


def _put_back(copy: Path, folder: Path) -> None:
    for log in folder.glob("practice.db-*"):
        log.unlink()
    shutil.copyfile(copy, folder / "practice.db")
