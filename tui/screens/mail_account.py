"""Setup › Account Info › Communications › Mail account: by which server e-mail is sent.

One rule: the password is typed, kept sealed and never shown; a field left empty keeps it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from store.carrier_settings import CarrierForm
from store.errors import BadInput, Refused
from store.use_cases import carriers
from tui.inviting import send_now
from tui.screens.dialogs import ConfirmDialog, ProgressDialog
from tui.widgets import words
from tui.widgets.button import PushButton, go_on
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.jobs import Job
from tui.widgets.place import Place
from tui.widgets.safe import content, drawable, join

if TYPE_CHECKING:
    from store.use_cases.carriers import CarrierView

EMAIL: Final = "email"
KINDS: Final = (
    Option("smtp", "a mail server"),
    Option("", "nothing", "No e-mail is sent; what waits stays in the outbox."),
    Option("spool", "files", "To try it out: written to files on this computer."),
)
SECURITY: Final = (
    Option("starttls", "STARTTLS", "Encrypted after the greeting; port 587 as a rule."),
    Option("tls", "TLS", "Encrypted from the first byte; port 465 as a rule."),
    Option("none", "none", "Only to a server on this computer itself."),
)
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
KEPT: Final = "A password is kept. Left empty, it stays as it is."
NOTHING_KEPT: Final = "No password is kept."
HEALTH: Final = {
    "untried": ("not tried yet", "dim"),
    "working": ("working", "good"),
    "failing": ("failing", "bad"),
}
TEXTS: Final = ("address", "port", "account", "secret", "sender", "sender_name")
SERVER_ONLY: Final = (*TEXTS, "security")


def state_words(view: CarrierView, zone: str) -> list[tuple[str, str]]:
    """Return how the account does, as pieces of text with their styles."""
    if view.kind == "":
        return [
            ("No mail account is set up. ", "bold $tone-warn"),
            ("Invitations and notices wait until there is one.", ""),
        ]
    if view.kind == "spool":
        return [("E-mail is written to files on this computer, ", "bold"), ("nothing is sent.", "")]
    word, tone = HEALTH[view.health]
    parts = [("The mail account is ", ""), (f"{word}.", f"bold $tone-{tone}")]
    if view.last_error:
        parts.append((f" {view.last_error}", ""))
    if view.checked_at is not None:
        parts.append((f" Last tried {words.instant(view.checked_at, zone)}.", "$tone-dim"))
    return parts


class MailAccountScreen(Place, place="mail_account"):
    """The form, and above it how the account does."""

    PATH = ("Setup", "Account Info", "Communications", "Mail account")

    def __init__(self) -> None:
        super().__init__()
        self._view: CarrierView | None = None
        self._refusal = ""
        self._typed_before: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        """State, fields, buttons."""
        yield Static(id="state")
        yield Choice("E-mail goes by", KINDS, id="kind")
        yield Field("Server", id="address", placeholder="mail.example.org", max_length=253)
        yield Choice("Encryption", SECURITY, id="security")
        yield Field("Port", id="port", restrict=r"[0-9]*", max_length=5)
        yield Field("Account", id="account", max_length=254)
        yield Field("Password", id="secret", secret=True, max_length=256, meaning=NOTHING_KEPT)
        yield Field("From address", id="sender", placeholder="office@example.org", max_length=254)
        yield Field("From name", id="sender_name", max_length=100)
        with Horizontal(id="buttons"):
            yield PushButton("Back", id="back")
            yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Read what is set up."""
        self.query_one(Choice).focus()
        self._load()

    @work(description="mail account", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        try:
            view = await kiosk.practice.ask(carriers.carrier, kiosk.signed_in, EMAIL)
        except Refused as refusal:
            self._refusal = refusal.sentence
            for part in self.query("Choice, Field, #buttons"):
                part.display = False
            self.query_one("#state", Static).update(content(refusal.sentence))
            self.refresh_keys()
            return
        self._show(view)

    def _show(self, view: CarrierView) -> None:
        self._view = view
        self.query_one("#kind", Choice).value = view.kind
        self.query_one("#security", Choice).value = view.security or "starttls"
        values = {
            "address": view.address,
            "port": str(view.port or ""),
            "account": view.account,
            "sender": view.sender,
            "sender_name": view.sender_name,
        }
        for name, value in values.items():
            self._field(name).value = drawable(value)
        self._field("secret").clear()
        self._field("secret").explain(KEPT if view.has_secret else NOTHING_KEPT)
        self._tell(view)
        self._typed_before = self._typed()
        self._show_fields()

    def _tell(self, view: CarrierView) -> None:
        zone = self.kiosk.card.time_zone if self.kiosk.card else "UTC"
        self.query_one("#state", Static).update(join(*state_words(view, zone)))

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _typed(self) -> tuple[str, ...]:
        chosen = (self.query_one("#kind", Choice).value, self.query_one("#security", Choice).value)
        return (*chosen, *(self._field(name).value for name in TEXTS))

    @on(Choice.Changed)
    def _show_fields(self) -> None:
        """Only a server has fields; the port is that of the encryption unless another is typed."""
        is_server = self.query_one("#kind", Choice).value == "smtp"
        for name in SERVER_ONLY:
            self.query_one(f"#{name}").display = is_server
        usual = PORTS[self.query_one("#security", Choice).value]
        self._field("port").line.placeholder = f"{usual}, as usual"
        self.refresh_keys()

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        self.refresh_keys()

    @property
    def _is_changed(self) -> bool:
        return self._view is not None and self._typed() != self._typed_before

    # What can be done

    def why_not(self, key_id: str) -> str:
        """A check is of what is saved."""
        if not key_id.startswith("mail."):
            return ""
        if self._refusal or self._view is None:
            return self._refusal or "The account is being read."
        if key_id == "mail.save":
            return "" if self._is_changed else "Nothing was changed."
        if self._is_changed:
            return "Save what you typed first."
        if not self._view.kind:
            return "No mail account is set up."
        return ""

    def entered(self) -> None:
        """Enter goes on."""
        go_on(self)

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Back, or save."""
        event.stop()
        self.action_do("kiosk.back" if event.button.id == "back" else "mail.save")

    def do_mail_save(self) -> None:
        """Save what is typed."""
        self._save(self._form())

    def _form(self) -> CarrierForm:
        port = self._field("port").value
        return CarrierForm(
            channel=EMAIL,
            kind=self.query_one("#kind", Choice).value,
            address=self._field("address").value,
            port=int(port) if port else None,
            security=self.query_one("#security", Choice).value,
            account=self._field("account").value,
            secret=self._field("secret").value,
            sender=self._field("sender").value,
            sender_name=self._field("sender_name").value,
        )

    @work(description="save the mail account", exit_on_error=False)
    async def _save(self, form: CarrierForm) -> None:
        kiosk = self.kiosk
        for field in self.query(Field):
            field.complain("")
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(carriers.save_carrier, kiosk.signed_in, form)
                view = await kiosk.practice.ask(carriers.carrier, kiosk.signed_in, EMAIL)
        except BadInput as problem:
            self._complain(problem)
            return
        self._show(view)
        self.say("Saved.", "F5 checks it, F6 sends a message to yourself.", "good")

    def _complain(self, problem: BadInput) -> None:
        """Show what is wrong at its field where the store names one; else on the answer line."""
        self.hush()
        named = self.query(f"#{getattr(problem, 'field', '') or 'none'}")
        if named and isinstance(named.first(), Field):
            field = named.first(Field)
            field.complain(problem.sentence)
            field.focus_line()
        else:
            self.show_error(problem)

    def do_mail_check(self) -> None:
        """Connect and sign in, without sending anything."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: Job) -> str:
            from exporter.messages.smtp import check_carrier

            return await asyncio.to_thread(check_carrier, practice, actor, EMAIL)

        self._start(Job("Checking the mail account", unit="steps"), run)

    def do_mail_test(self) -> None:
        """Send a message to oneself."""
        practice, actor = self.kiosk.practice, self.kiosk.signed_in

        async def run(_job: Job) -> str:
            masked = await practice.ask(carriers.test_mail, actor)
            await send_now(practice)
            return f"A test message went to {masked}."

        self._start(Job("Sending a test message", unit="steps"), run)

    def _start(self, job: Job, run: Callable[[Job], Coroutine[Any, Any, str]]) -> None:
        self.kiosk.start_job(job, run)
        self.open(ProgressDialog(job), self._over)

    def _over(self, job: Job | None) -> None:
        if job is not None and job.error is not None:
            self.show_error(job.error)
        elif job is not None:
            self.say("Done.", job.outcome, "good")
        self._look_again()

    @work(description="health of the mail account", exit_on_error=False)
    async def _look_again(self) -> None:
        """How the account does may have changed; what is typed stays."""
        kiosk = self.kiosk
        self._tell(await kiosk.practice.ask(carriers.carrier, kiosk.signed_in, EMAIL))

    def leave(self) -> None:
        """Ask before what was typed is lost."""
        if not self._is_changed:
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                "What you typed of the mail account will be lost.",
                do="Leave without saving",
                keep="Stay here",
            ),
            answered,
        )
