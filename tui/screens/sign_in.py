"""Sign in, and the lock: the only screen while nobody's desk is open.

One rule: it shows nothing of a desk; whoever walks by learns the practice's name and PGID only.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import signing_in
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.frame import PathLine
from tui.widgets.place import Place
from tui.widgets.safe import content, join

if TYPE_CHECKING:
    from store.access import Actor
    from store.use_cases.signing_in import PracticeCard

DIGITS = r"[0-9]*"


class SignInScreen(Place, place="sign_in"):
    """Practice group, user name, password; or, while locked, the password alone."""

    PATH = ("Sign in",)

    def body(self) -> ComposeResult:
        """The form in the middle, and below it what helps."""
        with Vertical(id="card"):
            yield Static(id="practice")
            yield Field("Practice group", id="pgid", restrict=DIGITS, max_length=9)
            yield Field("User name", id="user_name", max_length=100)
            yield Field("Password", id="password", secret=True)
            yield PushButton("Sign in", id="sign_in")
            yield Static(id="hint")

    def on_mount(self) -> None:
        """Ask whose practice this is."""
        self._load_card()

    @work(description="practice card", exit_on_error=False)
    async def _load_card(self) -> None:
        kiosk = self.kiosk
        kiosk.card = await kiosk.practice.ask(signing_in.practice_card)
        self._show_card(kiosk.card)
        self.begin("")

    def _show_card(self, card: PracticeCard) -> None:
        self.query_one("#practice", Static).update(content(card.name, "bold $tone-key"))
        self.query_one("#pgid", Field).value = str(card.pgid)
        for line in self.query("WhoLine, KeyLine"):
            line.refresh()

    def begin(self, words: str) -> None:
        """Start afresh: `words` tell why one is here; a locked user's name stands filled in."""
        self.query_one("#password", Field).clear()
        actor = self.kiosk.actor
        name = self.query_one("#user_name", Field)
        name.value = actor.user_name if actor else ""
        self.say(words)
        self.query_one(PathLine).show(("Locked",) if actor else self.PATH)
        self._show_hint()
        for line in self.query("WhoLine, KeyLine"):
            line.refresh()
        self._focus_first_empty()

    def _focus_first_empty(self) -> None:
        for name in ("pgid", "user_name", "password"):
            field = self.query_one(f"#{name}", Field)
            if not field.value or name == "password":
                field.focus_line()
                return

    def _show_hint(self) -> None:
        card = self.kiosk.card
        if self.kiosk.actor is not None:
            hint = join(
                ("Locked, and still signed in. ", "bold"),
                ("The password unlocks. What was open is closed; nothing saved is lost. ", ""),
                ("Another user signs in with another name, which ends this session.", ""),
            )
        elif card is not None and card.demo_sign_ins:
            lines = [("A practice of invented people. Sign in as\n", "$tone-dim")]
            for one in card.demo_sign_ins:
                lines += [(f"  {one.user_name:<10}", "bold"), (f" {one.password:<22}", "")]
                lines.append((f" {one.role}\n", "$tone-dim"))
            hint = join(*lines)
        else:
            hint = content(
                "Password forgotten? An administrator can reset it under Setup > Security > Users.",
                "$tone-dim",
            )
        self.query_one("#hint", Static).update(hint)

    def why_not(self, key_id: str) -> str:
        """`another user` is only for a locked session."""
        if key_id == "sign_in.other" and self.kiosk.actor is None:
            return "Nobody is signed in. Type your user name."
        return ""

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next empty field, and signs in from the last."""
        event.stop()
        self.do_sign_in_enter()

    def on_push_button_pressed(self) -> None:
        """The button is the same as Enter."""
        self.do_sign_in_enter()

    def do_sign_in_enter(self) -> None:
        """Sign in, or unlock."""
        for name in ("pgid", "user_name", "password"):
            field = self.query_one(f"#{name}", Field)
            if not field.value.strip():
                self.hush()
                field.focus_line()
                return
        if not self.is_working:
            self._enter()

    @work(description="sign in", exit_on_error=False)
    async def _enter(self) -> None:
        kiosk = self.kiosk
        password_field = self.query_one("#password", Field)
        password = password_field.value
        user_name = self.query_one("#user_name", Field).value.strip()
        actor = kiosk.actor
        try:
            with self.working("Checking the password…"):
                if actor is not None and user_name.casefold() == actor.user_name.casefold():
                    await kiosk.practice.ask(signing_in.unlock, actor, password)
                else:
                    actor = await self._sign_in_afresh(user_name, password)
                state = await kiosk.practice.ask(signing_in.lock_state, actor)
        except ChairsideError as error:
            if isinstance(error, SessionEnded):
                kiosk.actor = None
                self._show_hint()
            self.say(f"{error.title}.", error.sentence, "bad")
            password_field.focus_line()
            return
        finally:
            password_field.clear()
        await kiosk.start_session(actor, state)

    async def _sign_in_afresh(self, user_name: str, password: str) -> Actor:
        kiosk = self.kiosk
        pgid = self.query_one("#pgid", Field).value
        new = await kiosk.practice.ask(
            signing_in.sign_in,
            pgid=int(pgid),
            user_name=user_name,
            password=password,
            terminal=socket.gethostname(),
            source="kiosk",
        )
        if kiosk.actor is not None:
            await kiosk.practice.ask(signing_in.sign_out, kiosk.actor)
        return new

    def do_sign_in_other(self) -> None:
        """End the locked session, so that somebody else can sign in."""
        self.kiosk.do_kiosk_sign_out()

    def do_sign_in_archive(self) -> None:
        """Look into an archive without signing in; a locked session stays locked."""
        from tui.screens.open_archive import OpenArchiveScreen

        self.query_one("#password", Field).clear()
        self.kiosk.call_next(self.kiosk.open_desk, OpenArchiveScreen)

    def do_sign_in_leave(self) -> None:
        """Close the kiosk. A locked session is ended first."""
        if self.kiosk.actor is not None:
            self.say("Not now.", "A session is locked here. Sign in or press F4 first.", "warn")
        else:
            self.kiosk.exit()

    def leave(self) -> None:
        """There is no place before this one."""
        self.hush()
