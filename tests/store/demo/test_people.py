"""Invented people: believable families, hard names, and nothing that belongs to anybody."""

from __future__ import annotations

import re
import sqlite3
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from store.imports.demo.names import LONG_NAME, email
from store.imports.demo.notes import HARD
from store.imports.demo.people import DEMO_USERS
from store.imports.demo.treatments import TREATMENTS
from store.password_policy import NIST, check_allowed
from store.passwords import archive_obstacle
from store.schema.tables import TABLES
from tests.store.demo.conftest import TODAY, Build

ADULT_BORN_BEFORE = str(int(TODAY[:4]) - 18) + TODAY[4:]
FICTITIOUS = re.compile(r"\([2-9]\d\d\) 555-01\d\d")
CDT_CODE = re.compile(r"\bD\d{4}\b", re.IGNORECASE)


def all_texts(db: sqlite3.Connection) -> list[str]:
    texts = []
    for table in TABLES:
        for column in table.columns:
            if column.kind == "text" and not column.secret:
                rows = db.execute(
                    f'SELECT DISTINCT "{column.name}" FROM "{table.name}"'
                    f' WHERE "{column.name}" IS NOT NULL'
                )
                texts += [row[0] for row in rows]
    return texts


def test_families_are_believable(demo: Build) -> None:
    db = demo(1400)
    patients, families, children, active = db.execute(
        "SELECT count(*), count(DISTINCT guarantor_id), sum(birthdate > ?),"
        " sum(status = 'patient') FROM patient",
        (ADULT_BORN_BEFORE,),
    ).fetchone()
    assert 0.15 < children / patients < 0.40
    assert 1.5 < patients / families < 3
    assert 0.70 < active / patients < 0.92
    statuses = {row[0] for row in db.execute("SELECT DISTINCT status FROM patient")}
    assert statuses >= {"patient", "inactive", "non_patient", "prospective", "deceased"}


def test_every_family_has_one_adult_who_pays(demo: Build) -> None:
    for patients in (1, 7, 1400):
        wrong = demo(patients).execute(
            "SELECT p.patient_id FROM patient p JOIN patient g ON g.patient_id = p.guarantor_id"
            " WHERE g.guarantor_id <> g.patient_id OR g.birthdate > ?"
            " UNION ALL SELECT patient_id FROM patient WHERE guarantor_id IS NULL",
            (ADULT_BORN_BEFORE,),
        )
        assert wrong.fetchall() == []


def test_every_child_has_a_guardian_of_age_in_the_family(demo: Build) -> None:
    db = demo(1400)
    children = db.execute(
        "SELECT p.patient_id, (SELECT count(*) FROM guardian g JOIN patient a"
        "  ON a.patient_id = g.guardian_id WHERE g.child_id = p.patient_id AND g.is_guardian"
        "  AND a.birthdate <= :adult AND a.guarantor_id = p.guarantor_id) AS guardians"
        " FROM patient p WHERE p.birthdate > :adult",
        {"adult": ADULT_BORN_BEFORE},
    ).fetchall()
    assert len(children) > 100
    assert min(row["guardians"] for row in children) >= 1


def test_names_that_are_hard_to_draw_are_there_from_the_first_page(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "SELECT last_name, first_name, preferred_name FROM patient ORDER BY patient_id LIMIT 20"
    ).fetchall()
    names = {name for row in rows for name in row if name}
    assert {"O'Brien", "Jane [/x]", LONG_NAME, "=1+1"} <= names
    assert sum(c.isalpha() for c in LONG_NAME) == 60
    letters = "".join(names)
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters if c.isalpha()}
    assert scripts >= {"LATIN", "ARABIC", "HEBREW", "CYRILLIC", "GREEK", "CJK", "DEVANAGARI"}
    assert "🦷" in letters
    # Beyond the Basic Multilingual Plane, and letters with two marks.
    assert any(ord(c) > 0xFFFF and c.isalpha() for c in letters)
    assert "ễ" in letters


