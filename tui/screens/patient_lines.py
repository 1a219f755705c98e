"""The upper part of a patient's card, in words: who, how to reach, the family, what is next.

One rule: it only draws what the store gave; what takes a right says so, or is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from store.rights import Level, Need, Right
from tui.screens.online_access import LABEL, Part, labelled
from tui.screens.patient_words import STATUS
from tui.widgets import words
from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.patients import PatientCard

SEE_ACCESS: Final = Need(Right.ONLINE_ACCESS, Level.VIEW)
CHANGE_ACCESS: Final = Need(Right.ONLINE_ACCESS)
SEE_CONTACT: Final = Need(Right.CONTACT, Level.VIEW)
CHANGE_CONTACT: Final = Need(Right.CONTACT)
SEE_SSN: Final = Need(Right.SSN)
INVITE: Final = Need(Right.INVITATIONS)
SEE_REPRESENTATIVES: Final = Need(Right.REPRESENTATIVES, Level.VIEW)


def money(cents: int) -> str:
    """`$84.00`, `-$12.50`."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def lines(card: PatientCard, ssn: str, room: int, zone: str, lacks: frozenset[Need]) -> list[Part]:
    """Return the upper part of the card.

    Args:
        ssn: the whole number while it is shown, else empty.
        room: cells in a line.
        lacks: the rights that the user does not hold.
    """
    status = STATUS.get(card.status, card.status)
    who = " · ".join(
        part
        for part in (
            f"{card.age} years" if card.age is not None else "",
            "" if card.gender == "unknown" else card.gender,
            status,
        )
        if part
    )
    parts = labelled("Who", who, room, "" if card.status == "patient" else "$tone-warn")
    parts += _contact(card, room)
    parts += labelled("Family", _family(card), room)
    parts += labelled("Next visit", _visit(card, zone), room)
    if card.balance_cents is not None:
        on = (
            f" on the statement of {words.day(card.balance_on, year=True)}"
            if card.balance_on
            else ""
        )
        parts += labelled("Balance", f"{money(card.balance_cents)}{on}", room)
    recalls = " · ".join(f"{one.what} {words.day(one.due_on, year=True)}" for one in card.recalls)
    if recalls:
        parts += labelled("Recalls", recalls, room)
    if ssn:
        parts += labelled("SSN", f"{ssn}   hidden again soon", room, "bold $tone-key")
    elif card.ssn_masked:
        hint = "" if SEE_SSN in lacks else "   v shows it"
        parts += labelled("SSN", f"{card.ssn_masked}{hint}", room)
    return parts


def _contact(card: PatientCard, room: int) -> list[Part]:
    shown = card.contact
    if shown is None:
        needs = f"needs {SEE_CONTACT.label}"
        return labelled("Contact", needs, room, "$tone-dim")
    region = " ".join(part for part in (shown.state, shown.zip) if part)
    town = ", ".join(part for part in (shown.city, region) if part)
    street = ", ".join(part for part in (shown.address, shown.address2, town) if part)
    phones = (("mobile", shown.wireless_phone), ("home", shown.home_phone))
    reach = [f"{kind} {phone}" for kind, phone in (*phones, ("work", shown.work_phone)) if phone]
    reach += [part for part in (shown.email, shown.language) if part]
    parts = labelled("Contact", street or "no address", room)
    for line in _packed(reach, room - LABEL - 2) or ["no telephone and no e-mail"]:
        parts += labelled("", line, room)
    return parts


def _packed(parts: list[str], room: int) -> list[str]:
    """Join parts into as few lines as hold them, none of them broken."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} · {part}" if lines else part
        if lines and cell_len(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(part)
    return lines


def _family(card: PatientCard) -> str:
    if card.guarantor is None or card.guarantor.patient_id == card.patient_id:
        payer = "pays for the household" if card.family else "no others in the household"
    else:
        payer = f"guarantor {clip(card.guarantor.name, 40)}"
    many = len(card.family) + 1
    return f"{payer} · {many} members" if card.family else payer


def _visit(card: PatientCard, zone: str) -> str:
    if card.next_visit is None:
        return "none is scheduled"
    who = f", {card.next_visit_with}" if card.next_visit_with else ""
    local = card.next_visit.astimezone(ZoneInfo(zone))
    return f"{words.full_day(local.date())}, {local:%H:%M}{who}"
