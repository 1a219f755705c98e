"""A real mail server on this computer, with TLS and accounts, that can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCOUNT, SECRET = "office@maple.example", "copper-kettle-42"


@dataclass
class MailServer:
    """What came in, and how the server behaves; recipients named in the sets are special."""

    port: int = 0
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    commands: Counter[str] = field(default_factory=Counter)
    mails_per_session: int = 10_000
    wants_account: bool = False

    def reset(self) -> None:
        """Forget everything that came in, and behave."""
        fresh = MailServer(self.port)
        self.__dict__.update(fresh.__dict__)

    def parsed(self, at: int = -1) -> EmailMessage:
        """Return a mail as its receiver reads it."""
        read = message_from_bytes(self.mails[at][1], policy=default)
        assert isinstance(read, EmailMessage)
        return read

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.commands[
            "EHLO over TLS" if session.ssl or self.wants_account else "EHLO in the clear"
        ] += 1
        return answers

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        session.__dict__["count"] = session.__dict__.get("count", 0) + 1
        if session.__dict__["count"] > self.mails_per_session:
            return "421 4.3.2 Too many mails on one line"
        if self.wants_account and not session.authenticated:
            return "530 5.7.0 Sign in first"
        envelope.mail_from = sender
        self.commands["MAIL"] += 1
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if to in self.refused:
            return f"550 5.1.1 <{to}> Nobody of that name,\x07 {to.split('@')[0]}, lives here"
        if to in self.busy:
            return "451 4.7.1 Greylisted, come again"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        if to in self.dropped:
            assert server.transport is not None
            server.transport.close()
            return "250 never read"
        assert isinstance(envelope.original_content, bytes)
        self.mails.append((to, envelope.original_content))
        return f"250 2.0.0 OK queued as {len(self.mails):04d}"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        ACCOUNT.encode(),
        SECRET.encode(),
    )
    return AuthResult(success=right, handled=False)


@contextmanager
def serving(server: MailServer, context: ssl.SSLContext | None, mode: str) -> Iterator[MailServer]:
    """Run a server until the block is done.

    Args:
        mode: `starttls`, `tls`, or `none`, which offers neither encryption nor accounts.
    """
    options: dict[str, Any] = {"hostname": "mail.example", "enable_SMTPUTF8": mode == "tls"}
    if mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
        options.update(authenticator=_authenticate, auth_required=True)
    if mode == "tls":
        # The library knows of encryption by STARTTLS only; `handle_MAIL` asks for the account.
        options.update(authenticator=_authenticate, auth_require_tls=False)
        server.wants_account = True
    loop = asyncio.new_event_loop()

    def make() -> SMTP:
        return SMTP(server, loop=loop, **options)

    implicit = context if mode == "tls" else None
    listening = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0, ssl=implicit))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
