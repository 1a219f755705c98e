"""One question to a printer and its answer, over HTTP, encrypted or not (RFC 8010, RFC 7472).

One rule: nothing is sent over an encrypted line before the printer has shown the certificate that
was accepted; how long it may take is known beforehand.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from exporter.letters.ipp_codec import Message, NotIpp, decode, encode
from exporter.letters.problems import MayStillPrint, NotTaken, OtherCertificate
from store.printers import IPP_PORT

SECONDS_TO_REACH = 5.0
SECONDS_TO_ANSWER = 10.0
SECONDS_TO_TAKE = 30.0
"""For a whole page on a slow line."""
_LARGEST_ANSWER = 1_000_000
_OK, _UNAUTHORISED, _UPGRADE, _ITS_OWN_FAULT = 200, 401, 426, 500


@dataclass(frozen=True, slots=True)
class Line:
    """Where a printer or a print queue is.

    Attributes:
        address: as `store.printers.check_address` returns it.
        certificate_sha256: the accepted certificate; empty accepts whatever is shown, which only
            the first test page may do.
        service: for a print queue where the print service listens, a socket's path or host:port;
            else empty.
        user: whoever runs this program, for a print queue: it hands jobs back to their owner only.
    """

    address: str
    certificate_sha256: str = ""
    service: str = ""
    user: str = ""

    @property
    def is_encrypted(self) -> bool:
        """Whether the line is encrypted: an ipps address."""
        return self.address.startswith("ipps:")

    @property
    def host(self) -> str:
        """The name or number of the printer in the network."""
        return urlsplit(self.address).hostname or ""

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection that is not opened yet."""
        if self.service.startswith("/"):
            return _Socket(self.service)
        port = urlsplit(self.address).port or IPP_PORT
        if self.is_encrypted:
            return http.client.HTTPSConnection(
                self.host, port, timeout=SECONDS_TO_REACH, context=_any_certificate()
            )
        return http.client.HTTPConnection(self.host, port, timeout=SECONDS_TO_REACH)


class _Socket(http.client.HTTPConnection):
    """A connection to a program of this computer, by the path of its socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=SECONDS_TO_REACH)
        self._path = path

    def connect(self) -> None:
        """Open the connection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS_TO_REACH)
        self.sock.connect(self._path)


def ask(line: Line, request: Message, document: bytes = b"") -> Message:
    """Send a request, with a document behind it where it has one, and return the answer.

    Raises NotTaken where nothing was handed over, OtherCertificate, and MayStillPrint where a
    document was sent and no answer came.
    """
    connection = line.connection()
    try:
        _open(line, connection)
        return _exchange(line, connection, encode(request) + document, has_document=bool(document))
    finally:
        connection.close()


def certificate_of(line: Line) -> str:
    """Return the SHA-256 of the certificate that the printer shows, as 64 hex digits.

    Empty for a line that is not encrypted. Raises NotTaken.
    """
    if not line.is_encrypted:
        return ""
    connection = line.connection()
    try:
        _open(Line(line.address), connection)
        return _shown_certificate(connection)
    finally:
        connection.close()


def _any_certificate() -> ssl.SSLContext:
    # Printers sign their certificates themselves; the one that was accepted is compared instead.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _open(line: Line, connection: http.client.HTTPConnection) -> None:
    try:
        connection.connect()
    except ssl.SSLError:
        raise NotTaken(
            f"The printer at {line.host} does not answer over an encrypted line.",
            kept="Nothing was sent.",
            do="If it cannot encrypt, its address begins with ipp://; whoever can listen on the"
            " network then reads what is printed.",
        ) from None
    except socket.gaierror:
        raise NotTaken(
            f"No printer called {line.host} is known in this network.",
            kept="Nothing was sent.",
            do="Check its name under Setup > Printers, and whether it is switched on.",
        ) from None
    except OSError:
        raise NotTaken(
            f"The printer at {line.host} is off or cannot be reached.",
            kept="Nothing was sent.",
            do="Switch it on, wait until it is ready, and print again.",
        ) from None
    if not line.is_encrypted or not line.certificate_sha256:
        return
    if _shown_certificate(connection) != line.certificate_sha256:
        raise OtherCertificate(
            f"What answers at {line.host} does not show the certificate that was accepted.",
            kept="Nothing was sent to it.",
            do="If the printer was replaced or set up anew, forget the old certificate under"
            " Setup > Printers and print a test page.",
        )


def _shown_certificate(connection: http.client.HTTPConnection) -> str:
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert(binary_form=True) or b""
    return hashlib.sha256(shown).hexdigest()


def _exchange(
    line: Line, connection: http.client.HTTPConnection, body: bytes, *, has_document: bool
) -> Message:
    path = urlsplit(line.address).path
    deadline = _Deadline(connection.sock, SECONDS_TO_TAKE if has_document else SECONDS_TO_ANSWER)
    try:
        with deadline:
            connection.request("POST", path, body, _headers(line))
            answer = connection.getresponse()
            octets = answer.read(_LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as problem:
        is_late = deadline.is_over or isinstance(problem, TimeoutError)
        did = "did not answer" if is_late else "broke the connection off"
        raise _silent(line, did, has_document=has_document) from None
    if has_document and answer.status >= _ITS_OWN_FAULT:
        # Whatever stands between here and the printer may have handed the sheet on.
        raise _silent(line, f"failed (HTTP {answer.status})", has_document=True)
    if answer.status != _OK:
        raise NotTaken(_refusal(answer.status), kept="Nothing was printed.", do=_ADVICE)
    try:
        return decode(octets)
    except NotIpp:
        raise _silent(line, "did not answer like a printer", has_document=has_document) from None


def _headers(line: Line) -> dict[str, str]:
    headers = {"Content-Type": "application/ipp"}
    if line.user and line.service.startswith("/"):
        # The system vouches for who is at the other end of a socket; there is no password.
        headers["Authorization"] = f"PeerCred {line.user}"
    return headers


class _Deadline:
    """Ends a line that is not through in time, however slowly its answer drips in."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line = line
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.is_over = False
        line.settimeout(seconds)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_problem: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_over = True
        with suppress(OSError):
            # Past TLS, whose own goodbye would wait for the thread that waits.
            socket.socket.shutdown(self._line, socket.SHUT_RDWR)


_ADVICE = "Check the address under Setup > Printers, and the printer's own settings."


def _refusal(status: int) -> str:
    if status == _UNAUTHORISED:
        return "The printer asks for a password, and Chairside signs in to no printer."
    if status == _UPGRADE:
        return "The printer wants an encrypted line: its address begins with ipps://."
    return f"What answers at this address is no printer, or refuses (HTTP {status})."


def _silent(line: Line, did: str, *, has_document: bool) -> NotTaken | MayStillPrint:
    what = f"The printer at {line.host} took the connection and {did}."
    if has_document:
        return MayStillPrint(
            what,
            kept="The sheet was sent, and may still come out.",
            do="Look at the printer before you print again, and take away what lies there.",
        )
    return NotTaken(
        what, kept="The sheet was not sent.", do="Switch the printer off and on, and print again."
    )
