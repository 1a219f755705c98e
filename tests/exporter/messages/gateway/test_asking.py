"""Asking a gateway: what became of a message (issue 6), and whether the account works (D6)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from exporter.messages.carriers import CarrierDown, Patience, Receipt
from exporter.messages.gateway.carrier import GatewayCarrier
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier
from tests.exporter.messages.gateway.server import (
    ACCOUNT,
    RECIPIENT,
    SENDER,
    TOKEN,
    Gateway,
    Noted,
    end,
    never,
    number_of,
    said,
    saying,
    serving,
    settings,
)

HASTY = Patience(connect=2, answer=1, whole=10)
MESSAGE = Outgoing(7, "sms", RECIPIENT, "493817")


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    with serving(Gateway()) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """A gateway on this computer that has seen nothing yet."""
    running.reset()
    return running


@pytest.fixture
def carrier(gateway: Gateway) -> Iterator[GatewayCarrier]:
    with closing(GatewayCarrier(here(gateway), HASTY)) as made:
        yield made


def here(gateway: Gateway, **other: str) -> OpenCarrier:
    return settings(gateway, address=f"http://127.0.0.1:{gateway.port}", **other)


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        *((state, None, Receipt("sent")) for state in ("queued", "accepted", "sending", "sent")),
        ("delivered", None, Receipt("delivered")),
        ("read", None, Receipt("delivered")),
        ("undelivered", 30006, "land line"),
        ("failed", 30007, "filtered the message out (error 30007)."),
        ("undelivered", 39999, "did not deliver it (error 39999)."),
        ("undelivered", None, "did not deliver it."),
        ("canceled", None, "cancelled"),
        ("partially_delivered", None, None),
    ],
)
def test_what_became_of_a_message_is_asked_by_its_name(
    carrier: GatewayCarrier, gateway: Gateway, state: str, code: int | None, told: object
) -> None:
    reference = carrier.send(MESSAGE, Noted(gateway))
    gateway.messages[reference] |= {"status": state, "error_code": code}
    found = carrier.receipts([reference, "SM-never-heard-of"])
    if isinstance(told, str):
        assert found[reference].state == "undelivered"
        assert told in found[reference].reason
    else:
        assert found == ({reference: told} if told else {})
    assert gateway.requests[1].path.endswith(f"/Messages/{reference}.json")


def test_receipts_that_break_off_tell_what_they_have(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    """A gateway that cannot be asked at all is said to be down; half the answers are answers."""
    first = carrier.send(MESSAGE, Noted(gateway))
    second = carrier.send(MESSAGE, Noted(gateway))

    def tired(line: socket.socket, request: object) -> None:
        line.sendall(gateway.answer(gateway.requests[-1]))
        gateway.talk = saying(said(500, {}))

    gateway.talk = tired
    assert carrier.receipts([first, second]) == {first: Receipt("sent")}
    with pytest.raises(CarrierDown, match="failure of its own"):
        carrier.receipts([second])
    gateway.talk = None
    end(gateway.lines[-1])
    assert carrier.receipts([second]) == {second: Receipt("sent")}


def test_d6_a_check_signs_in_and_looks_the_sender_up(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    found = carrier.check()
    assert "The line stays in this computer. The account is accepted." in found
    assert "The sender's number can send text messages." in found
    assert [request.method for request in gateway.requests] == ["GET", "GET"]
    assert gateway.requests[1].query["PhoneNumber"] == SENDER
    gateway.account["type"] = "Trial"
    assert "trial" in carrier.check()
    gateway.talk = lambda line, asked: line.sendall(
        gateway.answer(asked) if asked.path.endswith(f"{ACCOUNT}.json") else said(404, {})
    )
    assert "The sender could not be looked up." in carrier.check()
    by_name = GatewayCarrier(here(gateway, sender="MapleGrove"), HASTY)
    assert "The sender could not be looked up." in by_name.check()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"account": {"status": "suspended"}}, "The account at the gateway is suspended."),
        ({"account": {"status": "ok"}}, "makes no sense"),
        ({"numbers": []}, "no such number"),
        ({"numbers": [number_of(f"{SENDER}9")]}, "no such number"),
        ({"numbers": [number_of(SENDER, sms=False)]}, "cannot send text messages"),
        ({"talk": saying(said(401, {"code": 20003}))}, "Enter the account and its token again"),
        ({"talk": saying(said(404, {}))}, "does not know this account"),
        ({"talk": saying(said(503, {}))}, "Try again in a while."),
        ({"talk": saying(said(429, {}))}, "Try again in a while."),
        ({"talk": saying(b"SSH-2.0-OpenSSH\r\n", then_end=True)}, "makes no sense"),
        ({"talk": never}, "did not answer in time"),
    ],
)
def test_d6_a_check_tells_what_is_wrong_and_how_to_mend_it(
    carrier: GatewayCarrier, gateway: Gateway, change: dict[str, object], words: str
) -> None:
    for name, value in change.items():
        setattr(gateway, name, value)
    with pytest.raises(CarrierDown) as problem:
        carrier.check()
    assert words in problem.value.sentence
    assert problem.value.do
    assert not any(secret in problem.value.sentence for secret in (ACCOUNT, TOKEN, SENDER))
