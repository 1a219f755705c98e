"""Trying carriers without sending anything, and registering text messages (REQUIREMENTS D6).

One rule: what a check finds is noted with the carrier that was tried, so that the screens tell
it; `try_carrier` alone only looks.
"""

from __future__ import annotations

from contextlib import suppress

from exporter.messages.carriers import NO_CARRIER, SET_UP, CarrierDown, Checking, Patience
from exporter.messages.choosing import carrier_of, settings_of
from store.access import Actor
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import carriers, communications
from store.use_cases.carriers import OpenCarrier
from store.use_cases.communications import TestSent

_PATIENT = Patience()
FILES = "Messages become files in the practice's folder; there is nothing to connect to."


def check_carrier(
    practice: Practice, actor: Actor, channel: str, patience: Patience = _PATIENT
) -> str:
    """Try a channel's carrier without sending anything; note and return how it does, a sentence.

    Raises Refused; CarrierDown with the reason, which is noted as well.
    """
    practice.call(carriers.check_may_try, actor)
    return _checked(practice, channel, patience)


def check_daily(practice: Practice, patience: Patience = _PATIENT) -> None:
    """Try each carrier that was not tried for a day; how it does is noted, and told on Home (D6).

    It never raises for a carrier: whoever runs this has other work to do.
    """
    for channel in practice.call(carriers.due_for_check):
        with suppress(CarrierDown):
            _checked(practice, channel, patience)


def register_messaging(practice: Practice, actor: Actor, patience: Patience = _PATIENT) -> TestSent:
    """Register text messages: try what carries them, then queue the test message (D6).

    The registration is pending meanwhile, and rejected with the reason if the carrier fails. The
    test message waits in the outbox; its code goes to `communications.confirm_registration`.

    Raises:
        Refused: the right Setup - Communications: Full Control is missing.
        BadInput: no number is on file for this user that the test message can go to.
        Conflict: it is registered already; asked again within 30 s; too many wrong codes.
        CarrierDown: the carrier does not work; with how to mend it.
    """
    practice.call(communications.begin_registration, actor)
    try:
        check_carrier(practice, actor, "sms", patience)
    except CarrierDown as problem:
        # Somebody else may have ended the registration meanwhile: the carrier is what counts here.
        with suppress(ChairsideError):
            practice.call(communications.reject_registration, actor, problem.what)
        raise
    return practice.call(communications.register, actor)


def try_carrier(practice: Practice, settings: OpenCarrier, patience: Patience = _PATIENT) -> str:
    """Try some settings without sending anything, and note nothing; return what was found.

    Raises CarrierDown, with how to mend it.
    """
    carrier = carrier_of(practice, settings, patience)
    try:
        return carrier.check() if isinstance(carrier, Checking) else FILES
    finally:
        carrier.close()


def _checked(practice: Practice, channel: str, patience: Patience) -> str:
    settings = None
    try:
        settings = settings_of(practice, channel)
        if settings is None:
            raise CarrierDown(NO_CARRIER, do=SET_UP)
        found = try_carrier(practice, settings, patience)
    except CarrierDown as problem:
        practice.call(carriers.note_health, channel, problem.what, "", settings)
        raise
    practice.call(carriers.note_health, channel, "", found, settings)
    return found
