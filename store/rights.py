"""The rights that can be granted, and the groups that come with the product.

One rule: a new right is granted to nobody by default (REQUIREMENTS S1); Administrators hold all
that a new practice begins with.
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
    """The stable short names of all rights; the part before the dot is the area."""

    DAY_SHEET = "appointments.day_sheet"
    ONLINE_BOOKING = "appointments.online_booking"
    PATIENT = "patient.record"
    CONTACT = "patient.contact"
    SSN = "patient.ssn"
    CLINICAL = "patient.clinical"
    ONLINE_ACCESS = "patient.online_access"
    INVITATIONS = "patient.invitations"
    PORTAL_MESSAGES = "patient.portal_messages"
    REPRESENTATIVES = "patient.representatives"
    PATIENT_DOWNLOAD = "patient.download"
    PRODUCTION = "reports.production"
    AUDIT_TRAIL = "reports.audit_trail"
    ACCESS_REVIEW = "reports.access_review"
    DISCLOSURES = "reports.disclosures"
    SECURITY = "setup.security"
    COMMUNICATIONS = "setup.communications"
    PORTAL_SETTINGS = "setup.portal"
    PRACTICE = "setup.practice"
    PRINTERS = "setup.printers"
    EMERGENCY_ACCESS = "setup.emergency_access"
    LEDGER = "transactions.ledger"
    STATEMENTS = "transactions.statements"
    ONLINE_PAYMENTS = "transactions.online_payments"
    DATA_DOWNLOAD = "utilities.data_download"
    EXPORT_RUNNER = "utilities.export_runner"
    IMPORT = "utilities.import"
    BACKUP = "utilities.backup"


@dataclass(frozen=True, slots=True)
class Permission:
    """What is told about a right: its name, how it is granted, and a sentence on what it allows."""

    label: str
    category: str
    kind: Literal["level", "action"]
    allows: str


def _level(right: Right, label: str, allows: str) -> tuple[Right, Permission]:
    return right, Permission(label, right.split(".")[0].capitalize(), "level", allows)


def _action(right: Right, label: str, allows: str) -> tuple[Right, Permission]:
    return right, Permission(label, right.split(".")[0].capitalize(), "action", allows)


PERMISSIONS: dict[Right, Permission] = dict(
    (
        _action(Right.DAY_SHEET, "Day Sheet", "See the day's appointments of the practice."),
        _level(
            Right.ONLINE_BOOKING,
            "Online Booking",
            "See appointments booked online. Answering them needs Full Control.",
        ),
        _action(Right.PATIENT, "Patients", "Find patients and open them."),
        _level(
            Right.CONTACT,
            "Contact Details",
            "See a patient's address, telephone and e-mail. Changing them needs Full Control.",
        ),
        _action(
            Right.SSN,
            "Social Security Number",
            "See the whole number. Everybody else sees it masked; each look is recorded.",
        ),
        _action(Right.CLINICAL, "Clinical Record", "See treatment, medical history and documents."),
        _level(
            Right.ONLINE_ACCESS,
            "Online Access",
            "See whether a patient has online access. Providing, changing and removing it needs"
            " Full Control.",
        ),
        _level(
            Right.INVITATIONS,
            "Portal Invitations",
            "See invitations and whether they arrived. Sending them needs Full Control.",
        ),
        _level(
            Right.PORTAL_MESSAGES,
            "Portal Messages",
            "Read messages from the patient portal. Answering them needs Full Control.",
        ),
        _level(
            Right.REPRESENTATIVES,
            "Representatives",
            "See who may act for a patient online. Changing it needs Full Control.",
        ),
        _action(
            Right.PATIENT_DOWNLOAD,
            "Single-Patient Download",
            "Take a copy of one patient's data, for that patient.",
        ),
        _level(
            Right.PRODUCTION,
            "Production and Income",
            "See production and income. Printing and exporting it needs Full Control.",
        ),
        _level(
            Right.AUDIT_TRAIL,
            "Audit Trail",
            "See what was done, when and by whom. Exporting it needs Full Control.",
        ),
        _action(
            Right.ACCESS_REVIEW, "Access Review", "See and print who holds which right, and how."
        ),
        _action(Right.DISCLOSURES, "Disclosures", "See which copies of data left the practice."),
        _level(
            Right.SECURITY,
            "Security",
            "See users, groups and rights. Changing them, and running downloads before their time,"
            " needs Full Control.",
        ),
        _level(
            Right.COMMUNICATIONS,
            "Communications",
            "See the registration of text messaging. Registering needs Full Control.",
        ),
        _level(
            Right.PORTAL_SETTINGS,
            "Patient Portal",
            "See the portal's address and settings. Changing them needs Full Control.",
        ),
        _level(
            Right.PRACTICE,
            "Practice Information",
            "See the practice's name, offices and time zone. Changing them needs Full Control.",
        ),
        _level(
            Right.PRINTERS,
            "Printers",
            "See the printers of this terminal. Choosing and testing one needs Full Control.",
        ),
        _action(
            Right.EMERGENCY_ACCESS,
            "Emergency Access",
            "Take the rights of one group for an hour, with a reason. Administrators are told.",
        ),
        _action(Right.LEDGER, "Ledger", "See charges, payments and balances of patients."),
        _level(
            Right.STATEMENTS,
            "Statements",
            "See statements that were sent. Sending and printing them needs Full Control.",
        ),
        _level(
            Right.ONLINE_PAYMENTS,
            "Online Payments",
            "See payments made online. Entering them in the ledger needs Full Control.",
        ),
        _level(
            Right.DATA_DOWNLOAD,
            "Data Download",
            "See the list of downloads. Scheduling and retrieving one needs Full Control.",
        ),
        _level(
            Right.EXPORT_RUNNER,
            "Export Runner",
            "See the queue and the progress of the unattended run. Starting and stopping it needs"
            " Full Control.",
        ),
        _action(Right.IMPORT, "Import", "Bring another system's data into the store."),
        _action(Right.BACKUP, "Backup", "Copy the whole practice store."),
    )
)


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


def _levels(*, full: tuple[Right, ...] = (), view: tuple[Right, ...] = ()) -> dict[Right, Level]:
    return {**dict.fromkeys(view, Level.VIEW), **dict.fromkeys(full, Level.FULL)}


_CARE = (Right.DAY_SHEET, Right.PATIENT, Right.CLINICAL)
_DESK = (Right.DAY_SHEET, Right.PATIENT, Right.CONTACT, Right.ONLINE_ACCESS, Right.INVITATIONS)
_MONEY = (Right.PATIENT, Right.LEDGER, Right.STATEMENTS)
_MANAGES = (
    Right.ONLINE_BOOKING,
    Right.PORTAL_MESSAGES,
    Right.REPRESENTATIVES,
    Right.PRODUCTION,
    Right.ACCESS_REVIEW,
    Right.DISCLOSURES,
    Right.PORTAL_SETTINGS,
    Right.PRINTERS,
    Right.ONLINE_PAYMENTS,
    Right.PATIENT_DOWNLOAD,
)
_OVERSEES = (Right.DATA_DOWNLOAD, Right.EXPORT_RUNNER, Right.AUDIT_TRAIL)

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
        _levels(
            full=(*_DESK, *_MONEY, *_MANAGES),
            view=(*_OVERSEES, Right.COMMUNICATIONS, Right.SECURITY, Right.PRACTICE),
        ),
    ),
    BuiltinGroup(
        "IT Support",
        "Looks after the unattended run and imports; cannot retrieve patients' data.",
        _levels(full=(Right.EXPORT_RUNNER, Right.IMPORT, Right.PRINTERS)),
    ),
    BuiltinGroup(
        "Doctor",
        "Dentists.",
        _levels(
            full=(*_CARE, Right.PORTAL_MESSAGES),
            view=(Right.CONTACT, Right.PRODUCTION, Right.REPRESENTATIVES),
        ),
    ),
    BuiltinGroup(
        "Clinical",
        "Hygienists.",
        _levels(full=(*_CARE, Right.PORTAL_MESSAGES), view=(Right.CONTACT,)),
    ),
    BuiltinGroup("Assistant", "Dental assistants.", _levels(full=_CARE, view=(Right.CONTACT,))),
    BuiltinGroup(
        "Front Desk",
        "Receives patients and makes appointments.",
        _levels(
            full=(*_DESK, Right.ONLINE_BOOKING, Right.REPRESENTATIVES),
            view=(Right.PORTAL_MESSAGES, Right.STATEMENTS),
        ),
    ),
    BuiltinGroup(
        "Clerical", "Scans and files.", _levels(full=(Right.PATIENT,), view=(Right.CONTACT,))
    ),
    BuiltinGroup(
        "Billing",
        "Statements and payments.",
        _levels(full=(*_MONEY, Right.ONLINE_PAYMENTS), view=(Right.CONTACT,)),
    ),
    BuiltinGroup(
        "Claims",
        "Insurance claims.",
        _levels(full=(Right.PATIENT, Right.LEDGER, Right.CLINICAL), view=(Right.CONTACT,)),
    ),
    BuiltinGroup("Time Clock", "Clocks in and out.", {}),
)
