"""How quick the search for patients is, keystroke by keystroke, in a very large practice.

Run: python -m benchmarks.patient_search [PATIENTS]. A practice gets PATIENTS invented people, 1
million unless said otherwise; then prefixes of several lengths, two words and telephones are typed
through the use case, right and all, and compared with looking through the table. On a machine that
does other things as well, the processor's time tells more than the clock. The claim: at a million
patients, 99 of 100 keystrokes are answered within 5 ms; where two words are both only begun, or a
name is narrowed by an area code, half within 3 ms and 99 of 100 within 15 ms.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from random import Random

from store import patient_search
from store.access import Actor, start_session
from store.clock import SystemClock
from store.database import Store
from store.practice import Practice, create_practice
from store.use_cases import patients, setting_up

TYPED = 1_000
"""Searches of each length."""
SCANNED = 5
"""Looks through the whole table, which are slow."""
_BEGIN = (
    "ad al am ar ba be bo bra ca ce cha co cra da de do du el en fa fi fo ga ge go gra ha he ho hu"
    " is ja jo ka ke ki la le li lo ma me mi mo mu na ne ni no ol or pa pe pi po qua ra re ro ru sa"
    " se sha si so sta su ta te tho ti tra tu ul va ve vi wa we wi xi ya yo za ze"
)
_MIDDLE = "b d der f g l ld len ll m man mer n nd nt r ran rd rn s sh st t v"
_LAST_END = "a berg e ell er es ey ez i ia in is man o on or s son ton ward"
_FIRST_END = "a ah an e el en ia ie in o on y"
_COLUMNS = (
    "patient_id, last_name, first_name, preferred_name, chart_number, birthdate, status,"
    " primary_provider_id, home_phone, wireless_phone, email, city"
)
_SCAN = (
    "SELECT * FROM patient WHERE last_name LIKE ?1 OR first_name LIKE ?1 OR preferred_name LIKE ?1"
    " OR chart_number LIKE ?1 OR home_phone LIKE ?1 OR wireless_phone LIKE ?1 OR email LIKE ?1"
    " ORDER BY +last_name, first_name, patient_id LIMIT 50"
)


def _names(endings: str, rng: Random) -> tuple[list[str], list[float]]:
    """Return names and how common each is: a few very, most of them not."""
    parts = product(_BEGIN.split(), _MIDDLE.split(), endings.split())
    made = ["".join(part).capitalize() for part in parts]
    rng.shuffle(made)
    return made, [1 / (rank + 20) for rank in range(len(made))]


def _people(count: int, rng: Random) -> Iterator[tuple[object, ...]]:
    last_names, last_weights = _names(_LAST_END, rng)
    first_names, first_weights = _names(_FIRST_END, rng)
    lasts = rng.choices(last_names, last_weights, k=count)
    firsts = rng.choices(first_names, first_weights, k=count)
    for number, (last, first) in enumerate(zip(lasts, firsts, strict=True), 1):
        area = rng.choice((510, 510, 510, 408, 925, 415))
        yield (
            number,
            f"{last}-{rng.choice(last_names)}" if number % 25 == 0 else last,
            first,
            rng.choice(first_names) if number % 15 == 0 else None,
            f"A-{number}",
            f"{1930 + rng.randrange(95)}-{1 + rng.randrange(12):02}-{1 + rng.randrange(28):02}",
            "patient",
            1,
            f"({area}) 555-{rng.randrange(10_000):04}" if number % 2 else None,
            f"{area}-{200 + rng.randrange(800)}-{rng.randrange(10_000):04}",
            f"{first}.{last}{number % 100}@mail.example".lower() if number % 5 else None,
            "Fremont",
        )


def _fill(store: Store, count: int) -> None:
    store.value("PRAGMA cache_size = -65536")
    store.value("PRAGMA ignore_check_constraints = ON")
    marks = ", ".join("?" * (_COLUMNS.count(",") + 1))
    with store.transaction():
        store.insert("provider", {"provider_id": 1, "abbr": "DR", "is_secondary": 0})
        begin = time.perf_counter()
        sql = f"INSERT INTO patient ({_COLUMNS}) VALUES ({marks})"
        store.db.executemany(sql, _people(count, Random(1)))
        written = time.perf_counter()
        patient_search.refresh(store)
        print(
            f"{count:,} patients: written in {written - begin:.0f} s,"
            f" indexed in {time.perf_counter() - written:.0f} s"
        )
    store.value("PRAGMA ignore_check_constraints = OFF")
    # What the product works with; the build took more.
    store.value("PRAGMA cache_size = -2000")
    store.scrub_log()


def _signed_in(store: Store) -> Actor:
    with store.transaction():
        row = store.one("SELECT * FROM user WHERE user_id = 1")
        assert row is not None
        actor = Actor(1, None, row["user_name"], row["full_name"], "", "bench", "command_line")
        return start_session(store, actor)


def _sample(store: Store, rng: Random, people: int) -> list[sqlite3.Row]:
    return [
        row
        for _ in range(TYPED)
        if (
            row := store.one(
                "SELECT * FROM patient WHERE patient_id = ?", (1 + rng.randrange(people),)
            )
        )
    ]


def _typed(rows: list[sqlite3.Row]) -> dict[str, list[str]]:
    """Return what somebody types on the way to each of the patients."""
    return {
        "nothing": [""] * len(rows),
        "1 letter": [row["last_name"][:1] for row in rows],
        "2 letters": [row["last_name"][:2] for row in rows],
        "3 letters": [row["first_name"][:3] for row in rows],
        "5 letters": [row["last_name"][:5] for row in rows],
        "two letters, two words": [f"{r['last_name'][:1]} {r['first_name'][:1]}" for r in rows],
        "two words of 2": [f"{r['first_name'][:2]} {r['last_name'][:2]}" for r in rows],
        "two words of 3": [f"{r['first_name'][:3]} {r['last_name'][:3]}" for r in rows],
        "two whole words": [f"{r['first_name']} {r['last_name']}" for r in rows],
        "phone, 3 digits": [row["wireless_phone"][:3] for row in rows],
        "phone, 6 digits": [row["wireless_phone"][:7] for row in rows],
        "phone, whole": [row["wireless_phone"] for row in rows],
        "phone, last four": [row["wireless_phone"][-4:] for row in rows],
        "name and area code": [f"{r['last_name'][:3]} {r['wireless_phone'][:3]}" for r in rows],
        "date of birth": [row["birthdate"] for row in rows],
        "nobody": [f"{row['last_name'][:2]} qqq" for row in rows],
    }


def _spent(
    store: Store, run: Callable[[Store, str], object], typed: list[str]
) -> tuple[list[float], list[float]]:
    """Return milliseconds on the clock and of the processor, each in order."""
    spent, worked = [], []
    for words in typed:
        begin, cpu = time.perf_counter(), time.thread_time()
        run(store, words)
        spent.append((time.perf_counter() - begin) * 1000)
        worked.append((time.thread_time() - cpu) * 1000)
    return sorted(spent), sorted(worked)


def _report(practice: Practice, actor: Actor, people: int) -> None:
    def scan(store: Store, words: str) -> object:
        return store.rows(_SCAN, (f"%{words}%",))

    def find(store: Store, words: str) -> object:
        return patients.find(store, actor, words)

    rows = practice.call(_sample, Random(2), people)
    asked = [row["last_name"][:4] for row in rows[:SCANNED]]
    scanning = statistics.median(practice.call(_spent, scan, asked)[0])
    print(f"looking through the table, median of {SCANNED}: {scanning:,.0f} ms")
    print(
        f"{'ms':<24}{'p50':>8}{'p99':>8}{'longest':>9}{'p99 of processor':>18}{'times quicker':>15}"
    )
    for name, typed in _typed(rows).items():
        spent, worked = practice.call(_spent, find, typed)
        p50, p99, p99_worked = (
            times[len(times) * part // 100]
            for times, part in ((spent, 50), (spent, 99), (worked, 99))
        )
        print(
            f"{name:<24}{p50:8.2f}{p99:8.2f}{spent[-1]:9.2f}{p99_worked:18.2f}"
            f"{scanning / p50:15,.0f}"
        )


def main(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder:

        def fill(store: Store) -> None:
            setting_up.add_owner(
                store,
                user_name="kim",
                full_name="Kim Adler",
                password="a long password for a benchmark",
                cell_phone="+15105550101",
            )

        data = Path(folder) / "data"
        with create_practice(data, 1000, "Maple Grove", SystemClock(), fill=fill) as practice:
            practice.call(_fill, people)
            size = practice.call(
                Store.value,
                "SELECT sum(pgsize) FROM dbstat WHERE name IN ('patient_search', 'patient_terms')",
            )
            print(f"the index takes {size / people:,.0f} bytes a patient")
            actor = practice.call(_signed_in)
            _report(practice, actor, people)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2] or ("1000000",)))
