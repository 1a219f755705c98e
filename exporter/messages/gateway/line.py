"""The line to a gateway: HTTP/1.1, one request after the other, every wait with an end.

One rule: nothing goes anywhere but to the address that was set. No redirect is followed; no proxy
and no saved password of the environment is used. Certificates are checked against the system's
list, or against the file that the environment variable SSL_CERT_FILE names.

The standard library's client does none of that by itself, and its socket can be cut when the whole
takes too long; the usual libraries limit each read, so that a server which drips never ends.
"""

from __future__ import annotations

import http.client
import ipaddress
import selectors
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from exporter.messages.carriers import CarrierDown, Patience
from exporter.messages.gateway.http import Client, reason
from exporter.messages.time_limit import cut_after

MEND_LINE = "Check the gateway's address, and this computer's connection to the internet."
MEND_CERTIFICATE = (
    "Check the gateway's address. If it has an authority of your own, install its certificate on"
    " this computer, or let SSL_CERT_FILE name it."
)
_PORTS = {"https": 443, "http": 80}
_FORM = "application/x-www-form-urlencoded"


class NoAnswer(Exception):
    """A request went out, and no whole answer came; its text is a sentence for people."""


class _NotOut(Exception):
    """The line ended before a request had gone out whole; its text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway answered: the status (RFC 9110 §15), and the body as it came."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""


class GatewayLine:
    """A connection to one gateway, made when first needed and kept for more.

    Args:
        address: its base address; `https`, or `http` on this computer itself.
        account: the name for basic authentication (RFC 7617).
        secret: the token that goes with it.
        patience: how long to wait.
    """

    def __init__(self, address: str, account: str, secret: str, patience: Patience) -> None:
        parts = urlsplit(address)
        self._encrypted = parts.scheme != "http"
        self._usual_port = _PORTS["https" if self._encrypted else "http"]
        self._host = parts.hostname or ""
        self._port = parts.port or self._usual_port
        self._path = parts.path.rstrip("/")
        self._signature = b64encode(f"{account}:{secret}".encode()).decode()
        self._patience = patience
        self._client: Client | None = None
        self._socket: socket.socket | None = None
        self._time_is_over = False
        self.encryption = ""
        """How the line was encrypted last, as `TLSv1.3`; empty where it was not."""

    def __repr__(self) -> str:
        return "GatewayLine(...)"

    @contextmanager
    def limit(self) -> Iterator[None]:
        """End the connection if what is done here takes too long, however slowly answers drip."""
        self._time_is_over = False
        with cut_after(self._patience.whole, self._cut):
            yield

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask for something. A line that was kept and has ended is made anew, once.

        Raises CarrierDown where no line comes about, NoAnswer.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        kept = self._socket is not None
        try:
            return self._asked(target)
        except NoAnswer:
            if not kept or self._time_is_over:
                raise
        return self._asked(target)

    def post(self, path: str, form: Mapping[str, str], before: Callable[[], None]) -> Answer:
        """Send a form. `before` is called once: the line stands, and nothing has gone out.

        Raises CarrierDown where the form did not go out whole, so that nobody can act on it;
        NoAnswer where it did; and what `before` raises.
        """
        kept = self._socket is not None
        client = self._connected()
        before()
        try:
            try:
                self._write(client, "POST", path, urlencode(form))
            except _NotOut:
                if not kept or self._time_is_over:
                    raise
                client = self._connected()
                self._write(client, "POST", path, urlencode(form))
        except _NotOut as problem:
            raise CarrierDown(str(problem), do=MEND_LINE) from None
        return self._read(client)

    def close(self) -> None:
        """End the connection, if there is one."""
        client, self._client = self._client, None
        line, self._socket = self._socket, None
        for one in (client, line):
            if one is not None:
                with suppress(OSError):
                    one.close()

    def _asked(self, target: str) -> Answer:
        client = self._connected()
        try:
            self._write(client, "GET", target)
        except _NotOut as problem:
            raise NoAnswer(str(problem)) from None
        return self._read(client)

    def _write(self, client: Client, method: str, path: str, form: str | None = None) -> None:
        head = {"Authorization": f"Basic {self._signature}", "Accept": "application/json"}
        if form is not None:
            head["Content-Type"] = _FORM
        try:
            client.request(method, f"{self._path}{path}", form, {**head, "User-Agent": "Chairside"})
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise _NotOut(self._reason(problem)) from None
        except BaseException:
            self.close()
            raise

    def _read(self, client: Client) -> Answer:
        try:
            response = client.getresponse()
            answer = Answer(
                response.status, response.read(), response.getheader("Retry-After") or ""
            )
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self.close()
            raise NoAnswer(self._reason(problem)) from None
        except BaseException:
            # An answer that nobody waited for must not become the next one's.
            self.close()
            raise
        if client.sock is None:
            self.close()
        return answer

    def _connected(self) -> Client:
        if self._client is not None and self._socket is not None and not _ended(self._socket):
            return self._client
        self.close()
        try:
            line = self._reached()
            line.settimeout(self._patience.answer)
            if not self._encrypted and not ends_here(line):
                raise CarrierDown("Without encryption only this computer itself is reached.")
            if self._encrypted:
                line = self._encrypt(line)
            if self._time_is_over:
                # Not every system cuts a line that does not stand yet.
                raise TimeoutError
            self._client = Client(self._host, self._port, line, self._usual_port)
        except (OSError, ValueError) as problem:
            self.close()
            untrusted = isinstance(problem, ssl.SSLCertVerificationError)
            mend = MEND_CERTIFICATE if untrusted else MEND_LINE
            raise CarrierDown(self._reason(problem), do=mend) from None
        except BaseException:
            self.close()
            raise
        return self._client

    def _reached(self) -> socket.socket:
        """Connect to the first address of the host that answers, while there is time."""
        problem: OSError | None = None
        for family, kind, protocol, _name, address in socket.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM
        ):
            if self._time_is_over:
                raise TimeoutError
            line = self._socket = socket.socket(family, kind, protocol)
            try:
                line.settimeout(self._patience.connect)
                line.connect(address)
                # A request goes out in two pieces; the second must not wait for word of the first.
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as failed:
                problem = failed
                line.close()
            else:
                return line
        raise problem or TimeoutError

    def _encrypt(self, line: socket.socket) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        encrypted = context.wrap_socket(
            line, server_hostname=self._host, do_handshake_on_connect=False
        )
        # Before the handshake: that one must have an end, too.
        self._socket = encrypted
        encrypted.do_handshake()
        self.encryption = encrypted.version() or ""
        return encrypted

    def _cut(self) -> None:
        self._time_is_over = True
        line = self._socket
        if line is not None:
            with suppress(OSError):
                # Past TLS, whose own goodbye would wait for the thread that waits.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def _reason(self, problem: Exception) -> str:
        return reason(TimeoutError() if self._time_is_over else problem)


def _ended(line: socket.socket) -> bool:
    """Tell whether something lies there that nobody asked for: an end, or another's answer."""
    if isinstance(line, ssl.SSLSocket) and line.pending():
        return True
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(line, selectors.EVENT_READ)
        except (OSError, ValueError):
            return True
        return bool(selector.select(0))


def ends_here(line: socket.socket) -> bool:
    """Tell whether a line ends at this computer itself."""
    return ipaddress.ip_address(line.getpeername()[0].partition("%")[0]).is_loopback
