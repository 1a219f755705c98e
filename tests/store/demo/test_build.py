"""The demo practice as a whole: size, wholeness, the same again, and its sign-ins."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import audit
from store.access import level_of
from store.errors import BadInput
from store.imports.demo.build import build_demo
from store.imports.demo.people import DEMO_USERS
from store.practice import Practice, create_practice
from store.rights import Level, Right
from store.schema.tables import exported_tables
from store.use_cases.signing_in import practice_card, sign_in
from tests.clocks import START, FixedClock
from tests.store.demo.conftest import PGID, Build, build_under

LEDGER = ("claim_proc", "payment", "pay_split", "adjustment")


def count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that an archive would hold of a practice."""
    db = sqlite3.connect(path)
    try:
        return {
            table.name: db.execute(
                f"SELECT {', '.join(c.name for c in table.exported_columns)}"
                f' FROM "{table.name}" ORDER BY {", ".join(table.key)}'
            ).fetchall()
            for table in exported_tables()
        }
    finally:
        db.close()


@pytest.mark.parametrize("patients", [1, 7, 200])
def test_every_size_is_whole(demo: Build, patients: int) -> None:
    """As many patients as asked for; every reference, type and CHECK constraint holds."""
    db = demo(patients)
    assert count(db, "patient") == patients
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_the_check_for_wholeness_sees_what_the_build_does_not_check(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    """The build leaves CHECK constraints to the test above: so that test must be able to fail."""
    path = db.execute("PRAGMA database_list").fetchone()["file"]
    shutil.copy(path, tmp_path / "broken.db")
    broken = sqlite3.connect(tmp_path / "broken.db")
    broken.execute("PRAGMA ignore_check_constraints = ON")
    broken.execute("UPDATE procedure SET procedure_date = '2026-13-40' WHERE procedure_id = 3")
    broken.execute("PRAGMA ignore_check_constraints = OFF")
    assert "procedure" in broken.execute("PRAGMA integrity_check").fetchone()[0]
    broken.close()


def test_the_same_seed_and_day_give_the_same_practice(tmp_path: Path) -> None:
    """Everything an archive would hold is the same; another seed or day gives another practice."""
    first = contents(build_under(tmp_path / "1", 40))
    assert contents(build_under(tmp_path / "2", 40)) == first
    assert sum(len(rows) for rows in first.values()) > 1000
    other_seed = contents(build_under(tmp_path / "3", 40, seed=8))
    assert other_seed["appointment"] != first["appointment"]
    later = contents(build_under(tmp_path / "4", 40, now=START + timedelta(days=400)))
    assert max(row[3] or "" for row in later["appointment"]) > max(
        row[3] or "" for row in first["appointment"]
    )


def test_it_grows_with_the_number_of_patients(demo: Build) -> None:
    """About 12 appointments, 30 procedures and 40 rows of the ledger for each patient."""
    for patients, slack in ((200, 0.4), (1400, 0.2)):
        db = demo(patients)
        for tables, wanted in ((("appointment",), 12), (("procedure",), 30), (LEDGER, 40)):
            found = sum(count(db, table) for table in tables) / patients
            assert found == pytest.approx(wanted, rel=slack), (patients, tables)
    assert count(demo(1400), "provider") > count(demo(200), "provider")


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    create_practice(
        tmp_path,
        PGID,
        "Maple Grove Dental",
        FixedClock(),
        fill=lambda store: build_demo(
            store, patients=400, seed=1, progress=lambda *step: seen.append(step)
        ),
    ).close()
    done = [step[1] for step in seen]
    assert done == sorted(done)
    assert len(done) > 1
    assert seen[-1] == ("patients", 400, 400)


@pytest.mark.parametrize("patients", [0, -1, 1_000_001])
def test_a_size_that_cannot_be_is_refused_and_leaves_nothing(tmp_path: Path, patients: int) -> None:
    with pytest.raises(BadInput, match="1 to 1,000,000"):
        build_under(tmp_path, patients)
    assert list(tmp_path.iterdir()) == []


def test_the_demo_users_sign_in_and_hold_what_their_groups_grant(tmp_path: Path) -> None:
    """D4: of the two who may see downloads, only Dana and the administrator may schedule them."""
    build_under(tmp_path, 1)
    levels = {}
    with Practice.open(tmp_path, PGID, FixedClock()) as practice:
        card = practice.call(practice_card)
        assert [s.user_name for s in card.demo_sign_ins] == [u.user_name for u in DEMO_USERS]
        for shown in card.demo_sign_ins:
            actor = practice.call(
                sign_in,
                pgid=PGID,
                user_name=shown.user_name,
                password=shown.password,
                terminal="test",
                source="kiosk",
            )
            assert actor.user_id is not None
            levels[shown.user_name] = practice.call(level_of, actor.user_id, Right.DATA_DOWNLOAD)
        assert practice.call(audit.verify) == 1 + len(DEMO_USERS)
    none = Level.NONE
    assert levels == {"kim": Level.FULL, "dana": Level.FULL, "sam": none, "ana": none}


def test_text_messages_can_be_sent_from_the_start(db: sqlite3.Connection) -> None:
    """D6: the spool carrier is registered, so that the second factor works offline."""
    rows = db.execute("SELECT state, sender FROM communication_registration").fetchall()
    assert [tuple(row) for row in rows] == [("registered", "spool")]
