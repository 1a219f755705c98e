"""Invented patients for tests of the portal, entered straight into the tables."""

from __future__ import annotations

from store.database import Store
from store.practice import Practice
from tests.people import change_store

URL = "https://portal.maplegrove.example"
WHOLE: dict[str, object] = {
    "first_name": "Thị Hoa",
    "last_name": "Nguyễn",
    "address": "12 Maple St",
    "city": "Fremont",
    "state": "CA",
    "zip": "94536",
    "birthdate": "1984-03-14",
    "email": "hoa@example.org",
    "wireless_phone": "(510) 555-0142",
    "status": "patient",
}
"""What P1 asks for, and a little more."""


def with_portal(practice: Practice) -> None:
    """Set the portal's address."""
    change_store(practice, "UPDATE practice_group SET portal_url = ?", URL)


def enter_patient(practice: Practice, **changed: object) -> int:
    """Enter a patient who has all that P1 asks for, but for what is changed."""

    def run(store: Store) -> int:
        with store.transaction():
            provider = store.value("SELECT provider_id FROM provider") or store.insert(
                "provider", {"abbr": "PAT", "last_name": "Patel"}
            )
            return store.insert("patient", {**WHOLE, "primary_provider_id": provider, **changed})

    return practice.call(run)


def credential(practice: Practice, patient_id: int) -> dict[str, object]:
    """Return a patient's credentials as stored."""
    row = practice.call(
        Store.one, "SELECT * FROM portal_credential WHERE patient_id = ?", (patient_id,)
    )
    assert row is not None
    return dict(row)


def trail(practice: Practice, patient_id: int) -> list[str]:
    """Return the actions that the trail holds of a patient, oldest first."""
    rows = practice.call(
        Store.rows, "SELECT action FROM audit_log WHERE patient_id = ? ORDER BY seq", (patient_id,)
    )
    return [row["action"] for row in rows]
