"""`mysql://user@host[:port]/database`: where a database is, and who asks.

One rule: a password never stands in an address. One that does is refused, and not repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from store.errors import BadInput

SCHEME = "mysql://"
PORT = 3306
_FORM = re.compile(
    r"(?P<user>[^@/?#\s]+)@(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"/(?P<database>[^@/?#:\s]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A database on a server, and the user who asks."""

    user: str
    host: str
    port: int
    database: str

    @property
    def name(self) -> str:
        """The database and its server, without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORT else f":{self.port}"
        return f"{SCHEME}{host}{port}/{self.database}"


def is_address(source: str) -> bool:
    """Tell whether a source is meant as an address, and not as a file."""
    return source.lower().startswith(SCHEME)


def parse(source: str) -> Address:
    """Read an address; user and database may be percent-encoded.

    Raises BadInput for one that is none, or that holds a password; it repeats nothing of it.
    """
    rest = source[len(SCHEME) :]
    if ":" in unquote(rest.rpartition("@")[0]):
        raise BadInput(
            "The address holds a password, which everybody on this computer can see while the"
            " command runs.",
            kept="It was not used.",
            do="Leave it out: you are asked for it. Change it, too, if others work on this"
            " computer.",
        )
    found = _FORM.fullmatch(rest)
    port = int(found["port"] or PORT) if found is not None else 0
    if found is None or not 0 < port < 65536:
        raise BadInput(
            "The address of the database cannot be read.",
            do="Write it as mysql://user@host/database, or mysql://user@host:port/database.",
        )
    user, database = unquote(found["user"]), unquote(found["database"])
    if not (user.isprintable() and database.isprintable()):
        raise BadInput("The address of the database holds characters that cannot be printed.")
    return Address(user, found["host"].strip("[]"), port, database)
