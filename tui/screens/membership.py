"""Group Membership of one user: edit, then save (REQUIREMENTS D5, S1).

One rule: what would change is told in words before it is saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import groups, users
from store.use_cases.users import UserChanged
from tui.screens.save_review import DISCARD, MERGE, ChangedMeanwhileDialog
from tui.widgets.button import PushButton
from tui.widgets.place import Dialog
from tui.widgets.safe import clip, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.groups import GroupView
    from store.use_cases.users import UserForm
    from tui.app import ChairsideApp

COLUMNS: Final = (Column("", 2), Column("Group", 20), Column("For", 0))


async def read_membership(
    kiosk: ChairsideApp, user_id: int
) -> tuple[tuple[GroupView, ...], UserForm]:
    """Read all groups, and which of them a user is in."""
    practice, actor = kiosk.practice, kiosk.signed_in
    found = await practice.ask(groups.list_groups, actor)
    return found, await practice.ask(users.user_form, actor, user_id)


class MembershipDialog(Dialog[tuple[tuple[int, ...], str] | None], place="membership"):
    """Answers the groups that were chosen, and a sentence on what was saved; None for neither.

    Args:
        name: whose groups these are.
        saves: whether Save saves; if not, the chosen groups are the answer, for a form to save.
    """

    def __init__(
        self, name: str, all_groups: tuple[GroupView, ...], form: UserForm, *, saves: bool = True
    ) -> None:
        super().__init__()
        self._whose = name
        self._offered = all_groups
        self._form = form
        self._chosen = list(form.group_ids)
        self._saves = saves

    @property
    def title_text(self) -> str:
        """Whose groups these are."""
        return f"Group Membership of {clip(self._whose, 40)}"

    def body(self) -> ComposeResult:
        """The groups, and what would change."""
        yield Table(COLUMNS, id="offered")
        yield Static(id="difference")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Save" if self._saves else "Take these", id="save")

    def on_mount(self) -> None:
        """The first group of the user is marked."""
        self.set_focus(self.query_one(Table))
        numbers = [group.group_id for group in self._offered]
        first = self._chosen[0] if self._chosen else 0
        self._draw(numbers.index(first) if first in numbers else 0)

    def _draw(self, mark: int | None = None) -> None:
        rows = [
            (
                Cell("✓" if group.group_id in self._chosen else "·", "key"),
                Cell(group.name, "" if group.group_id in self._chosen else "dim"),
                Cell(group.description, "dim"),
            )
            for group in self._offered
        ]
        self.query_one(Table).show(rows, mark=mark)
        added, removed = self._difference()
        parts = []
        if added:
            parts.append((f"Adds {', '.join(added)}. ", "bold $tone-warn"))
        if removed:
            parts.append((f"Takes out of {', '.join(removed)}. ", "bold $tone-warn"))
        if not parts:
            parts.append(("Nothing is changed. Space puts in or takes out.", "$tone-dim"))
        self.query_one("#difference", Static).update(join(*parts))
        self.refresh_keys()

    def _difference(self) -> tuple[list[str], list[str]]:
        names = {group.group_id: group.name for group in self._offered}
        before, now = self._form.group_ids, self._chosen
        added = [names.get(number, "?") for number in now if number not in before]
        removed = [names.get(number, "?") for number in before if number not in now]
        return added, removed

    def do_membership_toggle(self) -> None:
        """Put in or take out."""
        if not self._offered:
            return
        number = self._offered[self.query_one(Table).marked].group_id
        if number in self._chosen:
            self._chosen.remove(number)
        else:
            self._chosen.append(number)
        self.hush()
        self._draw()

    def on_table_chosen(self) -> None:
        """A double click is Space."""
        self.do_membership_toggle()

    def do_membership_save(self) -> None:
        """The same as the button."""
        self.pressed("save")

    def pressed(self, button: str) -> None:
        """Save, or hand the choice to the form."""
        if not self._chosen:
            self.say("Please check this.", "A user is in at least one group.", "bad")
        elif not self._saves:
            self.dismiss((tuple(self._chosen), ""))
        elif not self.is_working:
            self._save()

    @work(description="save a membership", exit_on_error=False)
    async def _save(self) -> None:
        kiosk, form = self.kiosk, self._form
        chosen = tuple(self._chosen)
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(
                    users.set_membership, kiosk.signed_in, form.user_id, chosen, form.version
                )
        except UserChanged as changed:
            self._changed_meanwhile(changed)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            names = {group.group_id: group.name for group in self._offered}
            where = ", ".join(names.get(number, "?") for number in chosen)
            self.dismiss((chosen, f"{clip(self._whose, 40)} is in {where}."))

    def _changed_meanwhile(self, changed: UserChanged) -> None:
        def answered(choice: str | None) -> None:
            if choice in (MERGE, DISCARD):
                self._take_theirs(keep_mine=choice == MERGE)
            else:
                self.say("Not saved.", "Your choice is still here.", "warn")

        self.open(ChangedMeanwhileDialog(changed.by, changed.changes), answered)

    @work(description="read a membership that was changed", exit_on_error=False)
    async def _take_theirs(self, *, keep_mine: bool) -> None:
        kiosk, before, mine = self.kiosk, self._form.group_ids, self._chosen
        theirs = await kiosk.practice.ask(users.user_form, kiosk.signed_in, self._form.user_id)
        self._form = theirs
        self._chosen = list(theirs.group_ids)
        if keep_mine:
            taken_out = {number for number in before if number not in mine}
            added = [n for n in mine if n not in before and n not in self._chosen]
            self._chosen = [n for n in self._chosen if n not in taken_out] + added
        self._draw()
        if keep_mine:
            self.say("Merged, not saved.", "Read it, then save.", "warn")
        else:
            self.say("Discarded.", "This is the membership as saved.")

    def leave(self) -> None:
        """Nothing was changed."""
        self.dismiss(None)
