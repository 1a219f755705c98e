"""What the modem's process does at the modem: libgammu's calls, one after the other.

One rule: it knows a device and what is to be sent, and nothing of the practice; what is not a
delivery report is never deleted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from exporter.messages.modem.device import Device, Failed
from exporter.messages.modem.tap import Tap

Request = dict[str, Any]
Answer = dict[str, Any]
_STEP = 0.2
"""Seconds between two looks at something that may change by itself."""
_REGISTERED = ("HomeNetwork", "RoamingNetwork")
_KINDS = {
    "ERR_NOSIM": "no_sim",
    "ERR_SECURITYERROR": "pin_needed",
    "ERR_DEVICENOTEXIST": "no_device",
    "ERR_DEVICENOPERMISSION": "in_use" if sys.platform == "win32" else "no_permission",
    "ERR_DEVICEOPENERROR": "no_device" if sys.platform == "win32" else "in_use",
    "ERR_DEVICEBUSY": "in_use",
    "ERR_DEVICELOCKED": "in_use",
    "ERR_DEVICEREADERROR": "gone",
    "ERR_DEVICEWRITEERROR": "gone",
    "ERR_TIMEOUT": "silent",
    "ERR_NOTCONNECTED": "silent",
    "ERR_EMPTYSMSC": "no_centre",
}
_BY_EQUIPMENT = {
    **{10: "no_sim", 11: "pin_needed", 12: "puk_needed", 13: "no_sim", 14: "sim_busy"},
    **{15: "no_sim", 16: "pin_refused", 30: "no_network", 31: "no_network", 32: "denied"},
}
"""By +CME number (3GPP 27.007 §9.2)."""
_BY_NETWORK = {
    **{310: "no_sim", 311: "pin_needed", 312: "puk_needed", 313: "no_sim", 314: "sim_busy"},
    **{315: "no_sim", 316: "puk_needed", 330: "no_centre", 331: "no_network"},
}
"""By +CMS number (3GPP 27.005 §3.2.5); numbers below 300 are the network's own."""


