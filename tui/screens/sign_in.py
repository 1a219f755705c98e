"""Sign in, and the lock: the only screen while nobody's desk is open.

One rule: it shows nothing of a desk; whoever walks by learns the practice's name and PGID only.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded
from store.passwords import MAXIMUM_CHARACTERS
from store.pending_sign_in import PasswordChangeNeeded
from store.use_cases import signing_in
from store.use_cases.signing_in import SecondFactorNeeded
from tui import keys
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

    @property
    def place(self) -> str:
        """Locked, while a session waits behind it."""
        return keys.SIGN_IN if self.kiosk.actor is None else keys.LOCKED

    def body(self) -> ComposeResult:
        """The form in the middle, and below it what helps."""
        with Vertical(id="card"):
            yield Static(id="practice")
            pgid = str(self.kiosk.practice.pgid)
            yield Field("Practice group", id="pgid", value=pgid, restrict=DIGITS, max_length=9)
            yield Field("User name", id="user_name", max_length=100)
            # S4: a password is never cut short.
            yield Field("Password", id="password", secret=True, max_length=MAXIMUM_CHARACTERS)
            yield PushButton("Sign in", id="sign_in")
            yield Static(id="hint")

    def on_mount(self) -> None:
        """Take keys at once; ask meanwhile whose practice this is."""
        self.query_one("#user_name", Field).focus_line()
        self._load_card()

    @work(description="practice card", exit_on_error=False)
    async def _load_card(self) -> None:
        kiosk = self.kiosk
        kiosk.card = await kiosk.practice.ask(signing_in.practice_card)
        self._show_card(kiosk.card)
        # What was typed before the answer came stays.
        self._show_hint()

    def _show_card(self, card: PracticeCard) -> None:
        self.query_one("#practice", Static).update(content(card.name, "bold $tone-key"))
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
        """`another user` is only for a locked session, an archive only without one."""
        if key_id == "sign_in.archive" and self.kiosk.actor is not None:
            return "A session is locked here. F4 ends it, so that another user can begin."
        if key_id == "sign_in.other" and self.kiosk.actor is None:
            return "Nobody is signed in. Type your user name."
        return ""

    def entered(self) -> None:
        """Enter goes to the next empty field, and signs in from the last."""
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
        password_field.clear()
        user_name = self.query_one("#user_name", Field).value.strip()
        actor = kiosk.actor
        try:
            with self.working("Checking the password…"):
                if actor is not None and user_name.casefold() == actor.user_name.casefold():
                    await kiosk.practice.ask(signing_in.unlock, actor, password)
                else:
                    actor = await self._sign_in_afresh(user_name, password)
        except SecondFactorNeeded as needed:
            self.hush()
            self._ask_factor(needed, password)
        except PasswordChangeNeeded as needed:
            self.hush()
            self._ask_new_password(needed, password)
        except ChairsideError as error:
            if isinstance(error, SessionEnded):
                kiosk.actor = None
                self._show_hint()
            self.say(f"{error.title}.", error.sentence, "bad")
            password_field.focus_line()
        else:
            await self._open_desk(actor)
        finally:
            # What was typed while the answer was awaited is nobody's.
            password_field.clear()

    async def _sign_in_afresh(self, user_name: str, password: str) -> Actor:
        return await self.kiosk.practice.ask(
            signing_in.sign_in,
            pgid=int(self.query_one("#pgid", Field).value),
            user_name=user_name,
            password=password,
            terminal=socket.gethostname(),
            source="kiosk",
        )

    async def _open_desk(self, actor: Actor) -> None:
        """Begin at Home; whoever was locked here and is not this user is signed out."""
        from store.use_cases.emergency import emergency_state

        kiosk = self.kiosk
        with self.working("Opening…"):
            if kiosk.actor is not None and kiosk.actor.session_id != actor.session_id:
                await kiosk.practice.ask(signing_in.sign_out, kiosk.actor)
            state = await kiosk.practice.ask(signing_in.lock_state, actor)
            kiosk.emergency = await kiosk.practice.ask(emergency_state, actor)
        await kiosk.start_session(actor, state)

    # What may be asked after the password

    def _ask_factor(self, needed: SecondFactorNeeded, password: str) -> None:
        from tui.screens.sign_in_factor import SignInFactorDialog

        def answered(found: Actor | PasswordChangeNeeded | None) -> None:
            if isinstance(found, PasswordChangeNeeded):
                self._ask_new_password(found, password)
            else:
                self._finished(found)

        self.open(SignInFactorDialog(needed, socket.gethostname()), answered)

    @work(description="new password at sign-in", exit_on_error=False)
    async def _ask_new_password(self, needed: PasswordChangeNeeded, password: str) -> None:
        from store.use_cases.passwords import policy
        from tui.screens.new_password import NewPasswordDialog

        kiosk = self.kiosk
        asked = await kiosk.practice.ask(policy)
        self.open(NewPasswordDialog(needed, asked, password, kiosk.clock.now()), self._finished)

    def _finished(self, actor: Actor | None) -> None:
        if actor is None:
            self.query_one("#password", Field).focus_line()
            self.say("Not signed in.", "The sign-in was not finished.", "warn")
        else:
            self._open_desk_after(actor)

    @work(description="finish the sign-in", exit_on_error=False)
    async def _open_desk_after(self, actor: Actor) -> None:
        await self._open_desk(actor)

    def do_sign_in_other(self) -> None:
        """End the locked session, so that somebody else can sign in."""
        self.kiosk.do_kiosk_sign_out()

    def do_sign_in_archive(self) -> None:
        """Look into an archive as nobody."""
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
