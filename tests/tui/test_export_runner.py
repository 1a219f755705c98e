"""Utilities › Export Runner: what runs, waits and failed, with a real run in its own process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.access import unattended
from store.practice import Practice
from store.use_cases import heartbeat
from store.use_cases import unattended as run
from tests import people, system_programs
from tests.clocks import FixedClock
from tests.tui.conftest import SMALL, see, settle, sign_in, words_of
from tests.tui.places import open_place

LONG_AGO = "2020-01-01T00:00:00Z"


def begin_run(practice: Practice, clock: FixedClock) -> Any:
    """Let a runner take the download that waits, and report once."""
    clock.advance(days=1)
    job = practice.call(run.claim, unattended("here"), "test")
    assert job is not None
    clock.advance(seconds=4)
    practice.call(run.report, job, run.Progress("procedure", 1_412_000, 2_001_344, 512_000_000))
    return job


def states(practice: Practice) -> list[str]:
    """Return the state of every download."""
    return practice.call(
        lambda store: [r[0] for r in store.rows("SELECT state FROM data_download")]
    )


async def test_the_screen_shows_how_far_a_run_is(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """REQUIREMENTS 6: status list with progress."""
    people.scheduled(practice, people.signed_in(practice, "kim"))
    begin_run(practice, clock)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Building the data download of 21 Nov for you")
        await see(pilot, "1,412,000 of 2,001,344 rows")
        await see(pilot, "procedure")
        await see(pilot, "2 s left")


async def test_progress_moves_by_itself(kiosk: Any, practice: Practice, clock: FixedClock) -> None:
    people.scheduled(practice, people.signed_in(practice, "kim"))
    job = begin_run(practice, clock)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "1,412,000")
        practice.call(run.report, job, run.Progress("recall", 1_999_999, 2_001_344, 700_000_000))
        await see(pilot, "1,999,999")


async def test_the_reason_of_a_failure_is_told(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """REQUIREMENTS 6: reason of failure; all of it, although its cell is narrow."""
    reason = "There is no room left in downloads. Free some space or choose another disk for it."
    people.scheduled(practice, people.signed_in(practice, "kim"))
    job = begin_run(practice, clock)
    people.change_store(practice, "UPDATE data_download SET attempts = 9")
    practice.call(run.fail, unattended("here"), job, reason)
    people.change_store(practice, "UPDATE data_download SET state = 'failed'")
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Failed")
        await see(pilot, reason)


async def test_what_could_not_be_begun_waits_with_its_reason_and_as_put_off(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """No try is counted, so none is told."""
    people.scheduled(practice, people.signed_in(practice, "kim"))
    job = begin_run(practice, clock)
    reason = "The disk is full."
    practice.call(run.fail, unattended("here"), job, reason, keys_taken=False)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, f"put off: {reason}"[:20])
        await see(pilot, reason)


async def test_the_heartbeat_is_seen_below_a_long_list_a_run_and_a_long_reason(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """REQUIREMENTS 6, at 80 columns and 24 lines: the list gives way, not what is told below it."""
    kim = people.signed_in(practice, "kim")
    for _ in range(14):
        people.scheduled(practice, kim)
    people.change_store(
        practice, "UPDATE data_download SET state = 'cancelled' WHERE data_download_id > 2"
    )
    begin_run(practice, clock)
    reason = "Reading or writing in downloads failed (No such file or directory). " + (
        "The unfinished file was removed; everything else is as it was. "
        "Check the disk and the rights to the folder, then try again."
    )
    people.change_store(
        practice, "UPDATE data_download SET attempts = 2, error = ? WHERE state = 'running'", reason
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, reason)
        await see(pilot, "attempt 2")
        await see(pilot, "Nightly run:")
        await see(pilot, "downloads use")


async def test_stopping_a_run_asks_the_runner(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    people.scheduled(practice, people.signed_in(practice, "kim"))
    begin_run(practice, clock)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Running")
        await pilot.press("x")
        await see(pilot, "Keep it")
        await pilot.press("tab", "enter")
        await see(pilot, "stopping")
        asked = practice.call(lambda s: s.value("SELECT cancel_requested FROM data_download"))
        assert asked == 1


async def test_a_run_by_hand_is_a_process_of_its_own(kiosk: Any, practice: Practice) -> None:
    people.scheduled(practice, people.signed_in(practice, "kim"))
    people.change_store(practice, "UPDATE data_download SET due_at = ?", LONG_AGO)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Something is due")
        await pilot.press("r")
        await settle(pilot, lambda: "The run has ended." in words_of(kiosk), tries=1500)
        await see(pilot, "Done")
    assert states(practice) == ["ready"]


async def test_bringing_forward_needs_the_security_right_and_makes_it_due(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    people.scheduled(practice, people.signed_in(practice, "kim"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Next")
        await pilot.press("n")
        await see(pilot, "Build all scheduled downloads now?")
        await pilot.press("tab", "enter")
        await see(pilot, "Due now.")
    due = practice.call(lambda s: s.value("SELECT due_at FROM data_download"))
    assert datetime.strptime(due, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) == clock.now()


async def test_without_the_rights_each_key_names_its_own(kiosk: Any, practice: Practice) -> None:
    """D4's manner, for the runner: View Only sees, Full Control starts, Security hurries."""
    people.change_store(
        practice, "UPDATE group_permission SET level = 1 WHERE permission_code LIKE 'utilities.ex%'"
    )
    people.change_store(
        practice, "UPDATE group_permission SET level = 1 WHERE permission_code = 'setup.security'"
    )
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "has never run")
        await pilot.press("r")
        await see(pilot, "Utilities - Export Runner: Full Control")
        await pilot.press("n")
        await see(pilot, "Setup - Security: Full Control")
        await settle(pilot, lambda: kiosk.screen._disk is not None)
        await pilot.press("q")
        await see(pilot, "Utilities - Export Runner: Full Control")


