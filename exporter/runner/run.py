"""Doing what is due: claim, make, note the end; again until nothing is left.

One rule: it is idempotent. Run it as often as you like, kill it when you like; the next run goes on
with whatever is due and leaves no litter (REQUIREMENTS D13).
"""

from __future__ import annotations

import os
import platform
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.files import part_of
from exporter.archive.names import archive_name
from exporter.runner.deflating import Effort
from exporter.runner.making import make_archive
from exporter.runner.rekeying import rekey_waiting
from exporter.runner.room import check_room, files_in
from exporter.runner.sending import send_messages
from store.access import Actor, unattended
from store.download_keys import ATTEMPTS, entries_per_archive
from store.errors import ChairsideError, Conflict
from store.folder import restoring_folder
from store.in_use import alone_in
from store.practice import Practice
from store.use_cases import heartbeat
from store.use_cases import unattended as use_cases
from store.use_cases.audit_trail import anchor_head
from store.use_cases.put_back import end_what_was_put_back
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
    effort: Effort = "fast",
    started_by: str = "hand",
) -> list[Outcome]:
    """Do every download that is due, then send what waits in the outbox; return how each ended.

    Args:
        on_progress: told the progress twice a second.
        cancelled: asked as often; true ends the present download, which stays due.
        effort: how hard to compress.
        started_by: timer, watch or hand; noted with the heartbeat.

    Raises:
        StoreBusy, StoreProblem: the store cannot be written; nothing was lost.
    """
    host = platform.node() or "this computer"
    runner = unattended(host)
    beat = practice.call(heartbeat.begin_run, runner, host, started_by)
    try:
        outcomes = _do_due(practice, runner, on_progress, cancelled, effort)
    except Exception as problem:
        # Its text may hold data, unless it is one of ours; its name does not.
        told = problem.what if isinstance(problem, ChairsideError) else type(problem).__name__
        with suppress(ChairsideError):
            practice.call(heartbeat.end_run, runner, beat, "broken", error=told)
        raise
    made = sum(outcome.made is not None for outcome in outcomes)
    ended = "stopped" if cancelled() else "done" if made == len(outcomes) else "incomplete"
    practice.call(heartbeat.end_run, runner, beat, ended, made)
    return outcomes


def _do_due(
    practice: Practice,
    runner: Actor,
    on_progress: OnProgress | None,
    cancelled: Callable[[], bool],
    effort: Effort,
) -> list[Outcome]:
    holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
    practice.call(end_what_was_put_back, runner)
    sweep(practice, runner)
    rekey_waiting(practice)
    outcomes: list[Outcome] = []
    while not cancelled():
        job = practice.call(use_cases.claim, runner, holder)
        if job is None:
            break
        outcomes.append(_attempt(practice, runner, job, on_progress, cancelled, effort))
    try:
        if not cancelled():
            send_messages(practice, runner, cancelled)
    finally:
        practice.call(anchor_head)
    return outcomes


def sweep(practice: Practice, runner: Actor) -> None:
    """Expire what is over and remove every file in `downloads` that no download owns."""
    # Looked at before the store is asked: what another runner begins from now on is not seen.
    there = files_in(practice.folder)
    kept = practice.call(use_cases.sweep, runner)
    names = set(kept.files) | {part_of(Path(name)).name for name in kept.being_locked}
    for job_day, number in kept.being_made:
        name = practice.folder.downloads / archive_name(practice.pgid, job_day, number)
        names |= {name.name, part_of(name).name}
    for path in there:
        if path.is_file() and path.name not in names:
            path.unlink(missing_ok=True)
    _clear_plain_copies(practice)


def _clear_plain_copies(practice: Practice) -> None:
    """Remove what a killed backup or restore left, unless one is at work."""
    folder = practice.folder
    data = folder.path.parent
    restoring = restoring_folder(data, practice.pgid).path
    for owner, left in ((folder.path, folder.workplace), (data, restoring)):
        with suppress(Conflict, OSError), alone_in(owner, "A backup or restore"):
            shutil.rmtree(left)


def _attempt(
    practice: Practice,
    runner: Actor,
    job: Job,
    on_progress: OnProgress | None,
    cancelled: Callable[[], bool],
    effort: Effort,
) -> Outcome:
    def report(progress: Progress) -> None:
        if cancelled():
            raise _interrupted()
        practice.call(use_cases.report, job, progress)
        if on_progress is not None:
            on_progress(job, progress)

    try:
        check_room(practice)
        keys = practice.call(use_cases.take_keys, job, entries_per_archive())
        made = make_archive(practice.folder, job, keys, practice.clock, report, effort)
        practice.call(use_cases.finish, runner, job, made)
        return Outcome(job, "ready", made, "")
    except ChairsideError as problem:
        # Ctrl+C also ends the reading process, and which of the two is met first is chance.
        stopped = cancelled() and not isinstance(problem, LeaseLost)
        return _ended(practice, runner, job, _interrupted() if stopped else problem)
    except Exception as problem:
        # Its text may hold data; its name does not.
        _ended(practice, runner, job, _Unexpected(f"Unexpected: {type(problem).__name__}."))
        raise


def _ended(practice: Practice, runner: Actor, job: Job, problem: ChairsideError) -> Outcome:
    """Note how an attempt ended, unless the download is another runner's by now."""
    asked = isinstance(problem, CancelAsked)
    # What the next run does about it is no help where none tries again.
    is_last = job.attempt >= ATTEMPTS
    reason = problem.what if asked or is_last else problem.sentence
    try:
        if isinstance(problem, LeaseLost) and not asked:
            raise problem
        if isinstance(problem, _Interrupted):
            state = practice.call(use_cases.give_back, runner, job, problem.what)
            return Outcome(job, state, None, reason)
        state = practice.call(use_cases.fail, runner, job, reason, cancelled=asked)
    except LeaseLost as lost:
        return Outcome(job, "lost", None, lost.what)
    return Outcome(job, state, None, reason)


class _Unexpected(ChairsideError):
    """What nobody thought of."""

    title = "The run failed"


class _Interrupted(ChairsideError):
    """Ctrl+C, the system going down, or the service being stopped."""

    title = "The run was interrupted"


def _interrupted() -> _Interrupted:
    return _Interrupted("The run was interrupted.", kept="It is due again at once.")
