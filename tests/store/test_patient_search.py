"""The search index: what finds whom, in pages, and that no writer can forget it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store import patient_search
from store.database import Store
from store.imports.demo.build import build_demo
from store.imports.opendental.importer import import_opendental
from store.patient_search import PatientCursor
from store.patient_terms import FIELDS, fold_name, sketch, sketch_of, terms_of
from store.patient_words import Reading, dates, readings
from store.practice import Practice, create_practice
from tests.clocks import FixedClock
from tests.people import PGID, change_store
from tests.store.imports import dumps
from tests.store.portal_patients import enter_patient

TODAY = date(2026, 11, 20)
BLANK = dict.fromkeys(("email", "wireless_phone", "birthdate", "preferred_name"))


@pytest.fixture
def searched(practice: Practice) -> Practice:
    """A practice with nobody in it."""
    return practice


def found(practice: Practice, typed: str, *, sees_contact: bool = True) -> list[int]:
    """Return the numbers of everybody found, in order, after catching up as a search does."""
    practice.call(patient_search.catch_up)
    page = practice.call(patient_search.page, typed, None, 500, sees_contact=sees_contact)
    return [row.patient_id for row in page.rows]


@pytest.mark.parametrize(
    "written", ["O'Brien", "OBrien", "O Brien", "O’Brien", "O-BRIEN", "ÓBrïen"]
)
def test_names_find_each_other_however_they_are_written(searched: Practice, written: str) -> None:
    number = enter_patient(searched, last_name=written, first_name="Máire", **BLANK)
    for typed in ("O'Brien", "OBrien", "o brien", "O’BRIEN", "o-brien", "obr", "maire o'b", "o b"):
        assert found(searched, typed) == [number], typed


@pytest.mark.parametrize(
    ("last", "first", "typed"),
    [
        ("Đặng", "Thị Hoa", "dang hoa"),
        ("Łukaszewicz", "Øyvind", "lukasz oyv"),
        ("Weiß", "İpek", "WEISS ipek"),
        ("Smith-Jones", "Ann", "jones"),
        ("van der Berg", "Jan", "vanderberg"),
        ("Vanderberg", "Jan", "van der berg"),
        ("山田", "太郎", "山田太"),
        ("山田", "太郎", "太郎"),
        ("김", "민수", "김민"),
        ("أحمد", "ليلى", "احمد"),
        ("כֹּהֵן", "דוד", "כהן"),
        ("Ｎａｋａ", "Ken", "naka"),
        ("🙂🙂", "🦷", "🙂"),
        (None, "Cher", "cher"),
        ("Null", None, "null"),
    ],
)
def test_writings_and_letters_of_all_kinds(
    searched: Practice, last: str | None, first: str | None, typed: str
) -> None:
    number = enter_patient(searched, last_name=last, first_name=first, **BLANK)
    enter_patient(searched, last_name="Zephyr", first_name="Quentin", **BLANK)
    assert found(searched, typed) == [number]


@pytest.mark.parametrize(
    "stored", ["(510) 555-0142", "510.555.0142", "+1 510 555 0142 x12", "15105550142"]
)
@pytest.mark.parametrize(
    "typed",
    [
        *("510-555", "(510) 5550", "(510) 555 - 01", "+1 510 555", "1510555", "0142", "5550142"),
        *(
            "(510) 555-0142 x12",
            "510-555-0142x12",
            "5105550142 ext 12",
            "+1 510 5550142 #7 nguyen",
        ),
    ],
)
def test_a_phone_is_found_however_it_is_written(
    searched: Practice, stored: str, typed: str
) -> None:
    number = enter_patient(searched, **BLANK | {"wireless_phone": stored})
    enter_patient(searched, **BLANK | {"wireless_phone": "(925) 777-0199"})
    assert found(searched, typed) == [number]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3/14/1980", ["1980-03-14"]),
        ("03/14/80", ["1980-03-14"]),
        ("1980-03-14", ["1980-03-14"]),
        ("3.14.1980", ["1980-03-14"]),
        ("14/3/1980", ["1980-03-14"]),
        ("3/14/15", ["2015-03-14", "1915-03-14"]),
        ("12/31/2026", []),
        ("2/30/1980", []),
        ("3/14", []),
    ],
)
def test_dates_of_birth_are_read_as_people_type_them(typed: str, meant: list[str]) -> None:
    assert [day.isoformat() for day in dates(typed, TODAY)] == meant


def test_a_date_of_birth_finds_and_narrows(searched: Practice) -> None:
    twin = {"last_name": "Silva", "birthdate": "1980-03-14", "email": None}
    one, other = (enter_patient(searched, first_name=n, **twin) for n in ("Ana", "Ana"))
    elder = enter_patient(searched, last_name="Silva", first_name="Ana", birthdate="1950-01-02")
    assert found(searched, "3/14/1980") == [one, other]
    assert found(searched, "ana 3/14/80 silva") == [one, other]
    assert found(searched, "silva 1950-01-02") == [elder]
    # As the list shows it.
    assert found(searched, "02 Jan 1950 Silva") == [elder]
    assert found(searched, "silva 14 mar 1980") == [one, other]
    assert found(searched, "41 mar 1980") == []


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@settings(max_examples=150)
@given(last=names, first=names, length=st.integers(1, 4))
@example(last="@", first="0", length=1)
def test_every_beginning_of_a_folded_name_finds_it(last: str, first: str, length: int) -> None:
    """Pure: folding is the same on both sides, and the sketch never hides a match."""
    row = dict.fromkeys(FIELDS) | {"last_name": last, "first_name": first}
    terms = terms_of(row)
    typed = fold_name(last)[:length]
    taken = readings(typed, TODAY)
    if typed:
        matches = [t for w in taken[0] for t in terms for p in w.wanted if _begins(t, p)]
        assert matches
        assert sketch(terms) & sketch_of(typed) == sketch_of(typed)
    assert fold_name(fold_name(last)) == fold_name(last)
    assert not any({"\t", "\n"} & set(term) for _, term in terms)


def _begins(term: tuple[str, str], prefix: tuple[str, str]) -> bool:
    return term[0] == prefix[0] and term[1].startswith(prefix[1])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Four hundred invented people, only read; the demo leaves its index complete."""
    data = tmp_path_factory.mktemp("town") / "data"
    with create_practice(
        data,
        PGID,
        "Maple Grove",
        FixedClock(),
        fill=lambda store: build_demo(store, patients=400, seed=5),
    ) as made:
        yield made


