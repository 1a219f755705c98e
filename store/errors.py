"""Every error a person can meet: what happened, what was kept, what to do now.

One rule: an error never holds a secret or patient data: its text may be shown and logged as it is.
"""

from __future__ import annotations


class ChairsideError(Exception):
    """The root of all errors that are shown to people.

    Args:
        what: what happened, one sentence.
        kept: what is still as it was, one sentence; may be empty.
        do: what to do now, one sentence; may be empty.
    """

    title = "This did not work"

    def __init__(self, what: str, *, kept: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.kept = kept
        self.do = do

    @property
    def sentence(self) -> str:
        """The three parts as one paragraph."""
        return " ".join(part for part in (self.what, self.kept, self.do) if part)

    def __str__(self) -> str:
        return self.sentence


class BadInput(ChairsideError):
    """What was typed or handed over cannot be used as it is."""

    title = "Please check this"


class Refused(ChairsideError):
    """A right is missing (REQUIREMENTS D4)."""

    title = "This needs a right"


class SignInFailed(ChairsideError):
    """Wrong name or password, or an account that cannot sign in now (S3)."""

    title = "Not signed in"


class SessionEnded(ChairsideError):
    """The session is over: ended by time (S7), by an administrator or by signing out."""

    title = "Signed out"


class WrongPassword(ChairsideError):
    """A password asked for again was not right."""

    title = "Wrong password"


class WrongCode(ChairsideError):
    """A one-time code was wrong, old, used, or tried too often (S5)."""

    title = "The code was not accepted"


class WrongProof(WrongCode):
    """The code of another factor, given to prove who it is, was not right."""

    title = "The other factor was not accepted"


class PassphraseNeeded(BadInput):
    """The account password cannot lock an archive that 7-Zip opens everywhere."""

    title = "A passphrase is needed"


class NotFound(ChairsideError):
    """No such record for this user."""

    title = "Not found"


class Conflict(ChairsideError):
    """Somebody else changed it meanwhile, or its state no longer allows this."""

    title = "No longer possible"


class TooSoon(Conflict):
    """It is possible again by itself in a moment."""

    title = "Not yet"


class StoreProblem(ChairsideError):
    """The practice's folder or database cannot be used: modes, version, damage."""

    title = "The practice store cannot be used"


class StoreBusy(StoreProblem):
    """Another program held the write lock for too long."""

    title = "The practice store is busy"


class DiskFull(StoreProblem):
    """No room left where the practice is kept."""

    title = "The disk is full"


class SourceProblem(ChairsideError):
    """What was to be imported is not whole, or not what it should be."""

    title = "Nothing was imported"
