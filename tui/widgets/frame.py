"""The frame of every place: who and where, the path, the last answer, the keys that matter here.

One rule: the frame shows no data of its own; it asks the app and the screen that it stands on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.keys import KEYS, PLACES
from tui.widgets import words
from tui.widgets.safe import clip, content, join

if TYPE_CHECKING:
    from tui.app import ChairsideApp
    from tui.widgets.place import PlaceMixin

LAST_MINUTE = 60


class WhoLine(Widget):
    """Line 1: practice and PGID (REQUIREMENTS D8); at the right user and time to lock."""

    def render(self) -> Content:
        """Draw the line; the practice's name gives way first, the PGID never."""
        kiosk = cast("ChairsideApp", self.app)
        pgid = f"PGID {kiosk.card.pgid}" if kiosk.card else ""
        name = kiosk.card.name if kiosk.card and not kiosk.is_locked else "Chairside"
        who, left = kiosk.who, kiosk.seconds_to_lock
        clock, clock_style = "", "$tone-dim"
        if left is not None:
            clock = words.minutes(left)
            if left < LAST_MINUTE:
                clock, clock_style = f"locks in {clock}", "bold $tone-warn"
        room = self.size.width
        right_cells = cell_len(clock) + (3 if who and clock else 0)
        who = clip(who, max(0, room // 2 - right_cells))
        right_cells += cell_len(who)
        name = clip(name, max(0, room - right_cells - cell_len(pgid) - 5))
        dot = " · " if pgid else ""
        fill = max(1, room - cell_len(name + dot + pgid) - right_cells)
        return join(
            (name, "bold"),
            (dot, "$tone-dim"),
            (pgid, ""),
            (" " * fill, ""),
            (who, ""),
            (" · " if who and clock else "", "$tone-dim"),
            (clock, clock_style),
        )


class EmergencyLine(Widget):
    """While emergency access runs: red, in words, with the time left, above everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False

    def on_mount(self) -> None:
        """Seen only while it runs."""
        self.look()

    def look(self) -> None:
        """Come, count down, and go when the hour is over."""
        kiosk = cast("ChairsideApp", self.app)
        if kiosk.emergency is not None and kiosk.clock.now() >= kiosk.emergency.ends_at:
            kiosk.emergency = None
        self.display = kiosk.emergency is not None and not kiosk.is_locked
        if self.display:
            self.refresh()

    def render(self) -> Content:
        """Draw the group, the time left and the reason; the reason gives way first."""
        kiosk = cast("ChairsideApp", self.app)
        taken = kiosk.emergency
        if taken is None:
            return Content("")
        left = words.minutes((taken.ends_at - kiosk.clock.now()).total_seconds())
        tail = f" · {left} left · "
        head = "! EMERGENCY ACCESS as "
        group = clip(taken.group, max(8, self.size.width // 3))
        room = self.size.width - cell_len(head + group + tail)
        return join((head, "bold"), (group, "bold"), (tail, "bold"), (clip(taken.reason, room), ""))


class PathLine(Widget):
    """Line 2: the path to where one is; its last part is the place itself."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__()
        self.path = path

    def show(self, path: tuple[str, ...]) -> None:
        """Change the path."""
        self.path = path
        self.refresh()

    def render(self) -> Content:
        """Draw the path, clipped at its end."""
        before = "".join(f"{part} › " for part in self.path[:-1])
        room = max(8, self.size.width - cell_len(before))
        return join((before, "$tone-dim"), (clip(self.path[-1], room), "bold $tone-key"))


class MessageLine(Static):
    """The last answer: beside a bar, a word that tells its kind, then a sentence."""

    _said = ("", "", "")

    def say(self, title: str, text: str, tone: str = "") -> None:
        """Show an answer; both empty clears the line."""
        if (title, text, tone) == self._said:
            return
        self._said = (title, text, tone)
        said = (tone or "dim") if title or text else ""
        self.set_classes([f"-{said}"] if said else [])
        space = " " if title and text else ""
        self.update(join((title, f"bold $tone-{said or 'dim'}"), (space, ""), (text, "")))


class KeyLine(Widget):
    """The last line: keys and words. A key that cannot be used now stands in brackets."""

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        """Draw as many keys as fit, and remember where each stands for the mouse."""
        place = cast("PlaceMixin[Any]", self.screen)
        parts: list[tuple[str, str]] = []
        self._spans = []
        column = 0
        for key in (KEYS[name] for name in PLACES[place.place].keys):
            able = not place.why_not(key.id)
            text = f"{key.shown} {key.word}" if able else f"({key.shown} {key.word})"
            gap = "   " if column else ""
            if column + len(gap) + cell_len(text) > self.size.width:
                break
            parts.append((gap, ""))
            if able:
                parts += [(key.shown, "bold $tone-key"), (f" {key.word}", "")]
            else:
                parts.append((text, "$tone-dim"))
            start = column + len(gap)
            column = start + cell_len(text)
            self._spans.append((start, column, key.id))
        return join(*parts) if parts else content("")

    def on_click(self, event: events.Click) -> None:
        """A click on a key's word is the key."""
        for start, end, key_id in self._spans:
            if start <= event.x < end:
                cast("PlaceMixin[Any]", self.screen).action_do(key_id)
