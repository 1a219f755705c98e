"""Doing what is due: claim, make, note the end; again until nothing is left.

One rule: it is idempotent. Run it as often as you like, kill it when you like; the next run goes on
with whatever is due and leaves no litter (REQUIREMENTS D13).
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.disk import told_plainly
from exporter.archive.files import clear_leftover
from exporter.archive.names import archive_name
from exporter.runner.clearing import Tell, sweep
from exporter.runner.deflating import Effort
from exporter.runner.making import make_archive
from exporter.runner.patience import Lease, patiently
from exporter.runner.rekeying import rekey_waiting
from exporter.runner.room import check_room
from exporter.runner.sending import send_messages
from store.access import Actor, unattended
from store.download_keys import entries_per_archive
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import heartbeat
from store.use_cases import unattended as use_cases
from store.use_cases.audit_trail import anchor_head
from store.use_cases.put_back import end_what_was_put_back
from store.use_cases.unattended import CancelAsked, Ended, Job, LeaseLost, Made, Progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one job ended: `made` is set where it became ready, else `reason`."""

    job: Job
    state: str
    made: Made | None
    reason: str

    @property
    def is_as_wished(self) -> bool:
        """Whether it ended as people wanted it: ready, or cancelled by one of them."""
        return self.state in ("ready", "cancelled")


OnProgress = Callable[[Job, Progress], None]


def run_due(
    practice: Practice,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    effort: Effort = "fast",
    started_by: str = "hand",
    tell: Tell = lambda _text: None,
) -> list[Outcome]:
    """Do every download that is due, then send what waits in the outbox; return how each ended.

    Args:
        on_progress: told the progress twice a second.
        cancelled: asked as often; true ends the present download, which stays due.
        effort: how hard to compress.
        started_by: timer, watch or hand; noted with the heartbeat.
        tell: told a sentence for people where something was left undone that ends nothing else.

    Raises:
        StoreBusy, StoreProblem: the store cannot be written; nothing was lost.
    """
    host = platform.node() or "this computer"
    runner = unattended(host)
    beat = practice.call(heartbeat.begin_run, runner, host, started_by)
    try:
        outcomes = _do_due(practice, runner, on_progress, cancelled, effort, tell)
    except Exception as problem:
        # Its text may hold data, unless it is one of ours; its name does not.
        told = problem.what if isinstance(problem, ChairsideError) else type(problem).__name__
        with suppress(ChairsideError):
            practice.call(heartbeat.end_run, runner, beat, "broken", error=told)
        raise
    made = sum(outcome.made is not None for outcome in outcomes)
    is_done = all(outcome.is_as_wished for outcome in outcomes)
    ended = "stopped" if cancelled() else "done" if is_done else "incomplete"
    patiently(practice, heartbeat.end_run, runner, beat, ended, made)
    return outcomes


def _do_due(
    practice: Practice,
    runner: Actor,
    on_progress: OnProgress | None,
    cancelled: Callable[[], bool],
    effort: Effort,
    tell: Tell,
) -> list[Outcome]:
    holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
    practice.call(end_what_was_put_back, runner)
    sweep(practice, runner, tell)
    rekey_waiting(practice)
    outcomes: list[Outcome] = []
    while not cancelled():
        job = patiently(practice, use_cases.claim, runner, holder)
        if job is None:
            break
        outcomes.append(_attempt(practice, runner, job, on_progress, cancelled, effort))
    try:
        if not cancelled():
            send_messages(practice, runner, cancelled)
    finally:
        practice.call(anchor_head)
    return outcomes


def _attempt(
    practice: Practice,
    runner: Actor,
    job: Job,
    on_progress: OnProgress | None,
    cancelled: Callable[[], bool],
    effort: Effort,
) -> Outcome:
    lease = Lease(practice.clock)
    keys_taken = False

    def report(progress: Progress) -> None:
        if cancelled():
            raise _interrupted()
        if progress.is_whole:
            patiently(practice, use_cases.report, job, progress)
        else:
            lease.prolong(lambda waits: practice.call(use_cases.report, job, progress, waits=waits))
        if on_progress is not None:
            on_progress(job, progress)

    try:
        _check_begin(practice, job)
        keys_taken = True
        keys = patiently(practice, use_cases.take_keys, runner, job, entries_per_archive())
        made = make_archive(practice.folder, job, keys, practice.clock, report, effort)
        patiently(practice, use_cases.finish, runner, job, made)
        return Outcome(job, "ready", made, "")
    except ChairsideError as problem:
        # Ctrl+C also ends the reading process, and which of the two is met first is chance.
        stopped = cancelled() and not isinstance(problem, LeaseLost)
        ended = _interrupted() if stopped else problem
        return _ended(practice, runner, job, ended, keys_taken=keys_taken)
    except Exception as problem:
        # Its text may hold data; its name does not.
        unexpected = _Unexpected(f"Unexpected: {type(problem).__name__}.")
        _ended(practice, runner, job, unexpected, keys_taken=keys_taken)
        raise


def _check_begin(practice: Practice, job: Job) -> None:
    """Find out before a key is spent what would be in the way: whatever this raises costs no try.

    Raises NoRoom, ArchiveProblem, StoreProblem.
    """
    path = _archive_of(practice, job)
    with told_plainly(path.parent):
        # Whoever wrote this before has lost the lease; see the unattended use cases.
        clear_leftover(path)
        check_room(practice)
    practice.call(anchor_head)


def _archive_of(practice: Practice, job: Job) -> Path:
    return practice.folder.downloads / archive_name(job.pgid, job.run_on, job.download_id)


def _ended(
    practice: Practice,
    runner: Actor,
    job: Job,
    problem: ChairsideError,
    *,
    keys_taken: bool,
) -> Outcome:
    """Note how an attempt ended, unless the download is another runner's by now."""
    asked = isinstance(problem, CancelAsked)
    reason = problem.what if asked else problem.sentence
    try:
        if isinstance(problem, LeaseLost) and not asked:
            raise problem
        if isinstance(problem, _Interrupted):
            state = patiently(
                practice, use_cases.give_back, runner, job, problem.what, keys_taken=keys_taken
            )
            return Outcome(job, state, None, reason)
        state = patiently(
            practice,
            use_cases.fail,
            runner,
            job,
            reason,
            cancelled=asked,
            keys_taken=keys_taken,
        )
    except Ended as ended:
        state, reason = "cancelled", ended.what
    except LeaseLost as lost:
        return Outcome(job, "lost", None, lost.what)
    if state == "cancelled":
        # It may have its name already. From now on nobody makes it again; where it cannot be
        # removed, the next run tells of it.
        with suppress(OSError):
            _archive_of(practice, job).unlink(missing_ok=True)
    return Outcome(job, state, None, reason)


class _Unexpected(ChairsideError):
    """What nobody thought of."""

    title = "The run failed"


class _Interrupted(ChairsideError):
    """Ctrl+C, the system going down, or the service being stopped."""

    title = "The run was interrupted"


def _interrupted() -> _Interrupted:
    return _Interrupted("The run was interrupted.", kept="It is due again at once.")
