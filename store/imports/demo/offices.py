"""Offices, providers, chairs and working hours of the demo practice.

One rule: every dentist and every hygienist has a chair of their own, so that a chair's hours are a
person's hours; their number grows with the number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from store.database import Store
from store.imports.demo.days import Days
from store.imports.demo.names import culture_of_family, family_name, first_name, form_of

PATIENTS_A_DENTIST = 1200
PATIENTS_A_HYGIENIST = 650
HOURS = (8, 9, 10, 11, 13, 14, 15, 16)
"""The hours at which a visit can begin; none is longer than one of them."""
_SCHEDULED_DAYS = 10
_SCHEDULED_CHAIRS = 12

_OFFICES = (
    ("Maple Grove", "MG", "214 Maple Grove Ave", "Fremont", "CA", "94536", "(510) 555-0100"),
    ("Harbour Point", "HP", "9 Lantern Quay", "Alameda", "CA", "94501", "(510) 555-0101"),
)


@dataclass(frozen=True, slots=True)
class Chair:
    """A chair and whose it is; `position` counts the chairs of the whole practice."""

    position: int
    operatory_id: int
    office_id: int
    provider_id: int
    is_hygiene: bool


@dataclass(frozen=True, slots=True)
class Offices:
    """The chairs, by office: those of dentists and those of hygienists."""

    office_ids: tuple[int, ...]
    chairs: tuple[Chair, ...]
    dentists: dict[int, tuple[Chair, ...]]
    hygienists: dict[int, tuple[Chair, ...]]


def add_offices(
    store: Store,
    rng: Random,
    days: Days,
    *,
    patients: int,
    specialties: dict[str, int],
    fee_sched_id: int,
) -> Offices:
    """Write offices, providers, chairs and the coming working hours."""
    office_ids = tuple(_add_office(store, *office) for office in _OFFICES)
    chairs: list[Chair] = []
    for is_hygiene, ratio in ((False, PATIENTS_A_DENTIST), (True, PATIENTS_A_HYGIENIST)):
        # As many in each office, at least one.
        count = -(-patients // (ratio * len(office_ids))) * len(office_ids)
        specialty = specialties["Hygiene" if is_hygiene else "General dentistry"]
        for number in range(count):
            provider_id = _add_provider(store, rng, number, is_hygiene, specialty, fee_sched_id)
            office_id = office_ids[number % len(office_ids)]
            chairs.append(
                _add_chair(store, len(chairs), number, office_id, provider_id, is_hygiene)
            )
    _add_schedules(store, days, chairs)
    return Offices(
        office_ids,
        tuple(chairs),
        {n: tuple(c for c in chairs if c.office_id == n and not c.is_hygiene) for n in office_ids},
        {n: tuple(c for c in chairs if c.office_id == n and c.is_hygiene) for n in office_ids},
    )


def _add_office(
    store: Store, name: str, abbr: str, address: str, city: str, state: str, zip_: str, phone: str
) -> int:
    return store.insert(
        "office",
        {
            "pgid": store.value("SELECT pgid FROM practice_group"),
            "name": name,
            "abbr": abbr,
            "address": address,
            "city": city,
            "state": state,
            "zip": zip_,
            "phone": phone,
            # Real provider identifiers begin with 1 or 2.
            "npi": f"99{phone[-2:]}000000",
        },
    )


def _add_provider(
    store: Store, rng: Random, number: int, is_hygiene: bool, specialty: int, fee_sched_id: int
) -> int:
    culture = culture_of_family(rng)
    gender = "female" if rng.random() < (0.85 if is_hygiene else 0.45) else "male"
    prefix = "HYG" if is_hygiene else "DOC"
    order = store.value("SELECT count(*) FROM provider")
    return store.insert(
        "provider",
        {
            "abbr": f"{prefix}{number + 1}",
            "last_name": form_of(family_name(rng, culture), gender),
            "first_name": first_name(rng, culture, gender),
            "suffix": "RDH" if is_hygiene else "DDS",
            "is_secondary": int(is_hygiene),
            "specialty_id": specialty,
            "npi": f"98{order:08}",
            "state_license": f"X{order + 1:05}",
            "state_licensed": "CA",
            "fee_sched_id": fee_sched_id,
            "item_order": order,
        },
    )


def _add_chair(
    store: Store, position: int, number: int, office_id: int, provider_id: int, is_hygiene: bool
) -> Chair:
    kind = "Hygiene" if is_hygiene else "Chair"
    operatory_id = store.insert(
        "operatory",
        {
            "office_id": office_id,
            "name": f"{kind} {number + 1}",
            "abbr": f"{kind[0]}{number + 1}",
            "item_order": position,
            "is_hygiene": int(is_hygiene),
            "hygienist_id" if is_hygiene else "provider_id": provider_id,
        },
    )
    return Chair(position, operatory_id, office_id, provider_id, is_hygiene)


def _add_schedules(store: Store, days: Days, chairs: list[Chair]) -> None:
    day = days.today
    for _ in range(_SCHEDULED_DAYS):
        day = days.next_open(day)
        for chair in chairs[:_SCHEDULED_CHAIRS]:
            store.insert(
                "schedule",
                {
                    "schedule_date": days.iso[day],
                    "starts_at": days.instant(day, HOURS[0] * 60),
                    "stops_at": days.instant(day, (HOURS[-1] + 1) * 60),
                    "schedule_type": "provider",
                    "provider_id": chair.provider_id,
                    "operatory_id": chair.operatory_id,
                    "office_id": chair.office_id,
                },
            )
        day += 1
    for day in range(days.today, days.today + 365):
        name = days.holiday(day)
        if name:
            store.insert(
                "schedule",
                {"schedule_date": days.iso[day], "schedule_type": "practice", "note": name},
            )
