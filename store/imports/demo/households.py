"""Who lives together: the sizes of families, their ages, and a few families that are always there.

One rule: the first member of a household is an adult, who pays for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Literal

from store.imports.demo.name_lists import Culture
from store.imports.demo.names import (
    EMOJI_NAME,
    LONG_NAME,
    MARKUP_NAME,
    culture_of_family,
    family_name,
    first_name,
    form_of,
)

ADULT = 18
Role = Literal["head", "partner", "child", "parent"]


@dataclass(frozen=True, slots=True)
class Member:
    """One person before the practice knows them; `role` is what they are to the head."""

    role: Role
    first: str
    last: str
    gender: str
    age: int
    status: str = ""
    preferred: str | None = None
    language: str = ""


ALWAYS: tuple[tuple[Member, ...], ...] = (
    (
        Member("head", "Văn An", "Nguyễn", "male", 44, "patient", None, "Vietnamese"),
        Member("partner", "Thị Hoa", "Nguyễn", "female", 42, "patient", "Hoa", "Vietnamese"),
        Member("child", "Minh Anh", "Nguyễn", "female", 9, "patient"),
    ),
    (Member("head", "Máire", "O'Brien", "female", 75, "inactive"),),
    (Member("head", MARKUP_NAME, "Doe", "female", 33, "patient"),),
    (Member("head", "Maximiliana", LONG_NAME, "female", 51, "patient"),),
    (Member("head", "Beatrice", "Fairweather", "female", 27, "patient", EMOJI_NAME),),
    (Member("head", "ليلى", "الخطيب", "female", 38, "patient", None, "Arabic"),),
    (Member("head", "Наталья", "Соловьёва", "female", 46, "patient", None, "Russian"),),
    (Member("head", "Κωνσταντίνος", "Παπαδόπουλος", "male", 61, "patient", None, "Greek"),),
    (Member("head", "欣怡", "欧阳", "female", 29, "patient", None, "Chinese"),),
    (Member("head", "प्रिया", "त्रिपाठी", "female", 35, "patient", None, "Hindi"),),
    (Member("head", "נועה", "בן-דוד", "other", 24, "patient", None, "Hebrew"),),
    (Member("head", "拓也", "𠮷田", "male", 40, "patient", "=1+1", "Japanese"),),
)
"""The first households of every demo practice, as far as it has room: names that are hard to
store, sort and draw."""

_KINDS = ("alone", "couple", "couple_children", "parent_children", "three_generations", "student")
_KIND_SHARES = tuple(accumulate((37, 23, 22, 8, 5, 5)))
_GROWN_AGES = tuple(accumulate((8, 17, 20, 18, 17, 13, 7)))
_GENDERS = ("male", "female", "other", "unknown")
_GENDER_SHARES = tuple(accumulate((480, 500, 8, 12)))
# Statuses with their shares, for those who live alone, for other grown-ups and for children.
_STATUSES = (
    "patient",
    "inactive",
    "prospective",
    "archived",
    "non_patient",
    "deceased",
    "deleted",
)
_ALONE = tuple(accumulate((78, 13, 4, 3, 0, 1, 1)))
_TOGETHER = tuple(accumulate((83, 10, 1, 1, 5, 0, 0)))
_CHILD = tuple(accumulate((90, 8, 2, 0, 0, 0, 0)))


def next_household(rng: Random, number: int, room: int) -> tuple[Member, ...]:
    """Return the members of one household, the one who pays first.

    Args:
        number: how many households there are already.
        room: the most members it may have, at least 1.
    """
    if number < len(ALWAYS):
        return ALWAYS[number][:room]
    kind = rng.choices(_KINDS, cum_weights=_KIND_SHARES)[0]
    culture = culture_of_family(rng)
    name = family_name(rng, culture)
    head_age = _grown_age(rng)
    if kind in ("couple_children", "parent_children"):
        head_age = 24 + int(rng.random() * 30)
    elif kind == "three_generations":
        head_age = 30 + int(rng.random() * 22)
    elif kind == "student":
        head_age = 42 + int(rng.random() * 18)
    head = _member(rng, culture, name, "head", head_age, alone=kind == "alone")
    if kind == "student":
        # Pays for a grown child and is not treated here.
        head = Member("head", head.first, head.last, head.gender, head.age, "non_patient")
    members = [head, *_others(rng, culture, name, kind, head)]
    return tuple(members[:room])


def _others(rng: Random, culture: Culture, name: str, kind: str, head: Member) -> list[Member]:
    others = []
    if kind in ("couple", "couple_children", "three_generations"):
        age = max(ADULT, head.age + int(rng.gauss(0, 4)))
        partner_name = name if rng.random() < 0.8 else family_name(rng, culture)
        gender = {"male": "female", "female": "male"}.get(head.gender, "female")
        if rng.random() < 0.06:
            gender = head.gender
        others.append(_member(rng, culture, partner_name, "partner", age, gender=gender))
    if kind in ("couple_children", "parent_children", "three_generations"):
        for _ in range(rng.choices((1, 2, 3, 4), cum_weights=(40, 80, 95, 100))[0]):
            oldest = min(head.age - 19, ADULT - 1)
            others.append(_member(rng, culture, name, "child", int(rng.random() * (oldest + 1))))
    if kind == "three_generations":
        others.append(_member(rng, culture, name, "parent", head.age + 22 + int(rng.random() * 12)))
    if kind == "student":
        others.append(_member(rng, culture, name, "child", ADULT + int(rng.random() * 6)))
    return others


def _member(
    rng: Random,
    culture: Culture,
    name: str,
    role: Role,
    age: int,
    *,
    alone: bool = False,
    gender: str = "",
) -> Member:
    gender = gender or rng.choices(_GENDERS, cum_weights=_GENDER_SHARES)[0]
    shares = _ALONE if alone else _CHILD if age < ADULT else _TOGETHER
    status = rng.choices(_STATUSES, cum_weights=shares)[0]
    if age < 6 and status == "inactive":
        status = "patient"
    if age > 68 and status in ("inactive", "archived") and rng.random() < 0.5:
        status = "deceased"
    given = first_name(rng, culture, gender)
    language = culture.language if rng.random() < 0.4 and age >= ADULT else ""
    return Member(role, given, form_of(name, gender), gender, age, status, None, language)


def _grown_age(rng: Random) -> int:
    decade = rng.choices((18, 25, 35, 45, 55, 65, 75), cum_weights=_GROWN_AGES)[0]
    return int(decade + rng.random() * (7 if decade == ADULT else 10 if decade < 75 else 17))
