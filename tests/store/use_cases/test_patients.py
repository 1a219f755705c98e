"""Finding and opening patients: what each right shows, and what stands on the card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from store.access import Actor
from store.database import Store
from store.errors import NotFound
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import patients
from store.use_cases.patients import RecallLine
from tests import people
from tests.people import change_store
from tests.store.portal_patients import enter_patient, trail

SignIn = Callable[[str], Actor]


def grant(practice: Practice, group: str, right: Right, level: Level) -> None:
    """Set what a group grants."""

    def run(store: Store) -> None:
        with store.transaction():
            people.grant(store, group, right, level)

    practice.call(run)


def insert(practice: Practice, table: str, **values: object) -> int:
    """Enter a row past the use cases."""

    def run(store: Store) -> int:
        with store.transaction():
            return store.insert(table, values)

    return practice.call(run)


@pytest.fixture
def household(practice: Practice) -> dict[str, int]:
    """A mother who pays, her son, and somebody entered by mistake."""
    mother = enter_patient(practice, chart_number="A-7", ssn="912-34-5678", gender="female")
    change_store(practice, "UPDATE patient SET guarantor_id = patient_id")
    son = enter_patient(
        practice,
        first_name="Minh",
        preferred_name="Max",
        birthdate="2012-11-21",
        guarantor_id=mother,
        ssn="9123",
    )
    mistake = enter_patient(practice, guarantor_id=mother, status="deleted")
    insert(practice, "guardian", child_id=son, guardian_id=mother, relationship="mother")
    return {"mother": mother, "son": son, "mistake": mistake}


def test_the_card_tells_who_it_is_and_whose_family(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    card = practice.call(patients.card, sign_in("kim"), household["son"])
    assert (card.name, card.birthdate) == ("Minh “Max” Nguyễn", date(2012, 11, 21))
    assert card.age == 13, "fourteen tomorrow"
    assert card.guarantor is not None
    assert (card.guarantor.patient_id, card.guarantor.relation) == (household["mother"], "mother")
    assert card.family == (card.guarantor,)
    assert card.online_access == "none"
    of_mother = practice.call(patients.card, sign_in("kim"), household["mother"])
    assert [(m.name, m.relation) for m in of_mother.family] == [("Minh “Max” Nguyễn", "")]
    assert of_mother.guarantor is not None
    assert of_mother.guarantor.relation == "self"


def test_nobody_has_an_age_before_they_were_born(practice: Practice, sign_in: SignIn) -> None:
    number = enter_patient(practice, birthdate="9999-12-31")
    assert practice.call(patients.card, sign_in("kim"), number).age is None


def test_the_card_tells_what_comes_next(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    number = household["mother"]
    hygienist = insert(
        practice, "provider", abbr="HYG", first_name="Ida", last_name="Moe", suffix="RDH"
    )
    visit = {"patient_id": number, "hygienist_id": hygienist, "is_hygiene": 1}
    for status, starts_at in (
        ("scheduled", "2026-11-20T16:59:59Z"),
        ("broken", "2026-11-21T17:00:00Z"),
        ("scheduled", "2027-01-05T17:00:00Z"),
        ("scheduled", "2026-12-01T18:30:00Z"),
    ):
        insert(practice, "appointment", status=status, starts_at=starts_at, **visit)
    kind = insert(practice, "recall_type", description="Cleaning")
    recall = {"patient_id": number, "recall_type_id": kind}
    insert(practice, "recall", date_due="2026-12-24", **recall)
    insert(practice, "recall", date_due="2026-12-01", date_scheduled="2026-12-01", **recall)
    insert(practice, "recall", date_due="2026-12-02", is_disabled=1, **recall)
    card = practice.call(patients.card, sign_in("kim"), number)
    assert card.next_visit == datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
    assert card.next_visit_with == "Ida Moe, RDH"
    assert card.recalls == (RecallLine("Cleaning", date(2026, 12, 24)),)


def test_the_balance_is_that_of_the_households_last_statement_and_takes_the_ledger(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    kim, mother = sign_in("kim"), household["mother"]
    assert practice.call(patients.card, kim, mother).balance_cents is None
    sent = {"patient_id": mother, "mode": "mail"}
    insert(practice, "statement", date_sent="2026-10-01", balance_total=12_050, **sent)
    insert(practice, "statement", date_sent="2026-09-01", balance_total=90_000, **sent)
    insert(practice, "statement", date_sent="2026-11-01", balance_total=100, is_receipt=1, **sent)
    for number in (mother, household["son"]):
        card = practice.call(patients.card, kim, number)
        assert (card.balance_cents, card.balance_on) == (12_050, date(2026, 10, 1))
    card = practice.call(patients.card, sign_in("ana"), mother)
    assert (card.balance_cents, card.balance_on) == (None, None)


def test_s8_the_number_is_masked_and_each_look_is_in_the_trail(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    kim, mother, son = sign_in("kim"), household["mother"], household["son"]
    assert practice.call(patients.card, kim, mother).ssn_masked == "***-**-5678"
    assert practice.call(patients.card, kim, son).ssn_masked == "***-**-****", "four digits only"
    assert trail(practice, mother) == []
    assert practice.call(patients.whole_ssn, kim, mother) == "912-34-5678"
    assert practice.call(patients.whole_ssn, kim, mother) == "912-34-5678"
    assert trail(practice, mother) == ["patient.ssn", "patient.ssn"]
    told = practice.call(Store.rows, "SELECT description FROM audit_log")
    assert not [row for row in told if "5678" in row["description"]]


def test_contact_details_take_a_right_of_their_own(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    ana = sign_in("ana")
    card = practice.call(patients.card, ana, household["mother"])
    assert card.contact is not None
    assert card.contact.email == "hoa@example.org"
    assert practice.call(patients.find, ana, "0142").rows[0].phone == "(510) 555-0142"
    grant(practice, "Front Desk", Right.CONTACT, Level.NONE)
    assert practice.call(patients.card, ana, household["mother"]).contact is None
    assert practice.call(patients.find, ana, "0142").rows == ()
    assert practice.call(patients.find, ana, "hoa").rows[0].phone == ""


def test_two_people_of_one_name_and_birth_date_are_told_apart(
    practice: Practice, sign_in: SignIn
) -> None:
    one = enter_patient(practice, chart_number="A-1")
    other = enter_patient(practice, chart_number="A-2")
    rows = practice.call(patients.find, sign_in("kim"), "nguyen hoa 3/14/1984").rows
    assert [(row.patient_id, row.chart_number) for row in rows] == [(one, "A-1"), (other, "A-2")]
    assert {row.birthdate for row in rows} == {date(1984, 3, 14)}


def test_a_patient_found_shows_whether_there_is_online_access(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    """P2, P3: which of the two is on offer."""
    kim, number = sign_in("kim"), household["son"]
    shown = []
    credential = insert(practice, "portal_credential", patient_id=number, user_name="Minh1")
    for removed_at in (None, "2026-11-20T17:00:00Z"):
        change_store(
            practice,
            "UPDATE portal_credential SET removed_at = ? WHERE portal_credential_id = ?",
            removed_at,
            credential,
        )
        shown.append(practice.call(patients.find, kim, "minh").rows[0].online_access)
        assert practice.call(patients.card, kim, number).online_access == shown[-1]
    assert shown == ["given", "removed"]
    assert practice.call(patients.find, kim, "hoa").rows[0].online_access == "none"


def test_somebody_entered_by_mistake_is_neither_found_nor_opened(
    practice: Practice, sign_in: SignIn, household: dict[str, int]
) -> None:
    kim = sign_in("kim")
    assert len(practice.call(patients.find, kim, "").rows) == 2
    for number in (household["mistake"], 999, 2**70):
        for use_case in (patients.card, patients.whole_ssn):
            with pytest.raises(NotFound):
                practice.call(use_case, kim, number)
