"""What is entered of a user: a new one, a copy, or one that is there (S2, S6, D7).

One rule: what was typed stays in its fields until the store has accepted it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from store.errors import ChairsideError, SessionEnded
from store.use_cases import groups, providers, users
from store.use_cases.users import OneTimePassword, UserChanged, UserForm
from tui.screens.save_review import DISCARD, MERGE, ChangedMeanwhileDialog
from tui.widgets.button import PushButton
from tui.widgets.field import Field
from tui.widgets.place import Dialog
from tui.widgets.safe import clip, drawable, join

if TYPE_CHECKING:
    from store.use_cases.groups import GroupView
    from store.use_cases.providers import ProviderChoice
    from tui.app import ChairsideApp

_TITLES: Final = {"new": "A new user", "copy": "Copy a user", "edit": "Edit a user"}
_NEW: Final = UserForm("", "", ())
_TEXTS: Final = ("user_name", "full_name", "job_title", "email", "cell_phone")
MOBILE: Final = "With its country code, as in +15105550142."
MOBILE_CHANGED: Final = (
    "The old number is told. For a day no code for a download goes to the new one."
)
_DIGITS: Final = r"[0-9]*"


@dataclass(frozen=True, slots=True)
class FormRead:
    """All that the form needs: what is entered, and what can be chosen."""

    form: UserForm
    groups: tuple[GroupView, ...]
    providers: tuple[ProviderChoice, ...]


async def read_form(kiosk: ChairsideApp, what: str, user_id: int) -> FormRead:
    """Read the form of a user from the store; for a copy without what is only the user's own."""
    practice, actor = kiosk.practice, kiosk.signed_in
    all_groups = await practice.ask(groups.list_groups, actor)
    choices = await practice.ask(providers.provider_choices, actor)
    form = _NEW
    if what != "new":
        form = await practice.ask(users.user_form, actor, user_id)
    if what == "copy":
        form = replace(
            form,
            user_name="",
            full_name="",
            email="",
            cell_phone="",
            provider_id=None,
            user_id=0,
            version=0,
        )
    return FormRead(form, all_groups, choices)


