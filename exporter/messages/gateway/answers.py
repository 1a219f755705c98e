"""What a gateway's answers mean for a message.

One rule: only a whole answer with the gateway's name for the message says that it was taken; what
makes no sense says nothing, and never that a message may be sent again.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    NotNow,
    Receipt,
    RefusedForGood,
)
from exporter.messages.gateway.errors import (
    ABOUT_ACCOUNT,
    ABOUT_CREDIT,
    ABOUT_SENDER,
    MEANINGS,
    NO_ACCESS,
    NO_CREDIT,
    TOO_MUCH,
    numbered,
)
from exporter.messages.gateway.line import Answer

AGAIN = "Try again in a while."
ABOUT_ADDRESS = "Check the gateway's address under Communications."
NONSENSE = "The gateway's answer makes no sense."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_UNDER_WAY = ("queued", "accepted", "scheduled", "sending", "sent")
_ARRIVED = ("delivered", "read")
_LOST = ("undelivered", "failed", "canceled")
_ABOUT_MESSAGE = (400, 413, 414, 422)
_LATER = (408, 425)
"""The request did not come through whole, or too soon (RFC 9110 §15.5.9, RFC 8470 §5.2)."""
_UNSURE = (302, 303, 504)
"""Answers after which the message may be on its way: a form is often answered with one of the first
two once it was taken, and behind the last nobody in between knows (RFC 9110 §15)."""
_LONGEST_WAIT = 86_400
"""Seconds that a gateway may ask to be left alone for us to repeat it."""


def taken(answer: Answer) -> str:
    """Return the gateway's name for a message from the answer to its form.

    Raises RefusedForGood, NotNow, CarrierDown, NobodyKnows.
    """
    status, said = answer.status, _said(answer)
    code = _number(said, "error_code") or _number(said, "code")
    if 200 <= status < 300:
        name = said.get("sid")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise NobodyKnows(f"{NONSENSE} The message may have arrived.")
        if said.get("status") in _LOST:
            _not_taken(code)
        return name
    if status in _UNSURE or status < 300 or status >= 600:
        raise NobodyKnows(f"The gateway's answer says too little ({status}). It may have arrived.")
    if status == 429:
        raise NotNow(f"{TOO_MUCH}{_wait(answer.retry_after)}")
    if status >= 500 or status in _LATER:
        raise NotNow(f"The gateway had a failure of its own ({status}).")
    if status in _ABOUT_MESSAGE or code in MEANINGS:
        _not_taken(code)
    _stop(status)


def receipt(answer: Answer) -> Receipt | None:
    """Return what became of a message; None where the gateway does not tell.

    Raises CarrierDown where it tells of no message at all.
    """
    if answer.status == 404:
        return None
    _check_ready(answer)
    said = _said(answer)
    state = said.get("status")
    if state in _UNDER_WAY:
        return Receipt("sent")
    if state in _ARRIVED:
        return Receipt("delivered")
    if state not in _LOST:
        return None
    code = _number(said, "error_code")
    if state == "canceled" and not code:
        return Receipt("undelivered", "It was cancelled at the gateway.")
    meaning = MEANINGS.get(code)
    if meaning is None:
        return Receipt("undelivered", f"The telephone network did not deliver it{numbered(code)}.")
    return Receipt("undelivered", f"{meaning.what[:-1]}{numbered(code)}.")


def account(answer: Answer) -> str:
    """Return what there is to say of an account that works. Raises CarrierDown if it does not."""
    if answer.status == 404:
        raise CarrierDown(
            "The gateway does not know this account.",
            do="Check the gateway's address and the account under Communications.",
        )
    _check_ready(answer)
    said = _said(answer)
    state = said.get("status")
    if state in ("suspended", "closed"):
        raise CarrierDown(
            f"The account at the gateway is {state}.", do="Look into the account at the gateway."
        )
    if state != "active":
        raise CarrierDown(NONSENSE, do=ABOUT_ADDRESS)
    if said.get("type") == "Trial":
        return "The account is accepted; it is a trial one, for numbers verified there only."
    return "The account is accepted."


def sender(number: str, answer: Answer | None) -> str:
    """Return what the gateway says of a sender; `answer` None: it cannot be asked.

    A gateway without such a list is put up with. Raises CarrierDown for a number that is not there
    or takes no text messages.
    """
    if answer is None or answer.status in (404, 405, 501):
        return "The sender could not be looked up."
    _check_ready(answer)
    listed = _said(answer).get("incoming_phone_numbers")
    if not isinstance(listed, list):
        raise CarrierDown(NONSENSE, do=ABOUT_ADDRESS)
    for one in listed:
        if isinstance(one, dict) and one.get("phone_number") == number:
            able = one.get("capabilities")
            if isinstance(able, dict) and (able.get("sms") or able.get("SMS")) is True:
                return "The sender's number can send text messages."
            raise CarrierDown("The sender's number cannot send text messages.", do=ABOUT_SENDER)
    raise CarrierDown("The account has no such number as the sender's.", do=ABOUT_SENDER)


def _not_taken(code: int) -> NoReturn:
    meaning = MEANINGS.get(code)
    if meaning is None:
        raise RefusedForGood(f"The gateway refused the message{numbered(code)}.")
    what = f"{meaning.what[:-1]}{numbered(code)}."
    if meaning.about == "moment":
        raise NotNow(what)
    if meaning.about == "practice":
        raise CarrierDown(what, do=meaning.do)
    raise RefusedForGood(what)


def _stop(status: int) -> NoReturn:
    """Raise CarrierDown for an answer that would be the same for every message."""
    if status in (401, 403):
        raise CarrierDown(f"{NO_ACCESS[:-1]} ({status}).", do=ABOUT_ACCOUNT)
    if status == 402:
        raise CarrierDown(NO_CREDIT, do=ABOUT_CREDIT)
    if 300 <= status < 400:
        raise CarrierDown(
            f"The gateway sends us elsewhere ({status}); we do not go there.", do=ABOUT_ADDRESS
        )
    if status == 429:
        raise CarrierDown(TOO_MUCH, do=AGAIN)
    if status == 404:
        raise CarrierDown(
            "The gateway does not know this account, or it is no such gateway (404).",
            do="Check the gateway's address and the account under Communications.",
        )
    if status >= 500:
        raise CarrierDown(f"The gateway had a failure of its own ({status}).", do=AGAIN)
    raise CarrierDown(f"The gateway does not take such a request ({status}).", do=ABOUT_ADDRESS)


def _check_ready(answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        meaning = MEANINGS.get(_number(_said(answer), "code"))
        if meaning is not None and meaning.about == "practice":
            raise CarrierDown(meaning.what, do=meaning.do)
        _stop(answer.status)


def _said(answer: Answer) -> dict[str, Any]:
    """Return the object that an answer holds; an empty one if it holds something else."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _number(said: dict[str, Any], name: str) -> int:
    """Return an error code of at most five digits; 0 if there is none."""
    value = str(said.get(name))
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,4}", value, re.ASCII) else 0


def _wait(seconds: str) -> str:
    """Tell how long the gateway asks to be left alone; when it is asked again, we decide."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", seconds, re.ASCII) or int(seconds) > _LONGEST_WAIT:
        return ""
    return f" It asks for {seconds} seconds of rest."
