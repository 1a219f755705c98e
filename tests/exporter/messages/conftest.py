"""A certificate authority of our own, and mail servers that it vouches for."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from store.access import Actor
from store.database import Store
from store.practice import Practice
from store.use_cases import carriers
from store.use_cases.carriers import CarrierForm
from tests.exporter.messages.mail_server import ACCOUNT, SECRET, MailServer, serving

SetUp = Callable[..., None]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(made)
    return made


@pytest.fixture(scope="module")
def running(context: ssl.SSLContext) -> Iterator[MailServer]:
    with serving(MailServer(), context, "starttls") as server:
        yield server


@pytest.fixture
def server(running: MailServer) -> MailServer:
    """A mail server with STARTTLS and accounts, that has seen nothing yet."""
    running.reset()
    return running


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's list of authorities is the file that SSL_CERT_FILE names."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def set_up(practice: Practice, sign_in: Callable[[str], Actor], trusted: None) -> SetUp:
    """Set the mail account of the test practice up, for a server's port."""

    def run(port: int, **other: object) -> None:
        given: dict[str, object] = {
            "address": "localhost",
            "port": port,
            "security": "starttls",
            "account": ACCOUNT,
            "secret": SECRET,
            "sender": "office@maple.example",
            "sender_name": "Maple Grove Dental",
            **other,
        }
        form = CarrierForm("email", "smtp", **given)  # type: ignore[arg-type]
        practice.call(carriers.save_carrier, sign_in("kim"), form)

    return run


def rows(practice: Practice) -> list[dict[str, object]]:
    """Return the outbox, oldest first."""
    found = practice.call(Store.rows, "SELECT * FROM outbox_message ORDER BY 1")
    return [dict(row) for row in found]
