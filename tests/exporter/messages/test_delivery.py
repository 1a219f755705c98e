"""Delivering the outbox: to files in an offline test environment (D6, D11)."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.messages.delivery import deliver
from exporter.messages.spool import SpoolCarrier
from exporter.runner.run import run_due
from store.access import Actor
from store.database import Store
from store.outbox import Outgoing
from store.practice import Practice
from store.use_cases import factors
from store.use_cases.messages import ClaimLost
from tests.clocks import FixedClock
from tests.people import PASSWORDS, last_code, requested

SignIn = Callable[[str], Actor]


def message(practice: Practice) -> dict[str, object]:
    row = practice.call(Store.one, "SELECT * FROM outbox_message ORDER BY 1 DESC LIMIT 1")
    assert row is not None
    return dict(row)


def test_d11_the_code_reaches_the_phone_and_is_wiped_from_the_store(
    practice: Practice, sign_in: SignIn
) -> None:
    requested(practice, sign_in("dana"))
    code = last_code(practice)
    assert deliver(practice).sent == 1
    (file,) = practice.folder.spool.iterdir()
    text = file.read_text("utf-8")
    assert text.startswith("To: +15105550142\n")
    assert code in text
    sent = message(practice)
    assert (sent["state"], sent["carrier_reference"]) == ("sent", file.name)
    assert (sent["sealed_body"], sent["sealed_recipient"]) == (None, None)
    assert deliver(practice).sent == 0


@pytest.mark.skipif(sys.platform == "win32", reason="modes; Windows has access lists")
def test_a_spooled_message_is_private(practice: Practice, sign_in: SignIn) -> None:
    requested(practice, sign_in("dana"))
    deliver(practice)
    (file,) = practice.folder.spool.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(practice.folder.spool.stat().st_mode) == 0o700


def test_what_the_carrier_does_not_take_stays_with_the_reason_and_is_tried_again(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    requested(practice, sign_in("dana"))
    code = last_code(practice)
    practice.folder.spool.rmdir()
    practice.folder.spool.write_text("a file in the way")
    assert deliver(practice).sent == 0
    waiting = message(practice)
    assert (waiting["state"], waiting["tries"]) == ("queued", 1)
    assert waiting["last_error"]
    assert code not in str(waiting["last_error"])
    practice.folder.spool.unlink()
    clock.advance(seconds=5)
    assert deliver(practice).sent == 1
    assert message(practice)["state"] == "sent"


def test_a_code_that_is_too_old_is_not_sent_any_more(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    requested(practice, sign_in("dana"))
    clock.advance(minutes=10)
    assert deliver(practice).sent == 0


def test_s6_the_notice_of_a_changed_number_goes_to_the_old_one(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    dana = sign_in("dana")
    practice.call(factors.change_phone, dana, dana.user_id, "+15105550177", PASSWORDS["dana"])
    clock.advance(hours=23)
    assert deliver(practice).sent == 1
    (file,) = practice.folder.spool.iterdir()
    assert file.read_text("utf-8").startswith("To: +15105550142\n")


def test_a_delivery_that_was_killed_half_way_is_done_again(
    practice: Practice, sign_in: SignIn
) -> None:
    requested(practice, sign_in("dana"))
    half = practice.folder.spool / ".000001-sms.txt.part"
    half.write_text("To: half a mess")
    assert deliver(practice).sent == 1
    (whole,) = practice.folder.spool.iterdir()
    assert "code" in whole.read_text("utf-8")


def test_d13_the_unattended_run_sends_what_waits(practice: Practice, sign_in: SignIn) -> None:
    requested(practice, sign_in("dana"))
    assert run_due(practice) == []
    assert message(practice)["state"] == "sent"


def test_a_message_withdrawn_at_the_last_moment_leaves_no_file(tmp_path: Path) -> None:
    """What has its file has arrived; so nothing may have it before it is being handed over."""
    folder = tmp_path / "spool"

    def withdrawn() -> None:
        assert [one.suffix for one in folder.iterdir()] == [".part"]
        raise ClaimLost("This message must not be sent any more.")

    with pytest.raises(ClaimLost):
        SpoolCarrier(folder).send(Outgoing(1, "sms", "+15105550142", "A text."), withdrawn)
    assert list(folder.iterdir()) == []


def test_attack_reading_a_sent_message_out_of_the_database_and_its_log(
    practice: Practice, sign_in: SignIn
) -> None:
    """Vulnerability: what was deleted stands in free pages, and in the log for a while.

    Verified: after a delivery not even what was sealed is found in any file of the database.
    """
    requested(practice, sign_in("dana"))
    queued = message(practice)
    sealed = [queued["sealed_body"], queued["sealed_recipient"]]
    files = list(practice.folder.path.glob(f"{practice.folder.database.name}*"))

    def found() -> list[bool]:
        stored = b"".join(file.read_bytes() for file in files)
        return [one in stored for one in sealed if isinstance(one, bytes)]

    assert found() == [True, True]
    deliver(practice)
    assert found() == [False, False]
