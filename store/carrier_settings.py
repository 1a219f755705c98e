"""The settings of a message carrier: what may be set, and the line to its server.

One rule: a carrier's password is sealed, and goes to no other server than the one it was typed for:
whoever changes server or account types it again. What text messages need is in `sms_settings`.
"""

from __future__ import annotations

import ipaddress
import sqlite3
from dataclasses import dataclass

from store.database import Store
from store.errors import BadInput
from store.mail import ascii_domain, has_control, mail_address

KINDS = {"sms": ("http", "modem", "spool"), "email": ("smtp", "spool")}
"""What can be set up for each channel."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port for each way to encrypt (RFC 8314)."""
PURPOSE = "message carrier"
"""What a carrier's password is sealed for; the row is its channel."""
_WHERE = ("kind", "address", "port", "security", "account")
"""What a secret was typed for: it is kept only where all of them stay."""
Columns = dict[str, str | int | bytes | None]


class BadCarrier(BadInput):
    """A setting that cannot be used; `field` is its name in `CarrierForm`."""

    def __init__(self, field: str, what: str, *, do: str = "") -> None:
        super().__init__(what, kept="Nothing was changed.", do=do)
        self.field = field


@dataclass(frozen=True, slots=True)
class CarrierForm:
    """What can be set. `kind` is one of KINDS, empty to take it down; `secret` empty: unchanged.

    smtp: `security` is starttls, tls or none; without an account nobody signs in to the server.
    http: `address` is the gateway's base address, `secret` its token. modem: `address` is the
    device, `secret` the SIM card's PIN, if it has one. `countries` as in `US CA`; empty: any.
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
    countries: str = ""

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
    columns = _settings(form)
    columns["kind"] = form.kind
    columns["sealed_secret"] = _sealed(store, form, columns, present)
    return columns


def _settings(form: CarrierForm) -> Columns:
    from store import sms_settings

    if form.kind == "smtp":
        return _mail_server(form)
    return sms_settings.gateway(form) if form.kind == "http" else sms_settings.modem(form)


def _mail_server(form: CarrierForm) -> Columns:
    address = host(form.address)
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
    if form.secret and not form.account.strip():
        raise BadCarrier("account", "A password needs an account.")
    return {
        "address": address,
        "port": port,
        "security": form.security,
        "account": printable(form.account.strip(), "account") or None,
        "sender": _sender(form.sender),
        "sender_name": name or None,
    }


def _sealed(
    store: Store,
    form: CarrierForm,
    columns: Columns,
    present: sqlite3.Row | None,
) -> bytes | None:
    if form.secret:
        secret = printable(form.secret, "secret")
        return store.sealer.seal(secret.encode(), PURPOSE, form.channel)
    if form.kind == "smtp" and not columns["account"]:
        return None
    if present is not None and all(present[name] == columns.get(name) for name in _WHERE):
        kept: bytes | None = present["sealed_secret"]
        return kept
    if form.kind == "modem":
        # Many SIM cards ask for no PIN; one that does says so at the check.
        return None
    what = "token" if form.kind == "http" else "password"
    raise BadCarrier(
        "secret",
        f"The {what} is missing.",
        do="Type it again: it is kept for one server and one account.",
    )


def host(typed: str) -> str:
    """Return a host name or address as it stands on the wire. Raises BadCarrier."""
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


def printable(typed: str, field: str) -> str:
    """Return a text of plain signs as it is. Raises BadCarrier."""
    # Servers disagree on how anything else is written when signing in.
    if not (typed.isascii() and typed.isprintable()):
        raise BadCarrier(field, "Only letters without accents, digits and signs can be used here.")
    return typed
