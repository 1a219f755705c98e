"""Setup › Emergency Access: one group's rights for an hour, with a reason that others read.

One rule: while it runs, every screen says so in words, with the time that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, Refused, SessionEnded
from store.use_cases import emergency
from store.use_cases.emergency import EmergencyState
from tui.widgets import words
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog, Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from store.use_cases.emergency import GroupOnOffer

WHAT_IT_IS: Final = (
    "For when somebody must act and nobody who may is there. You hold the rights\n"
    "of one group for an hour. Administrators are told at once, with your reason."
)
EMPTY: Final = "There is no group whose rights you could take: you are in all that grant something."
_COLUMNS: Final = (Column("Group", 24), Column("For whom", 0))


class EmergencyScreen(Place, place="emergency"):
    """The groups on offer, or what runs now."""

    PATH = ("Setup", "Emergency Access")

    def __init__(self) -> None:
        super().__init__()
        self._groups: tuple[GroupOnOffer, ...] = ()
        self._refusal = ""

    def body(self) -> ComposeResult:
        """What it is, what runs, the groups."""
        yield Static(content(WHAT_IT_IS), id="what")
        yield Static(id="running")
        yield Table(_COLUMNS, id="groups")
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Read the groups."""
        self.query_one(Table).focus()
        self._load()

    @work(description="emergency access", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        kiosk.emergency = await kiosk.practice.ask(emergency.emergency_state, kiosk.signed_in)
        self._show_running()
        try:
            self._groups = await kiosk.practice.ask(emergency.groups_on_offer, kiosk.signed_in)
        except Refused as refusal:
            self._refusal = refusal.sentence
            self.show_error(refusal)
        else:
            rows = [(Cell(g.name, "strong"), Cell(g.description, "dim")) for g in self._groups]
            self.query_one(Table).show(rows)
            self._explain()
        self.refresh_keys()

    def _show_running(self) -> None:
        self.tick_emergency()
        taken = self.kiosk.emergency
        running = self.query_one("#running", Static)
        running.display = taken is not None
        if taken is not None:
            until = words.instant(taken.ends_at, self.zone)
            running.update(
                join(
                    ("Running now: ", "bold $tone-bad"),
                    (f"the rights of {taken.group}, until {until}.", ""),
                    (f"\nYour reason: {taken.reason}", ""),
                    ("\nb gives it back before the hour is over. Signing out ends it too.", ""),
                )
            )

    def tick(self) -> None:
        """The hour may be over."""
        super().tick()
        if self.query("#running") and self.kiosk.emergency is None:
            self.query_one("#running").display = False
            self.refresh_keys()

    @on(Table.Marked)
    def _explain(self) -> None:
        group = self._marked
        text = f"{group.name}: {group.description or 'no description'}" if group else EMPTY
        self.query_one("#explained", Static).update(content(text, "$tone-dim"))

    @property
    def _marked(self) -> GroupOnOffer | None:
        index = self.query_one(Table).marked
        return self._groups[index] if 0 <= index < len(self._groups) else None

    def why_not(self, key_id: str) -> str:
        """One at a time, and only with the right."""
        taken = self.kiosk.emergency
        if key_id == "emergency.give_back":
            return "" if taken is not None else "No emergency access runs for you."
        if key_id != "emergency.take":
            return ""
        if self._refusal:
            return self._refusal
        if taken is not None:
            return f"You have the rights of {taken.group} already. b gives them back."
        return "" if self._groups else EMPTY

    def on_table_chosen(self) -> None:
        """A double click is Enter."""
        self.action_do("emergency.take")

    def do_emergency_take(self) -> None:
        """Ask for the reason."""
        group = self._marked
        if group is not None:
            self.open(EmergencyDialog(group), self._taken)

    def _taken(self, taken: EmergencyState | None) -> None:
        if taken is None:
            self.say("Nothing was taken.")
        else:
            self.say("Taken.", "Administrators were told. Esc goes to Home.", "warn")
        self._load()

    def do_emergency_give_back(self) -> None:
        """End it now."""
        self._give_back()

    @work(description="give emergency access back", exit_on_error=False)
    async def _give_back(self) -> None:
        kiosk = self.kiosk
        with self.working("Giving it back…"):
            await kiosk.practice.ask(emergency.give_back, kiosk.signed_in)
        self.say("Given back.", "Your own rights are as they were.", "good")
        self._load()


class EmergencyDialog(Dialog[EmergencyState | None], place="emergency_reason"):
    """Answers what runs now; None when nothing was taken.

    Args:
        group: whose rights are taken.
    """

    def __init__(self, group: GroupOnOffer) -> None:
        super().__init__()
        self._group = group

    @property
    def title_text(self) -> str:
        """The group."""
        return f"Take the rights of {self._group.name} for one hour"

    def body(self) -> ComposeResult:
        """What it means, and the reason."""
        yield Static(
            content(
                "Administrators are told at once, and it stands in the audit trail. A red line"
                " stays on every screen until it ends. A data download cannot be scheduled by it."
            ),
            id="what",
        )
        yield Field(
            "Your reason",
            id="reason",
            max_length=200,
            meaning="In a few words; administrators read it.",
        )

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Take for one hour", id="take", danger=True)

    def on_mount(self) -> None:
        """Begin at the reason: nothing is taken without it."""
        self.query_one("#reason", Field).focus_line()

    def entered(self) -> None:
        """Enter takes it."""
        self.pressed("take")

    def pressed(self, button: str) -> None:
        """Take it, with a reason."""
        field = self.query_one("#reason", Field)
        if self.is_working:
            return
        if field.value.strip():
            self._take(field.value.strip())
        else:
            field.complain("Type a reason first.")
            field.focus_line()

    @work(description="take emergency access", exit_on_error=False)
    async def _take(self, reason: str) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Taking it…"):
                taken = await kiosk.practice.ask(
                    emergency.take_emergency_access,
                    kiosk.signed_in,
                    self._group.group_id,
                    reason,
                )
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
            self.query_one("#reason", Field).focus_line()
        else:
            kiosk.emergency = taken
            self.dismiss(taken)

    def leave(self) -> None:
        """Nothing was taken."""
        self.dismiss(None)
