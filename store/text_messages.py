"""Text messages of the practice: codes, notices and tests, on their way into the outbox.

One rule: only a number that can take a text message, and that the practice's carrier sends to,
is queued for (REQUIREMENTS D7); whatever else it was called before, it is looked at here again.
"""

from __future__ import annotations

from datetime import timedelta

from store import message_carriers, one_time_codes, outbox
from store.database import Store
from store.errors import BadInput
from store.message_text import in_one_part
from store.one_time_codes import NewCode
from store.phones import mobile_number

VALID = "Valid for 10 minutes."
"""As long as `one_time_codes.LIFETIME`."""


def queue(
    store: Store,
    *,
    purpose: str,
    number: str,
    lifetime: timedelta,
    says: str,
    advice: tuple[str, ...],
) -> tuple[int, str]:
    """Write a text message inside the running transaction; return its number and its text.

    Args:
        says: what it has to say; never cut.
        advice: sentences that are left out, the last one first, where there is no room.

    Raises BadInput for what is no mobile number, or one that the carrier does not send to.
    """
    why_not = message_carriers.why_no_text_to(store, number)
    if why_not:
        raise BadInput(why_not, kept="Nothing was sent.")
    practice = store.value("SELECT name FROM practice_group")
    text = in_one_part(practice, says, *advice)
    to = mobile_number(number)
    message = outbox.queue(
        store, channel="sms", purpose=purpose, recipient=to, body=text, lifetime=lifetime
    )
    return message, text


def queue_code(
    store: Store,
    code: NewCode,
    *,
    purpose: str,
    number: str,
    says: str,
    advice: tuple[str, ...] = (),
) -> str:
    """Write the message that carries a code inside the running transaction; return its text.

    The code is linked to its message, so that whoever waits for it can be told how it fares.
    Raises BadInput as `queue` does.
    """
    message, text = queue(
        store,
        purpose=purpose,
        number=number,
        lifetime=one_time_codes.LIFETIME,
        says=says,
        advice=(VALID, *advice),
    )
    one_time_codes.link_message(store, code.otp_challenge_id, message)
    return text
