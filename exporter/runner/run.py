"""Doing what is due: claim, make, note the end; again until nothing is left.

One rule: it is idempotent. Run it as often as you like, kill it when you like; the next run goes on
with whatever is due and leaves no litter (REQUIREMENTS D13).
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from exporter.archive.files import part_of
from exporter.archive.writer import archive_name
from exporter.runner.making import make_archive
from store.access import Actor, unattended
from store.download_keys import entries_per_archive
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import unattended as use_cases
from store.use_cases.unattended import CancelAsked, Job, LeaseLost, Made, Progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one job ended: `made` is set where it became ready, else `reason`."""

    job: Job
    state: str
    made: Made | None
    reason: str


OnProgress = Callable[[Job, Progress], None]


def run_due(
    practice: Practice,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Do every download that is due; return how each ended.

    Args:
        on_progress: told the progress twice a second.
        cancelled: asked as often; true ends the present download, which stays due.

    Raises:
        StoreBusy, StoreProblem: the store cannot be written; nothing was lost.
    """
    runner = unattended(platform.node() or "this computer")
    holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
    sweep(practice, runner)
    outcomes: list[Outcome] = []
    while not cancelled():
        job = practice.call(use_cases.claim, runner, holder)
        if job is None:
            break
        outcomes.append(_attempt(practice, runner, job, on_progress, cancelled))
    return outcomes


def sweep(practice: Practice, runner: Actor) -> None:
    """Expire what is over and remove every file in `downloads` that no download owns."""
    kept = practice.call(use_cases.sweep, runner)
    names = set(kept.files)
    for job_day, number in kept.being_made:
        name = practice.folder.downloads / archive_name(practice.pgid, job_day, number)
        names |= {name.name, part_of(name).name}
    for path in practice.folder.downloads.iterdir():
        if path.is_file() and path.name not in names:
            path.unlink(missing_ok=True)


def _attempt(
    practice: Practice,
    runner: Actor,
    job: Job,
    on_progress: OnProgress | None,
    cancelled: Callable[[], bool],
) -> Outcome:
    def report(progress: Progress) -> None:
        if cancelled():
            raise _Interrupted("The run was interrupted.", kept="It will be tried again.")
        practice.call(use_cases.report, job, progress)
        if on_progress is not None:
            on_progress(job, progress)

    try:
        keys = practice.call(use_cases.take_keys, job, entries_per_archive())
        made = make_archive(practice.folder, job, keys, practice.clock, report)
        practice.call(use_cases.finish, runner, job, made)
        return Outcome(job, "ready", made, "")
    except CancelAsked as stop:
        state = practice.call(use_cases.fail, runner, job, stop.what, cancelled=True)
        return Outcome(job, state, None, stop.what)
    except LeaseLost as lost:
        return Outcome(job, "lost", None, lost.what)
    except ChairsideError as problem:
        state = practice.call(use_cases.fail, runner, job, problem.sentence)
        return Outcome(job, state, None, problem.sentence)
    except Exception as problem:
        # Its text may hold data; its name does not.
        reason = f"An unexpected error ({type(problem).__name__})."
        practice.call(use_cases.fail, runner, job, reason)
        raise


class _Interrupted(ChairsideError):
    """Ctrl+C, or the kiosk that started it was closed."""

    title = "The run was interrupted"
