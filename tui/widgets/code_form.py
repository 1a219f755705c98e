"""The part of a dialog that asks for a second factor: by which way, the code, how long, how often.

One rule: it knows no use case; whoever shows it sends what was typed and says what came back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.widgets import words
from tui.widgets.field import Field
from tui.widgets.safe import content

CODE_DIGITS: Final = 6
_IN_GROUPS: Final = r"[0-9 ]*"
_ANY: Final = r"[0-9A-Za-z -]*"
_LABELS: Final = {"sms": "Code", "totp": "Code of the app", "recovery": "Recovery code"}
_SHORTEST_RECOVERY: Final = 10
SENDS_AGAIN: Final = "F5 sends again."


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
    """

    def __init__(self, asked: Asked, now: Callable[[], datetime]) -> None:
        super().__init__(id="code_form")
        self.asked = asked
        self.kind = asked.kinds[0] if asked.kinds else "sms"
        self._now = now

    def compose(self) -> ComposeResult:
        """Where the code comes from, the code, how long and how often it may be tried."""
        yield Static(id="sent")
        yield Static(id="demo")
        yield Field(_LABELS[self.kind], id="code")
        yield Static(id="limits")

    def on_mount(self) -> None:
        """Begin at the code."""
        self._show()
        self.field.focus_line()

    @property
    def field(self) -> Field:
        """The line the code is typed into."""
        return self.query_one("#code", Field)

    def begin(self, asked: Asked) -> None:
        """Ask anew: another message was sent."""
        self.asked = asked
        self._show()

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
        if len(self.asked.kinds) > 1:
            return ""
        return "You have no other second factor. Add an app or codes under File > My Factors."

    def why_not_again(self) -> str:
        """Return why no message can be sent now; empty when one can."""
        if self.kind != "sms":
            return "Nothing is sent for this way of answering."
        wait = (self.asked.send_again_at - self._now()).total_seconds()
        return f"Another code can be sent in {words.minutes(wait)}." if wait > 0 else ""

    def take(self) -> str:
        """Return what was typed and empty the line; empty if it cannot be a code, and say why."""
        field = self.field
        typed = field.value.strip()
        if self.kind == "recovery":
            is_whole = sum(c.isalnum() for c in typed) >= _SHORTEST_RECOVERY
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
        """Count down."""
        # The app's timer may come before the form is composed.
        if not self.query("#limits"):
            return
        self.query_one("#limits", Static).update(content(self._limits(), "$tone-dim"))

    def _limits(self) -> str:
        parts = []
        if self.asked.expires_at is not None:
            valid = (self.asked.expires_at - self._now()).total_seconds()
            tries = words.count(self.asked.tries_left, "try", "tries")
            parts.append(
                f"Valid for {words.minutes(valid)}, {tries} left." if valid > 0 else "Too old now."
            )
        if self.kind == "sms":
            wait = (self.asked.send_again_at - self._now()).total_seconds()
            parts.append(f"F5 sends again in {words.minutes(wait)}." if wait > 0 else SENDS_AGAIN)
        return " ".join(parts)

    def _show(self) -> None:
        field = self.field
        field.line.restrict = _ANY if self.kind == "recovery" else _IN_GROUPS
        field.line.max_length = 24 if self.kind == "recovery" else CODE_DIGITS + 1
        field.query_one(".field--label", Static).update(content(_LABELS[self.kind]))
        field.complain("")
        self.query_one("#sent", Static).update(content(self._sentence()))
        demo = self.query_one("#demo", Static)
        demo.display = bool(self.asked.demo_text) and self.kind == "sms"
        if self.asked.demo_text:
            text = f"Practice of invented people, so it is shown here:\n{self.asked.demo_text}"
            demo.update(content(text))
        self.tick()

    def _sentence(self) -> str:
        if self.kind == "totp":
            return "Type the six digits that your authenticator app shows now for this practice."
        if self.kind == "recovery":
            return "Type one of your recovery codes. Each of them works once."
        way = ""
        if len(self.asked.kinds) > 1:
            way = " No message? F4: the app or a recovery code instead."
        return f"A six-digit code is on its way to your mobile, number {self.asked.sent_to}.{way}"