class UserFormDialog(Dialog[tuple[int, str] | OneTimePassword | None], place="user_form"):
    """Answers the user's number and a sentence, a one-time password for a new user, or None.

    Args:
        what: `new`, `copy` or `edit`.
    """

    def __init__(self, what: str, read: FormRead) -> None:
        super().__init__()
        self._what = what
        self._read = read
        self._saved = read.form
        self._group_ids = read.form.group_ids

    @property
    def title_text(self) -> str:
        """What will be done."""
        return _TITLES[self._what]

    def body(self) -> ComposeResult:
        """One line for each; the meaning only where it is not plain.

        A line sends what it holds to the terminal: characters that hide or turn text are drawn.
        """
        form = self._read.form
        yield Field("User name", id="user_name", value=drawable(form.user_name), max_length=64)
        yield Field("Full name", id="full_name", value=drawable(form.full_name), max_length=100)
        yield Field("Job title", id="job_title", value=drawable(form.job_title), max_length=100)
        yield Field("E-mail", id="email", value=drawable(form.email), max_length=254)
        yield Field(
            "Mobile",
            id="cell_phone",
            value=drawable(form.cell_phone),
            max_length=30,
            meaning=MOBILE,
        )
        yield Field(
            "Provider",
            id="provider",
            value=self._abbr(form.provider_id),
            max_length=20,
            meaning=" ",
        )
        yield Field(
            "Locks after",
            id="idle",
            value=str(form.idle_minutes or ""),
            restrict=_DIGITS,
            max_length=2,
            placeholder="10 minutes, or less",
        )
        yield Static(id="groups")

    def buttons(self) -> ComposeResult:
        """The harmless one first."""
        yield PushButton("Back", id="back")
        yield PushButton("Groups", id="choose")
        yield PushButton("Save" if self._what == "edit" else "Enter the user", id="save")

    def on_mount(self) -> None:
        """Begin at the first field."""
        self.set_focus(self.query_one("#user_name", Field).line)
        self._show_groups()
        self._explain_provider()

    def _abbr(self, provider_id: int | None) -> str:
        known = {one.provider_id: one.abbr for one in self._read.providers}
        return known.get(provider_id or 0, "")

    def _provider(self) -> ProviderChoice | None:
        typed = self.query_one("#provider", Field).value.strip().casefold()
        return next((one for one in self._read.providers if one.abbr.casefold() == typed), None)

    @on(Input.Changed)
    def _explain(self, event: Input.Changed) -> None:
        """Say while it is typed whose short name it is, and what a new number means."""
        event.stop()
        phone = self.query_one("#cell_phone", Field)
        is_new = bool(self._saved.cell_phone) and phone.value.strip() != self._saved.cell_phone
        phone.explain(MOBILE_CHANGED if is_new else MOBILE)
        self._explain_provider()

    def _explain_provider(self) -> None:
        field, found = self.query_one("#provider", Field), self._provider()
        known = ", ".join(one.abbr for one in self._read.providers)
        if found is not None:
            field.explain(found.name or found.abbr)
        elif field.value.strip():
            field.explain(clip(f"Not a provider. Known: {known or 'none'}", 42))
        else:
            field.explain(clip(f"None. Known: {known or 'none'}", 42))

    def _show_groups(self) -> None:
        names = {group.group_id: group.name for group in self._read.groups}
        chosen = ", ".join(names.get(number, "?") for number in self._group_ids)
        self.set_text(
            "#groups",
            join(
                ("Groups            ", "$tone-dim"),
                (clip(chosen, 100), "") if chosen else ("none yet; F7 chooses", "$tone-warn"),
            ),
        )

    # Groups

    def do_form_groups(self) -> None:
        """Choose the groups; they are saved with the rest."""
        from tui.screens.membership import MembershipDialog

        def chosen(answer: tuple[tuple[int, ...], str] | None) -> None:
            if answer is not None:
                self._group_ids = answer[0]
                self._show_groups()

        name = self.query_one("#full_name", Field).value.strip() or "the new user"
        form = replace(self._read.form, group_ids=self._group_ids)
        self.open(MembershipDialog(name, self._read.groups, form, saves=False), chosen)

    # Saving

    def entered(self) -> None:
        """Enter goes on to the next field, and from the last to the button that saves."""
        if self.focused is self.query_one("#idle", Field).line:
            self.set_focus(self.query_one("#save"))
        else:
            self.focus_next()

    def pressed(self, button: str) -> None:
        """Choose groups, or save."""
        if button == "choose":
            self.do_form_groups()
            return
        if self.is_working:
            return
        for name, sentence in (
            ("user_name", "A user name is needed."),
            ("full_name", "A name is needed, as colleagues know it."),
        ):
            field = self.query_one(f"#{name}", Field)
            if not field.value.strip():
                field.complain(sentence)
                self.set_focus(field.line)
                return
            field.complain("")
        provider = self.query_one("#provider", Field)
        if provider.value.strip() and self._provider() is None:
            provider.complain("There is no provider with that short name.")
            self.set_focus(provider.line)
        elif not self._group_ids:
            self.say("Please check this.", "A user is in at least one group: F7.", "bad")
        else:
            self._save(self._typed())

    def _typed(self) -> UserForm:
        """Return the form as it is typed now."""
        user_name, full_name, job_title, email, cell_phone = (
            self.query_one(f"#{name}", Field).value for name in _TEXTS
        )
        idle = self.query_one("#idle", Field).value
        provider = self._provider()
        return replace(
            self._read.form,
            user_name=user_name,
            full_name=full_name,
            job_title=job_title,
            email=email,
            cell_phone=cell_phone,
            group_ids=self._group_ids,
            provider_id=provider.provider_id if provider else None,
            idle_minutes=int(idle) if idle else None,
        )

    @work(description="save a user", exit_on_error=False)
    async def _save(self, form: UserForm) -> None:
        practice, actor = self.kiosk.practice, self.kiosk.signed_in
        try:
            with self.working("Saving…"):
                if self._what == "edit":
                    saved = await practice.ask(users.save_user, actor, form)
                    given = None
                else:
                    given = await practice.ask(users.new_user, actor, form)
        except UserChanged as changed:
            self._changed_meanwhile(changed, form)
        except SessionEnded:
            raise
        except ChairsideError as error:
            self.show_error(error)
        else:
            self.dismiss(given or (saved.user_id, f"{saved.full_name} is entered as typed."))

    def _changed_meanwhile(self, changed: UserChanged, mine: UserForm) -> None:
        def answered(choice: str | None) -> None:
            if choice in (MERGE, DISCARD):
                self._take_theirs(mine if choice == MERGE else None)
            else:
                self.say("Not saved.", "What you typed is still here.", "warn")

        self.open(ChangedMeanwhileDialog(changed.by, changed.changes), answered)

    @work(description="read a user who was changed", exit_on_error=False)
    async def _take_theirs(self, mine: UserForm | None) -> None:
        """Read the user afresh; with `mine`, put what was typed here on top of it."""
        kiosk, before = self.kiosk, self._saved
        theirs = await kiosk.practice.ask(users.user_form, kiosk.signed_in, before.user_id)
        shown = theirs
        if mine is not None:
            names = (*_TEXTS, "group_ids", "provider_id", "idle_minutes")
            typed = {n: getattr(mine, n) for n in names if getattr(mine, n) != getattr(before, n)}
            shown = replace(theirs, **typed)
        self._saved = theirs
        self._read = replace(self._read, form=shown)
        for name in _TEXTS:
            self.query_one(f"#{name}", Field).value = drawable(getattr(shown, name))
        self.query_one("#provider", Field).value = self._abbr(shown.provider_id)
        self.query_one("#idle", Field).value = str(shown.idle_minutes or "")
        self._group_ids = shown.group_ids
        self._show_groups()
        if mine is None:
            self.say("Discarded.", "This is the user as saved.")
        else:
            self.say("Merged, not saved.", "Read it, then save.", "warn")

    def leave(self) -> None:
        """Nothing was changed."""
        self.dismiss(None)
