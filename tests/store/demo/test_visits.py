"""Visits and treatments: what happened, what is to come, in which chair, on which tooth."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from store.clock import PACIFIC, instant, moment, start_of_day
from store.imports.demo.days import DAYS_AHEAD, DAYS_BACK, Days, holiday
from store.schema.tables import TABLES
from tests.clocks import START
from tests.store.demo.conftest import TODAY, Build

ZONES = (PACIFIC, "America/New_York", "Pacific/Honolulu", "Asia/Kolkata", "Pacific/Auckland")


calendar_of = cache(Days)


@given(
    st.sampled_from((date(1999, 12, 31), date(2026, 3, 8), date(2028, 2, 29))),
    st.sampled_from(ZONES),
    st.integers(0, DAYS_BACK + DAYS_AHEAD),
    st.integers(7 * 60, 19 * 60),
)
def test_a_local_minute_becomes_the_instant_of_its_zone(
    today: date, zone: str, day: int, minute: int
) -> None:
    """D10: the practice's zone counts, on both sides of daylight-saving time."""
    days = calendar_of(today, zone)
    there = moment(days.instant(day, minute)).astimezone(ZoneInfo(zone))
    assert there.date() == today + timedelta(days=day - DAYS_BACK)
    assert there.hour * 60 + there.minute == minute
    following = today + timedelta(days=days.next_open(day) - DAYS_BACK)
    assert following.weekday() < 5
    assert holiday(following) == ""


def test_what_is_past_has_happened_and_what_is_ahead_is_scheduled(db: sqlite3.Connection) -> None:
    zone = ZoneInfo(PACIFIC)
    rows = db.execute(
        "SELECT status, starts_at, arrived_at FROM appointment WHERE starts_at IS NOT NULL"
    ).fetchall()
    today = date.fromisoformat(TODAY)
    seen = set()
    for row in rows:
        day = moment(row["starts_at"]).astimezone(zone).date()
        seen.add(row["status"])
        if row["status"] == "scheduled":
            assert today <= day < today + timedelta(days=300)
        else:
            assert row["status"] in ("complete", "broken")
            assert day < today
        assert (row["arrived_at"] is not None) == (row["status"] == "complete")
    assert seen == {"scheduled", "complete", "broken"}
    waiting = db.execute("SELECT DISTINCT status FROM appointment WHERE starts_at IS NULL")
    assert {row[0] for row in waiting} == {"planned", "unscheduled"}


def test_a_chair_holds_one_visit_at_a_time_within_working_hours(demo: Build) -> None:
    rows = demo(1400).execute(
        "SELECT operatory_id, starts_at, length(pattern) * 5 AS minutes FROM appointment"
        " WHERE starts_at IS NOT NULL ORDER BY operatory_id, starts_at"
    )
    visits = [(row[0], moment(row[1]), timedelta(minutes=row[2])) for row in rows]
    assert len(visits) > 5000
    for (chair, start, length), (next_chair, next_start, _) in pairwise(visits):
        assert chair != next_chair or start + length <= next_start
    for _, start, length in visits:
        local = start.astimezone(ZoneInfo(PACIFIC))
        assert 8 <= local.hour < 17
        assert local.hour != 12
        assert (local + length).hour <= 17
        assert local.weekday() < 5


def test_treatments_done_belong_to_a_visit_that_was_kept_that_day(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT p.procedure_date, p.date_planned, p.date_completed, p.patient_id, a.patient_id AS"
        " visitor, a.status, a.starts_at FROM procedure p LEFT JOIN appointment a"
        " USING (appointment_id) WHERE p.status = 'complete'"
    ).fetchall()
    assert len(rows) > 2000
    for row in rows:
        assert (row["status"], row["visitor"]) == ("complete", row["patient_id"])
        start = moment(row["starts_at"]).astimezone(ZoneInfo(PACIFIC))
        assert start.date().isoformat() == row["procedure_date"] == row["date_completed"]
        assert row["date_planned"] <= row["procedure_date"] < TODAY


