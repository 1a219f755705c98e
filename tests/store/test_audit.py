"""The audit trail: only added to, and any alteration or gap shows (S9)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from store import audit
from store.access import Actor
from store.audit import TrailBroken
from store.database import Store
from store.errors import Conflict
from store.practice import Practice
from store.schema.tables import table_named
from tests.people import change_store

SignIn = Callable[[str], Actor]
ANOTHER = (
    "(seq, at, action, terminal, source, description, previous_hash, hash) VALUES"
    " (2, '2026-01-01T00:00:00Z', 'x', 'x', 'kiosk', 'x', 'x', 'x')"
)


@pytest.fixture
def trail(practice: Practice, due: int, sign_in: SignIn) -> Practice:
    """A practice with some events."""
    sign_in("ana")
    assert practice.call(audit.verify) >= 4
    return practice


def past_the_triggers(practice: Practice, *statements: str) -> None:
    """Do what somebody with the file and any SQLite tool can do."""
    db = sqlite3.connect(practice.folder.database)
    for name in ("audit_log_is_never_changed", "audit_log_is_never_shortened"):
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert db.execute(statement).rowcount != 0
    db.commit()
    db.close()


def test_s9_an_untouched_trail_is_whole(trail: Practice) -> None:
    count = trail.call(Store.value, "SELECT count(*) FROM audit_log")
    assert trail.call(audit.verify) == count


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET description = 'Nothing happened.' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 2",
        "DELETE FROM audit_log",
        f"INSERT OR REPLACE INTO audit_log {ANOTHER}",
        f"REPLACE INTO audit_log {ANOTHER}",
        "UPDATE OR REPLACE audit_log SET seq = 1 WHERE seq = 2",
        "INSERT INTO audit_log SELECT * FROM audit_log WHERE seq = 2"
        " ON CONFLICT (seq) DO UPDATE SET description = 'x'",
    ],
)
def test_attack_rewriting_the_trail_through_the_product(trail: Practice, statement: str) -> None:
    """Scenario: any statement that the product's own connection would run.

    Verified: the triggers abort it, REPLACE's silent deletion included.
    """
    with pytest.raises(Conflict):
        change_store(trail, statement)
    assert trail.call(audit.verify)


_COLUMNS = [
    column.name for column in table_named("audit_log").columns if column.name not in ("seq", "hash")
]


@pytest.mark.parametrize("column", _COLUMNS)
def test_attack_editing_any_column_with_another_sqlite_program(
    trail: Practice, column: str
) -> None:
    other = {
        "at": "'2020-01-01T00:00:00Z'",
        "user_id": "3",
        "patient_id": "1",
        "source": "'runner'",
    }.get(column, "'something else'")
    past_the_triggers(trail, f"UPDATE audit_log SET {column} = {other} WHERE seq = 3")
    with pytest.raises(TrailBroken, match="Event 3"):
        trail.call(audit.verify)


def test_attack_deleting_an_event_from_the_middle(trail: Practice) -> None:
    past_the_triggers(trail, "DELETE FROM audit_log WHERE seq = 3")
    with pytest.raises(TrailBroken, match=r"Event 3 .* missing"):
        trail.call(audit.verify)


def test_attack_deleting_the_first_event(trail: Practice) -> None:
    past_the_triggers(trail, "DELETE FROM audit_log WHERE seq = 1")
    with pytest.raises(TrailBroken, match=r"Event 1 .* missing"):
        trail.call(audit.verify)


def test_attack_cutting_off_the_end(trail: Practice) -> None:
    """What the chain itself cannot tell: its head is anchored outside the database."""
    past_the_triggers(trail, "DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)")
    with pytest.raises(TrailBroken):
        trail.call(audit.verify)


def test_attack_closing_the_gap_by_renumbering(trail: Practice) -> None:
    past_the_triggers(
        trail,
        "DELETE FROM audit_log WHERE seq = 3",
        "UPDATE audit_log SET seq = -seq WHERE seq > 3",
        "UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0",
    )
    with pytest.raises(TrailBroken, match="Event 3"):
        trail.call(audit.verify)


def test_attack_swapping_two_events(trail: Practice) -> None:
    past_the_triggers(
        trail,
        "UPDATE audit_log SET seq = -2 WHERE seq = 2",
        "UPDATE audit_log SET seq = 2 WHERE seq = 3",
        "UPDATE audit_log SET seq = 3 WHERE seq = -2",
    )
    with pytest.raises(TrailBroken, match="Event 2"):
        trail.call(audit.verify)


def test_attack_adding_an_event_without_the_secret_key(trail: Practice) -> None:
    past_the_triggers(
        trail,
        "INSERT INTO audit_log SELECT seq + 1, at, user_id, 'x', permission_code, patient_id,"
        " terminal, source, description, object, hash, hash FROM audit_log"
        " ORDER BY seq DESC LIMIT 1",
    )
    with pytest.raises(TrailBroken):
        trail.call(audit.verify)


def test_s9_every_event_tells_time_user_action_terminal_and_text(trail: Practice) -> None:
    rows = trail.call(Store.rows, "SELECT * FROM audit_log WHERE action LIKE 'download.%'")
    assert [row["action"] for row in rows] == ["download.request", "download.schedule"]
    for row in rows:
        assert row["at"] == "2026-11-20T17:00:00Z"
        assert row["terminal"] == "front desk 1"
        assert row["permission_code"] == "utilities.data_download"
        assert row["description"].endswith(".")


def test_s9_the_trail_goes_on_after_the_store_was_closed(
    trail: Practice, clock, practice_data
) -> None:
    before = trail.call(audit.verify)
    with Practice.open(practice_data, trail.pgid, clock) as again:
        again.call(_add)
    assert trail.call(audit.verify) == before + 1


def _add(store: Store) -> None:
    from store.access import unattended

    with store.transaction():
        audit.append(store, unattended("test"), "test", "One more.")


def test_attack_an_inserted_event_between_two(trail: Practice) -> None:
    """Scenario: an event of one's own is put in and all later ones are renumbered."""
    past_the_triggers(
        trail,
        "UPDATE audit_log SET seq = -seq WHERE seq >= 2",
        "UPDATE audit_log SET seq = -seq + 1 WHERE seq < 0",
        f"INSERT INTO audit_log {ANOTHER}",
    )
    with pytest.raises(TrailBroken, match="Event 2 ") as found:
        trail.call(audit.verify)
    assert found.value.seq == 2


