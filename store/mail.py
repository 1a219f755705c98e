"""What an e-mail is made of, and what may stand in its head.

One rule: no address and no subject holds a line break or another control character, so that
nothing that comes from data becomes a line of a mail's head.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass

from store.errors import BadInput

LONGEST_ADDRESS = 254
"""Characters (RFC 5321 §4.5.3.1.3, without the angle brackets)."""
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"/]+")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)

_CONTROLS = {"Cc", "Zl", "Zp", "Cs"}
"""Unicode's categories of controls, of line and paragraph separators, and of halves of letters."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail. `html` may be empty; `plain` says the same to whoever reads no HTML."""

    subject: str
    plain: str
    html: str = ""

    def __repr__(self) -> str:
        return "Mail(...)"

    def to_json(self) -> str:
        """Write it as the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Mail:
        """Read back what `to_json` wrote."""
        return cls(**json.loads(body))


def check_mail(mail: Mail) -> None:
    """Raise BadInput for a subject that is empty or more than one line."""
    if not mail.subject.strip() or has_control(mail.subject):
        raise BadInput("The subject of an e-mail is one line, and not empty.")


def has_control(text: str) -> bool:
    """Tell whether a text holds what ends a line, or another control character.

    Marks that some scripts need between letters, and spaces that do not break, are none.
    """
    return any(unicodedata.category(c) in _CONTROLS for c in text)


def one_line(text: str) -> str:
    """Return a text on one line: control characters and runs of space become one space."""
    return " ".join("".join(" " if has_control(c) else c for c in text).split())


def mail_address(typed: str) -> str:
    """Return one e-mail address as it was typed, without space around it.

    Letters of every script are taken. Raises BadInput for what is not one address.
    """
    address = typed.strip()
    name, _, domain = address.rpartition("@")
    fits = len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address)
    dots_in_place = ".." not in address and name[:1] != "." and name[-1:] != "."
    # What cannot be seen has no place in an address, though a text may need it.
    if not fits or not dots_in_place or not address.isprintable():
        raise BadInput("This is not an e-mail address.", do="Write it as name@example.org.")
    if "." not in ascii_domain(domain) and domain != "localhost":
        raise BadInput("This e-mail address ends too soon.", do="Write it as name@example.org.")
    return address


def ascii_domain(domain: str) -> str:
    """Return a host name as it stands on the wire (punycode). Raises BadInput."""
    try:
        wire = domain.encode("idna").decode("ascii")
    except UnicodeError:
        wire = ""
    if not _DOMAIN.fullmatch(wire):
        raise BadInput("This is not the name of a server.", do="Write it as mail.example.org.")
    return wire