def test_every_hard_text_stands_in_a_note_of_a_small_practice(db: sqlite3.Connection) -> None:
    """Quotes, tabs, line breaks, CR, other scripts, emoji, markup, formulas."""
    notes = {row[0] for row in db.execute("SELECT note FROM proc_note")}
    assert set(HARD) <= notes
    together = "".join(HARD)
    for hard in ('"', "\t", "\n", "\r\n", "\ro", "[/x]", "[@click=", "😀", "\x1b", "\ufeff"):
        assert hard in together, hard
    assert {text[0] for text in HARD} >= set("=+-@'")


def test_no_published_treatment_code_is_used(db: sqlite3.Connection) -> None:
    """The practice has codes of its own; nothing anywhere looks like a CDT code."""
    assert CDT_CODE.search("as d0120 would")
    assert [text for text in all_texts(db) if CDT_CODE.search(text)] == []
    assert len({t.code for t in TREATMENTS}) == len(TREATMENTS) >= 40


def test_numbers_and_addresses_reach_nobody(demo: Build) -> None:
    """Telephones 555-01xx, mail to reserved domains, social security numbers never issued."""
    db = demo(1400)
    phones = [
        row[0]
        for column in ("home_phone", "work_phone", "wireless_phone")
        for row in db.execute(f"SELECT {column} FROM patient WHERE {column} IS NOT NULL")
    ]
    phones += [row[0] for row in db.execute("SELECT phone FROM office")]
    phones += [row[0] for row in db.execute("SELECT phone FROM carrier")]
    assert len(phones) > 1000
    assert [p for p in phones if not FICTITIOUS.fullmatch(p)] == []
    for user in DEMO_USERS:
        assert re.fullmatch(r"\+1[2-9]\d\d55501\d\d", user.cell_phone)
    mail = [row[0] for row in db.execute("SELECT email FROM patient WHERE email IS NOT NULL")]
    assert [m for m in mail if not re.fullmatch(r"[a-z]+\.\d+@example\.(org|net|com)", m)] == []
    assert len(set(mail)) == len(mail) > 500
    ssns = [row[0] for row in db.execute("SELECT ssn FROM patient WHERE ssn IS NOT NULL")]
    # Groups from 50 up are used in taxpayer numbers that begin with 9.
    assert [s for s in ssns if not re.fullmatch(r"9\d\d-[1-4]\d-\d{4}", s)] == []
    assert len(ssns) > 200
    # Real provider identifiers begin with 1 or 2.
    npis = [row[0] for row in db.execute("SELECT npi FROM provider UNION SELECT npi FROM office")]
    assert {npi[0] for npi in npis} == {"9"}


def test_some_patients_lack_what_online_access_needs(demo: Build) -> None:
    """P1: the list of what is missing has something to show."""
    for column in ("email", "wireless_phone", "address"):
        missing = f"SELECT avg({column} IS NULL) FROM patient"
        assert 0.02 < demo(1400).execute(missing).fetchone()[0] < 0.5, column


def test_demo_passwords_are_three_plain_words_that_lock_an_archive() -> None:
    """S4, D14: long enough, and 7-Zip reads them on every system."""
    for user in DEMO_USERS:
        check_allowed(NIST, user.password, (user.user_name,))
        assert archive_obstacle(user.password) is None
        assert re.fullmatch(r"[a-z]{4,}-[a-z]{4,}-[a-z]{4,}", user.password)
    assert len({user.password for user in DEMO_USERS}) == len(DEMO_USERS)


@given(st.text(), st.integers(0, 10_000_000))
def test_any_name_gives_a_mailbox_of_plain_letters(name: str, number: int) -> None:
    address = email(name, number)
    assert re.fullmatch(rf"[a-z]{{2,}}\.{number}@example\.(org|net|com)", address)
