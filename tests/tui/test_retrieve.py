"""Retrieving to a folder, and looking into a download here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from exporter.runner.rekeying import rekey_waiting
from store.practice import Practice
from store.use_cases import accounts, passwords
from tests import people
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, see, settle, sign_in, type_text
from tests.tui.places import open_place
from tui.screens.archive import ArchiveScreen


async def open_retrieve(pilot: Any) -> None:
    await sign_in(pilot)
    await open_place(pilot, "data_download")
    await see(pilot, "days left")
    await pilot.press("enter")
    await see(pilot, "Save to folder")


async def test_the_archive_is_saved_to_the_folder_that_was_named(
    kiosk: Any, practice: Practice, home_folder: Path, made: Path
) -> None:
    """D17: saved to a folder the user names; it is the same bytes, and it is audited."""
    (original,) = practice.folder.downloads.glob("*.zip")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_retrieve(pilot)
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Retrieved.")
    saved = home_folder / original.name
    assert (
        hashlib.sha256(saved.read_bytes()).digest()
        == hashlib.sha256(original.read_bytes()).digest()
    )
    row = practice.call(lambda s: s.one("SELECT destination FROM data_download_retrieval"))
    assert row["destination"] == str(home_folder)


async def test_a_wrong_password_saves_nothing(kiosk: Any, home_folder: Path, made: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_retrieve(pilot)
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await see(pilot, "Wrong password.")
    assert list(home_folder.iterdir()) == []


async def test_a_folder_that_is_not_there_is_told_at_its_field(kiosk: Any, made: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_retrieve(pilot)
        kiosk.screen.query_one("#folder").value = "/nowhere/at/all"
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "There is no such folder.")


async def test_a_copy_that_cannot_be_audited_does_not_stay(
    kiosk: Any, practice: Practice, home_folder: Path, made: Path
) -> None:
    """Vulnerability: a copy leaves the practice although the session ended meanwhile."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_retrieve(pilot)
        stock = practice.call

        def ends_the_session(use_case: Any, *args: Any, **kwargs: Any) -> Any:
            if use_case.__name__ == "record_retrieval":
                people.change_store(
                    practice, "UPDATE session SET ended_at = '2026-11-21T00:00:00Z'"
                )
            return stock(use_case, *args, **kwargs)

        practice.call = ends_the_session  # type: ignore[method-assign]
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Your session has ended.")
        assert kiosk.actor is None
    assert list(home_folder.iterdir()) == []


async def test_a_download_is_opened_here_without_a_copy(
    kiosk: Any, home_folder: Path, made: Path
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot)
        await open_place(pilot, "data_download")
        await see(pilot, "days left")
        await pilot.press("o")
        await see(pilot, "Nothing is copied")
        await pilot.press("f1")
        await see(pilot, "The archive is opened where it lies")
        await pilot.press("escape")
        await see(pilot, "Your password")
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await see(pilot, "Whole and unchanged")
        assert isinstance(kiosk.screen, ArchiveScreen)
        await pilot.press("escape")
        await settle(pilot, lambda: kiosk.screen.PLACE == "downloads")
    assert list(home_folder.iterdir()) == []


async def test_the_lock_does_not_stop_a_retrieval(
    kiosk: Any, home_folder: Path, made: Path
) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_retrieve(pilot)
        await type_text(pilot, people.PASSWORDS["dana"])
        await pilot.press("enter")
        await settle(pilot, lambda: bool(kiosk.jobs))
        kiosk.lock()
        await settle(pilot, lambda: kiosk.is_locked and kiosk.jobs[0].is_over)
    assert [path.suffix for path in home_folder.iterdir()] == [".zip"]


async def test_d16_it_tells_which_password_opens_it_after_a_change(
    kiosk: Any, practice: Practice, clock: FixedClock, made: Path
) -> None:
    """The earlier one until the next run has locked it anew, then the new one."""
    old, new = people.PASSWORDS["dana"], "nine blue umbrellas"
    dana = people.signed_in(practice, "dana")
    clock.advance(minutes=5)
    practice.call(passwords.change_own_password, dana, old, new)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana", new)
        await open_place(pilot, "data_download")
        await see(pilot, "an earlier Chairside password of yours, the one that you chose 20 Nov")
        await pilot.press("o")
        await see(pilot, "Its password")
        await type_text(pilot, new)
        await pilot.press("tab")
        await type_text(pilot, old)
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, ArchiveScreen))
        rekey_waiting(practice)
        await pilot.press("escape")
        await see(pilot, "Its password is your Chairside password; case matters.")


async def test_d15_after_a_reset_the_list_says_that_nobody_retrieves_it(
    kiosk: Any, practice: Practice, made: Path
) -> None:
    kim = people.signed_in(practice, "kim")
    given = practice.call(accounts.reset_password, kim, 2)
    change_store = people.change_store
    change_store(practice, "UPDATE user SET require_password_change = 0 WHERE user_id = 2")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana", given.password)
        await open_place(pilot, "data_download")
        await see(pilot, "Your password was reset after it was ready, so nobody can retrieve it.")
