"""Values of Open Dental, as they arrive in the store."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from store.imports.opendental.importer import import_opendental
from store.practice import Practice
from tests.store.imports import dumps
from tests.store.imports.reading import reasons, rows, run

HARD = 'it\'s \\ "x"\r\n); INSERT INTO `patient` VALUES (1); -- ü Nguyễn 𝄞 [red]x[/]'


def test_hard_text_arrives_as_it_is(empty: Practice, tmp_path: Path) -> None:
    text = dumps.dump(
        dumps.of_rows("patient", [dumps.patient(1, LName=HARD, MedUrgNote="  \n ", Email="a\0b")]),
        dumps.of_rows("provider", [dumps.provider()]),
    )
    run(empty, tmp_path, text)
    found = rows(empty, "SELECT last_name, medical_urgent_note, email FROM patient")
    assert found == [(HARD, None, "ab")]


def test_a_note_of_a_megabyte_arrives_whole(empty: Practice, tmp_path: Path) -> None:
    note = (HARD + " ") * 20_000 + "end"
    text = dumps.practice(
        dumps.of_rows("appointment", [dumps.appointment(5, 1, Note=note)]),
    )
    run(empty, tmp_path, text)
    assert rows(empty, "SELECT note FROM appointment") == [(note,)]


def test_bytes_that_are_no_text_are_marked_not_lost(empty: Practice, tmp_path: Path) -> None:
    text = dumps.practice(dumps.of_rows("appointment", [dumps.appointment(5, 1, Note="RAW")]))
    path = tmp_path / "d.sql"
    path.write_bytes(text.encode().replace(b"'RAW'", b"'a\xffb'"))
    report = empty.call(import_opendental, path)
    assert rows(empty, "SELECT note FROM appointment") == [("a\ufffdb",)]
    (told,) = (line for line in report.lines() if "no text" in line)
    assert told == "appointment: 1 × Note holds bytes that are no text, taken as \ufffd"


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-01-15 09:30:00", "2026-01-15T17:30:00Z"),
        ("2026-07-15 09:30:00", "2026-07-15T16:30:00Z"),
        ("2026-11-01 01:30:00", "2026-11-01T08:30:00Z"),
        ("2026-03-08 02:30:00", "2026-03-08T10:30:00Z"),
        ("0001-01-01 00:00:00", None),
        ("0000-00-00 00:00:00", None),
    ],
    ids=["winter", "summer", "hour that comes twice", "hour that is left out", "none", "zero"],
)
def test_wall_clock_times_become_instants(
    empty: Practice, tmp_path: Path, wall: str, utc: str | None
) -> None:
    """D10: times are in the practice's zone. An hour that comes twice counts as the first, one
    that is left out moves forward."""
    visit = dumps.appointment(5, 1, AptDateTime=wall)
    run(empty, tmp_path, dumps.practice(dumps.of_rows("appointment", [visit])))
    assert rows(empty, "SELECT starts_at FROM appointment") == [(utc,)]


@pytest.mark.parametrize(
    ("declared", "edited_at"),
    [("SET TIME_ZONE='+00:00'", "2026-01-15T09:30:00Z"), ("SET @x=1", "2026-01-15T17:30:00Z")],
    ids=["in UTC", "in the server's own zone"],
)
def test_time_stamps_are_read_in_the_zone_that_the_dump_declares(
    empty: Practice, tmp_path: Path, declared: str, edited_at: str
) -> None:
    """mysqldump turns TIMESTAMP columns into UTC and says so, unless told not to."""
    visit = dumps.appointment(5, 1, DateTStamp="2026-01-15 09:30:00")
    text = dumps.practice(dumps.of_rows("appointment", [visit]))
    run(empty, tmp_path, text.replace("SET TIME_ZONE='+00:00'", declared))
    assert rows(empty, "SELECT edited_at FROM appointment") == [(edited_at,)]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12.5", 1250),
        ("-0.01", -1),
        ("1e3", 100_000),
        ("1.5e-2", 2),
        ("0.30000000000000004", 30),
        ("19.999999999999996", 2000),
        ("90071992547409.93", 9_007_199_254_740_993),
        ("0", 0),
    ],
)
def test_money_is_exact_to_the_cent(
    empty: Practice, tmp_path: Path, written: str, stored: int
) -> None:
    """PITFALLS: the server's doubles become whole cents without a float in between."""
    payment = {"PayNum": 3, "PatNum": 1, "PayDate": "2026-06-01", "PayAmt": Decimal(0)}
    text = dumps.practice(dumps.of_rows("payment", [payment]))
    run(empty, tmp_path, text.replace("(3,1,'2026-06-01',0)", f"(3,1,'2026-06-01',{written})"))
    assert rows(empty, "SELECT amount FROM payment") == [(stored,)]


def test_fractions_of_a_cent_are_rounded_and_told(empty: Practice, tmp_path: Path) -> None:
    payments = [
        {"PayNum": number, "PatNum": 1, "PayDate": "2026-06-01", "PayAmt": Decimal(amount)}
        for number, amount in enumerate(("0.125", "0.005", "-0.005", "1.00"), start=1)
    ]
    report = run(empty, tmp_path, dumps.practice(dumps.of_rows("payment", payments)))
    assert rows(empty, "SELECT amount FROM payment ORDER BY 1") == [(-1,), (1,), (13,), (100,)]
    (note,) = report.tables["payment"].notes.items()
    assert note[0] == "PayAmt was rounded to whole cents"
    assert note[1].count == 3


