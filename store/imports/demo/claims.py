"""Insurance of the demo's patients: claims for what was done, and the cheques that answer them.

One rule: a claim is made for treatments done, and a cheque is exactly what its claims were paid.
"""

from __future__ import annotations

from typing import NamedTuple

from store.imports.demo.cheques import Cheques
from store.imports.demo.family import Account, Charge, Coverage, Person, Visit
from store.imports.demo.world import World

_CLAIM = (
    "claim_id",
    "patient_id",
    "ins_plan_id",
    "ins_sub_id",
    "claim_type",
    "status",
    "date_service",
    "date_sent",
    "date_received",
    "fee",
    "insurance_estimate",
    "insurance_paid",
    "write_off",
    "deductible_applied",
    "treating_provider_id",
    "billing_provider_id",
    "office_id",
    "created_at",
    "created_by",
)
_CLAIM_PROC = (
    "claim_proc_id",
    "claim_id",
    "procedure_id",
    "patient_id",
    "ins_plan_id",
    "ins_sub_id",
    "claim_payment_id",
    "provider_id",
    "office_id",
    "status",
    "fee_billed",
    "insurance_estimate",
    "insurance_paid",
    "write_off",
    "deductible_applied",
    "write_off_estimate",
    "percent",
    "payment_date",
    "procedure_date",
    "date_entry",
    "code_sent",
    "remarks",
)
_ANSWERED = 0.94
_ANSWERED_IN_THE_END_DAYS = 150
_PAID_AS_EXPECTED = 0.92
_REMARKS = (
    "Paid for the less costly treatment.",
    "More often than the plan pays.",
    'Narrative "why" is missing; send images.',
)


class _Line(NamedTuple):
    """One treatment on a claim; amounts in cents."""

    charge: Charge
    estimate: int
    write_off: int
    percent: int
    deductible: int
    paid: int
    remark: str | None


class _Dates(NamedTuple):
    """When a claim was sent and answered, by position; None where it was not."""

    sent: int | None
    received: int | None


class Claims:
    """Writes claims and enters what insurance pays into the family's account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._claims = world.rows.sheet("claim", _CLAIM)
        self._claim_procs = world.rows.sheet("claim_proc", _CLAIM_PROC)
        self.cheques = Cheques(world)
        self._by = world.staff["dana"]

    def bill(self, person: Person, visit: Visit, account: Account) -> int:
        """Claim for a visit from each plan of the patient, the first plan first.

        Returns the day on which the patient's own part is known.
        """
        known, waits = visit.day, False
        charges = [c for c in visit.charges if c.treatment and "n" not in c.treatment.flags]
        for order, coverage in enumerate(person.coverages):
            if charges and coverage.first_day <= visit.day <= coverage.last_day:
                lines = [self._line(coverage, charge) for charge in charges]
                dates = _Dates(None, None) if waits else self._dates(known)
                self._write(person, account, coverage, order, lines, dates, waits)
                waits = waits or dates.received is None
                known = known if dates.received is None else dates.received
        return known

    def _dates(self, ready: int) -> _Dates:
        world = self._world
        today = world.days.today
        sent = ready + int(world.rng.random() * 3)
        if sent >= today:
            return _Dates(None, None)
        received = self.cheques.day_after(sent + world.between(8, 40))
        # What stays without an answer is asked for again, and answered in the end.
        is_answered = received < today and (
            world.happens(_ANSWERED) or received < today - _ANSWERED_IN_THE_END_DAYS
        )
        return _Dates(sent, received if is_answered else None)

    def _line(self, coverage: Coverage, charge: Charge) -> _Line:
        world, treatment = self._world, charge.treatment
        assert treatment is not None
        days, fees = world.days, world.fees
        still, write_off, allowed = charge.patient_part, 0, charge.fee
        # What an earlier plan left is not reduced again.
        if coverage.plan.is_network and not charge.expected:
            ago = days.years_ago(charge.day)
            units = charge.fee // fees.office[ago][treatment.position]
            allowed = units * fees.network[ago][treatment.position]
            write_off = charge.fee - allowed
        estimate, percent, deductible = coverage.share(
            days.year[charge.day], treatment, allowed, still - write_off
        )
        paid, remark = estimate, None
        if estimate and not world.happens(_PAID_AS_EXPECTED):
            paid = estimate * world.pick((0, 50, 80)) // 100
            remark = world.pick(_REMARKS)
        charge.expected += estimate + write_off
        return _Line(charge, estimate, write_off, percent, deductible, paid, remark)

    def _write(
        self,
        person: Person,
        account: Account,
        coverage: Coverage,
        order: int,
        lines: list[_Line],
        dates: _Dates,
        waits: bool,
    ) -> None:
        paid = sum([line.paid for line in lines])
        cheque = None
        if dates.received is not None and paid:
            cheque = self.cheques.pay(coverage.plan.carrier_id, dates.received, paid)
        claim_id = self._write_claim(person, coverage, order, lines, dates, waits)
        for line in lines:
            self._enter(account, line, dates)
            self._write_line(person, coverage, claim_id, cheque, line, dates)

    def _enter(self, account: Account, line: _Line, dates: _Dates) -> None:
        """Enter one line into the account: expected since the visit, credited when it came."""
        expected = line.estimate + line.write_off
        account.expected.append((line.charge.day, expected))
        if dates.received is None:
            line.charge.pending += expected
            return
        account.expected.append((dates.received, -expected))
        account.credit(line.charge, dates.received, line.paid + line.write_off)

    def _write_claim(
        self,
        person: Person,
        coverage: Coverage,
        order: int,
        lines: list[_Line],
        dates: _Dates,
        waits: bool,
    ) -> int:
        number, days, first = self._claims.next_id(), self._world.days, lines[0].charge
        is_received = dates.received is not None
        unsent = "hold_until_primary" if waits else "waiting_to_send"
        self._claims.add(
            (
                number,
                person.patient_id,
                coverage.plan.ins_plan_id,
                coverage.ins_sub_id,
                "primary" if order == 0 else "secondary",
                "received" if is_received else unsent if dates.sent is None else "sent",
                days.iso[first.day],
                None if dates.sent is None else days.iso[dates.sent],
                None if dates.received is None else days.iso[dates.received],
                sum([line.charge.fee for line in lines]),
                sum([line.estimate for line in lines]),
                sum([line.paid for line in lines]) if is_received else None,
                sum([line.write_off for line in lines]) if is_received else None,
                sum([line.deductible for line in lines]) if is_received else None,
                first.provider_id,
                person.dentist.provider_id,
                person.office_id,
                days.instant(first.day, 17 * 60),
                self._by,
            )
        )
        return number

    def _write_line(
        self,
        person: Person,
        coverage: Coverage,
        claim_id: int,
        cheque: int | None,
        line: _Line,
        dates: _Dates,
    ) -> None:
        iso, charge = self._world.days.iso, line.charge
        assert charge.treatment is not None
        service = iso[charge.day]
        is_received = dates.received is not None
        answered = service if dates.received is None else iso[dates.received]
        self._claim_procs.add(
            (
                self._claim_procs.next_id(),
                claim_id,
                charge.procedure_id,
                person.patient_id,
                coverage.plan.ins_plan_id,
                coverage.ins_sub_id,
                cheque if line.paid else None,
                charge.provider_id,
                person.office_id,
                "received" if is_received else "not_received",
                charge.fee,
                line.estimate,
                line.paid if is_received else None,
                line.write_off if is_received else None,
                line.deductible if is_received else None,
                line.write_off,
                line.percent,
                answered,
                service,
                answered,
                charge.treatment.code,
                line.remark if is_received else None,
            )
        )
