"""What families pay: at the desk, after a statement, late, or never; and what is taken off.

One rule: the splits of a payment add up to it, and no charge is paid twice.
"""

from __future__ import annotations

from store.imports.demo.family import Account, Charge, Person, Visit
from store.imports.demo.statements import Statements
from store.imports.demo.world import World

_PAYMENT = (
    "payment_id",
    "patient_id",
    "payment_date",
    "amount",
    "payment_type_id",
    "source",
    "check_number",
    "note",
    "office_id",
    "is_split",
    "date_entry",
    "created_at",
    "created_by",
)
_SPLIT = (
    "pay_split_id",
    "payment_id",
    "patient_id",
    "provider_id",
    "procedure_id",
    "adjustment_id",
    "unearned_type_id",
    "office_id",
    "amount",
    "payment_date",
    "procedure_date",
    "date_entry",
)
_ADJUSTMENT = (
    "adjustment_id",
    "patient_id",
    "provider_id",
    "procedure_id",
    "adjustment_type_id",
    "office_id",
    "adjustment_date",
    "procedure_date",
    "date_entry",
    "amount",
    "note",
    "created_at",
    "created_by",
)
MISSED_FEE = 50_00
_PAID_AT_ONCE, _HALF_AT_ONCE = 0.62, 0.70
_AT_DESK = (("Card", "card_terminal"),) * 6 + (("Cheque", "office"),) * 3 + (("Cash", "office"),)
_BY_POST = (("Cheque", "office"),) * 5 + (("Online", "online"),) * 3 + (("Card", "card_terminal"),)
_NOTES = ("Paid by the partner.", 'Said "never again by cheque".', "=SUM(rest)", "Thanks 🙏")

Parts = list[tuple[Charge, int]]


