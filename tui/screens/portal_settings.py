"""Setup › Patient Portal: its address, its tabs, what an invitation carries (P4, P11, Q1).

One rule: nothing counts until it is saved, and the difference is shown before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Conflict, Refused
from store.portal_setup import MOST_DAYS
from store.use_cases import portal_settings
from tui import browser
from tui.portal_words import (
    DAYS,
    TYPED,
    URL,
    PortalSetting,
    differences,
    meanings,
    settings_of,
    values_of,
    with_values,
)
from tui.screens.dialogs import ConfirmDialog
from tui.screens.policy_rows import ChoicesTable
from tui.screens.portal_value import PortalAddressDialog, PortalValueDialog
from tui.screens.save_review import SaveReviewDialog
from tui.widgets import words
from tui.widgets.frame import PathLine
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from store.use_cases.portal_settings import PortalSettings

COLUMNS: Final = (Column("Setting", 22), Column("", 0))
NOTHING_CHANGED: Final = "Nothing was changed. ← and → choose for the marked setting."


def setting_row(setting: PortalSetting, saved: str, now: str) -> Row:
    """Return the line of one setting; one that is not saved has a sign."""
    name = Cell(f"  {setting.label}") if saved == now else Cell(f"● {setting.label}", "warn")
    if setting.choice is None:
        is_missing = setting.name == URL and not now
        return (name, Cell(setting.word(now), "warn" if is_missing else "key"))
    parts = [f"{'▸' if one.value == now else ' '}{one.label:<10}" for one in setting.choice.choices]
    return (name, Cell("".join(parts), "dim" if now == "off" else "key"))


class PortalSettingsScreen(Place, place="portal_settings"):
    """The settings, a line each, and under them what the marked one means."""

    def __init__(self) -> None:
        super().__init__()
        self._read: PortalSettings | None = None
        self._settings: tuple[PortalSetting, ...] = ()
        self._saved: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        self._refusal = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The path, with the count of what is not saved."""
        waiting = len(self._changes)
        tail = f" · {words.count(waiting, 'change')} not saved" if waiting else ""
        return ("Setup", f"Patient Portal{tail}")

    @property
    def _changes(self) -> dict[str, str]:
        return {name: v for name, v in self._chosen.items() if v != self._saved[name]}

    def body(self) -> ComposeResult:
        """The settings, and what the marked one means."""
        yield ChoicesTable(COLUMNS, id="settings", on_choice=self._choose)
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Read the settings."""
        self.query_one(Table).focus()
        self._load()

    @work(description="portal settings", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            read = await kiosk.practice.ask(portal_settings.settings, kiosk.signed_in)
        except Refused as refusal:
            self._refusal = refusal.sentence
            self.query_one(Table).display = False
            self.query_one("#explained", Static).update(content(refusal.sentence))
            self.refresh_keys()
            return
        self._take(read, {})

    def _take(self, read: PortalSettings, mine: dict[str, str]) -> None:
        """Show settings as they are saved, with what was chosen here on top."""
        self._read = read
        self._settings = settings_of(read.features)
        self._saved = values_of(read)
        self._chosen = {**self._saved, **{n: v for n, v in mine.items() if n in self._saved}}
        self._draw()

    def _draw(self) -> None:
        self.query_one(Table).show(
            [setting_row(s, self._saved[s.name], self._chosen[s.name]) for s in self._settings]
        )
        self.query_one(PathLine).show(self.path)
        self._explain()

    @on(Table.Marked)
    def _explain(self) -> None:
        """What the marked setting means, and what is saved where that differs."""
        setting = self._marked
        if setting is None:
            return
        saved = self._saved[setting.name]
        parts = [(setting.label, "bold"), (f"  {setting.meaning}", "$tone-dim")]
        if self._chosen[setting.name] != saved:
            parts.append((f"\nNot saved; it is still {setting.word(saved)}.", "$tone-warn"))
        self.query_one("#explained", Static).update(join(*parts))
        self.refresh_keys()

    @property
    def _marked(self) -> PortalSetting | None:
        index = self.query_one(Table).marked if self.is_mounted else 0
        return self._settings[index] if index < len(self._settings) else None

    # Changing

    def _choose(self, direction: int) -> None:
        setting = self._marked
        if setting is None or self.is_working:
            return
        self.hush()
        now = self._chosen[setting.name]
        if setting.choice is not None:
            self._chosen[setting.name] = setting.choice.beside(now, direction)
        elif setting.name in DAYS:
            self._chosen[setting.name] = str(max(1, min(int(now) + direction, MOST_DAYS)))
        else:
            self.say("", "Enter types the address.")
        self._draw()

    def why_not(self, key_id: str) -> str:
        """Saving and undoing need a change; reading again must not lose one."""
        if not key_id.startswith(("portal.", "list.")) or key_id == "portal.rules":
            return ""
        if self._refusal or self._read is None:
            return self._refusal or "The settings are being read."
        if key_id in ("portal.save", "portal.undo") and not self._changes:
            return NOTHING_CHANGED
        if key_id == "list.refresh" and self._changes:
            return "Save your changes or take them back first."
        if key_id == "portal.open" and not self._saved[URL]:
            return "No address is saved yet."
        if key_id == "portal.edit" and self._marked and self._marked.name not in TYPED:
            return "← and → choose here."
        return ""

    def do_portal_choose(self) -> None:
        """The table deals with ← and → itself; from elsewhere they lead to it."""
        self.set_focus(self.query_one(Table))

    @on(Table.Chosen)
    def _double_click(self) -> None:
        self.action_do("portal.edit")

    def do_portal_edit(self) -> None:
        """Type the address or a number of days."""
        setting = self._marked
        if setting is None:
            return

        def typed(value: str | None) -> None:
            if value is not None:
                self.hush()
                self._chosen[setting.name] = value
                self._draw()

        self.open(PortalValueDialog(setting, self._chosen[setting.name]), typed)

    def do_portal_undo(self) -> None:
        """Go back to what is saved."""
        self._chosen = dict(self._saved)
        self._draw()
        self.say("Taken back.", "These are the settings as they are saved.")

    def do_list_refresh(self) -> None:
        """Read the settings again."""
        self._load()

    def do_portal_rules(self) -> None:
        """The rules of invitations."""
        from tui.screens.invite_rules import InviteRulesScreen

        self.open(InviteRulesScreen())

    def do_portal_open(self) -> None:
        """Open the saved address where there is a desktop; elsewhere show it to scan (P4)."""
        url = self._saved[URL]
        if browser.open_address(url):
            self.say("Opened.", f"{url} was handed to the browser of this computer.")
        else:
            self.open(PortalAddressDialog(url))

    # Saving

    def do_portal_save(self) -> None:
        """Show the difference, and save it once it was read."""
        lines = differences(self._settings, self._saved, self._changes)
        warning = meanings(self._changes, self._saved)

        def answered(yes: bool | None) -> None:
            if yes:
                self._save()

        self.open(SaveReviewDialog("Save the settings?", lines, warning=warning), answered)

    @work(description="save portal settings", exit_on_error=False)
    async def _save(self) -> None:
        kiosk, read, mine = self.kiosk, self._read, self._changes
        if read is None:
            return
        wanted = with_values(read, self._chosen)
        try:
            with self.working("Saving…"):
                saved = await kiosk.practice.ask(
                    portal_settings.save_settings, kiosk.signed_in, wanted
                )
        except Conflict:
            theirs = await kiosk.practice.ask(portal_settings.settings, kiosk.signed_in)
            self._take(theirs, mine)
            self.say(
                "Somebody else saved the settings meanwhile.",
                "Nothing of yours was saved. What you chose stands on top of theirs; s saves it.",
                "warn",
            )
        else:
            self._take(saved, {})
            self.say("Saved.", f"{words.count(len(mine), 'setting')} changed.", "good")

    def leave(self) -> None:
        """Ask before changes are lost."""
        if not self._changes:
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                f"{words.count(len(self._changes), 'change')} of the settings will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
