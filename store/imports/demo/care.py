"""What is done at a regular visit, and what treatment a patient turns out to need.

One rule: it depends on the patient's age; children get sealants, not bridges.
"""

from __future__ import annotations

from itertools import accumulate

from store.imports.demo.mouth import Place, place_of
from store.imports.demo.treatments import BY_CODE, Treatment
from store.imports.demo.world import World

_CHILD_UNTIL = 13
_FLUORIDE_UNTIL = 16
_OLD_FROM = 66

# Share, and the codes that are done together. Those of one tooth follow one another.
_CHILD_NEEDS = """
22 SEAL SEAL
14 SEAL SEAL SEAL SEAL
22 FILL-1S
16 FILL-2S
8 FILL-1S FILL-1S
6 PULP-C CROWN-K
5 PULL-1 NUMB-GAS
3 SPACE
4 EX-LIM XR-PA
"""
_GROWN_NEEDS = """
16 FILL-1S
17 FILL-2S
11 FILL-2S FILL-1S
7 FILL-3S
5 FILL-4S
9 XR-PA CORE CROWN-C
4 ROOT-3 CORE CROWN-M
3 ROOT-2 CORE
3 ROOT-1 FILL-1S
5 XR-PA PULL-1
3 PULL-S
2 NUMB-GAS PULL-W PULL-W
7 GUM-DEEP GUM-DEEP
3 GUM-RINSE GUM-RINSE
5 EX-LIM XR-PA PAIN
2 FILL-TMP
1 IMPL-B
1 IMPL-C
1 BRIDGE-R BRIDGE-P BRIDGE-R
3 GUARD
3 WHITEN
2 BITE
1 CROWN-R
1 RETAIN
1 TALK
"""
_OLD_NEEDS = (
    _GROWN_NEEDS
    + """
6 CROWN-R
4 PART-F
3 DENT-U DENT-L
6 DENT-FIX
8 GUM-DEEP
6 PULL-1 PULL-S
"""
)


Needs = list[tuple[Treatment, Place]]


class _NeedsOfAge:
    def __init__(self, text: str) -> None:
        lines = [line.split() for line in text.split("\n") if line]
        self.sets = tuple(tuple(BY_CODE[code] for code in line[1:]) for line in lines)
        self.shares = tuple(accumulate(int(line[0]) for line in lines))


_OF_CHILDREN, _OF_GROWN, _OF_OLD = (
    _NeedsOfAge(_CHILD_NEEDS),
    _NeedsOfAge(_GROWN_NEEDS),
    _NeedsOfAge(_OLD_NEEDS),
)
_SAME_TOOTH_CODES = "PULP-C CROWN-K XR-PA CORE CROWN-C CROWN-M ROOT-1 ROOT-2 ROOT-3 PULL-1"
_SAME_TOOTH = {BY_CODE[code] for code in _SAME_TOOTH_CODES.split()}


def first_visit(world: World, age: int) -> list[Treatment]:
    """Return what is done when a patient comes for the first time at an age in years."""
    if age < _CHILD_UNTIL:
        codes = ["EX-NEW", "CLEAN-C", "FLUOR"] + (["XR-BW2"] if age > 4 else [])
    else:
        codes = ["EX-NEW", "XR-FULL" if world.happens(0.6) else "XR-PAN", "CLEAN-A"]
    if world.happens(0.2):
        codes.append("HYG-INS")
    return [BY_CODE[code] for code in codes]


def regular_visit(world: World, age: int) -> list[Treatment]:
    """Return what is done at a regular visit at an age in years."""
    if age < _CHILD_UNTIL:
        codes = ["EX-PER", "CLEAN-C"]
    else:
        codes = ["EX-PER", "GUM-KEEP" if age > 34 and world.happens(0.15) else "CLEAN-A"]
    if world.happens(0.5):
        codes.append("XR-BW2" if age < _CHILD_UNTIL else "XR-BW4")
    elif world.happens(0.12):
        codes.append("XR-PAN")
    if age < _FLUORIDE_UNTIL or world.happens(0.25):
        codes.append("FLUOR")
    return [BY_CODE[code] for code in codes]


def treatment_needed(world: World, age: int) -> Needs:
    """Return the treatments of one need, each with its place."""
    needs = _OF_CHILDREN if age < _CHILD_UNTIL else _OF_OLD if age >= _OLD_FROM else _OF_GROWN
    treatments = world.rng.choices(needs.sets, cum_weights=needs.shares)[0]
    placed: Needs = []
    tooth = None
    for treatment in treatments:
        follows = treatment in _SAME_TOOTH
        place = place_of(world.rng, treatment, age, tooth if follows else None)
        if place.tooth and not follows:
            place = _elsewhere(world, treatment, age, place, placed)
        tooth = place.tooth or tooth
        placed.append((treatment, place))
    return placed


def _elsewhere(world: World, treatment: Treatment, age: int, place: Place, placed: Needs) -> Place:
    """Return another place if the tooth has its treatment already; a few draws are enough."""
    treated = {other.tooth for _, other in placed}
    for _ in range(6):
        if place.tooth not in treated:
            break
        place = place_of(world.rng, treatment, age)
    return place
