"""Setup › Patient Portal and its invitation rules (REQUIREMENTS P4, P11, Q1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events

from store import portal_setup
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import invite_rules, portal_settings
from tests import people
from tests.tui.conftest import LARGE, SMALL, arrive, see, sign_in, type_text, words_of
from tests.tui.places import open_place
from tests.tui.portal_steps import URL, with_portal
from tests.tui.security_steps import weaken
from tui import browser
from tui.invite_words import LONGEST, minutes_of, span
from tui.screens.invite_rule import InviteRuleScreen
from tui.screens.invite_rules import InviteRulesScreen
from tui.widgets.long_text import LongText


async def test_the_address_and_a_tab_are_set_and_shown_before_saving(
    kiosk: Any, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4, Q1: https only, checked while it is typed; over SSH the address is shown to scan."""
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "portal_settings")
        await see(pilot, "Portal address not set")
        await pilot.press("o")
        await see(pilot, "No address is saved yet.")
        await pilot.press("enter")
        await see(pilot, "Without an address nobody can be given online access.")
        await type_text(pilot, URL.replace("https", "http"))
        await see(pilot, "must begin with https://")
        await pilot.press("enter", "ctrl+u")
        await type_text(pilot, URL)
        await see(pilot, "It can be used.")
        await pilot.press("enter", "down", "down", "right", "down", "down", "left", "s")
        await see(pilot, f"not set → {URL}")
        await see(pilot, "14 days → 15 days")
        await see(pilot, "off → on")
        assert practice.call(portal_setup.url_of) == ""
        await pilot.press("tab", "enter")
        await see(pilot, "Saved. 3 settings changed.")
        await pilot.press("o")
        await see(pilot, "Address of the portal")
    saved = practice.call(portal_settings.settings, people.signed_in(practice, "kim"))
    assert (saved.url, saved.password_days) == (URL, 15)
    assert [name for name, is_on in saved.features.items() if is_on] == ["appointments"]


async def test_view_only_sees_the_settings_and_saves_nothing(
    kiosk: Any, practice: Practice
) -> None:
    """D4 in spirit: the right is named, and what was chosen stays on the page."""
    weaken(practice, people.KEEPERS, Right.PORTAL_SETTINGS, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await open_place(pilot, "portal_settings")
        await see(pilot, "Invitations carry")
        await pilot.press("down", "right", "s")
        await see(pilot, "password → link")
        await pilot.press("tab", "enter")
        await see(pilot, "Setup - Patient Portal: Full Control")
        await see(pilot, "1 change not saved")


async def test_what_somebody_else_saved_meanwhile_is_kept(kiosk: Any, practice: Practice) -> None:
    with_portal(practice)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "portal_settings")
        await see(pilot, URL)
        await pilot.press("down", "down", "right", "s")
        await see(pilot, "14 days → 15 days")
        other = people.signed_in(practice, "kim")
        theirs = practice.call(portal_settings.settings, other)
        practice.call(portal_settings.save_settings, other, replace(theirs, link_days=3))
        await pilot.press("tab", "enter")
        await see(pilot, "Somebody else saved the settings meanwhile.")
        await see(pilot, "A link is valid 3 days")
        await see(pilot, "1 change not saved")
        await pilot.press("s")
        await see(pilot, "Save the settings?")
        await pilot.press("tab", "enter")
        await see(pilot, "Saved. 1 setting changed.")
    saved = practice.call(portal_settings.settings, people.signed_in(practice, "kim"))
    assert (saved.password_days, saved.link_days) == (15, 3)


async def test_a_rule_is_written_previewed_and_switched_on(kiosk: Any, practice: Practice) -> None:
    """P11: days in words, an unknown field is refused, and switching on asks first."""
    with_portal(practice)
    async with kiosk.run_test(size=LARGE) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "portal_settings")
        await see(pilot, URL)
        await pilot.press("i")
        await see(pilot, "There is no rule")
        await pilot.press("n")
        await arrive(pilot, InviteRuleScreen)
        await pilot.press("right")
        await see(pilot, "7 days before each visit")
        await pilot.press("tab", "ctrl+u")
        await type_text(pilot, "3 hours")
        await see(pilot, "3 hours before each visit")
        text = kiosk.screen.query_one(LongText)
        kiosk.screen.set_focus(text)
        await type_text(pilot, "{chart}")
        await pilot.press("f3")
        await see(pilot, "{chart}")
        await see(pilot, "Please check this.")
        await pilot.press(*["backspace"] * 7)
        await pilot.press("f5")
        await see(pilot, "Preview, for an invented patient")
        await see(pilot, URL)
        await pilot.press("escape", "f3")
        await arrive(pilot, InviteRulesScreen)
        await see(pilot, "Saved. It is off")
        await pilot.press("space")
        await see(pilot, "Switch this rule on?")
        await pilot.press("tab", "enter")
        await see(pilot, "The rule is on.")
    (rule,) = practice.call(invite_rules.rules, people.signed_in(practice, "kim"))
    assert (rule.mode, rule.offset_minutes, rule.is_enabled) == ("before_appointment", 180, True)


async def test_attack_text_that_turns_or_steers_the_terminal_is_pasted(
    kiosk: Any, practice: Practice
) -> None:
    """Attack: a pasted text turns what is read, or commands the terminal. It comes in as signs."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        kiosk.screen.open(InviteRuleScreen(invite_rules.new_rule("by_hand"), ()))
        await arrive(pilot, InviteRuleScreen)
        text = kiosk.screen.query_one(LongText)
        kiosk.screen.set_focus(text)
        text.post_message(events.Paste("a\x1b[31m\u202egnp.exe\r\nb"))
        await see(pilot, "‹U+202E›gnp.exe")
        assert text.text.startswith("a␛[31m‹U+202E›gnp.exe\nb")
        await pilot.press("ctrl+a", "ctrl+c", "ctrl+x", "ctrl+v")
        assert "‹U+202E›" in words_of(kiosk)
        assert kiosk.clipboard == ""


@settings(max_examples=50)
@given(st.integers(0, LONGEST))
def test_a_span_of_time_reads_back_as_it_was_written(minutes: int) -> None:
    """P11: a rule's time is shown in words, and the words can be typed."""
    assert minutes_of(span(minutes)) == minutes


@pytest.mark.parametrize("typed", ["", "soon", "-1 days", "7", "7 months", "999999 weeks", "1e3 h"])
def test_what_is_no_span_of_time_is_not_guessed(typed: str) -> None:
    assert minutes_of(typed) is None


@pytest.mark.parametrize(
    ("environment", "platform", "sees"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "a"}, "linux", False),
        ({"SSH_TTY": "a"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_a_browser_is_opened_only_where_somebody_sees_it(
    environment: dict[str, str], platform: str, sees: bool
) -> None:
    """P4: over SSH the browser would open on a screen that nobody looks at."""
    assert browser.has_desktop(environment, platform) is sees


@pytest.mark.parametrize("url", ["http://portal.example", "file:///x", "-o", "javascript:1", ""])
def test_attack_an_address_that_is_not_https_reaches_no_opener(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    assert not browser.open_address(url)