class Holder:
    """The modem, once it is open.

    Args:
        say: sends an answer.
        ended: set when nobody waits for this process any more.
    """

    def __init__(self, say: Callable[[Answer], None], ended: threading.Event) -> None:
        import gammu

        self._gammu = gammu
        self._machine = gammu.StateMachine()
        self._say = say
        self._ended = ended
        self._tap = Tap(self._went_away)
        self._parts: list[dict[str, Any]] = []
        self._centre: dict[str, Any] = {}
        self._pushed: list[Answer] = []
        self._stored_new = False

    def open(self, asked: Request) -> Answer:
        """Open the device and ask what its SIM card wants: ready, PIN, PUK, or unknown."""
        settings = {
            "Device": asked["device"],
            "Connection": asked["connection"],
            "Model": asked["model"],
            "UseGlobalDebugFile": 1,
            "DebugLevel": "text",
        }
        self._take_defaults()
        self._machine.SetConfig(0, settings)
        device, model = asked["device"], asked["model"]
        self._patiently(lambda: self._open(device, model), "in_use", asked["wait"])
        try:
            wanted = self._patiently(
                lambda: self._call(self._machine.GetSecurityStatus), "sim_busy", asked["wait"]
            )
        except Failed as problem:
            if problem.kind not in ("silent", "strange"):
                raise
            # A modem whose whole answer comes at once is misread; what follows tells as well.
            wanted = "unknown"
        return {"wants": wanted or "ready"}

    def pin(self, asked: Request) -> Answer:
        """Enter the PIN, once."""
        try:
            self._call(self._machine.EnterSecurityCode, "PIN", asked["pin"])
        except Failed as problem:
            refused = problem.kind in ("pin_needed", "strange")
            raise Failed("pin_refused" if refused else problem.kind) from None
        return {}

    def network(self, asked: Request) -> Answer:
        """Wait until a network has taken the SIM card; tell what the modem is and hears."""
        state = name = ""
        for _ in range(max(1, int(asked["wait"] / _STEP))):
            try:
                info = self._call(self._machine.GetNetworkInfo)
                state, name = info["State"], info["NetworkName"] or info["NetworkCode"]
            except Failed as problem:
                if problem.kind not in ("strange", "no_network", "sim_busy"):
                    raise
                # Some modems do not tell the half of it; whether they send shows when they do.
                state = "unknown" if problem.kind == "strange" else ""
            if state == "unknown":
                break
            if state in (*_REGISTERED, "RegistrationDenied") or self._ended.wait(_STEP):
                break
        found = {"state": state, "name": name, "signal": self._signal(), "model": self._model()}
        if state in (*_REGISTERED, "unknown"):
            self._centre = self._call(self._machine.GetSMSC, 1)
            self._listen()
        return found

    def prepare(self, asked: Request) -> Answer:
        """Write a message as it goes over the air, in as many parts as it needs."""
        self._parts = parts_of(asked["text"], asked["unicode"], asked["number"], self._centre)
        return {"parts": len(self._parts)}

    def go(self, asked: Request) -> Answer:
        """Send what was prepared; an answer for each part that the network took."""
        parts, self._parts = self._parts, []
        for part in parts:
            try:
                reference = self._call(self._machine.SendSMS, part)
            except Failed as problem:
                return {**self._became(), "failed": problem.kind}
            self._say({"taken": reference})
        return {"done": True}

    def reports(self, asked: Request) -> Answer:
        """Return the delivery reports that lie in the modem or come in now."""
        self._listen()
        wanted = set(asked["wanted"])
        found = self._stored()
        for _ in range(max(1, int(asked["listen"] / _STEP))):
            if wanted <= {one["reference"] for one in (*found, *self._pushed)}:
                break
            if self._ended.wait(_STEP):
                break
            self._machine.ReadDevice(False)
            if self._stored_new:
                found = self._stored()
        return {"reports": [*found, *self._pushed]}

    def delete(self, asked: Request) -> Answer:
        """Delete delivery reports; nothing else is deleted, whatever number is named."""
        there = {one["location"] for one in self._stored()}
        for location in asked["locations"]:
            if location in there:
                with suppress(self._gammu.GSMError):
                    self._machine.DeleteSMS(0, location)
        return {}

    def close(self, asked: Request) -> Answer:
        """Let the modem go."""
        with suppress(self._gammu.GSMError):
            self._machine.Terminate()
        self._ended.set()
        return {}

    def _take_defaults(self) -> None:
        """Have libgammu fill in what it is not told, which it does only for a file.

        Without, it asks modems for no delivery reports.
        """
        descriptor, name = tempfile.mkstemp()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("[gammu]\n")
        try:
            self._machine.ReadConfig(Filename=name)
        finally:
            Path(name).unlink()

    def _call(self, function: Callable[..., Any], *given: Any) -> Any:
        self._tap.begin()
        try:
            return function(*given)
        except self._gammu.GSMError as problem:
            self._tap.catch_up()
            known = (
                _BY_EQUIPMENT.get(self._tap.equipment or -1)
                or _BY_NETWORK.get(self._tap.network or -1)
                or _KINDS.get(type(problem).__name__, "strange")
            )
            raise Failed(known) from None

    def _open(self, device: str, model: str) -> None:
        # The dummy is a folder.
        line = Device(device) if model != "dummy" else None
        try:
            self._call(self._machine.Init)
        except Failed:
            if line is not None:
                line.let_go()
            raise
        self._tap.watch()
        if line is not None:
            line.watch(self._went_away)

    def _patiently(self, step: Callable[[], Any], kind: str, seconds: float) -> Any:
        """Do a step again as long as it fails in one way that may pass."""
        for _ in range(int(seconds / _STEP)):
            try:
                return step()
            except Failed as problem:
                if problem.kind != kind or self._ended.wait(_STEP):
                    raise
        return step()

    def _signal(self) -> int:
        try:
            return int(self._machine.GetSignalQuality()["SignalPercent"])
        except self._gammu.GSMError:
            return -1

    def _model(self) -> str:
        try:
            maker, (_, model) = self._machine.GetManufacturer(), self._machine.GetModel()
        except self._gammu.GSMError:
            return ""
        return f"{maker} {model}"

    def _listen(self) -> None:
        """Have delivery reports kept by the modem, or told at once where it keeps none."""
        self._machine.SetIncomingCallback(self._came_in)
        with suppress(self._gammu.GSMError):
            self._machine.SetIncomingSMS(True)

    def _came_in(self, machine: object, kind: str, data: Any) -> None:
        if kind != "SMS" or not isinstance(data, dict):
            return
        if data.get("Type") == "Status_Report" and data.get("Number"):
            self._pushed.append(_report(data, None))
        else:
            self._stored_new = True

    def _stored(self) -> list[Answer]:
        self._stored_new = False
        found: list[Answer] = []
        where: dict[str, Any] = {"Start": True}
        while True:
            try:
                one = self._machine.GetNextSMS(Folder=0, **where)[0]
            except self._gammu.GSMError:
                # At the end, or where a modem cannot list: what was read so far counts.
                return found
            if one["Type"] == "Status_Report":
                found.append(_report(one, one["Location"]))
            where = {"Location": one["Location"]}

    def _became(self) -> Answer:
        """Tell how far a part got: whether it was refused, by what number, or went out at all."""
        tap = self._tap
        tap.catch_up()
        refused = tap.network is not None or tap.equipment is not None
        return {"refused": refused, "code": tap.network, "written": tap.written}

    def _went_away(self) -> None:
        if self._ended.is_set():
            return
        self._say({**self._became(), "failed": "gone"})
        os._exit(1)


def parts_of(text: str, unicode: bool, number: str, centre: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a message as libgammu sends it: parts, a delivery report wanted, an hour to live.

    Nobody wants a code that comes later, when a telephone is switched on again.
    """
    import gammu

    # In UCS-2, libgammu takes a tilde as the sign for a letter of its own, and two for a tilde.
    buffer = text.replace("~", "~~") if unicode else text
    entry = {"ID": "ConcatenatedTextLong", "Buffer": buffer}
    whole = {"Class": -1, "Unicode": unicode, "Entries": [entry]}
    by = {**centre, "Location": 0, "Validity": "60M"}
    return [
        {**part, "SMSC": by, "Number": number, "Type": "Status_Report"}
        for part in gammu.EncodeSMS(whole)
    ]


def _report(message: dict[str, Any], location: int | None) -> Answer:
    taken = message["DateTime"]
    return {
        "reference": message["MessageReference"],
        "ending": message["Number"][-2:],
        "status": message["DeliveryStatus"],
        "taken_at": taken.isoformat() if taken else "",
        "location": location,
    }
