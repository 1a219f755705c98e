"""A real practice of invented people, a clock that the test moves, and the kiosk on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from store import users
from store.database import Store
from store.errors import ChairsideError
from store.practice import Practice, create_practice
from tui.widgets.place import PlaceMixin

PASSWORD = "correct horse battery"
START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands until the test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def forward(self, **how_far: float) -> None:
        self.moment += timedelta(**how_far)


@dataclass(frozen=True)
class Person:
    user_name: str
    full_name: str
    group: str
    job_title: str
    cell_phone: str | None = "+15105550142"


DANA = Person("dana", "Dana Ruiz", "Administrators", "Office Manager")
KIM = Person("kim", "Kim Adler", "Administrators", "Administrator")
MAYA = Person("maya", "Maya Okafor", "Office Manager", "Office Manager")
ANA = Person("ana", "Ana Silva", "Front Desk", "Front Desk")
ODD = Person("odd", "Jane [/x] Doe 王小明 \u202egnp.exe", "Administrators", "O'Brien [DDS]", None)


def _fill(store: Store) -> None:
    names = {row["name"] for row in store.rows("SELECT name FROM user_group")}
    with store.transaction():
        for one in (KIM, DANA, MAYA, ANA, ODD):
            assert one.group in names, names
            users.add(
                store,
                user_name=one.user_name,
                full_name=one.full_name,
                password=PASSWORD,
                groups=[one.group],
                job_title=one.job_title,
                cell_phone=one.cell_phone,
            )
        store.insert(
            "communication_registration",
            {"pgid": 1000, "state": "registered", "requested_at": "2026-01-01T00:00:00Z"},
        )


@pytest.fixture(autouse=True)
def unexpected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """Fail a test during which the kiosk met an error that is none of its own kinds."""
    met: list[BaseException] = []
    stock = PlaceMixin.show_error

    def noting(self: Any, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, ChairsideError):
            met.append(error)
        stock(self, error)

    monkeypatch.setattr(PlaceMixin, "show_error", noting)
    yield met
    if met:
        raise met[0]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kiosk_practice(tmp_path: Path, clock: HandClock) -> Iterator[Practice]:
    practice = create_practice(tmp_path / "data", 1000, "Maple Grove Dental", clock)
    practice.call(_fill)
    yield practice
    practice.close()


@pytest.fixture
def kiosk(kiosk_practice: Practice, clock: HandClock) -> Any:
    from tui.app import ChairsideApp

    return ChairsideApp(kiosk_practice, clock)


def seen(app: Any) -> str:
    """Return all that stands on the screen now, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(s.text for s in strip) for strip in strips)


async def settle(pilot: Pilot[Any], until: Callable[[], bool], tries: int = 200) -> None:
    """Let the kiosk work until something holds; fail with what is seen if it never does."""
    for _ in range(tries):
        if until():
            return
        await pilot.pause(0.02)
    raise AssertionError("never came about; the screen shows:\n" + seen(pilot.app))


async def see(pilot: Pilot[Any], text: str) -> None:
    """Wait until a text stands on the screen."""
    await settle(pilot, lambda: text in seen(pilot.app))


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Type into what has the focus."""
    await pilot.press(*("space" if c == " " else c for c in text))


async def sign_in(pilot: Pilot[Any], who: Person = DANA) -> None:
    """Sign in as a person would."""
    await see(pilot, "PGID 1000")
    await type_text(pilot, who.user_name)
    await pilot.press("enter")
    await type_text(pilot, PASSWORD)
    await pilot.press("enter")
    await see(pilot, "Utilities")
