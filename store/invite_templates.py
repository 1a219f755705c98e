"""The words of an invitation: fields, defaults, and filling them in (REQUIREMENTS P11).

One rule: a template names its fields and nothing else; what is filled in is text, never a field,
never markup, and never a second line of a subject. It says nothing clinical.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from store.errors import BadInput
from store.names import needed

FIELDS = (
    "first_name",
    "office_name",
    "office_phone",
    "portal_address",
    "user_name",
    "password",
)
"""P11. `password` is the one-time password, or the one-time link where the setting says so."""
MUST_CARRY = ("user_name", "password")
LONGEST_SUBJECT = 150
LONGEST_BODY = 5_000
_TOKEN = re.compile(r"\{([^{}\n]*)\}|[{}]")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
"""Persian and Indic names need these two, which are formatting characters as well."""
_WITHOUT_JOINERS = dict.fromkeys(map(ord, _JOINERS))
"""For a subject: the head of a mail takes printable characters only."""


class BadTemplate(BadInput):
    """A template that cannot be used; `field` is `subject` or `body`."""

    def __init__(self, field: str, what: str, do: str) -> None:
        super().__init__(what, kept="Nothing was saved.", do=do)
        self.field = field


@dataclass(frozen=True, slots=True)
class Words:
    """What is filled in for one patient. It may hold a password, so it does not show itself."""

    first_name: str
    office_name: str
    office_phone: str
    portal_address: str
    user_name: str
    password: str

    def __repr__(self) -> str:
        return "Words(...)"


@dataclass(frozen=True, slots=True)
class Letter:
    """An invitation as it leaves: a subject, plain text and HTML with the same words."""

    subject: str
    plain: str
    html: str

    def __repr__(self) -> str:
        return "Letter(...)"


DEFAULT_SUBJECT = "Your patient portal at {office_name}"
_GREETING = "Dear {first_name},\n\n"
_HOW = (
    "You can use our patient portal to look at your visits and statements and to write to us.\n\n"
    "Address: {portal_address}\n"
    "User name: {user_name}\n"
    "For the first time, sign in with: {password}\n\n"
    "If you did not expect this message, or something does not work, call us: {office_phone}.\n\n"
    "{office_name}\n"
)
DEFAULT_BODIES = {
    "until_first_visit": _GREETING + "Thank you for choosing {office_name}. " + _HOW,
    "before_appointment": _GREETING + "We look forward to seeing you at {office_name}. " + _HOW,
    "after_appointment": _GREETING + "Thank you for coming to {office_name}. " + _HOW,
    "no_recent_visit": _GREETING + "We have not seen you at {office_name} for a while. " + _HOW,
    "by_hand": _GREETING + "You are invited to use the patient portal of {office_name}. " + _HOW,
}


def checked(subject: str, body: str) -> tuple[str, str]:
    """Return a template as it is kept.

    Raises BadTemplate for an unknown field (with its place), a subject of more than one line or
    with a password in it, a body that does not carry the user name and the password, or a length.
    """
    kept = _checked_subject(subject)
    _check_fields("subject", kept, tuple(f for f in FIELDS if f not in MUST_CARRY))
    body = unicodedata.normalize("NFC", body.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in body):
        raise BadTemplate("body", "The text has characters that cannot be seen.", "Type it again.")
    if len(body) > LONGEST_BODY:
        raise BadTemplate(
            "body", f"The text is longer than {LONGEST_BODY:,} characters.", "Shorten it."
        )
    _check_fields("body", body, FIELDS)
    for name in MUST_CARRY:
        if f"{{{name}}}" not in body:
            raise BadTemplate(
                "body",
                f"The text has no field {{{name}}}, so nobody could sign in with it.",
                "Put it in.",
            )
    return kept, body + "\n"


def filled(subject: str, body: str, words: Words, valid_until: str) -> Letter:
    """Fill a template that was checked.

    The last paragraph is always the same: until when it can be used, and what comes then. No
    template can leave it out.

    Args:
        valid_until: as `until_words` gives it; empty where it does not end.
    """
    texts = {name: _flat(getattr(words, name)) for name in FIELDS}
    plain = f"{_replaced(body, lambda name: texts[name]).rstrip()}\n\n{_ending(valid_until)}\n"
    # Only the practice's own addresses become links: a name that looks like one must not.
    links = [t for t in (texts["password"], texts["portal_address"]) if t.startswith("https://")]
    head = _flat(_replaced(subject, lambda name: texts[name])).translate(_WITHOUT_JOINERS)
    return Letter(head, plain, _as_html(plain, links))


def until_words(until: datetime | None, zone: str) -> str:
    """Return an aware moment in the practice's time: `4 December 2026, 9:00 AM PST`."""
    if until is None:
        return ""
    local = until.astimezone(ZoneInfo(zone))
    hour = local.hour % 12 or 12
    return f"{local.day} {local:%B %Y}, {hour}:{local:%M %p %Z}"


def _checked_subject(subject: str) -> str:
    if "\n" in subject.strip() or "\r" in subject.strip():
        raise BadTemplate("subject", "The subject has more than one line.", "Put it on one line.")
    try:
        return needed(subject, "subject", longest=LONGEST_SUBJECT)
    except BadInput as problem:
        raise BadTemplate("subject", problem.what, problem.do) from None


def _check_fields(where: str, text: str, allowed: tuple[str, ...]) -> None:
    for token in _TOKEN.finditer(text):
        if token[1] in allowed:
            continue
        line = text.count("\n", 0, token.start()) + 1
        column = token.start() - text.rfind("\n", 0, token.start())
        place = f"line {line}, column {column}" if where == "body" else f"column {column}"
        known = ", ".join(f"{{{name}}}" for name in allowed)
        if token[1] in FIELDS:
            what = f"A subject is seen by others, so it does not take {token[0]} ({place})."
        elif token[1] is None:
            what = f"There is a single {token[0]} in the {where} ({place})."
        else:
            what = f"There is no field {token[0][:40]}; it stands in the {where} ({place})."
        raise BadTemplate(where, what, f"The fields are {known}.")


def _replaced(template: str, text_of: Callable[[str], str]) -> str:
    # One pass: braces in what is filled in are never taken for fields.
    return _TOKEN.sub(lambda token: text_of(token[1]) if token[1] else token[0], template)


def _flat(text: str) -> str:
    """Return a filled-in text as one line without characters that hide or turn others."""
    seen = (" " if c not in _JOINERS and unicodedata.category(c) in _UNSEEN else c for c in text)
    return " ".join("".join(seen).split())


def _ending(valid_until: str) -> str:
    then = "The portal then asks you to choose a password of your own."
    if not valid_until:
        return f"What you sign in with is good once. {then}"
    return f"What you sign in with is good once, until {valid_until}. {then}"


def _as_html(plain: str, links: list[str]) -> str:
    paragraphs = plain.strip().split("\n\n")
    body = "\n".join(f"<p>{_paragraph(paragraph, links)}</p>" for paragraph in paragraphs)
    head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n'
    return f"{head}{body}\n</body></html>\n"


def _paragraph(text: str, links: list[str]) -> str:
    pattern = "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text) if pattern else [text]
    marked = (f'<a href="{escape(p)}">{escape(p)}</a>' if p in links else escape(p) for p in pieces)
    return "".join(marked).replace("\n", "<br>\n")
