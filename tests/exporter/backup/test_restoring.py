"""Putting a practice back: what is there moves aside whole, and only once the other is whole."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.backup.contents import NotABackup
from exporter.backup.restoring import Restored
from exporter.messages.choosing import REFUSED_PINS
from store import audit_heads, putting_back
from store.audit_check import Check, TrailBroken, TrailReport
from store.database import Store
from store.errors import BadInput, Conflict, Refused, StoreBusy, StoreProblem
from store.folder import TAKES_THE_PLACE_OF, restoring_folder
from store.migrations import NAMES, is_current
from store.practice import Practice
from store.schema.tables import TABLES
from tests import people
from tests.clocks import FixedClock
from tests.exporter.backup import forging
from tests.exporter.backup.steps import (
    backed_up,
    events,
    everything_in,
    put_back,
    reopened,
)
from tests.source_files import PROJECT


def name_of_practice(practice: Practice) -> str:
    return str(practice.call(Store.value, "SELECT name FROM practice_group"))


def rename(practice: Practice, name: str) -> None:
    people.change_store(practice, "UPDATE practice_group SET name = ?", name)


def whole_trail(practice: Practice, head: str | None = None) -> TrailReport:
    heads = practice.call(lambda store: audit_heads.read(store.folder, store.sealer))
    return Check(practice.folder, heads if head is None else heads.with_written_down(head)).run()


@pytest.fixture
def backup(practice_data: Path, clock: FixedClock, tmp_path: Path) -> Path:
    """A backup of the practice, which nobody has open, and in which something happened since."""
    with reopened(practice_data, clock) as practice:
        made = backed_up(practice, tmp_path / "to")
        clock.advance(hours=5)
        people.signed_in(practice, "kim")
        rename(practice, "Since renamed")
    return made.path


def test_it_is_put_back_where_no_practice_is(
    backup: Path, clock: FixedClock, tmp_path: Path
) -> None:
    done = put_back(tmp_path / "empty", backup, clock, replace=False)
    assert done.replaced is None
    with reopened(tmp_path / "empty", clock) as practice:
        assert name_of_practice(practice) == people.PRACTICE_NAME
        assert whole_trail(practice).restores
        people.signed_in(practice, "dana")
        (told,) = events(practice, "backup.restore")
        assert backup.name in told
        assert "No practice was there" in told


def test_the_one_that_was_there_is_kept_beside_and_is_whole(
    backup: Path, practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    before = everything_in(practice_data / "1000")
    done = put_back(practice_data, backup, clock)
    assert done.replaced is not None
    kept = practice_data / done.replaced.kept_as
    assert everything_in(kept) == before
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(kept, elsewhere / "1000")
    with reopened(elsewhere, clock) as old, reopened(practice_data, clock) as new:
        assert name_of_practice(old) == "Since renamed"
        assert name_of_practice(new) == people.PRACTICE_NAME
    # Once more: neither of the two that were there is lost.
    put_back(practice_data, backup, clock)
    assert len(list(practice_data.glob("1000.before-*"))) == 2


def test_s9_the_trail_tells_what_is_not_in_it_and_is_whole(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    with reopened(practice_data, clock) as practice:
        since = practice.call(
            Store.one, "SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1"
        )
    done = put_back(practice_data, backup, clock)
    assert done.manifest.head is not None
    assert done.replaced is not None
    assert done.replaced.events_since == since["seq"] - done.manifest.head.seq > 0
    with reopened(practice_data, clock) as practice:
        report = whole_trail(practice)
        (told,) = report.restores
        assert f"Events after it that are not in this trail: {done.replaced.events_since}" in told
        assert f"{since['seq']}:{since['hash'][:16]}" in told
        assert done.replaced.kept_as in told
        # Its head is anchored: nobody cuts the event off again unseen.
        assert report.after_newest_head == 0
        with pytest.raises(TrailBroken, match="goes on from a backup"):
            whole_trail(practice, f"{since['seq']}:{since['hash'][:16]}")


def test_attack_cutting_off_the_event_that_tells_of_the_restore(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    put_back(practice_data, backup, clock)
    db = sqlite3.connect(practice_data / "1000" / "practice.db", isolation_level=None)
    trigger = db.execute("SELECT sql FROM sqlite_master WHERE name LIKE '%never_shortened'")
    (sql,) = trigger.fetchone()
    db.execute("DROP TRIGGER audit_log_is_never_shortened")
    db.execute("DELETE FROM audit_log WHERE action = 'backup.restore'")
    db.execute(sql)
    db.close()
    with (
        reopened(practice_data, clock) as practice,
        pytest.raises(TrailBroken, match="missing at its end"),
    ):
        whole_trail(practice)


def test_a_practice_that_is_there_is_not_replaced_unless_somebody_says_so(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    before = everything_in(practice_data)
    with pytest.raises(Conflict, match="is there already"):
        put_back(practice_data, backup, clock, replace=False)
    with pytest.raises(BadInput, match="not 2000"):
        put_back(practice_data, backup, clock, pgid=2000)
    assert everything_in(practice_data) == before


def test_it_refuses_while_a_kiosk_has_the_practice_open(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    """A real process that idles with its store open; killed, it leaves no lock behind."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.exporter.backup.holding_child", str(practice_data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreBusy, match="a kiosk"):
            put_back(practice_data, backup, clock)
        assert not list(practice_data.glob("1000.before-*"))
    finally:
        holder.kill()
        holder.communicate()
    put_back(practice_data, backup, clock)


