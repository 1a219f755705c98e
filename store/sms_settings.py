"""What carries text messages: a gateway on the web, or a modem at this computer.

One rule: what is typed here becomes part of an address or names a device, and nothing else: no
path that leads elsewhere, no line that is not encrypted unless it ends at this computer.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from store.carrier_settings import (
    BadCarrier,
    CarrierForm,
    Columns,
    host,
    is_loopback,
    printable,
)
from store.errors import BadInput

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PATH = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
_DEVICE = re.compile(
    r"/dev/(tty[A-Za-z]{1,8}[0-9]{1,3}|serial/(by-id|by-path)/[A-Za-z0-9][A-Za-z0-9._:+-]*)"
    r"|COM[1-9][0-9]{0,2}"
)
_PIN = re.compile(r"[0-9]{4,8}")
LONGEST_ADDRESS = 200
"""Characters of a gateway's base address or a device."""


def gateway(form: CarrierForm) -> Columns:
    """Return what is kept of a gateway's settings, but for its token. Raises BadCarrier."""
    account = form.account.strip()
    if not _ACCOUNT.fullmatch(account):
        raise BadCarrier(
            "account",
            "The account is the name the gateway gave it: letters, digits, - and _.",
            do="Copy it from the gateway's page.",
        )
    return {
        "address": base_address(form.address),
        "account": account,
        "sender": _gateway_sender(form.sender),
        "countries": countries(form.countries) or None,
    }


def modem(form: CarrierForm) -> Columns:
    """Return what is kept of a modem's settings, but for the PIN. Raises BadCarrier."""
    device = form.address.strip()
    if len(device) > LONGEST_ADDRESS or not _DEVICE.fullmatch(device):
        raise BadCarrier(
            "address",
            "This is not the name of a modem.",
            do="Write /dev/ttyUSB0, /dev/serial/by-id/… or, on Windows, COM5.",
        )
    if form.secret and not _PIN.fullmatch(form.secret):
        raise BadCarrier("secret", "A SIM card's PIN has 4 to 8 digits.")
    if form.account.strip():
        raise BadCarrier("account", "A modem needs no account.")
    sender = form.sender.strip()
    return {
        "address": device,
        "sender": _number(sender) if sender else None,
        "countries": countries(form.countries) or None,
    }


def base_address(typed: str) -> str:
    """Return a gateway's address in one form, without a slash at its end. Raises BadCarrier.

    `https`; `http` to this computer itself only. No user, no query, no fragment, no `..`.
    """
    parts = _split(typed.strip())
    name = host(parts.hostname or "")
    if parts.scheme == "http" and not is_loopback(name):
        raise BadCarrier(
            "address",
            "Without encryption, the token and every code could be read on the way.",
            do="Use an address that begins with https://.",
        )
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path):
        raise BadCarrier("address", "The gateway's address has a path that cannot be used.")
    where = f"[{name}]" if ":" in name else name
    usual = {"http": 80, "https": 443}[parts.scheme]
    at = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{where}{at}{path}"


def _split(typed: str) -> SplitResult:
    problem = BadCarrier(
        "address",
        "This is not the address of a gateway.",
        do="Write it as https://api.example.com, without name, password, ? and #.",
    )
    if not typed.isascii() or not typed.isprintable() or set(typed) & set(" \\?#@"):
        raise problem
    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError:
        raise problem from None
    # A colon without a port after it would be read differently by different programs.
    if parts.scheme not in ("http", "https") or port == 0 or parts.netloc.endswith(":"):
        raise problem
    if len(typed) > LONGEST_ADDRESS or not parts.hostname:
        raise problem
    return parts


def countries(typed: str) -> str:
    """Return ISO codes of countries, in capitals, a space between. Raises BadCarrier."""
    if not typed.strip():
        return ""
    from phonenumbers import SUPPORTED_REGIONS

    codes = list(dict.fromkeys(re.split(r"[\s,;]+", typed.strip(" ,;").upper())))
    unknown = [code for code in codes if code not in SUPPORTED_REGIONS]
    if unknown:
        raise BadCarrier(
            "countries",
            "A country is named by its two letters, as in US CA.",
            do="Leave it empty if the carrier sends to any country.",
        )
    return " ".join(codes)


def _gateway_sender(typed: str) -> str:
    sender = typed.strip()
    if _SERVICE.fullmatch(sender) or _NAME.fullmatch(sender):
        return sender
    return _number(sender)


def _number(typed: str) -> str:
    from store.phones import existing_number

    try:
        return existing_number(printable(typed, "sender"))
    except BadInput:
        raise BadCarrier(
            "sender",
            "The sender is a telephone number, a name or a messaging service.",
            do="Write +15105550142, or a name of at most 11 letters and digits.",
        ) from None
