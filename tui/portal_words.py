"""The settings of the patient portal in words: what may be chosen, what a change means.

One rule: nothing here reads or changes the store; a value is text in the terms of the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tui.policy_words import Choice, Setting
from tui.widgets.words import count

if TYPE_CHECKING:
    from store.use_cases.portal_settings import PortalSettings

URL: Final = "url"
CARRIES: Final = "invitation_carries"
PASSWORD_DAYS: Final = "password_days"  # noqa: S105 - the name of a setting
LINK_DAYS: Final = "link_days"
DAYS: Final = frozenset({PASSWORD_DAYS, LINK_DAYS})
TYPED: Final = frozenset({URL, *DAYS})
"""Settings that are typed; the others are chosen."""
NO_URL: Final = "not set"

_ON_OFF: Final = (Choice("on", "on", ""), Choice("off", "off", ""))
_FEATURES: Final[Mapping[str, tuple[str, str]]] = {
    "appointments": ("Appointments", "Visits, to look at and confirm."),
    "account": ("Account", "Statements, to open and download."),
    "pay": ("Pay", "Paying a statement online."),
    "pay_without_sign_in": ("Pay without sign-in", "Paying with name and date of birth."),
    "plan": ("Plan", "Treatment plans that were saved, and only those."),
    "web_mail": ("WebMail", "Messages to and from the office."),
    "summary": ("Summary", "The summary of the record, to view, download and send on."),
    "images": ("Images", "Documents and pictures from folders that the office shares."),
    "contact_us": ("Contact Us", "How to reach the office."),
    "online_booking": ("Online booking", "Booking a visit online."),
}
"""The tabs of the portal (Q1), in their order there, and what each is."""


@dataclass(frozen=True, slots=True)
class PortalSetting:
    """One line of the page: a setting that is typed, or one that is chosen."""

    name: str
    label: str
    meaning: str
    choice: Setting | None = None

    def word(self, value: str) -> str:
        """Return what is shown of a value."""
        if self.choice is not None:
            return self.choice.word(value)
        if self.name == URL:
            return value or NO_URL
        return count(int(value), "day")


_FIRST: Final = (
    PortalSetting(
        URL,
        "Portal address",
        "Printed and mailed to patients; https only. Without it nobody can be given access.",
    ),
    PortalSetting(
        CARRIES,
        "Invitations carry",
        "What a patient signs in with first; either works once, and asks for an own password.",
        Setting(
            CARRIES,
            "Invitations carry",
            (Choice("password", "password", ""), Choice("link", "link", "")),
        ),
    ),
    PortalSetting(
        PASSWORD_DAYS, "A password is valid", "How long a one-time password can be used (days)."
    ),
    PortalSetting(LINK_DAYS, "A link is valid", "How long a one-time link can be used (days)."),
)


def settings_of(features: Mapping[str, bool]) -> tuple[PortalSetting, ...]:
    """Return the lines of the page: four settings, then each tab that the store knows."""
    tabs = []
    for name in (*_FEATURES, *(n for n in features if n not in _FEATURES)):
        if name in features:
            label, meaning = _FEATURES.get(name, (name.replace("_", " "), ""))
            tabs.append(PortalSetting(f"tab.{name}", label, meaning, Setting(name, label, _ON_OFF)))
    return (*_FIRST, *tabs)


def values_of(saved: PortalSettings) -> dict[str, str]:
    """Return the settings as text by name."""
    return {
        URL: saved.url,
        CARRIES: saved.invitation_carries,
        PASSWORD_DAYS: str(saved.password_days),
        LINK_DAYS: str(saved.link_days),
        **{f"tab.{name}": "on" if is_on else "off" for name, is_on in saved.features.items()},
    }


def with_values(saved: PortalSettings, values: Mapping[str, str]) -> PortalSettings:
    """Return the settings with values that `values_of` gave, changed or not."""
    return replace(
        saved,
        url=values[URL],
        invitation_carries="link" if values[CARRIES] == "link" else "password",
        password_days=int(values[PASSWORD_DAYS]),
        link_days=int(values[LINK_DAYS]),
        features={name: values[f"tab.{name}"] == "on" for name in saved.features},
    )


def meanings(changes: Mapping[str, str], saved: Mapping[str, str]) -> str:
    """Return what a change means for people, a sentence a line; empty where it is plain."""
    told = []
    if URL in changes and saved[URL]:
        told.append("Sheets and messages that went out name the address as it was.")
    if CARRIES in changes or DAYS & set(changes):
        told.append("Holds for what is made from now on; what went out stays as it was.")
    off = [name for name, value in changes.items() if name.startswith("tab.") and value == "off"]
    if off:
        told.append("What is switched off is gone for every patient at once.")
    return "\n".join(told)


def differences(
    settings: Sequence[PortalSetting], saved: Mapping[str, str], changes: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return name, what is saved and what will be, for each setting that was changed."""
    return [
        (one.label, one.word(saved[one.name]), one.word(changes[one.name]))
        for one in settings
        if one.name in changes
    ]
