"""What a modem, its SIM card or the network says, in sentences of our own.

One rule: nothing that a modem writes is repeated; its numbers are looked up here.
"""

from __future__ import annotations

from exporter.messages.carriers import CarrierDown, NobodyKnows, NotNow, NotTaken, RefusedForGood

MIGHT = "The message may have arrived."
_DOWN = {
    "no_library": (
        "The part that speaks to modems is not installed.",
        "Install it beside Chairside: pip install python-gammu==3.5.1",
    ),
    "no_device": (
        "There is no modem at this device.",
        "Plug it in, or choose its device again under Communications.",
    ),
    "no_permission": (
        "This user may not open the modem.",
        "Let it in with: sudo usermod -aG dialout $USER; then sign in to the computer again.",
    ),
    "in_use": (
        "Another program is using the modem.",
        "Wait until it is done, or end the program (ModemManager, for one).",
    ),
    "gone": ("The modem was unplugged.", "Plug it in again."),
    "silent": (
        "The modem does not answer.",
        "Unplug it and plug it in again. If it has several devices, choose another one.",
    ),
    "strange": (
        "The modem does not answer as a modem for text messages does.",
        "If it has several devices, choose another one.",
    ),
    "no_sim": ("There is no SIM card in the modem, or it does not work.", "Put one in."),
    "sim_busy": ("The SIM card is not ready yet.", "Try again in a minute."),
    "pin_needed": (
        "The SIM card asks for its PIN, and none is set.",
        "Type the PIN under Communications, or take it off the card in a telephone.",
    ),
    "pin_refused": (
        "The SIM card refused the PIN. It is not tried again: after three wrong ones it locks.",
        "Type the right PIN under Communications.",
    ),
    "puk_needed": (
        "The SIM card is locked: a wrong PIN was typed three times.",
        "Put it into a telephone and unlock it with its PUK; the operator knows it.",
    ),
    "pin_unknown": (
        "The SIM card asks for something else than its PIN.",
        "Put it into a telephone and see what it asks for.",
    ),
    "no_network": (
        "The modem finds no mobile network.",
        "Check its antenna, or move it to a window.",
    ),
    "denied": (
        "The mobile network does not accept this SIM card.",
        "Ask its operator whether the card is active.",
    ),
    "no_centre": (
        "The SIM card does not know its operator's message centre.",
        "Put it into a telephone and set the number that the operator names.",
    ),
    "too_long": ("The modem did not answer in time.", "Unplug it and plug it in again."),
    "ended": ("The part that speaks to the modem ended.", "Run chairside doctor."),
}
_BARRED = "The operator does not let this SIM card send text messages"
_BUSY = "The mobile network is busy"
_NO_SUCH = "There is no telephone of this number"
_BAD = "The mobile network does not take such a message"
_CAUSES: dict[int, tuple[type[NotTaken], str]] = {
    # The network's (3GPP 24.011 annex E).
    1: (RefusedForGood, _NO_SUCH),
    8: (CarrierDown, _BARRED),
    10: (RefusedForGood, "Messages to this number are barred"),
    21: (NotNow, "The mobile network rejects the message; the card may have no credit"),
    27: (NotNow, "The telephone cannot be reached"),
    28: (CarrierDown, "The mobile network does not know this SIM card"),
    30: (RefusedForGood, _NO_SUCH),
    38: (NotNow, "The mobile network is out of order"),
    41: (NotNow, "The mobile network has a passing fault"),
    42: (NotNow, _BUSY),
    47: (NotNow, _BUSY),
    50: (CarrierDown, _BARRED),
    69: (CarrierDown, "The mobile network carries no text messages of this SIM card"),
    **dict.fromkeys((95, 96, 97, 98, 99), (RefusedForGood, _BAD)),
    # The message centre's (3GPP 23.040 §9.2.3.22).
    **dict.fromkeys((0x90, 0x91, 0x9F, 0xB0), (RefusedForGood, _BAD)),
    0xC0: (NotNow, _BUSY),
    0xC3: (RefusedForGood, _NO_SUCH),
    0xC4: (RefusedForGood, "Messages to this number are barred"),
    # The modem's (3GPP 27.005 §3.2.5).
    302: (NotNow, "The modem does not send at present"),
    304: (RefusedForGood, "The modem does not take such a message"),
    **dict.fromkeys((320, 321, 322), (CarrierDown, "The memory of the modem is full or broken")),
    # Nobody said no: the answer got lost.
    332: (NobodyKnows, "The mobile network did not answer"),
}
_UNDELIVERED = {
    # For good (3GPP 23.040 §9.2.3.15), then given up after a time.
    0x41: "the telephone does not take such messages",
    0x42: "the telephone rejected it",
    0x43: "the telephone cannot be reached",
    0x46: "it could not be delivered in time",
    0x48: "the operator deleted it",
    0x60: "the network is busy",
    0x61: "the telephone is busy",
    0x62: "the telephone does not answer",
    0x65: "the telephone cannot be reached",
}


def down(kind: str) -> CarrierDown:
    """Return the error for a step that did not work."""
    what, do = _DOWN.get(kind, _DOWN["strange"])
    return CarrierDown(what, do=do)


def by_cause(code: int) -> NotTaken:
    """Return the error for the number with which a message was refused (+CMS ERROR)."""
    error, what = _CAUSES.get(code, (NotNow, "The mobile network did not take the message"))
    sentence = f"{what} ({code})."
    return error(f"{sentence} {MIGHT}" if error is NobodyKnows else sentence)


def undelivered(status: int) -> str:
    """Return why a message did not arrive, for the status that a delivery report has."""
    why = _UNDELIVERED.get(status, "the operator gives no reason that is known")
    return f"It was not delivered: {why} ({status})."
