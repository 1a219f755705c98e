"""A backup: what it holds, who may make one, and what must be well before it has its name."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from exporter.backup.contents import ENTRIES, FILES
from exporter.backup.making import make_backup, write_key
from exporter.backup.opening import opened
from exporter.backup.passphrase import check_passphrase
from store import audit_heads
from store.database import Store
from store.errors import BadInput, Conflict, PassphraseNeeded, Refused, StoreProblem
from store.in_use import alone_in
from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.backup.steps import OWNER, PASSPHRASE, backed_up, events, put_back, reopened
from tests.people import SignIn


def test_seven_zip_opens_a_backup_and_what_is_in_it_is_the_practice(
    practice: Practice, tmp_path: Path, seven_zip: str
) -> None:
    """Recoverable in ten years, without Chairside: 7-Zip, and any program that reads SQLite."""
    made = backed_up(practice, tmp_path / "to")
    out = tmp_path / "out"
    command = [seven_zip, "x", f"-p{PASSPHRASE}", f"-o{out}", str(made.path)]
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name for path in out.iterdir()} == ENTRIES
    for name in FILES:
        found = hashlib.sha256((out / name).read_bytes()).hexdigest()
        assert found == made.manifest.files[name].sha256
    db = sqlite3.connect(out / "practice.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT pgid, name FROM practice_group").fetchone() == (
        people.PGID,
        people.PRACTICE_NAME,
    )
    head = db.execute("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1").fetchone()
    db.close()
    assert made.manifest.head is not None
    assert head == (made.manifest.head.seq, made.manifest.head.hash)
    assert (out / "secret.key").read_bytes() == practice.folder.read_key()
    assert "chairside restore" in (out / "README.txt").read_text("utf-8-sig")


def test_a_backup_is_private_and_leaves_nothing_in_plain_behind(
    practice: Practice, tmp_path: Path
) -> None:
    before = {path.name for path in practice.folder.path.iterdir()}
    made = backed_up(practice, tmp_path / "to")
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    assert {path.name for path in practice.folder.path.iterdir()} - before <= {"audit-heads.log"}
    assert b"SQLite format 3" not in made.path.read_bytes()


def test_it_is_told_before_it_is_begun_and_is_a_disclosure_once_it_is_whole(
    practice: Practice, sign_in: SignIn, tmp_path: Path
) -> None:
    """S9: what left the practice stands in the trail and among the disclosures."""
    kim = sign_in("kim")
    made = backed_up(practice, tmp_path / "to", kim)
    assert made.path.name in events(practice, "backup.begin")[0]
    (told,) = events(practice, "backup.make")
    assert made.sha256 in told
    assert str(made.path.parent) in told
    row = practice.call(Store.one, "SELECT * FROM disclosure")
    assert row is not None
    assert (row["user_id"], row["form"], row["is_encrypted"]) == (kim.user_id, "download", 1)
    # The copy itself already tells that it was begun, and no more.
    with opened(made.path, PASSPHRASE) as backup:
        assert backup.manifest.head is not None
        begun = practice.call(
            Store.value, "SELECT seq FROM audit_log WHERE action = 'backup.begin'"
        )
        assert backup.manifest.head.seq == begun


def test_s9_that_a_backup_left_cannot_be_cut_off_the_trail_unseen(
    practice: Practice, tmp_path: Path
) -> None:
    """The trail's head, with the event that tells of it, stands outside the database after it."""
    backed_up(practice, tmp_path / "to")
    last = practice.call(Store.one, "SELECT seq, action FROM audit_log ORDER BY seq DESC LIMIT 1")
    newest = practice.call(lambda s: audit_heads.read(s.folder, s.sealer).newest)
    assert last is not None
    assert newest is not None
    assert (newest.seq, last["action"]) == (last["seq"], "backup.make")


def test_s1_a_user_needs_the_right_backup(
    practice: Practice, sign_in: SignIn, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="Utilities - Backup"):
        backed_up(practice, tmp_path / "to", sign_in("dana"))
    assert list((tmp_path / "to").iterdir()) == []
    assert not events(practice, "backup.begin")


def test_attack_another_user_of_the_system_makes_a_backup(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a password it is for whoever owns the folder; root or a service is somebody else."""
    owner = practice.folder.path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match="another user of this computer"):
        backed_up(practice, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    "weak",
    [
        "copper kettle",
        "correct horse battery staple",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Sommer2026Sommer2026Sommer2026",
        "schöne grüße aus dem hübschen münchen",
        "x" * 100,
    ],
)
def test_attack_guessing_the_passphrase_of_a_stolen_backup(weak: str) -> None:
    """WinZip's thousand rounds slow nobody down: the passphrase alone must."""
    with pytest.raises(PassphraseNeeded, match="cannot lock a backup"):
        check_passphrase(weak)


def test_a_key_that_is_made_locks_backups_and_is_another_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_key(tmp_path / name)
        check_passphrase((tmp_path / name).read_text().strip())
    assert (tmp_path / "one").read_text() != (tmp_path / "two").read_text()
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInput, match="already a file"):
        write_key(tmp_path / "one")


