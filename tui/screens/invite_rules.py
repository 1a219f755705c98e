"""Setup › Patient Portal › Invitation rules: who is invited by itself, and when (P11).

One rule: a rule is off until somebody switches it on, and that asks first: messages go out then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import invite_rules, offices
from tui.invite_words import MODES, span, when
from tui.screens.dialogs import ConfirmDialog
from tui.widgets.listing import Listing
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.invite_rules import InviteRule
    from store.use_cases.offices import OfficeChoice

COLUMNS: Final = (
    Column("When", 30),
    Column("State", 6),
    Column("Office", 16),
    Column("Subject", 0),
)
EMPTY: Final = (
    "There is no rule: nobody is invited by itself, only by hand. Press n to make the first one;"
    " it is off until you switch it on."
)


class InviteRulesScreen(Place, Listing["InviteRule"], place="invite_rules"):
    """The rules, and what the marked one means."""

    PATH = ("Setup", "Patient Portal", "Invitation rules")

    def __init__(self) -> None:
        super().__init__()
        self._offices: tuple[OfficeChoice, ...] = ()

    def body(self) -> ComposeResult:
        """The list, and the marked rule in words."""
        yield Table(COLUMNS, id="rules")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the rules."""
        self.query_one(Table).focus()
        self.load()

    @work(description="invitation rules", exit_on_error=False)
    async def load(self, mark: int = 0) -> None:
        """Read the rules again; `mark` is the number of one to mark."""
        kiosk = self.kiosk
        try:
            found = await kiosk.practice.ask(invite_rules.rules, kiosk.signed_in)
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._offices = await kiosk.practice.ask(offices.office_choices, kiosk.signed_in)
        here = self.marked
        wanted = mark or (here.rule_id if here else 0)
        numbers = [rule.rule_id for rule in found]
        self.show_lines(found, self._row, mark=numbers.index(wanted) if wanted in numbers else 0)
        self._explain()

    def _office(self, rule: InviteRule) -> str:
        names = {one.office_id: one.name for one in self._offices}
        return "every office" if rule.office_id is None else names.get(rule.office_id, "?")

    def _row(self, rule: InviteRule) -> tuple[Cell, ...]:
        state = Cell("on", "good") if rule.is_enabled else Cell("off", "dim")
        return (Cell(when(rule)), state, Cell(self._office(rule), "dim"), Cell(rule.subject))

    @on(Table.Marked)
    def _explain(self) -> None:
        rule = self.marked
        if rule is None:
            about = content(EMPTY)
        else:
            first = " ".join(rule.body.split())
            about = join(
                (when(rule).capitalize(), "bold"),
                (f" · {self._office(rule)}", "$tone-dim"),
                (f" · not again within {span(rule.not_within_days * 1440)}", "$tone-dim"),
                (f"\n{clip(first, 140)}", ""),
            )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Most need a rule that is marked."""
        if not key_id.startswith("rules."):
            return ""
        if self.refusal:
            return self.refusal
        if key_id != "rules.new" and self.marked is None:
            return "There is no rule in the list."
        return ""

    def do_list_refresh(self) -> None:
        """Read the rules again."""
        self.load()

    @on(Table.Chosen)
    def do_rules_edit(self) -> None:
        """See and change the marked rule."""
        if self.marked is not None:
            self._open_form(self.marked)

    def do_rules_new(self) -> None:
        """A new rule, with the words that most practices need."""
        used = {rule.mode for rule in self.lines}
        mode = next((one for one in MODES if one not in used), "before_appointment")
        self._open_form(invite_rules.new_rule(mode))

    def _open_form(self, rule: InviteRule) -> None:
        from tui.screens.invite_rule import InviteRuleScreen

        form = InviteRuleScreen(rule, self._offices)

        def closed(_nothing: None) -> None:
            if form.saved_id:
                off = "" if rule.is_enabled else "It is off; Space switches it on."
                self.say("Saved.", off, "good")
            self.load(form.saved_id)

        self.open(form, closed)

    def do_rules_switch(self) -> None:
        """Switch the marked rule; on asks first, because messages go out then."""
        rule = self.marked
        if rule is None:
            return
        if rule.is_enabled or rule.mode == "by_hand":
            self._switch(rule)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._switch(rule)

        self.open(
            ConfirmDialog(
                "Switch this rule on?",
                f"From the next unattended run, patients are invited by e-mail {when(rule)}. Only"
                " those who agreed to e-mail, never signed in, and of whom all that is needed is"
                " on file. What has gone out cannot be taken back.",
                do="Switch it on",
                keep="Leave it off",
            ),
            answered,
        )

    @work(description="switch an invitation rule", exit_on_error=False)
    async def _switch(self, rule: InviteRule) -> None:
        kiosk = self.kiosk
        wanted = replace(rule, is_enabled=not rule.is_enabled)
        with self.working("Saving…"):
            await kiosk.practice.ask(invite_rules.save_rule, kiosk.signed_in, wanted)
        self.say("Saved.", f"The rule is {'on' if wanted.is_enabled else 'off'}.", "good")
        self.load(rule.rule_id)

    def do_rules_delete(self) -> None:
        """Delete the marked rule, after a question."""
        rule = self.marked
        if rule is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(rule)

        self.open(
            ConfirmDialog(
                "Delete this rule?",
                f"The rule “{when(rule)}” and its text will be gone. Invitations that went out"
                " stay in the list.",
                do="Delete it",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="delete an invitation rule", exit_on_error=False)
    async def _delete(self, rule: InviteRule) -> None:
        kiosk = self.kiosk
        with self.working("Deleting…"):
            await kiosk.practice.ask(
                invite_rules.delete_rule, kiosk.signed_in, rule.rule_id, rule.version
            )
        self.say("Deleted.", "The rule is gone.", "good")
        self.load()
