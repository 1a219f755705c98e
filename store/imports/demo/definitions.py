"""The lists that the demo practice made itself: kinds of payment, folders, priorities and so on.

One rule: an entry is named by list and name; its number is looked up here, never written out.
"""

from __future__ import annotations

from store.database import Store
from store.imports.demo.treatments import BASIC, MAJOR, PREVENTIVE, UNINSURED

LISTS: dict[str, tuple[str, ...]] = {
    "specialty": ("General dentistry", "Hygiene", "Endodontics", "Children's dentistry"),
    "billing_type": ("Standard account", "Payment plan", "Collection", "Courtesy"),
    "payment_type": ("Cash", "Cheque", "Card", "Transfer", "Online"),
    "insurance_payment_type": ("Insurance cheque", "Insurance transfer"),
    "adjustment_type": (
        "Discount for paying at once",
        "Courtesy",
        "Colleague",
        "Missed visit",
        "Late fee",
        "Given up",
    ),
    "unearned_type": ("Prepayment",),
    "confirmed": ("Not called", "Left message", "Unconfirmed", "Confirmed", "Arrived"),
    "unscheduled_status": ("Will call back", "Waiting for insurance", "Moved away"),
    "appointment_type": ("First visit", "Hygiene", "Treatment", "Emergency"),
    "recall_status": ("Not reminded", "Letter sent", "Called", "Texted"),
    "treatment_priority": ("Now", "Soon", "Next", "Watch"),
    "diagnosis": ("Caries", "Fracture", "Pulpitis", "Periodontitis", "Missing tooth", "Wear"),
    "procedure_category": (PREVENTIVE, BASIC, MAJOR, UNINSURED),
    "image_category": ("Images", "Letters", "Statements", "Insurance", "Consent"),
    "commlog_type": ("Appointment", "Account", "Insurance", "Treatment", "Other"),
    "blockout_type": ("Lunch", "Meeting", "Emergency time"),
}


class Definitions:
    """The numbers of the entries."""

    def __init__(self, store: Store) -> None:
        """Write the lists inside the running transaction."""
        self._numbers: dict[str, dict[str, int]] = {}
        for category, names in LISTS.items():
            self._numbers[category] = {
                name: store.insert(
                    "definition", {"category": category, "name": name, "item_order": order}
                )
                for order, name in enumerate(names)
            }

    def of(self, category: str) -> dict[str, int]:
        """Return the numbers of one list by name, in its order."""
        return self._numbers[category]

    def numbers(self, category: str) -> tuple[int, ...]:
        """Return the numbers of one list, in its order."""
        return tuple(self._numbers[category].values())
