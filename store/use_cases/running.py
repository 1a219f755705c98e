"""The Export Runner, for people: the queue, its progress, starting and stopping."""

from __future__ import annotations

from dataclasses import dataclass

from store import downloads, heartbeat
from store.access import Actor, change, level_of, view
from store.clock import instant
from store.database import Store
from store.downloads import DownloadView
from store.errors import Conflict
from store.heartbeat import Pulse
from store.rights import Level, Need, Right

SEE = Need(Right.EXPORT_RUNNER, Level.VIEW)
OPERATE = Need(Right.EXPORT_RUNNER, Level.FULL)
SECURITY = Need(Right.SECURITY, Level.FULL)


@dataclass(frozen=True, slots=True)
class RunnerView:
    """What the Export Runner screen shows.

    `running` is being built; `stopped` was, until its runner was killed: the next run builds it.
    """

    running: tuple[DownloadView, ...]
    stopped: tuple[DownloadView, ...]
    waiting: tuple[DownloadView, ...]
    finished: tuple[DownloadView, ...]
    pulse: Pulse
    can_operate: bool
    can_bring_forward: bool


def queue(store: Store, actor: Actor) -> RunnerView:
    """Return the queue and the progress. Raises Refused."""
    view(store, actor, SEE)
    assert actor.user_id is not None
    who = actor.user_id
    waiting = downloads.listed(store, who, "d.state = 'scheduled'")
    begun = downloads.listed(store, who, "d.state = 'running'")
    return RunnerView(
        running=tuple(one for one in begun if not one.is_stopped),
        stopped=tuple(one for one in begun if one.is_stopped),
        waiting=tuple(sorted(waiting, key=lambda d: (d.due_at, d.download_id))),
        finished=downloads.listed(
            store, who, "d.state IN ('ready', 'retrieved', 'expired', 'failed', 'cancelled')"
        )[:20],
        pulse=heartbeat.pulse(store),
        can_operate=level_of(store, who, Right.EXPORT_RUNNER) == Level.FULL,
        can_bring_forward=level_of(store, who, Right.SECURITY) == Level.FULL,
    )


def bring_forward(store: Store, actor: Actor) -> int:
    """Make all scheduled downloads due now; return how many. Needs Setup - Security."""
    with change(store, actor, SECURITY) as tx:
        now = instant(store.clock.now())
        count = store.execute(
            "UPDATE data_download SET due_at = ? WHERE state = 'scheduled' AND due_at > ?",
            (now, now),
        )
        tx.record("runner.bring_forward", f"Brought {count} scheduled downloads forward.")
    return count


def request_cancel(store: Store, actor: Actor, download_id: int) -> None:
    """Ask the runner to stop a download it is making. Without a living runner it is cancelled now.

    Raises Refused, NotFound, Conflict.
    """
    with change(store, actor, OPERATE) as tx:
        found = downloads.one(store, download_id, actor.user_id)
        if found.state != "running":
            raise Conflict("This download is not being made now.", kept="Nothing was changed.")
        if found.is_stopped:
            downloads.give_up(store, download_id, "The run was cancelled.", after="cancelled")
            what = "Cancelled a data download whose runner had stopped."
        else:
            store.execute(
                "UPDATE data_download SET cancel_requested = 1 WHERE data_download_id = ?",
                (download_id,),
            )
            what = "Asked the runner to stop a download."
        tx.record("runner.cancel", what, object_=f"data_download:{download_id}")
    if found.is_stopped:
        store.scrub_log()


def check_may_run(store: Store, actor: Actor) -> None:
    """Check the right to start what is due by hand. Raises Refused."""
    view(store, actor, OPERATE)


def begin_install(store: Store, actor: Actor, what: str) -> None:
    """Note that the hourly timer is set up or taken away (`what`), before it is. Raises Refused."""
    with change(store, actor, OPERATE) as tx:
        tx.record("runner.install", f"{what} on the computer {actor.terminal} runs on.")
