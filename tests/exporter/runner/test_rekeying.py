"""A user changes the password: what is ready and what is pending goes along (D14, D15)."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.archive.rekey import rekey
from exporter.runner.rekeying import rekey_waiting
from exporter.runner.run import run_due
from exporter.runner.saving import save_archive
from store.access import Actor, unattended
from store.clock import instant
from store.database import Store
from store.errors import Refused, WrongPassword
from store.practice import Practice
from store.use_cases import downloads, passwords, rekeying, retrieving
from store.use_cases.unattended import LeaseLost, Progress, claim, report, take_keys
from tests import people
from tests.clocks import FixedClock
from tests.conftest import PROJECT

SignIn = Callable[[str], Actor]
OLD = people.PASSWORDS["dana"]
NEW = "nine blue umbrellas"
THIRD = "a tortoise called Hannibal"


def change(practice: Practice, old: str = OLD, new: str = NEW) -> Actor:
    """Change dana's password as she does; return her, signed in."""
    dana = _sign_in(practice, old)
    practice.call(passwords.change_own_password, dana, old, new)
    return dana


def _sign_in(practice: Practice, password: str) -> Actor:
    from store.use_cases.signing_in import sign_in

    return practice.call(
        sign_in,
        pgid=1000,
        user_name="dana",
        password=password,
        terminal="front desk 1",
        source="kiosk",
    )


def opens(archive: Path, password: str) -> bool:
    """Tell whether a password opens an archive, and all of it is whole."""
    try:
        with Archive.open(archive, password) as opened:
            assert opened.verify().is_whole
    except WrongPassword:
        return False
    return True


def keys(practice: Practice) -> int:
    return int(practice.call(Store.value, "SELECT count(*) FROM data_download_key"))


def stored(practice: Practice, column: str) -> str:
    return str(practice.call(Store.value, f"SELECT {column} FROM data_download"))


def test_until_the_next_run_it_opens_with_the_old_password_and_the_list_says_so(
    practice: Practice, made: Path, clock: FixedClock
) -> None:
    before = stored(practice, "locked_with_password_of")
    dana = change(practice)
    assert opens(made, OLD)
    view = practice.call(downloads.list_downloads, dana)[0]
    assert view.locked_with_password_of is not None
    assert instant(view.locked_with_password_of) == before
    assert view.has_earlier_password
    changed_at = clock.now()
    clock.advance(hours=1)
    assert rekey_waiting(practice) == 1
    view = practice.call(downloads.list_downloads, dana)[0]
    assert view.locked_with_password_of == changed_at
    assert not view.has_earlier_password


def test_a_ready_archive_is_locked_anew_and_can_be_saved(
    practice: Practice, made: Path, seven_zip: str, tmp_path: Path
) -> None:
    dana = change(practice)
    assert rekey_waiting(practice) == 1
    assert (opens(made, NEW), opens(made, OLD)) == (True, False)
    for password, code in ((NEW, 0), (OLD, 2)):
        tested = subprocess.run(
            [seven_zip, "t", f"-p{password}", str(made)], capture_output=True, check=False
        )
        assert tested.returncode == code
    retrieval = practice.call(retrieving.authorise_retrieval, dana, 1, NEW)
    assert save_archive(retrieval, tmp_path).read_bytes() == made.read_bytes()
    assert keys(practice) == 0
    assert rekey_waiting(practice) == 0


def test_two_changes_before_the_run_and_it_opens_with_the_last(
    practice: Practice, made: Path
) -> None:
    change(practice)
    change(practice, NEW, THIRD)
    assert rekey_waiting(practice) == 1
    assert [opens(made, p) for p in (OLD, NEW, THIRD)] == [False, False, True]


