"""The sums that the server of the shared dump gave, found again in the store, to the cent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.imports.opendental import codes
from store.imports.opendental.importer import import_opendental
from store.imports.opendental.mapping import TABLE_MAPS
from store.imports.report import ImportReport
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.store.imports.control import control_totals

Control = dict[str, Any]
Count = Callable[[str], Any]


@pytest.fixture(scope="module")
def control(shared_data: Path) -> Control:
    """What the server itself counted."""
    found: Control = json.loads((shared_data / "opendental_100.control.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def imported(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Practice, ImportReport]]:
    """A practice with nothing but the shared dump in it."""
    data = tmp_path_factory.mktemp("control")
    with create_practice(data, 1, "Imported", FixedClock()) as practice:
        dump = shared_data / "opendental_100.sql.gz"
        yield practice, practice.call(import_opendental, dump)


@pytest.fixture
def totals(imported: tuple[Practice, ImportReport]) -> dict[str, Any]:
    """The control totals of that practice."""
    return imported[0].call(control_totals)


@pytest.fixture
def count(imported: tuple[Practice, ImportReport]) -> Count:
    """Ask the store for one number."""
    return lambda sql: imported[0].call(lambda store: store.value(sql))


def cents(amount: str) -> int:
    """An amount of the control file in cents."""
    exact = Decimal(amount) * 100
    assert exact == int(exact)
    return int(exact)


def test_every_row_of_every_table_is_there(
    control: Control, totals: dict[str, Any], imported: tuple[Practice, ImportReport]
) -> None:
    report = imported[1]
    assert set(report.tables) == set(control["rows"])
    for name, rows in control["rows"].items():
        assert report.tables[name].read == rows
        assert totals["rows"][TABLE_MAPS[name].target] == rows
    assert report.rows_refused == 0
    assert report.not_read == {}


def test_fees_of_treatment_by_status(control: Control, totals: dict[str, Any]) -> None:
    fees = control["sums"]["procedurelog.ProcFee_by_ProcStatus"]
    counts = control["sums"]["procedurelog.count_by_ProcStatus"]
    status = codes.PROCEDURE_STATUS
    assert totals["procedure_fee_by_status"] == {status[k]: cents(v) for k, v in fees.items()}
    assert totals["procedures_by_status"] == {status[k]: int(v) for k, v in counts.items()}


def test_payments_by_type_and_their_splits(control: Control, totals: dict[str, Any]) -> None:
    sums = control["sums"]
    by_type = {int(k): cents(v) for k, v in sums["payment.PayAmt_by_PayType"].items()}
    counted = {int(k): int(v) for k, v in sums["payment.count_by_PayType"].items()}
    assert totals["payment_by_type"] == by_type
    assert totals["payments_by_type"] == counted
    assert totals["payments"] == cents(sums["payment.PayAmt"])
    assert totals["pay_splits"] == cents(sums["paysplit.SplitAmt"])


def test_every_payment_is_the_sum_of_its_splits(control: Control, count: Count) -> None:
    uneven = count(
        "SELECT count(*) FROM payment p WHERE amount <>"
        " (SELECT coalesce(sum(amount), 0) FROM pay_split s WHERE s.payment_id = p.payment_id)"
    )
    assert uneven == control["oddities"]["payments_whose_splits_do_not_sum"]


def test_insurance_by_status(control: Control, totals: dict[str, Any]) -> None:
    expected = {
        codes.CLAIM_PROC_STATUS[status]: {
            "rows": int(sums["count"]),
            "fee_billed": cents(sums["FeeBilled"]),
            "insurance_estimate": cents(sums["InsPayEst"]),
            "insurance_paid": cents(sums["InsPayAmt"]),
            "write_off": cents(sums["WriteOff"]),
        }
        for status, sums in control["sums"]["claimproc.by_Status"].items()
    }
    assert totals["claim_procs_by_status"] == expected


def test_what_is_owed_to_the_practice(control: Control, totals: dict[str, Any]) -> None:
    assert totals["receivable"] == cents(control["ledger"]["net_AR"])


def test_patients_by_status_gender_and_position(
    control: Control, totals: dict[str, Any], imported: tuple[Practice, ImportReport]
) -> None:
    patients = control["patients"]
    named = {codes.PATIENT_STATUS[k]: int(v) for k, v in patients["by_PatStatus"].items()}
    assert totals["patients_by_status"] == named
    named = {codes.GENDER[k]: int(v) for k, v in patients["by_Gender"].items()}
    assert totals["patients_by_gender"] == named
    rows = imported[0].call(
        lambda store: store.rows("SELECT marital_status, count(*) FROM patient GROUP BY 1")
    )
    named = {codes.POSITION[k]: int(v) for k, v in patients["by_Position"].items()}
    assert {row[0]: row[1] for row in rows} == named


def test_families(control: Control, totals: dict[str, Any], count: Count) -> None:
    patients = control["patients"]
    families = {int(k): int(v) for k, v in patients["family_size_histogram"].items()}
    assert totals["families_by_size"] == families
    assert (
        count("SELECT count(DISTINCT guarantor_id) FROM patient")
        == (patients["distinct_guarantors"])
    )
    assert (
        count("SELECT count(*) FROM patient WHERE guarantor_id = patient_id")
        == (patients["self_guarantor"])
    )


@pytest.mark.parametrize(
    ("key", "sql"),
    [
        ("min_Birthdate", "SELECT min(birthdate) FROM patient"),
        ("max_Birthdate", "SELECT max(birthdate) FROM patient"),
        ("min_PatNum", "SELECT CAST(min(patient_id) AS TEXT) FROM patient"),
        ("max_PatNum", "SELECT CAST(max(patient_id) AS TEXT) FROM patient"),
        ("with_patplan", "SELECT count(DISTINCT patient_id) FROM pat_plan"),
        ("distinct_SSN", "SELECT count(DISTINCT ssn) FROM patient"),
        (
            "distinct_LName_FName_Birthdate",
            "SELECT count(*) FROM (SELECT DISTINCT last_name, first_name, birthdate FROM patient)",
        ),
    ],
)
def test_facts_about_patients(control: Control, count: Count, key: str, sql: str) -> None:
    assert count(sql) == control["patients"][key]


def test_appointments_by_status_and_chair(control: Control, totals: dict[str, Any]) -> None:
    appointments = control["appointments"]
    named = {codes.APPOINTMENT_STATUS[k]: int(v) for k, v in appointments["by_AptStatus"].items()}
    assert totals["appointments_by_status"] == named
    by_chair = {int(k): int(v) for k, v in appointments["by_Op"].items()}
    assert totals["appointments_by_operatory"] == by_chair


def test_times_of_appointments_are_instants(control: Control, count: Count) -> None:
    """Half past nine on a winter day in Pacific time is half past five in the afternoon, UTC."""
    assert control["appointments"]["min"] == "2024-01-28 09:30:00"
    assert count("SELECT min(starts_at) FROM appointment") == "2024-01-28T17:30:00Z"
    assert control["appointments"]["max"] == "2027-02-17 11:45:00"
    assert count("SELECT max(starts_at) FROM appointment") == "2027-02-17T19:45:00Z"
    units = control["appointments"]["sum_pattern_5min_units"]
    assert count("SELECT sum(length(pattern)) FROM appointment") == units


@pytest.mark.parametrize(
    ("oddity", "sql"),
    [
        ("paysplit_zero_amount", "SELECT count(*) FROM pay_split WHERE amount = 0"),
        ("procs_DateTP_0001", "SELECT count(*) FROM procedure WHERE date_planned IS NULL"),
        ("procs_UnitQty_0", "SELECT count(*) FROM procedure WHERE unit_quantity = 1"),
        ("procs_DateComplete_0001", "SELECT count(*) FROM procedure WHERE date_completed IS NULL"),
        ("appointments_zero_datetime_arrived", "SELECT count(*) - count(arrived_at)"
         " FROM appointment"),
        ("recall_DatePrevious_0001", "SELECT count(*) - count(date_previous) FROM recall"),
        ("recall_DateScheduled_0001", "SELECT count(*) - count(date_scheduled) FROM recall"),
        ("paysplit_ProcDate_zero", "SELECT count(*) - count(procedure_date) FROM pay_split"),
        ("claimproc_received_without_claim", "SELECT count(*) FROM claim_proc"
         " WHERE status = 'received' AND claim_id IS NULL"),
        ("claimproc_ProcDate_0001", "SELECT count(*) - count(procedure_date) FROM claim_proc"),
        ("patients_without_mobile", "SELECT count(*) - count(wireless_phone) FROM patient"),
        ("patients_without_email", "SELECT count(*) - count(email) FROM patient"),
        ("tp_procs_unscheduled", "SELECT count(*) FROM procedure"
         " WHERE status = 'treatment_planned' AND planned_appointment_id IS NULL"),
    ],
)  # fmt: skip
def test_oddities_come_over_as_what_they_mean(
    control: Control, count: Count, oddity: str, sql: str
) -> None:
    """PITFALLS: 0001-01-01 is no date, 0 is no row, units of 0 count as 1."""
    assert count(sql) == control["oddities"][oddity]


def _columns_of(reference: str) -> tuple[str, str]:
    """Our table and column of a reference such as `appointment.PatNum->patient`."""
    table, _dot, column = reference.partition("->")[0].partition(".")
    mapped = TABLE_MAPS[table]
    field = next(field for field in mapped.fields if column in field.sources)
    return mapped.target, field.target


def test_every_reference_holds_and_none_got_lost(
    control: Control, totals: dict[str, Any], count: Count
) -> None:
    for reference, found in control["references"].items():
        table, column = _columns_of(reference)
        assert found["dangling"] == 0
        empty = count(f'SELECT count(*) - count("{column}") FROM "{table}"')
        assert empty == found["zero"], reference
    assert count("SELECT count(*) FROM pragma_foreign_key_check") == 0


def test_intervals_are_unpacked(count: Count) -> None:
    """PITFALLS: RecallInterval is packed; 393216 is six months."""
    assert count("SELECT count(*) FROM recall WHERE interval_months = 6") == count(
        "SELECT count(*) FROM recall"
    )
    assert count("SELECT max(interval_years + interval_weeks + interval_days) FROM recall") == 0


def test_what_the_dump_does_not_hold_is_told(imported: tuple[Practice, ImportReport]) -> None:
    """The dump has no kinds of recall: the reference is left empty, and the report says so."""
    practice, report = imported
    recalls = report.tables["recall"].read
    (note,) = report.tables["recall"].notes.items()
    assert note[0].startswith("recall_type_id was left empty")
    assert note[1].count == recalls
    stored = practice.call(
        lambda store: store.one(
            "SELECT * FROM import_run WHERE import_run_id = ?", (report.import_run_id,)
        )
    )
    assert stored is not None
    assert (stored["rows_read"], stored["rows_written"], stored["rows_refused"]) == (
        report.rows_read,
        report.rows_written,
        0,
    )
    assert "recall_type_id" in stored["report"]
