"""Mail through a real server: TLS, an account, refusals, and servers that misbehave (P11)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from ssl import SSLContext

import pytest
import trustme

from exporter.messages.carriers import CarrierDown, Patience
from exporter.messages.checking import check_carrier
from exporter.messages.delivery import Delivered, deliver
from store import outbox
from store.access import Actor
from store.outbox import Mail
from store.practice import Practice
from store.use_cases import carriers
from tests.clocks import FixedClock
from tests.exporter.messages.conftest import SetUp, rows
from tests.exporter.messages.mail_server import SECRET, MailServer, serving
from tests.people import change_store

SignIn = Callable[[str], Actor]
HASTY = Patience(connect=5, answer=0.3, whole=1.5)


def queue(
    practice: Practice, *recipients: str, plain: str = "Welcome.", lifetime: int = 14
) -> None:
    def run(store: outbox.Store) -> None:
        with store.transaction():
            for recipient in recipients:
                outbox.queue_mail(
                    store,
                    purpose="test",
                    recipient=recipient,
                    mail=Mail("Ihr Zugang · доступ", plain, "<p>Wel<b>come</b>.</p>"),
                    lifetime=timedelta(days=lifetime),
                )

    practice.call(run)


def health(practice: Practice, actor: Actor) -> tuple[str, str]:
    shown = practice.call(carriers.carrier, actor, "email")
    return shown.health, shown.last_error


def test_p11_a_mail_arrives_over_tls_with_both_parts_and_is_wiped(
    practice: Practice, server: MailServer, set_up: SetUp, clock: FixedClock, sign_in: SignIn
) -> None:
    set_up(server.port)
    queue(practice, "lee@patients.example", plain="Willkommen, Žofie.\n.\nEnde.")
    assert deliver(practice) == Delivered(1, 0, 0)
    assert server.commands["EHLO over TLS"] == 1
    read = server.parsed()
    assert read["From"] == "Maple Grove Dental <office@maple.example>"
    assert (read["To"], read["Subject"]) == ("lee@patients.example", "Ihr Zugang · доступ")
    assert read["Date"].datetime == clock.now()
    assert read["Auto-Submitted"] == "auto-generated"
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == "Willkommen, Žofie.\r\n.\r\nEnde.\r\n"
    assert html.get_content().strip() == "<p>Wel<b>come</b>.</p>"
    (row,) = rows(practice)
    assert (row["state"], row["carrier_reference"]) == ("sent", "2.0.0 OK queued as 0001")
    assert (row["sealed_recipient"], row["sealed_body"]) == (None, None)
    assert row["recipient_masked"] == "l••@patients.example"
    assert health(practice, sign_in("kim")) == ("working", "")


def test_many_mails_go_over_one_line_and_a_server_that_ends_it_is_called_again(
    practice: Practice, server: MailServer, set_up: SetUp
) -> None:
    set_up(server.port)
    queue(practice, *(f"p{n}@patients.example" for n in range(12)))
    assert deliver(practice).sent == 12
    assert len({read["Message-ID"] for read in map(server.parsed, range(12))}) == 12
    assert server.commands["EHLO over TLS"] == 1
    server.mails_per_session = 5
    queue(practice, *(f"q{n}@patients.example" for n in range(12)))
    assert deliver(practice, limit=11).sent == 11
    assert deliver(practice) == Delivered(1, 0, 0)
    assert len(server.mails) == 24
    assert server.commands["EHLO over TLS"] == 1 + 3 + 1


def test_a_delivery_that_is_stopped_leaves_the_rest_as_it_was(
    practice: Practice, server: MailServer, set_up: SetUp
) -> None:
    set_up(server.port)
    queue(practice, *(f"p{n}@patients.example" for n in range(5)))
    assert deliver(practice, cancelled=lambda: len(server.mails) == 2) == Delivered(2, 3, 0)
    waiting = [row for row in rows(practice) if row["state"] == "queued"]
    assert [(row["tries"], row["last_error"]) for row in waiting] == [(0, None)] * 3
    assert deliver(practice) == Delivered(3, 0, 0)


def test_a_recipient_that_is_refused_fails_at_once_and_the_others_go_on(
    practice: Practice, server: MailServer, set_up: SetUp, clock: FixedClock
) -> None:
    """550 is for good; what the server says is kept on one line, without the address."""
    set_up(server.port)
    server.refused.add("nora@patients.example")
    queue(practice, "nora@patients.example", "lee@patients.example")
    assert deliver(practice) == Delivered(1, 0, 1)
    refused, sent = rows(practice)
    assert (refused["state"], refused["sealed_recipient"]) == ("failed", None)
    assert refused["last_error"] == (
        "The mail server refused the recipient (550): 5.1.1 … Nobody of that name, …, lives here"
    )
    assert sent["state"] == "sent"
    clock.advance(days=1)
    assert deliver(practice).sent == 0


def test_greylisting_is_waited_for_with_growing_gaps(
    practice: Practice, server: MailServer, set_up: SetUp, clock: FixedClock, sign_in: SignIn
) -> None:
    set_up(server.port)
    server.busy.add("lee@patients.example")
    queue(practice, "lee@patients.example")
    tries = []
    for _ in range(160):
        before = server.commands["MAIL"]
        assert deliver(practice) == Delivered(0, 1, 0)
        if server.commands["MAIL"] > before:
            tries.append(clock.now())
        clock.advance(seconds=30)
    gaps = [(b - a).total_seconds() for a, b in pairwise(tries)]
    assert gaps == [30, 120, 600, 3600]
    assert health(practice, sign_in("kim"))[0] == "working"
    server.busy.clear()
    clock.advance(hours=4)
    assert deliver(practice) == Delivered(1, 0, 0)


def test_a_line_that_breaks_after_the_text_is_not_mended_by_sending_again(
    practice: Practice, server: MailServer, set_up: SetUp, clock: FixedClock
) -> None:
    """Nobody knows whether it arrived; the mails behind it wait and lose no try."""
    set_up(server.port)
    server.dropped.add("lee@patients.example")
    queue(practice, "lee@patients.example", "ana@patients.example")
    assert deliver(practice) == Delivered(0, 1, 1)
    cut, behind = rows(practice)
    assert (cut["state"], cut["sealed_body"]) == ("unknown", None)
    assert "may have arrived" in str(cut["last_error"])
    assert (behind["state"], behind["tries"]) == ("queued", 0)
    server.dropped.clear()
    clock.advance(hours=5)
    assert deliver(practice) == Delivered(1, 0, 0)
    assert [to for to, _ in server.mails] == ["ana@patients.example"]


def test_attack_a_server_in_the_middle_that_hides_starttls_gets_nothing(
    practice: Practice, set_up: SetUp, sign_in: SignIn
) -> None:
    """Whoever sits on the line takes STARTTLS out of the answer; no password, no address goes."""
    with serving(MailServer(), None, "none") as server:
        set_up(server.port)
        queue(practice, "lee@patients.example")
        assert deliver(practice) == Delivered(0, 1, 0)
        assert server.commands == {"EHLO in the clear": 1}
    assert health(practice, sign_in("kim")) == (
        "failing",
        "The mail server offers no encryption (STARTTLS).",
    )


def test_attack_a_server_with_a_certificate_of_somebody_else_gets_nothing(
    practice: Practice, server: MailServer, set_up: SetUp, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    set_up(server.port)
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    queue(practice, "lee@patients.example")
    assert deliver(practice) == Delivered(0, 1, 0)
    assert "certificate is not trusted" in str(rows(practice)[0]["last_error"])
    assert server.commands["EHLO over TLS"] == 0


def test_a_wrong_password_stops_the_run_and_stands_nowhere(
    practice: Practice, server: MailServer, set_up: SetUp, sign_in: SignIn
) -> None:
    set_up(server.port, secret="not-the-right-one")
    queue(practice, "lee@patients.example", "ana@patients.example")
    assert deliver(practice) == Delivered(0, 2, 0)
    assert [row["tries"] for row in rows(practice)] == [1, 0]
    state, reason = health(practice, sign_in("kim"))
    assert state == "failing"
    assert reason.startswith("The mail server did not accept the account or its password (535)")
    with pytest.raises(CarrierDown, match="did not accept the account"):
        check_carrier(practice, sign_in("kim"), "email")
    assert "not-the-right-one" not in str(rows(practice)) + reason


def test_tls_from_the_first_byte_addresses_in_any_script_and_the_check(
    practice: Practice, context: SSLContext, set_up: SetUp, server: MailServer, sign_in: SignIn
) -> None:
    with serving(MailServer(), context, "tls") as tls:
        set_up(tls.port, security="tls")
        said = check_carrier(practice, sign_in("kim"), "email")
        assert said.startswith("The mail server answered. The line is encrypted (TLSv1.")
        assert tls.commands["MAIL"] == 0
        queue(practice, "жанна@patients.example", "lee@bücher.example")
        assert deliver(practice) == Delivered(2, 0, 0)
        assert [to for to, _ in tls.mails] == [
            "жанна@patients.example",
            "lee@xn--bcher-kva.example",
        ]
        assert tls.parsed(0)["To"] == "жанна@patients.example"
    set_up(server.port)
    queue(practice, "жанна@patients.example")
    assert deliver(practice) == Delivered(0, 0, 1)
    assert "SMTPUTF8" in str(rows(practice)[-1]["last_error"])


@contextmanager
def dripping(said: bytes) -> Iterator[int]:
    """Listen, take calls, say something every 0.1 s for ten seconds: one that never comes to it."""
    over = threading.Event()
    lines: list[socket.socket] = []
    with socket.create_server(("localhost", 0)) as listening:
        listening.settimeout(0.1)

        def talk() -> None:
            for _ in range(100):
                if over.wait(0.1):
                    break
                with suppress(TimeoutError):
                    lines.append(listening.accept()[0])
                for line in lines:
                    # Whoever hung up hears nothing more.
                    with suppress(OSError):
                        line.send(said)
            for line in lines:
                line.close()

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("greeting", [b"", b"220-still thinking\r\n"], ids=["silent", "slow"])
def test_attack_a_server_that_takes_the_call_and_never_answers_holds_nobody_up(
    practice: Practice, set_up: SetUp, greeting: bytes
) -> None:
    with dripping(greeting) as port:
        set_up(port)
        queue(practice, "lee@patients.example")
        assert deliver(practice, patience=HASTY) == Delivered(0, 1, 0)
    (row,) = rows(practice)
    assert (row["state"], row["tries"]) == ("queued", 1)
    assert row["last_error"] == "The mail server did not answer in time."


def test_a_practice_without_a_mail_server_says_so_and_a_demo_writes_files(
    practice: Practice,
) -> None:
    queue(practice, "lee@patients.example")
    assert deliver(practice) == Delivered(0, 1, 0)
    assert rows(practice)[0]["last_error"] == "No mail server is set up."
    change_store(practice, "INSERT INTO preference (name, value) VALUES ('demo.seed', '7')")
    assert deliver(practice) == Delivered(1, 0, 0)
    (file,) = practice.folder.spool.iterdir()
    assert file.read_text("utf-8").startswith("To: lee@patients.example\nSubject: Ihr Zugang")


def test_a_test_mail_goes_to_ones_own_address(
    practice: Practice, server: MailServer, set_up: SetUp, sign_in: SignIn
) -> None:
    set_up(server.port)
    change_store(practice, "UPDATE user SET email = 'kim@maple.example' WHERE user_name = 'kim'")
    assert practice.call(carriers.test_mail, sign_in("kim")) == "k••@maple.example"
    deliver(practice)
    assert server.parsed()["To"] == "kim@maple.example"
    assert SECRET not in server.mails[0][1].decode()
