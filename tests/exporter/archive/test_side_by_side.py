"""Entries read at once: one outcome, one progress, and nothing that runs on."""

from __future__ import annotations

import signal
import threading
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from exporter.archive import side_by_side as reading
from exporter.archive.entry import Entry
from exporter.archive.errors import Cancelled, DamagedEntry
from exporter.archive.progress import Progress, Work
from exporter.archive.reader import Archive
from exporter.archive.side_by_side import side_by_side
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_reader import foreign

NAMES = ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt")
LONGEST_WAIT = 30
"""Seconds after which two threads that should meet are taken for one."""


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Entry, ...]:
    """Entries of 1,000 to 5,000 bytes, and two processors, however many there are."""
    monkeypatch.setattr(reading, "_processors", lambda: 2)
    content = {name: b"x" * (1000 * size) for size, name in enumerate(NAMES, 1)}
    with Archive.open(foreign(tmp_path / "a.zip", content), PASSWORD) as archive:
        return archive.entries


def test_two_are_read_at_once_and_come_back_in_the_archives_order(
    entries: tuple[Entry, ...],
) -> None:
    met = threading.Barrier(2)
    begun: list[str] = []

    def read(entry: Entry, work: Work) -> str:
        begun.append(entry.name)
        if entry.name in {"e.txt", "d.txt"}:
            met.wait(LONGEST_WAIT)  # breaks unless both largest are read at the same time
        return entry.name.upper()

    assert side_by_side(entries, read, Work(0)) == [name.upper() for name in NAMES]
    assert set(begun[:2]) == {"e.txt", "d.txt"}


def test_progress_tells_of_one_entry_until_its_end_and_of_all_bytes(
    entries: tuple[Entry, ...],
) -> None:
    told: list[Progress] = []

    def read(entry: Entry, work: Work) -> None:
        for _block in range(entry.size // 100):
            work.step(entry.name, 100)

    work = Work(15_000, told.append)
    side_by_side(entries, read, work)
    names = [name for name, _steps in groupby(step.table for step in told[:-1])]
    assert len(names) == len(set(names)), "one that was told of comes again after another"
    assert all(a.bytes_done <= b.bytes_done for a, b in pairwise(told))
    assert told[-1].bytes_done == work.bytes_done == 15_000


def test_the_first_error_ends_the_others_and_is_the_one_raised(entries: tuple[Entry, ...]) -> None:
    met = threading.Barrier(2)
    ends: list[str] = []

    def read(entry: Entry, work: Work) -> None:
        met.wait(LONGEST_WAIT)
        if entry.name == "d.txt":
            raise DamagedEntry(entry.name, "it is cut short")
        try:
            while True:  # ends only because the other one failed
                work.step(entry.name, 1)
        finally:
            ends.append(entry.name)

    with pytest.raises(DamagedEntry, match=r"d\.txt"):
        side_by_side(entries, read, Work(15_000))
    assert ends == ["e.txt"], "a further one was begun, or one still runs"


def test_a_wish_to_stop_ends_all_of_them(entries: tuple[Entry, ...]) -> None:
    before = threading.active_count()
    wish = threading.Event()
    ends: list[str] = []

    def read(entry: Entry, work: Work) -> None:
        try:
            while True:
                work.step(entry.name, 1)
                if work.bytes_done > 1_000:
                    wish.set()
        finally:
            ends.append(entry.name)

    with pytest.raises(Cancelled):
        side_by_side(entries, read, Work(15_000, None, wish.is_set))
    assert set(ends) <= {"e.txt", "d.txt"}
    assert threading.active_count() == before


def test_ctrl_c_ends_all_of_them(entries: tuple[Entry, ...]) -> None:
    before = threading.enumerate()
    main = threading.main_thread()
    met = threading.Barrier(2)

    def read(entry: Entry, work: Work) -> None:
        if met.wait(LONGEST_WAIT) == 0:
            signal.pthread_kill(main.ident or 0, signal.SIGINT)
        while True:
            work.step(entry.name, 1)

    with pytest.raises(KeyboardInterrupt):
        side_by_side(entries, read, Work(15_000))
    for thread in set(threading.enumerate()) - set(before):  # just started as Ctrl-C came
        thread.join(LONGEST_WAIT)
        assert not thread.is_alive()


def test_nothing_to_read_is_no_error() -> None:
    assert side_by_side((), lambda entry, work: entry, Work(0)) == []
