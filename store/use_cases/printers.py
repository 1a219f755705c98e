"""Setup > Printers: which printers sheets with credentials go to (REQUIREMENTS P9).

One rule: where a password is printed is set by a right, and every change of it is in the trail;
whoever may print a sheet learns of a printer only what it takes to reach it.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import printers as noun
from store.access import Actor, change, check, view
from store.clock import moment
from store.database import Store
from store.errors import BadInput, Conflict
from store.names import needed
from store.printers import Way
from store.rights import Level, Need, Right

SEE = Need(Right.PRINTERS, Level.VIEW)
MANAGE = Need(Right.PRINTERS, Level.FULL)
_LONGEST_NAME = 60
_LONGEST_REASON = 200
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class PrinterChanged(Conflict):
    """Somebody else edited the printer since its version was read."""


@dataclass(frozen=True, slots=True)
class PrinterView:
    """One printer. `health` is untried, working or failing; texts are empty for nothing.

    `certificate_sha256` is the certificate that was accepted at the first test page, as 64 hex
    digits; `office` is empty for a printer of every office.
    """

    printer_id: int
    name: str
    kind: str
    address: str
    certificate_sha256: str
    office_id: int | None
    office: str
    is_default: bool
    health: str
    checked_at: datetime | None
    last_error: str
    version: str


@dataclass(frozen=True, slots=True)
class PrinterForm:
    """What is saved: `kind` is ipp or cups, `address` an address or the name of a print queue.

    For a new printer `printer_id` is None and `version` empty.
    """

    name: str
    kind: str
    address: str
    office_id: int | None = None
    printer_id: int | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a sheet can go: what it takes to reach one printer, and no more."""

    printer_id: int
    name: str
    kind: str
    address: str
    certificate_sha256: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Destinations:
    """The order in which ways are tried (`ipp`, `cups`, `pdf`), and every printer."""

    order: tuple[Way, ...]
    printers: tuple[Destination, ...]


def printers(store: Store, actor: Actor) -> tuple[PrinterView, ...]:
    """Return all printers, the default ones first. Raises Refused."""
    view(store, actor, SEE)
    return tuple(_view(row) for row in noun.rows(store))


def print_order(store: Store, actor: Actor) -> tuple[Way, ...]:
    """Return the order in which the ways to paper are tried. Raises Refused."""
    view(store, actor, SEE)
    return noun.order(store)


def save_print_order(store: Store, actor: Actor, ways: tuple[str, ...]) -> tuple[Way, ...]:
    """Set the order; a way that is not named is never taken. Raises Refused, BadInput."""
    with change(store, actor, MANAGE) as tx:
        kept = noun.set_order(store, ways)
        tx.record("printer.order", f"Sheets are printed by {', then by '.join(kept)}.")
    return kept


def save_printer(store: Store, actor: Actor, form: PrinterForm) -> int:
    """Add a printer or save an edited one; return its number.

    The first of its kind becomes the default one. With another address the accepted certificate is
    forgotten and the printer counts as not tried.

    Raises Refused, NotFound, PrinterChanged; BadInput for name, address or office.
    """
    with change(store, actor, MANAGE) as tx:
        values = _checked(store, form)
        number = form.printer_id
        if number is None:
            number = noun.add(store, values, actor.user_id)
        else:
            before = noun.row_of(store, number)
            if noun.version_of(before) != form.version:
                raise PrinterChanged(
                    "Somebody else has changed this printer meanwhile.",
                    kept="Nothing was saved.",
                    do="Open it again.",
                )
            noun.update(store, before, values, actor.user_id)
        tx.record(
            "printer.add" if form.printer_id is None else "printer.edit",
            f"{'Added' if form.printer_id is None else 'Changed'} the printer {values['name']}:"
            f" {values['address']}.",
            object_=f"printer {number}",
        )
    return number


def delete_printer(store: Store, actor: Actor, printer_id: int) -> None:
    """Take a printer off the list; another of its kind becomes the default one.

    Raises Refused, NotFound.
    """
    with change(store, actor, MANAGE) as tx:
        row = noun.row_of(store, printer_id)
        noun.delete(store, printer_id)
        tx.record(
            "printer.delete",
            f"Deleted the printer {row['name']}: {row['address']}.",
            object_=f"printer {printer_id}",
        )


def set_default(store: Store, actor: Actor, printer_id: int) -> None:
    """Make a printer the one that sheets go to among those of its kind. Raises NotFound."""
    with change(store, actor, MANAGE) as tx:
        row = noun.row_of(store, printer_id)
        noun.make_default(store, printer_id, row["kind"])
        tx.record(
            "printer.default",
            f"Sheets go to the printer {row['name']} unless another is chosen.",
            object_=f"printer {printer_id}",
        )


