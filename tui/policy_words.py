"""The security policy in words: its settings, what may be chosen, what a change means.

One rule: kiosk and command line tell the same; nothing here reads or changes the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from tui.widgets.words import count

if TYPE_CHECKING:
    from store.password_policy import PasswordPolicy, Preset
    from store.use_cases.groups import HeldBy
    from store.use_cases.security_policy import SecurityPolicy
    from store.user_records import UserView

PASSWORDS: Final = "passwords"
SECOND_FACTOR: Final = "second_factor"
PASSPHRASE: Final = "archive_passphrase"  # noqa: S105 - the name of a setting

WHEN_NEEDED: Final = "when_needed"
ALWAYS: Final = "always"

DOWNLOADS: Final = (
    "A data download always asks for its own second factor. Nobody can switch that off, and no"
    " setting does."
)
"""D12."""
_NAMES_TOLD: Final = 3
_NAME_ROOM: Final = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """What a setting may be: its value in the store's terms, its word, its plain sentence."""

    value: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the policy."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    def word(self, value: str) -> str:
        """Return the word of a value. Raises StopIteration for one that is no choice."""
        return next(choice.label for choice in self.choices if choice.value == value)

    def beside(self, value: str, direction: int) -> str:
        """Return the value at the left (-1) or right (1) of another; at the edge that one."""
        values = [choice.value for choice in self.choices]
        return values[max(0, min(values.index(value) + direction, len(values) - 1))]


def settings_of(presets: Sequence[PasswordPolicy]) -> tuple[Setting, ...]:
    """Return the settings in the order in which they are shown."""
    return (
        Setting(
            PASSWORDS,
            "Passwords",
            tuple(Choice(p.preset, p.label, p.sentence) for p in presets),
        ),
        Setting(
            SECOND_FACTOR,
            "Second factor at sign-in",
            (
                Choice("off", "Off", "A password alone signs in."),
                Choice(
                    "administrators",
                    "Administrators",
                    "Whoever holds Setup - Security: Full Control gives a code as well.",
                ),
                Choice("everyone", "Everyone", "Every sign-in takes a password and a code."),
            ),
        ),
        Setting(
            PASSPHRASE,
            "Archive passphrase",
            (
                Choice(
                    WHEN_NEEDED,
                    "When needed",
                    "The account password locks a download; where it cannot, a passphrase of its"
                    " own is asked for.",
                ),
                Choice(ALWAYS, "Always", "Each download is locked with a passphrase of its own."),
            ),
        ),
    )


def chosen_values(policy: SecurityPolicy) -> dict[str, str]:
    """Return the value of each setting in a policy."""
    return {
        PASSWORDS: policy.preset,
        SECOND_FACTOR: policy.sign_in_factor,
        PASSPHRASE: ALWAYS if policy.always_passphrase else WHEN_NEEDED,
    }


def policy_with(values: Mapping[str, str]) -> SecurityPolicy:
    """Return the policy that has these values; the store judges whether there are such."""
    from store.use_cases.security_policy import SecurityPolicy

    return SecurityPolicy(
        cast("Preset", values[PASSWORDS]), values[SECOND_FACTOR], values[PASSPHRASE] == ALWAYS
    )


def asked_people(
    value: str, users: Sequence[UserView], security: Sequence[HeldBy]
) -> tuple[UserView, ...]:
    """Return the visible users whom a choice of the second factor asks for a code.

    Args:
        security: the groups that grant Setup - Security, with their levels.
    """
    seen = [user for user in users if not user.is_hidden]
    if value == "off":
        return ()
    if value == "everyone":
        return tuple(seen)
    granting = {held.group for held in security if held.level.label == "Full Control"}
    return tuple(user for user in seen if granting & set(user.groups))


def meaning(name: str, value: str, asked: Sequence[UserView]) -> str:
    """Return what it means to choose a value, for whoever is about to.

    Args:
        asked: the users whom the second factor is asked of with this value.
    """
    if name == SECOND_FACTOR:
        return _meaning_of_factor(value, asked)
    return _MEANINGS[name, value]


def meanings(changes: Mapping[str, str], asked: Sequence[UserView]) -> str:
    """Return what several changes mean together, a line each."""
    return "\n".join(meaning(name, value, asked) for name, value in changes.items())


_STAY: Final = "Passwords chosen before stay good until they are changed."
_MEANINGS: Final = {
    (PASSWORDS, "nist"): _STAY,
    (PASSWORDS, "strong"): _STAY,
    (PASSWORDS, "yearly"): (
        "Whoever's password is a year old chooses a new one at the next sign-in; warnings begin"
        " on day 351."
    ),
    (PASSPHRASE, WHEN_NEEDED): (
        "Downloads scheduled from now on take the account password again, where it can lock one."
    ),
    (PASSPHRASE, ALWAYS): (
        "Downloads scheduled from now on ask for a passphrase. It is kept nowhere: without it the"
        " archive stays shut."
    ),
}


def _meaning_of_factor(value: str, asked: Sequence[UserView]) -> str:
    if value == "off":
        return "A stolen password is then enough to sign in."
    text = f"{count(len(asked), 'user')} will be asked for a code at the next sign-in."
    without = [user.full_name for user in asked if not user.cell_phone_masked]
    if not without:
        return f"{text} Each has a mobile number on file."
    names = ", ".join(_short(name) for name in without[:_NAMES_TOLD])
    if len(without) > _NAMES_TOLD:
        names += f" and {len(without) - _NAMES_TOLD} more"
    return (
        f"{text} {len(without)} without a mobile number on file: {names}. Without an app or"
        " recovery codes they cannot sign in until one is entered under Users."
    )


def _short(name: str) -> str:
    """Return a name that leaves room for what it is told with."""
    return name if len(name) <= _NAME_ROOM else f"{name[: _NAME_ROOM - 1]}…"
