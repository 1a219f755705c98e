"""Small sheets of Setup › Patient Portal: typing an address or days, the address as a square.

One rule: what is typed is checked while it is typed, by the store's own rule.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from store.errors import BadInput
from store.portal_setup import MOST_DAYS
from store.qr_code import half_blocks
from store.use_cases.portal_settings import check_url
from tui.portal_words import URL, PortalSetting
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.frame import EmergencyLine, KeyLine, MessageLine
from tui.widgets.place import Dialog
from tui.widgets.safe import content, drawable


class PortalValueDialog(Dialog[str | None], place="portal_value"):
    """Answers the value that was typed; None when it stays as it was."""

    def __init__(self, setting: PortalSetting, now: str) -> None:
        super().__init__()
        self._setting = setting
        self._now = now

    @property
    def title_text(self) -> str:
        """Which setting it is."""
        return self._setting.label

    @property
    def _is_url(self) -> bool:
        return self._setting.name == URL

    def body(self) -> ComposeResult:
        """One field, and what the setting means."""
        yield Static(content(self._setting.meaning), id="meaning")
        yield Field(
            "Address" if self._is_url else "Days",
            id="value",
            value=drawable(self._now),
            placeholder="https://portal.example.org" if self._is_url else "14",
            max_length=300 if self._is_url else 2,
            restrict=None if self._is_url else r"[0-9]*",
            meaning=" ",
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Take it", id="take")

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one("#value", Field).focus_line()
        self._check()

    @on(Input.Changed)
    def _live(self, event: Input.Changed) -> None:
        event.stop()
        self._check()

    def _check(self) -> str | None:
        """Say what is wrong, or how it will be kept; return it as kept, None when it cannot be."""
        field = self.query_one("#value", Field)
        typed = field.value.strip()
        if not self._is_url:
            if typed and 1 <= int(typed) <= MOST_DAYS:
                field.explain(" ")
                return str(int(typed))
            field.complain(f"1 to {MOST_DAYS} days.")
            return None
        if not typed:
            field.explain("Without an address nobody can be given online access.")
            return ""
        try:
            kept = check_url(typed)
        except BadInput as problem:
            field.complain(problem.sentence)
            return None
        field.explain("It can be used." if kept == typed else f"It is kept as {kept}")
        return kept

    def entered(self) -> None:
        """Enter takes it."""
        self.pressed("take")

    def pressed(self, button: str) -> None:
        """Answer, if it can be used."""
        kept = self._check()
        if kept is None:
            self.query_one("#value", Field).focus_line()
        else:
            self.dismiss(kept)

    def leave(self) -> None:
        """It stays as it was."""
        self.dismiss(None)


class PortalAddressDialog(Dialog[None], place="portal_address"):
    """The address in words and, where it is short enough for a square, to scan."""

    TITLE_TEXT = "Address of the portal"

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        try:
            self._square: tuple[str, ...] = half_blocks(url)
        except ValueError:
            self._square = ()

    def compose(self) -> ComposeResult:
        """The square at the left, all else beside it: both fit on 24 lines."""
        yield EmergencyLine()
        with Horizontal(classes="dialog--sheet"):
            if self._square:
                yield Static(content("\n".join(self._square)), id="qr")
            with Vertical(id="beside"):
                yield Static(content(self.TITLE_TEXT), classes="dialog--title")
                yield Static(content(self._url, "bold"), id="url")
                yield Static(content(self._why(), "$tone-dim"), id="why")
                with Horizontal(classes="dialog--buttons"):
                    yield PushButton("Close", id="back")
                yield MessageLine()
        yield KeyLine()

    def _why(self) -> str:
        how = "Scan the square with a phone, or type" if self._square else "Type"
        return f"No browser can be opened from this terminal. {how} the address there."

    def on_mount(self) -> None:
        """Enter closes."""
        self.query_one("#back").focus()
