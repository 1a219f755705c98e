"""What tests of second factors do again and again: an authenticator app, and codes in messages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyotp import TOTP

from store import outbox
from store.access import Actor
from store.practice import Practice
from store.use_cases import factors
from store.use_cases.factors import Answer
from tests.clocks import FixedClock
from tests.people import PASSWORDS, last_code


@dataclass
class App:
    """An authenticator app on somebody's phone, with a clock of its own."""

    secret: str
    clock: FixedClock

    def code(self, steps: int = 0) -> str:
        """Return what it shows now, or so many steps of 30 s later."""
        return str(TOTP(self.secret).at(int(self.clock.now().timestamp()) + 30 * steps))


def begun(practice: Practice, actor: Actor, clock: FixedClock) -> App:
    """Begin to enrol an app."""
    return App("".join(practice.call(factors.begin_totp, actor).secret_groups), clock)


def enrolled(practice: Practice, actor: Actor, clock: FixedClock) -> App:
    """Enrol an app, proven by a text message; the code used is of the step that is over then."""
    app = begun(practice, actor, clock)
    practice.call(factors.send_proof_code, actor)
    proof = Answer("sms", last_code(practice))
    practice.call(factors.confirm_totp, actor, app.code(), proof)
    clock.advance(seconds=30)
    return app


def recovery_codes(
    practice: Practice, actor: Actor, proof: Answer | None = None
) -> tuple[str, ...]:
    """Make ten recovery codes."""
    return practice.call(factors.new_recovery_codes, actor, PASSWORDS[actor.user_name], proof)


def texts(practice: Practice) -> list[tuple[str, str]]:
    """Return (recipient, text) of all that waits in the outbox, oldest first."""
    return [(m.recipient, m.body) for m in practice.call(outbox.waiting)]


def wrong(code: str) -> str:
    """Return six digits that are not the code."""
    return f"{(int(re.sub('[^0-9]', '', code)) + 1) % 1_000_000:06d}"
