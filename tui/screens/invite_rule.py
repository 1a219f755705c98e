"""One invitation rule: when it fires, for whom, and the text with its fields (P11).

One rule: what was typed stays on the page until the store has accepted it, or somebody says that
it may be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from store.errors import BadInput, Conflict
from store.use_cases import invite_rules
from tui.invite_words import HOW_TO_WRITE, MODES, TIMED, minutes_of, span, when
from tui.inviting import send_now
from tui.screens.dialogs import ConfirmDialog, ProgressDialog, TextDialog
from tui.screens.printer_form import EVERY_OFFICE, office_options
from tui.widgets.button import PushButton, go_on
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.jobs import Job
from tui.widgets.long_text import LongText
from tui.widgets.place import Place
from tui.widgets.safe import content, drawable

if TYPE_CHECKING:
    from store.use_cases.invite_rules import InviteRule
    from store.use_cases.offices import OfficeChoice

FIELDS_TEXT: Final = (
    "{first_name}      the patient's first name\n"
    "{office_name}     the name of the office\n"
    "{office_phone}    the telephone number of the office\n"
    "{portal_address}  the address of the portal\n"
    "{user_name}       the name the patient signs in with\n"
    "{password}        the one-time password; or the link, by setting\n"
    "\n"
    "{user_name} and {password} must stand in the text. Nothing else is filled in."
)
DEFAULT_SPAN: Final = "7 days"


class InviteRuleScreen(Place, place="invite_rule"):
    """The form of one rule; the words and days of it are checked by the store."""

    def __init__(self, rule: InviteRule, offices: Sequence[OfficeChoice]) -> None:
        super().__init__()
        self._rule = rule
        self._offices = offices
        self._typed_before: InviteRule | None = None
        self.saved_id = 0

    @property
    def path(self) -> tuple[str, ...]:
        """A new rule or one that is there."""
        last = "A rule" if self._rule.rule_id else "A new rule"
        return ("Setup", "Patient Portal", "Invitation rules", last)

    def body(self) -> ComposeResult:
        """When, for whom, the text."""
        rule = self._rule
        modes = [Option(mode, word, meaning) for mode, (word, meaning) in MODES.items()]
        yield Choice("Invites", modes, id="mode", value=rule.mode)
        yield Field(
            "Time", id="offset", value=span(rule.offset_minutes), max_length=20, meaning=" "
        )
        yield Field(
            "Gap, in days",
            id="gap",
            value=str(rule.not_within_days),
            restrict=r"[0-9]*",
            max_length=4,
            placeholder="days",
        )
        office = str(rule.office_id or EVERY_OFFICE)
        yield Choice("Office", office_options(self._offices), id="office", value=office)
        yield Field("Subject", id="subject", value=drawable(rule.subject), max_length=150)
        yield Static(content("Text"), id="text_label")
        yield LongText(rule.body, id="text", most=5000)
        with Horizontal(id="buttons"):
            yield PushButton("Back", id="back")
            yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin at the top."""
        self.query_one("#mode", Choice).focus()
        self._typed_before = self._typed()
        self._show_mode()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Choice.Changed, "#mode")
    def _mode_changed(self) -> None:
        """A rule that nobody wrote on yet takes the words and days of its new kind."""
        mode, before = self.query_one("#mode", Choice).value, self._typed_before
        offered = invite_rules.new_rule(mode)
        if not self._rule.rule_id and before is not None:
            now = self._typed()
            if now is not None and now.body == before.body and now.subject == before.subject:
                self._field("subject").value = offered.subject
                self.query_one(LongText).load_text(offered.body)
                self._field("offset").value = span(offered.offset_minutes)
                self._typed_before = self._typed()
        self._show_mode()

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        self._show_mode()

    def _show_mode(self) -> None:
        """The time counts in some kinds only; under it stands what it comes to."""
        mode = self.query_one("#mode", Choice).value
        field = self._field("offset")
        field.display = mode in TIMED
        self._field("gap").display = mode != "by_hand"
        minutes = minutes_of(field.value)
        if minutes is None and mode in TIMED:
            field.complain(HOW_TO_WRITE)
        else:
            told = replace(self._rule, mode=mode, offset_minutes=minutes or 0)
            field.explain(f"{when(told).capitalize()}.")

    def _typed(self) -> InviteRule | None:
        """Return the rule as it is typed now; None while a number is missing."""
        mode = self.query_one("#mode", Choice).value
        gap = self._field("gap").value
        minutes = minutes_of(self._field("offset").value) if mode in TIMED else 0
        if minutes is None or not gap:
            return None
        return replace(
            self._rule,
            mode=mode,
            offset_minutes=minutes,
            not_within_days=int(gap),
            office_id=int(self.query_one("#office", Choice).value) or None,
            subject=self._field("subject").value,
            body=self.query_one(LongText).text,
        )

    def _wanted(self) -> InviteRule | None:
        """Return the rule as typed, or say what is missing."""
        rule = self._typed()
        if rule is None:
            empty = not self._field("gap").value
            field = self._field("gap" if empty else "offset")
            field.complain("A number of days, as in 30." if empty else HOW_TO_WRITE)
            field.focus_line()
        return rule

    # What can be done

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Back, or save."""
        event.stop()
        self.action_do("kiosk.back" if event.button.id == "back" else "rule.save")

    def do_rule_save(self) -> None:
        """Save it, if days and numbers are there."""
        rule = self._wanted()
        if rule is not None:
            self._save(rule)

    @work(description="save an invitation rule", exit_on_error=False)
    async def _save(self, rule: InviteRule) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Saving…"):
                saved = await kiosk.practice.ask(invite_rules.save_rule, kiosk.signed_in, rule)
        except BadInput as problem:
            self._complain(problem)
        except Conflict as conflict:
            self.show_error(conflict)
        else:
            self.saved_id = saved.rule_id
            self.dismiss()

    def _complain(self, problem: BadInput) -> None:
        """Go to what is wrong, and say it where it does not cover the text."""
        name = getattr(problem, "field", "")
        where = {"body": "#text", "subject": "#subject"}.get(name)
        self.show_error(problem)
        if where == "#text":
            self.set_focus(self.query_one(LongText))
        elif where is not None:
            self._field("subject").focus_line()

    def do_rule_fields(self) -> None:
        """What can be filled in."""
        self.open(TextDialog("Fields of the text", FIELDS_TEXT))

    def do_rule_preview(self) -> None:
        """The message as an invented patient gets it."""
        rule = self._wanted()
        if rule is not None:
            self._preview(rule)

    @work(description="preview of an invitation", exit_on_error=False)
    async def _preview(self, rule: InviteRule) -> None:
        kiosk = self.kiosk
        try:
            shown = await kiosk.practice.ask(invite_rules.preview, kiosk.signed_in, rule)
        except BadInput as problem:
            self._complain(problem)
        else:
            text = f"Subject: {shown.subject}\n\n{shown.plain}"
            self.open(TextDialog("Preview, for an invented patient", text))

    def do_rule_test(self) -> None:
        """Send the text, for an invented patient, to one's own address."""
        rule = self._wanted()
        if rule is None:
            return
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: Job) -> str:
            masked = await practice.ask(invite_rules.test_to_myself, actor, rule)
            await send_now(practice)
            return f"It went to {masked}, for an invented patient."

        job = Job("Sending a test to yourself", unit="steps")
        self.kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._tested)

    def _tested(self, job: Job | None) -> None:
        if job is not None and isinstance(job.error, BadInput):
            self._complain(job.error)
        elif job is not None and job.error is not None:
            self.show_error(job.error)
        elif job is not None:
            self.say("Sent.", job.outcome, "good")

    def leave(self) -> None:
        """Ask before what was typed is lost."""
        if self._typed() == self._typed_before:
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                "What you changed of this rule will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
