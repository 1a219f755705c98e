"""A patient's card: who, how to reach, the family, what is next, and online access.

One rule: a password or number shown here lives on this screen only; leaving or locking drops it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from store.errors import ChairsideError, Refused
from store.use_cases import home, online_access, patients
from store.use_cases.patient_download import DOWNLOAD
from tui.screens import online_access as drawn
from tui.screens.online_access_keys import OnlineAccessKeys
from tui.screens.patient_lines import (
    CHANGE_ACCESS,
    CHANGE_CONTACT,
    INVITE,
    SEE_ACCESS,
    SEE_CONTACT,
    SEE_REPRESENTATIVES,
    SEE_SSN,
    lines,
)
from tui.widgets import words
from tui.widgets.frame import PathLine
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join

if TYPE_CHECKING:
    from store.use_cases.online_access import OnlineAccess

SSN_SECONDS: Final = 20
"""How long a whole social security number stands there."""
_ALL: Final = (
    SEE_ACCESS,
    CHANGE_ACCESS,
    SEE_CONTACT,
    CHANGE_CONTACT,
    SEE_SSN,
    INVITE,
    SEE_REPRESENTATIVES,
    DOWNLOAD,
)
_TAKES: Final = {
    "card.contact": SEE_CONTACT,
    "card.ssn": SEE_SSN,
    "card.representatives": SEE_REPRESENTATIVES,
    "card.download": DOWNLOAD,
    "card.mend": CHANGE_CONTACT,
    "card.missing": CHANGE_CONTACT,
    "portal.invite": INVITE,
}
"""What a key takes; every other key of the portal takes online access at Full Control."""


class PatientCardScreen(Place, OnlineAccessKeys, place="patient_card"):
    """The card of one patient. `next_patient` is whose card was asked for next, if any."""

    def __init__(self, patient_id: int) -> None:
        super().__init__()
        self.patient_id = patient_id
        self.next_patient: int | None = None
        self._ssn = ""
        self._ssn_until: datetime | None = None

    @property
    def place(self) -> str:
        """The keys that matter differ once there is online access."""
        given = self.access is not None and self.access.state == "given"
        return "patient_card_given" if given else "patient_card"

    @property
    def path(self) -> tuple[str, ...]:
        """Who, with what tells patients of one name apart."""
        card = self.card
        if card is None:
            return ("Patients", "…")
        born = f"born {words.day(card.birthdate, year=True)}" if card.birthdate else ""
        rest = " · ".join(part for part in (clip(card.chart_number, 14), born) if part)
        room = self.app.size.width - cell_len(f"  Patients ›  · {rest}")
        name = clip(card.name, max(12, room))
        return ("Patients", f"{name} · {rest}" if rest else name)

    def body(self) -> ComposeResult:
        """The card, then the panel; together they scroll."""
        with VerticalScroll(id="card"):
            yield Static(id="who")
            yield Static(id="access")

    def on_mount(self) -> None:
        """Read it all."""
        self.set_focus(self.query_one("#card"))
        self.load()

    def on_screen_resume(self) -> None:
        """What was changed in a place above shows here at once."""
        super().on_screen_resume()
        if self.card is not None:
            self.load()

    def on_resize(self) -> None:
        """Lines are as wide as the screen."""
        self.draw()

    # Reading and drawing

    @work(description="a patient's card", exit_on_error=False)
    async def load(self) -> None:
        """Read card and online access again."""
        kiosk, patient_id = self.kiosk, self.patient_id
        practice, actor = kiosk.practice, kiosk.signed_in
        try:
            lacks = await practice.ask(home.lacking, actor, _ALL)
            card = await practice.ask(patients.card, actor, patient_id)
            access = None
            if SEE_ACCESS not in lacks:
                access = await practice.ask(online_access.online_access, actor, patient_id)
        except Refused as refusal:
            self.query_one("#who", Static).update(content(refusal.sentence))
            return
        self.lacks, self.card, self.access = lacks, card, access
        self.draw()

    def draw(self) -> None:
        """Draw what is known."""
        card = self.card
        if card is None or not self.is_attached:
            return
        zone = self.zone
        room = max(40, self.app.size.width - 3)
        self.query_one(PathLine).show(self.path)
        shown = lines(card, self._ssn, room, zone, self.lacks)
        self.query_one("#who", Static).update(join(*shown))
        self.query_one("#access", Static).update(join(*self._panel(self.access, room, zone)))
        self.refresh_keys()

    def _panel(self, access: OnlineAccess | None, room: int, zone: str) -> list[drawn.Part]:
        if access is None:
            needs = f"   needs {SEE_ACCESS.label}"
            return [(" Online access", "bold"), (needs, "$tone-dim")]
        return drawn.panel(access, self.credentials, room, zone, self.kiosk.clock.now())

    # Keys

    def why_not(self, key_id: str) -> str:
        """A right that is missing, what is not read yet, or what the panel says."""
        if not key_id.startswith(("card.", "portal.")):
            return ""
        if self.card is None:
            return "The card is being read."
        if key_id == "card.family":
            return "" if self.members else "Nobody else is in this household."
        need = _TAKES.get(key_id, CHANGE_ACCESS)
        if need in self.lacks:
            return f"It needs {need.label}, granted under Setup > Security > Groups."
        if key_id == "card.ssn" and not self.card.ssn_masked:
            return "No social security number is entered."
        return self.why_not_access(key_id)

    def on_key(self, event: events.Key) -> None:
        """A number goes to the missing thing of that number."""
        if self.access is not None and event.key in "123456789":
            event.stop()
            self.go_to_missing(int(event.key) - 1)

    def do_list_refresh(self) -> None:
        """Read it again."""
        self.load()

    def do_card_family(self) -> None:
        """Choose a member of the family."""
        from tui.screens.family import FamilyDialog

        def chosen(patient_id: int | None) -> None:
            if patient_id is not None and patient_id != self.patient_id:
                self.ask_to_leave(lambda: self._go_to(patient_id))

        self.open(FamilyDialog(self.members), chosen)

    def _go_to(self, patient_id: int) -> None:
        """Make room for another card: Esc then leads from there to the list."""
        self.next_patient = patient_id
        self.forget()
        self.dismiss()

    def do_card_representatives(self) -> None:
        """Who may act for the patient online."""
        from tui.screens.representatives import RepresentativesScreen

        self.open(RepresentativesScreen(self.patient_id))

    def do_card_download(self) -> None:
        """Make a copy of this patient's data, for the patient."""
        from tui.screens.patient_download import PatientDownloadDialog

        def made(sentence: str | None) -> None:
            if sentence:
                self.say("Made.", sentence, "good")

        if self.card is not None:
            name, born = self.card.name, self.card.birthdate
            self.open(PatientDownloadDialog(self.patient_id, name, born), made)

    def do_card_ssn(self) -> None:
        """Show the whole number, or hide it again (S8)."""
        if self._ssn:
            self._hide_ssn()
        else:
            self._show_ssn()

    @work(description="social security number", exit_on_error=False)
    async def _show_ssn(self) -> None:
        kiosk = self.kiosk
        try:
            whole = await kiosk.practice.ask(patients.whole_ssn, kiosk.signed_in, self.patient_id)
        except ChairsideError as error:
            self.show_error(error)
            return
        self._ssn = whole
        self._ssn_until = kiosk.clock.now() + timedelta(seconds=SSN_SECONDS)
        self.say("", "This look is in the audit trail.")
        self.draw()

    def _hide_ssn(self) -> None:
        self._ssn, self._ssn_until = "", None
        self.hush()
        self.draw()

    def tick(self) -> None:
        """Once a second: the time to lock, and the number that is shown for a moment."""
        super().tick()
        if self._ssn_until is not None and self.kiosk.clock.now() >= self._ssn_until:
            self._hide_ssn()

    def forget(self) -> None:
        """Drop what nobody may see again."""
        self.credentials = None
        self._ssn, self._ssn_until = "", None

    def leave(self) -> None:
        """Back to the list; a password that is not on paper is asked about first (P9)."""

        def go() -> None:
            self.forget()
            self.dismiss()

        self.ask_to_leave(go)
