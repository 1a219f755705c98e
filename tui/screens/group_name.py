"""The name of a group: a new one, a copy, or another name for one that is there.

One rule: what was typed stays in its field until the store has accepted it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult

from store.errors import BadInput, Conflict
from store.use_cases import groups
from store.use_cases.groups import LONGEST_DESCRIPTION
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import drawable

if TYPE_CHECKING:
    from store.use_cases.groups import GroupView

_TITLES: Final = {"new": "A new group", "copy": "Copy a group", "rename": "Rename a group"}
_BUTTONS: Final = {"new": "Make the group", "copy": "Make the copy", "rename": "Save"}
_MEANINGS: Final = {
    "new": "It grants nothing until rights are given to it.",
    "copy": "It grants what {name} grants, and nobody is in it.",
    "rename": "Its rights and members stay as they are.",
}


class GroupNameDialog(Dialog[tuple[int, str] | None], place="group_name"):
    """Answers the group's number and a sentence on what was done; None when nothing was.

    Args:
        what: `new`, `copy` or `rename`.
        group: the group that is copied or renamed; None for a new one.
    """

    def __init__(self, what: str, group: GroupView | None) -> None:
        super().__init__()
        self._what = what
        self._group = group

    @property
    def title_text(self) -> str:
        """What will be done."""
        return _TITLES[self._what]

    def body(self) -> ComposeResult:
        """Name and description; a copy takes the description along."""
        group = self._group
        meaning = _MEANINGS[self._what].format(name=group.name if group else "")
        renames = self._what == "rename" and group is not None
        value = drawable(group.name) if renames and group else ""
        yield Field("Group", id="name", value=value, meaning=meaning, max_length=100)
        if self._what != "copy":
            about = drawable(group.description) if renames and group else ""
            yield Field("For whom", id="description", value=about, max_length=LONGEST_DESCRIPTION)

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton(_BUTTONS[self._what], id="save")

    def on_mount(self) -> None:
        """Begin at the name."""
        self.set_focus(self.query_one("#name", Field).line)

    def entered(self) -> None:
        """Enter saves from either line."""
        self.pressed("save")

    def pressed(self, button: str) -> None:
        """Save."""
        name = self.query_one("#name", Field)
        if not name.value.strip():
            name.complain("A group needs a name.")
            self.set_focus(name.line)
        elif not self.is_working:
            about = self.query("#description").results(Field)
            self._save(name.value, next((field.value for field in about), ""))

    @work(description="name a group", exit_on_error=False)
    async def _save(self, name: str, about: str) -> None:
        field = self.query_one("#name", Field)
        field.complain("")
        try:
            with self.working("Saving…"):
                number, told = await self._done(name, about)
        except (BadInput, Conflict) as error:
            self.show_error(error)
            self.set_focus(field.line)
        else:
            self.dismiss((number, told))

    async def _done(self, name: str, about: str) -> tuple[int, str]:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        group, shown = self._group, name.strip()
        if group is None:
            number = await practice.ask(groups.new_group, actor, name, about)
            return number, f"The group {shown} grants nothing yet; Enter opens its rights."
        if self._what == "copy":
            number = await practice.ask(groups.copy_group, actor, group.group_id, name)
            return number, f"{shown} grants what {group.name} grants."
        await practice.ask(groups.rename_group, actor, group.group_id, name, about)
        return group.group_id, f"{group.name} is now called {shown}."

    def leave(self) -> None:
        """Nothing was done."""
        self.dismiss(None)
