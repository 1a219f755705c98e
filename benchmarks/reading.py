"""How quickly archives are read: ours and pyzipper alternately, on the same files, in one run.

Run: python -m benchmarks.reading [MB] [ROUNDS]. Text like a practice's tables, a few large and some
small, is packed by pyzipper with each method; then it is opened and read to its end, authentication
codes and checksums included, by pyzipper, by us entry after entry, and by us as `verify` does it,
several entries at once. Printed are medians of wall and processor time and their ratios. The claim:
`verify` is at least twice as fast as pyzipper, with BZip2 and LZMA as many times as there are
processors (up to 4), for there the same C library does nearly all the work.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyzipper

from exporter.archive.reader import Archive

PASSWORD = "a long password for a benchmark"
METHODS = {
    "Store": pyzipper.ZIP_STORED,
    "Deflate": pyzipper.ZIP_DEFLATED,
    "BZip2": pyzipper.ZIP_BZIP2,
    "LZMA": pyzipper.ZIP_LZMA,
}
SLOW_SHARE = 8
"""BZip2 and LZMA take this many times longer for both: their files are that much smaller."""
SHARES = (40, 25, 15, 10, 6, 4)
"""The tables' parts of the text, in percent."""
BLOCK = 1024 * 1024
STATUS = (b"complete", b"scheduled", b"treatment planned", b"referred")


def _text(size: int) -> bytes:
    """Rows of ledger-like text, the same every time; `size` in bytes."""
    chance = random.Random(5)
    lines, length = [b"procedure_id\tpatient_id\tday\tcents\tstatus\tnote\n"], 0
    while length < size:
        number = len(lines)
        lines.append(
            b"%d\t%d\t20%02d-%02d-%02d\t%d\t%s\t%s\n"
            % (
                number,
                chance.randrange(1, 50_000),
                chance.randrange(1, 27),
                chance.randrange(1, 13),
                chance.randrange(1, 29),
                chance.randrange(0, 250_000),
                chance.choice(STATUS),
                b"seen again in %d weeks" % chance.randrange(1, 60) if number % 7 == 0 else b"",
            )
        )
        length += len(lines[-1])
    return b"".join(lines)


def _pack(path: Path, text: bytes, method: int, bits: int) -> None:
    with pyzipper.AESZipFile(path, "w", compression=method) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=bits)
        done = 0
        for number, share in enumerate(SHARES):
            end = done + len(text) * share // 100
            archive.writestr(f"table_{number}.txt", text[done:end])
            done = end


def _one_by_one(path: Path) -> int:
    with Archive.open(path, PASSWORD) as archive:
        return sum(len(block) for entry in archive.entries for block in archive.stream(entry.name))


def _verify(path: Path) -> int:
    with Archive.open(path, PASSWORD) as archive:
        found = archive.verify()
        assert found.is_whole
        return found.bytes


def _pyzipper(path: Path) -> int:
    size = 0
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(PASSWORD.encode())
        for name in archive.namelist():
            with archive.open(name) as entry:
                size += sum(len(block) for block in iter(lambda: entry.read(BLOCK), b""))
    return size


def _spent(run: Callable[[Path], int], path: Path, size: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    assert run(path) == size
    return time.perf_counter() - wall, time.process_time() - cpu


def _compare(label: str, path: Path, size: int, rounds: int) -> None:
    peers = {"pyzipper": _pyzipper, "one by one": _one_by_one, "verify": _verify}
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, run in peers.items():
            runs[name].append(_spent(run, path, size))
    middle = {
        name: [statistics.median(column) for column in zip(*spent, strict=True)]
        for name, spent in runs.items()
    }
    theirs = middle["pyzipper"]
    packed = path.stat().st_size
    print(f"{label}: {size / 1e6:.0f} MB of text in {packed / 1e6:.1f} MB")
    for name, (wall, cpu) in middle.items():
        print(
            f"  {name:<14}{wall:7.3f} s {size / 1e6 / wall:7.0f} MB/s   processor {cpu:6.3f} s"
            f"   {theirs[0] / wall:5.2f} x   processor {theirs[1] / cpu:5.2f} x"
        )


def main(megabytes: int, rounds: int) -> None:
    text = _text(megabytes * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        for method, number in METHODS.items():
            share = text if number in (0, 8) else text[: len(text) // SLOW_SHARE]
            for bits in (128, 256) if number == pyzipper.ZIP_DEFLATED else (128,):
                _pack(path, share, number, bits)
                size = sum(len(share) * part // 100 for part in SHARES)
                _compare(f"{method}, AES-{bits}", path, size, rounds)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3] or ("200", "7")))
