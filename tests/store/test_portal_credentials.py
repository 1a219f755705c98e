"""User names and passwords of the portal: made for every name, unique, and hard to misread."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import user_name_rules
from store.access import Actor
from store.database import Store
from store.errors import BadInput, ChairsideError, Conflict
from store.portal_credentials import COMPLETE_SQL, missing_of, new_password, password_problems
from store.portal_passwords import ALPHABET, DIGITS, LENGTH, LOWER, UPPER
from store.practice import Practice
from store.use_cases import online_access
from tests.clocks import FixedClock
from tests.people import PGID, SignIn
from tests.store.portal_patients import WHOLE, enter_patient, with_portal

LOOK_ALIKES = ("0OoQ", "1lIi|", "5Ss", "2Zz", "8B", "6Gb", "9gq", "UVuv", "Cc", "Kk", "Pp", "Xx")


@settings(max_examples=50)
@given(first_name=st.text(max_size=250))
def test_p5_every_first_name_gives_a_user_name_that_can_be_typed(first_name: str) -> None:
    """P5: blank after cleaning, non-Latin, very long, apostrophes and emoji included."""
    name = user_name_rules.with_number(user_name_rules.first_part(first_name))
    letters = name.rstrip("0123456789")
    assert user_name_rules.checked(name) == name
    assert letters.isascii()
    assert letters.isalpha()
    assert len(letters) <= user_name_rules.LONGEST_FIRST_PART
    assert 100 <= int(name[len(letters) :]) <= 99_999


@pytest.mark.parametrize(
    ("first_name", "part"),
    [
        ("Thị Hoa", "Thihoa"),
        ("Đặng", "Dang"),
        ("D’Arcy", "Darcy"),
        ("O'Brien", "Obrien"),
        (" Øystein", "Oystein"),
        ("Łukasz", "Lukasz"),
        ("Weiß", "Weiss"),
        ("Мария", "Patient"),
        ("李", "Patient"),
        ("\u202e", "Patient"),
        ("😀😀", "Patient"),
        ("x" * 200, "X" + "x" * 19),
    ],
)
def test_p5_what_a_user_name_begins_with(first_name: str, part: str) -> None:
    assert user_name_rules.first_part(first_name) == part


@pytest.mark.parametrize(
    "typed", ["", "  ", "a b", "Zoë", "a\nb", "\u212aim", "...", "x" * 65, "a\u202eb"]
)
def test_p5_a_user_name_that_not_every_keyboard_has_is_refused(typed: str) -> None:
    """The Kelvin sign folds to a k, and SQLite does not know it: plain ASCII has no such pair."""
    with pytest.raises(BadInput):
        user_name_rules.checked(typed)


@settings(max_examples=50)
@given(length=st.integers(8, 30))
def test_p6_p7_a_generated_password_is_valid_and_cannot_be_misread(length: int) -> None:
    password = new_password(length)
    assert len(password) == length
    assert password_problems(password, "Hoa48213") == ()
    assert set(password) <= set(ALPHABET)


def test_p7_no_two_signs_of_the_alphabet_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    for signs in LOOK_ALIKES:
        assert len(set(signs) & set(ALPHABET)) <= 1, signs


def test_p7_generated_passwords_hold_55_bits_and_no_place_is_fixed() -> None:
    """Counted, and looked at: a mended password would always have its digit at one place."""
    classes = [len(UPPER), len(LOWER), len(DIGITS)]
    count = sum(
        (-1) ** size * sum((len(ALPHABET) - sum(left)) ** LENGTH for left in some)
        for size, some in ((n, combinations(classes, n)) for n in range(4))
    )
    assert math.log2(count) >= 55
    made = [new_password() for _ in range(1_000)]
    assert len(set(made)) == len(made)
    for place in range(LENGTH):
        # 1,000 of 25 signs: a sign is missing at a place once in 10¹⁷ runs.
        assert len({password[place] for password in made}) == len(ALPHABET)


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("Aa1", "5 more"),
        ("greenlamp7", "upper-case"),
        ("GREENLAMP7", "lower-case"),
        ("Abcdefgh", "digit"),
        ("Password1", "common"),
        ("hoa48213Hoa", "user name"),
        ("Green lamp 7 ", "space"),
        ("Green\u202elamp7", "cannot be seen"),
        ("A1b" * 400, "At most"),
    ],
)
def test_p6_what_is_wrong_with_a_typed_password_is_told(password: str, told: str) -> None:
    problems = password_problems(password, "Hoa48213")
    assert len(problems) == 1
    assert told in problems[0]
    assert password not in problems[0]


def test_p6_all_that_is_wrong_is_told_at_once() -> None:
    assert len(password_problems("", "Hoa48213")) == 4
    assert password_problems("Grünes Licht 7", "Hoa48213") == ()


def test_p1_the_list_and_the_form_agree_on_what_is_missing(practice: Practice) -> None:
    """COMPLETE_SQL and `missing_of` are one rule, told twice."""
    for name in (*WHOLE, "nothing"):
        for blank in (None, "  "):
            change = {} if name in ("nothing", "status", "birthdate") else {name: blank}
            enter_patient(practice, **change)
    enter_patient(practice, wireless_phone=None, home_phone="510 555 0142")
    enter_patient(practice, wireless_phone=" ", work_phone="510 555 0142")
    rows = practice.call(Store.rows, f"SELECT p.*, {COMPLETE_SQL} AS is_complete FROM patient p")
    assert {row["is_complete"] for row in rows} == {0, 1}
    for row in rows:
        assert bool(row["is_complete"]) is (missing_of(row) == ())


def at_once(data: Path, actor: Actor, patients: list[int]) -> list[str]:
    """Provide access to each patient through a connection of its own, all at one moment; return
    the user names, and "" for each that was refused."""
    start = Barrier(len(patients))

    def provide(patient_id: int) -> str:
        with Practice.open(data, PGID, FixedClock()) as own:
            start.wait()
            try:
                return own.call(online_access.provide, actor, patient_id).user_name
            except Conflict:
                return ""

    with ThreadPoolExecutor(len(patients)) as pool:
        return list(pool.map(provide, patients))


def test_p5_user_names_stay_unique_when_desks_provide_at_once(
    practice: Practice, practice_data: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six desks draw from three numbers only: names must grow, and none may come twice.

    Then two desks provide the same patient: one of them is told that there is access already.
    """
    monkeypatch.setattr(user_name_rules, "HIGHEST", 102)
    kim = sign_in("kim")
    with_portal(practice)
    names = at_once(practice_data, kim, [enter_patient(practice) for _ in range(6)])
    assert len({name.casefold() for name in names} - {""}) == 6
    one = enter_patient(practice)
    assert sorted(map(bool, at_once(practice_data, kim, [one, one]))) == [False, True]


def test_attack_a_reserved_name_is_taken_in_another_case(
    practice: Practice, sign_in: SignIn
) -> None:
    """P3, P5: the name of removed access stays reserved, whatever its case."""
    kim = sign_in("kim")
    with_portal(practice)
    old, new = enter_patient(practice), enter_patient(practice)
    name = practice.call(online_access.provide, kim, old).user_name
    practice.call(online_access.remove, kim, old)
    practice.call(online_access.provide, kim, new)
    with pytest.raises(ChairsideError, match="taken"):
        practice.call(online_access.change_user_name, kim, new, name.upper())
