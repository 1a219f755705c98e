"""`chairside doctor` tries each carrier for real: broken set-ups, and how each is mended."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from exporter.runner.checkup import check_carriers
from store.access import Actor
from store.database import Store
from store.practice import Practice
from store.use_cases import carriers
from store.use_cases.carriers import CarrierForm
from tests import people
from tests.clocks import FixedClock
from tests.exporter.messages.carrying import use_gateway
from tests.exporter.messages.gateway.server import TOKEN, Gateway, never
from tests.exporter.messages.gateway.server import serving as gateway_on
from tests.exporter.messages.mail_server import ACCOUNT, SECRET, MailServer
from tests.exporter.messages.mail_server import serving as mail_server_on
from tui.commands.doctor import examine

PRIVATE = (TOKEN, SECRET, "not the token", "not the password", ACCOUNT)


@pytest.fixture
def around() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _tls(authority: trustme.CA | None = None) -> ssl.SSLContext:
    """A server's side, vouched for by an authority that nobody knows unless it is handed in."""
    kind = trustme.KeyType.ECDSA
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (authority or trustme.CA(key_type=kind)).issue_cert("localhost", key_type=kind).configure_cert(
        context
    )
    return context


def wrong_token(practice: Practice, kim: Actor, around: ExitStack) -> None:
    gateway = around.enter_context(gateway_on(Gateway()))
    use_gateway(practice, kim, gateway, secret="not the token")


def refusing(practice: Practice, kim: Actor, around: ExitStack) -> None:
    with gateway_on(Gateway()) as gone:
        pass
    use_gateway(practice, kim, gone)


def strange_certificate(practice: Practice, kim: Actor, around: ExitStack) -> None:
    gateway = around.enter_context(gateway_on(Gateway(), _tls()))
    use_gateway(practice, kim, gateway, address=f"https://localhost:{gateway.port}")


def no_modem(practice: Practice, kim: Actor, around: ExitStack) -> None:
    pytest.importorskip("gammu", reason="python-gammu is not installed: pip install -e '.[modem]'")
    form = CarrierForm("sms", "modem", address="/dev/ttyUSB239")
    practice.call(carriers.save_carrier, kim, form)


def mail_without_encryption(practice: Practice, kim: Actor, around: ExitStack) -> None:
    server = around.enter_context(mail_server_on(MailServer(), _tls(), "none"))
    _mail(practice, kim, server.port, security="starttls", account="", secret="")


def wrong_mail_password(practice: Practice, kim: Actor, around: ExitStack) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    server = around.enter_context(mail_server_on(MailServer(), _tls(authority), "starttls"))
    file = around.enter_context(authority.cert_pem.tempfile())
    around.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", file)
    _mail(practice, kim, server.port, security="starttls", secret="not the password")


def _mail(practice: Practice, kim: Actor, port: int, **other: str) -> None:
    given = {"account": ACCOUNT, "secret": SECRET, "sender": "office@maple.example", **other}
    form = CarrierForm("email", "smtp", address="localhost", port=port, **given)
    practice.call(carriers.save_carrier, kim, form)


@pytest.mark.parametrize(
    ("broken", "subject", "text", "mend"),
    [
        (wrong_token, "text messages", "did not accept the account", "token"),
        (refusing, "text messages", "refuses connections", "address"),
        (strange_certificate, "text messages", "certificate is not trusted", ""),
        (no_modem, "text messages", "no modem at this device", "Plug it in"),
        (mail_without_encryption, "e-mail", "STARTTLS", "Choose TLS"),
        (wrong_mail_password, "e-mail", "did not accept the account", "password"),
    ],
)
def test_a_carrier_that_does_not_work_is_found_and_how_to_mend_it_told(
    practice: Practice, around: ExitStack, broken, subject: str, text: str, mend: str
) -> None:
    kim = people.signed_in(practice, "kim")
    broken(practice, kim, around)
    before = noted(practice)
    found = {one.subject: one for one in check_carriers(practice, 5)}[subject]
    assert (found.grade, text in found.text, mend in found.mend) == ("broken", True, True), found
    assert found.mend
    assert not any(one in found.text + found.mend for one in PRIVATE)
    assert noted(practice) == before, "the doctor notes nothing"


def noted(practice: Practice) -> list[tuple[object, ...]]:
    found = practice.call(Store.rows, "SELECT * FROM message_carrier")
    return [tuple(row) for row in found]


def test_a_carrier_that_never_answers_does_not_hold_the_doctor_up(
    practice: Practice, around: ExitStack
) -> None:
    gateway = around.enter_context(gateway_on(Gateway(talk=never)))
    use_gateway(practice, people.signed_in(practice, "kim"), gateway)
    (found,) = check_carriers(practice, 0.3)
    assert (found.grade, "in time" in found.text) == ("broken", True)


def test_d6_what_works_is_said_and_a_missing_registration_as_well(
    practice_data: Path, practice: Practice, around: ExitStack
) -> None:
    gateway = around.enter_context(gateway_on(Gateway()))
    use_gateway(practice, people.signed_in(practice, "kim"), gateway)
    found = {one.subject: one for one in examine(practice_data, people.PGID, FixedClock())}
    assert found["text messages"].grade == "ok"
    assert "The account is accepted." in found["text messages"].text
    assert found["registration"].mend == "chairside messages register"
    assert not any(request.method == "POST" for request in gateway.requests), "nothing is sent"
