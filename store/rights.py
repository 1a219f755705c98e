"""The rights that can be granted, and the groups that come with the product.

One rule: a new right is granted to nobody by default (REQUIREMENTS S1); Administrators hold all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal


class Level(IntEnum):
    """How far a right goes; the higher level wins (S1)."""

    NONE = 0
    VIEW = 1
    FULL = 2

    @property
    def label(self) -> str:
        return ("None", "View Only", "Full Control")[self]


class Right(StrEnum):
    """The stable short names of all rights."""

    DATA_DOWNLOAD = "utilities.data_download"
    EXPORT_RUNNER = "utilities.export_runner"
    IMPORT = "utilities.import"
    COMMUNICATIONS = "setup.communications"
    SECURITY = "setup.security"


@dataclass(frozen=True, slots=True)
class Permission:
    """What is told about a right."""

    label: str
    category: str
    kind: Literal["level", "action"]
    allows: str


PERMISSIONS: dict[Right, Permission] = {
    Right.DATA_DOWNLOAD: Permission(
        "Data Download",
        "Utilities",
        "level",
        "See the list of downloads. Scheduling and retrieving one needs Full Control.",
    ),
    Right.EXPORT_RUNNER: Permission(
        "Export Runner",
        "Utilities",
        "level",
        "See the queue and the progress of the unattended run. Starting and stopping it needs"
        " Full Control.",
    ),
    Right.IMPORT: Permission(
        "Import",
        "Utilities",
        "action",
        "Bring another system's data into the store.",
    ),
    Right.COMMUNICATIONS: Permission(
        "Communications",
        "Setup",
        "level",
        "See the registration of text messaging. Registering needs Full Control.",
    ),
    Right.SECURITY: Permission(
        "Security",
        "Setup",
        "level",
        "See users, groups and rights. Changing them, and running downloads before their time,"
        " needs Full Control.",
    ),
}


@dataclass(frozen=True, slots=True)
class Need:
    """A right at a level, as a use case asks for it."""

    right: Right
    level: Level = Level.FULL

    @property
    def label(self) -> str:
        """The name that the error shows, as `Utilities - Data Download: Full Control` (D4)."""
        permission = PERMISSIONS[self.right]
        name = f"{permission.category} - {permission.label}"
        return name if permission.kind == "action" else f"{name}: {self.level.label}"


@dataclass(frozen=True, slots=True)
class BuiltinGroup:
    """A group that comes with the product."""

    name: str
    description: str
    levels: dict[Right, Level]
    is_admin: bool = False


BUILTIN_GROUPS: tuple[BuiltinGroup, ...] = (
    BuiltinGroup(
        "Administrators",
        "Who answers for users, rights and the whole practice's data.",
        dict.fromkeys(Right, Level.FULL),
        is_admin=True,
    ),
    BuiltinGroup(
        "Office Manager",
        "Runs the office; sees downloads and the runner.",
        {
            Right.DATA_DOWNLOAD: Level.VIEW,
            Right.EXPORT_RUNNER: Level.VIEW,
            Right.COMMUNICATIONS: Level.VIEW,
            Right.SECURITY: Level.VIEW,
        },
    ),
    BuiltinGroup(
        "IT Support",
        "Looks after the unattended run and imports; cannot retrieve patients' data.",
        {Right.EXPORT_RUNNER: Level.FULL, Right.IMPORT: Level.FULL},
    ),
    BuiltinGroup("Doctor", "Dentists.", {}),
    BuiltinGroup("Clinical", "Hygienists.", {}),
    BuiltinGroup("Assistant", "Dental assistants.", {}),
    BuiltinGroup("Front Desk", "Receives patients and makes appointments.", {}),
    BuiltinGroup("Clerical", "Scans and files.", {}),
    BuiltinGroup("Billing", "Statements and payments.", {}),
    BuiltinGroup("Claims", "Insurance claims.", {}),
    BuiltinGroup("Time Clock", "Clocks in and out.", {}),
)