class Payments:
    """Writes payments and adjustments, and enters them into the family's account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._statements = Statements(world)
        self._payments = world.rows.sheet("payment", _PAYMENT)
        self._splits = world.rows.sheet("pay_split", _SPLIT)
        self._adjustments = world.rows.sheet("adjustment", _ADJUSTMENT)
        self._types = world.definitions.of("payment_type")
        self._reasons = world.definitions.of("adjustment_type")
        self._prepayment = world.definitions.of("unearned_type")["Prepayment"]
        self._by = world.staff["ana"]

    def at_visit(self, person: Person, visit: Visit, known: int, account: Account) -> None:
        """Settle a visit at the desk, or leave it to a statement.

        Args:
            known: the day on which insurance has told what is left to the patient.
        """
        world = self._world
        way = world.rng.random()
        if way < _HALF_AT_ONCE:
            self._discount(person, visit, account, pays_at_once=way < _PAID_AT_ONCE)
            parts = []
            for charge in visit.charges:
                # A discount may have taken off some of it.
                part = min(charge.patient_part, charge.left - charge.pending)
                part = part if way < _PAID_AT_ONCE else part // 2
                if part > 0:
                    parts.append((charge, part))
            self._pay(account, visit.day, parts, world.pick(_AT_DESK))
        bill_on = max(visit.day, known) + 6
        account.bills += [(bill_on, c) for c in visit.charges if c.left > c.pending]

    def missed(self, person: Person, account: Account) -> None:
        """Charge a fee for some of the visits that the patient did not come to."""
        for day in person.missed:
            if self._world.happens(0.25):
                number = self._adjust(
                    person.patient_id, person, None, day, MISSED_FEE, "Missed visit"
                )
                charge = Charge(
                    person.patient_id,
                    None,
                    number,
                    day,
                    person.dentist.provider_id,
                    person.office_id,
                    MISSED_FEE,
                    MISSED_FEE,
                )
                account.charge(charge)
                account.bills.append((day + 6, charge))

    def settle(self, head: Person, account: Account) -> None:
        """Send statements for what is left, and enter what comes in for them."""
        world = self._world
        today = world.days.today
        never_pays = world.happens(0.04)
        bills = sorted(account.bills, key=lambda bill: bill[0])
        while bills:
            sent = world.days.next_open(bills[0][0] + world.between(0, 25))
            if sent >= today:
                break
            due = [charge for day, charge in bills if day <= sent]
            bills = bills[len(due) :]
            self._statements.send(sent)
            paid = world.days.next_open(sent + world.between(6, 32))
            if never_pays or not world.happens(0.93):
                self._give_up(head, account, due, sent + 300)
            elif paid < today:
                self._pay(account, paid, _left(due), world.pick(_BY_POST))
        if world.happens(0.015):
            day = world.days.next_open(today - 60)
            self._prepay(account, day, world.between(4, 40) * 25_00)
        self._statements.close(account)

    def _discount(
        self, person: Person, visit: Visit, account: Account, *, pays_at_once: bool
    ) -> None:
        world = self._world
        is_insured = bool(person.coverages)
        if not pays_at_once or not world.happens(0.05 if is_insured else 0.4):
            return
        charge = max(visit.charges, key=lambda c: c.patient_part)
        amount = charge.patient_part * (10 if is_insured else 5) // 100
        if amount:
            reason = "Courtesy" if is_insured else "Discount for paying at once"
            self._adjust(person.patient_id, person, charge, visit.day, -amount, reason)
            account.credit(charge, visit.day, amount)

    def _give_up(self, head: Person, account: Account, due: list[Charge], day: int) -> None:
        """Take off what was never paid, most of the time, when the day has come."""
        if day >= self._world.days.today or not self._world.happens(0.7):
            return
        for charge, amount in _left(due):
            self._adjust(charge.patient_id, head, charge, day, -amount, "Given up")
            account.credit(charge, day, amount)

    def _pay(self, account: Account, day: int, parts: Parts, way: tuple[str, str]) -> None:
        if not parts:
            return
        number = self._write_payment(account, day, sum([p[1] for p in parts]), len(parts), way)
        iso = self._world.days.iso
        entered = iso[day]
        for charge, amount in parts:
            account.credit(charge, day, amount)
            self._splits.add(
                (
                    self._splits.next_id(),
                    number,
                    charge.patient_id,
                    charge.provider_id,
                    charge.procedure_id,
                    charge.adjustment_id,
                    None,
                    charge.office_id,
                    amount,
                    entered,
                    iso[charge.day],
                    entered,
                )
            )

    def _prepay(self, account: Account, day: int, amount: int) -> None:
        number = self._write_payment(account, day, amount, 1, self._world.pick(_AT_DESK))
        account.prepay(day, amount)
        iso = self._world.days.iso[day]
        self._splits.add(
            (
                self._splits.next_id(),
                number,
                account.guarantor_id,
                account.provider_id,
                None,
                None,
                self._prepayment,
                account.office_id,
                amount,
                iso,
                None,
                iso,
            )
        )

    def _write_payment(
        self, account: Account, day: int, amount: int, parts: int, way: tuple[str, str]
    ) -> int:
        world, number = self._world, self._payments.next_id()
        kind, source = way
        iso = world.days.iso[day]
        self._payments.add(
            (
                number,
                account.guarantor_id,
                iso,
                amount,
                self._types[kind],
                source,
                str(1000 + number % 8999) if kind == "Cheque" else None,
                world.pick(_NOTES) if world.happens(0.02) else None,
                account.office_id,
                int(parts > 1),
                iso,
                world.days.instant(day, 16 * 60 + 30),
                None if source == "online" else self._by,
            )
        )
        return number

    def _adjust(
        self,
        patient_id: int,
        person: Person,
        charge: Charge | None,
        day: int,
        amount: int,
        reason: str,
    ) -> int:
        days, number = self._world.days, self._adjustments.next_id()
        iso = days.iso[day]
        self._adjustments.add(
            (
                number,
                patient_id,
                charge.provider_id if charge else person.dentist.provider_id,
                charge.procedure_id if charge else None,
                self._reasons[reason],
                person.office_id,
                iso,
                days.iso[charge.day] if charge and charge.procedure_id else None,
                iso,
                amount,
                None,
                days.instant(day, 16 * 60 + 45),
                self._by,
            )
        )
        return number


def _left(charges: list[Charge]) -> Parts:
    """Return what the patient still owes of charges that insurance has answered for."""
    return [(c, c.left - c.pending) for c in charges if c.left > c.pending]
