"""Setup › Account Info › Communications: registering text messaging (REQUIREMENTS D6).

One rule: the state stands on this page at all times, as a word and in a sentence, and under it what
carries messages and how that does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from store.errors import Refused
from store.phones import OWN_NUMBER
from store.use_cases import carriers, communications, home
from tui.message_words import LONGEST_TOLD, REGISTRATION, Pieces, carrier_pieces
from tui.screens.carrier_wait import CarrierJob, needs_set, why_still_busy
from tui.screens.communications_work import CommunicationsWork
from tui.screens.dialogs import TextDialog
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.carriers import CarrierView
    from store.use_cases.communications import RegistrationStep, RegistrationView

_MEANS: Final = {
    "not_registered": "No code can be sent. r registers: a test message is sent to your mobile.",
    "pending": "A test message was sent. Type its code with Enter, or send another with r.",
    "registered": "Codes for data downloads are sent as text messages.",
    "rejected": "No code can be sent. Mend what is named here, then register again with r.",
}
FILES: Final = "Codes are written to files on this computer; no telephone gets one."
ASKED: Final = "What sends is being asked; the test message comes after."
EMPTY: Final = "Nobody has registered text messaging yet. Press r to begin."
NO_MAIL: Final = "m sets up a mail account."
READ_EVERY: Final = 5
"""Seconds between two looks at what other terminals and the runner have changed."""
_COLUMNS: Final = (Column("When", 13), Column("State", 14), Column("By", 16), Column("Reason", 0))
_FACTS: Final = (("state", "Registration"), ("texts", "Text messages"), ("mail", "E-mail"))
_NEED_FULL: Final = frozenset({"register", "code", "check", "test"})


def step_words(step: RegistrationStep) -> str:
    """Return why a step came about, or by what it was sent."""
    if step.sender == "spool":
        return step.reason or "written to files"
    return step.reason or (f"sent by {step.sender}" if step.sender else "")


def told(step: RegistrationStep, zone: str) -> str:
    """Return all that is known of a step, line by line."""
    lines = [
        f"State   {REGISTRATION[step.state][0]}",
        f"When    {words.instant(step.at, zone) if step.at else words.NOTHING}",
        f"By      {step.by or words.NOTHING}",
    ]
    reason = step_words(step)
    return "\n".join([*lines, "", reason[:1].upper() + reason[1:]] if reason else lines)


class CommunicationsScreen(Place, CommunicationsWork, place="communications"):
    """The state, what carries messages, and how it came to that."""

    PATH = ("Setup", "Account Info", "Communications")

    def __init__(self) -> None:
        super().__init__()
        self._view: RegistrationView | None = None
        self._texts: CarrierView | None = None
        self._mail: CarrierView | None = None
        self._refusal = ""
        self._lacks = ""
        self._seconds = 0

    def body(self) -> ComposeResult:
        """The state, text messages, e-mail, the history."""
        for name, label in _FACTS:
            with Horizontal(classes="fact"):
                yield Static(content(label), classes="fact--label")
                yield Static(id=name, classes="fact--text")
        yield Table(_COLUMNS, id="history")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the state."""
        self.query_one(Table).focus()
        self._load()

    def on_screen_resume(self) -> None:
        """What was left for may have changed what is told here."""
        if self._is_read:
            self._load()

    def tick(self) -> None:
        """See what other terminals and the runner have changed, every few seconds."""
        super().tick()
        self._seconds += 1
        if self._seconds % READ_EVERY == 0 and self._is_read:
            self._load()

    @property
    def _is_read(self) -> bool:
        """Whether there is something to read anew; each refusal would stand in the audit trail."""
        return self._view is not None and not self._refusal

    def look_again(self) -> None:
        """Read it again."""
        self._load()

    def do_list_refresh(self) -> None:
        """Read it again."""
        self._load()

    @work(description="communications", exit_on_error=False)
    async def _load(self) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        try:
            # Alone: whoever may not see it is refused once, as the audit trail tells.
            view = await practice.ask(communications.registration, actor)
            self._texts, self._mail, lacking = await asyncio.gather(
                practice.ask(carriers.carrier, actor, "sms"),
                practice.ask(carriers.carrier, actor, "email"),
                practice.ask(home.lacking, actor, [carriers.SET]),
            )
        except Refused as refusal:
            self._refuse(refusal)
            return
        self._lacks = needs_set() if lacking else ""
        if self.is_attached:
            self._show(view)

    def _refuse(self, refusal: Refused) -> None:
        self._refusal = refusal.sentence
        if self.is_attached:
            self.query_one(Table).display = False
            self.show_error(refusal)
            self.refresh_keys()

    # What is told

    @property
    def _zone(self) -> str:
        return self.kiosk.card.time_zone if self.kiosk.card else "UTC"

    def _show(self, view: RegistrationView) -> None:
        self._view = view
        self.query_one("#state", Static).update(join(*self._state(view)))
        for name, carrier in (("texts", self._texts), ("mail", self._mail)):
            if carrier is not None:
                self.query_one(f"#{name}", Static).update(join(*self._carrier(carrier)))
        table = self.query_one(Table)
        # An empty one takes no line, but keeps the focus.
        table.styles.max_height = None if view.history else 0
        table.show(
            [
                (
                    Cell(words.instant(step.at, self._zone) if step.at else words.NOTHING, "dim"),
                    Cell(*REGISTRATION[step.state]),
                    Cell(step.by or words.NOTHING),
                    Cell(step_words(step), "dim"),
                )
                for step in view.history
            ]
        )
        self._explain()

    def _state(self, view: RegistrationView) -> Pieces:
        word, tone = REGISTRATION[view.state]
        reason = view.history[0].reason if view.history else ""
        is_asked = view.state == "pending" and why_still_busy(self.kiosk.jobs)
        pieces = [
            ("Text messaging is ", ""),
            (f"{word}.", f"bold $tone-{tone}"),
            (f" {clip(reason, LONGEST_TOLD)}" if reason else "", ""),
            (f" {ASKED if is_asked else self._means(view)}", ""),
        ]
        if reason := self._why_no_test(view):
            return [*pieces, (f"\n{reason}", "$tone-warn")]
        return [*pieces, (f"\nYour own mobile number: {view.sent_to}", "$tone-dim")]

    def _means(self, view: RegistrationView) -> str:
        is_files = view.state == "registered" and self.kind() == "spool"
        return FILES if is_files else _MEANS[view.state]

    def _why_no_test(self, view: RegistrationView) -> str:
        return f"{view.why_not_sent} {OWN_NUMBER}" if view.why_not_sent else ""

    def _carrier(self, view: CarrierView) -> Pieces:
        pieces = carrier_pieces(view, self._zone, with_address=True)
        return [*pieces, (f" {NO_MAIL}", "$tone-dim")] if not view.kind else pieces

    @on(Table.Marked)
    def _explain(self) -> None:
        """A reason may be longer than its cell: the whole of it stands under the table."""
        history = self._view.history if self._view else ()
        marked = self.query_one(Table).marked
        whole = step_words(history[marked]) if marked < len(history) else EMPTY
        about = self.query_one("#about", Static)
        room = self.app.size.width - sum(c.width + 2 for c in _COLUMNS) - 3
        about.display = not history or len(whole) > room
        about.update(content(whole, "$tone-dim"))
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Registered is the end of it; a code is typed while one is waited for."""
        room, _, name = key_id.partition(".")
        if room != "communications" or name == "mail":
            return ""
        view = self._view
        if self._refusal or view is None:
            return self._refusal or "The state is being read."
        if name == "code" and view.state != "pending":
            return "" if view.history else "No test message is waited for."
        if name in _NEED_FULL and self._lacks:
            return self._lacks
        if name == "register" and view.state == "registered":
            return "Text messaging is registered already."
        if name in ("register", "test") and (reason := self._why_no_test(view)):
            return reason
        return why_still_busy(self.kiosk.jobs) if name in _NEED_FULL else ""

    def sent_to(self) -> str:
        """Where a test message of this user would go, masked."""
        return self._view.sent_to if self._view else ""

    def kind(self) -> str:
        """By what text messages go."""
        return self._texts.kind if self._texts else ""

    def do_communications_code(self) -> None:
        """Type the code that is waited for; while none is, read the marked line in full."""
        if self._view is not None and self._view.state == "pending":
            super().do_communications_code()
        else:
            self._read_step()

    @on(Table.Chosen)
    def _read_step(self) -> None:
        history = self._view.history if self._view else ()
        marked = self.query_one(Table).marked
        if marked < len(history):
            self.open(TextDialog("Registration", told(history[marked], self._zone)))

    def do_communications_check(self) -> None:
        """Ask what sends text messages, and the mail server where there is one."""
        channels = [
            one.channel
            for one in (self._texts, self._mail)
            if one is not None and (one.channel == "sms" or one.kind == "smtp")
        ]
        self.ask_carrier(
            CarrierJob("Checking what sends messages", self.how_long()), self.check_all(channels)
        )
