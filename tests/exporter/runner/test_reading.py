"""The reading process: what it hands on is whole and of one instant, or the trouble is told."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zlib
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.archive.contents import Snapshot
from exporter.archive.txt import read_rows
from exporter.runner import reading as module
from exporter.runner.deflating import END, Effort, deflater
from exporter.runner.frames import Frame, Kind
from exporter.runner.making import Meter, write_archive
from exporter.runner.queries import queries_of
from exporter.runner.reading import reading
from store.errors import StoreProblem
from store.practice import Practice
from store.schema.tables import exported_tables, table_named
from tests import people
from tests.clocks import FixedClock

EVERYTHING = [queries_of(table) for table in exported_tables()]


def frames_of(practice: Practice, effort: Effort = "fast") -> list[Frame]:
    """Return all frames of a whole practice."""
    with reading(practice.folder.database, EVERYTHING, effort, lambda: None) as frames:
        return list(frames)


def text_of(frames: list[Frame], name: str) -> bytes:
    """Inflate one table's text out of its frames, checked against its last frame."""
    number = [t.name for t in exported_tables()].index(name)
    pieces = [f for f in frames if f.kind is Kind.TEXT and f.table == number]
    (end,) = (f for f in frames if f.kind is Kind.TABLE_END and f.table == number)
    stream = zlib.decompressobj(-15)
    text = stream.decompress(b"".join(f.payload for f in pieces) + END)
    assert stream.eof
    assert (len(text), hashlib.sha256(text).digest()) == (end.plain_bytes, end.payload)
    assert sum(f.rows for f in pieces) == end.rows
    return text


@pytest.mark.parametrize("effort", ["fast", "small"])
def test_every_table_comes_whole_with_its_rows_and_checksum(
    practice: Practice, effort: Effort
) -> None:
    frames = frames_of(practice, effort)
    assert frames[0].kind is Kind.SNAPSHOT
    counts = json.loads(frames[0].payload)
    for number, table in enumerate(exported_tables()):
        text_of(frames, table.name)
        (end,) = (f for f in frames if f.kind is Kind.TABLE_END and f.table == number)
        assert end.rows == counts[number]


def test_more_rows_than_a_batch_come_in_order(practice: Practice) -> None:
    people.change_store(
        practice,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 3 FROM n WHERE i < 60000)"
        " INSERT INTO preference (name, value) SELECT printf('p%06d', i), 'v' FROM n",
    )
    lines = text_of(frames_of(practice), "preference").splitlines()[1:]
    names = [line.split(b"\t")[0] for line in lines if line.startswith(b"p0")]
    assert len(names) == 20_001
    assert names == sorted(names)


def test_rows_longer_than_a_step_may_format_are_cut_smaller(practice: Practice) -> None:
    long = "long note " * 150_000
    for number in range(9):
        people.change_store(
            practice, "INSERT INTO preference VALUES (?, ?)", f"long{number}", f"{number}{long}"
        )
    text = text_of(frames_of(practice), "preference")
    assert text.count(long.encode()) == 9


@pytest.mark.parametrize("hard", ["two\nlines", 'a "quote"', "a\ttab", "a\rreturn"])
def test_what_a_sample_did_not_show_is_quoted_all_the_same(practice: Practice, hard: str) -> None:
    """One name of 20,000 needs quotes, and lies where no sample looks."""
    people.change_store(
        practice,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO carrier (name) SELECT iif(i = 9999, ?, 'Carrier ' || i) FROM n",
        hard,
    )
    wanted = practice.call(lambda s: s.rows("SELECT name FROM carrier ORDER BY carrier_id"))
    header, *rows = read_rows(iter([text_of(frames_of(practice), "carrier")]))
    place = header.index("name")
    assert [row[place] for row in rows] == [row["name"] for row in wanted]
    assert hard in [row[place] for row in rows]


def test_all_tables_are_of_one_instant_though_others_write(practice: Practice) -> None:
    """Race: a row that refers to another appears without it."""
    tables = [queries_of(table) for table in [table_named("office"), table_named("provider")]]
    before = practice.call(lambda s: s.value("SELECT count(*) FROM provider"))
    with reading(practice.folder.database, tables, "fast", lambda: None) as frames:
        first = next(frames)
        people.change_store(practice, "INSERT INTO provider (abbr) VALUES ('NEW')")
        ends = [frame.rows for frame in frames if frame.kind is Kind.TABLE_END]
    assert ends[1] == before == json.loads(first.payload)[1]


INSISTING = """
import sys
import apsw
from exporter.runner.worker import open_at_one_instant

writer = apsw.Connection(sys.argv[1])

def insist(_opened):
    try:
        writer.execute("INSERT INTO preference SELECT 'n' || count(*), 'v' FROM preference")
        print("written")
    except apsw.BusyError:
        print("refused")

apsw.connection_hooks.append(insist)
for reader in open_at_one_instant(sys.argv[1], 3):
    print(reader.execute("SELECT count(*) FROM preference").get)
"""


