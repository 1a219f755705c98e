"""Text messages through a gateway: what goes over the line, and what its answers mean (issue 6)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import trustme

from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    NotNow,
    NotTaken,
    Patience,
    RefusedForGood,
    Reporting,
)
from exporter.messages.gateway import line
from exporter.messages.gateway.carrier import GatewayCarrier
from exporter.messages.gateway.line import ends_here
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier
from store.use_cases.messages import ClaimLost
from tests.exporter.messages.gateway.server import (
    ACCOUNT,
    RECIPIENT,
    SENDER,
    SIGNATURE,
    TOKEN,
    Gateway,
    Noted,
    dripping,
    end,
    ending,
    flooding,
    never,
    said,
    saying,
    serving,
    settings,
)

Make = Callable[..., GatewayCarrier]
TEXT = "Maple Grove & Söhne: 493817 = your code + 10 minutes. ✓"
PATIENT = Patience()
HASTY = Patience(connect=2, answer=1, whole=2)
"""A second is long for an answer from this computer, also while it is busy."""
SECRETS = (ACCOUNT, TOKEN, SIGNATURE, SENDER, RECIPIENT, RECIPIENT[1:], "493817", "Maple")


@pytest.fixture(scope="module")
def running(context: ssl.SSLContext) -> Iterator[Gateway]:
    with serving(Gateway(), context) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway, trusted: None) -> Gateway:
    """A gateway over TLS that has seen nothing yet, and whose certificate is trusted."""
    running.reset()
    return running


@pytest.fixture
def make() -> Iterator[Make]:
    """Make carriers whose lines end with the test."""
    with ExitStack() as stack:

        def one(settings: OpenCarrier, patience: Patience = PATIENT) -> GatewayCarrier:
            return stack.enter_context(closing(GatewayCarrier(settings, patience)))

        yield one


@pytest.fixture
def carrier(gateway: Gateway, make: Make) -> GatewayCarrier:
    return make(settings(gateway))


def message(recipient: str = RECIPIENT) -> Outgoing:
    return Outgoing(7, "sms", recipient, TEXT)


def refusal(carrier: GatewayCarrier, gateway: Gateway) -> NotTaken:
    """Return how a message was not taken; nothing private is in the words."""
    with pytest.raises(NotTaken) as refused:
        carrier.send(message(), Noted(gateway))
    for secret in SECRETS:
        assert secret not in f"{refused.value.sentence} {refused.value!r}"
    return refused.value


def test_a_text_goes_as_the_form_of_the_messages_resource(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    """Handed over is noted when the line stands and before a byte of the message has gone out."""
    noted = Noted(gateway)
    reference = carrier.send(message(), noted)
    (request,) = gateway.requests
    assert (request.method, request.path) == (
        "POST",
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    )
    assert request.form == {"To": RECIPIENT, "From": SENDER, "Body": TEXT}
    assert request.head["authorization"] == SIGNATURE
    assert request.head["host"] == f"localhost:{gateway.port}"
    assert request.head["content-type"] == "application/x-www-form-urlencoded"
    assert noted.seen == [(1, 0)]
    assert list(gateway.messages) == [reference]
    assert isinstance(carrier, Reporting)


def test_a_messaging_service_sends_under_its_own_name(make: Make, gateway: Gateway) -> None:
    service = f"MG{'0a' * 16}"
    make(settings(gateway, sender=service)).send(message(), Noted(gateway))
    assert gateway.requests[0].form == {
        "To": RECIPIENT,
        "MessagingServiceSid": service,
        "Body": TEXT,
    }


@pytest.mark.parametrize(
    ("recipient", "why"),
    [
        ("whatsapp:+15105550142", "country code"),
        ("5105550142", "country code"),
        ("", "country code"),
        ("+447400123456", "GB"),
    ],
)
def test_d7_a_number_that_is_none_or_of_another_country_never_reaches_the_gateway(
    make: Make, gateway: Gateway, recipient: str, why: str
) -> None:
    carrier, noted = make(settings(gateway, countries="US CA")), Noted(gateway)
    with pytest.raises(RefusedForGood, match=why):
        carrier.send(message(recipient), noted)
    assert (noted.seen, gateway.lines) == ([], [])


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (400, 21211, RefusedForGood, "no such telephone number (error 21211)."),
        (400, 21614, RefusedForGood, "land line"),
        (400, 21610, RefusedForGood, "blocked"),
        (403, 21408, RefusedForGood, "that country"),
        (400, 21999, RefusedForGood, "refused the message (error 21999)."),
        (422, None, RefusedForGood, "refused the message."),
        (400, 21606, CarrierDown, "Check the sender"),
        (401, 20003, CarrierDown, "Enter the account and its token again"),
        (403, None, CarrierDown, "Enter the account and its token again"),
        (402, None, CarrierDown, "Add credit"),
        (404, 20404, CarrierDown, "Check the gateway's address"),
        (307, None, CarrierDown, "elsewhere (307)"),
        (429, 20429, NotNow, "It asks for 30 seconds of rest."),
        (400, 21611, NotNow, "no more messages"),
        (500, None, NotNow, "a failure of its own (500)"),
        (503, 20500, NotNow, "a failure of its own (503)"),
        (302, None, NobodyKnows, "says too little (302)"),
        (504, None, NobodyKnows, "may have arrived"),
        (201, 30034, CarrierDown, "not registered"),
    ],
)
def test_an_answer_says_whom_it_is_about(
    carrier: GatewayCarrier,
    gateway: Gateway,
    status: int,
    code: int | None,
    kind: type[NotTaken],
    words: str,
) -> None:
    """Tried again: what is about the moment. Not again: what is about this recipient (issue 6)."""
    told = {"code": code, "message": f"{TOKEN} cannot send '{TEXT}' to {RECIPIENT}"}
    if status == 201:
        told = {"sid": "SM1", "status": "failed", "error_code": code}
    gateway.talk = saying(said(status, told, "Retry-After: 30", "Location: /elsewhere"))
    problem = refusal(carrier, gateway)
    assert type(problem) is kind
    assert words in problem.sentence
    assert len(gateway.requests) == 1


HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
BROKEN = {
    "never": (never, "did not answer in time"),
    "cut": (ending, "ended the connection"),
    "garbage": (saying(b"\x00\xff<html>what\r\n\r\n", then_end=True), "makes no sense"),
    "not JSON": (saying(HEAD + b"Content-Length: 4\r\n\r\n<ok>"), "makes no sense"),
    "half JSON": (saying(HEAD + b'Content-Length: 12\r\n\r\n{"sid": "SM1'), "makes no sense"),
    "half": (saying(HEAD + b'Content-Length: 99\r\n\r\n{"sid"', then_end=True), "ended the conn"),
    "too short": (saying(HEAD + b'Content-Length: 99\r\n\r\n{"sid": "SM1"}'), "in time"),
    "bad chunks": (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "ended the connec"),
    "half a head": (saying(HEAD.replace(b"201", b"400"), then_end=True), "ended the connection"),
    "no name": (saying(said(200, {"status": "queued"})), "makes no sense"),
    "a path for a name": (saying(said(201, {"sid": "../../Calls"})), "makes no sense"),
    "a list": (saying(said(201, [[]])), "makes no sense"),
    "deep": (saying(said(201, None)[:-4].replace(b": 4", b": 9000") + b"[" * 9000), "no sense"),
    "switches": (saying(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "too little (101)"),
    "drip": (dripping(HEAD + b"Content-Length: 60000\r\n\r\n"), "did not answer in time"),
    "flood": (flooding, "has no end"),
}


@pytest.mark.parametrize("talk", BROKEN)
def test_once_it_went_out_and_no_whole_answer_came_nobody_knows(
    make: Make, gateway: Gateway, talk: str
) -> None:
    """It is asked once, not again by the carrier; and the next message has a line of its own."""
    gateway.talk, words = BROKEN[talk]
    carrier = make(settings(gateway), HASTY if "in time" in words else PATIENT)
    noted = Noted(gateway)
    with pytest.raises(NobodyKnows, match="may have arrived") as problem:
        carrier.send(message(), noted)
    assert words in problem.value.what
    assert (len(gateway.requests), noted.seen) == (1, [(1, 0)])
    gateway.talk = None
    assert carrier.send(message(), Noted(gateway)) in gateway.messages


def test_several_messages_go_over_one_line_and_one_that_ended_is_made_anew(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    noted = Noted(gateway)
    carrier.send(message(), noted)
    carrier.send(message(), noted)
    end(gateway.lines[0])
    carrier.send(message(), noted)
    assert noted.seen == [(1, 0), (1, 1), (2, 2)]
    assert len(gateway.messages) == 3


def test_attack_an_answer_sent_ahead_is_not_taken_for_the_next_messages(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    """Vulnerability: what lies on a kept line would be read as the answer to what goes out next.

    Verified: a line on which something lies that nobody asked for is given up.
    """
    ahead = said(201, {"sid": "SM-of-nobody", "status": "queued"})
    gateway.talk = saying(said(201, {"sid": "SM-first"}) + ahead * 100)
    assert carrier.send(message(), Noted(gateway)) == "SM-first"
    gateway.talk = None
    assert carrier.send(message(), Noted(gateway)) in gateway.messages
    assert len(gateway.lines) == 2


def test_what_was_withdrawn_at_the_last_moment_does_not_go_out(
    carrier: GatewayCarrier, gateway: Gateway
) -> None:
    def withdrawn() -> None:
        raise ClaimLost("This message must not be sent any more.")

    with pytest.raises(ClaimLost):
        carrier.send(message(), withdrawn)
    carrier.send(message(), Noted(gateway))
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_attack_a_redirect_to_another_host_gets_neither_token_nor_text(
    carrier: GatewayCarrier, gateway: Gateway, context: ssl.SSLContext, status: int
) -> None:
    with serving(Gateway(), context) as other:
        where = f"Location: https://localhost:{other.port}/2010-04-01/Accounts/{ACCOUNT}.json"
        gateway.talk = saying(said(status, {}, where))
        with pytest.raises((CarrierDown, NobodyKnows)):
            carrier.send(message(), Noted(gateway))
        with pytest.raises(CarrierDown):
            carrier.check()
        assert other.lines == []


def test_attack_a_proxy_or_passwords_of_the_environment_are_not_used(
    make: Make, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Scenario: whoever sets the environment of a terminal reads every code, or signs in anew."""
    (tmp_path / ".netrc").write_text("machine localhost login mallory password x\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving(Gateway()) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        make(settings(gateway)).send(message(), Noted(gateway))
        assert proxy.lines == []
    assert gateway.requests[0].head["authorization"] == SIGNATURE


def test_attack_a_gateway_with_a_certificate_of_somebody_else(
    make: Make, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noted = Noted(gateway)
    by_number = settings(gateway, address=f"https://127.0.0.1:{gateway.port}")
    with pytest.raises(CarrierDown, match="certificate is not trusted"):
        make(by_number).send(message(), noted)
    stranger = tmp_path / "stranger.pem"
    trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger))
    with pytest.raises(CarrierDown, match="certificate is not trusted"):
        make(settings(gateway)).send(message(), noted)
    assert (noted.seen, gateway.requests) == ([], [])


