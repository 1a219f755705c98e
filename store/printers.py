"""Printers of the practice: their addresses, and the one that a sheet goes to.

One rule: an address is written one way only, names no account, and is checked before it is kept.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import Literal, cast
from urllib.parse import urlsplit

from store.clock import instant
from store.database import Store
from store.errors import BadInput, NotFound
from store.names import needed

Kind = Literal["ipp", "cups"]
Way = Literal["ipp", "cups", "pdf"]
KINDS: tuple[Kind, ...] = ("ipp", "cups")
WAYS: tuple[Way, ...] = ("ipp", "cups", "pdf")
"""How a sheet leaves, in the order that holds until the practice sets another."""
PRINT_ORDER = "print_order"
"""The preference that holds the order, as `ipp,cups,pdf`."""
IPP_PORT = 631
_PATH = "/ipp/print"
"""Where every IPP Everywhere printer answers (PWG 5100.14, section 4.2)."""
_LONGEST_ADDRESS = 255
_LONGEST_QUEUE = 127
Values = dict[str, str | int | None]
"""The columns that are typed: name, kind, address, office_id."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+")
_PATH_IS = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+")
_QUEUE = re.compile(r"[^\s/#-][^\s/#]*(/[^\s/#]+)?")
_COMPARED = ("name", "kind", "address", "office_id", "certificate_sha256")


def check_address(kind: str, address: str) -> str:
    """Return the address of a printer as it is kept.

    Args:
        kind: `ipp` for an `ipp://` or `ipps://` address, a host name or an IP number (the encrypted
            way is then taken); `cups` for the name of a print queue.

    Raises BadInput, saying what an address looks like.
    """
    if kind == "cups":
        return _queue(address)
    if kind != "ipp":
        raise BadInput("A printer is reached by its address or by a print queue.")
    wanted = needed(address, "printer address", longest=_LONGEST_ADDRESS)
    if "://" not in wanted:
        wanted = f"ipps://{wanted}"
    try:
        parts = urlsplit(wanted)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in ("ipp", "ipps") or parts.query or parts.fragment:
        raise _no_address()
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            "The address holds an account name or a password.",
            kept="Nothing was saved.",
            do="Leave it out: Chairside signs in to no printer.",
        )
    path = parts.path if parts.path not in ("", "/") else _PATH
    if not _HOST.fullmatch(host) or not _PATH_IS.fullmatch(path) or port == 0:
        raise _no_address()
    shown = f"[{host}]" if ":" in host else host
    at = "" if port in (None, IPP_PORT) else f":{port}"
    return f"{parts.scheme}://{shown}{at}{path}"


def _queue(address: str) -> str:
    name = needed(address, "name of the print queue", longest=_LONGEST_QUEUE)
    if not _QUEUE.fullmatch(name):
        raise BadInput(
            "This is no name of a print queue.", do="Choose one of those that the computer has."
        )
    return name


def _no_address() -> BadInput:
    return BadInput(
        "This is no printer address.",
        kept="Nothing was saved.",
        do="Write it as ipps://printer.local/ipp/print, or only the printer's name or number.",
    )


def row_of(store: Store, printer_id: int) -> sqlite3.Row:
    """Return one printer. Raises NotFound."""
    row = store.one("SELECT * FROM printer WHERE printer_id = ?", (printer_id,))
    if row is None:
        raise NotFound("There is no such printer any more.", do="Choose another one.")
    return row


def rows(store: Store) -> list[sqlite3.Row]:
    """Return all printers with the name of their office; the default of each kind first."""
    return store.rows(
        "SELECT p.*, o.name AS office FROM printer p LEFT JOIN office o USING (office_id)"
        " ORDER BY p.is_default DESC, p.name COLLATE NOCASE, p.printer_id"
    )


