"""Setup › Account Info › Communications › Messages: what was sent, and what became of it.

One rule: neither a text nor a whole number or address ever stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.use_cases import home, message_log
from store.use_cases.carriers import SET
from tui.inviting import send
from tui.message_words import CHANNELS, Pieces, is_file, state_word, what_became, what_for
from tui.screens.carrier_wait import CarrierJob, CarrierWork, needs_set, why_still_busy
from tui.screens.dialogs import TextDialog
from tui.widgets import words
from tui.widgets.paged import Paged
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.message_log import MessageRow, WaitingCount

COLUMNS: Final = (
    Column("When", 12),
    Column("To", 16),
    Column("What for", 28),
    Column("State", 0),
)
PAGE: Final = 50
READ_EVERY: Final = 3
"""Seconds between two looks at what became of the messages that are seen."""
EMPTY: Final = "Nothing was sent yet."
NOT_AGAIN: Final = "Messages that are over cannot be sent again: their text is gone."


def told(one: MessageRow, zone: str) -> str:
    """Return all that is known of a message, line by line."""

    def when(key: str) -> str:
        at = getattr(one, key)
        return words.instant(at, zone) if at else words.NOTHING

    word = state_word(one.state, one.carried_by)[0]
    in_file = is_file(one.state, one.carried_by)
    lines = [
        f"What      {CHANNELS.get(one.channel, one.channel)}, {what_for(one.purpose)}",
        f"To        {one.recipient_masked}",
        f"State     {word}",
        f"Queued    {when('created_at')}",
        f"{'Written' if in_file else 'Sent':10}{when('sent_at')}",
        f"Tries     {one.tries}",
    ]
    if one.state == "queued":
        lines.append(f"Next try  {when('next_try_at')}")
    meant = what_became(one.state, one.carried_by)
    if one.carried_by and not in_file:
        lines.append(f"By        {one.carried_by}")
    return "\n".join([*lines, "", " ".join(p for p in (meant, one.reason) if p)])


def counted(counts: tuple[WaitingCount, ...]) -> Pieces:
    """Return how many messages wait, and how many did not arrive lately."""
    wait = [
        words.count(one.waiting, CHANNELS.get(one.channel, one.channel))
        for one in counts
        if one.waiting
    ]
    pieces: Pieces = [(f"Waiting: {' and '.join(wait)}." if wait else "Nothing waits.", "")]
    if lost := sum(one.not_arrived for one in counts):
        pieces.append((f" In the last 7 days {words.number(lost)} did not arrive.", "$tone-bad"))
    return pieces


class MessageLogScreen(Place, CarrierWork, Paged["MessageRow"], place="message_log"):
    """Pages of messages, the newest first."""

    PATH = ("Setup", "Account Info", "Communications", "Messages")

    def __init__(self) -> None:
        super().__init__()
        self._lacks = ""
        self._counts: tuple[WaitingCount, ...] = ()
        self._is_read = False
        self._seconds = 0

    def body(self) -> ComposeResult:
        """How many wait or did not arrive, the list, and what became of the marked one."""
        yield Static(id="counts")
        yield Table(COLUMNS, id="messages")
        yield Static(id="about")

    def tick(self) -> None:
        """What is under way changes by itself."""
        super().tick()
        self._seconds += 1
        if self._seconds % READ_EVERY == 0 and self._is_read and not self.refusal:
            self._read(mark=None)

    def look_again(self) -> None:
        """Read the page again."""
        self._read(mark=None)

    def read_page(self, *, at_end: bool = False) -> None:
        """Read the page after `after`."""
        self._read(mark=PAGE if at_end else 0)

    @work(description="messages", exit_on_error=False)
    async def _read(self, *, mark: int | None) -> None:
        practice, actor, after = self.kiosk.practice, self.kiosk.signed_in, self.after
        try:
            # One more than is shown tells whether there is another page.
            rows = await practice.ask(message_log.recent, actor, after, PAGE + 1)
            self._counts = await practice.ask(message_log.waiting_counts, actor)
            lacking = await practice.ask(home.lacking, actor, [SET])
        except Refused as refusal:
            self.refuse(refusal)
            return
        # A page that was turned meanwhile is read by itself.
        if self.is_attached and after == self.after:
            self._lacks = needs_set() if lacking else ""
            self._show(rows, mark)

    def _show(self, rows: tuple[MessageRow, ...], mark: int | None) -> None:
        self._is_read = True
        marked = self.marked if mark is None else None
        page = rows[:PAGE]
        if marked is not None:
            # The mark stays with its message when newer ones come in above.
            numbers = [one.outbox_message_id for one in page]
            known = marked.outbox_message_id in numbers
            mark = numbers.index(marked.outbox_message_id) if known else None
        following = page[-1].outbox_message_id if len(rows) > PAGE else None
        self.show_page(page, self._row, following, mark=mark)
        self.query_one("#counts", Static).update(join(*counted(self._counts)))
        self._explain()

    def _row(self, one: MessageRow) -> tuple[Cell, ...]:
        word, tone = state_word(one.state, one.carried_by)
        return (
            Cell(words.instant(one.created_at, self.zone), "dim"),
            Cell(one.recipient_masked),
            Cell(what_for(one.purpose)),
            Cell(word, tone),
        )

    @on(Table.Marked)
    def _explain(self) -> None:
        one = self.marked
        if one is None:
            about = content(EMPTY)
        else:
            word, tone = state_word(one.state, one.carried_by)
            # A file was carried by nobody; the sentence below tells where it is.
            by = "" if is_file(one.state, one.carried_by) else clip(one.carried_by, 24)
            again = ""
            if one.state == "queued" and one.next_try_at:
                again = f" Next try {words.instant(one.next_try_at, self.zone)}."
            about = join(
                (
                    f"{CHANNELS.get(one.channel, one.channel)} to {clip(one.recipient_masked, 30)}",
                    "",
                ),
                (f" · {word}", f"bold $tone-{tone}" if tone else "bold"),
                (f" · by {by}" if by else "", "$tone-dim"),
                (f" · {self.page_words}" if self.page_words else "", "$tone-dim"),
                (f"\n{what_became(one.state, one.carried_by)}{again}", "$tone-dim"),
                (f" {clip(one.reason, 160)}" if one.reason else "", ""),
            )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """Only what waits is tried, and only by who may set up what sends it."""
        if not key_id.startswith(("messages.", "pages.")):
            return ""
        if self.refusal:
            return self.refusal
        if key_id == "messages.open":
            return "" if self.marked else "There is no message in the list."
        if key_id == "messages.retry":
            return self._lacks or why_still_busy(self.kiosk.jobs)
        return self.why_no_page(key_id)

    @on(Table.Chosen)
    def do_messages_open(self) -> None:
        """All that is known of the marked message."""
        if self.marked is not None:
            self.open(TextDialog("Message", told(self.marked, self.zone)))

    def do_messages_retry(self) -> None:
        """Try all that waits now."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: CarrierJob) -> str:
            due = await practice.ask(message_log.retry, actor)
            if not due:
                return f"Nothing waits. {NOT_AGAIN}"
            await send(practice)
            counts = await practice.ask(message_log.waiting_counts, actor)
            wait = sum(one.waiting for one in counts)
            left = f" {words.count(wait, 'still waits', 'still wait')}." if wait else ""
            return f"{words.count(due, 'message')} tried.{left}"

        self.ask_carrier(CarrierJob("Sending what waits"), run)
