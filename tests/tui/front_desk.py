"""Patients of the front desk, and what its tests do with them again and again."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from store.database import Store
from store.practice import Practice
from tests import people
from tests.tui.conftest import arrive, see, sign_in, type_text
from tests.tui.places import open_place
from tui.screens.patient_card import PatientCardScreen
from tui.screens.patients import PatientsScreen

PORTAL = "https://portal.maplegrove.example"
WHOLE = {
    "address": "12 Maple St",
    "city": "Fremont",
    "state": "CA",
    "wireless_phone": "(510) 555-0142",
    "email": "hoa@example.org",
}
"""All that online access asks for besides name and birth date (P1)."""


def add_patient(practice: Practice, last: str, first: str, born: str, **columns: Any) -> int:
    """Add a patient; return the number."""

    def run(store: Store) -> int:
        with store.transaction():
            provider = store.value("SELECT provider_id FROM provider LIMIT 1") or store.insert(
                "provider", {"abbr": "DDS1", "last_name": "Patel"}
            )
            return store.insert(
                "patient",
                {
                    "last_name": last,
                    "first_name": first,
                    "birthdate": born,
                    "status": "patient",
                    "primary_provider_id": provider,
                    **columns,
                },
            )

    return practice.call(run)


def hoa(practice: Practice, **columns: Any) -> int:
    """Set the portal's address and add a patient who can be given online access."""
    people.change_store(practice, "UPDATE practice_group SET portal_url = ?", PORTAL)
    known = {**WHOLE, "chart_number": "A-001", **columns}
    return add_patient(practice, "Nguyễn", "Thị Hoa", "1984-03-14", **known)


def column(practice: Practice, patient_id: int, name: str) -> Any:
    """Return a column of a patient's online access; None without any."""
    return practice.call(
        lambda store: store.value(
            f"SELECT {name} FROM portal_credential WHERE patient_id = ?", (patient_id,)
        )
    )


def actions(practice: Practice, patient_id: int) -> list[str]:
    """Return what the trail holds about a patient, oldest first."""
    return practice.call(
        lambda store: [
            row["action"]
            for row in store.rows(
                "SELECT action FROM audit_log WHERE patient_id = ? ORDER BY seq", (patient_id,)
            )
        ]
    )


async def open_patients(pilot: Pilot[Any], user_name: str = "ana") -> None:
    """Sign in and go to the field for patients."""
    await sign_in(pilot, user_name)
    await open_place(pilot, "patients")
    await arrive(pilot, PatientsScreen)


async def open_card(pilot: Pilot[Any], typed: str, user_name: str = "ana") -> None:
    """Sign in, find a patient and open the card."""
    await open_patients(pilot, user_name)
    await type_text(pilot, typed)
    await pilot.press("enter")
    await arrive(pilot, PatientCardScreen)
    await see(pilot, "Online access")
