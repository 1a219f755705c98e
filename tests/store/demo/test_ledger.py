"""The ledger of the demo practice: every sum, worked out again from the rows alone."""

from __future__ import annotations

import sqlite3

import pytest

from store.imports.demo.family import Account, Charge, Sums
from tests.store.demo.conftest import TODAY, Build

# All that changes what a family owes: patient, day, cents.
ENTRIES = """
    SELECT patient_id, procedure_date AS day, fee * unit_quantity AS cents FROM procedure
      WHERE status = 'complete'
    UNION ALL SELECT patient_id, adjustment_date, amount FROM adjustment
    UNION ALL SELECT patient_id, payment_date, -amount FROM pay_split
    UNION ALL SELECT patient_id, payment_date, -(insurance_paid + write_off) FROM claim_proc
      WHERE status = 'received'
"""


@pytest.fixture(scope="module")
def db(demo: Build) -> sqlite3.Connection:
    """A practice in which every kind of payment occurs."""
    return demo(500)


def test_the_splits_of_a_payment_add_up_to_it(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT p.amount, total(s.amount) AS split, count(s.pay_split_id) AS parts, p.is_split"
        " FROM payment p LEFT JOIN pay_split s USING (payment_id) GROUP BY p.payment_id"
    ).fetchall()
    assert len(rows) > 1000
    for row in rows:
        assert row["amount"] == row["split"] > 0
        assert bool(row["is_split"]) == (row["parts"] > 1)


def test_a_cheque_is_what_its_claims_were_paid(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT p.amount, total(c.insurance_paid) AS paid, p.check_date, min(c.payment_date) AS"
        " first, max(c.payment_date) AS last, count(DISTINCT i.carrier_id) AS carriers"
        " FROM claim_payment p LEFT JOIN claim_proc c USING (claim_payment_id)"
        " LEFT JOIN ins_plan i USING (ins_plan_id) GROUP BY p.claim_payment_id"
    ).fetchall()
    assert len(rows) > 500
    for row in rows:
        assert row["amount"] == row["paid"] > 0
        assert row["first"] == row["last"] == row["check_date"]
        assert row["carriers"] == 1
    loose = "SELECT 1 FROM claim_proc WHERE insurance_paid > 0 AND claim_payment_id IS NULL"
    assert db.execute(loose).fetchone() is None


def test_a_claim_is_the_sum_of_its_lines(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT c.fee, c.insurance_estimate, c.insurance_paid, c.write_off, c.status,"
        " sum(p.fee_billed) AS billed, sum(p.insurance_estimate) AS estimate,"
        " sum(p.insurance_paid) AS paid, sum(p.write_off) AS off FROM claim c"
        " JOIN claim_proc p USING (claim_id) GROUP BY c.claim_id"
    ).fetchall()
    assert len(rows) == db.execute("SELECT count(*) FROM claim").fetchone()[0] > 1000
    for row in rows:
        assert (row["fee"], row["insurance_estimate"]) == (row["billed"], row["estimate"])
        assert (row["insurance_paid"], row["write_off"]) == (row["paid"], row["off"])
        assert (row["paid"] is not None) == (row["status"] == "received")


def test_only_treatment_that_was_done_is_claimed(db: sqlite3.Connection) -> None:
    wrong = db.execute(
        "SELECT 1 FROM claim_proc c LEFT JOIN procedure p USING (procedure_id)"
        " WHERE p.status IS NOT 'complete' OR p.patient_id <> c.patient_id"
        " OR p.fee * p.unit_quantity <> c.fee_billed OR p.procedure_date <> c.procedure_date"
    )
    assert wrong.fetchone() is None


def test_no_treatment_is_paid_more_than_it_costs(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "WITH paid AS (SELECT procedure_id, amount AS cents FROM pay_split"
        "  UNION ALL SELECT procedure_id, -amount FROM adjustment"
        "  UNION ALL SELECT procedure_id, insurance_paid + write_off FROM claim_proc)"
        " SELECT p.fee * p.unit_quantity AS charge, total(cents) AS cents, p.status"
        " FROM paid JOIN procedure p USING (procedure_id) GROUP BY procedure_id"
    ).fetchall()
    assert len(rows) > 5000
    for row in rows:
        assert 0 <= row["cents"] <= row["charge"]
        assert row["status"] == "complete"


def test_no_plan_pays_more_than_its_yearly_limit(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT sum(c.insurance_paid) AS paid, b.amount AS most, sum(c.deductible_applied) AS"
        " deductible FROM claim_proc c JOIN benefit b USING (ins_plan_id)"
        " WHERE b.benefit_type = 'limitation'"
        " GROUP BY c.patient_id, c.ins_sub_id, substr(c.procedure_date, 1, 4)"
    ).fetchall()
    assert max((row["paid"] or 0) / row["most"] for row in rows) <= 1
    assert max(row["deductible"] or 0 for row in rows) == 50_00


