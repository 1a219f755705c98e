"""The row of a patient: identity, contact, wishes, and the family's balance.

One rule: no number, address or mailbox in it belongs to anybody.
"""

from __future__ import annotations

from store.imports.demo.families import FIRST_PATIENT
from store.imports.demo.family import Account, Person
from store.imports.demo.households import ADULT
from store.imports.demo.names import email, nickname
from store.imports.demo.world import World

_COLUMNS = (
    "patient_id",
    "chart_number",
    "last_name",
    "first_name",
    "middle_name",
    "preferred_name",
    "status",
    "gender",
    "marital_status",
    "birthdate",
    "deceased_at",
    "ssn",
    "address",
    "address2",
    "city",
    "state",
    "zip",
    "home_phone",
    "work_phone",
    "wireless_phone",
    "email",
    "language",
    "preferred_confirm_method",
    "preferred_contact_method",
    "preferred_recall_method",
    "text_message_ok",
    "email_ok",
    "privacy_notice_signed",
    "guarantor_id",
    "responsible_party_id",
    "primary_provider_id",
    "secondary_provider_id",
    "office_id",
    "billing_type_id",
    "date_first_visit",
    "student_status",
    "premedicate",
    "medical_urgent_note",
    "appointment_note",
    "family_financial_note",
    "balance_0_30",
    "balance_31_60",
    "balance_61_90",
    "balance_over_90",
    "balance_total",
    "insurance_estimate",
    "estimated_balance",
    "created_at",
    "created_by",
)
_STREETS = (
    "Maple", "Lantern", "Heron", "Quarry", "Juniper", "Tidewater", "Old Mill", "Meadowlark",
    "Cobble", "Saffron", "Windmill", "Foxglove", "Copper", "Orchard Gate", "Silver Birch", "Ferry",
)  # fmt: skip
_KINDS = ("St", "Ave", "Ln", "Ct", "Way", "Rd", "Blvd")
_CITIES = (
    ("Fremont", "94536", "510"),
    ("Fremont", "94538", "510"),
    ("Alameda", "94501", "510"),
    ("Hayward", "94541", "510"),
    ("Oakland", "94601", "510"),
    ("San José", "95112", "408"),
    ("Newark", "94560", "510"),
    ("Pleasanton", "94566", "925"),
)
_CONFIRM = ("text_message", "text_message", "wireless_phone", "email", "home_phone", "none")
_REACH = ("wireless_phone", "text_message", "email", "home_phone", "mail", "see_notes", "none")
_AGREED = ("yes", "yes", "yes", "no", "unknown")
_WARNINGS = (
    "Takes a blood thinner.",
    "Allergic to penicillin!",
    "Pacemaker: no ultrasonic scaler",
    'Latex "severe"; use the [blue] box',
    "Prosthetic valve, premedicate",
)
_WISHES = ("Mornings only.", "Never on Fridays", "Late in the day, works nights", "With siblings")


