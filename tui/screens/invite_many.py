"""Front desk › Invitations › Invite patients: who qualifies, who does not and why; all at once.

One rule: nobody is invited before a question was answered, and what was sent stays told when the
work is stopped halfway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import invitations
from tui.inviting import invite_all, invite_one
from tui.screens.dialogs import ConfirmDialog, ProgressDialog
from tui.widgets import words
from tui.widgets.jobs import Job
from tui.widgets.paged import Paged
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.invitations import Candidate, CandidatePage, Candidates

QUALIFIES: Final = (Column("", 8), Column("Patient", 32), Column("E-mail", 0))
NOT: Final = (Column("Patient", 30), Column("Why not", 0))
NOBODY: Final = (
    "Nobody qualifies now. v shows who does not, and what is missing; contact details are"
    " entered on the patient's card."
)
EVERYBODY: Final = "Whoever has not signed in yet can be invited."


class InviteManyScreen(Place, Paged["Candidate"], place="invite_many"):
    """Pages of patients who never signed in, in two views."""

    PATH = ("Front desk", "Invitations", "Invite patients")

    def __init__(self) -> None:
        super().__init__()
        self._page: CandidatePage | None = None
        self._counts: Candidates | None = None
        self._shows_others = False
        self._left_out: set[int] = set()

    def body(self) -> ComposeResult:
        """How many, the list, the marked one."""
        yield Static(id="counts")
        yield Table(QUALIFIES, id="candidates")
        yield Static(id="about")

    @work(description="who can be invited", exit_on_error=False)
    async def read_page(self, *, at_end: bool = False) -> None:
        """Read the page after `after`."""
        kiosk, qualifies = self.kiosk, not self._shows_others
        try:
            with self.working("Reading…"):
                page = await kiosk.practice.ask(
                    invitations.candidates, kiosk.signed_in, qualifies=qualifies, after=self.after
                )
                counts = await kiosk.practice.ask(invitations.count, kiosk.signed_in)
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._page, self._counts = page, counts
        self._draw(len(page.rows) - 1 if at_end else 0)

    def _draw(self, mark: int) -> None:
        if self._page is not None:
            columns = NOT if self._shows_others else QUALIFIES
            self.show_page(self._page.rows, self._row, self._page.next, columns=columns, mark=mark)
        self._tell_counts()
        self._explain()

    def _row(self, one: Candidate) -> tuple[Cell, ...]:
        if self._shows_others:
            return (Cell(one.name), Cell(one.why_not, "dim"))
        is_out = one.patient_id in self._left_out
        tone = "dim" if is_out else ""
        return (
            Cell("left out" if is_out else "invite", "dim" if is_out else "key"),
            Cell(one.name, tone),
            Cell(one.email_masked, "dim"),
        )

    def _tell_counts(self) -> None:
        counts = self._counts
        if counts is None:
            return
        left = f", {words.number(len(self._left_out))} left out" if self._left_out else ""
        here, there = "bold", "$tone-dim"
        if self._shows_others:
            here, there = there, here
        page = f" · {self.page_words}" if self.page_words else ""
        self.query_one("#counts", Static).update(
            join(
                (f"{words.number(counts.qualify)} can be invited{left}", here),
                (" · ", "$tone-dim"),
                (f"{words.number(counts.not_qualify)} cannot", there),
                (page, "$tone-dim"),
            )
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self.marked
        if one is None:
            about = content(EVERYBODY if self._shows_others else NOBODY)
        else:
            what = one.why_not or f"The invitation goes to {one.email_masked}."
            about = join((clip(one.name, 60), "bold"), (f"\n{what}", "$tone-dim"))
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    @property
    def _how_many(self) -> int:
        return (self._counts.qualify if self._counts else 0) - len(self._left_out)

    def why_not(self, key_id: str) -> str:
        """Inviting needs somebody who qualifies."""
        if not key_id.startswith(("invite.", "pages.")):
            return ""
        if self.refusal or self._page is None:
            return self.refusal or "The list is being read."
        if key_id in ("invite.one", "invite.take"):
            if self._shows_others:
                return "These do not qualify; under each stands why."
            if self.marked is None:
                return "Nobody is in the list."
        if key_id == "invite.send" and self._how_many <= 0:
            return "Nobody is left to be invited."
        return self.why_no_page(key_id)

    def do_invite_others(self) -> None:
        """The other view."""
        self._shows_others = not self._shows_others
        self.first_page()

    def do_invite_take(self) -> None:
        """Leave the marked patient out, or take in again; then go on to the next."""
        one = self.marked
        if one is not None:
            self._left_out ^= {one.patient_id}
            self._draw(self.query_one(Table).marked + 1)

    def do_invite_send(self) -> None:
        """Invite all, after a question."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._start()

        many = words.count(self._how_many, "patient")
        self.open(
            ConfirmDialog(
                f"Invite {many}?",
                "Each gets an e-mail with an own user name and what to sign in with once. What"
                " has gone out cannot be taken back. F8 stops it at the next 25.",
                do=f"Invite {many}",
                keep="Invite nobody",
            ),
            answered,
        )

    def _start(self) -> None:
        kiosk, left_out = self.kiosk, frozenset(self._left_out)
        practice, actor = kiosk.practice, kiosk.signed_in
        job = Job("Inviting patients", unit="patients")
        kiosk.start_job(job, lambda job: invite_all(practice, actor, left_out, job))
        self.open(InvitingDialog(job), self._over)

    @on(Table.Chosen)
    def _double_click(self) -> None:
        self.action_do("invite.one")

    def do_invite_one(self) -> None:
        """Invite only the marked patient, after a question."""
        one = self.marked
        if one is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._start_one(one)

        self.open(
            ConfirmDialog(
                f"Invite {clip(one.name, 40)}?",
                f"An e-mail goes to {one.email_masked}, with a user name and what to sign in"
                " with once.",
                do="Invite",
                keep="Do not invite",
            ),
            answered,
        )

    def _start_one(self, one: Candidate) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        job = Job("Inviting a patient", unit="patients")
        self.kiosk.start_job(job, lambda job: invite_one(practice, actor, one.patient_id, job))
        self.open(InvitingDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is not None and job.error is not None:
            self.show_error(job.error)
        elif job is not None:
            self.say("", job.outcome)
        self._left_out.clear()
        self._reread()

    @work(description="who can be invited", exit_on_error=False)
    async def _reread(self) -> None:
        """Read the first page again, without taking the answer off its line."""
        kiosk = self.kiosk
        self.turn_back()
        self._page = await kiosk.practice.ask(
            invitations.candidates, kiosk.signed_in, qualifies=not self._shows_others
        )
        self._counts = await kiosk.practice.ask(invitations.count, kiosk.signed_in)
        self._draw(0)


class InvitingDialog(ProgressDialog, place="progress"):
    """The progress of inviting: stopping it takes nothing back."""

    STOPPING = "It stops at the next 25 patients; what was sent stays sent."
