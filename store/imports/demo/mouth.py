"""Where in the mouth a treatment is done: tooth, surfaces, quadrant or jaw.

One rule: a place fits the treatment's area and the patient's age (milk teeth are A to T).
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from store.imports.demo.treatments import Treatment

_MILK_TEETH_UNTIL = 10
_ADULT_TEETH = tuple(str(tooth) for tooth in range(1, 33))
_BACK_TEETH = tuple(str(tooth) for tooth in (2, 3, 4, 5, 12, 13, 14, 15, 18, 19, 20, 30, 31, 29))
_FRONT_TEETH = tuple(str(tooth) for tooth in (6, 7, 8, 9, 10, 11, 22, 23, 24, 25, 26, 27))
_PREMOLARS = tuple(str(tooth) for tooth in (4, 5, 12, 13, 20, 21, 28, 29))
_MOLARS = tuple(str(tooth) for tooth in (2, 3, 14, 15, 18, 19, 30, 31))
_WISDOM_TEETH = ("1", "16", "17", "32")
_MILK_TEETH = tuple("ABCDEFGHIJKLMNOPQRST")
_TEETH_OF = {
    "ROOT-1": _FRONT_TEETH,
    "ROOT-2": _PREMOLARS,
    "ROOT-3": _MOLARS,
    "PULL-W": _WISDOM_TEETH,
    "SEAL": _MOLARS,
    "PULP-C": _MILK_TEETH,
    "CROWN-K": _MILK_TEETH,
    "PULL-1": _ADULT_TEETH,
    "FILL-4S": _MOLARS,
}
_SURFACES_OF = {
    "FILL-1S": ("O", "B", "L", "M", "D"),
    "FILL-2S": ("MO", "DO", "OB", "OL"),
    "FILL-3S": ("MOD", "MOB", "DOL"),
    "FILL-4S": ("MODB", "MODL", "MODBL"),
}
_QUADRANTS = ("UR", "UL", "LL", "LR")
_RANGES = ("2,3,4,14", "18,19,30,31", "5,12,13", "20,21,28,29,30")


class Place(NamedTuple):
    """Where a treatment is done; None for what need not be named."""

    tooth: str | None = None
    surface: str | None = None
    tooth_range: str | None = None


NOWHERE = Place()


def place_of(rng: Random, treatment: Treatment, age: int, tooth: str | None = None) -> Place:
    """Return a place for a treatment.

    Args:
        tooth: the tooth that is being treated already, if it is one.
    """
    area = treatment.area
    if area in ("tooth", "surface"):
        teeth = _teeth(treatment, age)
        number = tooth or teeth[int(rng.random() * len(teeth))]
        surfaces = _SURFACES_OF.get(treatment.code)
        if surfaces is None:
            return Place(number)
        return Place(number, surfaces[int(rng.random() * len(surfaces))])
    if area == "quadrant":
        return Place(None, _QUADRANTS[int(rng.random() * 4)])
    if area == "arch":
        lower = treatment.code.endswith("-L") or rng.random() < 0.3
        return Place(None, "L" if lower and not treatment.code.endswith("-U") else "U")
    if area == "tooth_range":
        return Place(None, None, _RANGES[int(rng.random() * len(_RANGES))])
    return NOWHERE


def _teeth(treatment: Treatment, age: int) -> tuple[str, ...]:
    own = _TEETH_OF.get(treatment.code)
    if age < _MILK_TEETH_UNTIL and treatment.code != "SEAL":
        return _MILK_TEETH
    return own or _BACK_TEETH
