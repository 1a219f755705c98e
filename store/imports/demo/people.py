"""The staff of the demo practice, who sign in with passwords that everybody may know.

One rule: this file stays light; the sign-in screen of a demo practice reads it at start-up.
"""

from __future__ import annotations

from dataclasses import dataclass

DATA_STEWARDS = "Data Stewards"
"""A group of the demo practice: Utilities - Data Download: Full Control, and nothing else (D4)."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One sign-in of the demo practice; `cell_phone` in E.164 form, the first group is primary."""

    user_name: str
    full_name: str
    job_title: str
    password: str
    groups: tuple[str, ...]
    cell_phone: str


DEMO_USERS: tuple[DemoUser, ...] = (
    DemoUser(
        "kim",
        "Kim Adler",
        "Administrator",
        "harbour-lantern-meadow",
        ("Administrators",),
        "+15105550117",
    ),
    DemoUser(
        "dana",
        "Dana Ruiz",
        "Office Manager",
        "copper-violin-garden",
        ("Office Manager", DATA_STEWARDS),
        "+15105550142",
    ),
    DemoUser(
        "sam",
        "Sam Lee",
        "IT support",
        "winter-pencil-orchard",
        ("IT Support",),
        "+15105550163",
    ),
    DemoUser(
        "ana",
        "Ana Silva",
        "Front Desk",
        "silver-kettle-window",
        ("Front Desk",),
        "+15105550128",
    ),
)
