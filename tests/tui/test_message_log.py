"""Setup › Account Info › Communications › Messages: what was sent, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from store import outbox
from store.database import Store
from store.practice import Practice
from store.rights import Level, Right
from tests import people
from tests.conftest import PROJECT
from tests.tui.conftest import ODD_NAME, SMALL, arrive, see, sign_in, words_of
from tests.tui.places import open_place
from tests.tui.security_steps import weaken
from tui import trying
from tui.message_words import what_for
from tui.screens.message_log import MessageLogScreen

NUMBER = "+15105550142"
SECRET = "271828"
NOT_OF_MESSAGES = frozenset({"outbox", "audit", "rekeying", "password_change"})
"""What the word purpose means elsewhere in the store: what something is sealed for."""


def queued(practice: Practice, many: int, **changes: object) -> None:
    """Queue text messages, and change what stands with them."""

    def run(store: Store) -> None:
        for _ in range(many):
            with store.transaction():
                number = outbox.queue(
                    store,
                    channel="sms",
                    purpose="sign_in",
                    recipient=NUMBER,
                    body=f"The code is {SECRET}.",
                    lifetime=timedelta(minutes=10),
                )
                for column, value in changes.items():
                    store.execute(
                        f"UPDATE outbox_message SET {column} = ? WHERE outbox_message_id = ?",
                        (value, number),
                    )

    practice.call(run)


async def open_log(pilot: Any) -> None:
    """Go to the list from Home."""
    await open_place(pilot, "communications")
    await see(pilot, "Text messaging is registered.")
    await pilot.press("l")
    await arrive(pilot, MessageLogScreen)


async def test_what_waits_is_told_tried_and_told_again(kiosk: Any, practice: Practice) -> None:
    """A message that waits for its next try goes at once with r; its text is never shown."""
    queued(
        practice,
        1,
        tries=1,
        not_before="2026-11-20T17:05:00Z",
        last_error="The modem has no signal.",
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_log(pilot)
        await see(pilot, "••42 a code to sign in waiting")
        await see(pilot, "The modem has no signal.")
        await see(pilot, "Next try 20 Nov 09:05.")
        await pilot.press("r")
        await see(pilot, "1 message tried.")
        await see(pilot, "••42 a code to sign in in a file")
        assert "spool;" in words_of(kiosk)
        assert "by spool" not in words_of(kiosk)
        await pilot.press("enter")
        await see(pilot, "Queued 20 Nov 09:00 Written 20 Nov 09:00")
        await see(
            pilot, "It was written to a file in the practice's folder spool; nothing was sent."
        )
        told = words_of(kiosk)
        assert SECRET not in told
        assert NUMBER[-8:] not in told


async def test_a_test_message_tells_of_itself_not_of_a_code_that_came_meanwhile(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's code that failed in the same second is no news of one's own test."""
    hand_over = trying.hand_over

    def busy(one: Practice) -> None:
        hand_over(one)
        queued(one, 1, state="failed", last_error="No such number.")

    monkeypatch.setattr(trying, "hand_over", busy)
    told = await trying.send_test(practice, people.signed_in(practice, "kim"))
    assert told.startswith("The test message was written to a file")


async def test_a_page_at_a_time_and_odd_reasons_are_only_text(
    kiosk: Any, practice: Practice
) -> None:
    """Attack: the answer of a gateway, or its name, is markup."""
    queued(practice, 51)
    queued(practice, 1, state="failed", last_error=ODD_NAME, carried_by="[b]host[/b]")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_log(pilot)
        await see(pilot, "Jane [/x] Doe")
        await see(pilot, "by [b]host[/b]")
        assert "\u202e" not in words_of(kiosk)
        await pilot.press("n")
        await see(pilot, "page 2")
        await pilot.press("n")
        await see(pilot, "This is the last page.")
        await pilot.press("p")
        await see(pilot, "Jane [/x] Doe")


async def test_view_only_reads_the_list_and_tries_nothing(kiosk: Any, practice: Practice) -> None:
    queued(practice, 1)
    weaken(practice, people.KEEPERS, Right.COMMUNICATIONS, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await open_log(pilot)
        await see(pilot, "waiting")
        await pilot.press("r")
        await see(pilot, "Communications: Full Control")
    state = "SELECT state FROM outbox_message"
    assert practice.call(lambda store: store.value(state)) == "queued"


def test_every_purpose_of_the_store_has_words() -> None:
    """What a message is for stands in the list as people say it, not as a code."""
    written = re.compile(
        r"""(?:purpose=|PURPOSE = |send_code\(store, actor, )"([a-z_]+\.?[a-z_]*)\""""
    )
    purposes = {
        one
        for path in (PROJECT / "store").rglob("*.py")
        for one in written.findall(path.read_text("utf-8"))
        if one.partition(".")[0] not in NOT_OF_MESSAGES
    }
    assert {"sign_in", "download.schedule", "carrier.test", "phone.verify"} <= purposes
    assert {one for one in purposes if what_for(one) == "a message"} == set()
