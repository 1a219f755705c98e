"""What the forms for a carrier share: read, complain, save, check, send a test, leave.

One rule: a secret is typed, kept sealed and never shown; a field left empty keeps it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from store.errors import BadInput, Refused
from store.use_cases import carriers, home
from tui.message_words import carrier_pieces
from tui.screens.carrier_wait import (
    CarrierJob,
    CarrierWork,
    check,
    needs_set,
    settings_of,
    why_still_busy,
)
from tui.screens.dialogs import ConfirmDialog
from tui.widgets.button import PushButton, go_on
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.safe import drawable, join

if TYPE_CHECKING:
    from store.carrier_settings import CarrierForm
    from store.use_cases.carriers import CarrierView

CHANGED_MEANWHILE: Final = (
    "At another terminal these settings were changed. F3 again saves yours over them; Esc leaves"
    " them as they are."
)


class CarrierPlace(CarrierWork):
    """For the screen of one channel: its fields, and which of them a kind of carrier has.

    One of its Choices is `#kind`; its body is `form_body`.
    """

    CHANNEL: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    """What is set up here, within a sentence: `the mail account`."""
    NONE_YET: ClassVar[str] = ""
    """Said for a check or test of nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._view: CarrierView | None = None
        self._refusal = ""
        self._lacks = ""
        self._typed_before: tuple[str, ...] = ()

    # What a form says of itself

    def fields(self) -> ComposeResult:
        """Its fields; `#kind` is the first."""
        raise NotImplementedError

    def parts(self, kind: str) -> frozenset[str]:
        """Return the ids of the fields that a kind of carrier has, besides `kind`."""
        raise NotImplementedError

    def fill(self, view: CarrierView) -> None:
        """Put what is set into the fields, secrets aside."""
        raise NotImplementedError

    def form(self) -> CarrierForm:
        """Return what is typed."""
        raise NotImplementedError

    def field_of(self, name: str) -> str:
        """Return the id of the field for a setting's name; empty where there is none."""
        return name

    async def send_test(self) -> str:
        """Send a message to oneself; return the sentence that tells what became of it."""
        raise NotImplementedError

    def show_parts(self) -> None:
        """Only what the chosen kind has is seen."""
        wanted = self.parts(self.kind)
        for part in self.query("Choice, Field"):
            part.display = part.id == "kind" or part.id in wanted

    # Reading

    def form_body(self) -> ComposeResult:
        """The state, the fields, the buttons."""
        yield Static(id="state")
        yield from self.fields()
        with Horizontal(id="buttons"):
            yield PushButton("Back", id="back")
            yield PushButton("Save", id="save")

    @property
    def kind(self) -> str:
        """The kind of carrier that is chosen."""
        return self.query_one("#kind", Choice).value

    def field(self, name: str) -> Field:
        """Return a field by its id."""
        return self.query_one(f"#{name}", Field)

    def on_mount(self) -> None:
        """Read what is set up."""
        self.query_one("#kind", Choice).focus()
        self._load()

    @work(description="settings of a carrier", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            view = await self._read()
            lacking = await kiosk.practice.ask(home.lacking, kiosk.signed_in, [carriers.SET])
        except Refused as refusal:
            self._refusal = refusal.sentence
            for part in self.query("Choice, Field, #buttons"):
                part.display = False
            self.query_one("#state", Static).update(join((refusal.sentence, "")))
            self.refresh_keys()
            return
        if lacking:
            self._lacks = needs_set()
        self._show(view)
        if self._lacks:
            self._read_only()

    def _read_only(self) -> None:
        for part in self.query("Choice, Field"):
            part.disabled = True
        self.query_one("#save").display = False
        self.query_one("#back").focus()
        self.refresh_keys()

    def _show(self, view: CarrierView) -> None:
        self._view = view
        self.query_one("#kind", Choice).value = view.kind
        self.fill(view)
        self._tell(view)
        self._typed_before = self._typed()
        self._kind_changed()

    def put(self, values: dict[str, str]) -> None:
        """Put texts of the store into fields, drawable."""
        for name, value in values.items():
            self.field(name).value = drawable(value)

    def _tell(self, view: CarrierView) -> None:
        lacks = (f"\nOnly to look at. {self._lacks}" if self._lacks else "", "$tone-warn")
        self.query_one("#state", Static).update(join(*carrier_pieces(view, self.zone), lacks))

    def _typed(self) -> tuple[str, ...]:
        chosen = (one.value for one in self.query(Choice))
        return (*chosen, *(one.value for one in self.query(Field)))

    @on(Choice.Changed)
    def _kind_changed(self) -> None:
        self.show_parts()
        self.refresh_keys()

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        self.refresh_keys()

    @property
    def is_changed(self) -> bool:
        """Whether anything is typed that is not saved."""
        return self._view is not None and self._typed() != self._typed_before

    # What can be done

    def why_not(self, key_id: str) -> str:
        """A check is of what is saved."""
        if not key_id.startswith("carrier."):
            return ""
        if self._refusal or self._view is None:
            return self._refusal or "The settings are being read."
        if self._lacks:
            return self._lacks
        if key_id == "carrier.save":
            return "" if self.is_changed else "Nothing was changed."
        if self.is_changed:
            return "Save what you typed first."
        if not self._view.kind:
            return self.NONE_YET
        return why_still_busy(self.kiosk.jobs)

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Back, or save."""
        event.stop()
        self.action_do("kiosk.back" if event.button.id == "back" else "carrier.save")

    def do_carrier_save(self) -> None:
        """Save what is typed."""
        self._save(self.form())

    @work(description="save a carrier", exit_on_error=False)
    async def _save(self, form: CarrierForm) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        for field in self.query(Field):
            field.complain("")
        try:
            with self.working("Saving…"):
                now = await self._read()
                is_new = settings_of(now) != settings_of(self._view)
                if not is_new:
                    await practice.ask(carriers.save_carrier, actor, form)
                    now = await self._read()
        except BadInput as problem:
            self._complain(problem)
            return
        if is_new:
            self._view = now
            self._tell(now)
            self.say("Changed meanwhile.", CHANGED_MEANWHILE, "warn")
            return
        self._show(now)
        self.say("Saved.", self.saved_words(), "good")

    async def _read(self) -> CarrierView:
        kiosk = self.kiosk
        return await kiosk.practice.ask(carriers.carrier, kiosk.signed_in, self.CHANNEL)

    def saved_words(self) -> str:
        """Return what may be done after saving."""
        return "F5 checks it, F6 sends a message to yourself."

    def _complain(self, problem: BadInput) -> None:
        """Show what is wrong at its field where the store names one; else on the answer line."""
        self.hush()
        name = self.field_of(getattr(problem, "field", ""))
        named = self.query(f"#{name or 'none'}")
        if named and isinstance(named.first(), Field) and named.first().display:
            field = named.first(Field)
            field.complain(problem.sentence)
            field.focus_line()
        else:
            self.show_error(problem)

    def do_carrier_check(self) -> None:
        """Ask what is set up, without sending anything."""
        practice, actor, channel = self.kiosk.practice, self.kiosk.signed_in, self.CHANNEL

        async def run(_job: CarrierJob) -> str:
            return await asyncio.to_thread(check, practice, actor, channel)

        self.ask_carrier(CarrierJob(f"Checking {self.NAME}"), run)

    def do_carrier_test(self) -> None:
        """Send a message to oneself."""

        async def run(_job: CarrierJob) -> str:
            return await self.send_test()

        self.ask_carrier(CarrierJob("Sending a test message"), run)

    @work(description="health of a carrier", exit_on_error=False)
    async def look_again(self) -> None:
        """How it does may have changed; what is typed stays."""
        self._tell(await self._read())

    def leave(self) -> None:
        """Ask before what was typed is lost."""
        if not self.is_changed:
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                f"What you typed of {self.NAME} will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
