"""The mail carrier: a mail server that the practice has an account with (SMTP, RFC 5321).

One rule: nothing but the greeting goes over a line that is not encrypted, unless it ends at this
computer itself; and every wait has an end. Certificates are checked against the system's list, or
against the file that the environment variable SSL_CERT_FILE names.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from exporter.messages import smtp_mending as mending
from exporter.messages.bounded_smtp import BoundedSmtp
from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    NotNow,
    Patience,
    RefusedForGood,
)
from exporter.messages.letter import letter, wire_address
from exporter.messages.server_text import as_sent, clean
from exporter.messages.time_limit import cut_after
from store.clock import Clock
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier

_OF_THE_PRACTICE = (421, 454, 530, 534, 535, 538)
"""Answers about the server or the account, not about this message (RFC 5321, RFC 4954)."""
_NONSENSE = "The mail server's answer makes no sense."
_ONLY_HERE = "Without encryption only this computer itself is reached."
_NO_STARTTLS = "The mail server offers no encryption (STARTTLS)."
_NO_AUTH = "The mail server offers no way to sign in."
_PATIENT = Patience()


class SmtpCarrier:
    """A connection to the practice's mail server, made when first needed and kept for more.

    Args:
        settings: server, account and sender.
        clock: dates the mails.
        patience: how long to wait; shorter in tests only.
    """

    def __init__(self, settings: OpenCarrier, clock: Clock, patience: Patience = _PATIENT) -> None:
        self._settings = settings
        self._clock = clock
        self._patience = patience
        self._smtp: smtplib.SMTP | None = None
        self._time_is_over = False

    def __repr__(self) -> str:
        return "SmtpCarrier(...)"

    def send(self, message: Outgoing, handing_over: Callable[[], None]) -> str:
        """Send one mail and return what the server called it.

        Raises RefusedForGood, NotNow, CarrierDown, NobodyKnows, and what `handing_over` raises.
        """
        mail = letter(message, self._settings, self._clock.now())
        point = _PointOfNoReturn(handing_over)
        with self._limit():
            kept = self._smtp is not None
            try:
                return self._attempt(message, mail, point)
            except CarrierDown:
                if not kept or point.passed or self._time_is_over:
                    raise
            # A server may end a connection that is idle, or after so many messages.
            return self._attempt(message, mail, point)

    def check(self) -> str:
        """Connect, sign in, say goodbye; return what was found, a sentence. Raises CarrierDown."""
        with self._limit():
            try:
                smtp = self._connected()
                code, text = smtp.noop()
                secure = smtp.sock.version() if isinstance(smtp.sock, ssl.SSLSocket) else None
            except OSError as problem:
                raise CarrierDown(self._reason(problem), do=mending.mend(problem)) from None
            finally:
                self.close()
        if code != 250:
            said = self._said("The mail server is not ready", code, text)
            raise CarrierDown(said, do=mending.LATER)
        line = (
            f"The line is encrypted ({secure})." if secure else "The line stays in this computer."
        )
        account = " The account was accepted." if self._settings.account else ""
        return f"The mail server answered. {line}{account}"

    def close(self) -> None:
        """Say goodbye to the server, if it is connected."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _attempt(self, message: Outgoing, mail: bytes, point: _PointOfNoReturn) -> str:
        smtp = self._connected()
        try:
            return self._hand(smtp, message, mail, point)
        except (RefusedForGood, NotNow):
            with suppress(OSError):
                smtp.rset()
            raise
        except OSError as problem:
            self._drop()
            reason = self._reason(problem)
            if point.passed:
                raise NobodyKnows(f"{reason} The message may have arrived.") from None
            raise CarrierDown(reason, do=mending.mend(problem)) from None
        except BaseException:
            # Half a message may be on the line: it must not meet the dot that sends it.
            self._drop()
            raise

    def _hand(
        self, smtp: smtplib.SMTP, message: Outgoing, mail: bytes, point: _PointOfNoReturn
    ) -> str:
        sender = wire_address(self._settings.sender)
        recipient = wire_address(message.recipient)
        options = _options(smtp, sender, recipient)
        self._accept(message, smtp.mail(sender, options), "the sender", 250)
        self._accept(message, smtp.rcpt(recipient), "the recipient", 250, 251)
        self._accept(message, smtp.docmd("DATA"), "the message", 354)
        point.pass_()
        smtp.send(re.sub(rb"(?m)^\.", b"..", mail) + b".\r\n")
        code, text = smtp.getreply()
        if not 200 <= code < 600 or 300 <= code < 400:
            raise NobodyKnows(f"{_NONSENSE} It may have arrived.")
        self._accept(message, (code, text), "the message", *range(200, 300))
        return self._clean(text, message)[:100]

    def _accept(
        self, message: Outgoing, answer: tuple[int, bytes], what: str, *wanted: int
    ) -> None:
        code, text = answer
        if code in wanted:
            return
        sentence = self._said(f"The mail server refused {what}", code, text, message)
        # A sender that is refused is refused with every message.
        if code in _OF_THE_PRACTICE or what == "the sender" or not 400 <= code < 600:
            raise CarrierDown(sentence, do=_about(what))
        raise NotNow(sentence) if code < 500 else RefusedForGood(sentence)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        try:
            smtp = self._connect()
            self._sign_in(smtp)
        except OSError as problem:
            self._drop()
            raise CarrierDown(self._reason(problem), do=mending.mend(problem)) from None
        except ValueError:
            # A challenge for the password that is none; what it says may be the server's own text.
            self._drop()
            raise CarrierDown(
                "The mail server's answer makes no sense.", do=mending.SERVER
            ) from None
        except BaseException:
            self._drop()
            raise
        return smtp

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        # Our name is not asked of the system: a name server may not answer, and it tells too much.
        smtp = BoundedSmtp(local_hostname=wire_address(settings.sender).rpartition("@")[2])
        line = socket.create_connection((settings.address, settings.port), self._patience.connect)
        smtp.sock = line
        self._smtp = smtp
        line.settimeout(self._patience.answer)
        if settings.security == "tls":
            self._encrypt(smtp, line)
        elif settings.security != "starttls" and not _ends_here(line):
            raise CarrierDown(_ONLY_HERE, do=mending.ENCRYPTION)
        code, text = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        smtp.ehlo()
        if settings.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise CarrierDown(_NO_STARTTLS, do=mending.ENCRYPTION)
            code, text = smtp.docmd("STARTTLS")
            if code != 220:
                raise smtplib.SMTPResponseException(code, text)
            self._encrypt(smtp, line)
            smtp.ehlo()
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP, line: socket.socket) -> None:
        context = ssl.create_default_context()
        smtp.sock = context.wrap_socket(line, server_hostname=self._settings.address)
        # Whatever was said before must not count (RFC 3207 §6); neither must what is still unread.
        smtp.file = None
        smtp.helo_resp = smtp.ehlo_resp = None
        smtp.esmtp_features = {}
        smtp.does_esmtp = False

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if self._settings.account:
            if not smtp.has_extn("auth"):
                raise CarrierDown(_NO_AUTH, do=mending.NO_SIGN_IN)
            smtp.login(self._settings.account, self._settings.secret)

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    @contextmanager
    def _limit(self) -> Iterator[None]:
        """End the connection if the whole takes too long, however slowly answers drip in."""
        self._time_is_over = False
        with cut_after(self._patience.whole, self._cut):
            yield

    def _cut(self) -> None:
        self._time_is_over = True
        line = self._smtp.sock if self._smtp is not None else None
        if line is not None:
            with suppress(OSError):
                # Past TLS, whose own goodbye would wait for the thread that waits.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def _clean(self, text: bytes | str, message: Outgoing | None) -> str:
        settings = self._settings
        private = [*as_sent(settings.account, settings.secret), settings.sender]
        return clean(text, [*private, message.recipient] if message else private)

    def _said(
        self, what: str, code: int, text: bytes | str, message: Outgoing | None = None
    ) -> str:
        said = self._clean(text, message)
        return f"{what} ({code}): {said}" if said else f"{what} ({code})."

    def _reason(self, problem: OSError) -> str:
        if isinstance(problem, smtplib.SMTPAuthenticationError):
            what = "The mail server did not accept the account or its password"
            return self._said(what, problem.smtp_code, problem.smtp_error)
        if isinstance(problem, smtplib.SMTPResponseException):
            what = "The mail server is not ready"
            return self._said(what, problem.smtp_code, problem.smtp_error)
        if isinstance(problem, ssl.SSLCertVerificationError):
            return f"The mail server's certificate is not trusted: {problem.verify_message}."
        if isinstance(problem, ssl.SSLError):
            return "No encrypted line to the mail server came about."
        timed_out = isinstance(problem, TimeoutError) or isinstance(
            problem.__context__, TimeoutError
        )
        if self._time_is_over or timed_out:
            return "The mail server did not answer in time."
        if isinstance(problem, socket.gaierror):
            return "The mail server's name is not known."
        if isinstance(problem, ConnectionRefusedError):
            return "The mail server refuses connections."
        if isinstance(problem, smtplib.SMTPServerDisconnected | ConnectionError):
            return "The mail server ended the connection."
        return f"The mail server cannot be reached: {problem.strerror or type(problem).__name__}."


class _PointOfNoReturn:
    """Calls `handing_over`, and knows whether it has."""

    def __init__(self, handing_over: Callable[[], None]) -> None:
        self._handing_over = handing_over
        self.passed = False

    def pass_(self) -> None:
        self._handing_over()
        self.passed = True


def _options(smtp: smtplib.SMTP, sender: str, recipient: str) -> list[str]:
    if sender.isascii() and recipient.isascii():
        return []
    if not smtp.has_extn("smtputf8"):
        raise RefusedForGood("The mail server takes no address with such letters (SMTPUTF8).")
    return ["SMTPUTF8"]


def _about(refused: str) -> str:
    return mending.ADDRESS if refused == "the sender" else mending.LATER


def _ends_here(line: socket.socket) -> bool:
    return ipaddress.ip_address(line.getpeername()[0]).is_loopback
