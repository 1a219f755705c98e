"""The dialog for a code tells the truth, and the kiosk delivers at once (D11, D23, S5)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from textual import events

from store.errors import DiskFull
from store.practice import Practice
from store.use_cases import messages
from tests import people
from tests.clocks import FixedClock
from tests.exporter.messages.carrying import registered, use_gateway
from tests.exporter.messages.gateway.server import Gateway, never, serving
from tests.tui.conftest import SMALL, arrive, see, seen, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tui.delivering import Deliverer
from tui.screens.second_factor import SecondFactorDialog
from tui.screens.sign_in_factor import SignInFactorDialog

DANAS_NUMBER = re.compile(r"5\W*5\W*5\W*0\W*1\W*4\W*2")


@pytest.fixture
def deliverer(practice: Practice) -> Iterator[Deliverer]:
    """The deliverer that comes with a kiosk."""
    made = Deliverer(practice)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def kiosk(practice: Practice, clock: FixedClock, home_folder: Path, deliverer: Deliverer) -> Any:
    """The kiosk as it is opened for people: with its deliverer."""
    from tui.app import ChairsideApp

    app = ChairsideApp(practice, clock)
    app.deliver_now = deliverer.wake
    return app


def spooled(practice: Practice) -> list[str]:
    """Return the text messages that are with the carrier, oldest first."""
    return [path.read_text("utf-8") for path in sorted(practice.folder.spool.glob("*-sms.txt"))]


def code_of(message: str) -> str:
    """Return the code as its receiver reads it."""
    found = re.search(r"\b\d{6}\b", message)
    assert found is not None
    return found.group()


def message(practice: Practice) -> Any:
    """Return the newest message of the outbox."""
    return practice.call(
        lambda store: store.one("SELECT * FROM outbox_message ORDER BY outbox_message_id DESC")
    )


def wait_until(came_about: Callable[..., bool]) -> None:
    """Wait for what the deliverer's thread does."""
    until = monotonic() + 20
    while not came_about():
        assert monotonic() < until, "never came about"
        threading.Event().wait(0.02)


async def see_told(pilot: Any, text: str) -> None:
    """Wait until the dialog tells something; it looks each second, and here more often."""

    def told() -> bool:
        pilot.app.screen.tick()
        return text in words_of(pilot.app)

    await settle(pilot, told)


async def ask_for_code(pilot: Any) -> None:
    """From the sign-in to the dialog that asks for the code of a download."""
    await sign_in(pilot)
    await open_place(pilot, "data_download")
    await see(pilot, "No download")
    await pilot.press("s")
    await see(pilot, "Schedule a data download")
    await type_text(pilot, people.PASSWORDS["dana"])
    await pilot.press("enter")
    await arrive(pilot, SecondFactorDialog)


@pytest.fixture
def gateway(practice: Practice) -> Iterator[Gateway]:
    """A gateway on this computer, set up and registered for text messages."""
    with serving(Gateway()) as running:
        kim = people.signed_in(practice, "kim")
        use_gateway(practice, kim, running)
        registered(practice, kim)
        yield running


def posted(gateway: Gateway) -> int:
    """Return how often the gateway was handed a message."""
    return sum(request.method == "POST" for request in gateway.requests)


