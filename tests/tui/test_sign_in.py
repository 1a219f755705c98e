"""Signing in, in the user's words."""

from tests.tui.conftest import see, sign_in, type_text


async def test_a_user_signs_in_and_is_home(kiosk):
    async with kiosk.run_test(size=(80, 24)) as pilot:
        await sign_in(pilot)
        await see(pilot, "Dana Ruiz, Office Manager")
        await see(pilot, "Data Download")


async def test_a_wrong_password_is_told_and_forgotten(kiosk):
    async with kiosk.run_test(size=(80, 24)) as pilot:
        await see(pilot, "PGID 1000")
        await type_text(pilot, "dana")
        await pilot.press("enter")
        await type_text(pilot, "wrong")
        await pilot.press("enter")
        await see(pilot, "Not signed in.")
        assert kiosk.screen.query_one("#password").value == ""
