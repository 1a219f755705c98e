"""How quickly an archive of a whole practice is read into a new one, and in how much memory.

Run: python -m benchmarks.read_in ARCHIVE PASSWORD_FILE. A new practice is made in a temporary
folder, and the archive is read in with its rights, as `chairside import archive` does it. Printed
are rows, wall and processor time of each stage, rows a second, and the most memory that it took.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from store.clock import SystemClock
from store.database import Store
from store.practice import Practice, create_practice
from store.use_cases import setting_up
from store.use_cases.importing import import_archive
from store.use_cases.signing_in import sign_in

OWNER = "benchmark"
PASSWORD = "a long password for a benchmark"


class Stages:
    """Tells of each stage as it ends."""

    def __init__(self) -> None:
        self._first = self._began = time.perf_counter(), time.process_time()
        self._name = "Rows"

    def begin(self, name: str, _done: int = 0, _total: int = 0) -> None:
        """Begin a stage, unless it is the one that runs."""
        if name != self._name:
            self._tell(self._name, self._began)
            self._name, self._began = name, (time.perf_counter(), time.process_time())

    def end(self, rows: int) -> None:
        """Tell of the last stage, and of all together."""
        self.begin("End")
        wall, busy = self._tell("All", self._first)
        print(f"  {rows / wall:,.0f} rows/s, {rows / busy:,.0f} a second of the processor")

    def _tell(self, name: str, began: tuple[float, float]) -> tuple[float, float]:
        wall, busy = time.perf_counter() - began[0], time.process_time() - began[1]
        print(f"  {name:<16} {wall:8.1f} s wall {busy:8.1f} s processor", flush=True)
        return wall, busy


def _new(data: Path, pgid: int) -> Practice:
    def fill(store: Store) -> None:
        setting_up.add_owner(
            store,
            user_name=OWNER,
            full_name="Benchmark",
            password=PASSWORD,
            cell_phone=None,
            user_id=setting_up.number_of_its_own(),
        )

    return create_practice(data, pgid, "Benchmark", SystemClock(), fill=fill)


def main(path: Path, password: str) -> None:
    """Read one archive in, once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(path, password) as archive,
        _new(Path(folder) / "data", WholeArchive(archive).pgid) as practice,
    ):
        actor = practice.call(
            sign_in,
            pgid=practice.pgid,
            user_name=OWNER,
            password=PASSWORD,
            terminal="benchmark",
            source="command_line",
        )
        stages = Stages()
        source = WholeArchive(archive)
        report = practice.call(import_archive, actor, source, with_rights=True, stage=stages.begin)
        stages.end(report.rows_read)
        print(f"  {report.rows_read:,} rows read, {report.rows_written:,} written")
        size = practice.folder.database.stat().st_size
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  store of {size / 1e6:,.0f} MB, at most {most:,} MB of memory")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8").splitlines()[0])
