"""Clearing up before each run: litter goes, what another run is at stays, and nothing ends it."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.archive.held import open_new
from exporter.archive.names import archive_name
from exporter.runner import clearing
from exporter.runner.checkup import check_computer
from exporter.runner.run import run_due
from store import access
from store.access import Actor
from store.database import Store
from store.practice import Practice
from store.use_cases import heartbeat, passwords, rekeying, unattended
from store.use_cases.sweeping import Kept
from tests import people
from tests.clocks import FixedClock

SignIn = Callable[[str], Actor]
RUNNER = access.unattended("test")


@contextmanager
def unremovable(path: Path) -> Iterator[None]:
    """Have the system refuse to remove a file: really, where it can be told to do so.

    Where only an administrator can (chattr), what Windows says of an open file stands in.
    """
    if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode:
        unlink = Path.unlink

        def refused(self: Path, missing_ok: bool = False) -> None:
            if self == path:
                raise PermissionError(errno.EACCES, "The file is in use", str(self))
            unlink(self, missing_ok)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "unlink", refused)
            yield
        return
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def leftovers(practice: Practice) -> tuple[str, str]:
    (found,) = [one for one in check_computer(practice) if one.subject == "leftovers"]
    return found.grade, found.text


def test_what_a_killed_runner_left_is_swept(practice: Practice) -> None:
    litter = practice.folder.downloads / ".1000-2026-11-21-0009.zip.part"
    litter.write_bytes(b"half an archive")
    orphan = practice.folder.downloads / "1000-2026-11-21-0009.zip"
    orphan.write_bytes(b"an archive that no download owns")
    run_due(practice)
    assert list(practice.folder.downloads.iterdir()) == []


def test_what_somebody_put_into_downloads_is_left_and_told(practice: Practice) -> None:
    downloads = practice.folder.downloads
    (downloads / "1000-2026-11-21-0009.zip.bak").write_bytes(b"a copy")
    (downloads / "1001-2026-11-21-0009.zip").write_bytes(b"another practice's")
    (downloads / "letter.odt").write_bytes(b"somebody's")
    (downloads / ".1000-2026-11-21-0009.zip.part").mkdir()
    (downloads / "gone").symlink_to(downloads / "nowhere")
    before = set(downloads.iterdir())
    run_due(practice)
    assert set(downloads.iterdir()) == before
    assert leftovers(practice) == (
        "look",
        "Not made by Chairside, but in downloads: 5, the first .1000-2026-11-21-0009.zip.part.",
    )


def test_attack_a_code_in_a_message_whose_delivery_was_killed(practice: Practice) -> None:
    """Vulnerability: the code stays readable in the folder for ever, under a hidden name.
    Verified: the next run clears it away, but not from under a delivery that is at work."""
    spool = practice.folder.spool
    (spool / ".000001-sms.txt.part").write_bytes(b"To: +12065550100")
    (spool / "000002-sms.txt").write_bytes(b"delivered")
    at_work = open_new(spool / ".000003-sms.txt.part")
    assert at_work is not None
    with at_work:
        run_due(practice)
        names = sorted(path.name for path in spool.iterdir())
    assert names == [".000003-sms.txt.part", "000002-sms.txt"]


def test_attack_a_sweep_that_meets_what_another_runner_has_just_begun(
    practice: Practice, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Race: between the store's answer and the look into the folder another runner begins a file.

    Verified: the sweep takes nothing away that was begun after it began itself.
    """
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    stock = unattended.sweep
    begun: list[Path] = []

    def slow(store: Store, runner: Actor) -> Kept:
        kept = stock(store, runner)
        job = unattended.claim(store, runner, "another runner")
        assert job is not None
        name = archive_name(job.pgid, job.run_on, job.download_id)
        begun.append(store.folder.downloads / f".{name}.part")
        begun[0].write_bytes(b"the first bytes")
        return kept

    monkeypatch.setattr(clearing.use_cases, "sweep", slow)
    clearing.sweep(practice, RUNNER)
    assert list(practice.folder.downloads.iterdir()) == begun


def test_a_sweep_leaves_what_another_runner_is_making(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: the timer starts a second runner while the first is half-way."""
    people.scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    job = practice.call(unattended.claim, RUNNER, "another runner")
    assert job is not None
    whole = practice.folder.downloads / archive_name(job.pgid, job.run_on, job.download_id)
    part = whole.with_name(f".{whole.name}.part")
    for path in (part, whole):
        path.write_bytes(b"half of it, or just named")
    clearing.sweep(practice, RUNNER)
    assert sorted(practice.folder.downloads.iterdir()) == [part, whole]


def test_a_sweep_leaves_what_another_runner_is_locking_anew(
    practice: Practice, made: Path, sign_in: SignIn, clock: FixedClock
) -> None:
    """Until its lease is over; what it left then is litter."""
    new = "nine blue umbrellas"
    old = people.PASSWORDS["dana"]
    practice.call(passwords.change_own_password, sign_in("dana"), old, new)
    assert practice.call(rekeying.claim_rekeying, RUNNER, "another runner") is not None
    part = made.with_name(f".{made.name}.part")
    part.write_bytes(b"half of it")
    clearing.sweep(practice, RUNNER)
    assert part.exists()
    clock.advance(minutes=5)
    clearing.sweep(practice, RUNNER)
    assert list(practice.folder.downloads.iterdir()) == [made]


def test_a_file_that_cannot_be_removed_is_told_and_everything_else_goes_on(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: an old archive is open in a viewer, for hours; a download is due, messages wait."""
    people.scheduled(practice, sign_in("dana"))
    litter = practice.folder.downloads / "1000-2026-11-20-0009.zip"
    litter.write_bytes(b"an archive that no download owns")
    (practice.folder.downloads / "1000-2026-11-20-0010.zip").write_bytes(b"another")
    clock.advance(days=1)
    told: list[str] = []
    with unremovable(litter):
        assert [one.state for one in run_due(practice, tell=told.append)] == ["ready"]
        assert run_due(practice, tell=told.append) == []
        assert leftovers(practice)[0] == "look"
        assert litter.name in leftovers(practice)[1]
    assert len(told) == 2
    assert all(f"cannot be removed: 1, the first {litter.name}" in text for text in told)
    waiting = "SELECT count(*) FROM outbox_message WHERE state = 'queued'"
    assert practice.call(Store.value, waiting) == 0
    last = practice.call(heartbeat.pulse).last
    assert last is not None
    assert last.outcome == "done"
    run_due(practice, tell=told.append)
    assert len(told) == 2
    assert not litter.exists()
    assert leftovers(practice)[0] == "ok"


def test_d17_an_expired_archive_that_cannot_be_removed_is_told_until_it_is_gone(
    practice: Practice, made: Path, clock: FixedClock
) -> None:
    clock.advance(days=8)
    told: list[str] = []
    with unremovable(made):
        run_due(practice, tell=told.append)
        assert made.name in leftovers(practice)[1]
    assert [made.name in text for text in told] == [True]
    run_due(practice)
    assert not made.exists()
