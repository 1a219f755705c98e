"""The form that schedules a data download: the day, and the password again.

One rule: the password lives in its field and in one call; whatever comes back, the field is empty.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, cast

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from store.errors import ChairsideError, PassphraseNeeded, SessionEnded
from store.use_cases import downloads
from store.use_cases.downloads import CodeSent, Repeat
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from store.rhythms import Rhythm
    from store.use_cases.downloads import ScheduleForm

ONLY_YOU: Final = (
    "Only you will be able to retrieve it. If you may be away, let the person who needs it"
    " schedule it."
)
LOCKS: Final = "It locks the archive: 15 characters, or one that is very hard to guess."
"""D14: the format's key derivation is weak, and an archive can be tried at leisure."""
HOW_LONG: Final = "At least 15 characters that every keyboard has. Keep it."
ONCE: Final = "once"
REPEATS: Final = (
    Option(ONCE, "once"),
    Option("weekly", "weekly, the code again after 90 days"),
    Option("monthly", "monthly, the code again after 90 days"),
)
FAR_AHEAD: Final = timedelta(days=366)
"""Any later day may be chosen (D10); one as far ahead as this is asked back once."""
DATE_CHARACTERS: Final = r"[0-9-]*"


class ScheduleDialog(Dialog[CodeSent | None], place="schedule"):
    """Answers the code that was sent; None when nothing was asked for.

    Args:
        day: the day it begins with; tomorrow unless given.
        repeat: how it repeats, where that is not chosen here: a series is confirmed again.
    """

    TITLE_TEXT = "Schedule a data download"

    def __init__(
        self, form: ScheduleForm, day: date | None = None, repeat: Repeat | None = None
    ) -> None:
        super().__init__()
        self._form = form
        self._day = day or form.default_day
        self._repeat = repeat
        self._far_day: date | None = None
        self._needs_passphrase = bool(form.asks_passphrase)

    @property
    def title_text(self) -> str:
        """What is asked for."""
        if self._repeat is None:
            return self.TITLE_TEXT
        return f"Confirm a {self._repeat.rhythm} data download again"

    def body(self) -> ComposeResult:
        """The form, or what stands in its way (D6, D7)."""
        if self._form.obstacles:
            yield Static(content("This must be mended before a download can be scheduled:"))
            for obstacle in self._form.obstacles:
                yield Static(join(("● ", "$tone-warn"), (obstacle, "")), classes="obstacle")
            return
        day = self._day
        yield Field(
            "For the day",
            id="day",
            value=day.isoformat(),
            restrict=DATE_CHARACTERS,
            max_length=10,
            meaning=self._meaning(day),
        )
        if self._repeat is None:
            yield Choice("Repeat", REPEATS, id="repeat", value=ONCE)
        asks = self._form.asks_passphrase
        yield Field(
            "Your password",
            id="password",
            secret=True,
            meaning="" if asks else LOCKS,
            max_length=1024,
        )
        yield Field("Passphrase", id="passphrase", secret=True, meaning=f"{asks} {HOW_LONG}")
        yield Field("Passphrase again", id="again", secret=True)
        yield Static(content(ONLY_YOU, "$tone-dim"), id="only_you")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        if not self._form.obstacles:
            yield PushButton("Schedule Download", id="schedule")

    def on_mount(self) -> None:
        """The day is right most of the time: begin at the password."""
        if self._form.obstacles:
            self.query_one("#back").focus()
            return
        self._show_passphrase()
        self.query_one("#password", Field).focus_line()

    def _show_passphrase(self) -> None:
        """With a passphrase the account password locks nothing; the form must still fit."""
        for name in ("passphrase", "again"):
            self.query_one(f"#{name}").display = self._needs_passphrase
        self.query_one("#only_you").display = not self._needs_passphrase
        if self._needs_passphrase:
            self.query_one("#password", Field).explain("")

    def _meaning(self, day: date) -> str:
        return f"{words.full_day(day)}, {self._form.time_zone}. Built overnight before that day."

    @on(Input.Changed)
    def _say_what_day(self) -> None:
        """Say the day in words while it is typed."""
        field = self.query_one("#day", Field)
        try:
            day = date.fromisoformat(field.value)
        except ValueError:
            field.explain("A day is typed as year-month-day, such as 2026-11-21.")
        else:
            field.explain(self._meaning(day))

    def why_not(self, key_id: str) -> str:
        """Without a form there is no day to change."""
        if key_id.startswith("schedule.") and self._form.obstacles:
            return "First mend what is listed."
        return ""

    def do_schedule_later(self) -> None:
        """A day later."""
        self._shift(1)

    def do_schedule_earlier(self) -> None:
        """A day earlier, not before the first that can be chosen."""
        self._shift(-1)

    def _shift(self, days: int) -> None:
        field = self.query_one("#day", Field)
        try:
            day = date.fromisoformat(field.value) + timedelta(days=days)
        except (ValueError, OverflowError):
            day = self._form.default_day
        field.value = max(day, self._form.default_day).isoformat()

    def entered(self) -> None:
        """Enter in a field goes on from any of them."""
        if not self.is_working:
            self._check_and_ask()

    def pressed(self, button: str) -> None:
        """Schedule Download."""
        self._check_and_ask()

    def _check_and_ask(self) -> None:
        """Check what can be checked here, beside the field it is about; then ask."""
        day_field = self.query_one("#day", Field)
        try:
            day = date.fromisoformat(day_field.value)
        except ValueError:
            day_field.complain("This is no day. Type year-month-day, such as 2026-11-21.")
            day_field.focus_line()
            return
        if day < self._form.default_day:
            first = words.full_day(self._form.default_day)
            day_field.complain(f"Today and days gone by cannot be chosen. The first is {first}.")
            day_field.focus_line()
            return
        if day - self._form.default_day > FAR_AHEAD and day != self._far_day:
            self._far_day = day
            day_field.complain(
                f"That is {words.full_day(day)}, more than a year ahead. Enter again takes it."
            )
            return
        day_field.complain("")
        password = self.query_one("#password", Field)
        if not password.value:
            password.ask("Type your password: it is asked for every time.")
        elif self._needs_passphrase and not self._passphrases_agree():
            return
        else:
            self._ask(day)

    def _passphrases_agree(self) -> bool:
        first, again = self.query_one("#passphrase", Field), self.query_one("#again", Field)
        agree = first.value == again.value
        again.complain("The two are not the same." if again.value and not agree else "")
        if not first.value:
            first.ask("Type a passphrase for this archive.")
        elif not agree:
            again.clear()
            again.focus_line()
        return bool(first.value) and agree

    @work(description="request a download", exit_on_error=False)
    async def _ask(self, day: date) -> None:
        kiosk = self.kiosk
        fields = [self.query_one(f"#{name}", Field) for name in ("password", "passphrase", "again")]
        password, passphrase = fields[0].value, fields[1].value
        try:
            with self.working("Checking the password and sending the code…"):
                sent = await kiosk.practice.ask(
                    downloads.request_download,
                    kiosk.signed_in,
                    run_on=day,
                    password=password,
                    passphrase=passphrase if self._needs_passphrase else None,
                    repeat=self._wanted(),
                )
        except PassphraseNeeded as needed:
            self._ask_for_passphrase(needed)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            fields[0].focus_line()
        else:
            self.dismiss(sent)
        finally:
            for field in fields:
                field.clear()

    def _wanted(self) -> Repeat | None:
        if self._repeat is not None:
            return self._repeat
        chosen = self.query_one("#repeat", Choice).value
        return None if chosen == ONCE else Repeat(cast("Rhythm", chosen))

    def _ask_for_passphrase(self, needed: PassphraseNeeded) -> None:
        """The account password cannot lock an archive: say why, and ask for a passphrase."""
        self._needs_passphrase = True
        self._show_passphrase()
        self.query_one("#passphrase", Field).complain("")
        self.say(f"{needed.title}.", needed.sentence, "warn")
        self.query_one("#passphrase", Field).explain(HOW_LONG)
        self.query_one("#password", Field).focus_line()

    def leave(self) -> None:
        """Nothing was asked for."""
        self.dismiss(None)
