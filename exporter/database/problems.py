"""What can go wrong on the line to a database server, in words for people.

One rule: what the server says is never repeated, only the number of its error: it may hold names,
addresses and data.
"""

from __future__ import annotations

import socket
import ssl

from pymysql import err

from store.errors import SourceProblem
from store.imports.opendental.database import KEPT, NotAllowed, makes_no_sense

_USER = "Check the user and the password; the server must let this user in from this computer."
_GRANT = "Let the user read (GRANT SELECT) all tables of the database, and nothing more."
_REACH = "Check the name and the port, and that the server takes connections from this computer."
_TUNNEL = (
    "Let the server encrypt with a certificate that this computer trusts (SSL_CERT_FILE names an"
    " authority of your own), run this on the server itself, or go through an SSH tunnel."
)
_AGAIN = "Start the import again; it begins anew."
_REPAIR = "Repair it in Open Dental (Tools > Database Maintenance), and start the import again."
_TOO_OLD = "Make a dump with mysqldump, and import that."
_BUSY = "Try again when fewer people work in Open Dental."

_BY_NUMBER: dict[int, tuple[str, str]] = {
    1040: ("The database server takes no more connections now.", _BUSY),
    1203: ("The database server takes no more connections now.", _BUSY),
    1044: ("This user may not read that database, or it does not exist.", _GRANT),
    1045: ("The database server did not accept the user or the password.", _USER),
    1698: ("The database server did not accept the user or the password.", _USER),
    1049: ("There is no such database on the server.", "Check the name of the database."),
    1129: ("The database server lets nobody in from this computer.", _USER),
    1130: ("The database server lets nobody in from this computer.", _USER),
    3159: ("The database server wants an encrypted line, and offers none.", _TUNNEL),
    1064: ("The database server is too old to be read only.", _TOO_OLD),
    1193: ("The database server is too old to be read only.", _TOO_OLD),
    1205: ("A table was locked for too long.", _BUSY),
    145: ("A table of the database is damaged.", _REPAIR),
    1194: ("A table of the database is damaged.", _REPAIR),
    1195: ("A table of the database is damaged.", _REPAIR),
    2026: ("The database server offers no encryption.", _TUNNEL),
}
_LOST = frozenset({0, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1317, 1927, 2006, 2013})
_NO_RIGHT = frozenset({1142, 1143})


class OtherSignIn(Exception):
    """The server wants the password in a way that would give it away."""


def problem_of(problem: Exception) -> SourceProblem:
    """Return the error for people; anything that is not known is an answer without sense."""
    if isinstance(problem, SourceProblem):
        return problem
    if isinstance(problem, OtherSignIn | ModuleNotFoundError):
        return _other_sign_in()
    if isinstance(problem, err.Error):
        return _of_server(problem)
    if isinstance(problem, OSError):
        return _of_line(problem)
    if isinstance(problem, RuntimeError) and "package is required" in str(problem):
        return _other_sign_in()
    return makes_no_sense()


def lost() -> SourceProblem:
    """The error for a connection that ended, by whomever."""
    return SourceProblem("The connection to the database was lost.", kept=KEPT, do=_AGAIN)


def _of_server(problem: err.Error) -> SourceProblem:
    cause = getattr(problem, "original_exception", None)
    if isinstance(cause, OSError):
        return _of_line(cause)
    number = problem.args[0] if problem.args and isinstance(problem.args[0], int) else None
    if number in _NO_RIGHT:
        return NotAllowed("The user may not read a table of the database.", kept=KEPT, do=_GRANT)
    if number in _LOST:
        return lost()
    if number == 2059:
        return _other_sign_in()
    if number is None:
        return makes_no_sense()
    told = (f"The database server refused, with its error {number}.", "Ask whoever looks after it.")
    what, do = _BY_NUMBER.get(number, told)
    return SourceProblem(what, kept=KEPT, do=do)


def _of_line(problem: OSError) -> SourceProblem:
    if isinstance(problem, ssl.SSLCertVerificationError):
        what = f"The database server's certificate is not trusted: {problem.verify_message}."
        return SourceProblem(what, kept=KEPT, do=_TUNNEL)
    if isinstance(problem, ssl.SSLError):
        what = "No encrypted line to the database server came about."
        return SourceProblem(what, kept=KEPT, do=_TUNNEL)
    if isinstance(problem, TimeoutError):
        what = "The database server did not answer in time."
    elif isinstance(problem, socket.gaierror):
        what = "The database server's name is not known."
    elif isinstance(problem, ConnectionRefusedError):
        what = "No database server answers at that address."
    else:
        what = f"The database server cannot be reached: {problem.strerror or 'the line broke'}."
    return SourceProblem(what, kept=KEPT, do=_REACH)


def _other_sign_in() -> SourceProblem:
    return SourceProblem(
        "The database server wants this user's password in a way that Chairside does not give it.",
        kept=KEPT,
        do="Give the user mysql_native_password, or caching_sha2_password over an encrypted line.",
    )
