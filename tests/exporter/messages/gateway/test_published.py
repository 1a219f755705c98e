"""What the carrier says and hears, judged by the gateway's published description (issue 6).

Prism, a validating proxy that is not ours, stands between the carrier and our test gateway: it
refuses a request and an answer that the description (OpenAPI) does not allow.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlencode

import pytest

from exporter.messages.carriers import CarrierDown, Patience, Receipt
from exporter.messages.gateway.carrier import GatewayCarrier
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier
from tests.conftest import PROJECT
from tests.exporter.messages.gateway.server import (
    ACCOUNT,
    RECIPIENT,
    SENDER,
    SIGNATURE,
    TOKEN,
    Gateway,
    said,
    saying,
    serving,
)

PRISM = PROJECT / ".prism"
PROGRAM = PRISM / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
STARTED = "Prism is listening"
LONGEST_START = 120
"""Seconds."""


@pytest.fixture(scope="module")
def behind() -> Iterator[Gateway]:
    with serving(Gateway()) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def port(behind: Gateway) -> Iterator[int]:
    """The port of Prism, before our test gateway."""
    node = shutil.which("node")
    if node is None or not (PRISM / "installed").exists():
        pytest.skip("Prism is not installed (tests/exporter/messages/gateway/prism/install)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = ("-h", "127.0.0.1", "-p", str(port))
    what = (str(PRISM / "twilio_api_v2010.json"), f"http://127.0.0.1:{behind.port}")
    with subprocess.Popen(
        [node, str(PROGRAM), "proxy", *what, "--errors", *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as prism:
        assert prism.stdout is not None
        patience = threading.Timer(LONGEST_START, prism.kill)
        patience.start()
        try:
            assert any(STARTED in line for line in prism.stdout), "Prism did not start"
            patience.cancel()
            reading = threading.Thread(target=prism.stdout.read)
            reading.start()
            yield port
        finally:
            patience.cancel()
            prism.kill()
        reading.join()


@pytest.fixture
def gateway(behind: Gateway) -> Gateway:
    behind.reset()
    return behind


@pytest.fixture
def carrier(port: int) -> Iterator[GatewayCarrier]:
    settings = OpenCarrier(
        kind="http",
        address=f"http://127.0.0.1:{port}",
        account=ACCOUNT,
        secret=TOKEN,
        sender=SENDER,
    )
    with closing(GatewayCarrier(settings, Patience())) as made:
        yield made


def send(carrier: GatewayCarrier) -> str:
    return carrier.send(Outgoing(7, "sms", RECIPIENT, "493817 & 10 minutes ✓"), lambda: None)


def test_sending_asking_and_checking_are_as_published(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    reference = send(carrier)
    assert gateway.messages[reference]["body"] == "493817 & 10 minutes ✓"
    for state, code, told in (
        ("sent", None, Receipt("sent")),
        ("delivered", None, Receipt("delivered")),
        ("undelivered", 30003, None),
    ):
        gateway.messages[reference] |= {"status": state, "error_code": code}
        found = carrier.receipts([reference])[reference]
        assert found == told or (found.state == "undelivered" and "(error 30003)" in found.reason)
    assert "The sender's number can send text messages." in carrier.check()
    assert len(gateway.requests) == 6


def form_refused(port: int, form: dict[str, str], signature: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        head = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": signature}
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        line.request("POST", path, urlencode(form), head)
        return line.getresponse().status


def test_the_judge_refuses_what_is_not_as_published(port: int, gateway: Gateway) -> None:
    """Else the test above would say nothing: a request without recipient, and one unsigned."""
    assert form_refused(port, {"From": SENDER, "Body": "x"}, SIGNATURE) == 422
    assert form_refused(port, {"To": RECIPIENT, "From": SENDER, "Body": "x"}, "") == 401
    assert gateway.requests == []


def test_the_judge_refuses_an_answer_that_is_not_as_published(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    reference = send(carrier)
    odd = {**gateway.messages[reference], "status": "teleported"}
    gateway.talk = saying(said(200, odd))
    with pytest.raises(CarrierDown, match="failure of its own"):
        carrier.receipts([reference])
