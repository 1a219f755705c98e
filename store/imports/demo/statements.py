"""Statements of account, with the balance of the day on which they were sent.

One rule: a statement is written after all that was entered for the family, so that its balance is
the account's own.
"""

from __future__ import annotations

from store.imports.demo.family import Account, Sums
from store.imports.demo.world import World

_STATEMENT = (
    "statement_id",
    "patient_id",
    "date_sent",
    "date_range_from",
    "date_range_to",
    "note",
    "mode",
    "document_id",
    "balance_total",
    "insurance_estimate",
    "is_sent",
    "short_guid",
    "created_at",
    "created_by",
)
_MODES = ("mail", "mail", "mail", "email", "email", "electronic", "in_person")
_DAYS_COVERED = 90
_PAY_CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


class Statements:
    """Writes statements."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheet = world.rows.sheet("statement", _STATEMENT)
        self._sent: list[int] = []
        self._by = world.staff["dana"]

    def send(self, day: int) -> None:
        """Note that a statement goes out on a day."""
        self._sent.append(day)

    def close(self, account: Account) -> None:
        """Write the statements of a family whose account is complete."""
        owed, expected = Sums(account.entries), Sums(account.expected)
        for day in self._sent:
            self._write(account.guarantor_id, day, owed.on(day), expected.on(day))
        self._sent.clear()

    def _write(self, guarantor_id: int, day: int, owed: int, expected: int) -> None:
        world, number = self._world, self._sheet.next_id()
        days = world.days
        self._sheet.add(
            (
                number,
                guarantor_id,
                days.iso[day],
                days.past(day - _DAYS_COVERED),
                days.iso[day],
                "Please call us if anything is not clear." if number % 5 == 0 else None,
                world.pick(_MODES),
                None,
                owed,
                expected,
                1,
                self._pay_code() if days.today - day < 365 else None,
                days.instant(day, 10 * 60),
                self._by,
            )
        )

    def _pay_code(self) -> str:
        return "".join([self._world.pick(_PAY_CODE_LETTERS) for _ in range(8)])
