"""Real runners that are killed, and what has to hold after each kill (REQUIREMENTS D13, D14).

One rule: a check looks at what lies on the disk and in the store, never at what a runner said.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter.archive.reader import Archive
from exporter.runner.run import run_due
from store import download_keys, downloads
from store.archive_key import EntryKey
from store.clock import SystemClock
from store.database import Store
from store.practice import Practice, create_practice
from tests import people
from tests.clocks import FixedClock
from tests.exporter.runner.real_runner import (
    reader_of,
    start_runner,
    wait_until_gone,
    wait_until_opened,
)

FIRST_DAY = datetime(2024, 1, 8, 17, tzinfo=UTC)
"""So long ago that everything scheduled then is due by the computer's own clock."""
LATER = timedelta(minutes=15)
"""By then every lease is over and every retry due."""
VICTIMS = ("both", "runner", "reader")
_PASSWORD = people.PASSWORDS["dana"]
_LOCAL_HEADER = b"PK\x03\x04"


def fill_with_rows(practice: Practice, rows: int, width: int = 400) -> None:
    """Give the store so many rows that hardly compress."""
    people.change_store(
        practice,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO preference (name, value) SELECT 'filler ' || i, hex(randomblob(?)) FROM n",
        rows,
        width // 2,
    )


def build_practice(data: Path, rows: int) -> None:
    """Make the practice whose runner is killed."""
    clock = FixedClock(FIRST_DAY)
    with create_practice(
        data, people.PGID, people.PRACTICE_NAME, clock, fill=people.fill
    ) as practice:
        fill_with_rows(practice, rows)


def salts_in(archive: Path) -> dict[bytes, str]:
    """Return the salt of each entry that was begun in a file, whole or half, and its name."""
    data = archive.read_bytes()
    found: dict[bytes, str] = {}
    place = data.find(_LOCAL_HEADER)
    while place >= 0:
        name_size = int.from_bytes(data[place + 26 : place + 28], "little")
        extra_size = int.from_bytes(data[place + 28 : place + 30], "little")
        start = place + 30 + name_size + extra_size
        name = data[place + 30 : place + 30 + name_size]
        if name.endswith((b".txt", b".json")) and len(salt := data[start : start + 8]) == 8:
            assert salt not in found, "two entries of one archive have the same salt"
            found[salt] = name.decode()
        place = data.find(_LOCAL_HEADER, place + 4)
    return found


def unused_keys(store: Store, number: int) -> list[EntryKey]:
    """Return the keys of a download that no attempt has taken; they stay unused."""
    unused = download_keys.OF_DOWNLOAD.unused(store, number)
    return [EntryKey.from_bytes(key) for key in unused.values()]


