"""The tables of people, treatment, money and messaging: what DATA_MODEL asks of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest

from store.schema import clinical, downloads, messaging, money, people, security
from store.schema.columns import CREATED_EDITED, Table, ddl
from store.schema.tables import TABLES
from store.schema.value_sets import VALUE_SETS

OURS = (*people.TABLES, *clinical.TABLES, *money.TABLES, *messaging.TABLES)
CONTRACT = {
    "practice_group",
    "office",
    "provider",
    "operatory",
    "patient",
    "guardian",
    "appointment",
    "schedule",
    "procedure_code",
    "procedure",
    "proc_note",
    "treatment_plan",
    "treatment_plan_item",
    "allergy_def",
    "allergy",
    "problem_def",
    "problem",
    "medication",
    "medication_pat",
    "rx",
    "immunization",
    "vital_sign",
    "lab_result",
    "perio_exam",
    "perio_measure",
    "medical_history_answer",
    "document",
    "ccd_document",
    "carrier",
    "ins_plan",
    "ins_sub",
    "pat_plan",
    "benefit",
    "claim",
    "claim_proc",
    "claim_payment",
    "payment",
    "pay_split",
    "adjustment",
    "pay_plan",
    "pay_plan_charge",
    "statement",
    "fee_sched",
    "fee",
    "recall_type",
    "recall",
    "stored_card",
    "online_payment",
    "portal_credential",
    "portal_invite_rule",
    "portal_invite",
    "portal_feature",
    "portal_message",
    "portal_access_log",
    "commlog",
    "portal_representative",
}
STAMPED = {
    "procedure_code",
    "procedure",
    "proc_note",
    "treatment_plan",
    "treatment_plan_item",
    "allergy",
    "problem",
    "medication_pat",
    "rx",
    "immunization",
    "vital_sign",
    "lab_result",
    "perio_exam",
    "perio_measure",
    "medical_history_answer",
    "document",
    "ccd_document",
    "patient",
    "appointment",
    "carrier",
    "ins_plan",
    "ins_sub",
    "pat_plan",
    "benefit",
    "claim",
    "claim_proc",
    "claim_payment",
    "payment",
    "pay_split",
    "adjustment",
    "pay_plan",
    "pay_plan_charge",
    "statement",
    "fee_sched",
    "fee",
    "recall",
    "stored_card",
    "online_payment",
    "commlog",
}


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """An empty database with every table, foreign keys off: one table at a time is looked at."""
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        for statement in ddl(table, VALUE_SETS):
            connection.execute(statement)
    yield connection
    connection.close()


def test_the_tables_are_those_of_the_contract() -> None:
    assert {table.name for table in OURS} == CONTRACT


@pytest.mark.parametrize("table", OURS, ids=lambda table: table.name)
def test_every_table_and_column_says_what_it_means(table: Table) -> None:
    """REQUIREMENTS D20: the meaning of every field is documented."""
    for meaning in (table.meaning, *(column.meaning for column in table.columns)):
        assert meaning.endswith("."), meaning
        assert meaning[0].isupper(), meaning


@pytest.mark.parametrize("table", OURS, ids=lambda table: table.name)
def test_names_are_written_out_and_used_once(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


def test_every_reference_leads_to_a_table_and_is_its_single_key() -> None:
    by_name = {table.name: table for table in TABLES}
    for table in OURS:
        for column in table.columns:
            if column.references is not None:
                assert len(by_name[column.references].key) == 1, f"{table.name}.{column.name}"


def test_every_value_set_is_used_and_every_code_explained() -> None:
    sets = {
        **people.VALUE_SETS,
        **clinical.VALUE_SETS,
        **money.VALUE_SETS,
        **messaging.VALUE_SETS,
    }
    assert {c.value_set for t in OURS for c in t.columns if c.value_set} == set(sets)
    for name, meanings in sets.items():
        for code, meaning in meanings.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", code), f"{name}.{code}"
            assert meaning.endswith(".")


def test_no_value_set_is_named_twice() -> None:
    modules = (people, clinical, money, messaging, security, downloads)
    names = [name for module in modules for name in module.VALUE_SETS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(STAMPED))
def test_clinical_and_financial_rows_tell_who_entered_and_changed_them(name: str) -> None:
    """DATA_MODEL conventions: created_at/by, edited_at/by."""
    table = next(table for table in OURS if table.name == name)
    assert set(CREATED_EDITED) <= set(table.columns)


def test_secrets_of_the_portal_are_never_exported() -> None:
    """P8: only the hash is kept, and an archive holds not even that."""
    exported = {f"{t.name}.{c.name}" for t in OURS for c in t.exported_columns}
    assert not {name for name in exported if re.search("hash|token|secret", name)} - {
        "document.sha256"
    }
    assert "portal_credential.user_name" in exported


def test_no_table_has_room_for_a_card_number() -> None:
    """Q11: the product holds no card number."""
    names = {f"{t.name}.{c.name}" for t in OURS for c in t.columns}
    assert not {name for name in names if re.search(r"card_number|\bpan\b|cvc|cvv", name)}


def test_money_is_whole_cents(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA ignore_check_constraints = OFF")
    with pytest.raises(sqlite3.IntegrityError, match=r"REAL value in INTEGER column"):
        db.execute("INSERT INTO payment (patient_id, amount) VALUES (1, 10.5)")


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("https://portal.example", True),
        ("HTTPS://portal.example", True),
        ("http://portal.example", False),
        ("https://", False),
        ("javascript:alert(1)//https://", False),
    ],
)
def test_the_portal_address_is_https_only(
    db: sqlite3.Connection, address: str, accepted: bool
) -> None:
    """P4: https only."""
    insert = "INSERT INTO practice_group (pgid, name, portal_url) VALUES (1, 'A', ?)"
    if accepted:
        db.execute(insert, (address,))
    else:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(insert, (address,))


def test_a_practice_without_a_time_zone_is_in_pacific_time(db: sqlite3.Connection) -> None:
    """D10: Pacific unless set."""
    db.execute("INSERT INTO practice_group (pgid, name) VALUES (1, 'A')")
    row = db.execute("SELECT time_zone FROM practice_group").fetchone()
    assert row == ("America/Los_Angeles",)


def test_portal_user_names_differ_by_more_than_case(db: sqlite3.Connection) -> None:
    """P5: unique without regard to case."""
    insert = "INSERT INTO portal_credential (patient_id, user_name) VALUES (?, ?)"
    db.execute(insert, (1, "Hoa48213"))
    with pytest.raises(sqlite3.IntegrityError, match="user_name"):
        db.execute(insert, (2, "hoa48213"))


def test_a_patient_has_online_access_once(db: sqlite3.Connection) -> None:
    """P2: access is offered only while the patient has none."""
    insert = "INSERT INTO portal_credential (patient_id, user_name) VALUES (?, ?)"
    db.execute(insert, (1, "Hoa48213"))
    with pytest.raises(sqlite3.IntegrityError, match="patient_id"):
        db.execute(insert, (1, "Hoa99999"))


@pytest.mark.parametrize("value", ["", "a\0b"])
def test_text_is_never_empty_and_holds_no_nul(db: sqlite3.Connection, value: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(
            "INSERT INTO carrier (name) VALUES (?)",
            (value,),
        )


def test_a_message_has_one_sender(db: sqlite3.Connection) -> None:
    """Q7: a message is from a provider or from a patient."""
    insert = (
        "INSERT INTO portal_message (patient_id, sent_at, state, from_provider_id, from_patient_id)"
        " VALUES (1, '2026-11-20T17:00:00Z', 'unread', ?, ?)"
    )
    db.execute(insert, (1, None))
    db.execute(insert, (None, 1))
    for senders in ((None, None), (1, 1)):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(insert, senders)