def version_of(row: sqlite3.Row) -> str:
    """Return what changes whenever somebody edits the printer; trying it changes nothing."""
    told = "\x1f".join(str(row[name]) for name in _COMPARED)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def is_taken(store: Store, name: str, but: int | None) -> bool:
    """Tell whether a printer other than `but` has this name, in capital or small letters."""
    return bool(
        store.value(
            "SELECT 1 FROM printer WHERE name = ? COLLATE NOCASE AND printer_id IS NOT ?",
            (name, but),
        )
    )


def add(store: Store, values: Values, user_id: int | None) -> int:
    """Add a printer inside the running transaction; return its number."""
    edited = {"edited_at": instant(store.clock.now()), "edited_by": user_id}
    number = store.insert("printer", {**values, **edited, "health": "untried", "is_default": 0})
    _keep_defaults(store)
    return number


def update(store: Store, before: sqlite3.Row, values: Values, user_id: int | None) -> None:
    """Save an edited printer inside the running transaction.

    What was found out about the old address does not hold for a new one.
    """
    edited = {"edited_at": instant(store.clock.now()), "edited_by": user_id}
    store.execute(
        "UPDATE printer SET name = :name, kind = :kind, address = :address, office_id = :office_id,"
        " edited_at = :edited_at, edited_by = :edited_by,"
        " is_default = CASE WHEN kind = :kind THEN is_default ELSE 0 END"
        " WHERE printer_id = :printer_id",
        {**values, **edited, "printer_id": before["printer_id"]},
    )
    if values["address"] != before["address"]:
        store.execute(
            "UPDATE printer SET certificate_sha256 = NULL, health = 'untried', checked_at = NULL,"
            " last_error = NULL WHERE printer_id = ?",
            (before["printer_id"],),
        )
    _keep_defaults(store)


def delete(store: Store, printer_id: int) -> None:
    """Take a printer off the list, inside the running transaction."""
    store.execute("DELETE FROM printer WHERE printer_id = ?", (printer_id,))
    _keep_defaults(store)


def set_certificate(store: Store, printer_id: int, sha256: str | None) -> None:
    """Keep the certificate of a printer, or forget it, inside the running transaction."""
    store.execute(
        "UPDATE printer SET certificate_sha256 = ? WHERE printer_id = ?", (sha256, printer_id)
    )


def _keep_defaults(store: Store) -> None:
    """Where a kind has printers, one of them is the default."""
    found = rows(store)
    for kind in KINDS:
        of_kind = [row for row in found if row["kind"] == kind]
        if of_kind and not of_kind[0]["is_default"]:
            make_default(store, of_kind[0]["printer_id"], kind)


def make_default(store: Store, printer_id: int, kind: str) -> None:
    """Make a printer the one that sheets go to among those of its kind."""
    store.execute(
        "UPDATE printer SET is_default = (printer_id = ?) WHERE kind = ?", (printer_id, kind)
    )


def set_health(store: Store, printer_id: int, problem: str) -> int:
    """Note how a try went, inside the running transaction; `problem` is empty where it worked."""
    return store.execute(
        "UPDATE printer SET health = ?, checked_at = ?, last_error = ? WHERE printer_id = ?",
        (
            "failing" if problem else "working",
            instant(store.clock.now()),
            problem or None,
            printer_id,
        ),
    )


def order(store: Store) -> tuple[Way, ...]:
    """Return how a sheet leaves, in the order in which the ways are tried."""
    kept = store.value("SELECT value FROM preference WHERE name = ?", (PRINT_ORDER,))
    found = tuple(cast(Way, way) for way in (kept or "").split(",") if way in WAYS)
    return found or WAYS


def set_order(store: Store, ways: tuple[str, ...]) -> tuple[Way, ...]:
    """Keep the order, inside the running transaction; return it. Raises BadInput."""
    if not ways or len(set(ways)) != len(ways) or not set(ways) <= set(WAYS):
        raise BadInput(
            "The order names each way at most once, and one at least.", kept="Nothing was saved."
        )
    store.execute(
        "INSERT INTO preference (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (PRINT_ORDER, ",".join(ways)),
    )
    return order(store)