async def test_a_code_goes_out_at_once_is_followed_and_pasted(
    kiosk: Any, practice: Practice, clock: FixedClock, gateway: Gateway
) -> None:
    """D11: nobody waits for the hourly run; where it went and when is told, the number is not."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        await see_told(pilot, "went to your mobile ending in 42. Sent at 09:00.")
        (taken,) = gateway.messages.values()
        code = code_of(taken["body"])
        taken["status"] = "delivered"
        clock.advance(seconds=60)
        await see_told(pilot, "Delivered at 09:01.")
        assert not DANAS_NUMBER.search(seen(kiosk))
        assert code not in words_of(kiosk)
        kiosk.post_message(events.Paste("no code in here"))
        await see(pilot, "What was pasted holds no code of six digits.")
        kiosk.post_message(events.Paste(f"\n{code[:3]} \u2013 {code[3:]}\n"))
        await see(pilot, f"▌ {code}")
        await pilot.press("enter")
        await see(pilot, "Scheduled.")
        assert posted(gateway) == 1


async def test_a_code_for_the_sign_in_goes_out_before_anybody_is_signed_in(
    kiosk: Any, practice: Practice
) -> None:
    """S5: the deliverer works on the sign-in screen; sending again is another message."""
    people.change_store(
        practice,
        "INSERT INTO preference (name, value) VALUES ('sign_in.second_factor', 'everyone')",
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "dana")
        await pilot.press("enter")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await arrive(pilot, SignInFactorDialog)
        await see_told(pilot, "mobile ending in 42. Written to a file at 09:00.")
        kiosk.clock.advance(seconds=60)
        await see(pilot, "F5 sends again.")
        await pilot.press("f5")
        await see_told(pilot, "mobile ending in 42. Written to a file at 09:01.")
        first, second = spooled(practice)
        await type_text(pilot, code_of(first) if code_of(first) != code_of(second) else "000000")
        await pilot.press("enter")
        await see(pilot, "4 tries left")
        await type_text(pilot, code_of(second))
        await pilot.press("enter")
        await see(pilot, "Dana Ruiz")


async def test_a_gateway_that_never_answers_holds_up_nobody(
    kiosk: Any, practice: Practice, clock: FixedClock, gateway: Gateway, deliverer: Deliverer
) -> None:
    """Keys are taken meanwhile, the terminal is free at once, and nothing is sent twice.

    Scenario: the carrier hangs, and somebody closes the kiosk before its time is over.
    """
    gateway.talk = never
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        await see_told(pilot, "goes to your mobile ending in 42. Being sent…")
        await type_text(pilot, "41")
        await see(pilot, "▌ 41")
        clock.advance(seconds=46)
        await see_told(pilot, "No message? Send again; if that fails too, call an administrator.")
    began = monotonic()
    deliverer.stop()
    assert monotonic() - began < 2
    assert deliverer.is_alive
    clock.advance(minutes=2)
    assert practice.call(messages.claim, "the next run", "sms", 10) == []
    assert message(practice)["state"] == "unknown"
    assert posted(gateway) == 1


def test_trouble_is_told_nowhere_and_tried_again(
    practice: Practice, clock: FixedClock, deliverer: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, then a folder that cannot be written: the deliverer lives on and delivers."""
    stock, full = messages.claim, [DiskFull("The disk is full."), OSError("unexpected")]

    def claim(*args: Any) -> Any:
        if full:
            raise full.pop()
        return stock(*args)

    monkeypatch.setattr(messages, "claim", claim)
    in_the_way = practice.folder.spool
    in_the_way.rmdir()
    in_the_way.write_text("no folder")
    people.requested(practice, people.signed_in(practice, "dana"))
    deliverer.wake()
    wait_until(lambda: len(full) < 2)
    deliverer.wake()
    wait_until(lambda: not full)
    deliverer.wake()
    wait_until(lambda: bool(message(practice)["last_error"]))
    assert message(practice)["state"] == "queued"
    in_the_way.unlink()
    clock.advance(seconds=5)
    deliverer.wake()
    wait_until(lambda: message(practice)["state"] == "sent")
    assert len(spooled(practice)) == 1


def test_two_kiosks_send_each_message_once(
    practice: Practice,
    practice_data: Path,
    clock: FixedClock,
    deliverer: Deliverer,
    gateway: Gateway,
) -> None:
    """Both look into one outbox at the same moment; a claim has one holder."""
    dana = people.signed_in(practice, "dana")
    with Practice.open(practice_data, people.PGID, clock) as second:
        other = Deliverer(second)
        other.start()
        try:
            for sent in range(1, 4):
                clock.advance(minutes=1)
                people.requested(practice, dana)
                deliverer.wake()
                other.wake()
                wait_until(lambda wanted=sent: posted(gateway) >= wanted)
            wait_until(lambda: message(practice)["state"] == "sent")
        finally:
            other.stop()
        assert not other.is_alive
    assert posted(gateway) == 3
    tries = practice.call(lambda s: s.rows("SELECT state, tries FROM outbox_message"))
    assert [(row["state"], row["tries"]) for row in tries] == [("sent", 1)] * 3