def test_nobody_opens_the_practice_while_it_is_put_back(practice_data: Path) -> None:
    """Another process is told at once that the database is locked."""
    folder = putting_back.PracticeFolder(practice_data / "1000")
    program = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=0)\n"
        "print(db.execute('SELECT count(*) FROM user').fetchone())"
    )
    command = [sys.executable, "-c", program, str(folder.database)]
    with putting_back.held(folder):
        locked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "database is locked" in locked.stderr
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_backup_of_a_newer_program_is_refused_before_anything_moves(
    backup: Path, practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    later = (
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('chairside', 'm9999_later', '2030-01-01')"
    )

    def change(entries: forging.Entries) -> None:
        forging.with_database(entries, tmp_path / "scratch.db", later)
        forging.consistent(entries, schema=[*NAMES, "m9999_later"])

    before = everything_in(practice_data)
    with pytest.raises(StoreProblem, match="newer version"):
        put_back(practice_data, forging.forged(backup, tmp_path / "later.zip", change), clock)
    format_2 = forging.forged(
        backup, tmp_path / "format.zip", lambda entries: forging.consistent(entries, format=2)
    )
    with pytest.raises(NotABackup, match="newer version"):
        put_back(practice_data, format_2, clock)
    assert everything_in(practice_data) == before


def without_later_steps() -> list[str]:
    """Return the SQL that takes a store back to its first step."""
    later = [(table.name, c) for table in TABLES for c in table.columns if c.since > 1]
    indexes = [f'DROP INDEX "{table}__{c.name}"' for table, c in later if c.indexed]
    indexes += [f'DROP INDEX "{t.name}__{i.name}"' for t in TABLES for i in t.later_indexes]
    columns = [f'ALTER TABLE "{table}" DROP COLUMN "{c.name}"' for table, c in later]
    return [
        *indexes,
        *columns,
        "DELETE FROM data_dictionary WHERE since_version > 1",
        f"DELETE FROM _sqlite_migrations WHERE name <> '{NAMES[0]}'",
    ]


def test_a_backup_of_an_older_program_is_brought_to_this_one(
    backup: Path, practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    def change(entries: forging.Entries) -> None:
        forging.with_database(entries, tmp_path / "scratch.db", *without_later_steps())
        forging.consistent(entries, schema=[NAMES[0]])

    put_back(practice_data, forging.forged(backup, tmp_path / "old.zip", change), clock)
    with reopened(practice_data, clock) as practice:
        assert practice.call(lambda store: is_current(store.db))
        assert whole_trail(practice).restores


def test_a_store_that_cannot_be_read_any_more_is_replaced_and_kept(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    """It is what backups are for."""
    (practice_data / "1000" / "practice.db").write_bytes(b"\xa5" * 50_000)
    done = put_back(practice_data, backup, clock)
    assert done.replaced is not None
    assert done.replaced.head is None
    with reopened(practice_data, clock) as practice:
        assert "could not be read" in events(practice, "backup.restore")[0]
        assert name_of_practice(practice) == people.PRACTICE_NAME


def test_attack_another_user_of_the_system_replaces_the_practice(
    backup: Path, practice_data: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    owner = practice_data.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match="another user of this computer"):
        put_back(practice_data, backup, clock)
    assert not list(practice_data.glob("1000.before-*"))


def test_a_pin_that_the_sim_card_refused_does_not_come_back(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    """A third wrong PIN locks the card, which knows nothing of backups."""
    (practice_data / "1000" / REFUSED_PINS).write_text("[]")
    put_back(practice_data, backup, clock)
    assert (practice_data / "1000" / REFUSED_PINS).read_text() == "[]"


def cut_off_between_the_renames(data: Path, backup: Path, clock: FixedClock) -> Restored:
    """Bring about what a kill leaves after the old one moved aside."""
    done = put_back(data, backup, clock)
    assert done.replaced is not None
    restored = restoring_folder(data, people.PGID).path
    (data / "1000").rename(restored)
    (restored / TAKES_THE_PLACE_OF).write_text(done.replaced.kept_as)
    return done


def test_cut_off_between_the_two_renames_whoever_opens_it_finishes(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    cut_off_between_the_renames(practice_data, backup, clock)
    with reopened(practice_data, clock) as practice:
        assert name_of_practice(practice) == people.PRACTICE_NAME


def test_cut_off_between_the_two_renames_another_restore_loses_neither(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    cut_off_between_the_renames(practice_data, backup, clock)
    with pytest.raises(Conflict):
        put_back(practice_data, backup, clock, replace=False)
    put_back(practice_data, backup, clock)
    assert len(list(practice_data.glob("1000.before-*"))) == 2


def test_a_restored_folder_that_was_not_to_take_this_place_never_does(
    backup: Path, practice_data: Path, clock: FixedClock
) -> None:
    """Somebody moves the practice away by hand, long after a restore that was killed too early."""
    put_back(practice_data, backup, clock)
    restored = restoring_folder(practice_data, people.PGID).path
    shutil.copytree(practice_data / "1000", restored)
    (restored / TAKES_THE_PLACE_OF).write_text("1000.before-another")
    (practice_data / "1000").rename(practice_data / "put away")
    from store.errors import NotFound

    with pytest.raises(NotFound):
        reopened(practice_data, clock)


def test_the_next_run_removes_what_a_killed_restore_left_in_plain(
    practice_data: Path, clock: FixedClock
) -> None:
    from exporter.runner.run import run_due

    left = restoring_folder(practice_data, people.PGID).path
    left.mkdir()
    (left / "practice.db").write_bytes(b"everything")
    with reopened(practice_data, clock) as practice:
        practice.folder.workplace.mkdir()
        run_due(practice)
        assert not practice.folder.workplace.exists()
    assert not left.exists()