def begin_test(store: Store, actor: Actor, printer_id: int) -> Destination:
    """Return how the printer is reached, for a test page; the trail tells of it first.

    Raises Refused, NotFound.
    """
    with change(store, actor, MANAGE) as tx:
        row = noun.row_of(store, printer_id)
        tx.record(
            "printer.test",
            f"Asked for a test page on the printer {row['name']}.",
            object_=f"printer {printer_id}",
        )
    return _destination(row)


def accept_certificate(
    store: Store, actor: Actor, printer_id: int, sha256: str, address: str
) -> None:
    """Keep a printer's own certificate: from now on no other is taken for it.

    A certificate that was accepted earlier has to be forgotten first.

    Args:
        address: what showed it, as `begin_test` returned it: the printer may have another by now.

    Raises Refused, NotFound, Conflict; BadInput for what is no SHA-256.
    """
    with change(store, actor, MANAGE) as tx:
        row = noun.row_of(store, printer_id)
        if not _FINGERPRINT.fullmatch(sha256):
            raise BadInput("This is no fingerprint of a certificate.")
        if row["address"] != address:
            raise Conflict(
                "The address of this printer was changed during the test.",
                kept="No certificate was accepted.",
                do="Print another test page.",
            )
        if row["certificate_sha256"] not in (None, sha256):
            raise Conflict(
                "Another certificate was accepted for this printer.",
                kept="It stays the only one.",
                do="Forget it first, if the printer was replaced or set up anew.",
            )
        noun.set_certificate(store, printer_id, sha256)
        tx.record(
            "printer.certificate",
            f"Accepted the certificate of the printer {row['name']}: {sha256[:16]}.",
            object_=f"printer {printer_id}",
        )


def forget_certificate(store: Store, actor: Actor, printer_id: int) -> None:
    """Forget the accepted certificate; the next test page accepts the one that is shown then.

    Raises Refused, NotFound.
    """
    with change(store, actor, MANAGE) as tx:
        row = noun.row_of(store, printer_id)
        noun.set_certificate(store, printer_id, None)
        tx.record(
            "printer.certificate",
            f"Forgot the certificate of the printer {row['name']}.",
            object_=f"printer {printer_id}",
        )


def check_may_find(store: Store, actor: Actor) -> None:
    """Raise Refused unless the actor may look for printers on this computer."""
    view(store, actor, MANAGE)


def destinations(store: Store, actor: Actor) -> Destinations:
    """Return where a sheet can go, for whoever is signed in and has one to print."""
    check(store, actor, None)
    return Destinations(noun.order(store), tuple(_destination(row) for row in noun.rows(store)))


def note_health(store: Store, actor: Actor, printer_id: int, problem: str) -> None:
    """Note how a try went; `problem` is empty where it worked. A printer that is gone is no error.

    The trail is not told: what was printed, or was not, stands there already.
    """
    with change(store, actor, None) as tx:
        noun.set_health(store, printer_id, problem[:_LONGEST_REASON])
        tx.no_event()


def _checked(store: Store, form: PrinterForm) -> dict[str, str | int | None]:
    name = needed(form.name, "name of the printer", longest=_LONGEST_NAME)
    if noun.is_taken(store, name, form.printer_id):
        raise BadInput("There is a printer of this name already.", do="Choose another name.")
    if form.office_id is not None and not store.value(
        "SELECT 1 FROM office WHERE office_id = ?", (form.office_id,)
    ):
        raise BadInput("There is no such office.", do="Choose one of the list.")
    return {
        "name": name,
        "kind": form.kind,
        "address": noun.check_address(form.kind, form.address),
        "office_id": form.office_id,
    }


def _view(row: sqlite3.Row) -> PrinterView:
    return PrinterView(
        row["printer_id"],
        row["name"],
        row["kind"],
        row["address"],
        row["certificate_sha256"] or "",
        row["office_id"],
        row["office"] or "",
        bool(row["is_default"]),
        row["health"],
        moment(row["checked_at"]) if row["checked_at"] else None,
        row["last_error"] or "",
        noun.version_of(row),
    )


def _destination(row: sqlite3.Row) -> Destination:
    return Destination(
        row["printer_id"],
        row["name"],
        row["kind"],
        row["address"],
        row["certificate_sha256"] or "",
        bool(row["is_default"]),
    )
