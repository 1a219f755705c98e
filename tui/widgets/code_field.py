"""The line that a code is typed or pasted into.

One rule: a paste is taken whole or not at all: a code is found in it whatever stands around it, and
nothing is cut off in silence.
"""

from __future__ import annotations

import re
from typing import Final

from textual import events

from tui.widgets.field import Field, Line

CODE_DIGITS: Final = 6
RECOVERY_LETTERS: Final = 10
_HALF: Final = RECOVERY_LETTERS // 2
_NOT_IN_CODES: Final = re.compile(r"[^0-9A-Za-z]+")
_GROUPED: Final = re.compile(r"(?<![0-9])([0-9]{3})[\s\u2010-\u2015-]?([0-9]{3})(?![0-9])")
_IN_GROUPS: Final = r"[0-9 -]*"
_ANY: Final = r"[0-9A-Za-z -]*"


def code_in(text: str) -> str:
    """Return the six digits in a pasted text; empty if there are none, or several.

    They may stand alone in any grouping (`419 203`, `419-203`, over two lines), or in the whole of
    a message.
    """
    alone = _NOT_IN_CODES.sub("", text)
    if alone.isdigit() and len(alone) == CODE_DIGITS:
        return alone
    found = {first + second for first, second in _GROUPED.findall(text)}
    return found.pop() if len(found) == 1 else ""


def recovery_code_in(text: str) -> str:
    """Return the recovery code that a pasted text is, as it is printed; empty if it is none."""
    alone = _NOT_IN_CODES.sub("", text)
    return f"{alone[:_HALF]}-{alone[_HALF:]}" if len(alone) == RECOVERY_LETTERS else ""


class CodeLine(Line):
    """Leaves a paste to its field, which knows what kind of code is asked for."""

    def _on_paste(self, event: events.Paste) -> None:
        # The stock line takes the first line only, and nothing at all if one sign does not fit.
        event.prevent_default()


class CodeField(Field):
    """A field for the code of a text message, of an app, or for a recovery code."""

    def __init__(self, label: str, *, id: str) -> None:
        super().__init__(label, id=id)
        self.line = CodeLine("", select_on_focus=False)
        self.line.cursor_blink = False
        self.ask_for("sms")

    def ask_for(self, kind: str) -> None:
        """Take a code of a kind: `sms`, `totp` or `recovery`."""
        self._kind = kind
        is_recovery = kind == "recovery"
        self.line.restrict = _ANY if is_recovery else _IN_GROUPS
        self.line.max_length = 24 if is_recovery else CODE_DIGITS + 1

    def on_paste(self, event: events.Paste) -> None:
        """Take the code, and let nobody else have it."""
        event.stop()
        self.paste(event.text)

    def paste(self, text: str) -> None:
        """Put the code of a pasted text into the line, or say that it holds none."""
        is_recovery = self._kind == "recovery"
        code = recovery_code_in(text) if is_recovery else code_in(text)
        if code:
            self.line.value = code
            self.line.cursor_position = len(code)
            self.complain("")
        else:
            wanted = "recovery code" if is_recovery else "code of six digits"
            self.complain(f"What was pasted holds no {wanted}.")
        self.focus_line()
