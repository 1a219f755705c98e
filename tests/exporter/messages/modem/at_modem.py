"""A modem made of a pseudo-terminal: it speaks AT commands (3GPP 27.005, 27.007) as a stick does.

It reads what is sent with a decoder of its own, and can be told to misbehave. One rule: it knows
nothing of the code under test; all it shares with it is the line.
"""

from __future__ import annotations

import os
import pty
import re
import select
import threading
import time
import tty
from collections import Counter, deque
from dataclasses import dataclass, field

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {10: "\f", 20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|"}
_EXTENDED[101] = "€"
CENTRE = "15550000001"
MAKER, MODEL = "WAVECOM MODEM", "MULTIBAND  900E  1800"


@dataclass(frozen=True)
class Part:
    """One message as it went over the air."""

    number: str
    text: str
    alphabet: str
    of: tuple[int, int, int] | None
    wants_report: bool
    minutes: int


@dataclass
class AtModem:
    """What came in, and how the modem behaves."""

    model: str = MODEL
    pin: str = ""
    sim: bool = True
    registration: int = 1
    signal: int = 20
    keeps_reports: bool = True
    refusals: deque[int] = field(default_factory=deque)
    statuses: dict[str, int] = field(default_factory=dict)
    silent_at: str = ""
    unplug_after: int = -1
    at_once: bool = False
    parts: list[Part] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    pins_tried: list[str] = field(default_factory=list)
    store: dict[int, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reference = 16
        self._open = bool(self.pin)
        self._reports_on = 0
        self._main, self._side = pty.openpty()
        tty.setraw(self._side)
        self.device = os.ttyname(self._side)
        self._ended, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the modem out, if that is not done."""
        os.write(self._wake, b".")

    def end(self) -> None:
        """Pull the modem out for good."""
        self.unplug()
        self._thread.join()
        for descriptor in (self._ended, self._wake):
            os.close(descriptor)

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            os.close(self._main)
            os.close(self._side)

    def _serve(self) -> None:
        line, in_text, text_ends = b"", False, b"\x1a"
        while True:
            ready, _, _ = select.select([self._main, self._ended], [], [])
            if self._ended in ready:
                return
            came = os.read(self._main, 4096)
            os.write(self._main, came)
            line += came
            while (end := text_ends if in_text else b"\r") in line:
                one, _, line = line.partition(end)
                if in_text:
                    in_text = False
                    if not self._took(one.decode()):
                        return
                elif command := one.replace(b"\x1b", b"").strip().decode("latin-1"):
                    in_text = command.startswith("AT+CMGS=") and not self._is_silent(command)
                    self._say(
                        "> " if in_text else self._answer(command), end="" if in_text else "\r\n"
                    )

    def _is_silent(self, command: str) -> bool:
        return bool(self.silent_at) and command.startswith(self.silent_at)

    def _say(self, text: str, end: str = "\r\n") -> None:
        if text:
            os.write(self._main, f"\r\n{text}{end}".encode())

    def _took(self, pdu: str) -> bool:
        """Take a message; return whether the modem is still there."""
        if len(self.parts) == self.unplug_after:
            return False
        if self._is_silent("PDU"):
            return True
        if self.refusals and (refusal := self.refusals.popleft()):
            self._say(f"+CMS ERROR: {refusal}")
            return True
        part = submitted(bytes.fromhex(pdu))
        self.parts.append(part)
        self._reference = (self._reference + 1) % 256
        self._say(f"+CMGS: {self._reference}\r\n\r\nOK")
        if part.wants_report and self._reports_on:
            self._report(part.number)
        return True

    def _report(self, number: str) -> None:
        report = status_report(self._reference, number, self.statuses.get(number, 0))
        if self._reports_on == 2:
            place = max(self.store, default=0) + 1
            self.store[place] = (1, report)
            self._say(f'+CDSI: "SM",{place}')
        else:
            self._say(f"+CDS: {len(report) // 2 - 8}\r\n{report}")

    def _answer(self, command: str) -> str:
        self.commands[command.partition("=")[0] if "?" not in command else command] += 1
        if self._is_silent(command):
            return ""
        for pattern, answer in self._ANSWERS:
            if found := re.fullmatch(pattern, command):
                told = answer(self, *found.groups()) if callable(answer) else answer
                return f"{told}\r\n\r\nOK" if told and "ERROR" not in told else told or "OK"
        return "ERROR"

    def _security(self) -> str:
        if not self.sim:
            return "+CME ERROR: 10"
        told = "+CPIN: SIM PIN" if self._open else "+CPIN: READY"
        if not self.at_once:
            # A real line is slower than libgammu's look for the rest of this answer.
            self._say(told)
            time.sleep(0.05)
            return ""
        return told

    def _enter(self, pin: str) -> str:
        self.pins_tried.append(pin)
        if pin != self.pin:
            return "+CME ERROR: 16"
        self._open = False
        return ""

    def _notify(self, mode: str) -> str:
        self._reports_on = int(mode)
        return ""

    def _list(self) -> str:
        return "\r\n".join(
            f"+CMGL: {place},{state},,{len(pdu) // 2 - 8}\r\n{pdu}"
            for place, (state, pdu) in sorted(self.store.items())
        )

    def _read(self, place: str) -> str:
        if int(place) not in self.store:
            return "+CMS ERROR: 321"
        state, pdu = self.store[int(place)]
        return f"+CMGR: {state},,{len(pdu) // 2 - 8}\r\n{pdu}"

    def _delete(self, place: str) -> str:
        return "" if self.store.pop(int(place), None) else "+CMS ERROR: 321"

    def _memory(self, *_: str) -> str:
        return "+CPMS: " + ",".join([f"{len(self.store)},20"] * 3)

    _ANSWERS = (
        (r"AT|ATE1|AT\+CMEE=1|AT\+CFUN=1|AT\+CMGF=0|AT\+C(G)?REG=\d|AT\+COPS=3,\d", ""),
        (r"AT\+CSCS=.*\w.*", ""),
        (r"AT\+CSCS=\?", '+CSCS: ("IRA","GSM","UCS2")'),
        (r"AT\+CSCS\?", '+CSCS: "GSM"'),
        (r"AT\+CGMI", MAKER),
        (r"AT\+CGMM", lambda self: self.model),
        (r"AT\+CGMR", "641b09gg.Q2403A"),
        (r"AT\+CPIN\?", lambda self: self._security()),
        (r'AT\+CPIN="(\d+)"', lambda self, pin: self._enter(pin)),
        (r"AT\+CREG\?", lambda self: f'+CREG: 2,{self.registration},"1234","ABCD"'),
        (r"AT\+CGREG\?", lambda self: f"+CGREG: 2,{self.registration}"),
        (r"AT\+CGATT\?", "+CGATT: 1"),
        (r"AT\+COPS\?", '+COPS: 0,0,"Example Mobile"'),
        (r"AT\+CSQ", lambda self: f"+CSQ: {self.signal},99"),
        (r"AT\+CSCA\?", f'+CSCA: "+{CENTRE}",145'),
        (
            r"AT\+CNMI=\?",
            lambda self: (
                f"+CNMI: (0-3),(0-3),(0-3),({'0-2' if self.keeps_reports else '0,1'}),(0,1)"
            ),
        ),
        (r"AT\+CNMI=\d,\d,\d,(\d)(?:,\d)?", lambda self, mode: self._notify(mode)),
        (r"AT\+CPMS=\?", '+CPMS: ("SM"),("SM"),("SM")'),
        (r'AT\+CPMS="SM".*', lambda self: self._memory()),
        (r"AT\+CPMS\?", lambda self: '+CPMS: "SM",{0},20,"SM",{0},20'.format(len(self.store))),
        (r"AT\+CMGL=4", lambda self: self._list()),
        (r"AT\+CMGR=(\d+)", lambda self, place: self._read(place)),
        (r"AT\+CMGD=(\d+)", lambda self, place: self._delete(place)),
    )


def submitted(pdu: bytes) -> Part:
    """Read an SMS-SUBMIT with the centre's number before it (3GPP 23.040 §9.2.2.2)."""
    at = pdu[0] + 1
    first, digits = pdu[at], pdu[at + 2]
    at += 4
    number = "+" + _swapped(pdu[at : at + (digits + 1) // 2])[:digits]
    at += (digits + 1) // 2
    coding, validity, length, user = pdu[at + 1], pdu[at + 2], pdu[at + 3], pdu[at + 4 :]
    head = user[: user[0] + 1] if first & 0x40 else b""
    of = (head[3], head[4], head[5]) if head[1:2] == b"\0" else None
    if coding & 0x0C == 0x08:
        text, alphabet = user[len(head) : length].decode("utf-16-be"), "UCS-2"
    else:
        text, alphabet = _unpacked(user, length, -(-len(head) * 8 // 7)), "7-bit"
    return Part(number, text, alphabet, of, bool(first & 0x20), (validity + 1) * 5)


def status_report(reference: int, number: str, status: int) -> str:
    """Write an SMS-STATUS-REPORT, taken and settled now (3GPP 23.040 §9.2.2.3)."""
    digits = number.lstrip("+")
    now = _stamp()
    body = bytes([0x06, reference, len(digits), 0x91]) + _bcd(digits) + now + now + bytes([status])
    return (_centre() + body).hex().upper()


def from_somebody() -> str:
    """Write an SMS-DELIVER with the text "hi"."""
    body = (
        bytes([0x04, 11, 0x91]) + _bcd("15105550199") + b"\0\0" + _stamp() + bytes([2, 0xE8, 0x34])
    )
    return (_centre() + body).hex().upper()


def _centre() -> bytes:
    number = _bcd(CENTRE)
    return bytes([len(number) + 1, 0x91]) + number


def _stamp() -> bytes:
    return _bcd(time.strftime("%y%m%d%H%M%S", time.gmtime()) + "00")


def _bcd(digits: str) -> bytes:
    digits += "F" * (len(digits) % 2)
    return bytes.fromhex("".join(b + a for a, b in zip(digits[::2], digits[1::2], strict=True)))


def _swapped(octets: bytes) -> str:
    return "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets)


def _unpacked(user: bytes, septets: int, skip: int) -> str:
    bits = int.from_bytes(user, "little")
    codes = [bits >> 7 * at & 0x7F for at in range(skip, septets)]
    text, escaped = "", False
    for code in codes:
        if escaped:
            text += _EXTENDED.get(code, " ")
        elif code != 27:
            text += _GSM[code]
        escaped = code == 27 and not escaped
    return text
