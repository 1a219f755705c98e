"""What is entered of a patient to reach them; what online access needs stands first (P1).

One rule: what was typed stays in its fields until the store has accepted it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from store.errors import BadInput, ChairsideError, SessionEnded
from store.use_cases import contact
from store.use_cases.contact import BadContact, Contact, ContactChanged
from tui.screens.dialogs import ConfirmDialog
from tui.widgets.button import PushButton
from tui.widgets.choice import Choice, Option
from tui.widgets.field import Field
from tui.widgets.place import Place
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS: Final = (
    ("last_name", "Last name", 100),
    ("first_name", "First name", 100),
    ("birthdate", "Birth date", 20),
    ("address", "Address", 100),
    ("address2", "Address, line 2", 100),
    ("city", "City", 100),
    ("state", "State", 100),
    ("zip", "Postal code", 20),
    ("wireless_phone", "Mobile", 40),
    ("home_phone", "Home telephone", 40),
    ("work_phone", "Work telephone", 40),
    ("email", "E-mail", 254),
    ("email_ok", "E-mail agreed", 3),
    ("preferred_name", "Preferred name", 100),
    ("middle_name", "Middle name", 100),
    ("language", "Language", 60),
    ("country", "Country", 100),
)
_AMERICAN: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
BAD_DAY: Final = "A birth date looks like 3/14/1980 or 1980-03-14."
AGREED: Final = (Option("no", "no"), Option("yes", "yes"))
HINTS: Final = {"birthdate": "3/14/1980 or 1980-03-14"}


def day_typed(text: str) -> date | None:
    """Return the day that was typed, month first or year first; None where nothing was.

    Raises BadInput for what is no day.
    """
    typed = text.strip()
    if not typed:
        return None
    american, iso = _AMERICAN.fullmatch(typed), _ISO.fullmatch(typed)
    try:
        if american:
            month, day, year = map(int, american.groups())
        elif iso:
            year, month, day = map(int, iso.groups())
        else:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        raise BadInput(BAD_DAY) from None


def typed_as(shown: Contact) -> dict[str, str]:
    """Return what stands in each field of the form for these contact details."""
    texts = {name: str(getattr(shown, name) or "") for name, _label, _most in FIELDS}
    texts["birthdate"] = shown.birthdate.strftime("%m/%d/%Y") if shown.birthdate else ""
    texts["email_ok"] = "yes" if shown.email_ok else "no"
    return texts


def merged(base: Contact, theirs: Contact, mine: Contact) -> Contact:
    """Return what somebody else saved, with what was changed here since `base` on top of it."""
    names = [name for name, _label, _most in FIELDS]
    changed = {n: getattr(mine, n) for n in names if getattr(mine, n) != getattr(base, n)}
    return replace(theirs, **changed)


class ContactFormScreen(Place, place="contact_form"):
    """The form of one patient. `saved` tells afterwards whether anything was kept.

    Args:
        patient_id: whose.
        name: how the patient is called on line 2.
        shown: the contact details as they are.
        wanted: names of fields that are asked for, in order; Enter goes from one to the next.
    """

    def __init__(
        self, patient_id: int, name: str, shown: Contact, wanted: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._patient_id = patient_id
        self._name_shown = name
        self._base = shown
        self._wanted = [one for one, _label, _most in FIELDS if one in wanted]
        self._first = wanted[0] if wanted else "last_name"
        self.saved = False

    @property
    def path(self) -> tuple[str, ...]:
        """Whose contact details."""
        return ("Patients", clip(self._name_shown, 48), "Contact")

    def body(self) -> ComposeResult:
        """A line for each; nothing of it leaves the form before it is saved."""
        texts = typed_as(self._base)
        with VerticalScroll(id="fields", can_focus=False):
            for name, label, most in FIELDS:
                if name == "email_ok":
                    yield Choice(label, AGREED, id=name, value=texts[name])
                    continue
                mark = " ●" if name in self._wanted else ""
                yield Field(
                    label + mark,
                    id=name,
                    value=texts[name],
                    max_length=most,
                    placeholder=HINTS.get(name, "needed for online access" if mark else ""),
                )
        with Horizontal(id="buttons"):
            yield PushButton("Back", id="back")
            yield PushButton("Save", id="save")

    def on_mount(self) -> None:
        """Begin at what is asked for."""
        self._field(self._first).focus_line()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _value(self, name: str) -> str:
        """What is typed, or chosen."""
        shown = self.query_one(f"#{name}")
        assert isinstance(shown, Field | Choice)
        return shown.value

    # Moving

    def entered(self) -> None:
        """Enter goes on: to what is still asked for and empty, or to the next field."""
        here = next((f.id or "" for f in self.query(Field) if f.line is self.focused), "")
        if here in self._wanted:
            later = self._wanted[self._wanted.index(here) + 1 :]
            empty = [name for name in later if not self._field(name).value.strip()]
            if empty:
                self._field(empty[0]).focus_line()
                return
        if here in self._wanted or here == FIELDS[-1][0]:
            self.set_focus(self.query_one("#save"))
        else:
            self.focus_next()

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        event.stop()
        self.action_do("kiosk.back" if event.button.id == "back" else "contact.save")

    def leave(self) -> None:
        """What was typed and not saved is asked about first."""
        if not self._is_changed():
            self.dismiss()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.open(
            ConfirmDialog(
                "Leave without saving?",
                "What was typed here is not saved yet.",
                do="Leave without saving",
                keep="Go on typing",
            ),
            answered,
        )

    def _is_changed(self) -> bool:
        texts = typed_as(self._base)
        return any(self._value(name) != text for name, text in texts.items())

    # Saving

    def _typed(self) -> Contact:
        """Return the form as it is typed now. Raises BadInput with the field already marked."""
        before = typed_as(self._base)
        changed: dict[str, object] = {}
        for name, text in before.items():
            typed = self._value(name)
            if typed != text and name not in ("birthdate", "email_ok"):
                changed[name] = typed
        if self._field("birthdate").value != before["birthdate"]:
            changed["birthdate"] = day_typed(self._field("birthdate").value)
        changed["email_ok"] = self._value("email_ok") == "yes"
        return replace(self._base, **changed)  # type: ignore[arg-type]

    def do_contact_save(self) -> None:
        """Save from any field."""
        for field in self.query(Field):
            field.complain("")
        try:
            typed = self._typed()
        except BadInput as problem:
            self._complain("birthdate", problem)
            return
        self._save(typed)

    def _complain(self, name: str, problem: BadInput) -> None:
        field = self._field(name)
        field.complain(" ".join(part for part in (problem.what, problem.do) if part))
        field.focus_line()

    @work(description="save contact details", exit_on_error=False)
    async def _save(self, typed: Contact) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Saving…"):
                await kiosk.practice.ask(
                    contact.save_contact, kiosk.signed_in, self._patient_id, typed
                )
        except SessionEnded:
            raise
        except BadContact as problem:
            self._complain(problem.field, problem)
        except ContactChanged:
            self._merge(typed)
        except ChairsideError as error:
            self.show_error(error)
        else:
            self.saved = True
            self.dismiss()

    @work(description="read contact details that were changed", exit_on_error=False)
    async def _merge(self, mine: Contact) -> None:
        """Somebody else saved meanwhile: put what was changed here on top of it, to be read."""
        kiosk = self.kiosk
        theirs = await kiosk.practice.ask(contact.contact, kiosk.signed_in, self._patient_id)
        both = merged(self._base, theirs, mine)
        self._base = theirs
        for name, text in typed_as(both).items():
            shown = self.query_one(f"#{name}")
            assert isinstance(shown, Field | Choice)
            shown.value = text
        self.say(
            "Merged, not saved.",
            "Somebody else saved this meanwhile. Your changes stand on top of theirs: read it,"
            " then save.",
            "warn",
        )
