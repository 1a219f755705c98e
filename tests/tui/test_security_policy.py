"""Setup › Security › Policy: chosen, explained, reviewed, saved (REQUIREMENTS S4, S5, D12)."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import passwords
from store.use_cases.security_policy import security_policy
from tests import people
from tests.people import SignIn
from tests.tui.conftest import LARGE, SMALL, arrive, see, words_of
from tests.tui.conftest import sign_in as go_to_desk
from tests.tui.places import open_place
from tests.tui.security_steps import weaken
from tui.app import ChairsideApp
from tui.screens.home import HomeScreen
from tui.screens.policy_rows import SavePolicyDialog


async def open_policy(pilot: Pilot[None], user_name: str = "kim") -> None:
    """Sign in and open the policy."""
    await go_to_desk(pilot, user_name)
    await open_place(pilot, "security_policy")
    await see(pilot, "Archive passphrase")


async def review(pilot: Pilot[None]) -> None:
    """Ask for the review before saving."""
    await pilot.press("s")
    await see(pilot, "Save the policy?")


async def save(pilot: Pilot[None]) -> None:
    """Read the review, step to its button, save."""
    await review(pilot)
    await pilot.press("tab", "enter")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_s4_each_preset_stands_there_with_its_plain_sentence(
    kiosk: ChairsideApp, practice: Practice, sign_in: SignIn, size: tuple[int, int]
) -> None:
    offered = practice.call(passwords.presets, sign_in("kim"))
    async with kiosk.run_test(size=size) as pilot:
        await open_policy(pilot)
        for preset in offered:
            await see(pilot, f"{preset.label}. {preset.sentence}")
        await see(pilot, "▸NIST 800-63B-4")


async def test_d12_the_second_factor_of_a_download_is_no_setting(kiosk: ChairsideApp) -> None:
    """It is told beside what can be switched off, and in F1."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await see(pilot, "A data download always asks for its own second factor.")
        await pilot.press("f1")
        await see(pilot, "cannot be switched off, here or anywhere")


async def test_s4_a_preset_counts_once_it_is_reviewed_and_saved(
    kiosk: ChairsideApp, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("right", "right")
        await see(pilot, "Policy · 1 change not saved")
        await see(pilot, "not saved; it is still NIST 800-63B-4")
        assert practice.call(passwords.policy).preset == "nist"
        await save(pilot)
        await see(pilot, "Saved. 1 setting changed.")
        assert practice.call(passwords.policy).preset == "yearly"


async def test_the_harmless_button_has_the_focus_and_saves_nothing(
    kiosk: ChairsideApp, practice: Practice
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("right")
        await review(pilot)
        assert kiosk.focused is not None
        assert kiosk.focused.id == "back"
        await pilot.press("enter")
        await see(pilot, "1 change not saved")
        assert practice.call(passwords.policy).preset == "nist"


async def test_who_will_have_to_enrol_is_told_before_it_is_kept(
    kiosk: ChairsideApp, practice: Practice
) -> None:
    """S5: at sign-in, whoever has no factor cannot get in."""
    people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'ana'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("down", "right")
        await review(pilot)
        await see(pilot, "1 user will be asked for a code at the next sign-in.")
        assert "Ana Silva" not in words_of(kiosk)
        await pilot.press("escape", "right")
        await review(pilot)
        await see(pilot, "3 users will be asked for a code at the next sign-in.")
        await see(pilot, "1 without a mobile number on file: Ana Silva.")


async def test_all_three_at_once_fit_the_smallest_terminal(
    kiosk: ChairsideApp, practice: Practice, sign_in: SignIn
) -> None:
    """The review shows each meaning and both buttons at 80x24; all three are then kept."""
    kim = sign_in("kim")
    people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name <> 'kim'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("right", "down", "right", "right", "down", "right")
        await review(pilot)
        for text in ("Passwords: NIST", "Off → Everyone", "When needed → Always", "stays shut."):
            await see(pilot, text)
        assert isinstance(kiosk.screen, SavePolicyDialog)
        for button in ("#back", "#save"):
            assert kiosk.screen.query_one(button).region.bottom < SMALL[1]
        await see(pilot, "Go on changing")
        await pilot.press("tab", "enter")
        await see(pilot, "Saved. 3 settings changed.")
    assert practice.call(passwords.policy).preset == "strong"
    assert practice.call(security_policy, kim).sign_in_factor == "everyone"
    assert practice.call(security_policy, kim).always_passphrase is True


async def test_an_administrator_without_a_factor_is_not_locked_out(
    kiosk: ChairsideApp, practice: Practice, sign_in: SignIn
) -> None:
    """Refused with the reason; what was chosen stays, and nothing else was saved with it."""
    kim = sign_in("kim")
    people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'kim'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("right", "down", "right")
        await save(pilot)
        await see(pilot, "You have no second factor yet")
        await see(pilot, "2 changes not saved")
    assert practice.call(passwords.policy).preset == "nist"
    assert practice.call(security_policy, kim).sign_in_factor == "off"


async def test_d4_view_only_sees_it_and_learns_what_saving_takes(
    kiosk: ChairsideApp, practice: Practice
) -> None:
    weaken(practice, people.KEEPERS, Right.SECURITY, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot, "dana")
        await pilot.press("right")
        await save(pilot)
        await see(pilot, "Setup - Security: Full Control")
        await see(pilot, "Setup > Security > Groups")
        await see(pilot, "1 change not saved")
    assert practice.call(passwords.policy).preset == "nist"


async def test_d4_a_right_lost_after_home_was_drawn_is_refused_by_name(
    kiosk: ChairsideApp, practice: Practice
) -> None:
    """Rights are read at each use: Home offered the place, the store no longer does."""
    weaken(practice, people.KEEPERS, Right.SECURITY, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await go_to_desk(pilot, "dana")
        await see(pilot, "Security Policy")
        weaken(practice, people.KEEPERS, Right.SECURITY, Level.NONE)
        await open_place(pilot, "security_policy")
        await see(pilot, "Setup - Security: View Only")
        assert "▸" not in words_of(kiosk)
        await pilot.press("s")
        await see(pilot, "Not now.")


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(
    kiosk: ChairsideApp, practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("down", "down", "right")
        people.save_policy(practice, kim, preset="strong")
        await save(pilot)
        await see(pilot, "Somebody else saved the policy meanwhile.")
        await see(pilot, "▸Strong")
        assert practice.call(security_policy, kim).always_passphrase is False
        await save(pilot)
        await see(pilot, "Saved. 1 setting changed.")
    assert practice.call(passwords.policy).preset == "strong"
    assert practice.call(security_policy, kim).always_passphrase is True


async def test_changes_are_taken_back_and_never_lost_unasked(kiosk: ChairsideApp) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_policy(pilot)
        await pilot.press("s")
        await see(pilot, "Nothing was changed.")
        await pilot.press("right", "escape")
        await see(pilot, "Leave without saving?")
        await pilot.press("enter")
        await see(pilot, "1 change not saved")
        await pilot.press("z")
        await see(pilot, "Taken back.")
        assert "not saved" not in words_of(kiosk)
        await pilot.press("escape")
        await arrive(pilot, HomeScreen)
