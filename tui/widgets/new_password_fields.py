"""Two lines for a new password, with its strength in words while it is typed (REQUIREMENTS S4).

One rule: the strength is advice and the policy is the rule; the store decides, not this part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from store.passwords import MAXIMUM_CHARACTERS, MINIMUM_CHARACTERS
from tui.widgets.field import Field
from tui.widgets.jobs import bar
from tui.widgets.place import PlaceMixin
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.password_policy import PasswordPolicy

WHO_DOWNLOADS: Final = (
    "Whoever schedules downloads needs 15 characters or top strength, because it locks archives."
)
_CELLS: Final = 8
_PAUSE: Final = 0.1
"""Seconds without a key before the strength is worked out; it takes longer than a keystroke."""


class NewPasswordFields(Vertical):
    """A new password, typed twice.

    Args:
        policy: what the practice asks for.
        user_name: counts as guessable.
    """

    def __init__(self, policy: PasswordPolicy, user_name: str) -> None:
        super().__init__(id="new_password")
        self._policy = policy
        self._user_name = user_name
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The policy in plain words, then the two lines."""
        text = f"{self._policy.label}: {self._policy.sentence}"
        if self._policy.minimum < MINIMUM_CHARACTERS:
            text = f"{text} {WHO_DOWNLOADS}"
        yield Static(content(text), id="policy")
        # S4: nothing is cut short; the store refuses what is longer.
        longest = MAXIMUM_CHARACTERS
        yield Field("New password", id="new", secret=True, max_length=longest, meaning=self._empty)
        yield Field("New, once more", id="again", secret=True, max_length=longest)

    @property
    def _empty(self) -> str:
        return f"At least {self._policy.minimum} characters. Case matters."

    @property
    def value(self) -> str:
        """The password, as it was typed first."""
        return self.query_one("#new", Field).value

    def clear(self) -> None:
        """Forget both."""
        for field in self.query(Field):
            field.clear()
        self._rate()

    def agree(self) -> bool:
        """Whether both are typed and the same; if not, say so at the line."""
        new, again = self.query_one("#new", Field), self.query_one("#again", Field)
        agree = new.value == again.value
        again.complain("The two are not the same." if again.value and not agree else "")
        if not new.value:
            new.focus_line()
        elif not agree:
            again.clear()
            again.focus_line()
        return bool(new.value) and agree

    @on(Input.Changed, "#new Line")
    def _typed(self) -> None:
        """Work the strength out once the keys pause; what was said of the one before is over."""
        if self.value and isinstance(self.screen, PlaceMixin) and not self.screen.is_working:
            self.screen.hush()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._rate)

    def _rate(self) -> None:
        from store.use_cases.passwords import strength

        field = self.query_one("#new", Field)
        typed = field.value
        if not typed:
            field.explain(self._empty)
            return
        found = strength(typed, self._user_name)
        short = self._policy.minimum - len(typed)
        missing = f" {short} more to go." if short > 0 else ""
        hint = f" {found.hints[0]}" if found.hints and not missing else ""
        field.explain(f"{bar(found.score, 4, _CELLS)} {found.word}.{missing}{hint}")
