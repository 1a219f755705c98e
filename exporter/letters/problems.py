"""Why a sheet did not come out of a printer, and whether it may still do so.

One rule: an error tells whether anything was handed over, for a sheet with a password that may
still lie in one printer is never sent to another.
"""

from __future__ import annotations

from store.errors import ChairsideError


class NotPrinted(ChairsideError):
    """The sheet did not come out, and it waits in no printer."""

    title = "Not printed"


class NotTaken(NotPrinted):
    """Nothing was handed over: the next printer may be tried."""


class NoPrinter(NotTaken):
    """No printer is left to be tried; the sheet can be saved as a PDF file."""

    title = "No printer"


class OtherCertificate(NotTaken):
    """The printer shows another certificate than the one that was accepted, or none was yet."""

    title = "The printer was not recognised"


class MayStillPrint(NotPrinted):
    """The sheet was handed over, and nobody knows whether it comes out, or when."""

    title = "Not known whether it was printed"
