"""Setup › Account Info › Communications › Mail account: by which server e-mail is sent.

One rule: the password is typed, kept sealed and never shown; a field left empty keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult

from store.carrier_settings import CarrierForm
from store.use_cases import carriers
from tui.inviting import send_now
from tui.message_words import TEST_WRITTEN
from tui.screens.carrier_place import CarrierPlace
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Place

if TYPE_CHECKING:
    from store.use_cases.carriers import CarrierView

KINDS: Final = (
    Option("smtp", "a mail server"),
    Option("", "nothing", "No e-mail is sent; what waits stays in the outbox."),
    Option("spool", "files", "To try it out: written to files on this computer."),
)
IN_THE_DEMO: Final = (KINDS[0], KINDS[2])
"""A practice of invented people writes files where nothing is set up: nothing is not on offer."""
SECURITY: Final = (
    Option("starttls", "STARTTLS", "Encrypted after the greeting; port 587 as a rule."),
    Option("tls", "TLS", "Encrypted from the first byte; port 465 as a rule."),
    Option("none", "none", "Only to a server on this computer itself."),
)
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
KEPT: Final = "A password is kept. Left empty, it stays as it is."
NOTHING_KEPT: Final = "No password is kept."
SERVER: Final = frozenset(
    {"address", "security", "port", "account", "secret", "sender", "sender_name"}
)


class MailAccountScreen(Place, CarrierPlace, place="mail_account"):
    """The form, and above it how the account does."""

    PATH = ("Setup", "Account Info", "Communications", "Mail account")
    CHANNEL: ClassVar[str] = "email"
    NAME: ClassVar[str] = "the mail account"
    NONE_YET: ClassVar[str] = "No mail account is set up."

    def body(self) -> ComposeResult:
        """As of every carrier."""
        return self.form_body()

    def fields(self) -> ComposeResult:
        """What a mail server needs."""
        card = self.kiosk.card
        is_demo = card is not None and bool(card.demo_sign_ins)
        yield Choice("E-mail goes by", IN_THE_DEMO if is_demo else KINDS, id="kind")
        yield Field("Server", id="address", placeholder="as mail.example.org", max_length=253)
        yield Choice("Encryption", SECURITY, id="security")
        yield Field("Port", id="port", restrict=r"[0-9]*", max_length=5)
        yield Field("Account", id="account", max_length=254)
        yield Field("Password", id="secret", secret=True, max_length=256, meaning=NOTHING_KEPT)
        yield Field(
            "From address", id="sender", placeholder="as office@example.org", max_length=254
        )
        yield Field("From name", id="sender_name", max_length=100)

    def parts(self, kind: str) -> frozenset[str]:
        """Only a server has fields."""
        return SERVER if kind == "smtp" else frozenset()

    def fill(self, view: CarrierView) -> None:
        """Put what is set into the fields."""
        self.query_one("#security", Choice).value = view.security or "starttls"
        self.put(
            {
                "address": view.address,
                "port": str(view.port or ""),
                "account": view.account,
                "sender": view.sender,
                "sender_name": view.sender_name,
            }
        )
        self.field("secret").clear()
        self.field("secret").explain(KEPT if view.has_secret else NOTHING_KEPT)

    def show_parts(self) -> None:
        """The port is that of the encryption unless another is typed."""
        super().show_parts()
        usual = PORTS[self.query_one("#security", Choice).value]
        self.field("port").line.placeholder = f"{usual}, as usual"

    def form(self) -> CarrierForm:
        """Return what is typed."""
        port = self.field("port").value
        return CarrierForm(
            channel=self.CHANNEL,
            kind=self.kind,
            address=self.field("address").value,
            port=int(port) if port else None,
            security=self.query_one("#security", Choice).value,
            account=self.field("account").value,
            secret=self.field("secret").value,
            sender=self.field("sender").value,
            sender_name=self.field("sender_name").value,
        )

    async def send_test(self) -> str:
        """Send a mail to oneself. Raises NotSentYet."""
        practice = self.kiosk.practice
        masked = await practice.ask(carriers.test_mail, self.kiosk.signed_in)
        await send_now(practice)
        return TEST_WRITTEN if self.kind == "spool" else f"A test message went to {masked}."
