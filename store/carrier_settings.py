"""The settings of a message carrier: what may be set, and the line to its server.

One rule: a carrier's password is sealed, and goes to no other server than the one it was typed for:
whoever changes server or account types it again.
"""

from __future__ import annotations

import ipaddress
import sqlite3
from dataclasses import dataclass

from store.database import Store
from store.errors import BadInput
from store.mail import ascii_domain, has_control, mail_address

KINDS = {"sms": ("spool",), "email": ("smtp", "spool")}
"""What can be set up for each channel."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port for each way to encrypt (RFC 8314)."""
PURPOSE = "message carrier"
"""What a carrier's password is sealed for; the row is its channel."""
Columns = dict[str, str | int | bytes | None]


class BadCarrier(BadInput):
    """A setting that cannot be used; `field` is its name in `CarrierForm`."""

    def __init__(self, field: str, what: str, *, do: str = "") -> None:
        super().__init__(what, kept="Nothing was changed.", do=do)
        self.field = field


@dataclass(frozen=True, slots=True)
class CarrierForm:
    """What can be set. `kind` is smtp or spool, empty to take it down; `secret` empty: unchanged.

    `security` is starttls, tls or none. Without an account nobody signs in to the server.
    """

    channel: str
    kind: str
    address: str = ""
    port: int | None = None
    security: str = "starttls"
    account: str = ""
    secret: str = ""
    sender: str = ""
    sender_name: str = ""

    def __repr__(self) -> str:
        return f"CarrierForm({self.channel}, {self.kind})"


def columns_of(store: Store, form: CarrierForm, present: sqlite3.Row | None) -> Columns:
    """Check a form and return what is kept of it; `present` is what was set before.

    Raises BadCarrier.
    """
    if form.kind not in KINDS[form.channel]:
        raise BadCarrier("kind", "This cannot be set up here.")
    if form.kind == "spool":
        return {}
    address = _host(form.address)
    if form.security not in PORTS:
        raise BadCarrier("security", "Choose how the line is encrypted.")
    if form.security == "none" and not is_loopback(address):
        raise BadCarrier(
            "security",
            "Without encryption, passwords and addresses could be read on the way.",
            do="Choose STARTTLS or TLS. Without it, only this computer itself is reached.",
        )
    port = form.port or PORTS[form.security]
    if not 1 <= port <= 65535:
        raise BadCarrier("port", "A port is a number from 1 to 65535.")
    name = form.sender_name.strip()
    if has_control(name) or len(name) > 100:
        raise BadCarrier("sender_name", "The sender's name is one line of at most 100 characters.")
    columns: Columns = {
        "address": address,
        "port": port,
        "security": form.security,
        "account": _printable(form.account.strip(), "account") or None,
        "sender": _sender(form.sender),
        "sender_name": name or None,
    }
    columns["sealed_secret"] = _sealed(store, form, columns, present)
    return columns


def _sealed(
    store: Store,
    form: CarrierForm,
    columns: Columns,
    present: sqlite3.Row | None,
) -> bytes | None:
    if not columns["account"]:
        if form.secret:
            raise BadCarrier("account", "A password needs an account.")
        return None
    if form.secret:
        secret = _printable(form.secret, "secret")
        return store.sealer.seal(secret.encode(), PURPOSE, form.channel)
    where = ("address", "port", "security", "account")
    if present is None or any(present[name] != columns[name] for name in where):
        raise BadCarrier(
            "secret",
            "The password is missing.",
            do="Type it again: it is kept for one server and one account.",
        )
    kept: bytes | None = present["sealed_secret"]
    return kept


def _host(typed: str) -> str:
    name = typed.strip().lower()
    try:
        return ipaddress.ip_address(name).compressed
    except ValueError:
        pass
    try:
        return ascii_domain(name)
    except BadInput as problem:
        raise BadCarrier("address", problem.what, do=problem.do) from None


def is_loopback(address: str) -> bool:
    """Tell whether a host name or address means this computer itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _sender(typed: str) -> str:
    try:
        return mail_address(typed)
    except BadInput as problem:
        raise BadCarrier("sender", problem.what, do=problem.do) from None


def _printable(typed: str, field: str) -> str:
    # Servers disagree on how anything else is written when signing in.
    if not (typed.isascii() and typed.isprintable()):
        raise BadCarrier(field, "Only letters without accents, digits and signs can be used here.")
    return typed
