"""Waiting for a gateway, a modem or a mail server, which may take its time.

One rule: the screen stays alive and Esc leaves at once; the work itself goes on, one at a time, and
what came of it is told wherever its user is by then.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError
from store.use_cases import carriers
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.jobs import Job
from tui.widgets.place import Dialog, PlaceMixin
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.carriers import CarrierView
    from store.use_cases.communications import TestSent

LOOK_EVERY: Final = 0.2
"""Seconds between two looks at whether the work is over."""


class CarrierJob(Job):
    """Something asked of what sends messages.

    Args:
        title: what is being done, for people.
        about: a sentence more, such as how long it may take.
    """

    def __init__(self, title: str, about: str = "") -> None:
        super().__init__(title, unit="steps")
        self.about = about
        self.sent: TestSent | None = None


class NotWorking(ChairsideError):
    """What was checked does not work."""

    title = "Not working"


def check(practice: Practice, actor: Actor, channel: str) -> str:
    """Ask what a channel's messages go by; return a sentence. Blocks. Raises NotWorking, Refused.

    The reason is noted with the carrier as well.
    """
    from exporter.messages.carriers import CarrierDown
    from exporter.messages.checking import check_carrier

    try:
        return check_carrier(practice, actor, channel)
    except CarrierDown as problem:
        raise NotWorking(problem.what, do=problem.do) from None


def why_still_busy(jobs: Iterable[Job]) -> str:
    """Return why nothing more can be asked of a carrier now; empty when it can."""
    busy = any(isinstance(one, CarrierJob) and not one.is_over for one in jobs)
    return "The answer from before is still awaited." if busy else ""


def needs_set() -> str:
    """Return the sentence that names the right for all that is changed here (D4)."""
    return words.needs(carriers.SET.label)


def settings_of(view: CarrierView | None) -> tuple[object, ...]:
    """Return what of a carrier is set by people, to tell whether somebody changed it."""
    if view is None:
        return ()
    server = (view.kind, view.address, view.port, view.security, view.account, view.has_secret)
    return (*server, view.sender, view.sender_name, view.countries)


class WaitDialog(Dialog[CarrierJob], place="waiting"):
    """Shows how long it has taken; answers the job once it is over, None if nobody waited."""

    def __init__(self, job: CarrierJob) -> None:
        super().__init__()
        self._job = job

    @property
    def title_text(self) -> str:
        """What is being done."""
        return self._job.title

    def body(self) -> ComposeResult:
        """What is asked, and for how long already."""
        if self._job.about:
            yield Static(content(self._job.about), id="about")
        yield Static(id="so_far")

    def buttons(self) -> ComposeResult:
        """Only a way on."""
        yield PushButton("Do not wait", id="back")

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#back").focus()
        self.set_interval(LOOK_EVERY, self._look)
        self._look()

    def _look(self) -> None:
        if not self.is_current:
            return
        spent = words.spent(self._job.seconds_spent)
        self.set_text("#so_far", content(f"Waiting for an answer, {spent} so far.", "$tone-dim"))
        if self._job.is_over:
            self._job.is_told = True
            self.dismiss(self._job)


class CarrierWork(PlaceMixin[None]):
    """For screens that ask something of a carrier."""

    def ask_carrier(
        self, job: CarrierJob, run: Callable[[CarrierJob], Coroutine[Any, Any, str]]
    ) -> None:
        """Begin something that takes time, and wait for it as long as its user wants to."""

        async def go(_job: Job) -> str:
            return await run(job)

        def closed(over: CarrierJob | None) -> None:
            if over is None:
                self._watch(job)
                self.say("Not waiting.", "It goes on; its result is told here or on Home.")
            else:
                self.carrier_answered(job)
            self.refresh_keys()

        self.hush()
        self.kiosk.start_job(job, go)
        self.open(WaitDialog(job), closed)

    def carrier_answered(self, job: CarrierJob) -> None:
        """Tell what came of it, and read again how the carrier does."""
        if job.error is not None:
            self.show_error(job.error)
        else:
            self.say("Done.", job.outcome, "good")
        self.look_again()

    def look_again(self) -> object:
        """Read again how the carrier does; screens do."""
        raise NotImplementedError

    def _watch(self, job: CarrierJob) -> None:
        """Tell what comes of it after all, if its user is still or again here."""

        def look() -> None:
            if job.is_told or (job.is_over and self.is_current):
                timer.stop()
            if job.is_over and self.is_current and not job.is_told:
                job.is_told = True
                self.carrier_answered(job)

        timer = self.set_interval(LOOK_EVERY, look)
