"""What a gateway's error codes mean, in sentences of our own.

One rule: each code says whom it is about: this recipient, the practice's account or sender, or the
moment. Codes as published for Twilio's Messages resource, which others of that shape use as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ABOUT_ACCOUNT = "Enter the account and its token again under Communications."
ABOUT_SENDER = "Check the sender under Communications."
ABOUT_CREDIT = "Add credit to the account at the gateway."
_AT_GATEWAY = "Look into the account at the gateway."

UNKNOWN_NUMBER = "There is no such telephone number."
LAND_LINE = "That number is a land line, or cannot take text messages."
STOPPED = "The owner of that number has blocked text messages from this sender."
FILTERED = "The telephone network filtered the message out."
UNREACHABLE = "The phone could not be reached; it may be switched off."
NOT_THAT_COUNTRY = "The gateway is not allowed to send to that country."
NO_WAY = "The gateway knows no way from this sender to that number."
TOO_LONG = "The message is too long."
TOO_MUCH = "The gateway takes no more messages for the moment."
NO_CREDIT = "The account at the gateway has no credit left."
NOT_ACTIVE = "The account at the gateway is not active; its credit may be used up."
NO_ACCESS = "The gateway did not accept the account or its token."
NO_SENDER = "The gateway does not send for this sender."
UNREGISTERED = "The telephone network does not know this sender: it is not registered there."

About = Literal["recipient", "practice", "moment"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: whom it is about, a sentence, and what the practice can do."""

    about: About
    what: str
    do: str = ""


def _table() -> dict[int, Meaning]:
    recipient = {
        UNKNOWN_NUMBER: (21211, 21217, 21401, 21407, 21604, 30005),
        LAND_LINE: (21214, 21265, 21268, 21614, 21635, 30006),
        STOPPED: (21610, 30004),
        FILTERED: (30007,),
        UNREACHABLE: (30003,),
        NOT_THAT_COUNTRY: (21215, 21408),
        NO_WAY: (21266, 21612),
        TOO_LONG: (21605, 21617, 30044),
        "It is a trial account, and that number is not verified at the gateway.": (21219, 21608),
        "The message costs more than the account allows.": (30010,),
        "The telephone network gave no reason.": (30008,),
        "It was too late when the message's turn came.": (30036,),
    }
    moment = {TOO_MUCH: (14107, 20429, 21611, 30001, 30022, 30023, 30027)}
    practice = {
        (NO_ACCESS, ABOUT_ACCOUNT): (20003, 20006),
        (NOT_ACTIVE, _AT_GATEWAY): (10001, 20005, 30002, 90010),
        (NO_SENDER, ABOUT_SENDER): (
            *(21210, 21212, 21267, 21601, 21603, 21606, 21659, 21660, 21661),
            *(21701, 21702, 21703, 21704, 21705),
        ),
        (UNREGISTERED, _AT_GATEWAY): (30024, 30032, 30034),
    }
    table = {code: Meaning("recipient", what) for what, all_ in recipient.items() for code in all_}
    table |= {code: Meaning("moment", what) for what, all_ in moment.items() for code in all_}
    for (what, do), all_ in practice.items():
        table |= {code: Meaning("practice", what, do) for code in all_}
    return table


MEANINGS = _table()


def numbered(code: int) -> str:
    """Return a code as it stands at the end of a sentence: its number, or nothing."""
    return f" (error {code})" if code else ""
