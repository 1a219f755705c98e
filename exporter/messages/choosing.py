"""Which carrier a practice's settings mean, and what it is called in the store.

One rule: a carrier's libraries are loaded when it is chosen, and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporter.messages.carriers import SET_UP, Carrier, CarrierDown, Patience
from store.use_cases import carriers
from store.use_cases.carriers import OpenCarrier

if TYPE_CHECKING:
    from store.practice import Practice

REFUSED_PINS = "sim-pins.json"
"""In the practice's folder: hashes of PINs that a SIM card refused; none is tried thrice."""


def settings_of(practice: Practice, channel: str) -> OpenCarrier | None:
    """Return by what a channel's messages go, or None if nothing is set up.

    Raises CarrierDown where its secret cannot be opened.
    """
    from store.sealer import SealBroken

    try:
        return practice.call(carriers.for_delivery, channel)
    except SealBroken:
        raise CarrierDown(
            "The secret of this carrier was sealed under another key and cannot be opened.",
            do=f"Type its password, token or PIN again. {SET_UP}",
        ) from None


def carrier_of(practice: Practice, settings: OpenCarrier, patience: Patience) -> Carrier:
    """Return the carrier that some settings mean; it connects when it is first needed."""
    if settings.kind == "spool":
        from exporter.messages.spool import SpoolCarrier

        return SpoolCarrier(practice.folder.spool)
    if settings.kind == "http":
        from exporter.messages.gateway.carrier import GatewayCarrier

        return GatewayCarrier(settings, patience)
    if settings.kind == "modem":
        from exporter.messages.modem.carrier import ModemCarrier

        return ModemCarrier(settings, patience, practice.clock, practice.folder.path / REFUSED_PINS)
    from exporter.messages.smtp import SmtpCarrier

    return SmtpCarrier(settings, practice.clock, patience)


def name_of(settings: OpenCarrier) -> str:
    """Return a carrier's name for the store, as `http api.example.com` or `modem ttyUSB0`."""
    if settings.kind == "http":
        return f"http {urlsplit(settings.address).netloc}"
    if settings.kind == "modem":
        return f"modem {settings.address.rpartition('/')[2]}"
    return f"{settings.kind} {settings.address}".strip()
