"""Burning disc images with xorriso.

One rule: only a blank disc that is large enough is written to, and no disc is called burned before
it was read back and found to be the image, byte for byte.
Source: xorriso's manual (-as cdrecord, -tell_media_space, -check_media).
"""

from __future__ import annotations

import io
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from exporter.archive.disk import told_plainly
from exporter.archive.errors import ArchiveProblem, Cancelled, drawn
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import private_folder
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.convert.disc_parts import SECTOR, sectors_of
from store.errors import NotFound

BY_THE_SYSTEM = (
    "Windows burns an image by itself: in the Explorer, right-click the .iso file and choose"
    " Burn disc image, with the check of the disc switched on."
)
WITHOUT_XORRISO = "Install the program xorriso, or burn the .iso file with another program."
_PROGRAM = "xorriso"
_DRIVE = re.compile(r"^\s*\d+\s+-dev\s+'([^']+)'\s+\S+\s*:\s*'([^']*)'\s+'([^']*)'", re.MULTILINE)
_SPACE = re.compile(r"Media space\s*:\s*(\d+)s")
_WRITTEN = re.compile(r"(\d+) of\s+(\d+) MB written")
_READ = re.compile(r"(\d+) of\s+(\d+) blocks read")
_LISTING_SECONDS = 30
_LOOK_SECONDS = 0.2
_LONGEST_REASON = 80
_BLOCK = 1024 * 1024
_PADDING = 150
"""Sectors of zeros that xorriso adds, because drives read ahead."""
_REFUSED_BY_DRIVE = re.compile(r"xorriso : (?:FAILURE|SORRY|FATAL) : (.+)")


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive that burns: its address for xorriso, and its maker's name for people."""

    address: str
    name: str


class BurningFailed(ArchiveProblem):
    """The disc in the drive cannot be used, or was not written as it should be."""

    title = "The disc was not burned"


def drives() -> tuple[Drive, ...]:
    """Return the drives of this computer that can burn; none without xorriso."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return ()
    try:
        found = _DRIVE.findall(_answer([program, "-devices"]))
    except BurningFailed:
        return ()
    return tuple(Drive(a, " ".join(f"{maker} {model}".split())) for a, maker, model in found)


def why_no_drive() -> str:
    """Return what to do with an image where nothing can be burned from here."""
    if sys.platform == "win32":
        return BY_THE_SYSTEM
    if shutil.which(_PROGRAM) is None:
        return f"This computer has no program that burns discs. {WITHOUT_XORRISO}"
    return "No drive that burns discs was found. The .iso file can be burned on another computer."


def burn(
    image: Path,
    drive: str,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Burn an image onto the blank disc in a drive, and read the disc back.

    `drive` is an address as in `Drive`; `stdio:<file>` is a drive made of a file. Raises NotFound
    without xorriso or without that drive; BurningFailed for a disc that is not blank, too small,
    or reads back otherwise; Cancelled: the disc is spoilt then if writing had begun.
    """
    program = _program()
    size = image.stat().st_size
    work = Work(2 * size, progress, cancelled)
    _refuse_medium(program, drive, size)
    words = [program, "-as", "cdrecord", "-v", f"dev={drive}", str(image.resolve())]
    try:
        work.step("burning", 0)
        said = _run(words, _Watch(work, "burning", _WRITTEN, 0, size))
        if said is not None:
            raise BurningFailed(
                f"The drive stopped: {said}",
                kept="The image is whole. The disc may be spoilt: destroy it.",
                do="Try again with a new disc.",
            )
        compare(image, drive, work)
    except Cancelled as stopped:
        raise Cancelled(
            "Burning was stopped.",
            kept="The image is whole. A disc that was begun is spoilt and may hold patients' data.",
            do="Destroy that disc.",
        ) from stopped


def compare(image: Path, drive: str, work: Work | None = None) -> None:
    """Read a disc back and compare it with its image, byte for byte.

    What is read lies for that time in a private folder beside the image, as plain as the image.
    Raises BurningFailed, DiskFull, Cancelled.
    """
    program = _program()
    size = image.stat().st_size
    work = Work(2 * size) if work is None else work
    refuse_if_too_large(image.parent, size)
    with (
        told_plainly(image.parent),
        private_folder(image.parent) as at,
    ):
        back = at / "disc"
        words = ["-check_media", "use=indev", "what=disc", f"data_to={back.resolve()}", "--"]
        watch = _Watch(work, "checking the disc", _READ, size, size)
        said = _run([program, "-abort_on", "FAILURE", "-indev", drive, *words], watch)
        if said is not None or not back.is_file() or not _same(image, back):
            raise BurningFailed(
                "The disc does not read back as the image.",
                kept="The image is whole. The disc is spoilt: destroy it.",
                do="Burn a new disc, of another make or more slowly.",
            )


