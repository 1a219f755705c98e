"""Insurance companies, their plans, and what a plan pays of a fee.

One rule: a plan is rows in the store and a `Plan` here, and both tell the same shares and limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from store.database import Store
from store.imports.demo.treatments import BASIC, MAJOR, PREVENTIVE, UNINSURED, FeeSchedules

DEDUCTIBLE = 50_00
"""Cents that a patient pays first in a calendar year, preventive care apart."""

_CARRIERS = (
    ("Larkspur Dental Mutual", "Sacramento", "95814", "LDM01"),
    ("Redwood Benefit Trust", "Santa Rosa", "95401", "RBT02"),
    ("Golden Poppy Insurance", "Fresno", "93721", "GPI03"),
    ("Pier Nine Dental Plan", "San Francisco", "94105", "PND04"),
    ("Sierra Union Health", "Truckee", "96161", "SUH05"),
    ("Blue Heron Assurance", "Stockton", "95202", "BHA06"),
    ("Quail & Thistle Life", "Monterey", "93940", "QTL07"),
    ("Tidewater Families Fund", "Eureka", "95501", ""),
)
_PLACES = ("Bayview", "Alder Creek", "Stonebridge", "Mission Flats", "Juniper", "Coyote Hills")
_TRADES = ("Schools", "Bakery", "Machine Works", "Transit", "Software", "Growers", "Hospital")
_SHARES = (
    {PREVENTIVE: 100, BASIC: 80, MAJOR: 50, UNINSURED: 0},
    {PREVENTIVE: 100, BASIC: 90, MAJOR: 60, UNINSURED: 0},
    {PREVENTIVE: 80, BASIC: 70, MAJOR: 50, UNINSURED: 0},
    {PREVENTIVE: 100, BASIC: 60, MAJOR: 0, UNINSURED: 0},
)
_YEARLY_LIMITS = (1000_00, 1500_00, 2000_00)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: shares in percent by what the treatment counts as, yearly limit in cents."""

    ins_plan_id: int
    carrier_id: int
    is_network: bool
    shares: dict[str, int]
    yearly_limit: int


def add_plans(
    store: Store, rng: Random, fees: FeeSchedules, *, patients: int, created_at: str
) -> tuple[Plan, ...]:
    """Write carriers, plans and benefits. The more patients, the more employers."""
    carriers = tuple(_add_carrier(store, *carrier) for carrier in _CARRIERS)
    count = min(8 + patients // 100, 300)
    return tuple(_add_plan(store, rng, fees, n, carriers, created_at) for n in range(count))


def _add_carrier(store: Store, name: str, city: str, zip_: str, electronic_id: str) -> int:
    return store.insert(
        "carrier",
        {
            "name": name,
            "address": f"P.O. Box {len(name) * 131}",
            "city": city,
            "state": "CA",
            "zip": zip_,
            "phone": f"(800) 555-01{len(name):02}",
            "electronic_id": electronic_id or None,
            "no_electronic": int(not electronic_id),
        },
    )


def _add_plan(
    store: Store,
    rng: Random,
    fees: FeeSchedules,
    number: int,
    carriers: tuple[int, ...],
    created_at: str,
) -> Plan:
    place, trade = _PLACES[number % len(_PLACES)], _TRADES[number % len(_TRADES)]
    # The two lists have no common divisor, so a pair comes again only after all others.
    again = number // (len(_PLACES) * len(_TRADES))
    is_network = rng.random() < 0.7
    carrier_id = carriers[int(rng.random() * len(carriers))]
    ins_plan_id = store.insert(
        "ins_plan",
        {
            "carrier_id": carrier_id,
            "group_name": f"{place} {trade}" + (f", site {again + 1}" if again else ""),
            "group_number": f"G{number + 1:04}",
            "plan_type": "ppo_percentage" if is_network else "percentage",
            "fee_sched_id": fees.network_id if is_network else fees.office_id,
            "month_renew": 0,
            "created_at": created_at,
        },
    )
    plan = Plan(
        ins_plan_id,
        carrier_id,
        is_network,
        _SHARES[int(rng.random() ** 2 * len(_SHARES))],
        _YEARLY_LIMITS[int(rng.random() * len(_YEARLY_LIMITS))],
    )
    _add_benefits(store, plan, created_at)
    return plan


def _add_benefits(store: Store, plan: Plan, created_at: str) -> None:
    common = {"ins_plan_id": plan.ins_plan_id, "created_at": created_at}
    for category, percent in plan.shares.items():
        store.insert(
            "benefit",
            {
                **common,
                "benefit_type": "coinsurance" if percent else "exclusion",
                "coverage_category": category,
                "percent": percent or None,
                "time_period": "calendar_year",
                "coverage_level": "none",
            },
        )
    for kind, amount in (("deductible", DEDUCTIBLE), ("limitation", plan.yearly_limit)):
        store.insert(
            "benefit",
            {
                **common,
                "benefit_type": kind,
                "amount": amount,
                "time_period": "calendar_year",
                "coverage_level": "individual",
            },
        )
