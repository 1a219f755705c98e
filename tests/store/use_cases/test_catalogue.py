"""Every use case refuses without its right: generated from the code, so that none is forgotten."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import store.use_cases
from store.access import Actor, end_sessions, unattended
from store.database import Store
from store.errors import ChairsideError, Refused, SessionEnded
from store.practice import Practice
from store.rights import Level, Need, Right
from store.use_cases.audit_trail import AuditFilter
from store.use_cases.carriers import CarrierForm
from store.use_cases.contact import Contact
from store.use_cases.invite_rules import new_rule
from store.use_cases.portal_settings import PortalSettings
from store.use_cases.users import UserForm
from tests import people
from tests.clocks import FixedClock
from tests.store.use_cases.catalogue import BEFORE, NEEDS, OPEN, PARTS, RUNNER

GROUP = "Nearly everything"
ONE_BELOW = {Level.FULL: Level.VIEW, Level.VIEW: Level.NONE}


def _use_cases() -> dict[str, Callable[..., Any]]:
    """Return every public function of the use cases that is handed a store."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(store.use_cases.__path__):
        loaded = importlib.import_module(f"store.use_cases.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            ours = function.__module__ == loaded.__name__ and not name.startswith("_")
            if ours and next(iter(inspect.signature(function).parameters), "") == "store":
                found[f"{module.name}.{name}"] = function
    return found


USE_CASES = _use_cases()
_BY_NAME: dict[str, Any] = {"form": "csv", "outcome": None, "preset": "nist", "wanted": None}
_BY_TYPE: dict[str, Any] = {
    "ArchiveSource": SimpleNamespace(file_name="one.zip", patient_id=1, snapshot=""),
    "int": 1,
    "str": "text",
    "bool": True,
    "date": date(2026, 11, 23),
    "Path": Path("nothing"),
    "Right": Right.IMPORT,
    "UserForm": UserForm("lee", "Lee", (1,), user_id=1, version=1),
    "AuditFilter": AuditFilter(),
    "Contact": Contact(),
    "CarrierForm": CarrierForm("email", "smtp"),
    "InviteRule": new_rule("by_hand"),
    "PortalSettings": PortalSettings("", {}),
    "tuple[int, ...]": (1,),
    "dict[Right, Level]": {},
    "str | None": None,
}


def _arguments(function: Callable[..., Any]) -> dict[str, Any]:
    """Return something for every argument that must be given; the right is asked for first."""
    given = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[2:]:
        if parameter.default is inspect.Parameter.empty:
            kind = str(parameter.annotation)
            given[name] = _BY_TYPE[kind] if kind in _BY_TYPE else _BY_NAME.get(name)
    return given


def _with_actor(names: object) -> list[str]:
    return sorted(name for name in names if name in USE_CASES)  # type: ignore[attr-defined]


def test_every_use_case_says_what_it_takes() -> None:
    """S1, S9: a use case that is new stands in `catalogue.py`, once, or this fails."""
    listed = [*NEEDS, *OPEN, *RUNNER, *BEFORE, *PARTS]
    assert sorted(listed) == sorted(USE_CASES)
    for name, function in USE_CASES.items():
        if name in PARTS:
            continue
        second = list(inspect.signature(function).parameters)[1:2]
        wanted = "runner" if name in RUNNER else "actor" if name in {*NEEDS, *OPEN} else None
        assert (second == [wanted]) or (wanted is None and second not in (["actor"], ["runner"]))


@pytest.fixture(scope="module")
def opened(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice for all of them: what is refused changes nothing."""
    data = tmp_path_factory.mktemp("catalogue") / "data"
    shutil.copytree(practice_template, data)
    with Practice.open(data, people.PGID, FixedClock()) as practice:
        yield practice


@pytest.fixture(scope="module")
def ana(opened: Practice) -> Actor:
    """Ana, in one group of her own; each test says what it grants."""

    def move(store: Store) -> None:
        with store.transaction():
            store.insert("user_group", {"name": GROUP})
            store.execute(
                "UPDATE user_group_member SET user_group_id ="
                " (SELECT user_group_id FROM user_group WHERE name = ?)"
                " WHERE user_id = (SELECT user_id FROM user WHERE user_name = 'ana')",
                (GROUP,),
            )

    actor = people.signed_in(opened, "ana")
    opened.call(move)
    return actor


def _grant_all_but(practice: Practice, need: Need, level: Level) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            for right in Right:
                people.grant(store, GROUP, right, level if right is need.right else Level.FULL)

    practice.call(run)


def _last_event(practice: Practice) -> tuple[str, int, str]:
    row = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert row is not None
    return row["action"], row["user_id"], row["permission_code"]


@pytest.mark.parametrize("name", _with_actor(NEEDS))
def test_d4_it_refuses_whoever_holds_all_but_its_right(
    opened: Practice, ana: Actor, name: str
) -> None:
    """All rights at Full Control, this one a level below: refused, by name, and recorded (S9)."""
    need, function = NEEDS[name], USE_CASES[name]
    _grant_all_but(opened, need, ONE_BELOW[need.level])
    with pytest.raises(Refused) as refused:
        opened.call(function, ana, **_arguments(function))
    assert refused.value.what == f"You do not hold the right {need.label}."
    assert "Setup > Security > Groups" in refused.value.do
    assert _last_event(opened) == ("refused", ana.user_id, need.right.value)


@pytest.mark.parametrize("name", _with_actor(NEEDS))
def test_attack_the_unattended_run_is_refused_what_takes_a_right(
    opened: Practice, name: str
) -> None:
    function = USE_CASES[name]
    with pytest.raises(Refused):
        opened.call(function, unattended("night"), **_arguments(function))


@pytest.mark.parametrize("name", _with_actor(RUNNER))
def test_attack_a_user_does_the_work_of_the_unattended_run(opened: Practice, name: str) -> None:
    function = USE_CASES[name]
    _grant_all_but(opened, Need(Right.SECURITY), Level.FULL)
    with pytest.raises(Refused, match="Only the unattended run"):
        opened.call(function, people.signed_in(opened, "kim"), **_arguments(function))


@pytest.mark.parametrize("name", _with_actor({*NEEDS, *OPEN} - {"signing_in.sign_out"}))
def test_attack_a_session_that_was_ended_does_nothing_more(opened: Practice, name: str) -> None:
    kim = people.signed_in(opened, "kim")

    def end(store: Store) -> None:
        with store.transaction():
            assert kim.user_id is not None
            end_sessions(store, kim.user_id, "ended_by_administrator")

    opened.call(end)
    function = USE_CASES[name]
    with pytest.raises(SessionEnded):
        opened.call(function, kim, **_arguments(function))


def test_the_right_alone_is_enough_to_get_past_the_gate(opened: Practice, ana: Actor) -> None:
    """Else the tests above would pass with a gate that lets nobody through."""

    def only(store: Store, need: Need) -> None:
        with store.transaction():
            for right in Right:
                people.grant(store, GROUP, right, need.level if right is need.right else Level.NONE)

    for need in sorted(set(NEEDS.values()), key=str):
        opened.call(only, need)
        name = next(n for n, asked in NEEDS.items() if asked == need)
        try:
            opened.call(USE_CASES[name], ana, **_arguments(USE_CASES[name]))
        except ChairsideError as problem:
            assert "You do not hold the right" not in problem.what  # noqa: PT017
