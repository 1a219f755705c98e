"""Which printers there are: this computer's print queues, and whoever answers at an address.

One rule: looking prints nothing and changes nothing.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

from exporter.letters import ipp, lp
from exporter.letters.ipp_wire import Line, certificate_of
from exporter.letters.raster import RASTER
from store.access import Actor
from store.drawing import drawn
from store.errors import BadInput
from store.practice import Practice
from store.printers import check_address
from store.use_cases import printers

_SECONDS_TO_LISTEN = 3
_MOST = 50


@dataclass(frozen=True, slots=True)
class FoundPrinter:
    """A printer that may be added: `kind` and `address` go into a PrinterForm as they are."""

    kind: str
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class CheckedPrinter:
    """What answered at an address.

    Attributes:
        model: what the printer calls itself; may be empty.
        trouble: what keeps it from printing now; empty for nothing.
        takes: `PDF`, `PWG raster`, or empty where it takes neither and cannot be used.
        certificate_sha256: the certificate it shows, 64 hex digits; empty without encryption.
    """

    address: str
    model: str
    trouble: str
    takes: str
    certificate_sha256: str


def find_printers(practice: Practice, actor: Actor) -> tuple[FoundPrinter, ...]:
    """Return the print queues of this computer and the printers that announce themselves.

    Takes three seconds where the program `ippfind` is there. Raises Refused.
    """
    practice.call(printers.check_may_find, actor)
    queues = [FoundPrinter("cups", name, drawn(name)) for name in lp.queues()]
    return tuple((queues + _announced())[:_MOST])


def check_printer(practice: Practice, actor: Actor, address: str) -> CheckedPrinter:
    """Ask whoever answers at an address what it is. Raises Refused, BadInput, NotTaken."""
    practice.call(printers.check_may_find, actor)
    line = Line(check_address("ipp", address))
    certificate = certificate_of(line)
    facts = ipp.look(line)
    takes = "PDF" if ipp.PDF in facts.formats or not facts.formats else ""
    if not takes and RASTER in facts.formats:
        takes = "PWG raster"
    return CheckedPrinter(line.address, facts.model, facts.trouble, takes, certificate)


def _announced() -> list[FoundPrinter]:
    """Return printers that announce themselves in the network, encrypted ones only."""
    program = shutil.which("ippfind")
    if program is None:
        return []
    try:
        told = subprocess.run(  # noqa: S603 - the system's own program, no shell, nothing typed
            [program, "-T", str(_SECONDS_TO_LISTEN), "_ipps._tcp", "--print"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_TO_LISTEN * 3,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in told.stdout.decode("utf-8", "replace").splitlines():
        try:
            address = check_address("ipp", line)
        except BadInput:
            continue
        found.append(FoundPrinter("ipp", address, drawn(Line(address).host)))
    return found
