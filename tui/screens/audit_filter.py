"""The filter of the audit trail: one field for each thing an event tells (REQUIREMENTS S9).

One rule: what is typed is checked here, in words; what fits is decided in the store.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.suggester import SuggestFromList
from textual.widgets import Static

from store.errors import BadInput
from store.use_cases.audit_trail import AuditFilter, person_named
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.use_cases.audit_trail import Choices

MEANING: Final = "→ completes what is shown dim. An empty field leaves nothing out."
_NUMBER: Final = r"[0-9]*"
_DAY: Final = r"[0-9-]*"


class AuditFilterDialog(Dialog[AuditFilter | None], place="audit_filter"):
    """Answers the filter; None when it stays as it was."""

    TITLE_TEXT = "Filter the audit trail"

    def __init__(self, offered: Choices, wanted: AuditFilter, today: date) -> None:
        super().__init__()
        self._offered = offered
        self._wanted = wanted
        self._today = today
        self._rights = {label.casefold(): code for code, label in offered.rights}

    def body(self) -> ComposeResult:
        """Eight fields, one line each."""
        offered, wanted = self._offered, self._wanted
        names = {person.user_id: person.user_name for person in offered.people}
        labels = dict(offered.rights)
        users = [person.user_name for person in offered.people]
        areas = dict.fromkeys(name.partition(".")[0] + "." for name in offered.actions)
        actions = [*offered.actions, *areas]
        right = labels.get(wanted.right or "", wanted.right or "")
        who = "" if wanted.user_id is None else names.get(wanted.user_id, "")
        patient = "" if wanted.patient_id is None else str(wanted.patient_id)
        yield self._field("From day", "since", str(wanted.since or ""), restrict=_DAY)
        yield self._field("Until day", "until", str(wanted.until or ""), restrict=_DAY)
        yield self._field("User", "user", who, users)
        yield self._field("Action", "action", wanted.action or "", actions)
        yield self._field("Right", "right", right, [label for _code, label in offered.rights])
        yield self._field("Patient number", "patient", patient, restrict=_NUMBER)
        yield self._field("Terminal", "terminal", wanted.terminal or "")
        yield self._field("Text", "text", wanted.text or "")
        yield Static(content(MEANING, "$tone-dim"), id="meaning")

    def _field(
        self,
        label: str,
        name: str,
        value: str,
        offered: list[str] | None = None,
        restrict: str | None = None,
    ) -> Field:
        is_day = restrict == _DAY
        return Field(
            label,
            id=name,
            value=value,
            max_length=10 if is_day else 100,
            placeholder=str(self._today) if is_day else "",
            restrict=restrict,
            suggester=SuggestFromList(offered, case_sensitive=False) if offered else None,
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Show events", id="show")

    def on_mount(self) -> None:
        """Begin at the first field."""
        self.query_one("#since", Field).focus_line()

    def entered(self) -> None:
        """Enter in a field is the same as the button."""
        self.pressed("show")

    def pressed(self, button: str) -> None:
        """Read the fields; the first that cannot be used says why."""
        for field in self.query(Field):
            field.complain("")
        since, until = self._day("since"), self._day("until")
        user_id, right = self._user(), self._right()
        wrong = self.query("Field.-wrong")
        if wrong:
            wrong.first(Field).focus_line()
            return
        if since and until and until < since:
            self._complain("until", "It is before the first day.")
            return
        patient = self._typed("patient")
        self.dismiss(
            AuditFilter(
                since=since,
                until=until,
                user_id=user_id,
                action=self._typed("action") or None,
                right=right,
                patient_id=int(patient[:18]) if patient else None,
                terminal=self._typed("terminal") or None,
                text=self._typed("text") or None,
            )
        )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Field).value.strip()

    def _complain(self, name: str, text: str) -> None:
        field = self.query_one(f"#{name}", Field)
        field.complain(text)
        field.focus_line()

    def _day(self, name: str) -> date | None:
        text = self._typed(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._complain(name, f"A day is written as {self._today}.")
            return None

    def _user(self) -> int | None:
        text = self._typed("user")
        try:
            return person_named(self._offered, text).user_id if text else None
        except BadInput as problem:
            self._complain("user", problem.sentence)
            return None

    def _right(self) -> str | None:
        text = self._typed("right")
        known = {code for code, _label in self._offered.rights}
        if not text or text in known:
            return text or None
        code = self._rights.get(text.casefold())
        if code is None:
            self._complain("right", "There is no such right. Type its beginning, then →.")
        return code

    def leave(self) -> None:
        """The filter stays as it was."""
        self.dismiss(None)
