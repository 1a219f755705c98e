"""How the patient portal is set up: its address, its parts, what invitations carry.

One rule: the address is https and one that patients reach from home (REQUIREMENTS P4).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from dataclasses import astuple, dataclass, replace
from typing import Literal, cast
from urllib.parse import urlsplit

from store.database import Store
from store.errors import BadInput
from store.schema.messaging import VALUE_SETS

Carries = Literal["password", "link"]
FEATURES = tuple(VALUE_SETS["portal_feature"])
PASSWORD_DAYS, LINK_DAYS = 14, 7
MOST_DAYS = 90
LONGEST_URL = 200
"""A longer one fits neither a line of the sheet nor a QR code that a telephone reads."""
_NOT_FROM_HOME = ("localhost", "local", "internal", "lan", "home", "intranet", "corp", "arpa")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Setup > Patient Portal.

    Attributes:
        url: the portal's address, empty while it is not set (P4).
        features: which tabs are on, by code of the value set `portal_feature` (Q1).
        invitation_carries: what a patient signs in with for the first time (P11).
        password_days, link_days: how many days a one-time password or link is good for.
        version: what these settings looked like when they were read.
    """

    url: str
    features: dict[str, bool]
    invitation_carries: Carries = "password"
    password_days: int = PASSWORD_DAYS
    link_days: int = LINK_DAYS
    version: str = ""


def check_url(url: str) -> str:
    """Return the portal's address as it is kept: host in small letters and in ASCII, so that a name
    with foreign letters that look like others is seen as what it is (`xn--…`).

    Refused are everything but https, a name and password in it, what only this computer or this
    network reaches (localhost, `.local`, bare names, IP addresses), and `?` or `#` parts: links for
    patients are made by adding to it. Raises BadInput.
    """
    text = url.strip()
    if len(text) > LONGEST_URL:
        raise BadInput(f"The address is longer than {LONGEST_URL} characters.")
    if any(unicodedata.category(c)[0] in "CZ" for c in text) or "\\" in text:
        raise BadInput("The address has a character that no web address has.", do="Type it again.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput("That is not a web address.", do=_AS_IN) from None
    if parts.scheme != "https":
        raise BadInput("The address must begin with https://", do=_AS_IN)
    if "@" in parts.netloc:
        raise BadInput("The address holds a name or password.", do="Leave out what is before the @")
    if "?" in text or "#" in text:
        raise BadInput("The address has a part after ? or #", do="Leave it out.")
    if not _PATH.fullmatch(parts.path):
        raise BadInput("The address has a character that no web address has.", do="Type it again.")
    if port == 0:
        raise BadInput("That is not a web address.", do=_AS_IN)
    name = _checked_host(host or "")
    where = name if port in (None, 443) else f"{name}:{port}"
    return f"https://{where}{parts.path.rstrip('/')}"


_AS_IN = "Enter it as in https://portal.example.org"


def _checked_host(host: str) -> str:
    if not host:
        raise BadInput("The address has no host.", do=_AS_IN)
    try:
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        raise BadInput("The host of the address is not a name.", do=_AS_IN) from None
    labels = name.split(".")
    if _is_ip(host) or labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise BadInput("The address is a number; patients need a name.", do=_AS_IN)
    if len(labels) < 2 or labels[-1] in _NOT_FROM_HOME:
        raise BadInput("Patients cannot reach that address from home.", do=_AS_IN)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadInput("The host of the address is not a name.", do=_AS_IN)
    return name


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def url_of(store: Store) -> str:
    """Return the portal's address, empty while it is not set."""
    return store.value("SELECT portal_url FROM practice_group") or ""


def link_address(url: str, token: str) -> str:
    """Return the address that a one-time link leads to."""
    return f"{url}/sign-in?link={token}"


def read(store: Store) -> PortalSettings:
    """Return the settings as they are now."""
    on = {
        row["feature"]: bool(row["is_enabled"])
        for row in store.rows(
            "SELECT feature, is_enabled FROM portal_feature WHERE office_id IS NULL"
        )
    }
    kept = {
        row["name"]: row["value"]
        for row in store.rows("SELECT name, value FROM preference WHERE name LIKE 'portal.%'")
    }
    settings = PortalSettings(
        url_of(store),
        {feature: on.get(feature, False) for feature in FEATURES},
        cast(Carries, kept.get("portal.invitation_carries", "password")),
        int(kept.get("portal.password_days", PASSWORD_DAYS)),
        int(kept.get("portal.link_days", LINK_DAYS)),
    )
    version = hashlib.sha256(repr(astuple(settings)).encode()).hexdigest()[:16]
    return replace(settings, version=version)


def write(store: Store, settings: PortalSettings) -> None:
    """Write checked settings inside the running transaction."""
    store.execute("UPDATE practice_group SET portal_url = ?", (settings.url or None,))
    store.execute("DELETE FROM portal_feature WHERE office_id IS NULL")
    for feature, is_on in settings.features.items():
        store.insert("portal_feature", {"feature": feature, "is_enabled": int(is_on)})
    for name, value in (
        ("invitation_carries", settings.invitation_carries),
        ("password_days", str(settings.password_days)),
        ("link_days", str(settings.link_days)),
    ):
        store.execute(
            "INSERT INTO preference (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (f"portal.{name}", value),
        )