@dataclass
class KilledRuns:
    """One practice whose downloads are made, killed and made again.

    Attributes:
        stages: how far the killed runs were.
        slowest_end: the longest that a reading process outlived its runner, in seconds.
        salts: every salt that was ever on the disk, and the very file it was in.
    """

    data: Path
    stages: Counter[str] = field(default_factory=Counter)
    slowest_end: float = 0.0
    salts: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    number: int = 0
    archives: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    _clock: FixedClock = field(default_factory=lambda: FixedClock(FIRST_DAY))

    @property
    def downloads(self) -> Path:
        """The folder where archives appear."""
        return self.data / str(people.PGID) / "downloads"

    @property
    def log(self) -> Path:
        """The store's write-ahead log, which is there while somebody has it open."""
        return self.data / str(people.PGID) / "practice.db-wal"

    def schedule(self) -> None:
        """Let dana schedule one more download, long ago."""
        self._clock.advance(days=1)
        with Practice.open(self.data, people.PGID, self._clock) as practice:
            # Those that are ready need not be verified again and again.
            people.change_store(
                practice, "UPDATE data_download SET state = 'expired' WHERE state = 'ready'"
            )
            self.number = people.scheduled(practice, people.signed_in(practice, "dana"))
        for old in self.downloads.iterdir():
            old.unlink()

    def is_ready(self) -> bool:
        """Tell whether the present download is made."""
        with self._opened() as practice:
            return bool(practice.call(downloads.row, self.number)["state"] == "ready")

    def let_the_lease_end(self) -> None:
        """Bring about that what the killed runner held is due, as it is ten minutes later."""
        with self._opened() as practice:
            people.change_store(
                practice,
                "UPDATE data_download SET lease_until = requested_at WHERE state = 'running'",
            )
            people.change_store(
                practice, "UPDATE data_download SET due_at = requested_at WHERE state = 'scheduled'"
            )

    def kill_after(self, seconds: float, victim: str) -> None:
        """Start a runner and kill it so long after it has opened the store; then check.

        Args:
            seconds: how long after the store's write-ahead log is there.
            victim: "both" kills the process group, "runner" and "reader" one of them.
        """
        process = start_runner(self.data)
        wait_until_opened(process, self.log)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(process, victim)
        process.communicate()
        self.check(victim)

    def kill(self, process: subprocess.Popen[str], victim: str) -> None:
        """Kill a runner or its reading process now, and see that both end."""
        reader = reader_of(process.pid)
        if victim == "reader" and reader is not None:
            os.kill(reader, signal.SIGKILL)
        elif victim == "runner":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            # Where both were stopped, whoever is left goes on.
            os.killpg(process.pid, signal.SIGCONT)
        process.wait(60)
        self.slowest_end = max(self.slowest_end, wait_until_gone(reader))

    def check(self, victim: str = "runner") -> None:
        """Check store, files and keys as they lie after a kill. Raises AssertionError."""
        with self._opened() as practice:
            stage = practice.call(self._check_store)
        whole = half = 0
        for file in self.downloads.iterdir():
            if file.suffix == ".zip":
                self._check_whole(file)
                whole += 1
            else:
                half += 1
            self._note_salts(file)
        if stage == "keys taken":
            stage = "archive named" if whole else "archive begun" if half else stage
        self.stages["the reader alone" if victim == "reader" else stage] += 1

    def _check_store(self, store: Store) -> str:
        assert store.value("PRAGMA integrity_check") == "ok"
        assert not store.rows("PRAGMA foreign_key_check")
        row = downloads.row(store, self.number)
        keys = unused_keys(store, self.number)
        if row["state"] == "ready":
            assert not keys
            return "ready"
        entries = download_keys.entries_per_archive()
        assert len(keys) % entries == 0, "keys of half an attempt were taken"
        taken = download_keys.ATTEMPTS - len(keys) // entries
        assert taken <= row["attempts"] <= download_keys.ATTEMPTS
        assert not {key.salt for key in keys} & self.salts.keys(), "a key on the disk is unused"
        lasting = store.value(
            "SELECT count(*) FROM data_download_key WHERE used_at IS NOT NULL"
            " AND sealed_key IS NOT NULL"
        )
        assert not lasting, "a key that was taken was not wiped"
        if row["state"] == "scheduled":
            return "before it was claimed"
        return "keys taken" if taken == row["attempts"] else "claimed"

    def _check_whole(self, file: Path) -> None:
        with Archive.open(file, _PASSWORD) as archive:
            assert archive.verify().is_whole, "half an archive has a final name"

    def _note_salts(self, file: Path) -> None:
        stat = file.stat()
        same = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        for salt, name in salts_in(file).items():
            assert self.salts.setdefault(salt, same) == same, f"{name}: a key was used twice"

    def finish(self) -> None:
        """Let the next run end as it should, and check that all is as if nothing had happened."""
        with Practice.open(
            self.data, people.PGID, FixedClock(SystemClock().now() + LATER)
        ) as practice:
            run_due(practice)
            row = practice.call(downloads.row, self.number)
            assert row["state"] == "ready", f"{row['state']}: {row['error']}"
            assert row["attempts"] <= download_keys.ATTEMPTS
            assert not practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key"))
        (file,) = self.downloads.iterdir()
        assert file.name == row["file_name"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == row["file_sha256"]
        self._check_whole(file)
        self._note_salts(file)
        self.archives += 1
        self.attempts[row["attempts"]] += 1

    def _opened(self) -> Practice:
        return Practice.open(self.data, people.PGID, SystemClock())


def whole_run_seconds(runs: KilledRuns) -> float:
    """Make a download undisturbed; return the seconds from opening the store to the end."""
    runs.schedule()
    process = start_runner(runs.data)
    wait_until_opened(process, runs.log)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    runs.check()
    runs.stages.clear()
    return time.monotonic() - began


def kill_at_random(runs: KilledRuns, kills: int, rng: random.Random, chain: int) -> None:
    """Kill so many runs at moments spread at random, up to `chain` times one after the other."""
    whole = whole_run_seconds(runs)
    runs.schedule()
    in_a_row = 0
    for count in range(kills):
        # One moment from each of `kills` equal stretches, so that none is left out.
        moment = whole * (count * 7 % kills + rng.random()) / kills
        runs.kill_after(moment, VICTIMS[count % len(VICTIMS)])
        in_a_row += 1
        if in_a_row == chain or runs.is_ready():
            runs.finish()
            runs.schedule()
            in_a_row = 0
        else:
            runs.let_the_lease_end()
    runs.finish()
