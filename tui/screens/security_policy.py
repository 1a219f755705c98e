"""Setup › Security › Policy: passwords, second factor at sign-in, archive passphrase (S4, S5, D12).

One rule: nothing counts until it is saved, and what a change means is shown before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import Refused
from store.rights import Right
from store.use_cases import groups, passwords, users
from store.use_cases.security_policy import PolicyChanged, save_security_policy, security_policy
from tui.policy_words import (
    DOWNLOADS,
    PASSPHRASE,
    PASSWORDS,
    SECOND_FACTOR,
    Setting,
    asked_people,
    chosen_values,
    meanings,
    policy_with,
    settings_of,
)
from tui.screens.dialogs import ConfirmDialog
from tui.screens.policy_rows import COLUMNS, ChoicesTable, SavePolicyDialog, explained, setting_row
from tui.widgets import words
from tui.widgets.frame import PathLine
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Table

if TYPE_CHECKING:
    from store.password_policy import PasswordPolicy

ORDER: Final = (SECOND_FACTOR, PASSWORDS, PASSPHRASE)
"""In which changes are told; whoever has to enrol comes first."""
NOTHING_CHANGED: Final = "Nothing was changed. ← and → choose for the marked setting."


class SecurityPolicyScreen(Place, place="security_policy"):
    """Three settings, and under them what the marked one may be."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: tuple[Setting, ...] = ()
        self._saved: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        self._refusal = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The path, with the count of what is not saved."""
        waiting = len(self._changes)
        last = f"Policy · {words.count(waiting, 'change')} not saved" if waiting else "Policy"
        return ("Setup", "Security", last)

    @property
    def _changes(self) -> dict[str, str]:
        return {n: v for n in ORDER if (v := self._chosen.get(n, "")) != self._saved.get(n, "")}

    def body(self) -> ComposeResult:
        """The settings, the choices of the marked one, and what no setting changes."""
        yield ChoicesTable(COLUMNS, id="settings", on_choice=self._choose)
        yield Static(id="explained")
        yield Static(content(DOWNLOADS, "$tone-dim"), id="downloads")

    def on_mount(self) -> None:
        """Read the policy."""
        self.query_one(Table).focus()
        self._load()

    @work(description="security policy", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            presets = await kiosk.practice.ask(passwords.presets, kiosk.signed_in)
            saved = await self._read()
        except Refused as refusal:
            self._refused(refusal)
            return
        self._start(presets, saved)

    async def _read(self) -> dict[str, str]:
        kiosk = self.kiosk
        return chosen_values(await kiosk.practice.ask(security_policy, kiosk.signed_in))

    def _start(self, presets: Sequence[PasswordPolicy], saved: dict[str, str]) -> None:
        self._settings = settings_of(presets)
        self._saved, self._chosen = saved, dict(saved)
        self._draw()

    def _refused(self, refusal: Refused) -> None:
        self._refusal = refusal.sentence
        self.query_one(Table).display = False
        self.show_error(refusal)
        self.refresh_keys()

    def _draw(self) -> None:
        self.query_one(Table).show(
            [setting_row(s, self._saved[s.name], self._chosen[s.name]) for s in self._settings]
        )
        self.query_one(PathLine).show(self.path)
        self._explain()

    @on(Table.Marked)
    def _explain(self) -> None:
        """What the marked setting may be."""
        if not self._settings:
            return
        setting = self._marked
        parts = explained(setting, self._saved[setting.name], self._chosen[setting.name])
        self.query_one("#explained", Static).update(join(*parts))
        self.refresh_keys()

    @property
    def _marked(self) -> Setting:
        return self._settings[self.query_one(Table).marked]

    # Changing

    def _choose(self, direction: int) -> None:
        if self._settings and not self.is_working:
            self.hush()
            setting = self._marked
            self._chosen[setting.name] = setting.beside(self._chosen[setting.name], direction)
            self._draw()

    def why_not(self, key_id: str) -> str:
        """Saving and undoing need a change; reading again must not lose one."""
        if self._refusal and key_id.startswith(("policy.", "list.")):
            return self._refusal
        if key_id in ("policy.save", "policy.undo") and not self._changes:
            return NOTHING_CHANGED
        if key_id == "list.refresh" and self._changes:
            return "Save your changes or take them back first."
        return ""

    def do_policy_choose(self) -> None:
        """The table deals with ← and → itself; from elsewhere they lead to it."""
        self.set_focus(self.query_one(Table))

    def do_policy_undo(self) -> None:
        """Go back to what is saved."""
        self._chosen = dict(self._saved)
        self._draw()
        self.say("Taken back.", "This is the policy as it is saved.")

    def do_list_refresh(self) -> None:
        """Read the policy again."""
        self._load()

    # Saving

    def do_policy_save(self) -> None:
        """Find out what the changes mean, show it, and save once it was read."""
        self._review()

    @work(description="what a change of the policy means", exit_on_error=False)
    async def _review(self) -> None:
        kiosk, changes = self.kiosk, self._changes
        with self.working("Looking up whom it concerns…"):
            people = await kiosk.practice.ask(users.list_users, kiosk.signed_in)
            held = await kiosk.practice.ask(groups.who_holds, kiosk.signed_in, Right.SECURITY)
        asked = asked_people(changes.get(SECOND_FACTOR, "off"), people, held)
        lines = [
            (s.label, s.word(self._saved[s.name]), s.word(changes[s.name]))
            for s in self._settings
            if s.name in changes
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self._save()

        self.open(
            SavePolicyDialog("Save the policy?", lines, warning=meanings(changes, asked)), answered
        )

    @work(description="save the security policy", exit_on_error=False)
    async def _save(self) -> None:
        kiosk, count, chosen = self.kiosk, len(self._changes), dict(self._chosen)
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(
                    save_security_policy,
                    kiosk.signed_in,
                    policy_with(self._saved),
                    policy_with(chosen),
                )
        except PolicyChanged:
            self._changed_meanwhile(await self._read())
            return
        self._saved = chosen
        self._draw()
        self.say("Saved.", f"{words.count(count, 'setting')} changed.", "good")

    def _changed_meanwhile(self, now: dict[str, str]) -> None:
        """Somebody else saved: show theirs under what was chosen here, still not saved."""
        mine = self._changes
        self._saved, self._chosen = now, {**now, **mine}
        self._draw()
        self.say(
            "Somebody else saved the policy meanwhile.",
            "Nothing of yours was saved. What you chose stands on top of theirs; s saves it.",
            "warn",
        )

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
                f"{words.count(len(self._changes), 'change')} of the policy will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
