"""Cheques from insurance companies: one a week and carrier, for all claims answered in that week.

One rule: a cheque is written with nothing on it, and filled in at the end with what the claims
were paid; so the claims can name it while they are written.
"""

from __future__ import annotations

from store.database import Store
from store.imports.demo.world import World

_COLUMNS = (
    "claim_payment_id",
    "check_date",
    "date_issued",
    "amount",
    "payment_type_id",
    "carrier_id",
    "carrier_name",
    "check_number",
    "deposit_number",
    "created_at",
    "created_by",
)
_CHEQUE_EVERY_DAYS = 7


class Cheques:
    """Writes the payments of insurance companies."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheet = world.rows.sheet("claim_payment", _COLUMNS)
        self._numbers: dict[tuple[int, int], int] = {}
        self._amounts: dict[int, int] = {}
        self._types = world.definitions.numbers("insurance_payment_type")
        self._by = world.staff["dana"]

    def day_after(self, day: int) -> int:
        """Return the first day after a day on which cheques come in."""
        week = day // _CHEQUE_EVERY_DAYS + 1
        return self._world.days.next_open(week * _CHEQUE_EVERY_DAYS)

    def pay(self, carrier_id: int, day: int, amount: int) -> int:
        """Add cents to a carrier's cheque of a day; return the cheque's number."""
        number = self._numbers.get((carrier_id, day))
        if number is None:
            number = self._numbers[carrier_id, day] = self._write(carrier_id, day)
        self._amounts[number] = self._amounts.get(number, 0) + amount
        return number

    def fill_in(self, store: Store) -> None:
        """Write the amounts, when all claims are written, inside the running transaction."""
        store.db.executemany(
            "UPDATE claim_payment SET amount = ? WHERE claim_payment_id = ?",
            ((amount, number) for number, amount in self._amounts.items()),
        )

    def _write(self, carrier_id: int, day: int) -> int:
        number, days = self._sheet.next_id(), self._world.days
        self._sheet.add(
            (
                number,
                days.iso[day],
                days.past(day - 3),
                0,
                self._types[number % len(self._types)],
                carrier_id,
                self._world.carrier_names[carrier_id],
                f"{carrier_id:02}-{700000 + number}",
                day // _CHEQUE_EVERY_DAYS,
                days.instant(day, 16 * 60),
                self._by,
            )
        )
        return number