def test_the_demo_leaves_an_index_that_is_whole(town: Practice) -> None:
    rows = town.call(Store.rows, "SELECT * FROM patient WHERE status <> 'deleted'")
    wanted = sorted((k, t, row["patient_id"]) for row in rows for k, t in terms_of(row))
    kept = town.call(Store.rows, "SELECT kind, term, patient_id FROM patient_search")
    assert sorted(tuple(row) for row in kept) == wanted
    assert town.call(Store.value, "SELECT count(*) FROM patient_unindexed") == 0
    assert len(found(town, "")) == len(rows)


letters = st.sampled_from("aeimnorst")
word = st.one_of(
    st.text(letters, min_size=1, max_size=3),
    st.sampled_from(
        ["510", "(510)", "555", "0142", "a-0", "nguy", "van", "o", "3/14/1980", "山", "@"]
    ),
)


@settings(max_examples=50)
@given(words=st.lists(word, min_size=1, max_size=3), limit=st.integers(1, 40))
def test_pages_hold_exactly_whom_all_words_fit_and_everybody_once(
    town: Practice, words: list[str], limit: int
) -> None:
    """Against looking at every patient: no driver, no sketch and no page may change the answer."""
    typed = " ".join(words)
    taken = readings(typed, TODAY)
    rows = town.call(Store.rows, "SELECT * FROM patient WHERE status <> 'deleted'")
    wanted = {row["patient_id"] for row in rows if _fits_one(taken, terms_of(row))}
    listed: list[int] = []
    after: PatientCursor | None = None
    while True:
        page = town.call(patient_search.page, typed, after, limit, sees_contact=True)
        listed += [row.patient_id for row in page.rows]
        after = page.next
        if after is None:
            break
        assert len(page.rows) == limit
    assert len(listed) == len(set(listed))
    assert set(listed) == wanted


def _fits_one(taken: tuple[Reading, ...], terms: list[tuple[str, str]]) -> bool:
    return any(
        all(any(_begins(term, pair) for term in terms for pair in word.wanted) for word in reading)
        for reading in taken
    )


def test_people_of_one_name_stand_in_order_of_their_first_names(searched: Practice) -> None:
    numbers = {
        first: enter_patient(searched, last_name="Smith", first_name=first, **BLANK)
        for first in ("Zoe", "Adam", "Mia")
    }
    longer = enter_patient(searched, last_name="Smithers", first_name="Al", **BLANK)
    assert found(searched, "smith") == [numbers[n] for n in ("Adam", "Mia", "Zoe")] + [longer]


def test_what_any_writer_changes_is_found_by_the_next_search(searched: Practice) -> None:
    """A trigger notes it: no import and no later use case can forget the index."""
    number = enter_patient(searched, last_name="Adler", first_name="Kim", **BLANK)
    assert found(searched, "adler") == [number]
    change_store(searched, "UPDATE patient SET last_name = 'Baker' WHERE patient_id = ?", number)
    assert found(searched, "adler") == []
    assert found(searched, "baker") == [number]
    change_store(searched, "UPDATE patient SET city = 'Newark', last_name = 'Baker'")
    assert searched.call(Store.value, "SELECT count(*) FROM patient_unindexed") == 0
    change_store(searched, "UPDATE patient SET status = 'deleted'")
    assert found(searched, "baker") == found(searched, "") == []
    assert searched.call(Store.value, "SELECT count(*) FROM patient_search") == 0


