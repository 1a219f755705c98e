"""Setup › Account Info › Communications › Text messages: by what text messages are sent.

One rule: token and PIN are typed, kept sealed and never shown; a field left empty keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult

from store.carrier_settings import CarrierForm
from tui.screens.carrier_place import CarrierPlace
from tui.trying import send_test
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Place

if TYPE_CHECKING:
    from store.use_cases.carriers import CarrierView

KINDS: Final = (
    Option("http", "a gateway", "A service on the web that sends text messages."),
    Option("modem", "a modem", "A GSM modem with a SIM card, at this computer."),
    Option("spool", "files", "To try it out: written to files on this computer."),
)
KEPT: Final = "A token is kept. Left empty, it stays as it is."
NOTHING_KEPT: Final = "No token is kept."
PIN_KEPT: Final = "A PIN is kept. Left empty, it stays as it is."
NO_PIN: Final = "4 to 8 digits; empty for a card without one."
PARTS: Final = {
    "http": frozenset({"address", "account", "token", "sender", "countries"}),
    "modem": frozenset({"device", "pin", "number", "countries"}),
    "spool": frozenset[str](),
}
_FIELDS: Final = {
    "http": {"secret": "token"},
    "modem": {"address": "device", "secret": "pin", "sender": "number"},
}
"""Where a setting's field has another name than the setting."""
REGISTER_ANEW: Final = "F5 checks it. Register it with r on the page before."


class SmsCarrierScreen(Place, CarrierPlace, place="sms_carrier"):
    """The form, and above it how what is set up does."""

    PATH = ("Setup", "Account Info", "Communications", "Text messages")
    CHANNEL: ClassVar[str] = "sms"
    NAME: ClassVar[str] = "what sends text messages"
    NONE_YET: ClassVar[str] = "Nothing is set up to send text messages."

    def body(self) -> ComposeResult:
        """As of every carrier."""
        return self.form_body()

    def fields(self) -> ComposeResult:
        """What a gateway and a modem need."""
        yield Choice("Text messages by", KINDS, id="kind")
        yield Field(
            "Address",
            id="address",
            placeholder="as https://api.example.com",
            max_length=200,
            meaning="The gateway's own page tells it. Always https.",
        )
        yield Field("Account", id="account", max_length=64)
        yield Field("Token", id="token", secret=True, max_length=256, meaning=NOTHING_KEPT)
        yield Field(
            "From",
            id="sender",
            placeholder="as +15105550100",
            max_length=40,
            meaning="A number, a name of up to 11 letters, or a service (MG…).",
        )
        yield from self._fields_of_a_modem()
        yield Field(
            "Countries",
            id="countries",
            placeholder="as US CA",
            max_length=200,
            meaning="Where it sends to, by two letters each; empty: anywhere.",
        )

    def _fields_of_a_modem(self) -> ComposeResult:
        yield Field(
            "Device",
            id="device",
            placeholder="as /dev/ttyUSB0",
            max_length=200,
            meaning="/dev/ttyUSB0, /dev/serial/by-id/… or, on Windows, COM5.",
        )
        yield Field(
            "SIM PIN", id="pin", secret=True, restrict=r"[0-9]*", max_length=8, meaning=NO_PIN
        )
        yield Field(
            "Its number",
            id="number",
            placeholder="as +15105550100",
            max_length=40,
            meaning="Only to tell which card it is; may stay empty.",
        )

    def parts(self, kind: str) -> frozenset[str]:
        """Files have no fields."""
        return PARTS.get(kind, frozenset())

    def field_of(self, name: str) -> str:
        """A modem's address is a device, its secret a PIN."""
        return _FIELDS.get(self.kind, {}).get(name, name)

    def fill(self, view: CarrierView) -> None:
        """Put what is set into the fields of its kind; those of the other kind stay empty."""
        is_modem = view.kind == "modem"
        self.put(
            {
                "address": "" if is_modem else view.address,
                "account": view.account,
                "sender": "" if is_modem else view.sender,
                "device": view.address if is_modem else "",
                "number": view.sender if is_modem else "",
                "countries": view.countries,
            }
        )
        for name, kind, kept, none in (
            ("token", "http", KEPT, NOTHING_KEPT),
            ("pin", "modem", PIN_KEPT, NO_PIN),
        ):
            self.field(name).clear()
            self.field(name).explain(kept if view.has_secret and view.kind == kind else none)

    def form(self) -> CarrierForm:
        """Return what is typed for the chosen kind."""
        kind = self.kind
        has = self.parts(kind)

        def typed(name: str) -> str:
            field = _FIELDS.get(kind, {}).get(name, name)
            return self.field(field).value if field in has else ""

        return CarrierForm(
            channel=self.CHANNEL,
            kind=kind,
            address=typed("address"),
            account=typed("account"),
            secret=typed("secret"),
            sender=typed("sender"),
            countries=typed("countries"),
        )

    def saved_words(self) -> str:
        """What was registered was the carrier before."""
        return REGISTER_ANEW

    async def send_test(self) -> str:
        """Send a text message without a code to oneself. Raises NotSentYet."""
        return await send_test(self.kiosk.practice, self.kiosk.signed_in)
