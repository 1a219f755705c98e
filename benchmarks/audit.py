"""How quick the audit trail is: a whole check, and a page of a very long one.

Run: python -m benchmarks.audit [CHECKED] [LISTED]. A practice gets CHECKED genuine events, which
are checked; then LISTED in all (the further ones with made-up hashes, which listing does not read),
whose pages are read. The claims: 200,000 events a second; a page within 100 ms, a searched one
within 500 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from store.access import Actor, start_session
from store.audit_check import FIRST_HASH, HASHED, Chain
from store.audit_pages import AuditFilter
from store.clock import SystemClock, instant
from store.database import Store
from store.practice import Practice, create_practice
from store.use_cases import audit_trail, setting_up

FIRST_DAY = datetime(2021, 11, 20, 15, tzinfo=UTC)
ACTIONS = ("sign_in", "sign_out", "patient.view", "download.request", "refused", "portal.grant")
USERS, PATIENTS = 40, 50_000
COLUMNS = (*HASHED, "hash")
PLACEHOLDERS = ", ".join("?" * len(COLUMNS))


def _event(seq: int, previous: str) -> tuple[Any, ...]:
    return (
        seq,
        instant(FIRST_DAY + timedelta(seconds=30 * seq)),
        1 + seq * 7919 % USERS,
        ACTIONS[seq * 31 % len(ACTIONS)],
        "patient.record" if seq % 3 == 0 else None,
        1 + seq * 104_729 % PATIENTS if seq % 2 else None,
        f"front desk {seq % 9}",
        "kiosk",
        f"Looked at what belongs to request {seq}.",
        f"patient:{seq}",
        previous,
    )


def _genuine(store: Store, count: int) -> Iterator[tuple[Any, ...]]:
    chain, previous = Chain(store.sealer), FIRST_HASH
    canonical = f"SELECT CAST(json_array({', '.join('?' * len(HASHED))}) AS BLOB)"
    for seq in range(1, count + 1):
        event = _event(seq, previous)
        previous = chain.hash_of(store.db.execute(canonical, event).fetchone()[0])
        yield (*event, previous)


def _fill(store: Store, count: int) -> None:
    store.db.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        for user in range(2, USERS + 1):
            store.insert(
                "user",
                {
                    "user_name": f"user{user}",
                    "full_name": f"User {user}",
                    "created_at": instant(FIRST_DAY),
                },
            )
        store.db.execute("DROP TRIGGER audit_log_is_never_shortened")
        store.db.execute("DELETE FROM audit_log")
        store.db.execute(
            "CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log\n"
            "    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END"
        )
        sql = f"INSERT INTO audit_log ({', '.join(COLUMNS)}) VALUES ({PLACEHOLDERS})"
        store.db.executemany(sql, _genuine(store, count))


def _lengthen(store: Store, begin: int, end: int) -> None:
    with store.transaction():
        sql = f"INSERT INTO audit_log ({', '.join(COLUMNS)}) VALUES ({PLACEHOLDERS})"
        rows = ((*_event(seq, FIRST_HASH), FIRST_HASH) for seq in range(begin, end + 1))
        store.db.executemany(sql, rows)


def _signed_in(store: Store) -> Actor:
    with store.transaction():
        row = store.one("SELECT * FROM user WHERE user_id = 1")
        assert row is not None
        actor = Actor(1, None, row["user_name"], row["full_name"], "", "bench", "command_line")
        return start_session(store, actor)


def _median_ms(run: Callable[[], object], runs: int = 9) -> float:
    spent = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent) * 1000


def _pages(practice: Practice, actor: Actor, listed: int) -> None:
    middle = FIRST_DAY.date() + timedelta(seconds=15 * listed)
    asked = {
        "newest page": (AuditFilter(), None),
        "page in the middle": (AuditFilter(), listed // 2),
        "a day in the middle": (AuditFilter(since=middle, until=middle), None),
        "one user": (AuditFilter(user_id=7), None),
        "one patient": (AuditFilter(patient_id=4730), None),
        "one action, old period": (AuditFilter(until=date(2022, 3, 1), action="refused"), None),
        "user and action": (AuditFilter(user_id=7, action="refused"), None),
        "text that is nowhere": (AuditFilter(text="nowhere to be found"), None),
    }
    for name, (wanted, before) in asked.items():
        spent = _median_ms(partial(practice.call, audit_trail.events, actor, wanted, before))
        print(f"  {name:<26}{spent:8.1f} ms")
    spent = _median_ms(lambda: practice.call(audit_trail.choices, actor))
    print(f"  {'what the filter offers':<26}{spent:8.1f} ms")


def main(checked: int, listed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()

        def fill(store: Store) -> None:
            setting_up.add_owner(
                store,
                user_name="kim",
                full_name="Kim Adler",
                password="a long password for a benchmark",
                cell_phone="+15105550101",
            )

        practice = create_practice(Path(folder) / "data", 1000, "Maple Grove", clock, fill=fill)
        with practice:
            practice.call(_fill, checked)
            heads = practice.call(audit_trail.anchor_head)
            assert heads is not None
            actor = practice.call(_signed_in)
            known = practice.call(audit_trail.heads_for_check, actor)
            begin, cpu = time.perf_counter(), time.process_time()
            report = audit_trail.check_trail(practice.folder, known)
            spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
            print(
                f"check of {report.events:,} events: {spent:.2f} s, {report.events / spent:,.0f}"
                f" events/s ({report.events / cpu:,.0f} per second of processor time)"
            )
            practice.call(_lengthen, checked + 1, listed)
            print(f"pages of 200 at {listed:,} events, medians of 9:")
            _pages(practice, actor, listed)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3] or ("1000000", "5000000")))
