"""Work that outlives a screen: begun by one, told of at Home, taken back when the kiosk closes.

One rule: it is told of whatever becomes of it; nothing that was begun ends unseen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import App

from store.errors import ChairsideError
from tui.widgets.jobs import Job, JobEnded
from tui.widgets.place import PlaceMixin

if TYPE_CHECKING:
    from store.access import Actor


class LongWork(App[None]):
    """For the app: its jobs, and closing down in order."""

    actor: Actor | None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.jobs: list[Job] = []
        self._closing_down: asyncio.Task[None] | None = None

    def start_job(self, job: Job, run: Callable[[Job], Coroutine[Any, Any, str]]) -> None:
        """Run something long; it goes on while the kiosk is locked, and Home tells how it ended."""
        job.owner = self.actor.user_id if self.actor else None
        self.jobs = [*(one for one in self.jobs if not one.is_told), job]
        if self._closing_down is not None:
            job.cancel()
        self._job(job, run)

    def ask_about_work(self, go: Callable[[], None]) -> None:
        """Call `go` at once, or ask first whether to stop what this user has running.

        Without a session the audit trail takes no disclosure, and what was made would not stay.
        """
        from tui.screens.dialogs import ConfirmDialog

        who = self.actor.user_id if self.actor else None
        mine = [job for job in self.jobs if not job.is_over and job.owner == who]
        screen = self.screen
        if not mine or who is None or not isinstance(screen, PlaceMixin):
            go()
            return

        def answered(stop: bool | None) -> None:
            if stop:
                for job in mine:
                    job.cancel()
                go()

        screen.open(
            ConfirmDialog(
                "Stop it and sign out?",
                f"{mine[0].title}: not done yet. Signing out stops it, and nothing half"
                " made stays. F9 locks the desk instead: then it goes on.",
                do="Stop and sign out",
                keep="Stay",
            ),
            answered,
        )

    @work(description="job", group="jobs", exit_on_error=False)
    async def _job(self, job: Job, run: Callable[[Job], Coroutine[Any, Any, str]]) -> None:
        try:
            job.finish(await run(job))
        except ChairsideError as error:
            job.fail(error)
        except asyncio.CancelledError:
            job.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - the policy for what nobody expected
            job.fail(error)
        self.screen.post_message(JobEnded())

    def close_down(self) -> None:
        """The terminal was closed, or the computer shuts down: stop all work, then end."""
        if self._closing_down is None:
            self._closing_down = asyncio.create_task(self._end_after_jobs())

    async def _end_after_jobs(self) -> None:
        for job in self.jobs:
            job.cancel()
        # Each takes back what it has begun: a readable copy must not stay half made.
        while not all(job.is_over for job in self.jobs):
            await asyncio.sleep(0.05)
        self.exit(return_code=1)