def test_attack_null_written_as_a_word(trail: Practice) -> None:
    """Vulnerability: a hash over joined texts takes the word None for no value."""
    for value in ("'None'", "'null'", "'-'", "''"):
        with sqlite3.connect(trail.folder.database) as db:
            db.execute("PRAGMA ignore_check_constraints = ON")
            db.execute("DROP TRIGGER IF EXISTS audit_log_is_never_changed")
            db.execute(f"UPDATE audit_log SET object = {value} WHERE seq = 1")
        db.close()
        with pytest.raises(TrailBroken, match="Event 1 "):
            trail.call(audit.verify)


def test_attack_text_hidden_behind_a_nul(trail: Practice) -> None:
    """Vulnerability: what stands behind a NUL is hashed by some functions and not by others."""
    with sqlite3.connect(trail.folder.database) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("DROP TRIGGER audit_log_is_never_changed")
        db.execute("UPDATE audit_log SET description = description || char(0) || 'x' WHERE seq = 2")
    db.close()
    with pytest.raises(TrailBroken, match="Event 2 "):
        trail.call(audit.verify)


def test_attack_text_that_is_no_text(trail: Practice) -> None:
    """Scenario: bytes that are not UTF-8, so that reading the event fails instead of the check."""
    past_the_triggers(
        trail, "UPDATE audit_log SET description = CAST(x'ff41' AS TEXT) WHERE seq = 3"
    )
    with pytest.raises(TrailBroken, match="Event 3 "):
        trail.call(audit.verify)


def test_attack_taking_the_triggers_away(trail: Practice) -> None:
    """Scenario: the trail is made writable and left so."""
    past_the_triggers(trail)
    with pytest.raises(TrailBroken, match="append-only was removed"):
        trail.call(audit.verify)


def test_attack_log_injection_by_line_breaks_and_directions(practice: Practice) -> None:
    """Vulnerability: a user name or terminal with a line break adds an event of its own.

    Verified: what is kept is one line, and what cannot be seen is drawn.
    """
    evil = Actor(None, None, "x", "x", "", "desk\r\n2026-11-20 kim signed out", "kiosk")

    def add(store: Store) -> None:
        with store.transaction():
            audit.append(store, evil, "test", "Gave\nit\x1b[2J \u202eback\x00.", object_="a\tb")

    practice.call(add)
    row = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC")
    assert row is not None
    assert row["terminal"] == "desk␍␊2026-11-20 kim signed out"
    assert row["description"] == "Gave␊it␛[2J ‹U+202E›back␀."
    assert row["object"] == "a␉b"
    assert practice.call(audit.verify)


def test_the_prepared_hash_is_hmac_sha_256(practice: Practice) -> None:
    """RFC 2104: the two halves that are kept give what the standard library gives."""
    import hashlib
    import hmac

    from store.audit_check import PURPOSE, Chain

    sealer = practice.call(lambda store: store.sealer)
    for text in (b"", b"x" * 55, b"x" * 64, b"x" * 1000):
        expected = hmac.new(sealer.derived_key(PURPOSE), text, hashlib.sha256).hexdigest()
        assert Chain(sealer).hash_of(text) == expected
