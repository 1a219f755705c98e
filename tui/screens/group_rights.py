"""Setup › Security › Groups › one group: the tree of its rights, changed and saved (S1, S2).

One rule: nothing counts until it is saved, and what would be saved is shown before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.rights import PERMISSIONS, Level, Right
from store.use_cases import groups
from store.use_cases.groups import GroupChanged
from tui.screens.dialogs import ConfirmDialog
from tui.screens.rights_draft import RightsDraft, level_word, right_name
from tui.screens.save_review import DISCARD, MERGE, ChangedMeanwhileDialog, SaveReviewDialog
from tui.widgets import words
from tui.widgets.finding import Finding, matches
from tui.widgets.frame import PathLine
from tui.widgets.place import Place
from tui.widgets.rights_table import RightsTable
from tui.widgets.safe import clip, content
from tui.widgets.table import Cell, Column, Row

if TYPE_CHECKING:
    from datetime import datetime

    from store.use_cases.groups import GroupRights, GroupView

COLUMNS: Final = (
    Column("Right", 25),
    Column("", 6),
    Column("", 11),
    Column("", 14),
    Column("", 0),
)
NOTHING_FOUND: Final = "No right matches what is typed. Esc shows all of them."
WHOLE_PRACTICE: Final = (
    "Everybody in this group will be able to take a copy of the practice's data:"
    " every patient, every visit, the ledger."
)
_NAME_ROOM: Final = 24


def level_cells(right: Right, level: Level) -> tuple[Cell, Cell, Cell]:
    """Return the three levels of a right; the chosen one has a sign, not only a colour."""
    shown = [level_word(right, one) for one in Level]
    if PERMISSIONS[right].kind == "action":
        shown[Level.VIEW] = ""
    first, second, third = (
        Cell(f"▸{word}", "key") if one is level and word else Cell(word and f" {word}", "dim")
        for one, word in zip(Level, shown, strict=True)
    )
    return first, second, third


def right_row(right: Right, draft: RightsDraft) -> Row:
    """Return the line of one right; what differs from the saved group tells what it was."""
    before, now = draft.saved[right], draft.levels[right]
    was = "" if before is now else f"was {level_word(right, before).split()[0]}"
    return (
        Cell(f"  {PERMISSIONS[right].label}", "warn" if was else ""),
        *level_cells(right, now),
        Cell(was, "warn"),
    )


def last_changed(modified_at: datetime | None, modified_by: str, zone: str) -> str:
    """Return when and by whom a group was last changed (S10)."""
    if modified_at is None:
        return "Never changed."
    who = f" by {modified_by}" if modified_by else ", when the practice was set up"
    return f"Last changed {words.instant(modified_at, zone)}{who}."


class GroupRightsScreen(Place, Finding, place="group_rights"):
    """The rights of one group."""

    def __init__(self, group: GroupView) -> None:
        super().__init__()
        self._group = group
        self._version = 0
        self._draft: RightsDraft | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The path, with the count of what is not saved (design.md: it is never forgotten)."""
        waiting = len(self._draft.differences) if self._draft else 0
        name = self._group.name
        if waiting:
            name = f"{clip(name, _NAME_ROOM)} · {words.count(waiting, 'change')} not saved"
        return ("Setup", "Security", "Groups", name)

    def body(self) -> ComposeResult:
        """Find, the tree, what the marked right allows, who is in the group."""
        yield self.find_field("Find a right")
        yield RightsTable(COLUMNS, id="rights", on_level=self._step)
        yield Static(id="allows")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the group."""
        self.query_one(RightsTable).focus()
        self._load()

    @work(description="rights of a group", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        found = await kiosk.practice.ask(groups.group_rights, kiosk.signed_in, self._group.group_id)
        self._start(found)

    def _start(self, found: GroupRights) -> None:
        self._group, self._version = found.group, found.version
        self._draft = RightsDraft(found.levels)
        self.show_found()

    def show_found(self) -> None:
        """Draw the rights that match what is typed, and what is not saved."""
        draft = self._draft
        if draft is None:
            return
        areas: dict[str, list[tuple[Right, Row]]] = {}
        for right, permission in PERMISSIONS.items():
            if matches(self.typed, permission.label, permission.category, permission.allows):
                areas.setdefault(permission.category, []).append((right, right_row(right, draft)))
        table = self.query_one(RightsTable)
        table.display = bool(areas)
        named = [(r, PERMISSIONS[r].label) for rows in areas.values() for r, _ in rows]
        table.show_tree(list(areas.items()), mark=self.first_named(named))
        self.query_one(PathLine).show(self.path)
        self._tell()

    @on(RightsTable.Marked)
    def _tell(self) -> None:
        """The sentence of the marked right, and who is in the group."""
        if self._draft is None:
            return
        table, group = self.query_one(RightsTable), self._group
        right = table.marked_right
        allows = f"{right_name(right)}. {PERMISSIONS[right].allows}" if right else NOTHING_FOUND
        self.query_one("#allows", Static).update(content(allows))
        card = self.kiosk.card
        members = ", ".join(group.members) or "nobody"
        changed = last_changed(group.modified_at, group.modified_by, card.time_zone if card else "")
        about = f"Members {len(group.members)}: {clip(members, 120)}. {changed}"
        self.query_one("#about", Static).update(content(about, "$tone-dim"))
        self.refresh_keys()

    # Changing

    def _step(self, direction: int) -> None:
        right = self.query_one(RightsTable).marked_right
        if self._draft is not None and right is not None and not self.is_working:
            self.hush()
            self._draft.step(right, direction)
            self.show_found()

    def why_not(self, key_id: str) -> str:
        """Saving and undoing need a change."""
        draft = self._draft
        if key_id == "rights.save" and (draft is None or not draft.differences):
            return "Nothing was changed. ← and → change the marked right."
        if key_id == "rights.undo" and (draft is None or not draft.can_undo):
            return "There is no change to take back."
        if key_id == "list.refresh" and draft is not None and draft.differences:
            return "Save your changes or take them back first."
        return ""

    def do_rights_level(self) -> None:
        """The tree deals with ← and → itself; from elsewhere they lead to it."""
        self.set_focus(self.query_one(RightsTable))

    def do_rights_undo(self) -> None:
        """Take the last change back, and mark its right."""
        right = self._draft.undo() if self._draft else None
        if right is not None:
            self.show_found()
            self.say("Taken back.", right_name(right))

    def do_list_refresh(self) -> None:
        """Read the group again."""
        self._load()

    # Saving

    def do_rights_save(self) -> None:
        """Show the difference; save once it was read."""
        draft = self._draft
        if draft is None:
            return
        lines = [
            (right_name(d.right), level_word(d.right, d.before), level_word(d.right, d.after))
            for d in draft.differences
        ]
        hands_out = draft.wanted.get(Right.DATA_DOWNLOAD) is Level.FULL

        def answered(yes: bool | None) -> None:
            if yes:
                self._save()

        title = f"Save the rights of {self._group.name}?"
        warning = WHOLE_PRACTICE if hands_out else ""
        self.open(SaveReviewDialog(title, lines, warning=warning), answered)

    @work(description="save the rights of a group", exit_on_error=False)
    async def _save(self) -> None:
        kiosk, draft = self.kiosk, self._draft
        if draft is None:
            return
        count = len(draft.differences)
        try:
            with self.working("Saving…"):
                saved = await kiosk.practice.ask(
                    groups.save_group_rights,
                    kiosk.signed_in,
                    self._group.group_id,
                    draft.wanted,
                    self._version,
                )
        except GroupChanged as changed:
            self._changed_meanwhile(changed)
        else:
            self._start(saved)
            self.say("Saved.", f"{words.count(count, 'right')} changed.", "good")

    def _changed_meanwhile(self, changed: GroupChanged) -> None:
        def answered(choice: str | None) -> None:
            if choice in (MERGE, DISCARD):
                self._take_theirs(keep_mine=choice == MERGE)
            else:
                self.say("Not saved.", "Your changes are still here.", "warn")

        self.open(ChangedMeanwhileDialog(changed.by, changed.changes), answered)

    @work(description="read a group that was changed", exit_on_error=False)
    async def _take_theirs(self, *, keep_mine: bool) -> None:
        kiosk, mine = self.kiosk, self._draft
        found = await kiosk.practice.ask(groups.group_rights, kiosk.signed_in, self._group.group_id)
        self._start(found)
        if not keep_mine or mine is None:
            self.say("Discarded.", "This is the group as it is saved.")
            return
        both = mine.merge(found.levels)
        self._draft = mine
        self.show_found()
        if both:
            names = ", ".join(right_name(one.right) for one in both)
            self.say("Merged, not saved.", f"Both of you changed {names}; yours stands.", "warn")
        else:
            self.say("Merged, not saved.", "Your changes stand on top of theirs; s saves.", "warn")

    # Elsewhere

    def do_groups_who(self) -> None:
        """Who else has the marked right."""
        from tui.screens.who_holds import WhoHoldsScreen

        right = self.query_one(RightsTable).marked_right
        self.open(WhoHoldsScreen(right or Right.DATA_DOWNLOAD))

    def do_groups_members(self) -> None:
        """The users of this group."""
        from tui.screens.users import UsersScreen

        self.open(UsersScreen(self._group.name))

    def leave(self) -> None:
        """Ask before changes are lost."""
        waiting = len(self._draft.differences) if self._draft else 0
        if not waiting:
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                f"{words.count(waiting, 'change')} to {self._group.name} will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