def test_there_is_treatment_that_was_planned_and_never_finished(db: sqlite3.Connection) -> None:
    """Q6: it is on a plan, and a saved plan keeps copies that add up."""
    unfinished = db.execute(
        "SELECT count(*) FROM procedure WHERE status = 'treatment_planned'"
        " AND appointment_id IS NULL AND procedure_date < date(?, '-1 year')",
        (TODAY,),
    ).fetchone()[0]
    assert unfinished > 0
    plans = {
        r[0]: r[1] for r in db.execute("SELECT status, count(*) FROM treatment_plan GROUP BY 1")
    }
    assert plans["saved"] > 0
    assert plans["active"] > 0
    saved = db.execute(
        "SELECT i.fee, i.patient_amount, i.primary_estimate, i.code, c.code AS own, p.fee AS now"
        " FROM treatment_plan_item i JOIN treatment_plan t USING (treatment_plan_id)"
        " JOIN procedure p USING (procedure_id) JOIN procedure_code c USING (procedure_code_id)"
        " WHERE t.status = 'saved' AND p.patient_id = t.patient_id"
    ).fetchall()
    assert saved
    for row in saved:
        assert row["fee"] == row["now"] == row["patient_amount"] + (row["primary_estimate"] or 0)
        assert row["code"] == row["own"]


def test_what_a_treatment_needs_named_is_named_and_fits_the_age(demo: Build) -> None:
    rows = demo(1400).execute(
        "SELECT c.treatment_area, p.tooth_number, p.surface, p.tooth_range, p.procedure_date,"
        " t.birthdate FROM procedure p JOIN procedure_code c USING (procedure_code_id)"
        " JOIN patient t USING (patient_id)"
    )
    seen = set()
    for area, tooth, surface, tooth_range, day, born in rows:
        seen.add(area)
        assert (tooth is not None) == (area in ("tooth", "surface")), area
        assert (surface is not None) == (area in ("surface", "quadrant", "arch")), area
        assert (tooth_range is not None) == (area == "tooth_range"), area
        assert born < day
        if tooth is not None and not tooth.isdecimal():
            age = (date.fromisoformat(day) - date.fromisoformat(born)).days / 365.25
            assert len(tooth) == 1
            assert "A" <= tooth <= "T"
            assert age < 14, "milk teeth are gone by then"
        elif tooth is not None:
            assert 1 <= int(tooth) <= 32
    assert seen >= {"none", "mouth", "tooth", "surface", "quadrant", "arch", "tooth_range"}


def test_a_recall_names_the_visit_that_is_scheduled(db: sqlite3.Connection) -> None:
    """Q3: regular visits that are due are either on the schedule or to be reminded of."""
    recalls = db.execute("SELECT * FROM recall").fetchall()
    scheduled = [r for r in recalls if r["date_scheduled"]]
    assert 0 < len(scheduled) < len(recalls)
    zone = ZoneInfo(PACIFIC)
    for recall in scheduled:
        starts = db.execute(
            "SELECT starts_at FROM appointment WHERE patient_id = ? AND status = 'scheduled'",
            (recall["patient_id"],),
        )
        days = {moment(row[0]).astimezone(zone).date().isoformat() for row in starts}
        assert recall["date_scheduled"] in days
    assert min(r["date_due"] for r in recalls) < TODAY < max(r["date_due"] for r in recalls)


def test_nothing_was_entered_in_the_future(db: sqlite3.Connection) -> None:
    """Whatever the hour: today has only begun."""
    today = instant(start_of_day(START.date(), PACIFIC))
    for table in TABLES:
        if {"created_at", "created_by"} <= {column.name for column in table.columns}:
            newest = db.execute(f'SELECT max(created_at) FROM "{table.name}"').fetchone()[0]
            assert newest is None or newest < today, table.name
    for name, day in (("payment", "payment_date"), ("statement", "date_sent")):
        newest = db.execute(f"SELECT max({day}) FROM {name}").fetchone()[0]
        assert "2026-11-01" < newest < TODAY
