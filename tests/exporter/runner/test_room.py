"""Room is looked at before an archive is begun."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from exporter.archive.files import part_of
from exporter.archive.names import archive_name
from exporter.runner import room as rooms
from exporter.runner.room import KEPT_FREE, Disk, objection, size
from exporter.runner.run import run_due
from store import downloads
from store.access import Actor
from store.practice import Practice
from store.use_cases import room
from tests import people
from tests.clocks import FixedClock

GB = room.GIGABYTE


@pytest.mark.parametrize(
    ("free", "used", "fits"),
    [
        (GB + KEPT_FREE, 9 * GB, True),
        (GB + KEPT_FREE - 1, 0, False),
        (100 * GB, 9 * GB + 1, False),
    ],
)
def test_an_archive_is_begun_only_if_disk_and_quota_have_room(
    free: int, used: int, fits: bool
) -> None:
    problem = objection(GB, Disk(free, used, 10 * GB))
    assert (problem is None) is fits
    if problem is not None:
        assert "about 1 GB" in problem.what
        assert problem.do


def test_small_sizes_are_told_as_such() -> None:
    """A few archives of a small practice are not `0.0 GB`."""
    told = [size(number) for number in (0, 29_300, 949_999, 950_000, 949_999_999, 10 * GB)]
    assert told == ["0 bytes", "29 kB", "950 kB", "1 MB", "950 MB", "10 GB"]


def test_what_does_not_fit_the_quota_fails_early_with_figures_and_no_key_used(
    practice: Practice, sign_in: Callable[[str], Actor], clock: FixedClock
) -> None:
    assert practice.call(room.estimate).rests_on == "the size of the database"
    dana = sign_in("dana")
    for days in (1, 2):
        people.scheduled(practice, dana, clock.now().date().replace(day=20 + days))
    clock.set(clock.now().replace(day=21))
    (outcome,) = run_due(practice)
    assert outcome.made is not None
    estimate = practice.call(room.estimate)
    assert estimate.rests_on == "the last archive"
    assert estimate.bytes >= outcome.made.file_bytes
    practice.call(room.set_quota, sign_in("kim"), 1)
    # Two gigabytes with nothing in them: they count, and take no room.
    os.truncate(practice.folder.downloads / outcome.made.file_name, 2 * GB)
    clock.set(clock.now().replace(day=22))
    before = _keys(practice)
    (refused,) = run_due(practice)
    assert refused.state == "scheduled"
    assert "downloads use 2 GB of the 1 GB they may use" in refused.reason
    assert "chairside runner quota" in refused.reason
    assert _keys(practice) == before
    # The one that is in the way expires first.
    clock.set(clock.now().replace(day=29))
    (made,) = run_due(practice)
    assert made.state == "ready"


def test_a_disk_that_is_full_for_half_a_day_costs_neither_a_try_nor_the_download(
    practice: Practice,
    sign_in: Callable[[str], Actor],
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DESIGN: a try and three more are for tries that took keys.

    Scenario: the service looks every few minutes for twelve hours. Verified: it is tried once an
    hour and stays scheduled with the reason; once there is room it is made, and of tries that take
    their keys it has four.
    """
    number = people.scheduled(practice, sign_in("dana"))
    before = _keys(practice)
    clock.advance(days=1)
    tries: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(rooms, "KEPT_FREE", 10**18)
        for _ in range(12 * 12):
            for outcome in run_due(practice):
                tries.append(outcome.state)
                assert "tried again every hour" in outcome.reason
            clock.advance(minutes=5)
    assert tries == ["scheduled"] * len(tries)
    assert 11 <= len(tries) <= 15
    shown = practice.call(downloads.one, number, None)
    assert (shown.state, shown.attempts, _keys(practice)) == ("scheduled", 0, before)
    assert "must stay free for the database" in (shown.error or "")
    in_the_way = practice.folder.downloads / archive_name(1000, shown.run_on, number)
    in_the_way.mkdir()
    clock.advance(hours=1)
    states = []
    for _ in range(4):
        states += [outcome.state for outcome in run_due(practice)]
        clock.advance(minutes=10)
    assert states == ["scheduled", "scheduled", "scheduled", "failed"]


def test_a_leftover_that_cannot_be_removed_costs_no_key(
    practice: Practice, sign_in: Callable[[str], Actor], clock: FixedClock
) -> None:
    number = people.scheduled(practice, sign_in("dana"))
    before = _keys(practice)
    clock.advance(days=1)
    shown = practice.call(downloads.one, number, None)
    leftover = part_of(practice.folder.downloads / archive_name(1000, shown.run_on, number))
    leftover.mkdir()
    (outcome,) = run_due(practice)
    assert (outcome.state, _keys(practice)) == ("scheduled", before)
    assert "Check the disk" in outcome.reason
    leftover.rmdir()
    assert run_due(practice) == []
    clock.advance(hours=1)
    (outcome,) = run_due(practice)
    assert (outcome.state, outcome.job.attempt) == ("ready", 1)


def _keys(practice: Practice) -> int:
    return int(
        practice.call(
            lambda s: s.value("SELECT count(*) FROM data_download_key WHERE used_at IS NULL")
        )
    )