async def test_what_is_done_tells_its_size(kiosk: Any, made: Path) -> None:
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Done")
        await see(pilot, "Dana Ruiz")
        await see(pilot, "kB")
        await see(pilot, "Nightly run: last 09:00, by hand")


async def test_the_timer_and_the_quota_are_set_with_one_key_each_and_the_disk_is_told(
    kiosk: Any, practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5: the alarm names the key that mends it; the harmless answer stands first."""
    system_programs.put_up(tmp_path / "system", monkeypatch)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Nightly run: has never run; i installs the timer.")
        await see(pilot, "GB free · downloads use 0 bytes of 10 GB")
        await settle(pilot, lambda: not kiosk.screen.why_not("runner.install"))
        await pilot.press("i")
        await see(pilot, "Leave it")
        await pilot.press("tab", "enter")
        await see(pilot, "Installed.")
        await see(pilot, "Nightly run: systemd timer · has never run.")
        await pilot.press("i")
        await see(pilot, "The timer is set up already.")
        await pilot.press("q")
        await see(pilot, "0 bytes are used; 10 GB are left for new ones.")
        await pilot.press("ctrl+u", "0", "enter")
        await see(pilot, "1 to 100,000 GB.")
        await pilot.press("ctrl+u", *"2.5", "enter")
        await see(pilot, "A whole number of gigabytes.")
        await pilot.press("ctrl+u", *"250", "enter")
        await see(pilot, "Saved. Downloads may take 250 GB.")
        await see(pilot, "downloads use 0 bytes of 250 GB")
    assert list((tmp_path / "system").rglob("timers.target.wants/chairside-1000-*.timer"))
    told = practice.call(
        lambda s: s.value("SELECT description FROM audit_log WHERE action = 'runner.install'")
    )
    assert told.startswith("Set up the systemd timer chairside-1000-")


async def test_a_killed_run_is_told_and_built_anew_with_r(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """D13: its lease is over, so the next run takes it over; the screen offers just that."""
    people.scheduled(practice, people.signed_in(practice, "kim"))
    begin_run(practice, clock)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Building the data download")
        await pilot.press("r")
        await see(pilot, "A run is going on.")
        people.change_store(practice, "UPDATE data_download SET lease_until = ?", LONG_AGO)
        await see(pilot, "It stopped at 31 Dec 2019 15:58 (the computer was off, or the run was")
        await see(pilot, "Stopped 31 Dec 2019 15:58")
        assert "Building" not in words_of(kiosk)
        await pilot.press("r")
        await see(pilot, "The run has ended.")
        await see(pilot, "Done")
    assert states(practice) == ["ready"]


async def test_a_killed_last_try_promises_no_further_one(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """D13: the run that comes next tells it as failed."""
    people.scheduled(practice, people.signed_in(practice, "kim"))
    begin_run(practice, clock)
    people.change_store(practice, "UPDATE data_download SET attempts = 4")
    clock.advance(minutes=3)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "its tries are used up: schedule a new one.")
        await pilot.press("escape")
        await open_place(pilot, "data_download")
        await see(pilot, "stopped before its end")
        await see(pilot, "the run was killed): its tries are used up.")
        assert "builds it anew" not in words_of(kiosk)


async def test_what_a_killed_run_left_is_cancelled_at_once(
    kiosk: Any, practice: Practice, clock: FixedClock
) -> None:
    """Nobody is there whom one could ask to stop; its keys go with it (DESIGN, life of a download).

    A runner that only slept finds that it lost its lease.
    """
    people.scheduled(practice, people.signed_in(practice, "kim"))
    job = begin_run(practice, clock)
    clock.advance(minutes=3)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "r builds it anew.")
        await pilot.press("x")
        await see(pilot, "Keep it")
        await pilot.press("tab", "enter")
        await see(pilot, "Cancelled. Nothing of it is kept.")
        await see(pilot, "Nothing is being built and nothing waits.")
        await see(pilot, "The run was cancelled.")
        assert "The try before" not in words_of(kiosk)
    assert states(practice) == ["cancelled"]
    assert practice.call(lambda s: s.value("SELECT count(*) FROM data_download_key")) == 0
    with pytest.raises(run.LeaseLost):
        practice.call(run.report, job, run.Progress("recall", 1, 1, 1))


async def test_cancelling_asks_nobody_who_may_not(kiosk: Any, practice: Practice) -> None:
    """D4's manner: the reason comes instead of the question."""
    people.change_store(
        practice,
        "UPDATE group_permission SET level = 1"
        " WHERE permission_code LIKE 'utilities.ex%' OR permission_code = 'setup.security'",
    )
    people.scheduled(practice, people.signed_in(practice, "dana"))
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "Next")
        await pilot.press("x")
        await see(pilot, "Only Dana Ruiz can, or who holds Setup - Security: Full Control.")


async def test_a_folder_that_is_gone_is_named_and_the_list_is_not_pointed_to(
    kiosk: Any, practice: Practice
) -> None:
    """The run is over before a download is begun: its own reason is told, and i works on."""
    downloads = practice.folder.downloads
    downloads.rename(downloads.with_name("elsewhere"))
    downloads.touch(mode=0o700)
    async with kiosk.run_test(size=SMALL) as pilot:
        await sign_in(pilot, "kim")
        await open_place(pilot, "export_runner")
        await see(pilot, "cannot be read (Not a directory).")
        await settle(pilot, lambda: kiosk.screen._installed is not None)
        assert "The system is being asked." not in kiosk.screen.why_not("runner.install")
        await pilot.press("q")
        await see(pilot, "Not now. The folder")
        await pilot.press("r")
        await see(pilot, "The run has ended with an error. The folder")
        assert "The list tells the reason." not in words_of(kiosk)
    last = practice.call(heartbeat.pulse).last
    assert last is not None
    assert last.outcome == "broken"
