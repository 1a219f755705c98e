"""The modem carrier: text messages by a GSM modem at this computer, through libgammu.

One rule: the modem is held by a process of its own, which is killed when the time is over, so that
no modem stops a screen; and what a modem may have sent is never sent again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    NotNow,
    NotTaken,
    Patience,
    Receipt,
    RefusedForGood,
)
from exporter.messages.modem.errors import MIGHT, by_cause, down
from exporter.messages.modem.line import Answer, LineCut, ModemLine
from exporter.messages.modem.pin import TriedPins
from exporter.messages.modem.reports import Reference, Report, matched
from exporter.messages.modem.text import needs_unicode, why_not_sendable
from exporter.messages.server_text import clean
from store.clock import Clock, SystemClock
from store.outbox import Outgoing
from store.phones import why_not_served
from store.use_cases.carriers import OpenCarrier

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164. A modem would take `''` and `abc`, too."""
_REFERENCE_ENDING = 2
"""Digits of a number that stand in a reference: as many as the outbox shows."""
_LISTEN_SECONDS = 3
LONGEST_NAME = 40
"""Characters of what a modem or a network calls itself."""
_PATIENT = Patience()
_CLOCK = SystemClock()


class ModemCarrier:
    """A modem, opened when it is first needed and held until it is closed.

    Args:
        settings: device (`address`), the SIM card's PIN (`secret`) and countries.
        patience: connect: how long to wait while another program has the modem; answer: for a
            network; whole: for a whole try. Shorter in tests only.
        clock: tells when a message was sent, for its delivery report.
        pins: a file of the practice that remembers refused PINs; None: for the life of this only.
        driver: libgammu's connection and model; another one in tests only.
    """

    def __init__(
        self,
        settings: OpenCarrier,
        patience: Patience = _PATIENT,
        clock: Clock = _CLOCK,
        pins: Path | None = None,
        driver: tuple[str, str] = ("at115200", "at"),
    ) -> None:
        self._settings = settings
        self._patience = patience
        self._clock = clock
        self._pins = TriedPins(pins)
        self._driver = driver
        self._line: ModemLine | None = None
        self._found: Answer | None = None

    def __repr__(self) -> str:
        return "ModemCarrier(...)"

    def send(self, message: Outgoing, handing_over: Callable[[], None]) -> str:
        """Send one text message, in several parts if it is long; return a name for it.

        `handing_over` is called when modem, SIM card and network are ready and nothing of the
        message has gone out. Raises RefusedForGood, NotNow, CarrierDown, NobodyKnows, and what
        `handing_over` raises.
        """
        if not _NUMBER.fullmatch(message.recipient):
            raise RefusedForGood("This is not a telephone number with its country code.")
        text, number = message.body, message.recipient
        excluded = why_not_served(number, self._settings.countries) or why_not_sendable(text)
        if excluded:
            raise RefusedForGood(excluded)
        line = self._opened()
        with line.limit(self._patience.whole):
            try:
                self._ready(line)
                self._ask("prepare", number=number, text=text, unicode=needs_unicode(text))
            except CarrierDown as problem:
                # Two kiosks at one modem take turns: that says nothing against the modem.
                raise NotNow(problem.what) if _in_use(problem) else problem from None
            handing_over()
            parts = self._go(line)
        at = self._clock.now()
        return str(Reference(tuple(parts), number[-_REFERENCE_ENDING:], at))

    def receipts(self, references: Sequence[str]) -> dict[str, Receipt]:
        """Read the delivery reports in the modem and tell what became of messages.

        Messages to this modem stay where they are, and so do reports of others for a day. Raises
        CarrierDown.
        """
        known = [one for one in map(Reference.read, references) if one is not None]
        if not known:
            return {}
        line = self._opened()
        with line.limit(self._patience.whole):
            self._open(line)
            wanted = [part for one in known for part in one.parts]
            told = self._ask("reports", wanted=wanted, listen=_LISTEN_SECONDS)
            reports = [Report.of(one) for one in told["reports"]]
            receipts, done = matched(references, reports, self._clock.now())
            if done:
                self._ask("delete", locations=done)
        return receipts

    def check(self) -> str:
        """Try modem, SIM card and network; return what was found. Raises CarrierDown."""
        line = self._opened()
        try:
            with line.limit(self._patience.whole):
                found = self._ready(line)
        finally:
            self.close()
        model = _said(found["model"]) or "model unknown"
        network = _said(found["name"]) or "not told"
        roaming = ", abroad" if found["state"] == "RoamingNetwork" else ""
        signal = f"{found['signal']} %" if found["signal"] >= 0 else "unknown"
        return (
            f"The modem ({model}) answered. The SIM card is ready."
            f" Network: {network}{roaming}, signal {signal}."
        )

    def close(self) -> None:
        """Let the modem go."""
        line, self._line, self._found = self._line, None, None
        if line is not None:
            line.end()

    def _opened(self) -> ModemLine:
        if self._line is None:
            self._line = ModemLine()
        return self._line

    def _open(self, line: ModemLine) -> None:
        """Open the modem and its SIM card, if that is not done. Raises CarrierDown."""
        if self._found is not None:
            return
        connection, model = self._driver
        device, wait = self._settings.address, self._patience.connect
        asked = {"device": device, "connection": connection, "model": model, "wait": wait}
        wants = self._ask("open", **asked)["wants"]
        if wants == "PIN":
            self._enter_pin()
        elif wants == "ready":
            # Somebody's PIN was right, maybe ours before a crash: the card counts anew.
            self._pins.was_right()
        elif wants not in ("ready", "unknown"):
            self._drop()
            raise down("puk_needed" if wants == "PUK" else "pin_unknown")
        self._found = {}

    def _ready(self, line: ModemLine) -> Answer:
        """Return what the modem is and hears, once a network has taken it. Raises CarrierDown."""
        self._open(line)
        if not self._found:
            found = self._ask("network", wait=self._patience.answer)
            if found["state"] not in ("HomeNetwork", "RoamingNetwork", "unknown"):
                self._drop()
                raise down("denied" if found["state"] == "RegistrationDenied" else "no_network")
            self._found = found
        return self._found

    def _enter_pin(self) -> None:
        pin = self._settings.secret
        try:
            may_be_tried = pin and not self._pins.refused(pin)
            if may_be_tried:
                self._pins.trying(pin)
        except OSError:
            self._drop()
            raise CarrierDown(
                "It cannot be noted that the PIN is tried, so it was not tried.",
                do="Run chairside doctor: the practice's folder cannot be written.",
            ) from None
        if not may_be_tried:
            self._drop()
            raise down("pin_refused" if pin else "pin_needed")
        try:
            self._ask("pin", pin=pin)
        except CarrierDown as problem:
            if problem.what == down("pin_refused").what:
                # Where that cannot be written: that it was tried has been.
                with suppress(OSError):
                    self._pins.was_refused(pin)
            raise
        self._pins.was_right()

    def _ask(self, do: str, **given: object) -> Answer:
        """Ask for something that sends nothing. Raises CarrierDown."""
        assert self._line is not None
        try:
            answer = self._line.ask(do, **given)
        except LineCut as cut:
            self._drop()
            raise down("ended" if cut.in_time else "too_long") from None
        if "failed" in answer:
            self._drop()
            raise down(answer["failed"])
        return answer

    def _go(self, line: ModemLine) -> list[int]:
        """Have the parts sent; return the modem's numbers for them."""
        taken: list[int] = []
        try:
            answer = line.ask("go")
            while "taken" in answer:
                taken.append(answer["taken"])
                answer = line.answer()
        except LineCut as cut:
            self._drop()
            why = down("ended" if cut.in_time else "too_long").what
            raise NobodyKnows(f"{why} {MIGHT}") from None
        except BaseException:
            self._drop()
            raise
        if "failed" not in answer:
            return taken
        problem = _not_taken(answer, len(taken))
        if not isinstance(problem, RefusedForGood | NotNow):
            self._drop()
        raise problem

    def _drop(self) -> None:
        line, self._line, self._found = self._line, None, None
        if line is not None:
            line.cut()


def _not_taken(answer: Answer, taken: int) -> NotTaken:
    """Return what became of a message that did not go out whole."""
    what = down(answer["failed"])
    if taken:
        return NobodyKnows(f"Only {taken} of its parts went out. {_reason(answer)}")
    if answer["code"] is not None and answer["code"] not in range(310, 317):
        return by_cause(answer["code"])
    if answer["written"] and not answer["refused"]:
        return NobodyKnows(f"{what.what} {MIGHT}")
    return what


def _reason(answer: Answer) -> str:
    code = answer["code"]
    return by_cause(code).what if code is not None else down(answer["failed"]).what


def _said(name: str) -> str:
    """Return a name that modem or network gave, as it may be kept and shown."""
    return clean(name, ())[:LONGEST_NAME]


def _in_use(problem: CarrierDown) -> bool:
    return problem.what == down("in_use").what
