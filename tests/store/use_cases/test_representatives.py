"""Who may sign in to the portal for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from store.access import Actor
from store.errors import BadInput, Conflict, NotFound
from store.practice import Practice
from store.representatives import Basis
from store.use_cases import online_access, representatives
from store.use_cases.representatives import BASES, add_representative, end_representative
from tests.clocks import FixedClock
from tests.people import SignIn, change_store
from tests.store.portal_patients import enter_patient, trail

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def ana(sign_in: SignIn) -> Actor:
    return sign_in("ana")


@pytest.fixture
def mother(practice: Practice) -> int:
    return enter_patient(practice)


@pytest.fixture
def child(practice: Practice, mother: int) -> int:
    """Eighteen on 29 November 2026, whose guarantor is the mother."""
    return enter_patient(practice, birthdate="2008-11-29", guarantor_id=mother)


def may(practice: Practice, person: int, patient: int, on: date = TODAY) -> bool:
    return practice.call(representatives.may_act_for, person, patient, on)


def test_a_guarantor_acts_for_members_under_18_only(
    practice: Practice, mother: int, child: int
) -> None:
    """On by default until the day before the eighteenth birthday, and never the other way."""
    assert may(practice, mother, child, date(2026, 11, 28))
    assert not may(practice, mother, child, date(2026, 11, 29))
    assert not may(practice, child, mother)
    assert not may(practice, mother, mother)
    adult = enter_patient(practice, guarantor_id=mother)
    unknown = enter_patient(practice, guarantor_id=mother, birthdate=None)
    assert not may(practice, mother, adult)
    assert not may(practice, mother, unknown)


def test_born_on_29_february_is_18_on_1_march(practice: Practice, mother: int) -> None:
    leap = enter_patient(practice, birthdate="2008-02-29", guarantor_id=mother)
    assert may(practice, mother, leap, date(2026, 2, 28))
    assert not may(practice, mother, leap, date(2026, 3, 1))


def test_a_guardian_acts_if_the_guardian_may_decide(
    practice: Practice, ana: Actor, mother: int, child: int
) -> None:
    father, aunt = enter_patient(practice), enter_patient(practice)
    for person, decides in ((father, 1), (aunt, 0)):
        change_store(
            practice,
            "INSERT INTO guardian (child_id, guardian_id, is_guardian) VALUES (?, ?, ?)",
            child,
            person,
            decides,
        )
    assert may(practice, father, child)
    assert not may(practice, aunt, child)
    listed = practice.call(representatives.list_representatives, ana, child)
    assert [(one.patient_id, one.basis, one.entry_id) for one in listed] == [
        (father, "guardian", None),
        (mother, "guarantor", None),
    ]
    assert practice.call(online_access.online_access, ana, child).representatives == 2
    change_store(practice, "UPDATE patient SET status = 'deceased' WHERE patient_id = ?", father)
    assert not may(practice, father, child)


def test_today_is_the_practices_day(
    practice: Practice, sign_in: SignIn, child: int, clock: FixedClock
) -> None:
    """At 23:30 in California on the 28th it is the 29th in UTC, and the child is still 17."""
    clock.advance(days=8, hours=14, minutes=30)
    ana = sign_in("ana")
    assert practice.call(online_access.online_access, ana, child).representatives == 1
    clock.advance(minutes=30)
    assert practice.call(online_access.online_access, ana, child).representatives == 0
    assert practice.call(representatives.list_representatives, ana, child) == ()


@pytest.mark.parametrize("basis", sorted(BASES))
def test_an_entry_counts_from_its_first_to_its_last_day(
    practice: Practice, ana: Actor, mother: int, basis: Basis
) -> None:
    """With start, end and reason; an adult's needs one for everybody."""
    adult = enter_patient(practice)
    number = practice.call(
        add_representative,
        ana,
        adult,
        mother,
        basis,
        reason="Asked for it.",
        valid_from=TODAY + DAY,
        valid_to=TODAY + 3 * DAY,
    )
    days = [may(practice, mother, adult, TODAY + n * DAY) for n in range(5)]
    assert days == [False, True, True, True, False]
    (one,) = practice.call(representatives.list_representatives, ana, adult)
    assert (one.entry_id, one.state, one.basis) == (number, "later", basis)
    assert one.reason == "Asked for it."
    assert trail(practice, adult) == ["representative.add"]


def test_overlapping_days_are_refused_and_neighbours_are_not(
    practice: Practice, ana: Actor, mother: int
) -> None:
    adult = enter_patient(practice)

    def add(first: int, last: int | None) -> int:
        return practice.call(
            add_representative,
            ana,
            adult,
            mother,
            "representative",
            reason="r",
            valid_from=TODAY + first * DAY,
            valid_to=None if last is None else TODAY + last * DAY,
        )

    add(5, 9)
    for first, last in ((0, 5), (9, None), (0, None), (6, 7)):
        with pytest.raises(Conflict, match="already"):
            add(first, last)
    add(0, 4)
    add(10, None)


def test_what_cannot_be_is_refused(practice: Practice, ana: Actor, mother: int) -> None:
    adult = enter_patient(practice)
    dead = enter_patient(practice, status="deceased")

    def add(person: int, **other: object) -> None:
        asked = {"basis": "guardian", "reason": "r", **other}
        basis = asked.pop("basis")
        practice.call(add_representative, ana, adult, person, basis, **asked)  # type: ignore[arg-type]

    with pytest.raises(BadInput, match="themself"):
        add(adult)
    with pytest.raises(BadInput, match="reason"):
        add(mother, reason=" ")
    with pytest.raises(BadInput, match="before the first"):
        add(mother, valid_from=TODAY + DAY, valid_to=TODAY)
    with pytest.raises(BadInput, match="ground"):
        add(mother, basis="friend")
    with pytest.raises(Conflict, match="deceased"):
        add(dead)
    with pytest.raises(NotFound):
        add(999_999)
    with pytest.raises(NotFound, match="may not act"):
        practice.call(end_representative, ana, adult, mother, reason="r")


def test_ending_counts_at_once_for_entries_and_for_the_rule_for_minors(
    practice: Practice, ana: Actor, mother: int, child: int
) -> None:
    """A guarantor whom the office bars stays barred, and can be let in again by an entry."""
    practice.call(end_representative, ana, child, mother, reason="Court order.")
    assert not may(practice, mother, child)
    (one,) = practice.call(representatives.list_representatives, ana, child)
    assert (one.state, one.reason, one.basis) == ("ended", "Court order.", "guarantor")
    practice.call(add_representative, ana, child, mother, "guarantor", reason="Order lifted.")
    assert may(practice, mother, child)
    practice.call(
        end_representative, ana, child, mother, reason="Of age.", last_day=TODAY + 8 * DAY
    )
    assert may(practice, mother, child, TODAY + 8 * DAY)
    assert not may(practice, mother, child, TODAY + 9 * DAY)
    practice.call(end_representative, ana, child, mother, reason="Now.")
    assert not may(practice, mother, child)
    assert trail(practice, child) == [
        "representative.end",
        "representative.add",
        "representative.end",
        "representative.end",
    ]
