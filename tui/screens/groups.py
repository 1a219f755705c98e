"""Setup › Security › Groups: the groups, who is in them, and who can take a copy of the data.

One rule: a group is deleted only when nobody is in it, and only after a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, Refused, SessionEnded
from store.rights import Level, Right
from store.use_cases import groups
from tui.screens.dialogs import ConfirmDialog
from tui.screens.group_name import GroupNameDialog
from tui.screens.who_holds import people_of
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.groups import GroupView, HeldBy

COLUMNS: Final = (
    Column("Group", 22),
    Column("Members", 7, right=True),
    Column("Data Download", 13),
    Column("Last changed", 0),
)


class GroupsScreen(Place, place="groups"):
    """The list of groups."""

    PATH = ("Setup", "Security", "Groups")

    def __init__(self) -> None:
        super().__init__()
        self._groups: tuple[GroupView, ...] = ()
        self._held: tuple[HeldBy, ...] = ()
        self._wanted: int | None = None

    def body(self) -> ComposeResult:
        """Who can download; the groups; who is in the marked one."""
        yield Static(id="answer")
        yield Table(COLUMNS, id="groups")
        yield Static(id="about")

    def on_mount(self) -> None:
        """Read the groups."""
        self.set_focus(self.query_one(Table))
        self._load()

    def on_screen_resume(self) -> None:
        """What was changed in a place above shows here at once."""
        super().on_screen_resume()
        if self._groups:
            self._load()

    @work(description="list of groups", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            found = await kiosk.practice.ask(groups.list_groups, kiosk.signed_in)
            held = await kiosk.practice.ask(groups.who_holds, kiosk.signed_in, Right.DATA_DOWNLOAD)
        except Refused as refusal:
            self._groups = ()
            self.query_one(Table).display = False
            self.query_one("#about", Static).update(content(refusal.sentence))
            return
        self._show(found, held)

    def _show(self, found: tuple[GroupView, ...], held: tuple[HeldBy, ...]) -> None:
        marked = self._marked
        wanted = self._wanted or (marked.group_id if marked else 0)
        self._groups, self._held, self._wanted = found, held, None
        numbers = [group.group_id for group in found]
        levels = {one.group: one.level for one in held}
        self.query_one(Table).show(
            [self._row(group, levels.get(group.name, Level.NONE)) for group in found],
            mark=numbers.index(wanted) if wanted in numbers else 0,
        )
        names = people_of(held, Level.FULL)
        self.query_one("#answer", Static).update(
            join(
                ("Who can take a copy of the practice's data: ", "$tone-dim"),
                (", ".join(names) or "nobody", "bold"),
            )
        )
        self._explain()

    def _row(self, group: GroupView, download: Level) -> tuple[Cell, ...]:
        card = self.kiosk.card
        zone = card.time_zone if card else ""
        when = words.instant(group.modified_at, zone) if group.modified_at else words.NOTHING
        by = f" by {group.modified_by}" if group.modified_by else ""
        tone = {Level.FULL: "warn", Level.NONE: "dim"}.get(download, "")
        return (
            Cell(group.name),
            Cell(str(len(group.members)), "" if group.members else "dim"),
            Cell("–" if download is Level.NONE else download.label, tone),
            Cell(when + by, "dim"),
        )

    @property
    def _marked(self) -> GroupView | None:
        index = self.query_one(Table).marked
        return self._groups[index] if 0 <= index < len(self._groups) else None

    @on(Table.Marked)
    def _explain(self) -> None:
        group = self._marked
        if group is None:
            return
        about = join(
            (f"{group.name}. ", "bold"),
            (group.description or "No description.", ""),
            (f"\nMembers: {', '.join(group.members) or 'nobody'}.", "$tone-dim"),
        )
        self.query_one("#about", Static).update(about)
        self.refresh_keys()

    # What can be done

    def why_not(self, key_id: str) -> str:
        """A group with people in it stays."""
        if key_id == "groups.delete":
            group = self._marked if self.is_mounted else None
            if group is not None and group.members:
                count = words.count(len(group.members), "user")
                return f"{count} in it. Take them out of {group.name} first; m shows them."
        return ""

    def on_table_chosen(self) -> None:
        """A double click is Enter."""
        self.action_do("groups.open")

    def do_list_refresh(self) -> None:
        """Read the list again."""
        self._load()

    def do_groups_open(self) -> None:
        """The rights of the marked group."""
        from tui.screens.group_rights import GroupRightsScreen

        if self._marked is not None:
            self.open(GroupRightsScreen(self._marked))

    def do_groups_who(self) -> None:
        """Who has a right; Data Download is marked."""
        from tui.screens.who_holds import WhoHoldsScreen

        self.open(WhoHoldsScreen())

    def do_groups_members(self) -> None:
        """The users of the marked group."""
        from tui.screens.users import UsersScreen

        if self._marked is not None:
            self.open(UsersScreen(self._marked.name))

    def do_groups_new(self) -> None:
        """A group that grants nothing."""
        self._ask_name("new", None)

    def do_groups_copy(self) -> None:
        """A group that grants the same."""
        if self._marked is not None:
            self._ask_name("copy", self._marked)

    def do_groups_rename(self) -> None:
        """Another name, another description."""
        if self._marked is not None:
            self._ask_name("rename", self._marked)

    def _ask_name(self, what: str, group: GroupView | None) -> None:
        def named(result: tuple[int, str] | None) -> None:
            if result is not None:
                self._wanted = result[0]
                self.say("Saved.", result[1], "good")
            self._load()

        self.open(GroupNameDialog(what, group), named)

    def do_groups_delete(self) -> None:
        """Ask, then delete."""
        group = self._marked
        if group is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(group)

        self.open(
            ConfirmDialog(
                f"Delete the group {group.name}?",
                "Nobody is in it. What it grants is gone; the audit trail keeps that it was.",
                do="Delete the group",
                keep="Keep it",
            ),
            answered,
        )

    @work(description="delete a group", exit_on_error=False)
    async def _delete(self, group: GroupView) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Deleting…"):
                await kiosk.practice.ask(groups.delete_group, kiosk.signed_in, group.group_id)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            self.say("Deleted.", f"The group {group.name} is gone.", "good")
            self._load()
