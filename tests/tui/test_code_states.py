"""What the dialog says of a message, state by state, and of the tries (D23, S5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store.clock import instant
from store.practice import Practice
from tests import people
from tests.clocks import START, FixedClock
from tests.tui.conftest import SMALL, see, type_text, words_of
from tests.tui.test_code_delivery import DANAS_NUMBER, ask_for_code, see_told

LONG = "The gateway of a carrier with a long name did not answer. " * 3


def set_message(practice: Practice, **columns: object) -> None:
    """Bring the message into a state."""
    named = ", ".join(f"{name} = ?" for name in columns)
    people.change_store(practice, f"UPDATE outbox_message SET {named}", *columns.values())


async def test_each_state_is_told_in_words_as_it_comes(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """D23: live, the state as a word, the reason in whole words, and what to do now."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        await see_told(
            pilot, "A six-digit code goes to your mobile ending in 42. Waiting to be sent."
        )
        assert "No message?" not in words_of(kiosk)
        later = instant(START + timedelta(seconds=5))
        set_message(practice, tries=1, last_error="No signal.", not_before=later)
        await see_told(pilot, "Not sent yet. No signal. Next try in 0:05.")
        set_message(practice, state="sending")
        await see_told(pilot, "Being sent…")
        set_message(practice, state="sent", sent_at=later, last_error=None, carried_by="spool x")
        await see_told(pilot, "was made for your mobile ending in 42. Written to a file at 09:00.")
        await see_told(pilot, "no telephone gets it.")
        set_message(practice, carried_by="http api.example.com")
        await see_told(pilot, "A six-digit code went to your mobile ending in 42. Sent at 09:00.")
        assert "No message?" not in words_of(kiosk)
        clock.advance(seconds=45)
        await see_told(pilot, "No message? Send again; if that fails too, call an administrator.")
        set_message(practice, state="delivered", settled_at=instant(clock.now()))
        await see_told(pilot, "Delivered at 09:00.")
        assert "No message?" not in words_of(kiosk)
        set_message(practice, state="undelivered", last_error=LONG)
        await see_told(pilot, "Not delivered. The gateway of a carrier")
        await see_told(pilot, "call an administrator.")
        assert "[ Continue ]" in words_of(kiosk)
        set_message(practice, state="failed", last_error="The number is a landline.")
        await see_told(pilot, "Not sent. The number is a landline.")
        set_message(practice, state="unknown", last_error=None)
        await see_told(pilot, "Nobody knows whether it arrived.")
        assert not DANAS_NUMBER.search(words_of(kiosk))


async def test_the_last_tries_are_told_and_what_to_do_then(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """S5: five tries; after the last wrong one nothing is on offer but to begin again."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await ask_for_code(pilot)
        wrong = f"{(int(people.last_code(practice)) + 1) % 10**6:06d}"
        for left in ("4 tries left", "3 tries left", "2 tries left", "1 try left"):
            await type_text(pilot, wrong)
            await pilot.press("enter")
            await see(pilot, left)
        await type_text(pilot, wrong)
        await pilot.press("enter")
        await see(pilot, "0 tries left. Go back with Esc, and begin again.")
        await see(pilot, "All tries are used up: start again.")
        clock.advance(seconds=60)
        await see_told(pilot, "0 tries left.")
        assert "No message?" not in words_of(kiosk)
        for key in ("f4", "f5"):
            await type_text(pilot, "12")
            await pilot.press("enter")
            await see(pilot, "The code has six digits.")
            assert "used up" not in words_of(kiosk)
            await pilot.press("ctrl+u", key)
            await see(pilot, "Not now. All tries are used up. Go back with Esc")