def _same(image: Path, back: Path) -> bool:
    """Tell whether a disc begins with the image and holds nothing but zeros after it."""
    with image.open("rb") as one, back.open("rb") as other:
        while block := one.read(_BLOCK):
            if other.read(len(block)) != block:
                return False
        return not any(any(rest) for rest in iter(lambda: other.read(_BLOCK), b""))


def _program() -> str:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise NotFound(why_no_drive(), kept="Nothing was burned.")
    return program


def _refuse_medium(program: str, drive: str, size: int) -> None:
    """Raise unless there is a blank disc of at least `size` bytes in the drive."""
    answer = _answer([program, "-outdev", drive, "-tell_media_space"])
    kept = "Nothing was burned; the disc is as it was."
    space = _SPACE.search(answer)
    if "Media current:" not in answer or "Media current: is not" in answer:
        raise NotFound(
            "There is no such drive, or it is in use.",
            kept=kept,
            do="Name a drive that is there, and close other programs that use it.",
        )
    if "Media status : is blank" not in answer:
        raise BurningFailed(
            "There is no blank disc in the drive.",
            kept=kept,
            do="Put in a new, blank disc; what stands on a disc is never overwritten.",
        )
    room = int(space[1]) * SECTOR if space else 0
    if room < (sectors_of(size) + _PADDING) * SECTOR:
        raise BurningFailed(
            f"The disc is too small: {size / 1e6:,.1f} MB are needed, {room / 1e6:,.1f} MB fit.",
            kept=kept,
            do="Put in a larger disc, or make the images for smaller ones.",
        )


def _answer(words: Sequence[str]) -> str:
    try:
        told = subprocess.run(  # noqa: S603 - a program of the system, no shell
            list(words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LISTING_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BurningFailed(
            "The drive does not answer.", kept="Nothing was burned.", do="Open and close it."
        ) from problem
    return (told.stdout + told.stderr).decode(errors="replace")


@dataclass(slots=True)
class _Watch:
    """Turns what xorriso tells into progress: `told` finds done and total in a line."""

    work: Work
    label: str
    told: re.Pattern[str]
    before: int
    size: int

    def hear(self, line: str) -> None:
        """Report what a line tells. Raises Cancelled when asked to stop."""
        found = self.told.search(line)
        done = self.work.bytes_done
        if found and int(found[2]):
            done = self.before + self.size * min(int(found[1]), int(found[2])) // int(found[2])
        self.work.step(self.label, max(0, done - self.work.bytes_done))


def _run(words: Sequence[str], watch: _Watch) -> str | None:
    """Run xorriso to its end; return what the drive said where it failed, None where it did not."""
    failure = None
    with _process(words) as (process, lines):
        while (line := _next(lines)) is not None:
            watch.hear(line)
            found = _REFUSED_BY_DRIVE.search(line)
            failure = failure or (found[1].strip() if found else None)
        if process.wait() == 0:
            return None
    return drawn((failure or "no reason was given")[:_LONGEST_REASON]) + "."


def _next(lines: queue.SimpleQueue[str | None]) -> str | None:
    """Return the next line; an empty one after a while, None at the end."""
    try:
        return lines.get(timeout=_LOOK_SECONDS)
    except queue.Empty:
        return ""


@contextmanager
def _process(
    words: Sequence[str],
) -> Iterator[tuple[subprocess.Popen[bytes], queue.SimpleQueue[str | None]]]:
    """Run a program and hand out its lines; it is ended, gently first, when the block is left.

    And when this process is killed: what it runs under (burner.py) ends with its standard input.
    """
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # A session of its own: Ctrl+C reaches the drive through us, in order.
    with subprocess.Popen(  # noqa: S603 - a program of the system, no shell
        # -P: what lies in the present folder is not taken for our own modules.
        [sys.executable, "-P", "-m", "exporter.convert.burner", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        reader = threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            yield process, lines
        finally:
            process.stdin.close()
            process.wait()
            reader.join()


def _listen(stream: IO[bytes], lines: queue.SimpleQueue[str | None]) -> None:
    for line in io.TextIOWrapper(stream, errors="replace", newline=None):
        lines.put(line)
    lines.put(None)