def test_a_change_while_a_run_is_at_work_is_carried_on_by_the_next(
    practice: Practice, made: Path
) -> None:
    """Vulnerability: the store takes the old run's word for an archive that is wanted otherwise."""
    change(practice)
    runner = unattended("test")
    job = practice.call(rekeying.claim_rekeying, runner, "first")
    assert job is not None
    assert practice.call(rekeying.claim_rekeying, runner, "second") is None
    done = rekey(job.archive, job.chains, lambda: None)
    change(practice, NEW, THIRD)
    for use_case in (rekeying.still_rekeying,):
        with pytest.raises(LeaseLost):
            practice.call(use_case, job)
    with pytest.raises(LeaseLost):
        practice.call(
            rekeying.finish_rekeying,
            runner,
            job,
            file_bytes=done.file_bytes,
            file_sha256=done.file_sha256,
        )
    assert opens(made, NEW)
    assert rekey_waiting(practice) == 1
    assert [opens(made, p) for p in (OLD, NEW, THIRD)] == [False, False, True]
    assert stored(practice, "file_sha256") == hashlib.sha256(made.read_bytes()).hexdigest()


def test_a_run_that_lost_its_lease_while_writing_leaves_the_archive_alone(
    practice: Practice, made: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: a run sleeps through its lease, and the password is changed again meanwhile."""
    change(practice)
    before = made.read_bytes()
    stock = rekeying.still_rekeying

    def late(store: Store, job: rekeying.RekeyJob) -> None:
        monkeypatch.setattr(rekeying, "still_rekeying", stock)
        with store.transaction():
            store.execute("UPDATE data_download SET fence = fence + 1, lease_until = NULL")
        stock(store, job)

    monkeypatch.setattr(rekeying, "still_rekeying", late)
    assert rekey_waiting(practice) == 0
    assert made.read_bytes() == before
    clock.advance(minutes=3)
    assert rekey_waiting(practice) == 1
    assert opens(made, NEW)


def test_what_is_scheduled_gets_keys_of_the_new_password(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    requested = people.requested(practice, sign_in("dana"))
    code = people.last_code(practice)
    dana = change(practice)
    practice.call(downloads.confirm_download, dana, requested, code)
    clock.advance(days=1)
    outcomes = run_due(practice)
    assert [outcome.state for outcome in outcomes] == ["ready", "ready"]
    for outcome in outcomes:
        assert outcome.made is not None
        archive = practice.folder.downloads / outcome.made.file_name
        assert (opens(archive, NEW), opens(archive, OLD)) == (True, False)


def test_what_is_being_made_is_begun_again_with_keys_of_the_new_password(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    job = practice.call(claim, unattended("test"), "first")
    assert job is not None
    practice.call(take_keys, unattended("test"), job, 3)
    change(practice)
    with pytest.raises(LeaseLost):
        practice.call(report, job, Progress("patient", 1, 2, 3))
    (outcome,) = run_due(practice)
    assert outcome.made is not None
    assert opens(practice.folder.downloads / outcome.made.file_name, NEW)


def test_a_passphrase_of_its_own_stays(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    own = "forty boats, one lighthouse"
    dana = sign_in("dana")
    day = practice.call(downloads.schedule_form, dana).default_day
    sent = practice.call(downloads.request_download, dana, run_on=day, password=OLD, passphrase=own)
    code = people.last_code(practice)
    practice.call(downloads.confirm_download, dana, sent.download_id, code)
    change(practice)
    clock.advance(days=1)
    (outcome,) = run_due(practice)
    assert outcome.made is not None
    archive = practice.folder.downloads / outcome.made.file_name
    change(practice, NEW, THIRD)
    assert rekey_waiting(practice) == 0
    assert opens(archive, own)


def test_a_new_password_that_7_zip_cannot_take_leaves_all_as_it_is(
    practice: Practice, made: Path
) -> None:
    change(practice, OLD, "über den Wolken ist die Freiheit")
    assert (keys(practice), rekey_waiting(practice)) == (0, 0)
    assert opens(made, OLD)


def test_d15_attack_reset_then_retrieve(
    practice: Practice, made: Path, sign_in: SignIn, clock: FixedClock
) -> None:
    """Vulnerability: an administrator becomes the requester by resetting the password.

    Scenario: dana has one archive ready and one scheduled; kim resets her password, signs in as
    dana and chooses a password.
    Verified: what was scheduled is cancelled, its keys are gone, what is ready opens with the old
    password only, also after the next run, and nobody is handed even that: 1,000 rounds of PBKDF2
    are few for somebody who may guess at home.
    """
    from store.use_cases import users

    dana = _sign_in(practice, OLD)
    pending = people.scheduled(practice, dana)
    kim = sign_in("kim")
    given = practice.call(users.reset_password, kim, dana.user_id)
    with pytest.raises(passwords.PasswordChangeNeeded) as needed:
        _sign_in(practice, given.password)
    practice.call(
        passwords.change_at_sign_in, needed.value.token, THIRD, old_password=given.password
    )
    assert keys(practice) == 0
    taken = _sign_in(practice, THIRD)
    states = {d.download_id: d.state for d in practice.call(downloads.list_downloads, taken)}
    assert states == {1: "ready", pending: "cancelled"}
    clock.advance(days=1)
    assert (rekey_waiting(practice), run_due(practice)) == (0, [])
    assert (opens(made, OLD), opens(made, THIRD), opens(made, given.password)) == (
        True,
        False,
        False,
    )
    taken = _sign_in(practice, THIRD)
    with pytest.raises(Refused, match="was reset after this download was ready"):
        practice.call(retrieving.authorise_retrieval, taken, 1, THIRD)
    last = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert last is not None
    assert (last["action"], last["object"]) == ("refused", "data_download:1")
    with pytest.raises(Refused, match="Only the user who scheduled"):
        practice.call(retrieving.authorise_retrieval, sign_in("kim"), 1, people.PASSWORDS["kim"])
    clock.advance(hours=1)
    own = practice.call(
        downloads.request_download,
        taken,
        run_on=practice.call(downloads.schedule_form, taken).default_day,
        password=THIRD,
    )
    practice.call(downloads.confirm_download, taken, own.download_id, people.last_code(practice))
    clock.advance(days=1)
    run_due(practice)
    taken = _sign_in(practice, THIRD)
    assert practice.call(retrieving.authorise_retrieval, taken, own.download_id, THIRD)


def test_d15_a_reset_stops_what_is_being_made(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    from store.use_cases import users

    dana = sign_in("dana")
    people.scheduled(practice, dana)
    clock.advance(days=1)
    job = practice.call(claim, unattended("test"), "first")
    assert job is not None
    practice.call(users.reset_password, sign_in("kim"), dana.user_id)
    with pytest.raises(LeaseLost):
        practice.call(report, job, Progress("patient", 1, 2, 3))
    assert run_due(practice) == []
    assert (stored(practice, "state"), keys(practice)) == ("cancelled", 0)


def test_neither_keys_nor_passwords_stay_in_the_practices_files(
    practice: Practice, made: Path
) -> None:
    change(practice)
    job = practice.call(rekeying.claim_rekeying, unattended("test"), "test")
    assert job is not None
    sealed = practice.call(Store.value, "SELECT sealed_key FROM data_download_key LIMIT 1")
    done = rekey(job.archive, job.chains, lambda: None)
    practice.call(
        rekeying.finish_rekeying,
        unattended("test"),
        job,
        file_bytes=done.file_bytes,
        file_sha256=done.file_sha256,
    )
    everything = b"".join(p.read_bytes() for p in practice.folder.path.rglob("*") if p.is_file())
    for secret in (OLD.encode(), NEW.encode(), sealed, job.chains[0][0].aes_key):
        assert secret not in everything
    assert job.chains[0][0].aes_key.hex() not in repr(job)


def test_what_fails_is_told_in_the_trail_and_tried_again_by_the_next_run(
    practice: Practice, made: Path
) -> None:
    change(practice)
    in_the_way = made.with_name(f".{made.name}.part")
    in_the_way.mkdir()
    assert rekey_waiting(practice) == 0
    event = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert event is not None
    assert event["action"] == "runner.rekey_failed"
    assert "Check the disk" in event["description"]
    assert opens(made, OLD)
    in_the_way.rmdir()
    assert rekey_waiting(practice) == 1
    assert opens(made, NEW)


def test_what_expired_meanwhile_is_not_locked_anew_and_its_keys_go(
    practice: Practice, made: Path, clock: FixedClock
) -> None:
    change(practice)
    clock.advance(days=8)
    run_due(practice)
    assert rekey_waiting(practice) == 0
    assert keys(practice) == 0


CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tests.clocks import FixedClock
from store.practice import Practice
from exporter.runner.rekeying import rekey_waiting

stop_after = int(sys.argv[3])
steps = 0

def count(frame, event, argument):
    global steps
    if event in ("call", "c_call") and ("/exporter/" in frame.f_code.co_filename
                            or "/store/" in frame.f_code.co_filename):
        steps += 1
        if steps == stop_after:
            os.kill(os.getpid(), signal.SIGKILL)

practice = Practice.open(Path(sys.argv[1]), 1000, FixedClock(datetime.fromisoformat(sys.argv[2])))
sys.setprofile(count)
rekey_waiting(practice)
print(steps)
"""


def _run_child(data: Path, now: str, stop_after: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(data), now, str(stop_after)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_at_any_point_it_opens_with_one_password_and_the_next_run_goes_on(
    practice: Practice, practice_data: Path, made: Path, clock: FixedClock, tmp_path: Path
) -> None:
    """Vulnerability: an archive that is half old, half new opens with nothing.

    Scenario: the run is killed for real at many points, before and after every rename and commit.
    """
    change(practice)
    now = clock.now().isoformat()

    def copied(name: str) -> Path:
        shutil.copytree(practice_data, tmp_path / name)
        return tmp_path / name

    whole = int(_run_child(copied("whole"), now, -1).stdout)
    passwords_seen = set()
    late = [whole - n for n in (1, 20, 40, 60, 80)]
    early = [1 + whole * n // 4 for n in range(4)]
    for stop_after in early + late:
        data = copied(str(stop_after))
        child = _run_child(data, now, stop_after)
        assert child.returncode == -signal.SIGKILL, child.stderr
        archive = data / "1000" / "downloads" / made.name
        found = [password for password in (OLD, NEW) if opens(archive, password)]
        assert len(found) == 1
        passwords_seen |= set(found)
        with Practice.open(data, people.PGID, FixedClock(clock.now())) as again:
            again.clock.advance(minutes=3)  # type: ignore[attr-defined]  # a FixedClock
            rekey_waiting(again)
            assert opens(archive, NEW)
            assert keys(again) == 0
            sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
            assert stored(again, "file_sha256") == sha256
        assert [p.name for p in archive.parent.iterdir()] == [made.name]
        shutil.rmtree(data)
    assert passwords_seen == {OLD, NEW}, "the kills must fall before and after the rename"


def test_a_clock_that_ran_ahead_does_not_keep_a_dead_runs_lease(
    practice: Practice, made: Path, clock: FixedClock
) -> None:
    """Clock: three days ahead while a run locks anew and is killed; then it is set right.

    What the dead run left is litter at once, and the next run goes on.
    """
    change(practice)
    clock.advance(days=3)
    assert practice.call(rekeying.claim_rekeying, unattended("test"), "dead") is not None
    left = made.with_name(f".{made.name}.part")
    left.write_bytes(b"half of it")
    clock.advance(days=-3)
    run_due(practice)
    assert [opens(made, p) for p in (OLD, NEW)] == [False, True]
    assert keys(practice) == 0
    assert not left.exists()
