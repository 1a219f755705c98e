"""Setup › Account Info › Communications (REQUIREMENTS D6)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from store.carrier_settings import CarrierForm
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import carriers, communications
from tests import people
from tests.tui.conftest import LARGE, SMALL, arrive, see, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tests.tui.portal_steps import choose
from tests.tui.security_steps import weaken
from tui.screens.carrier_wait import WaitDialog
from tui.screens.communications import CommunicationsScreen
from tui.screens.dialogs import TextDialog
from tui.screens.sms_carrier import SmsCarrierScreen

TOKEN = "a-token-of-nobody-77"


def unregistered(practice: Practice) -> None:
    """Take the practice back to where nobody had asked for text messaging."""
    people.change_store(practice, "DELETE FROM communication_registration")


def gateway(address: str, sender: str = "+15105550100") -> CarrierForm:
    """What is set for a gateway."""
    return CarrierForm("sms", "http", address, account="AC1", secret=TOKEN, sender=sender)


@pytest.fixture
def silent_gateway() -> Iterator[tuple[str, socket.socket]]:
    """A server on this computer that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server


@pytest.fixture
def no_gateway() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_d6_from_not_registered_to_registered(
    kiosk: Any, practice: Practice, size: tuple[int, int]
) -> None:
    """D6: not registered, pending, registered; each stands on the page."""
    unregistered(practice)
    async with kiosk.run_test(size=size) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "Text messaging is not registered.")
        await see(pilot, "Press r to begin.")
        await pilot.press("r")
        await see(pilot, "Register for communication")
        await pilot.press("escape")
        await see(pilot, "Text messaging is pending.")
        await see(pilot, "Not registered yet.")
        await pilot.press("c")
        await arrive(pilot, SmsCarrierScreen)
        await pilot.press("escape")
        await arrive(pilot, CommunicationsScreen)
        # The answer from before is not told again after what may have mended it.
        await settle(pilot, lambda: "Not registered yet." not in words_of(kiosk))
        await pilot.press("enter")
        await see(pilot, "Register for communication")
        kiosk.clock.advance(seconds=60)
        await see(pilot, "l lists what became of it, k asks what sends.")
        assert "call an administrator" not in words_of(kiosk)
        await type_text(pilot, people.last_code(practice))
        await pilot.press("enter")
        await see(pilot, "Text messaging is registered.")
        await see(pilot, "Kim Adler written to files")
        await pilot.press("r")
        await see(pilot, "Text messaging is registered already.")


async def test_d6_five_wrong_codes_reject_it(kiosk: Any, practice: Practice) -> None:
    unregistered(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "not registered")
        await pilot.press("r")
        await see(pilot, "Register for communication")
        wrong = "000000" if people.last_code(practice) != "000000" else "111111"
        for left in (4, 3, 2, 1, 0):
            await type_text(pilot, wrong)
            await pilot.press("enter")
            await see(pilot, f"{left} {'try' if left == 1 else 'tries'} left")
        await pilot.press("escape")
        await see(pilot, "Text messaging is rejected.")
        await see(pilot, "The code of the test message was not typed back.")
        await pilot.press("enter")
        await arrive(pilot, TextDialog)
        await see(pilot, "By Kim Adler")


