"""The part of a dialog that asks for a second factor: by which way, the code, how long, how often.

One rule: it knows no use case; whoever shows it sends what was typed, says what came back, and
tells what became of the message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui import delivery_words
from tui.widgets import words
from tui.widgets.code_field import CODE_DIGITS, RECOVERY_LETTERS, CodeField
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery

_LABELS: Final = {"sms": "Code", "totp": "Code of the app", "recovery": "Recovery code"}
_WAYS: Final = {"totp": "the app", "recovery": "a recovery code"}
SENDS_AGAIN: Final = "F5 sends again."
ONLY_ONE: Final = "You have no other second factor. Add an app or codes under File > My Factors."
USED_UP: Final = "All tries are used up. Go back with Esc, and begin again."
CALL: Final = "No message? Send again; if that fails too, call an administrator."


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        kinds: the factors on offer, `sms`, `totp` and `recovery`, the usual one first.
        sent_to: where a text message went, masked; empty if none was sent.
        expires_at: until when an answer counts (UTC); None where nothing runs out.
        send_again_at: from when another message can be sent (UTC).
        tries_left: over all kinds together.
        demo_text: the message itself, in a practice of invented people; else None.
    """

    kinds: tuple[str, ...]
    sent_to: str
    expires_at: datetime | None
    send_again_at: datetime
    tries_left: int
    demo_text: str | None

    def __repr__(self) -> str:
        return "Asked(...)"


