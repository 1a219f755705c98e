"""Builds the demo practice.

One rule: the same seed, size and present day give the same practice, row for row; only hashes of
passwords and other secrets differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random

from store import audit, patient_search
from store.access import unattended
from store.clock import date_in_zone
from store.database import Store
from store.errors import BadInput
from store.imports.demo.carriers import add_plans
from store.imports.demo.claims import Claims
from store.imports.demo.contacts import Contacts, add_recall_types
from store.imports.demo.days import Days
from store.imports.demo.definitions import Definitions
from store.imports.demo.families import Families
from store.imports.demo.family import Account
from store.imports.demo.health import Health, add_health_lists
from store.imports.demo.households import Member, next_household
from store.imports.demo.notes import Notes
from store.imports.demo.offices import add_offices
from store.imports.demo.patients import Patients
from store.imports.demo.payments import Payments
from store.imports.demo.rows import Rows
from store.imports.demo.staff import add_staff, passwords_of_staff
from store.imports.demo.treatments import add_treatments
from store.imports.demo.visits import Visits
from store.imports.demo.world import World
from store.passwords import Hashed
from store.use_cases.signing_in import DEMO_SETTING

MOST_PATIENTS = 1_000_000
BATCH_ROWS = 20_000
"""Rows are written when so many wait; it bounds the memory that a build takes."""
_CACHE_KIBIBYTES = 65_536

Progress = Callable[[str, int, int], None]


def build_demo(store: Store, *, patients: int, seed: int, progress: Progress | None = None) -> None:
    """Fill a new practice with invented people; the `fill` of `store.practice.create_practice`.

    Args:
        patients: how many patients there shall be.
        seed: the same seed gives the same people.
        progress: called with the word `patients`, how many are written, and how many there will be.

    Raises:
        BadInput: a number of patients outside 1 to 1,000,000.
        StoreProblem: the practice cannot be written, such as when the disk is full.
    """
    if not 1 <= patients <= MOST_PATIENTS:
        raise BadInput(f"A demo practice has 1 to {MOST_PATIENTS:,} patients.")
    passwords = passwords_of_staff()
    with _in_bulk(store), store.transaction():
        world = _empty_practice(store, patients, seed, passwords)
        _Building(store, world).people(patients, progress)
        patient_search.refresh(store)
        store.insert("preference", {"name": DEMO_SETTING, "value": str(seed)})
        audit.append(
            store,
            unattended("set-up"),
            "practice.create",
            f"A demo practice of {patients} invented patients was made.",
        )


@contextmanager
def _in_bulk(store: Store) -> Iterator[None]:
    """Write straight into the file, without a log beside it that would grow as large.

    A build that is cut short leaves a file nobody will read: the practice is still hidden. CHECK
    constraints take half the time of writing; here the tests hold the rows to them instead.
    """
    cache = store.value("PRAGMA cache_size")
    store.value("PRAGMA journal_mode = MEMORY")
    store.value(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    store.value("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        store.value("PRAGMA ignore_check_constraints = OFF")
        store.value(f"PRAGMA cache_size = {cache}")
        store.value("PRAGMA journal_mode = WAL")


def _empty_practice(
    store: Store, patients: int, seed: int, passwords: Mapping[str, Hashed]
) -> World:
    rng = Random(seed)  # noqa: S311 - invented people need no secure chance, but the same one
    zone = store.value("SELECT time_zone FROM practice_group")
    days = Days(date_in_zone(store.clock.now(), zone), zone)
    opened = days.instant(0, 8 * 60)
    staff = add_staff(store, passwords)
    definitions = Definitions(store)
    fees = add_treatments(store, definitions.of("procedure_category"), opened)
    offices = add_offices(
        store,
        rng,
        days,
        patients=patients,
        specialties=definitions.of("specialty"),
        fee_sched_id=fees.office_id,
    )
    plans = add_plans(store, rng, fees, patients=patients, created_at=opened)
    names = {row["carrier_id"]: row["name"] for row in store.rows("SELECT * FROM carrier")}
    add_recall_types(store)
    add_health_lists(store)
    return World(
        rng, days, Rows(store), definitions, offices, fees, plans, names, staff, Notes(rng)
    )


class _Building:
    """Takes in one family after the other."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        self._families = Families(world)
        self._patients = Patients(world)
        self._visits = Visits(world)
        self._claims = Claims(world)
        self._payments = Payments(world)
        self._contacts = Contacts(world)
        self._health = Health(world)

    def people(self, patients: int, progress: Progress | None) -> None:
        """Write families until there are as many patients as asked for."""
        done, number, rows = 0, 0, self._world.rows
        while done < patients:
            members = next_household(self._world.rng, number, patients - done)
            self._family(members)
            done, number = done + len(members), number + 1
            if rows.waiting >= BATCH_ROWS or done == patients:
                rows.write()
                if progress is not None:
                    progress("patients", done, patients)
        self._claims.cheques.fill_in(self._store)

    def _family(self, members: tuple[Member, ...]) -> None:
        people = self._families.welcome(members)
        head = people[0]
        account = Account(head.patient_id, head.office_id, head.dentist.provider_id)
        for person in people:
            self._visits.live(person, account)
            for visit in person.visits:
                known = self._claims.bill(person, visit, account)
                self._payments.at_visit(person, visit, known, account)
            self._payments.missed(person, account)
        self._payments.settle(head, account)
        self._patients.write(people, account)
        for person in people:
            self._contacts.keep(person)
            self._health.record(person)
