"""Which delivery report belongs to which message, and what it says.

One rule: a modem numbers messages from 0 to 255 and begins anew, so a number alone proves nothing:
the end of the recipient's number and the time must fit as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from exporter.messages.carriers import Receipt
from exporter.messages.modem.errors import undelivered
from store.clock import instant, moment

APART = timedelta(hours=15)
"""How far the network's clock may seem to be from ours: libgammu does not tell its time zone."""
STALE = timedelta(hours=24)
"""So old, a report fits nothing any more that is asked about: it only fills the SIM card."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a sent message is called: the modem's number for each part, and what else must fit."""

    parts: tuple[int, ...]
    ending: str
    at: datetime

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.parts))}/{self.ending}/{instant(self.at)}"

    @classmethod
    def read(cls, text: str) -> Reference | None:
        """Read a reference back; None for what is none, as that of another carrier."""
        try:
            parts, ending, at = text.split("/")
            return cls(tuple(int(part) for part in parts.split(".")), ending, moment(at))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Report:
    """What the network reported of one part; `location` is where the modem keeps it, if it does."""

    reference: int
    ending: str
    status: int
    taken_at: datetime | None
    location: int | None = None

    @classmethod
    def of(cls, told: dict[str, Any]) -> Report:
        """Read what the modem's process tells of a report."""
        at = told["taken_at"]
        taken = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None
        return cls(told["reference"], told["ending"], told["status"], taken, told["location"])

    @property
    def state(self) -> str:
        """Delivered, undelivered, or sent where the network still tries (3GPP 23.040 §9.2.3.15)."""
        if self.status < 0x20:
            return "delivered"
        return "sent" if self.status < 0x40 else "undelivered"


def matched(
    references: Sequence[str], reports: Sequence[Report], now: datetime
) -> tuple[dict[str, Receipt], list[int]]:
    """Return what became of messages, and the locations of reports that are done with.

    A report that is not among them may be somebody else's: it stays for a day.
    """
    receipts: dict[str, Receipt] = {}
    done = [
        one.location
        for one in reports
        if one.location is not None and one.taken_at and abs(now - one.taken_at) > STALE
    ]
    for text in references:
        reference = Reference.read(text)
        if reference is None:
            continue
        mine = [_final(part, reference, reports) for part in reference.parts]
        found = [report for report in mine if report is not None]
        receipt = _receipt(found, len(reference.parts))
        receipts[text] = receipt
        if receipt.state != "sent":
            done += [one.location for one in found if one.location is not None]
    return receipts, done


def _final(part: int, reference: Reference, reports: Sequence[Report]) -> Report | None:
    """Return the report of a part, the one that tells most: first its end, then the nearest."""
    fitting = [one for one in reports if one.reference == part and _fits(one, reference)]
    return min(fitting, key=lambda one: (one.state == "sent", _apart(one, reference)), default=None)


def _fits(report: Report, reference: Reference) -> bool:
    return report.ending == reference.ending and _apart(report, reference) <= APART


def _apart(report: Report, reference: Reference) -> timedelta:
    return abs(report.taken_at - reference.at) if report.taken_at else timedelta(0)


def _receipt(found: list[Report], parts: int) -> Receipt:
    for report in found:
        if report.state == "undelivered":
            return Receipt("undelivered", undelivered(report.status))
    whole = len(found) == parts and all(report.state == "delivered" for report in found)
    return Receipt("delivered" if whole else "sent")