def test_a_gateway_that_is_not_there_or_never_greets_is_down(make: Make, trusted: None) -> None:
    """Nothing was handed over, so it is tried again later."""
    noted = Noted(Gateway())
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        carrier = make(settings(Gateway(port)), HASTY)
        with pytest.raises(CarrierDown, match="did not answer in time"):
            carrier.send(message(), noted)
    with pytest.raises(CarrierDown, match="refuses connections"):
        make(settings(Gateway(port))).send(message(), noted)
    with serving(Gateway()) as plain:
        plain.talk = never
        with pytest.raises(CarrierDown, match="No encrypted line"):
            make(settings(plain)).send(message(), noted)
    assert noted.seen == []


def test_a_greeting_that_drips_has_an_end(make: Make, trusted: None) -> None:
    """The whole has a limit before TLS stands, too."""
    done = threading.Event()

    def drip() -> None:
        line, _ = listening.accept()
        with line:
            # A record of TLS that announces more than ever comes.
            for octet in b"\x16\x03\x03\x3f\xff" + b"\x00" * 5_000:
                if done.wait(0.02):
                    return
                try:
                    line.sendall(bytes([octet]))
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        talking = threading.Thread(target=drip)
        talking.start()
        carrier = GatewayCarrier(
            settings(Gateway(listening.getsockname()[1])), Patience(2, answer=30, whole=0.5)
        )
        try:
            with pytest.raises(CarrierDown, match="did not answer in time"):
                carrier.check()
        finally:
            done.set()
            talking.join()


def test_a_check_says_how_the_line_is_encrypted(carrier: GatewayCarrier) -> None:
    assert "The line is encrypted (TLSv1.3). The account is accepted." in carrier.check()


@dataclass(frozen=True)
class Line:
    """A line of which no more is known than where it ends."""

    peer: str

    def getpeername(self) -> tuple[str, int]:
        return self.peer, 80


def test_attack_without_encryption_nothing_goes_to_another_computer(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the settings refuse, the line refuses again: a name may lead elsewhere by now."""
    for peer, here in (
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("192.0.2.7", False),
        ("fe80::1%eth0", False),
        ("2001:db8::1", False),
    ):
        assert ends_here(cast(socket.socket, Line(peer))) is here
    with serving(Gateway()) as plain:
        near = make(settings(plain, address=f"http://127.0.0.1:{plain.port}/base"))
        near.send(message(), Noted(plain))
        assert plain.requests[0].path.startswith("/base/2010-04-01/")
        near.close()
        noted = Noted(plain)
        monkeypatch.setattr(line, "ends_here", lambda line: False)
        with pytest.raises(CarrierDown, match="only this computer"):
            near.send(message(), noted)
        assert (len(plain.requests), noted.seen) == (1, [])