async def test_d4_view_only_reads_all_of_it_and_learns_what_is_missing(
    kiosk: Any, practice: Practice
) -> None:
    """The right is named, and where it is granted; the settings can be read, the token never."""
    unregistered(practice)
    kim = people.signed_in(practice, "kim")
    practice.call(carriers.save_carrier, kim, gateway("https://api.example.com"))
    weaken(practice, people.KEEPERS, Right.COMMUNICATIONS, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await open_place(pilot, "communications")
        await see(pilot, "Text messaging is not registered.")
        await see(pilot, "By a gateway · not tried yet api.example.com, from +15105550100")
        for key in ("r", "k", "t"):
            await pilot.press(key)
            await see(pilot, "Communications: Full Control")
            await see(pilot, "Setup > Security > Groups")
            kiosk.screen.hush()
        await pilot.press("c")
        await arrive(pilot, SmsCarrierScreen)
        await see(pilot, "Address https://api.example.com")
        await see(pilot, "Communications: Full Control")
        assert TOKEN not in words_of(kiosk)
        await type_text(pilot, "other")
        await pilot.press("f3")
        await see(pilot, "Not now.")
    kept = practice.call(carriers.carrier, kim, "sms")
    assert kept.address == "https://api.example.com"


async def test_d6_a_gateway_that_is_not_there_rejects_the_registration(
    kiosk: Any, practice: Practice, no_gateway: str
) -> None:
    """What is wrong stands at its field; nothing is registered without an answer."""
    unregistered(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "By files on this computer")
        await pilot.press("c")
        await arrive(pilot, SmsCarrierScreen)
        await choose(pilot, "kind", "http")
        for name, typed in (
            ("address", no_gateway),
            ("account", "AC1"),
            ("token", TOKEN),
            ("sender", "a name that is too long"),
        ):
            kiosk.screen.query_one(f"#{name}").focus_line()
            await type_text(pilot, typed)
        await pilot.press("f3")
        await see(pilot, "The sender is a telephone number")
        await pilot.press("ctrl+u")
        await type_text(pilot, "MapleGrove")
        await pilot.press("f3")
        await see(pilot, "A token is kept.")
        assert TOKEN not in words_of(kiosk)
        await pilot.press("escape")
        await arrive(pilot, CommunicationsScreen)
        await pilot.press("r")
        await see(pilot, "Not working.")
        await see(pilot, "Text messaging is rejected.")
        await see(pilot, "By a gateway · failing")
        await see(pilot, "from MapleGrove")
    history = practice.call(communications.registration, people.signed_in(practice, "kim")).history
    assert [step.state for step in history] == ["rejected", "pending"]
    assert history[0].reason


async def test_esc_leaves_a_check_that_does_not_answer(
    kiosk: Any, practice: Practice, silent_gateway: tuple[str, socket.socket]
) -> None:
    """The screen stays alive; one thing is asked at a time; the result is told when it comes."""
    address, server = silent_gateway
    kim = people.signed_in(practice, "kim")
    practice.call(carriers.save_carrier, kim, gateway(address))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "By a gateway")
        await pilot.press("k")
        await arrive(pilot, WaitDialog)
        await see(pilot, "Waiting for an answer, 1 s so far.")
        await pilot.press("escape")
        await see(pilot, "Not waiting.")
        await pilot.press("k")
        await see(pilot, "The answer from before is still awaited.")
        server.accept()[0].close()
        # A second try, if there is one, finds nobody.
        server.close()
        await see(pilot, "Not working.")
        await see(pilot, "By a gateway · failing")


async def test_what_another_terminal_saved_is_not_overwritten_unseen(
    kiosk: Any, practice: Practice
) -> None:
    kim = people.signed_in(practice, "kim")
    practice.call(carriers.save_carrier, kim, gateway("https://api.example.com"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "api.example.com, from")
        await pilot.press("c")
        await arrive(pilot, SmsCarrierScreen)
        await see(pilot, "Address https://api.example.com")
        practice.call(carriers.save_carrier, kim, gateway("https://api.example.com", "Elsewhere"))
        kiosk.screen.query_one("#countries").focus_line()
        await type_text(pilot, "us ca")
        await pilot.press("f3")
        await see(pilot, "Changed meanwhile.")
        assert practice.call(carriers.carrier, kim, "sms").sender == "Elsewhere"
        await pilot.press("f3")
        await see(pilot, "Saved.")
    kept = practice.call(carriers.carrier, kim, "sms")
    assert (kept.sender, kept.countries) == ("+15105550100", "US CA")


async def test_d7_without_a_mobile_number_nothing_is_sent(kiosk: Any, practice: Practice) -> None:
    unregistered(practice)
    people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'kim'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "No mobile number is on file for you")
        await see(pilot, "Enter a mobile number under File > My Factors > Text message.")
        for key in ("r", "t"):
            await pilot.press(key)
            await see(pilot, "Not now.")
            kiosk.screen.hush()
    sent = "SELECT count(*) FROM outbox_message"
    assert practice.call(lambda store: store.value(sent)) == 0
