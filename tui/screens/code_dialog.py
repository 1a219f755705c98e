"""Asks for the code of a second factor and tries it: what all such dialogs share (S5, D23).

One rule: a wrong code leaves the dialog open with an empty line; only the store says it was right,
and only the store says what became of the message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from textual import events, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import ChairsideError, SessionEnded, WrongCode
from tui.widgets.button import PushButton
from tui.widgets.code_form import CALL, Asked, CodeForm
from tui.widgets.place import Answer, Dialog
from tui.widgets.safe import content

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery


ROOMY: Final = 30
"""Lines of a terminal on which everything has room at once."""


class CodeDialog(Dialog[Answer], place="code"):
    """Answers what `confirm` returns; None when it was given up.

    Args:
        asked: what is asked for.
    """

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked
        self._is_asking = False

    # What a dialog of its own says

    async def confirm(self, kind: str, code: str) -> Answer:
        """Try a code; return what the dialog answers. Raises WrongCode."""
        raise NotImplementedError

    async def send(self) -> Asked:
        """Send another message; return what is asked for now."""
        raise NotImplementedError

    async def tries_left(self) -> int | None:
        """Return how many tries are left after a wrong code; None if only the message tells."""
        return None

    async def delivery(self) -> CodeDelivery | None:
        """Return what became of the message by now; None where nothing is known of it."""
        return None

    def why(self) -> str:
        """Return a sentence above the form; empty for none."""
        return ""

    def late(self) -> str:
        """Return what to do when no message comes."""
        return CALL

    # The dialog

    def body(self) -> ComposeResult:
        """The form for the code."""
        if why := self.why():
            yield Static(content(why), id="why")
        zone = self.kiosk.card.time_zone if self.kiosk.card else "UTC"
        yield CodeForm(self._asked, self.kiosk.clock.now, zone, self.late())

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Continue", id="continue")

    @property
    def form(self) -> CodeForm:
        """The form."""
        return self.query_one(CodeForm)

    def on_mount(self) -> None:
        """A message was just queued: it goes out at once."""
        self._follow_message()

    def tick(self) -> None:
        """Count down, and see what became of the message."""
        if self.query(CodeForm):
            self.form.tick()
            self._make_room()
            self.refresh_keys()
            self._look_after_message()

    def _make_room(self) -> None:
        """On a small screen, what to do now counts more than why a code is asked for."""
        is_small = self.app.size.height < ROOMY
        for why in self.query("#why"):
            # Asked of whatever is there: the timer may come before the form is composed.
            needs_room = self.form.is_late or bool(self.query("CodeField.-wrong"))
            why.display = not (is_small and needs_room)

    def _follow_message(self) -> None:
        if self._asked.sent_to:
            self.kiosk.deliver_now()
            self._look_after_message()

    def _look_after_message(self) -> None:
        # One question at a time: the store may be busy for longer than a second.
        if not self._is_asking and self.form.kind == "sms":
            self._is_asking = True
            self._look()

    @work(description="what became of a message", exit_on_error=False)
    async def _look(self) -> None:
        asked = self._asked
        try:
            found = await self.delivery()
        except SessionEnded:
            raise
        except ChairsideError:
            # The code can be typed all the same, and the next second asks again.
            return
        finally:
            self._is_asking = False
        if self.is_attached and asked is self._asked:
            self.form.follow(found)
            self._make_room()

    def on_paste(self, event: events.Paste) -> None:
        """A pasted code is taken where a button has the focus, too."""
        event.stop()
        if self.query(CodeForm):
            self.form.field.paste(event.text)
            self._make_room()

    def why_not(self, key_id: str) -> str:
        """Sending again waits half a minute; another way needs another factor."""
        if not self.query(CodeForm):
            return ""
        if key_id == "code.again":
            return self.form.why_not_again()
        if key_id == "code.other":
            return self.form.why_no_other_way()
        return ""

    def entered(self) -> None:
        """Enter is Continue."""
        self.pressed("continue")

    def pressed(self, button: str) -> None:
        """Continue."""
        if self.is_working:
            return
        # What was said of the code before is not true of this one.
        self.hush()
        if code := self.form.take():
            self._confirm(code)
        self._make_room()

    @work(description="check a code", exit_on_error=False)
    async def _confirm(self, code: str) -> None:
        try:
            with self.working("Checking the code…"):
                found = await self.confirm(self.form.kind, code)
        except WrongCode as error:
            left = await self.tries_left()
            self.show_error(error)
            self.form.tried(left)
        else:
            self.dismiss(found)

    def do_code_other(self) -> None:
        """Use the app or a recovery code instead (D23)."""
        self.hush()
        self.form.other_way()
        self.refresh_keys()

    def do_code_again(self) -> None:
        """Send another code."""
        self._send_again()

    @work(description="send a code", exit_on_error=False)
    async def _send_again(self) -> None:
        with self.working("Sending another code…"):
            self._asked = await self.send()
        self.form.begin(self._asked)
        self._follow_message()
        self.say("Sent again.", "The code before no longer works.", "good")

    def leave(self) -> None:
        """Give up."""
        self.dismiss(None)


class AskCodeDialog(CodeDialog[Any]):
    """A code for which a place says itself what is done with it.

    Args:
        title: the title of the sheet.
        why: a sentence above the form.
        confirm: tries (kind, code). Raises WrongCode.
        send: sends a message and returns what is asked for now.
        delivery: tells what became of the message; None where nobody can.
        late: what to do when no message comes.
        instead: the word on a button that goes on without a code; it answers False.
    """

    def __init__(
        self,
        title: str,
        why: str,
        asked: Asked,
        *,
        confirm: Callable[[str, str], Awaitable[Any]],
        send: Callable[[], Awaitable[Asked]],
        delivery: Callable[[], Awaitable[CodeDelivery | None]] | None = None,
        late: str = CALL,
        instead: str = "",
    ) -> None:
        super().__init__(asked)
        self._late = late
        self._title_shown, self._why, self._instead = title, why, instead
        self._confirm_with, self._send_with, self._delivery_of = confirm, send, delivery

    @property
    def title_text(self) -> str:
        """The title it was made with."""
        return self._title_shown

    def why(self) -> str:
        """The sentence it was made with."""
        return self._why

    def late(self) -> str:
        """The sentence it was made with."""
        return self._late

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        if self._instead:
            yield PushButton(self._instead, id="instead")
        yield PushButton("Continue", id="continue")

    def pressed(self, button: str) -> None:
        """Continue, or go on without."""
        if button == "instead":
            self.dismiss(False)
        else:
            super().pressed(button)

    async def confirm(self, kind: str, code: str) -> Any:
        """As the place says."""
        return await self._confirm_with(kind, code)

    async def send(self) -> Asked:
        """As the place says."""
        return await self._send_with()

    async def delivery(self) -> CodeDelivery | None:
        """As the place says."""
        return await self._delivery_of() if self._delivery_of else None
