"""An e-mail as it goes over the line.

One rule: whatever stands in a subject, a name or a text, the head holds the lines written here and
no other, and everything but an address in other letters is plain ASCII on the line.
"""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from exporter.messages.carriers import RefusedForGood
from store.errors import BadInput
from store.mail import Mail, ascii_domain, check_mail, mail_address
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier

_SHORT = 60
"""Characters of a name or subject that stand on one line with the rest."""


def wire_address(address: str) -> str:
    """Return an address with its domain in punycode; the name before the @ stays as it is."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{ascii_domain(domain)}"


def letter(message: Outgoing, carrier: OpenCarrier, now: datetime) -> bytes:
    """Return the bytes of a mail, CRLF line ends, the same Message-ID at every try (RFC 5322).

    Raises RefusedForGood for what cannot be written as a mail.
    """
    try:
        return _written(message, carrier, now)
    except (ValueError, TypeError, BadInput) as problem:
        # What stands in the library's error may be the text itself.
        raise RefusedForGood("This message cannot be written as an e-mail.") from problem


def _written(message: Outgoing, carrier: OpenCarrier, now: datetime) -> bytes:
    mail = Mail.from_json(message.body)
    check_mail(mail)
    sender = wire_address(carrier.sender)
    # Written here and not by the library, which loses spaces between words that it encodes.
    head = {
        "From": f"{_phrase('From', carrier.sender_name)} <{sender}>".strip(),
        "To": wire_address(mail_address(message.recipient)),
        "Subject": _words("Subject", mail.subject.strip()),
        "Date": format_datetime(now),
        "Message-ID": f"<{message.token}@{sender.rpartition('@')[2]}>",
        # So that no out-of-office answer comes back (RFC 3834 §5).
        "Auto-Submitted": "auto-generated",
    }
    content = EmailMessage(policy=SMTP)
    content.set_content(mail.plain, cte="quoted-printable")
    if mail.html:
        content.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return lines.encode() + content.as_bytes()


def _words(header: str, text: str) -> str:
    """Write a text for the head: as it is where it is short and plain, else encoded (RFC 2047)."""
    if text.isascii() and len(text) <= _SHORT and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _phrase(header: str, name: str) -> str:
    if not name:
        return ""
    words = _words(header, name)
    return f'"{quote(name)}"' if words == name else words
