"""Enrols an authenticator app: a square to scan beside the secret in groups of four (S5, D23).

One rule: the secret is shown this once, on this sheet, and is dropped with it.
"""

from __future__ import annotations

from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from store.errors import WrongCode, WrongProof
from store.use_cases import factors
from store.use_cases.factors import Answer, FactorsView, TotpEnrolment
from tui.widgets.button import PushButton
from tui.widgets.code_field import CODE_DIGITS, CodeField
from tui.widgets.frame import EmergencyLine, KeyLine, MessageLine
from tui.widgets.place import Dialog
from tui.widgets.safe import content

GROUPS_A_LINE: Final = 4


class TotpDialog(Dialog[FactorsView | WrongProof | None], place="totp"):
    """Takes the whole screen, because the square does; answers the factors once it is confirmed, or
    that the proof was wrong.

    Args:
        enrolment: what the app needs.
        proof: the code of a factor the user has already; with it the app counts at once.
    """

    TITLE_TEXT = "Authenticator app"

    def __init__(self, enrolment: TotpEnrolment, proof: Answer | None) -> None:
        super().__init__()
        self._enrolment = enrolment
        self._proof = proof

    def compose(self) -> ComposeResult:
        """The square at the left, all else beside it: both fit on 24 lines."""
        yield EmergencyLine()
        with Horizontal(classes="dialog--sheet"):
            yield Static(content("\n".join(self._enrolment.qr)), id="qr")
            with Vertical(id="beside"):
                yield Static(content(self.TITLE_TEXT), classes="dialog--title")
                yield Static(content(self._what()), id="what")
                yield Static(content(self._secret(), "bold"), id="secret")
                yield CodeField("Code of the app", id="code")
                yield Horizontal(
                    PushButton("Back", id="back"),
                    PushButton("Confirm", id="confirm"),
                    classes="dialog--buttons",
                )
                yield MessageLine()
        yield KeyLine()

    def _what(self) -> str:
        when = "at once" if self._proof else "after 24 hours"
        return (
            "Scan the square with the app, or type this secret into it. It is shown this once."
            f" The app schedules downloads {when}."
        )

    def _secret(self) -> str:
        groups = self._enrolment.secret_groups
        return "\n".join(
            " ".join(groups[at : at + GROUPS_A_LINE]) for at in range(0, len(groups), GROUPS_A_LINE)
        )

    def on_mount(self) -> None:
        """Begin at the code."""
        self.query_one("#code", CodeField).focus_line()

    def entered(self) -> None:
        """Enter confirms."""
        self.pressed("confirm")

    def pressed(self, button: str) -> None:
        """Confirm, if there are six digits."""
        field = self.query_one("#code", CodeField)
        if self.is_working:
            return
        code = "".join(c for c in field.value if c.isdigit())
        if len(code) == CODE_DIGITS:
            field.complain("")
            field.clear()
            self._confirm(code)
        else:
            self.say("Please check this.", "The app shows six digits.", "bad")
            field.focus_line()

    @work(description="confirm an app", exit_on_error=False)
    async def _confirm(self, code: str) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Checking the code…"):
                view = await kiosk.practice.ask(
                    factors.confirm_totp, kiosk.signed_in, code, self._proof
                )
        except WrongProof as error:
            # Typing the app's code again would only use up the tries of the proof.
            self.dismiss(error)
        except WrongCode as error:
            self.show_error(error)
            self.query_one("#code", CodeField).focus_line()
        else:
            self.dismiss(view)

    def leave(self) -> None:
        """The app counts for nothing."""
        self.dismiss(None)