class CodeForm(Vertical):
    """Asks for one code.

    Args:
        asked: what is asked for.
        now: the clock.
        zone: the practice's time zone, in which it is told when a message was sent.
        late: what to do when no message comes, for people who have no other factor.
    """

    def __init__(
        self, asked: Asked, now: Callable[[], datetime], zone: str = "UTC", late: str = CALL
    ) -> None:
        super().__init__(id="code_form")
        self._late = late
        self.asked = asked
        self.kind = asked.kinds[0] if asked.kinds else "sms"
        self._now = now
        self._zone = zone
        self._begun_at = now()
        self._delivery: CodeDelivery | None = None

    def compose(self) -> ComposeResult:
        """Where the code comes from, the code, how long and how often it may be tried."""
        yield Static(id="sent")
        yield Static(id="demo")
        yield CodeField(_LABELS[self.kind], id="code")
        yield Static(id="limits")
        yield Static(id="advice")

    def on_mount(self) -> None:
        """Begin at the code."""
        self._show()
        self.field.focus_line()

    @property
    def field(self) -> CodeField:
        """The line the code is typed into."""
        return self.query_one("#code", CodeField)

    def begin(self, asked: Asked) -> None:
        """Ask anew: another message was sent."""
        self.asked = asked
        self._begun_at = self._now()
        self._delivery = None
        self._show()

    def follow(self, delivery: CodeDelivery | None) -> None:
        """Show what became of the message by now; None where nothing more is known of it."""
        self._delivery = delivery or self._delivery
        self.tick()

    def tried(self, tries_left: int | None) -> None:
        """An answer was wrong: so many tries are left; None for one less than before."""
        if tries_left is None:
            tries_left = max(0, self.asked.tries_left - 1)
        self.asked = replace(self.asked, tries_left=tries_left)
        self.tick()
        self.field.focus_line()

    def other_way(self) -> None:
        """Go on to the next factor on offer."""
        kinds = self.asked.kinds
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.field.clear()
        self._show()
        self.field.focus_line()

    def why_no_other_way(self) -> str:
        """Return why there is no other factor to answer with; empty when there is."""
        if self.is_over:
            return USED_UP
        if len(self.asked.kinds) > 1:
            return ""
        return ONLY_ONE

    def why_not_again(self) -> str:
        """Return why no message can be sent now; empty when one can."""
        if self.is_over:
            return USED_UP
        if self.kind != "sms":
            return "Nothing is sent for this way of answering."
        wait = (self.asked.send_again_at - self._now()).total_seconds()
        return f"Another code can be sent in {words.minutes(wait)}." if wait > 0 else ""

    def take(self) -> str:
        """Return what was typed and empty the line; empty if it cannot be a code, and say why."""
        field = self.field
        typed = field.value.strip()
        if self.kind == "recovery":
            is_whole = sum(c.isalnum() for c in typed) >= RECOVERY_LETTERS
            complaint = "A recovery code has ten letters and digits, such as abcde-23456."
        else:
            is_whole = sum(c.isdigit() for c in typed) == CODE_DIGITS
            complaint = "The code has six digits."
        field.complain("" if is_whole else complaint)
        if not is_whole:
            field.focus_line()
            return ""
        field.clear()
        return typed

    def tick(self) -> None:
        """Count down, and say what became of the message."""
        # The app's timer may come before the form is composed.
        if not self.query("#advice"):
            return
        self._show_sent()
        self.query_one("#limits", Static).update(content(self._limits(), "$tone-dim"))
        advice = self.query_one("#advice", Static)
        text, tone = self._advice()
        advice.display = bool(text)
        advice.update(content(text, tone))

    def _limits(self) -> str:
        parts = []
        if self.asked.expires_at is not None:
            valid = (self.asked.expires_at - self._now()).total_seconds()
            tries = words.count(self.asked.tries_left, "try", "tries")
            if self.is_over:
                return "0 tries left. Go back with Esc, and begin again."
            parts.append(
                f"Valid for {words.minutes(valid)}, {tries} left." if valid > 0 else "Too old now."
            )
        if self.kind == "sms":
            wait = (self.asked.send_again_at - self._now()).total_seconds()
            parts.append(f"F5 sends again in {words.minutes(wait)}." if wait > 0 else SENDS_AGAIN)
        return " ".join(parts)

    def _advice(self) -> tuple[str, str]:
        """What to do when no message comes: dim at first, in plain sight when it is late."""
        if self.kind != "sms" or self.is_over:
            return "", ""
        tone = "$tone-warn" if self.is_late else "$tone-dim"
        ways = [_WAYS[kind] for kind in self.asked.kinds if kind in _WAYS]
        if ways:
            return f"No message? F4: {' or '.join(ways)} instead. F1 tells more.", tone
        return (self._late, tone) if self.is_late else ("", "")

    @property
    def is_over(self) -> bool:
        """Whether no try is left: neither another message nor another factor helps (S5)."""
        return self.asked.expires_at is not None and not self.asked.tries_left

    @property
    def is_late(self) -> bool:
        """Whether people are to do something: the message failed, or took long without a word."""
        state = self._delivery.state if self._delivery else ""
        if state in delivery_words.TROUBLE:
            return True
        waited = (self._now() - self._begun_at).total_seconds()
        return state != "delivered" and waited >= delivery_words.PATIENCE

    def _show(self) -> None:
        field = self.field
        field.ask_for(self.kind)
        field.rename(_LABELS[self.kind])
        field.complain("")
        demo = self.query_one("#demo", Static)
        demo.display = bool(self.asked.demo_text) and self.kind == "sms"
        if self.asked.demo_text:
            text = f"Practice of invented people, so it is shown here:\n{self.asked.demo_text}"
            demo.update(content(text))
        self.tick()

    def _show_sent(self) -> None:
        sent = self.query_one("#sent", Static)
        if self.kind == "totp":
            text = "Type the six digits that your authenticator app shows now for this practice."
            sent.update(content(text))
        elif self.kind == "recovery":
            text = "Type one of your recovery codes. Each of them works once."
            sent.update(content(text))
        elif self._delivery is None:
            sent.update(content(f"A six-digit code goes to your {self._mobile()}."))
        else:
            state, more, tone = delivery_words.told(self._delivery, self._now(), self._zone)
            goes = "goes to" if self._delivery.state in delivery_words.NOT_SENT else "went to"
            if delivery_words.is_file(self._delivery):
                goes = "was made for"
            text = f"A six-digit code {goes} your {self._mobile()}.\n"
            sent.update(join((text, ""), (state, f"bold $tone-{tone}"), (f" {more}".rstrip(), "")))

    def _mobile(self) -> str:
        return delivery_words.ending(self.asked.sent_to)
