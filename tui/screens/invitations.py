"""Front desk › Invitations: what was sent to whom, and how far each one is (P11).

One rule: the list tells what came of a message, never what stood in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import invitations
from tui.invite_words import MODES, STATES
from tui.inviting import send
from tui.screens.dialogs import TextDialog
from tui.widgets import words
from tui.widgets.paged import Paged
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.invitations import Invitation, InvitationPage

COLUMNS: Final = (
    Column("Made", 12),
    Column("Patient", 26),
    Column("State", 13),
    Column("To", 0),
)
EMPTY: Final = "Nobody was invited yet. Press i to see who qualifies."


def state(one: Invitation) -> tuple[str, str]:
    """Return how far an invitation is, as a word with its tone."""
    if one.has_signed_in:
        return "signed in", "good"
    return STATES.get(one.state, (one.state, ""))


def told(one: Invitation, zone: str) -> str:
    """Return all that is known of an invitation, line by line."""
    lines = [
        f"Patient   {one.name}, number {one.patient_id}",
        f"State     {state(one)[0]}",
        f"Made      {words.instant(one.created_at, zone)} by {one.created_by or 'a rule'}",
        f"Sent      {words.instant(one.sent_at, zone) if one.sent_at else 'not yet'}",
        f"To        {one.sent_to_masked or words.NOTHING}",
        f"Because   {MODES[one.mode][0] if one.mode in MODES else one.mode or 'by hand'}",
    ]
    return "\n".join([*lines, "", one.reason] if one.reason else lines)


class InvitationsScreen(Place, Paged["Invitation"], place="invitations"):
    """Pages of invitations, newest first."""

    PATH = ("Front desk", "Invitations")

    def body(self) -> ComposeResult:
        """The list, and what came of the marked one."""
        yield Table(COLUMNS, id="invitations")
        yield Static(id="about")

    @work(description="invitations", exit_on_error=False)
    async def read_page(self, *, at_end: bool = False) -> None:
        """Read the page after `after`."""
        kiosk = self.kiosk
        try:
            with self.working("Reading…"):
                page = await kiosk.practice.ask(
                    invitations.invitation_list, kiosk.signed_in, self.after
                )
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._show(page, at_end=at_end)

    def _show(self, page: InvitationPage, *, at_end: bool) -> None:
        self.show_page(page.rows, self._row, page.next, mark=len(page.rows) - 1 if at_end else 0)
        self._explain()

    def _row(self, one: Invitation) -> tuple[Cell, ...]:
        word, tone = state(one)
        return (
            Cell(words.instant(one.created_at, self.zone), "dim"),
            Cell(one.name),
            Cell(word, tone),
            Cell(one.sent_to_masked or words.NOTHING, "dim"),
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self.marked
        if one is None:
            about = content(EMPTY)
        else:
            word, tone = state(one)
            by = one.created_by or "a rule"
            about = join(
                (clip(one.name, 40), "bold"),
                (f" · {word}", f"bold $tone-{tone}" if tone else "bold"),
                (f" · made by {clip(by, 30)}", "$tone-dim"),
                (f" · {self.page_words}" if self.page_words else "", "$tone-dim"),
                (f"\n{one.reason}" if one.reason else "", "$tone-bad"),
            )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Only one that failed, or of which nothing is known, is sent again."""
        if not key_id.startswith(("invitations.", "pages.")):
            return ""
        if self.refusal and key_id != "invitations.rules":
            return self.refusal
        one = self.marked
        if key_id in ("invitations.open", "invitations.retry") and one is None:
            return "There is no invitation in the list."
        if key_id == "invitations.retry" and one is not None:
            if one.has_signed_in:
                return "The patient has signed in already."
            if one.state == "send_not_attempted":
                return "It is still on its way."
        return self.why_no_page(key_id)

    @on(Table.Chosen)
    def do_invitations_open(self) -> None:
        """All that is known of the marked one."""
        if self.marked is not None:
            self.open(TextDialog("Invitation", told(self.marked, self.zone)))

    def do_invitations_rules(self) -> None:
        """The rules."""
        from tui.screens.invite_rules import InviteRulesScreen

        self.open(InviteRulesScreen())

    def do_invitations_many(self) -> None:
        """Who qualifies."""
        from tui.screens.invite_many import InviteManyScreen

        def closed(_nothing: None) -> None:
            self.first_page()

        self.open(InviteManyScreen(), closed)

    def do_invitations_retry(self) -> None:
        """Invite the marked patient again, with a new password or link."""
        if self.marked is not None:
            self._retry(self.marked)

    @work(description="send an invitation again", exit_on_error=False)
    async def _retry(self, one: Invitation) -> None:
        kiosk = self.kiosk
        with self.working("Inviting again…"):
            invited = await kiosk.practice.ask(
                invitations.retry_invitation, kiosk.signed_in, one.invite_id
            )
            await send(kiosk.practice)
        self.say("Invited again.", f"A message goes to {invited.sent_to_masked}.", "good")
        self.turn_back()
        page = await kiosk.practice.ask(invitations.invitation_list, kiosk.signed_in)
        self._show(page, at_end=False)
