"""Invitations, portal activity and the mail account in the kiosk (REQUIREMENTS P11)."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Any

from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import carriers, invitations
from tests import people
from tests.tui.conftest import SMALL, burst, see, settle, sign_in, type_text, words_of
from tests.tui.places import open_place
from tests.tui.portal_steps import choose, count, with_patients, with_portal
from tests.tui.security_steps import weaken

INVITED = "SELECT count(*) FROM portal_invite"


async def test_all_who_qualify_are_invited_but_those_left_out(
    kiosk: Any, practice: Practice
) -> None:
    """P11: who qualifies, who does not and why; nobody before the question is answered."""
    with_portal(practice)
    with_patients(practice, complete=4, incomplete=2)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await open_place(pilot, "invitations")
        await see(pilot, "Nobody was invited yet.")
        await pilot.press("i")
        await see(pilot, "4 can be invited · 2 cannot")
        await pilot.press("v")
        await see(pilot, "Doe [/x], Ruth")
        await see(pilot, "The e-mail address is missing.")
        await pilot.press("v")
        await see(pilot, "Adler00, Ruth")
        await pilot.press("space")
        await see(pilot, "1 left out")
        await pilot.press("i")
        await see(pilot, "Invite 3 patients?")
        assert count(practice, INVITED) == 0
        await pilot.press("tab", "enter")
        await see(pilot, "3 patients invited. 3 messages not sent yet")
        await see(pilot, "1 can be invited")
        assert count(practice, INVITED) == 3
        await pilot.press("escape")
        await see(pilot, "on its way")
        await see(pilot, "No mail server is set up.")


async def test_inviting_goes_on_while_the_kiosk_is_locked(kiosk: Any, practice: Practice) -> None:
    """What outlives the lock is told on the home screen of whoever started it."""
    with_portal(practice)
    with_patients(practice, complete=8)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "ana")
        await open_place(pilot, "invitations")
        await see(pilot, "Nobody was invited yet.")
        await pilot.press("i")
        await see(pilot, "8 can be invited")
        await pilot.press("i")
        await see(pilot, "Invite 8 patients?")
        await pilot.press("tab")
        # Not `press`: to wait until the kiosk is idle is to wait until everybody is invited.
        burst(pilot, ("enter", None))
        while not kiosk.jobs:
            await asyncio.sleep(0)
        burst(pilot, ("f9", None))
        await settle(pilot, lambda: kiosk.is_locked)
        assert "Adler" not in words_of(kiosk)
        await settle(pilot, lambda: kiosk.jobs[0].is_over)
        await type_text(pilot, people.PASSWORDS["ana"])
        await pilot.press("enter")
        await see(pilot, "8 patients invited.")
    assert count(practice, INVITED) == 8


async def test_portal_activity_is_filtered_and_saved(
    kiosk: Any, practice: Practice, home_folder: Path
) -> None:
    """P11: to CSV, what the filter shows and no more; the trail tells of it."""
    with_portal(practice)
    numbers = with_patients(practice, complete=2)
    practice.call(invitations.invite, people.signed_in(practice, "kim"), numbers[0])
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "portal_activity")
        await see(pilot, "1 never invited · 1 invited · 0 signed in · 0 failed")
        await pilot.press("f")
        await see(pilot, "Filter portal activity")
        await choose(pilot, "state", "invited")
        await pilot.press("tab", "tab", "tab", "enter")
        await see(pilot, "Shown: state invited")
        assert "Adler01" not in words_of(kiosk)
        await pilot.press("e")
        await see(pilot, "is not encrypted; it names patients.")
        await pilot.press("enter", "enter")
        await see(pilot, "1 patients. Not encrypted.")
    (saved,) = home_folder.glob("portal-activity-1000-*.csv")
    rows = list(csv.reader(saved.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [str(numbers[0])]
    told = "SELECT count(*) FROM audit_log WHERE action LIKE '%activity%'"
    assert count(practice, told) == 1


async def test_view_only_reads_the_invitations_and_sends_none(
    kiosk: Any, practice: Practice
) -> None:
    with_portal(practice)
    with_patients(practice, complete=1)
    weaken(practice, people.KEEPERS, Right.INVITATIONS, Level.VIEW)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "dana")
        await open_place(pilot, "invitations")
        await see(pilot, "Nobody was invited yet.")
        await pilot.press("i")
        await see(pilot, "1 can be invited")
        await pilot.press("enter")
        await see(pilot, "Invite Adler00, Ruth?")
        await pilot.press("tab", "enter")
        await see(pilot, "Invitations: Full Control")
    assert count(practice, INVITED) == 0


async def test_in_a_practice_of_invented_people_no_mail_account_means_files(
    kiosk: Any, practice: Practice
) -> None:
    """What is not so is not on offer: mail that is not set up is written to files there."""
    people.change_store(practice, "INSERT INTO preference (name, value) VALUES ('demo.seed', '1')")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "E-mail By files on this computer")
        await pilot.press("m")
        await see(pilot, "written to files on this computer.")
        for _ in range(3):
            await pilot.press("right")
            assert kiosk.screen.kind in ("smtp", "spool")


async def test_the_mail_account_is_saved_and_its_password_never_shown(
    kiosk: Any, practice: Practice
) -> None:
    """P11: what is wrong stands at its field; a server that is not there is told, with a reason."""
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "communications")
        await see(pilot, "m mail")
        await pilot.press("m")
        await see(pilot, "Nothing is set up; what is to be sent waits.")
        await choose(pilot, "kind", "smtp")
        await choose(pilot, "security", "none")
        for name, typed in (
            ("address", "127.0.0.1"),
            ("port", "1"),
            ("sender", "office"),
        ):
            kiosk.screen.query_one(f"#{name}").focus_line()
            await type_text(pilot, typed)
        await pilot.press("f3")
        await see(pilot, "This is not an e-mail address.")
        await type_text(pilot, "@maplegrove.example")
        await pilot.press("f3")
        await see(pilot, "Saved. F5 checks it")
        await pilot.press("f5")
        await see(pilot, "By a mail server · failing")
    view = practice.call(carriers.carrier, people.signed_in(practice, "kim"), "email")
    assert (view.sender, view.health) == ("office@maplegrove.example", "failing")