def test_nobody_can_write_between_the_instants_of_two_readers(practice: Practice) -> None:
    """Race: one reader sees a commit that another does not. A writer insists at each opening."""
    before = practice.call(lambda s: s.value("SELECT count(*) FROM preference"))
    child = subprocess.run(
        [sys.executable, "-c", INSISTING, str(practice.folder.database)],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = [str(before + 1)] * 3
    # The first opening is that of the connection which then keeps writers out.
    assert child.stdout.split() == ["written", *["refused"] * 3, *seen]


def test_no_process_loads_two_sqlite_libraries() -> None:
    """Corruption: two libraries on one file in one process drop each other's locks."""
    for program, wanted, other in (
        ("import exporter.runner.worker", "apsw", "sqlite3"),
        ("import exporter.runner.run, exporter.runner.reading", "sqlite3", "apsw"),
    ):
        told = subprocess.run(
            [sys.executable, "-c", f"{program}; import sys; print(*sys.modules)"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert wanted in told
        assert other not in told


def test_a_damaged_store_is_told_and_no_data_is(practice: Practice, tmp_path: Path) -> None:
    copy = tmp_path / "practice.db"
    practice.call(lambda s: s.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    data = bytearray(practice.folder.database.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    copy.write_bytes(data)
    with (
        pytest.raises(StoreProblem) as caught,
        reading(copy, EVERYTHING, "fast", lambda: None) as frames,
    ):
        list(frames)
    assert "malformed" in caught.value.what or "not a database" in caught.value.what


def test_a_reading_process_that_does_not_even_begin_is_told(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: FixedClock
) -> None:
    """Crash: an installation that lost a library; the run must end with a sentence.

    The order is longer than a pipe holds, so that it breaks off under the pen.
    """
    stock = subprocess.Popen

    def broken(_command: object, **options: object) -> subprocess.Popen[bytes]:
        return stock([sys.executable, "-c", "raise SystemExit(1)"], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(module.subprocess, "Popen", broken)
    database = practice.folder.database
    long = [replace(EVERYTHING[0], header="x" * 300_000)]
    with pytest.raises(StoreProblem, match="ended before"), ExitStack() as stack:
        list(stack.enter_context(reading(database, long, "fast", lambda: None)))
    whose = Snapshot(1000, "Maple", "America/Los_Angeles", clock.now())
    meter = Meter(clock, lambda _progress: None)
    with pytest.raises(StoreProblem, match="ended before"):
        write_archive(tmp_path / "a.zip", database, whose, [], [], [], meter)
    assert not list(tmp_path.glob("*.zip*"))


def test_a_reading_process_that_is_killed_is_told(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash: the process that reads dies; the runner must not take what came for the whole."""
    started: list[subprocess.Popen[bytes]] = []
    stock = subprocess.Popen

    def noting(*args: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(stock(*args, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(module.subprocess, "Popen", noting)
    noise = "x" * 3_000_000
    for number in range(6):
        people.change_store(
            practice, "INSERT INTO preference VALUES (?, ?)", f"n{number}", f"{number}{noise}"
        )
    with reading(practice.folder.database, EVERYTHING, "fast", lambda: None) as frames:
        next(frames)
        started[0].kill()
        # Cut off between two frames nothing is raised, but the last tables are missing.
        told, ends = None, 0
        try:
            ends = sum(frame.kind is Kind.TABLE_END for frame in frames)
        except StoreProblem as problem:
            told = problem
    assert told is not None or ends < len(EVERYTHING)
    assert started[0].returncode is not None


def test_a_reading_process_that_falls_silent_is_given_up(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario: it is alive and says nothing any more, as on a disk that hangs."""
    monkeypatch.setattr(module, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(module, "_TICK_SECONDS", 0.05)
    stock = subprocess.Popen
    started: list[subprocess.Popen[bytes]] = []

    def silent(_command: object, **options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        started.append(stock(command, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(module.subprocess, "Popen", silent)
    ticks: list[None] = []

    def tick() -> None:
        ticks.append(None)
        assert len(ticks) < 100, "it is waited for without end"

    with (
        pytest.raises(StoreProblem, match="ended before"),
        reading(practice.folder.database, EVERYTHING, "fast", tick) as frames,
    ):
        list(frames)
    assert ticks, "it was given a while"
    assert started[0].returncode is not None


@pytest.mark.parametrize("effort", ["fast", "small"])
def test_pieces_of_several_threads_join_into_one_stream(effort: Effort) -> None:
    make, other = deflater(effort), deflater(effort)
    texts = [b"one line\n" * 500, b"", b"another\t\n" * 700, b"\n"]
    joined = make(0, texts[0]) + other(1, texts[1]) + make(2, *texts[2:]) + END
    assert zlib.decompress(joined, -15) == b"".join(texts)