def test_balances_of_guarantors_are_the_sum_of_the_ledger(db: sqlite3.Connection) -> None:
    families = db.execute(
        "SELECT g.*, (SELECT total(cents) FROM entries e JOIN patient m USING (patient_id)"
        "  WHERE m.guarantor_id = g.patient_id) AS owed, (SELECT sum(estimated_balance)"
        "  FROM patient m WHERE m.guarantor_id = g.patient_id) AS of_members,"
        " (SELECT total(c.insurance_estimate + c.write_off_estimate) FROM claim_proc c"
        "  JOIN patient m USING (patient_id) WHERE c.status = 'not_received'"
        "  AND m.guarantor_id = g.patient_id) AS expected"
        " FROM patient g WHERE g.guarantor_id = g.patient_id".replace("entries", f"({ENTRIES})")
    ).fetchall()
    assert len(families) > 200
    for family in families:
        aged = [family[f"balance_{age}"] for age in ("0_30", "31_60", "61_90", "over_90")]
        assert family["balance_total"] == family["owed"] == family["of_members"] == sum(aged)
        assert family["insurance_estimate"] == family["expected"]
        assert min(aged[1:]) >= 0
    owing = sum(family["balance_total"] > 0 for family in families) / len(families)
    assert 0.1 < owing < 0.8
    others = "SELECT 1 FROM patient WHERE guarantor_id <> patient_id AND balance_total IS NOT NULL"
    assert db.execute(others).fetchone() is None


def test_a_statement_shows_what_was_owed_on_its_day(db: sqlite3.Connection) -> None:
    """Q4: the summary as printed on that statement."""
    statements = db.execute(
        f"WITH entries AS ({ENTRIES}), family AS (SELECT m.guarantor_id, e.day, e.cents"
        "  FROM entries e JOIN patient m USING (patient_id))"
        " SELECT s.balance_total, s.date_sent, total(f.cents) AS owed FROM statement s"
        " JOIN family f ON f.guarantor_id = s.patient_id AND f.day <= s.date_sent"
        " GROUP BY s.statement_id"
    ).fetchall()
    assert len(statements) == db.execute("SELECT count(*) FROM statement").fetchone()[0] > 300
    for statement in statements:
        assert statement["balance_total"] == statement["owed"]
        assert statement["date_sent"] <= TODAY


def test_money_comes_in_and_is_taken_off_in_every_way(db: sqlite3.Connection) -> None:
    sources = {row[0] for row in db.execute("SELECT DISTINCT source FROM payment")}
    assert sources >= {"office", "card_terminal", "online"}
    reasons = {
        row[0]: row[1]
        for row in db.execute(
            "SELECT d.name, sum(a.amount) FROM adjustment a JOIN definition d"
            " ON d.definition_id = a.adjustment_type_id GROUP BY 1"
        )
    }
    assert reasons["Missed visit"] > 0
    assert reasons["Given up"] < 0
    assert reasons["Discount for paying at once"] < 0
    kinds = {row[0] for row in db.execute("SELECT DISTINCT claim_type FROM claim")}
    assert kinds == {"primary", "secondary"}
    states = {row[0] for row in db.execute("SELECT DISTINCT status FROM claim")}
    assert states >= {"sent", "received"}
    prepaid = "SELECT count(*) FROM pay_split WHERE unearned_type_id IS NOT NULL"
    assert db.execute(prepaid).fetchone()[0] > 0


def _charge(day: int, cents: int) -> Charge:
    return Charge(1, None, 1, day, 1, 1, cents, cents)


def test_what_is_owed_is_aged_and_prepaid_money_counts_against_the_oldest() -> None:
    account = Account(1, 1, 1)
    for day, cents in ((100, 10), (69, 20), (39, 30), (9, 40)):
        account.charge(_charge(day, cents))
    assert account.aged(today=100) == (10, 20, 30, 40)
    account.prepay(100, 45)
    assert account.aged(today=100) == (10, 20, 25, 0)
    account.prepay(100, 60)
    assert account.aged(today=100) == (-5, 0, 0, 0)


def test_a_charge_cannot_be_paid_twice() -> None:
    account, charge = Account(1, 1, 1), _charge(5, 100)
    account.charge(charge)
    account.credit(charge, 6, 60)
    with pytest.raises(AssertionError, match="twice"):
        account.credit(charge, 7, 41)
    assert charge.left == 40


def test_sums_by_day_count_the_day_itself() -> None:
    sums = Sums([(5, 10), (3, 1), (5, -4)])
    assert [sums.on(day) for day in (2, 3, 4, 5, 6)] == [0, 1, 1, 7, 7]
