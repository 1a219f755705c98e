"""A code from the outbox through a gateway to its end, whatever the gateway does (S5, issue 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from exporter.messages.carriers import Patience
from exporter.messages.delivery import Delivered, deliver
from exporter.messages.receipts import ask_receipts
from store.access import Actor
from store.carrier_settings import CarrierForm
from store.errors import WrongCode
from store.practice import Practice
from store.use_cases import carriers, downloads
from tests.clocks import FixedClock
from tests.exporter.messages.conftest import rows
from tests.exporter.messages.gateway.server import (
    ACCOUNT,
    SENDER,
    TOKEN,
    Gateway,
    never,
    said,
    saying,
    serving,
)
from tests.people import change_store, requested

HASTY = Patience(connect=2, answer=1, whole=10)


@dataclass
class Sent:
    """A download that waits for its code, and who asked for it."""

    practice: Practice
    gateway: Gateway
    actor: Actor
    download_id: int

    def code(self) -> str:
        """Return the code as the phone shows it."""
        found = re.search(r"\b\d{6}\b", self.gateway.requests[0].form["Body"])
        assert found is not None
        return found.group()

    def deliver(self) -> Delivered:
        return deliver(self.practice, patience=HASTY)

    def row(self) -> dict[str, object]:
        (row,) = rows(self.practice)
        return row


@pytest.fixture
def waiting(practice: Practice, sign_in: Callable[[str], Actor]) -> Iterator[Sent]:
    """A code waits in the outbox; then the practice gets a gateway."""
    actor = sign_in("dana")
    number = requested(practice, actor)
    with serving(Gateway()) as gateway:
        form = CarrierForm(
            "sms",
            "http",
            f"http://127.0.0.1:{gateway.port}",
            account=ACCOUNT,
            secret=TOKEN,
            sender=SENDER,
        )
        practice.call(carriers.save_carrier, sign_in("kim"), form)
        # Another carrier is to be registered anew; what counts here is what becomes of the code.
        change_store(
            practice,
            "DELETE FROM communication_registration WHERE state <> 'registered'",
        )
        yield Sent(practice, gateway, actor, number)


def test_s5_a_late_success_does_not_revive_a_code_that_is_over(
    waiting: Sent, practice: Practice, clock: FixedClock
) -> None:
    assert waiting.deliver() == Delivered(1, 0, 0)
    row = waiting.row()
    assert (row["state"], row["sealed_body"], row["sealed_recipient"]) == ("sent", None, None)
    clock.advance(minutes=11)
    (message,) = waiting.gateway.messages.values()
    message["status"] = "delivered"
    assert ask_receipts(practice, patience=HASTY) == 1
    assert waiting.row()["state"] == "delivered"
    with pytest.raises(WrongCode, match="too old"):
        practice.call(
            downloads.confirm_download, waiting.actor, waiting.download_id, waiting.code()
        )


def test_a_message_that_the_network_did_not_deliver_says_why(
    waiting: Sent, practice: Practice, clock: FixedClock
) -> None:
    """First a failure of the gateway, within the code's life; then a try that is taken."""
    waiting.gateway.talk = saying(said(500, {}))
    assert waiting.deliver() == Delivered(0, 1, 0)
    waiting.gateway.talk = None
    clock.advance(seconds=6)
    assert waiting.deliver() == Delivered(1, 0, 0)
    (message,) = waiting.gateway.messages.values()
    message |= {"status": "undelivered", "error_code": 30003}
    clock.advance(seconds=3)
    assert ask_receipts(practice, patience=HASTY) == 1
    row = waiting.row()
    assert (row["state"], row["tries"]) == ("undelivered", 2)
    assert "switched off (error 30003)" in str(row["last_error"])
    assert ask_receipts(practice, patience=HASTY) == 0


def test_a_gateway_that_took_it_and_said_nothing_is_not_given_it_twice(
    waiting: Sent, practice: Practice, clock: FixedClock
) -> None:
    waiting.gateway.talk = never
    assert waiting.deliver() == Delivered(0, 0, 1)
    assert waiting.row()["state"] == "unknown"
    waiting.gateway.talk = None
    clock.advance(minutes=3)
    assert waiting.deliver() == Delivered(0, 0, 0)
    assert len(waiting.gateway.requests) == 1
    practice.call(downloads.confirm_download, waiting.actor, waiting.download_id, waiting.code())