def test_indexing_that_is_undone_leaves_the_index_as_it_was(searched: Practice) -> None:
    number = enter_patient(searched, last_name="Adler", first_name="Kim", **BLANK)
    assert found(searched, "adler") == [number]

    def killed(store: Store) -> None:
        with store.transaction():
            store.execute("UPDATE patient SET last_name = 'Baker'")
            patient_search.refresh(store)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searched.call(killed)
    assert found(searched, "adler") == [number]
    assert found(searched, "baker") == []


def test_a_search_never_waits_for_another_writer(searched: Practice, practice_data: Path) -> None:
    number = enter_patient(searched, last_name="Adler", first_name="Kim", **BLANK)
    other = sqlite3.connect(practice_data / str(PGID) / "practice.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        begin = time.perf_counter()
        assert found(searched, "adler") == []
        assert time.perf_counter() - begin < 5
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert found(searched, "adler") == [number]


@pytest.mark.parametrize("typed", ["", "a", "anna m", "510 a 3/14/1980"])
def test_no_search_reads_more_than_a_stretch_of_the_index(town: Practice, typed: str) -> None:
    """A plan that scans the patients, or sorts, would be quick here and slow in a large one."""
    asked: list[str] = []

    def run(store: Store) -> list[str]:
        store.db.set_trace_callback(asked.append)
        page = patient_search.page(store, typed, None, 20, sees_contact=True)
        patient_search.page(store, typed, page.next, 20, sees_contact=True)
        store.db.set_trace_callback(None)
        plans = [store.rows(f"EXPLAIN QUERY PLAN {sql}") for sql in asked if "patient" in sql]
        return [row["detail"] for plan in plans for row in plan]

    details = town.call(run)
    assert details
    for detail in details:
        assert "TEMP B-TREE" not in detail
        assert "SCAN" not in detail or detail.startswith("SCAN (subquery"), detail


@pytest.mark.parametrize(
    "typed",
    ["%", "_", "*", "'", '"', "a%", "%' OR 1=1 --", "x" * 10_000, "a " * 5_000, "\ud800", "\0", "‮"],
)
def test_attack_a_query_is_never_read_as_sql_or_pattern(searched: Practice, typed: str) -> None:
    """A search box takes whatever is pasted into it: no error, and no wildcard that lists all."""
    enter_patient(searched, last_name="Burke", first_name="Bob", **BLANK)
    assert found(searched, typed) == []


@pytest.mark.parametrize("typed", ["1", "1 ", "1-", "1 jan ", "1x ", " "])
def test_attack_a_query_as_long_as_a_book(searched: Practice, typed: str) -> None:
    """Each letter is looked at so many times and no more: squared, this would take an hour."""
    assert found(searched, typed * 200_000) == []


def test_many_words_that_fit_are_still_words(searched: Practice) -> None:
    number = enter_patient(searched, last_name="Burke", first_name="Bob", **BLANK)
    assert found(searched, "b " * 5_000) == [number]
    long = enter_patient(searched, last_name="x" * 200, first_name="Bob", **BLANK)
    assert found(searched, "x" * 200) == [long]


def test_attack_a_telephone_is_found_out_by_typing_digits(searched: Practice) -> None:
    """Whoever may not see telephone and e-mail could else learn them digit by digit."""
    enter_patient(searched)
    for typed in ("510", "0142", "hoa@", "hoa 510", "hoa@example.org"):
        assert found(searched, typed), typed
        assert found(searched, typed, sees_contact=False) == [], typed
    assert found(searched, "hoa", sees_contact=False)
    page = searched.call(patient_search.page, "hoa", None, 5, sees_contact=False)
    assert (page.rows[0].phone, page.rows[0].city) == ("", "")


def test_an_import_leaves_its_patients_found(searched: Practice, tmp_path: Path) -> None:
    """A later import of the same people changes what they are found by."""

    def imported(**changed: str) -> None:
        people = [dumps.patient(number, **changed) for number in (1, 2)]
        text = dumps.dump(
            dumps.of_rows("patient", people), dumps.of_rows("provider", [dumps.provider()])
        )
        searched.call(import_opendental, dumps.write(tmp_path / "dump.sql", text))
        assert searched.call(Store.value, "SELECT count(*) FROM patient_unindexed") == 0

    imported()
    assert len(found(searched, "invented")) == 2
    imported(LName="Renamed")
    assert len(found(searched, "renamed")) == 2
    assert found(searched, "invented") == []
