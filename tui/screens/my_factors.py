"""File › My Factors: a user's own second factors (REQUIREMENTS S5, S6, D23).

One rule: a secret is shown on the sheet that was opened for it, never on this screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.errors import WrongProof
from store.use_cases import code_delivery, factors
from store.use_cases.factors import Answer
from tui.screens.code_dialog import AskCodeDialog
from tui.screens.factor_rows import asked_for, explained, provable, rows_of
from tui.screens.password_again import PasswordAgainDialog
from tui.widgets.code_form import Asked
from tui.widgets.place import Place
from tui.widgets.safe import content
from tui.widgets.table import Column, Table

if TYPE_CHECKING:
    from store.use_cases.code_delivery import CodeDelivery
    from store.use_cases.factors import FactorsView

WHAT_IT_IS: Final = (
    "What proves that it is you, besides your password. A data download is never\n"
    "scheduled without one. Two ways are better than one: phones get lost."
)
PROVE: Final = (
    "With a factor that you have already, the new one schedules downloads at once. Without it"
    " that begins after 24 hours."
)
PHONE: Final = "phone.verify"
FACTOR: Final = "factor.change"
"""Purposes of the messages with codes that are asked for here."""
_COLUMNS: Final = (Column("Factor", 19), Column("State", 0))


class MyFactorsScreen(Place, place="factors"):
    """Three lines: phone, app, recovery codes."""

    PATH = ("File", "My Factors")

    def __init__(self) -> None:
        super().__init__()
        self._view: FactorsView | None = None

    def body(self) -> ComposeResult:
        """What it is, the three, and under them what the marked one means."""
        yield Static(content(WHAT_IT_IS), id="what")
        yield Table(_COLUMNS, id="factors")
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Read them."""
        self.query_one(Table).focus()
        self._load()

    @work(description="factors", exit_on_error=False)
    async def _load(self) -> None:
        kiosk = self.kiosk
        self._show(await kiosk.practice.ask(factors.my_factors, kiosk.signed_in))

    def _show(self, view: FactorsView) -> None:
        self._view = view
        self.query_one(Table).show(rows_of(view, self.kiosk.clock.now(), self.zone))
        self._explain()

    @on(Table.Marked)
    def _explain(self) -> None:
        view = self._view
        if view is None:
            return
        text = explained(view, self.query_one(Table).marked)
        self.query_one("#explained", Static).update(content(text))
        self.refresh_keys()

    def why_not(self, key_id: str) -> str:
        """Nothing to prove without a number, nothing to remove without an app."""
        view = self._view
        if view is None or not key_id.startswith("factors."):
            return ""
        if key_id == "factors.verify":
            if not view.phone:
                return "There is no mobile number yet. Enter on Text message sets one."
            return "The number is proven already." if view.phone_verified_at else ""
        if key_id == "factors.remove" and view.totp_counts_from is None:
            return "There is no authenticator app to remove."
        return ""

    def on_table_chosen(self) -> None:
        """A double click is Enter."""
        self.action_do("factors.set_up")

    def do_factors_set_up(self) -> None:
        """Set the marked factor up, or anew."""
        view = self._view
        if view is None:
            return
        marked = self.query_one(Table).marked
        if marked == 0:
            self._set_up_phone(view)
        elif marked == 1:
            kinds = tuple(kind for kind in provable(view, self.kiosk.clock.now()) if kind != "totp")
            self._prove(kinds, self._set_up_app)
        else:
            self._prove(provable(view, self.kiosk.clock.now()), self._set_up_codes)

    # The phone

    def _set_up_phone(self, view: FactorsView) -> None:
        from tui.screens.phone import PhoneDialog

        def changed(yes: bool | None) -> None:
            if yes:
                self.say("Changed.", "The number before was told. v proves the new one.", "good")
            self._load()

        self.open(PhoneDialog(view.phone), changed)

    def do_factors_verify(self) -> None:
        """Send a code to the number."""
        self._verify()

    @work(description="prove the mobile number", exit_on_error=False)
    async def _verify(self) -> None:
        kiosk = self.kiosk

        async def send() -> Asked:
            sent = await kiosk.practice.ask(factors.send_phone_code, kiosk.signed_in)
            return asked_for(sent, ("sms",), kiosk.clock.now())

        async def confirm(_kind: str, code: str) -> bool:
            await kiosk.practice.ask(factors.verify_phone, kiosk.signed_in, code)
            return True

        with self.working("Sending a code…"):
            asked = await send()
        why = "The code proves that this number is yours and that messages arrive."
        self.open(
            AskCodeDialog(
                "Prove your mobile number",
                why,
                asked,
                confirm=confirm,
                send=send,
                delivery=self._delivery_of(PHONE),
            ),
            self._done("Proven.", "The number is yours."),
        )

    # The app and the recovery codes

    @work(description="prove who it is", exit_on_error=False)
    async def _prove(self, kinds: tuple[str, ...], then: Any) -> None:
        """Ask for a factor one has already, if there is one; then go on with its code."""
        kiosk = self.kiosk
        if not kinds:
            then(None)
            return

        async def send() -> Asked:
            if "sms" not in kinds:
                return Asked(kinds, "", None, kiosk.clock.now(), 0, None)
            sent = await kiosk.practice.ask(factors.send_proof_code, kiosk.signed_in)
            return asked_for(sent, kinds, kiosk.clock.now())

        async def confirm(kind: str, code: str) -> Answer:
            # It is tried together with what it proves, so that one cannot count without the other.
            return Answer(kind, code)

        def proven(answer: Answer | bool | None) -> None:
            if answer is None:
                self.say("Nothing was changed.")
            else:
                then(answer if isinstance(answer, Answer) else None)

        with self.working("Asking for a proof…"):
            asked = await send()
        self.open(
            AskCodeDialog(
                "Prove that it is you",
                PROVE,
                asked,
                confirm=confirm,
                send=send,
                delivery=self._delivery_of(FACTOR),
                instead="Without proof",
            ),
            proven,
        )

    def _delivery_of(self, purpose: str) -> Callable[[], Awaitable[CodeDelivery | None]]:
        """Return what tells what became of the newest message of a purpose."""
        kiosk = self.kiosk
        return lambda: kiosk.practice.ask(code_delivery.code_delivery, kiosk.signed_in, purpose)

    @work(description="begin an app", exit_on_error=False)
    async def _set_up_app(self, proof: Answer | None) -> None:
        from tui.screens.totp import TotpDialog

        kiosk = self.kiosk
        with self.working("Making a secret…"):
            enrolment = await kiosk.practice.ask(factors.begin_totp, kiosk.signed_in)
        self.open(TotpDialog(enrolment, proof), self._done("Added.", "The app is your factor now."))

    def _set_up_codes(self, proof: Answer | None) -> None:
        kiosk = self.kiosk

        async def make(password: str) -> tuple[str, ...] | WrongProof:
            try:
                return await kiosk.practice.ask(
                    factors.new_recovery_codes, kiosk.signed_in, password, proof
                )
            except WrongProof as error:
                return error

        text = "Ten new codes are made and shown once. Those you have no longer work then."
        self.open(
            PasswordAgainDialog("New recovery codes", text, do="Make ten codes", act=make),
            self._show_codes,
        )

    def _show_codes(self, codes: tuple[str, ...] | WrongProof | None) -> None:
        from tui.screens.recovery_codes import RecoveryCodesDialog

        if codes is None:
            self.say("Nothing was changed.")
        elif isinstance(codes, WrongProof):
            self.show_error(codes)
        else:
            self.open(RecoveryCodesDialog(codes), self._done("Made.", "Ten codes are yours now."))

    def do_factors_remove(self) -> None:
        """Remove the app, with the password."""
        kiosk = self.kiosk

        async def remove(password: str) -> FactorsView:
            return await kiosk.practice.ask(factors.remove_totp, kiosk.signed_in, password)

        text = "Its codes no longer work, here and for data downloads. Your phone is told."
        self.open(
            PasswordAgainDialog("Remove the authenticator app", text, do="Remove", act=remove),
            self._done("Removed.", "The app no longer counts."),
        )

    def _done(self, title: str, text: str) -> Any:
        """Return what tells the end of something and reads the factors again."""

        def done(found: object) -> None:
            if isinstance(found, WrongProof):
                self.show_error(found)
            elif found:
                self.say(title, text, "good")
            else:
                self.say("Nothing was changed.")
            self._load()

        return done
