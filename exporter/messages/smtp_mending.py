"""What to do when the mail server cannot be used, by what went wrong.

One rule: nothing that the server said is read for it: only the kind of the trouble counts.
"""

from __future__ import annotations

import smtplib
import ssl

SERVER = "Check the mail server's name and port, and this computer's connection to the internet."
ENCRYPTION = (
    "Choose TLS, or a mail server that encrypts: passwords never go over a line that anybody can"
    " read."
)
ACCOUNT = (
    "Type the account and its password again under Setup > Account Info > Communications; some"
    " providers want a password made for programs."
)
NO_SIGN_IN = "Choose another way to encrypt, or leave the account empty if the server wants none."
CERTIFICATE = (
    "Check the server's name. If it has an authority of your own, install its certificate on this"
    " computer, or let SSL_CERT_FILE name it."
)
LATER = "Try again in a while; if it stays so, ask your mail provider."
ADDRESS = "Check the sender's address under Setup > Account Info > Communications."


def mend(problem: Exception) -> str:
    """Return what to do about an error of the line or of the sign-in, one sentence or two."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return ACCOUNT
    if isinstance(problem, smtplib.SMTPResponseException):
        return LATER
    if isinstance(problem, ssl.SSLCertVerificationError):
        return CERTIFICATE
    if isinstance(problem, ssl.SSLError):
        return f"{SERVER} Port 465 goes with TLS, 587 with STARTTLS."
    return SERVER
