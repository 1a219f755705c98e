"""Archives by other programs: every method and strength that 7-Zip has, and what becomes of them.

Run `python -m tests.exporter.archive.foreign_archives` to print the table of docs/archives.md.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from exporter.archive.reader import Archive
from store.errors import ChairsideError
from tests.exporter.archive.making import PASSWORD

METHODS = ("Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd", "XZ")
LOCKS = ("AES128", "AES192", "AES256", "ZipCrypto")
TEXT = b"number\tword\n" + b"".join(b"%d\tword %d\n" % (n, n * 7919 % 1009) for n in range(2_000))
NAME = "in/table.txt"


def make_with_7zip(seven_zip: str, folder: Path, name: str, *options: str) -> Path:
    """Pack one text; `name` without suffix."""
    (folder / "in").mkdir(exist_ok=True)
    (folder / NAME).write_bytes(TEXT)
    command = [seven_zip, "a", "-tzip", f"-p{PASSWORD}", *options, f"{name}.zip", "in"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / f"{name}.zip"


def outcome(path: Path) -> str:
    """What Chairside makes of an archive: opened and equal, or the sentences of the refusal."""
    try:
        with Archive.open(path, PASSWORD) as archive:
            assert archive.read(NAME, 10**6) == TEXT
            assert archive.verify().is_whole
    except ChairsideError as problem:
        what = problem.what.removeprefix(f"{NAME}: ").rstrip(".")
        return f"refused: {what[0].lower() + what[1:]}. {problem.do}"
    return "opened"


def table_of_outcomes(seven_zip: str, folder: Path) -> list[str]:
    """Make every method and lock; return the table's lines as the document has them."""
    lines = []
    for method in METHODS:
        for lock in LOCKS:
            path = make_with_7zip(
                seven_zip, folder, f"{method}-{lock}", f"-mm={method}", f"-mem={lock}", "-mmt=1"
            )
            lines.append(f"| {method} | {lock} | {outcome(path)} |")
    return lines


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print("\n".join(table_of_outcomes(shutil.which("7z") or "7zz", Path(made))))
