"""A patient gets online access: from the name to the sheet, the first sign-in and the report."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from store.clock import SystemClock
from store.errors import SignInFailed
from store.practice import Practice
from store.use_cases import portal_sign_in
from tests import people
from tests.exporter.messages.mail_server import ACCOUNT, SECRET, MailServer, serving
from tests.store.portal_patients import URL, enter_patient
from tests.stories.shell import Answer, Shell

OWN = "Lantern7harbour"
"""What the patients choose themselves."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server with STARTTLS and an account, which the program trusts."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serving(MailServer(), context, "starttls") as running:
        yield running


def portal(shell: Shell, user: str, *words: str | Path) -> Answer:
    """Run `chairside portal WORDS` as a user; it must work."""
    as_user = ("--user", user, "--password-file", "-")
    answer = shell("portal", words[0], *as_user, *words[1:], stdin=people.PASSWORDS[user])
    assert answer.code == 0, answer.err
    return answer


@pytest.fixture
def pdftotext() -> str:
    """The program that reads a sheet; missing on a user's machine its story is skipped."""
    found = shutil.which("pdftotext")
    if found is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    return found


def text_of(pdf: Path, pdftotext: str) -> str:
    """Return the words of a PDF as a person would copy them."""
    read = subprocess.run([pdftotext, "-layout", pdf, "-"], capture_output=True, check=True)
    return read.stdout.decode()


def first_sign_in(shell: Shell, user_name: str, password: str) -> None:
    """Sign in with what the office gave, choose an own password; the first one is over (P10)."""
    with Practice.open(shell.data, people.PGID, SystemClock()) as practice:
        session = practice.call(portal_sign_in.sign_in, user_name, password)
        assert session.must_change_password
        practice.call(portal_sign_in.choose_password, session.token, OWN, OWN)
        with pytest.raises(SignInFailed):
            practice.call(portal_sign_in.sign_in, user_name, password)
        again = practice.call(portal_sign_in.sign_in, user_name, OWN)
        assert not again.must_change_password


def test_from_the_name_to_the_first_sign_in(
    shell: Shell, tmp_path: Path, server: MailServer, pdftotext: str
) -> None:
    """P1, P2, P4, P9-P11, P14: one patient by sheet, another by e-mail, then the report."""
    with Practice.open(shell.data, people.PGID, SystemClock()) as practice:
        hoa = enter_patient(practice, chart_number="A-001")
        maire = enter_patient(
            practice, chart_number="A-002", last_name="O'Brien", first_name="Máire"
        )
        other = enter_patient(practice, chart_number="A-003", last_name="Okafor", email=None)
    secret = tmp_path / "secret"
    secret.write_text(SECRET)

    # Set up, by the administrator.
    assert URL in portal(shell, "kim", "settings", "--url", URL).out
    where = ("--host", "localhost", "--port", str(server.port), "--sender", ACCOUNT)
    account = ("--account", ACCOUNT, "--account-password-file", secret)
    checked = portal(shell, "kim", "mail-server", *where, *account, "--check")
    assert "working" in checked.out

    # By sheet: found without accents, given, saved as a PDF that alone holds the password.
    assert "A-001" in portal(shell, "ana", "find", "hoa", "nguyen").out
    sheet = tmp_path / "sheet.pdf"
    given = portal(shell, "ana", "provide", "hoa nguyen 3/14/1984", "--to", sheet)
    user_name = re.search(r"user name (\w+)", given.out)
    assert user_name is not None
    words = text_of(sheet, pdftotext)
    assert URL in words
    line = re.search(r"Password\W+(\S+)", words)
    assert line is not None, words
    assert line[1] not in given.out + given.err
    first_sign_in(shell, user_name[1], line[1])

    # By e-mail: the name and password in it are the ones that count.
    invited = json.loads(portal(shell, "ana", "invite", "o'brien máire", "--json").out)
    assert [to for to, _mail in server.mails] == ["hoa@example.org"]
    body = server.parsed().get_body(("plain",))
    assert body is not None
    told = body.get_content()
    assert invited["user_name"] in told
    password = re.search(r"sign in with: (\S+)", told)
    assert password is not None, told
    first_sign_in(shell, invited["user_name"], password[1])

    report = json.loads(portal(shell, "ana", "activity", "--json").out)
    states = {row["patient"]: row["state"] for row in report["patients"]}
    assert states == {hoa: "signed_in", maire: "signed_in", other: "never_invited"}
    trail = shell("audit", "list", "--user", "kim", "--password-file", "-", "--patient", str(hoa),
                  stdin=people.PASSWORDS["kim"])  # fmt: skip
    assert "portal.print" in trail.out
    assert line[1] not in trail.out
