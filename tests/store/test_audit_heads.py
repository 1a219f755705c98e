"""The heads outside the database: what is cut off or put back shows against them (S9)."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.runner.run import run_due
from store import audit, audit_heads
from store.access import Actor
from store.audit_check import TrailBroken
from store.audit_heads import FILE_NAME
from store.database import Store
from store.errors import BadInput, DiskFull, StoreProblem
from store.practice import Practice
from store.sealer import Sealer
from store.use_cases import audit_trail
from store.use_cases.signing_in import sign_out
from tests.clocks import FixedClock
from tests.people import PGID, signed_in
from tests.store.test_audit import past_the_triggers

SignIn = Callable[[str], Actor]


def lines(practice: Practice) -> list[str]:
    path = practice.folder.path / FILE_NAME
    return path.read_text("ascii").splitlines() if path.exists() else []


def events(practice: Practice) -> int:
    return int(practice.call(Store.value, "SELECT count(*) FROM audit_log"))


@pytest.fixture
def anchored(practice: Practice, clock: FixedClock) -> Practice:
    """A practice in which three people signed in and out."""
    for name in ("kim", "dana", "ana"):
        practice.call(sign_out, signed_in(practice, name))
        clock.advance(timedelta(minutes=1))
    assert len(lines(practice)) == 3
    assert practice.call(audit.verify) == events(practice)
    return practice


def cut(practice: Practice, count: int) -> None:
    past_the_triggers(
        practice,
        f"DELETE FROM audit_log WHERE seq > (SELECT max(seq) FROM audit_log) - {count}",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_disk_that_takes_half_a_line_is_full(anchored: Practice) -> None:
    import resource

    path = audit_heads.path_of(anchored.folder)
    signed_in(anchored, "kim")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 50, before[1]))
    try:
        with pytest.raises(DiskFull, match="no room left"):
            anchored.call(audit_heads.write)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert anchored.call(audit_heads.write) is not None
    assert len(audit_heads.read(anchored.folder, Sealer(anchored.folder.read_key())).by_seq) == 4


def test_attack_cutting_the_end_off(anchored: Practice) -> None:
    """Scenario: the newest events are deleted; each that is left is genuine.

    Verified: the first missing event is named.
    """
    last = events(anchored)
    cut(anchored, 2)
    with pytest.raises(TrailBroken, match=f"Events {last - 1} to {last} .* missing") as found:
        anchored.call(audit.verify)
    assert found.value.seq == last - 1


def test_attack_an_older_database_put_in_place(
    clock: FixedClock, practice_data: Path, tmp_path: Path
) -> None:
    """Scenario: a copy of yesterday's database, on which other things are then done."""
    database = practice_data / str(PGID) / "practice.db"
    old = shutil.copy(database, tmp_path / "old.db")
    with Practice.open(practice_data, PGID, clock) as practice:
        practice.call(sign_out, signed_in(practice, "dana"))
        first_lost = events(practice) - 1
    shutil.copy(old, database)
    with Practice.open(practice_data, PGID, clock) as again:
        kim = signed_in(again, "kim")
        signed_in(again, "ana")
        with pytest.raises(TrailBroken) as found:
            again.call(audit_trail.verify, kim)
        assert found.value.seq is not None
        assert first_lost <= found.value.seq <= first_lost + 1
        assert "genuine" in found.value.what


def test_attack_editing_a_head(anchored: Practice) -> None:
    path = anchored.folder.path / FILE_NAME
    first, second, third = lines(anchored)
    at, seq, rest = second.split(" ", 2)
    path.write_text("\n".join([first, f"{at} {int(seq) - 1} {rest}", third, ""]), "ascii")
    with pytest.raises(TrailBroken, match=f"Line 2 of {FILE_NAME}"):
        anchored.call(audit.verify)


def test_a_head_written_down_elsewhere_tells_what_both_files_hide(anchored: Practice) -> None:
    """Scenario: whoever reaches the whole folder cuts the trail and its heads alike."""
    head = audit_heads.read(anchored.folder, anchored.call(lambda store: store.sealer)).newest
    assert head is not None
    cut(anchored, 2)
    path = anchored.folder.path / FILE_NAME
    path.write_text("\n".join([*lines(anchored)[:-1], ""]), "ascii")
    kim = signed_in(anchored, "kim")
    signed_in(anchored, "ana")
    with pytest.raises(TrailBroken, match=f"Event {head.seq} "):
        anchored.call(audit_trail.verify, kim, head=f"{head.seq}:{head.hash[:16]}")


@pytest.mark.parametrize("written", ["", "12", "12:", "12:abc", "x:0123456789", "3:0123456z"])
def test_a_head_that_is_none_is_refused(anchored: Practice, written: str) -> None:
    with pytest.raises(BadInput, match="event, colon, hash"):
        anchored.call(audit_trail.verify, signed_in(anchored, "kim"), head=written)


def test_the_right_head_is_accepted_shortened_or_whole(anchored: Practice) -> None:
    head = audit_heads.read(anchored.folder, anchored.call(lambda s: s.sealer)).newest
    assert head is not None
    kim = signed_in(anchored, "kim")
    for digits in (8, 16, 64):
        written = f"{head.seq}:{head.hash[:digits].upper()}"
        assert anchored.call(audit_trail.verify, kim, head=written).events


def test_a_line_that_a_killed_program_left_is_no_alarm(anchored: Practice) -> None:
    path = anchored.folder.path / FILE_NAME
    whole = path.read_bytes()
    for length in (1, 20, 60, 100, 120):
        path.write_bytes(whole[:-length])
        assert anchored.call(audit.verify) == events(anchored)
        assert anchored.call(audit_trail.anchor_head) is not None
        assert anchored.call(audit.verify) == events(anchored)
        assert lines(anchored)[:2] == whole.decode().splitlines()[:2]


def test_a_head_is_written_after_every_run_and_sign_out_and_once(practice: Practice) -> None:
    """S9: the head is anchored outside the database."""
    run_due(practice)
    after_run = lines(practice)
    assert len(after_run) == 1
    assert practice.call(audit_trail.anchor_head) is None
    assert lines(practice) == after_run
    actor = signed_in(practice, "dana")
    practice.call(sign_out, actor)
    added = lines(practice)
    assert added[:1] == after_run
    assert len(added) == 2
    assert added[1].split()[1] == str(events(practice))


def test_what_no_head_covers_yet_is_counted(anchored: Practice, clock: FixedClock) -> None:
    kim = signed_in(anchored, "kim")
    signed_in(anchored, "dana")
    report = anchored.call(audit_trail.verify, kim)
    assert report.heads == 3
    assert report.after_newest_head == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a POSIX matter")
def test_nobody_else_can_read_the_heads(anchored: Practice) -> None:
    mode = stat.S_IMODE((anchored.folder.path / FILE_NAME).stat().st_mode)
    assert mode == 0o600


def test_heads_that_cannot_be_written_are_told_and_lose_no_event(practice: Practice) -> None:
    (practice.folder.path / FILE_NAME).mkdir()
    actor = signed_in(practice, "dana")
    with pytest.raises(StoreProblem, match=FILE_NAME):
        practice.call(sign_out, actor)
    last = practice.call(Store.value, "SELECT action FROM audit_log ORDER BY seq DESC")
    assert last == "sign_out"
