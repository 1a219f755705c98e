"""`chairside messages`, as IT support types it over SSH, with a gateway on this computer (D6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import people
from tests.exporter.messages.gateway.server import (
    ACCOUNT,
    SENDER,
    TOKEN,
    Gateway,
    said,
    saying,
    serving,
)
from tui.commands import download as download_command
from tui.commands import main, signing_in

PHONE = "+15105550101"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as running:
        yield running


def run(data: Path, *words: str, user: str = "kim", after: str = "") -> Result:
    """Run a command as a user; `after` follows the password on standard input."""
    where = ("--data", str(data), "--user", user, "--password-file", "-")
    typed = f"{people.PASSWORDS[user]}\n{after}"
    return CliRunner().invoke(main, [*words, *where], input=typed)


def set_up(data: Path, gateway: Gateway, token: str = TOKEN) -> Result:
    address = f"http://127.0.0.1:{gateway.port}"
    given = ("--address", address, "--account", ACCOUNT, "--sender", SENDER, "--countries", "US")
    return run(data, "messages", "set", "http", *given, "--token-file", "-", after=f"{token}\n")


def code_in(gateway: Gateway) -> str:
    """Return the code of the newest message, as its receiver reads it."""
    body = next(r.form["Body"] for r in reversed(gateway.requests) if r.method == "POST")
    found = re.search(r"\b\d{6}\b", body)
    assert found is not None
    return found.group()


def read_from(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever runs commands read the telephone before typing the code."""
    real = signing_in.asked_code

    def asked(practice: object, kinds: object, sent_to: str, way: object) -> tuple[str, str]:
        with pytest.raises(Exception, match="No code came"):
            real(practice, kinds, sent_to, way)  # type: ignore[arg-type]
        return "sms", code_in(gateway)

    for module in (signing_in, download_command):
        monkeypatch.setattr(module, "asked_code", asked)


def test_a_gateway_is_set_up_checked_registered_and_carries_the_code_of_a_download(
    practice_data: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D6, D11: the whole path, each step a command of its own."""
    saved = set_up(practice_data, gateway)
    assert saved.exit_code == 0, saved.output
    assert "messages register" in saved.stderr
    checked = run(practice_data, "messages", "check", "sms")
    assert (checked.exit_code, "The account is accepted." in checked.stdout) == (0, True)
    read_from(gateway, monkeypatch)
    done = run(practice_data, "messages", "register")
    assert done.exit_code == 0, done.output
    assert "Text messaging is registered: +15105550100 through" in done.stdout
    asked = run(practice_data, "download", "request", "--json", user="dana")
    assert json.loads(asked.stdout)["state"] == "scheduled", asked.output
    assert "went to the mobile ending in 42" in asked.stderr
    told = json.loads(run(practice_data, "messages", "status", "--json").stdout)
    assert told["registration"]["state"] == "registered"
    assert told["carriers"]["sms"]["countries"] == "US"
    newest = told["messages"][0]
    assert (newest["to"], newest["state"]) == ("••42", "sent")
    plain = run(practice_data, "messages", "status").stdout
    assert "a code for a data download" in plain
    assert "download.schedule" not in plain
    shown = plain + json.dumps(told) + saved.output + checked.output + done.output
    assert not any(secret in shown for secret in (TOKEN, PHONE, "+15105550142", code_in(gateway)))


def test_a_test_message_is_followed_until_it_is_known_whether_it_arrived(
    practice_data: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(practice_data, gateway)
    before = gateway.answer

    def undelivered(request: object) -> bytes:
        for message in gateway.messages.values():
            message.update(status="undelivered", error_code=30006)
        return before(request)  # type: ignore[arg-type]

    monkeypatch.setattr(gateway, "answer", undelivered)
    answer = run(practice_data, "messages", "test", "--json")
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    assert (told["state"], told["to"]) == ("undelivered", "••01")
    assert told["reason"]
    states = [line.split()[0] for line in answer.stderr.splitlines()[1:]]
    assert states == ["sent", "undelivered"]


def test_d23_a_code_that_does_not_go_out_is_told_with_the_reason_and_retry_sends_what_waits(
    practice_data: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(practice_data, gateway)
    read_from(gateway, monkeypatch)
    assert run(practice_data, "messages", "register").exit_code == 0
    monkeypatch.undo()
    gateway.talk = saying(said(401, {"code": 20003}))
    asked = run(practice_data, "download", "request", user="dana")
    assert asked.exit_code == 1
    assert "The code for the mobile ending in 42 has not gone out." in asked.stderr
    assert "did not accept the account" in asked.stderr
    checked = run(practice_data, "messages", "check")
    assert (checked.exit_code, "→" in checked.stdout) == (1, True)
    assert "failing" in run(practice_data, "messages", "status").stdout
    gateway.talk = None
    again = json.loads(run(practice_data, "messages", "retry", "--json").stdout)
    assert (again["sent"], again["waiting"]) == (1, 0)


def test_a_registration_that_fails_says_how_to_mend_it_and_a_token_is_never_an_argument(
    practice_data: Path, gateway: Gateway
) -> None:
    assert set_up(practice_data, gateway, "wrong").exit_code == 0
    refused = run(practice_data, "messages", "register")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Text messaging is not registered.")
    assert run(practice_data, "messages", "set", "http", "--account", "AC2").exit_code == 2
    modem = run(practice_data, "messages", "set", "modem", "--device", "/dev/ttyUSB239")
    assert "Text messages go by modem /dev/ttyUSB239." in modem.stdout
    assert run(practice_data, "messages", "set", "modem", "--device", "../x").exit_code == 1
    assert "go by spool" in run(practice_data, "messages", "set", "spool").stdout
    assert run(practice_data, "messages", "test", user="ana").exit_code == 1, "without the right"
