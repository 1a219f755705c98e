"""Contact details: what may stand in them, who changed what, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from store.access import Actor
from store.database import Store
from store.practice import Practice
from store.use_cases import contact, patients
from store.use_cases.contact import BadContact, Contact, ContactChanged
from tests.people import change_store
from tests.store.portal_patients import enter_patient, trail

SignIn = Callable[[str], Actor]


@pytest.fixture
def ana(sign_in: SignIn) -> Actor:
    """Front Desk: Patient - Contact Details: Full Control."""
    return sign_in("ana")


@pytest.fixture
def hoa(practice: Practice) -> int:
    """A patient with everything that P1 asks for."""
    return enter_patient(practice)


def test_a_change_is_kept_found_at_once_and_told_without_its_values(
    practice: Practice, ana: Actor, hoa: int
) -> None:
    was = practice.call(contact.contact, ana, hoa)
    now = replace(
        was,
        last_name=" O'Brien ",
        address2="Apt 3",
        birthdate=date(1984, 3, 15),
        wireless_phone="+1 510 555 0199",
        email="",
        email_ok=True,
    )
    practice.call(contact.save_contact, ana, hoa, now)
    kept = practice.call(contact.contact, ana, hoa)
    assert kept == replace(now, last_name="O'Brien", version=kept.version)
    assert kept.version != was.version
    assert [row.patient_id for row in practice.call(patients.find, ana, "obrien").rows] == [hoa]
    assert practice.call(patients.find, ana, "nguyen").rows == ()
    event = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert event is not None
    assert (event["action"], event["patient_id"]) == ("patient.contact", hoa)
    assert event["description"] == (
        "Changed contact details: last name, date of birth, second line of the address,"
        " mobile phone, e-mail address, agreement to e-mail."
    )


def test_saving_what_is_there_already_changes_and_tells_nothing(
    practice: Practice, ana: Actor, hoa: int
) -> None:
    was = practice.call(contact.contact, ana, hoa)
    practice.call(contact.save_contact, ana, hoa, replace(was, city=f" {was.city} "))
    assert practice.call(contact.contact, ana, hoa) == was
    assert trail(practice, hoa) == []


def test_two_people_at_once_do_not_overwrite_each_other(
    practice: Practice, sign_in: SignIn, hoa: int
) -> None:
    was = practice.call(contact.contact, sign_in("ana"), hoa)
    practice.call(contact.save_contact, sign_in("kim"), hoa, replace(was, city="Newark"))
    with pytest.raises(ContactChanged):
        practice.call(contact.save_contact, sign_in("ana"), hoa, replace(was, city="Oakland"))
    assert practice.call(contact.contact, sign_in("ana"), hoa).city == "Newark"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_name", "x" * 200),
        ("last_name", "Smith\u202enhoJ"),
        ("first_name", "Ann\nMarie"),
        ("city", "\u200eFremont"),
        ("home_phone", "555-99"),
        ("work_phone", "call my sister"),
        ("wireless_phone", "(510) 555-0142 <b>"),
        ("email", "hoa.example.org"),
        ("email", "hoa@example"),
        ("email", "hoa@example.org\r\nBcc: all@example.org"),
        ("email", "Hoa <hoa@example.org>"),
        ("email", "hoa@example.org, eve@example.org"),
        ("birthdate", date(2026, 11, 21)),
        ("birthdate", date(1895, 1, 1)),
    ],
)
def test_what_cannot_be_kept_names_its_field_and_saves_nothing(
    practice: Practice, ana: Actor, hoa: int, field: str, typed: object
) -> None:
    """An e-mail address with a line break in it would add a receiver to a message."""
    was = practice.call(contact.contact, ana, hoa)
    typed_in = replace(was, state="OR", **{field: typed})  # type: ignore[arg-type]
    with pytest.raises(BadContact) as refused:
        practice.call(contact.save_contact, ana, hoa, typed_in)
    assert refused.value.field == field
    assert str(typed) not in refused.value.sentence
    assert practice.call(contact.contact, ana, hoa) == was


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_name", "🙂🙂"),
        ("last_name", "D’Àvila-Łoś"),
        ("first_name", "نور\u200cالدین"),
        ("home_phone", "510.555.0142 ext 12"),
        ("work_phone", "+44 20 7946 0958"),
        ("email", "o'brien+dental@mail.example.org"),
        ("zip", "SW1A 1AA"),
        ("birthdate", None),
        ("birthdate", date(2026, 11, 20)),
    ],
)
def test_people_are_not_told_that_their_names_are_wrong(
    practice: Practice, ana: Actor, hoa: int, field: str, typed: object
) -> None:
    was = practice.call(contact.contact, ana, hoa)
    practice.call(contact.save_contact, ana, hoa, replace(was, **{field: typed}))  # type: ignore[arg-type]
    assert getattr(practice.call(contact.contact, ana, hoa), field) == typed


def test_an_old_mistake_is_not_in_the_way_of_mending_something_else(
    practice: Practice, ana: Actor, hoa: int
) -> None:
    change_store(practice, "UPDATE patient SET email = 'none', home_phone = '?', last_name = NULL")
    was = practice.call(contact.contact, ana, hoa)
    practice.call(contact.save_contact, ana, hoa, replace(was, city="Newark"))
    assert practice.call(contact.contact, ana, hoa).email == "none"
    with pytest.raises(BadContact, match="name"):
        practice.call(contact.save_contact, ana, hoa, Contact(version=_version(practice, ana, hoa)))


def _version(practice: Practice, actor: Actor, patient_id: int) -> str:
    return practice.call(contact.contact, actor, patient_id).version