class Patients:
    """Writes patient rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheet = world.rows.sheet("patient", _COLUMNS, FIRST_PATIENT)
        self._billing_types = world.definitions.numbers("billing_type")
        self._by = world.staff["ana"]

    def write(self, people: list[Person], account: Account) -> None:
        """Write the rows of a family whose account is complete."""
        address = self._address()
        for person in people:
            self._write(person, people, account, address)

    def _write(
        self,
        person: Person,
        people: list[Person],
        account: Account,
        address: tuple[str | None, ...],
    ) -> None:
        world = self._world
        is_head = person is people[0]
        self._sheet.add(
            (
                *self._identity(person, people),
                *address[:5],
                *self._contact(person, address[5]),
                *self._wishes(person),
                *self._who_treats(person, people),
                *self._notes(person, is_head),
                *(self._balances(account) if is_head else _NO_BALANCES),
                _own_balance(person, account),
                world.days.instant(person.asked, 9 * 60 + 30),
                self._by,
            )
        )

    def _identity(self, person: Person, people: list[Person]) -> tuple[object, ...]:
        world, member = self._world, person.member
        number = person.patient_id
        died = None
        if person.status == "deceased":
            died = world.days.instant(min(max(person.end, 0) + 40, world.days.today), 8 * 60)
        ssn = None
        if member.age >= ADULT and world.happens(0.6):
            # 900 to 999 was never issued, and groups to 49 are no taxpayer numbers either.
            ssn = f"9{world.between(0, 99):02}-{world.between(10, 49)}-{world.between(1, 9999):04}"
        preferred = member.preferred
        if preferred is None and world.happens(0.07):
            preferred = nickname(world.rng)
        return (
            number,
            _chart_number(number - FIRST_PATIENT),
            member.last,
            member.first,
            world.pick("ABCDEFGHJKLMNPRSTW") if world.happens(0.3) else None,
            preferred,
            person.status,
            member.gender,
            _marital_status(person, people),
            person.birthdate,
            died,
            ssn,
        )

    def _address(self) -> tuple[str | None, ...]:
        """Return two lines, city, state, postal code and the area code of telephones."""
        world = self._world
        city, zip_, area = world.pick(_CITIES)
        if world.happens(0.05):
            return None, None, None, None, None, area
        street = f"{world.between(1, 990)} {world.pick(_STREETS)} {world.pick(_KINDS)}"
        unit = f"Apt {world.between(1, 40)}" if world.happens(0.25) else None
        return street, unit, city, "CA", zip_, area

    def _contact(self, person: Person, area: str | None) -> tuple[object, ...]:
        world, age = self._world, person.member.age

        def phone(chance: float) -> str | None:
            return f"({area}) 555-01{world.between(0, 99):02}" if world.happens(chance) else None

        has_mail = age > 13 and world.happens(0.82)
        return (
            phone(0.45),
            phone(0.2) if age >= ADULT else None,
            phone(0.9) if age > 11 else None,
            email(person.member.first, person.patient_id) if has_mail else None,
            person.member.language or None,
        )

    def _wishes(self, person: Person) -> tuple[object, ...]:
        world = self._world
        return (
            world.pick(_CONFIRM),
            world.pick(_REACH),
            world.pick(_REACH),
            world.pick(_AGREED),
            int(world.happens(0.7)),
            int(world.happens(0.95) and person.status not in ("prospective", "deleted")),
        )

    def _who_treats(self, person: Person, people: list[Person]) -> tuple[object, ...]:
        world, age = self._world, person.member.age
        came = bool(person.visits)
        is_child = age < ADULT
        partner = next((p for p in people if p.member.role == "partner"), people[0])
        return (
            person.guarantor_id,
            partner.patient_id if is_child else None,
            person.dentist.provider_id,
            person.hygienist.provider_id,
            person.office_id,
            self._billing_types[0 if world.happens(0.9) else 1],
            world.days.iso[person.visits[0].day] if came else None,
            "full_time" if 5 < age < 22 else "not_student" if age > 24 else None,
        )

    def _notes(self, person: Person, is_head: bool) -> tuple[object, ...]:
        world = self._world
        return (
            int(world.happens(0.02)),
            world.pick(_WARNINGS) if world.happens(0.05) else None,
            world.pick(_WISHES) if world.happens(0.05) else None,
            "Pays at the visit only." if is_head and world.happens(0.02) else None,
        )

    def _balances(self, account: Account) -> tuple[int, ...]:
        today = self._world.days.today
        aged = account.aged(today)
        return (*aged, sum(aged), account.expected_on(today))


_NO_BALANCES = (None,) * 6


def _chart_number(position: int) -> str:
    """Return A-001 to A-999, then B-001 and on; after Z comes AA."""
    group, place = divmod(position, 999)
    letters = chr(65 + group % 26)
    while group >= 26:
        group = group // 26 - 1
        letters = chr(65 + group % 26) + letters
    return f"{letters}-{place + 1:03}"


def _own_balance(person: Person, account: Account) -> int:
    owed = sum([c.left for c in account.charges if c.patient_id == person.patient_id])
    return owed - (account.prepaid if person.patient_id == account.guarantor_id else 0)


def _marital_status(person: Person, people: list[Person]) -> str:
    if person.member.role == "child":
        return "child"
    has_partner = any(p.member.role == "partner" for p in people)
    if has_partner and person.member.role in ("head", "partner"):
        return "married"
    return "widowed" if person.member.age > 72 else "single"
