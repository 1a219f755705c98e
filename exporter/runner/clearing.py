"""Clearing up before each run: what is over is expired, and what nobody owns is removed.

One rule: nothing here ends a run, and only what Chairside made is removed. What cannot be (a
program has it open, the disk refuses) is left and told; everything else goes on, and the next run
tries again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from exporter.archive.files import part_of
from exporter.archive.held import UNFINISHED, let_go
from exporter.archive.names import archive_name, is_archive_name
from exporter.runner.room import files_in
from store.access import Actor
from store.errors import Conflict
from store.folder import restoring_folder
from store.in_use import alone_in
from store.practice import Practice
from store.use_cases import unattended as use_cases

Tell = Callable[[str], None]


def sweep(practice: Practice, runner: Actor, tell: Tell = lambda _text: None) -> None:
    """Expire what is over and remove every archive in `downloads` that no download owns.

    Args:
        tell: told a sentence where something could not be removed.

    Raises StoreBusy, StoreProblem: the store cannot be written, or the folder not be read.
    """
    # Looked at before the store is asked: what another runner begins from now on is not seen.
    there = files_in(practice.folder)
    kept = practice.call(use_cases.sweep, runner)
    names = set(kept.files) | {part_of(Path(name)).name for name in kept.being_locked}
    for job_day, number in kept.being_made:
        name = practice.folder.downloads / archive_name(practice.pgid, job_day, number)
        names |= {name.name, part_of(name).name}
    litter = [path for path in there if path.name not in names]
    _remove([path for path in litter if is_made_here(practice, path)], tell)
    for part in practice.folder.spool.glob(f".*{UNFINISHED}"):
        let_go(part)  # a message in plain text, whose delivery was killed
    _clear_plain_copies(practice)


def is_made_here(practice: Practice, path: Path) -> bool:
    """Tell whether what lies in `downloads` can be an archive of this practice, whole or not.

    Anything else was put there by somebody, who may miss it.
    """
    return is_archive_name(practice.pgid, path.name) and (path.is_file() or path.is_symlink())


def _remove(litter: list[Path], tell: Tell) -> None:
    left: dict[str, str] = {}
    for path in litter:
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            left[path.name] = problem.strerror or type(problem).__name__
    if left:
        first = min(left)
        tell(
            f"Archives in downloads that nothing owns and that cannot be removed: {len(left)}, the"
            f" first {first} ({left[first]}). Close whatever has it open; the next run tries again."
        )


def _clear_plain_copies(practice: Practice) -> None:
    """Remove what a killed backup or restore left, unless one is at work."""
    folder = practice.folder
    data = folder.path.parent
    restoring = restoring_folder(data, practice.pgid).path
    for owner, left in ((folder.path, folder.workplace), (data, restoring)):
        with suppress(Conflict, OSError), alone_in(owner, "A backup or restore"):
            shutil.rmtree(left)
