"""What can be done about a patient's online access, on the patient's card (P1-P10).

One rule: each asks the store, which checks the right; a password that comes back is kept until the
card is left, and never longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual import work

from store.use_cases import contact, invitations, online_access
from tui.screens.dialogs import ConfirmDialog
from tui.screens.online_access import PRINT_MASKED
from tui.widgets.place import PlaceMixin

if TYPE_CHECKING:
    from store.rights import Need
    from store.use_cases.online_access import Credentials, OnlineAccess
    from store.use_cases.patients import FamilyMember, PatientCard

NO_ACCESS: Final = "The patient has no online access yet: o provides it."
HAS_ACCESS: Final = "The patient has online access already."
SIGNED_IN: Final = "The patient has signed in before: g makes a new password."
NO_ADDRESS: Final = "The portal's address is not set: Setup > Patient Portal."
PHONE: Final = "wireless_phone"
"""The field that a missing telephone leads to."""


class OnlineAccessKeys(PlaceMixin[None]):
    """Keys of the panel, for the card."""

    patient_id = 0

    def __init__(self) -> None:
        super().__init__()
        self.card: PatientCard | None = None
        self.access: OnlineAccess | None = None
        self.lacks: frozenset[Need] = frozenset()
        self.credentials: Credentials | None = None
        self.is_unprinted = False

    def load(self) -> object:
        """Read the card again; the card does."""
        return None

    @property
    def members(self) -> list[FamilyMember]:
        """The others of the household, the guarantor first."""
        card = self.card
        if card is None:
            return []
        payer = card.guarantor
        others = [one for one in card.family if one.patient_id != card.patient_id]
        if payer is None or payer.patient_id == card.patient_id:
            return others
        return [payer, *(one for one in others if one.patient_id != payer.patient_id)]

    def why_not_access(self, key_id: str) -> str:
        """Return what the state of online access has against a key; empty for nothing."""
        access = self.access
        if key_id in ("card.mend", "card.missing"):
            is_asked = access is not None and access.state != "given" and access.missing
            return "" if is_asked else "Nothing is missing for online access."
        if not key_id.startswith("portal."):
            return ""
        if access is None:
            return "Online access is being read."
        if key_id == "portal.invite":
            return SIGNED_IN if access.last_sign_in else self._why_not_give(access)
        if key_id == "portal.provide":
            return HAS_ACCESS if access.state == "given" else self._why_not_give(access)
        if access.state != "given":
            return NO_ACCESS
        return PRINT_MASKED if key_id == "portal.print" and self.credentials is None else ""

    @staticmethod
    def _why_not_give(access: OnlineAccess) -> str:
        if access.missing and access.state == "given":
            return f"{access.missing[0].sentence} c opens the contact details."
        if access.missing:
            return "Something is missing: Enter goes to the first."
        return "" if access.portal_url else NO_ADDRESS

    # Contact details

    def do_card_contact(self) -> None:
        """The contact form."""
        self._open_contact(())

    def do_card_mend(self) -> None:
        """The first thing that is missing."""
        self.go_to_missing(0)

    def do_card_missing(self) -> None:
        """The number keys are told apart in `on_key`, where the key is known."""

    def go_to_missing(self, index: int) -> None:
        """Go to one thing that is missing, in the contact form."""
        reason = self.why_not("card.missing")
        if reason:
            self.say("Not now.", reason, "warn")
            return
        missing = self.access.missing if self.access else ()
        fields = [PHONE if one.field == "phone" else one.field for one in missing]
        if index < len(fields):
            self._open_contact((fields[index], *fields))

    @work(description="contact details", exit_on_error=False)
    async def _open_contact(self, wanted: tuple[str, ...]) -> None:
        from tui.screens.contact_form import ContactFormScreen

        kiosk = self.kiosk
        with self.working("Reading…"):
            shown = await kiosk.practice.ask(contact.contact, kiosk.signed_in, self.patient_id)
        form = ContactFormScreen(self.patient_id, self._who, shown, wanted)

        def closed(_: None) -> None:
            self.say("Saved." if form.saved else "", "", "good")

        self.open(form, closed)

    @property
    def _who(self) -> str:
        """The name as it stands on the sheet: first name, last name."""
        card = self.card
        if card is None or card.contact is None:
            return card.name if card else ""
        names = (card.contact.first_name, card.contact.last_name)
        return " ".join(name for name in names if name) or card.name

    # Passwords

    def do_portal_provide(self) -> None:
        """Give access: user name and password stand here at once (P2)."""
        self._make(online_access.provide, "Provided.")

    def do_portal_generate(self) -> None:
        """Make another password; ask first where the one before may be in use (P7)."""
        access = self.access
        if access is None:
            return
        if access.is_one_time and access.printed_at is None and access.last_sign_in is None:
            self._make(online_access.generate, "Generated.")
            return
        used = (
            "The sheet that was printed is worth nothing after that."
            if access.is_one_time
            else "The patient chose the present one, and cannot sign in with it after that."
        )
        self._ask(
            "Generate a new password?",
            f"{used} You see the new one here, to print it.",
            "Generate",
            lambda: self._make(online_access.generate, "Generated."),
        )

    def do_portal_type(self) -> None:
        """Type a password, checked while it is typed (P6)."""
        from tui.screens.portal_password import TypedPasswordDialog

        if self.access is not None:
            name = self.access.user_name
            self.open(TypedPasswordDialog(self.patient_id, name), self._typed)

    def _typed(self, made: Credentials | None) -> None:
        if made is not None:
            self._take(made, "Set.")

    @work(description="online access", exit_on_error=False)
    async def _make(self, use_case: Callable[..., Credentials], title: str) -> None:
        kiosk = self.kiosk
        with self.working("One moment…"):
            made = await kiosk.practice.ask(use_case, kiosk.signed_in, self.patient_id)
        self._take(made, title)

    def _take(self, made: Credentials, title: str) -> None:
        """Show new credentials; they are to be printed."""
        if not self.is_attached:
            return
        self.credentials, self.is_unprinted = made, True
        self.say(title, "p prints the sheet for the patient.", "good")
        self.load()

    # User name, invitation, removal

    def do_portal_user_name(self) -> None:
        """Another user name (P5)."""
        from tui.screens.portal_password import UserNameDialog

        def changed(user_name: str | None) -> None:
            if user_name is None:
                return
            if self.credentials is not None:
                self.credentials = replace(self.credentials, user_name=user_name)
                self.is_unprinted = True
            self.say("Changed.", "A sheet that was printed before shows the old name.", "good")
            self.load()

        if self.access is not None:
            self.open(UserNameDialog(self.patient_id, self.access.user_name), changed)

    def do_portal_invite(self) -> None:
        """Ask, then invite by e-mail (P11)."""
        self._ask(
            "Invite the patient by e-mail?",
            "The mail brings the user name and what is needed for the first sign-in. A password"
            " that was made before, on this page or on a sheet, is worth nothing after that.",
            "Send it",
            self._invite,
        )

    @work(description="invite a patient", exit_on_error=False)
    async def _invite(self) -> None:
        kiosk = self.kiosk
        with self.working("Writing the invitation…"):
            invited = await kiosk.practice.ask(invitations.invite, kiosk.signed_in, self.patient_id)
        self.credentials, self.is_unprinted = None, False
        self.say("Invited.", f"A mail to {invited.sent_to_masked} is on its way.", "good")
        self.load()

    def do_portal_remove(self) -> None:
        """Ask, then take access away (P3)."""
        self._ask(
            "Remove online access?",
            "The patient can no longer sign in. The user name stays reserved, and access can be"
            " provided again with a new password.",
            "Remove online access",
            self._remove,
            danger=True,
        )

    @work(description="remove online access", exit_on_error=False)
    async def _remove(self) -> None:
        kiosk = self.kiosk
        with self.working("Removing…"):
            await kiosk.practice.ask(online_access.remove, kiosk.signed_in, self.patient_id)
        self.credentials, self.is_unprinted = None, False
        self.say("Removed.", "The patient can no longer sign in.", "good")
        self.load()

    def _ask(
        self, title: str, text: str, do: str, then: Callable[[], Any], *, danger: bool = False
    ) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                then()

        keep = "Keep it" if danger else "Leave it as it is"
        self.open(ConfirmDialog(title, text, do=do, keep=keep), answered)

    # Printing

    def do_portal_print(self) -> None:
        """Show the sheet and the printers (P9)."""
        self._print()

    @work(description="print the sheet", exit_on_error=False)
    async def _print(self) -> None:
        from store.use_cases import printers
        from tui.screens.print_sheet import PrintSheetDialog

        kiosk, made, access = self.kiosk, self.credentials, self.access
        if made is None or access is None:
            return
        with self.working("Looking for printers…"):
            found = await kiosk.practice.ask(printers.destinations, kiosk.signed_in)

        def closed(sentence: str | None) -> None:
            if sentence:
                self.is_unprinted = False
                self.say("Done.", sentence, "good")
                self.load()

        self.open(PrintSheetDialog(self._who, made, access.portal_url, found), closed)

    def ask_to_leave(self, go: Callable[[], None]) -> None:
        """Go at once, or ask first whether to print what cannot be shown again (P9)."""
        from tui.screens.print_sheet import LEAVE, PRINT, LeaveUnprintedDialog

        def answered(choice: str | None) -> None:
            if choice == LEAVE:
                go()
            elif choice == PRINT:
                self._print()

        if self.credentials is not None and self.is_unprinted:
            self.open(LeaveUnprintedDialog(), answered)
        else:
            go()
