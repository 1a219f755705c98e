"""The registry of keys: nothing works that is not in it, and everything in it works."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import tui.screens
from store.practice import Practice
from store.use_cases import online_access
from store.use_cases.downloads import Repeat
from tests import people
from tests.tui.conftest import SMALL, arrive, see, settle, sign_in
from tests.tui.front_desk import hoa
from tests.tui.portal_steps import with_a_rule_and_a_printer, with_patients
from tests.tui.security_steps import open_place
from tui import keys
from tui.app import ChairsideApp
from tui.screens.dialogs import ConfirmDialog
from tui.screens.home import HomeScreen
from tui.widgets.field import Line
from tui.widgets.place import Dialog, Place, PlaceMixin
from tui.widgets.table import Table

DESIGN = Path(__file__).resolve().parents[2] / "docs" / "design.md"


def screens() -> list[type[PlaceMixin[Any]]]:
    """Every screen and dialog of the kiosk."""
    for module in pkgutil.iter_modules(tui.screens.__path__):
        importlib.import_module(f"tui.screens.{module.name}")
    found: list[type[PlaceMixin[Any]]] = []
    waiting: list[type[Any]] = [Place, Dialog]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one not in (Place, Dialog):
            found.append(one)
    return found


@pytest.mark.parametrize("screen", screens(), ids=lambda s: s.__name__)
def test_a_screen_has_the_keys_of_its_place_and_no_others(screen: type[PlaceMixin[Any]]) -> None:
    expected: set[str] = set()
    for key in keys.keys_of(screen.PLACE):
        expected |= set(key.key.split(","))
    bound = set(screen._merged_bindings.key_to_bindings) if screen._merged_bindings else set()
    assert bound == expected


@pytest.mark.parametrize("screen", screens(), ids=lambda s: s.__name__)
def test_every_key_of_a_place_has_a_handler(screen: type[PlaceMixin[Any]]) -> None:
    for key in keys.keys_of(screen.PLACE):
        handler = "do_" + key.id.replace(".", "_")
        assert hasattr(screen, handler) or hasattr(ChairsideApp, handler), (screen, key.id)


@pytest.mark.parametrize("place", keys.PLACES)
def test_no_key_means_two_things_in_one_place(place: str) -> None:
    names = [name for key in keys.keys_of(place) for name in key.key.split(",")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("key", keys.KEYS.values(), ids=lambda k: k.id)
def test_every_key_tells_what_it_does(key: keys.Key) -> None:
    assert key.word
    assert key.tooltip.endswith(".")
    assert len(key.tooltip) <= 62, "help shows a key on one line"


@pytest.mark.parametrize("place", keys.PLACES.values(), ids=lambda p: p.title)
def test_the_keys_that_matter_fit_on_the_last_line(place: keys.PlaceHelp) -> None:
    """At 80 columns, even when every key stands in brackets because it cannot be used."""
    shown = "   ".join(f"({keys.KEYS[i].shown} {keys.KEYS[i].word})" for i in place.keys)
    assert len(shown) <= 86
    usable = "   ".join(f"{keys.KEYS[i].shown} {keys.KEYS[i].word}" for i in place.keys)
    assert len(usable) <= 78


def test_the_table_in_the_docs_is_the_registry() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", DESIGN.read_text("utf-8"), re.M)
    written = {(shown, word.strip(), tooltip.strip()) for shown, word, tooltip in rows}
    real = {
        (key.shown, key.word + (", asks first" if key.danger else ""), key.tooltip)
        for key in keys.KEYS.values()
    }
    assert written == real


DANGEROUS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("data_download", "Kept until", (), "21 Nov"),
    ("export_runner", "Next", (), "21 Nov"),
    ("groups", "Who can take a copy", ("down",), "Assistant."),
    ("users", "Last sign-in", (), "Ana Silva"),
    ("users", "Sessions", ("s",), "Last key"),
    ("patients", "Online access", (*"hoa", "enter"), "One-time"),
    ("printers", "Tried in this order", (), "not tried yet"),
    ("portal_settings", "Invitation rules", ("i",), "7 days before each visit"),
    ("invitations", "can be invited", ("i",), "The invitation goes to"),
)
"""Place of Home, its heading, the keys that lead on, and what then stands there."""


async def test_every_dangerous_key_asks_first_with_the_harmless_answer(
    kiosk: Any, practice: Practice
) -> None:
    """Danger is a property of a key: each opens a question whose focus is on the way back."""
    people.scheduled(practice, people.signed_in(practice, "kim"), repeat=Repeat("weekly"))
    practice.call(online_access.provide, people.signed_in(practice, "ana"), hoa(practice))
    with_a_rule_and_a_printer(practice)
    with_patients(practice, complete=1)
    walked = set()
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        for code, heading, further, there in DANGEROUS:
            await open_place(pilot, code)
            await settle(pilot, lambda: isinstance(kiosk.focused, Table | Line))
            await pilot.press(*further)
            for text in (heading, there):
                await see(pilot, text)
            for key in keys.keys_of(kiosk.screen.PLACE):
                if key.danger:
                    await pilot.press(key.key)
                    await arrive(pilot, ConfirmDialog)
                    assert kiosk.focused.id == "back"
                    await pilot.press("enter")
                    await see(pilot, heading)
                    walked.add(key.id)
            while not isinstance(kiosk.screen, HomeScreen):
                await pilot.press("escape")
            await see(pilot, "Open an archive")
    assert walked == {key.id for key in keys.KEYS.values() if key.danger}
    states = practice.call(
        lambda store: [r[0] for r in store.rows("SELECT state FROM data_download")]
    )
    assert states == ["scheduled"]


def test_the_lock_binds_no_more_than_the_sign_in() -> None:
    """Both are one screen, whose keys are bound once."""
    assert set(keys.keys_of(keys.LOCKED)) == set(keys.keys_of(keys.SIGN_IN))


async def test_a_key_that_cannot_be_used_says_why(kiosk: Any) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "(Enter retrieve)")
        await pilot.press("enter")
        await see(pilot, "There is no download in the list.")