def test_a_folder_that_cannot_hold_it_is_refused_before_anything_is_told(
    practice: Practice, tmp_path: Path
) -> None:
    for folder in (tmp_path / "nothing", practice.folder.downloads):
        with pytest.raises(BadInput):
            make_backup(practice, OWNER, folder, PASSPHRASE)
    assert not events(practice, "backup.begin")


def test_a_database_that_is_not_sound_gives_no_backup_and_the_trail_says_why(
    practice: Practice, tmp_path: Path
) -> None:
    other = sqlite3.connect(practice.folder.database)
    other.execute("DELETE FROM user_group WHERE name = 'Clerical'")
    other.commit()
    other.close()
    with pytest.raises(StoreProblem, match="not sound"):
        backed_up(practice, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []
    assert not practice.folder.workplace.exists()
    (told,) = events(practice, "backup.fail")
    assert "not sound" in told
    assert not practice.call(Store.value, "SELECT count(*) FROM disclosure")


def test_two_backups_of_one_practice_do_not_meet(practice: Practice, tmp_path: Path) -> None:
    with (
        alone_in(practice.folder.path, "Another"),
        pytest.raises(Conflict, match="under way already"),
    ):
        backed_up(practice, tmp_path / "to")
    backed_up(practice, tmp_path / "to")


def test_what_killed_backups_left_goes_in_plain_at_once_and_encrypted_a_day_later(
    practice: Practice, clock: FixedClock, tmp_path: Path
) -> None:
    """A half file may be another's that is being written, on a disk that several share."""
    plain = practice.folder.workplace
    plain.mkdir()
    (plain / "practice.db").write_bytes(b"half a copy")
    to = tmp_path / "to"
    to.mkdir()
    half = to / f".{people.PGID}-backup-20261119T100000Z.zip.part"
    half.write_bytes(b"half")
    os.utime(half, (clock.now().timestamp(), clock.now().timestamp()))
    backed_up(practice, to)
    assert not plain.exists()
    assert half.exists()
    clock.advance(days=1, seconds=1)
    backed_up(practice, to)
    assert not half.exists()


def test_a_backup_beside_somebody_who_writes_is_of_one_instant(
    practice_data: Path, practice: Practice, clock: FixedClock, tmp_path: Path
) -> None:
    """Neither waits for the other, and the trail in the copy ends where its chain ends."""
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with Practice.open(practice_data, people.PGID, clock) as second:
            actor = people.signed_in(second, "ana")
            while not stop.is_set():
                from store.use_cases.signing_in import note_lock

                second.call(note_lock, actor)
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [backed_up(practice, tmp_path / f"to{n}") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert written > 10
    for n, made in enumerate(backups):
        done = put_back(tmp_path / f"data{n}", made.path, clock)
        assert done.trail_fault == ""


def test_the_kiosks_session_is_in_the_backup_and_its_archives_are_not(
    practice: Practice, sign_in: SignIn, tmp_path: Path
) -> None:
    (practice.folder.downloads / "1000-2026-11-20-0001.zip").write_bytes(b"an archive")
    made = backed_up(practice, tmp_path / "to", sign_in("kim"))
    with opened(made.path, PASSPHRASE) as backup:
        assert set(backup.manifest.files) == set(FILES)


def test_a_trail_that_is_not_whole_is_backed_up_and_told(
    practice: Practice, practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    """The data must not be lost because somebody altered the trail."""
    practice.call(_alter_the_trail)
    made = backed_up(practice, tmp_path / "to")
    assert "not as it was written" in made.trail_fault
    data = tmp_path / "elsewhere"
    from store.audit_check import TrailBroken

    with pytest.raises(TrailBroken) as refused:
        put_back(data, made.path, clock)
    assert "--accept-broken-trail" in refused.value.do
    assert not (data / str(people.PGID)).exists()
    done = put_back(data, made.path, clock, broken_trail=True)
    with reopened(data, clock) as again:
        assert done.trail_fault in events(again, "backup.restore")[0]
    shutil.rmtree(data)


def _alter_the_trail(store: Store) -> None:
    trigger = store.value("SELECT sql FROM sqlite_master WHERE name LIKE '%never_changed'")
    store.db.execute("DROP TRIGGER audit_log_is_never_changed")
    store.db.execute("UPDATE audit_log SET description = 'x' WHERE seq = 1")
    store.db.execute(trigger)
