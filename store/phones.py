"""Telephone numbers of staff: one form, and only numbers that can take a text message.

One rule: what is stored is E.164 (`+15105550142`), never what was typed (REQUIREMENTS D7).
"""

from __future__ import annotations

import re

from store.errors import BadInput

_TYPED = re.compile(r"\+[0-9 ().\-]{7,24}")
NEEDS_COUNTRY = "The mobile number needs its country code, as in +15105550142."
NO_SUCH_NUMBER = "There is no such telephone number."
OWN_NUMBER = "Enter a mobile number under File > My Factors > Text message."
"""Where everybody enters or changes their own, whoever else may (D7, S6)."""


def mobile_number(typed: str) -> str:
    """Return a number in E.164 form.

    Raises BadInput for one without country code, that does not exist, or that is no mobile. Where
    a country gives mobiles and land lines the same numbers, as North America does, it is accepted.
    """
    import phonenumbers

    number = phonenumbers.parse(existing_number(typed))
    if phonenumbers.number_type(number) not in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    ):
        raise BadInput(
            "That number is not a mobile: codes are sent as text messages.",
            do="Enter a mobile number.",
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def existing_number(typed: str) -> str:
    """Return a number of any kind in E.164 form. Raises BadInput for one that does not exist."""
    import phonenumbers

    if not _TYPED.fullmatch(typed.strip(" ")):
        raise BadInput(NEEDS_COUNTRY)
    try:
        number = phonenumbers.parse(typed)
    except phonenumbers.NumberParseException:
        raise BadInput(NEEDS_COUNTRY) from None
    if not phonenumbers.is_valid_number(number):
        raise BadInput(NO_SUCH_NUMBER, do="Check each digit.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def why_not_served(number: str, countries: str) -> str:
    """Return why a carrier does not send to a number, a sentence; empty if it does.

    Args:
        number: in E.164 form.
        countries: ISO codes that the carrier sends to, as `US CA`; empty for any.
    """
    if not countries:
        return ""
    import phonenumbers

    served = countries.split()
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return NO_SUCH_NUMBER
    if region in served:
        return ""
    listed = served[0] if len(served) == 1 else f"{', '.join(served[:-1])} and {served[-1]}"
    whence = f" That number is of {region}." if region and region.isalpha() else ""
    return f"Text messages are sent to numbers of {listed} only.{whence}"
