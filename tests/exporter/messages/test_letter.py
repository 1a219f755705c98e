"""What goes over the line to a mail server, and what of its answers is kept, for any text."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.messages.carriers import RefusedForGood
from exporter.messages.letter import letter
from exporter.messages.server_text import LONGEST, clean
from store.mail import check_mail, one_line
from store.outbox import Mail, Outgoing
from store.use_cases.carriers import OpenCarrier
from tests.clocks import START

HEAD = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]
HEAD = sorted([*HEAD, "Content-Type"])
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
LINES = st.one_of(TEXTS, st.text("ä. \r\n-=A", max_size=80))
ONE_LINE = TEXTS.map(one_line)


def written(mail: Mail, recipient: str = "lee@patients.example", name: str = "Maple") -> bytes:
    carrier = OpenCarrier("smtp", sender="office@maple.example", sender_name=name)
    return letter(Outgoing(7, "email", recipient, mail.to_json(), "0a1b"), carrier, START)


@settings(max_examples=50)
@given(ONE_LINE.filter(bool), ONE_LINE, LINES, LINES)
def test_attack_no_text_writes_a_line_of_the_head_or_ends_the_mail(
    subject: str, name: str, plain: str, html: str
) -> None:
    """Scenario: a patient's name, filled into a template, holds line breaks, dots and headers."""
    sent = written(Mail(subject, plain, f"<p>{html}</p>"), name=name)
    assert sent.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sent)
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    read = message_from_bytes(sent, policy=default)
    assert sorted(read.keys()) == HEAD
    assert read["Subject"].strip() == subject
    assert [a.addr_spec for a in read["To"].addresses] == ["lee@patients.example"]
    assert [a.addr_spec for a in read["From"].addresses] == ["office@maple.example"]
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_marks_that_a_script_needs_between_letters_arrive_in_a_subject() -> None:
    subject = "مطب دندان‌پزشکی · Dr. Rao · नमस्ते"
    assert one_line(subject) == subject.replace("\u00a0", " ")
    check_mail(Mail(subject, "x"))
    assert message_from_bytes(written(Mail(subject, "x")), policy=default)["Subject"] == subject


@pytest.mark.parametrize("subject", ["Welcome\r\nBcc: eve@example.org", "Welcome\nX: y"])
def test_attack_a_subject_that_passed_no_check_is_refused_here_as_well(subject: str) -> None:
    with pytest.raises(RefusedForGood):
        written(Mail(subject, "x"))
    with pytest.raises(RefusedForGood):
        written(Mail("Welcome", "x"), recipient="lee@example.org>\r\nRCPT TO:<eve@example.org")


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_attack_a_server_that_repeats_what_it_was_told_puts_it_nowhere(
    before: str, after: str
) -> None:
    """The reason of a failure is shown and kept: one short line, nobody's address, no password."""
    private = ["lee.wong@patients.example", "copper-kettle-42"]
    said = f"{before} <lee.wong@patients.example> LEE.WONG {after} copper-kettle-42 \x1b[2J{before}"
    for answer in (said, said.encode()):
        kept = clean(answer, private)
        assert len(kept) <= LONGEST
        assert kept.isprintable() or not kept
        assert not re.search("lee.wong|copper-kettle", kept, re.IGNORECASE)