@pytest.mark.parametrize(("entered", "base", "charged"), [(0, 0, 1), (0, 3, 3), (2, 1, 3)])
def test_units_of_zero_count_as_one(
    empty: Practice, tmp_path: Path, entered: int, base: int, charged: int
) -> None:
    """PITFALLS: UnitQty and BaseUnits may both be 0."""
    treatment = {"ProcNum": 9, "PatNum": 1, "CodeNum": 4, "ProcStatus": 2, "ProcFee": 10}
    text = dumps.practice(
        dumps.of_rows("procedurecode", [{"CodeNum": 4, "ProcCode": "X0120"}]),
        dumps.of_rows("procedurelog", [{**treatment, "UnitQty": entered, "BaseUnits": base}]),
    )
    run(empty, tmp_path, text)
    assert rows(empty, "SELECT unit_quantity FROM procedure") == [(charged,)]


def test_minus_one_in_an_estimate_is_no_amount(empty: Practice, tmp_path: Path) -> None:
    """PITFALLS: -1 is none in estimates, but a payment may be -1."""
    estimate = {
        "ClaimProcNum": 1,
        "ProcNum": 0,
        "ClaimNum": 0,
        "PatNum": 1,
        "Status": 6,
        "InsPayAmt": -1,
        "CopayAmt": -1,
        "Percentage": -1,
    }
    run(empty, tmp_path, dumps.practice(dumps.of_rows("claimproc", [estimate])))
    found = rows(empty, "SELECT insurance_paid, copay, percent, claim_id FROM claim_proc")
    assert found == [(-100, None, None, None)]


def test_a_packed_interval_has_four_parts(empty: Practice, tmp_path: Path) -> None:
    """PITFALLS: years<<24, months<<16, weeks<<8, days."""
    packed = (1 << 24) + (6 << 16) + (2 << 8) + 3
    recall = {"RecallNum": 1, "PatNum": 1, "RecallInterval": packed}
    run(empty, tmp_path, dumps.practice(dumps.of_rows("recall", [recall])))
    found = rows(
        empty,
        "SELECT interval_years, interval_months, interval_weeks, interval_days FROM recall",
    )
    assert found == [(1, 6, 2, 3)]


def test_an_unknown_code_refuses_its_row_and_says_so(empty: Practice, tmp_path: Path) -> None:
    visits = [dumps.appointment(5, 1), dumps.appointment(6, 1, AptStatus=77)]
    report = run(empty, tmp_path, dumps.practice(dumps.of_rows("appointment", visits)))
    assert reasons(report, "appointment") == {"AptStatus has the unknown code 77": 1}
    assert rows(empty, "SELECT appointment_id FROM appointment") == [(5,)]
    assert any("AptStatus" in line and "rows 6" in line for line in report.lines())


@pytest.mark.parametrize(
    ("column", "wrong", "reason"),
    [
        ("Birthdate", "2026-02-30", "Birthdate is not a day of the calendar"),
        ("EstBalance", "much", "EstBalance is not a number"),
        ("EstBalance", 10**30, "EstBalance is too large"),
        ("PatNum", 0, "PatNum is not the number of a row"),
        ("PriProv", 0, "primary_provider_id is missing"),
        ("PatStatus", None, "status is missing"),
    ],
)
def test_a_value_that_cannot_be_refuses_its_row_alone(
    empty: Practice, tmp_path: Path, column: str, wrong: dumps.Value, reason: str
) -> None:
    patients = [dumps.patient(number, EstBalance=0) for number in (1, 2, 3)]
    patients[1][column] = wrong
    patients[1]["Guarantor"] = 1
    text = dumps.dump(
        dumps.of_rows("patient", patients), dumps.of_rows("provider", [dumps.provider()])
    )
    report = run(empty, tmp_path, text)
    assert reasons(report, "patient") == {reason: 1}
    assert rows(empty, "SELECT patient_id FROM patient ORDER BY 1") == [(1,), (3,)]


@pytest.mark.parametrize("secret", ["479-72-1484", "479721484", "Nguyễn Thị Hoa"])
def test_a_report_never_tells_what_a_row_says(empty: Practice, tmp_path: Path, secret: str) -> None:
    """Vulnerability: a report in the audit trail or on a screen shows patients' data.
    Scenario: values that cannot be taken. Verified: columns and numbers of rows are named, only.
    """
    patients = [
        dumps.patient(1, PatStatus=secret, TxtMsgOk=1),
        dumps.patient(2, Birthdate=secret, TxtMsgOk=1),
        dumps.patient(3, TxtMsgOk=secret),
    ]
    text = dumps.dump(
        dumps.of_rows("patient", patients), dumps.of_rows("provider", [dumps.provider()])
    )
    report = run(empty, tmp_path, text)
    assert report.rows_refused == 3
    assert secret not in str(report.as_dict())
    assert secret not in "\n".join(report.lines())
