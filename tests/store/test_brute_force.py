"""Many programs guess one code at once (S5)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store.access import Actor
from store.database import Store
from store.errors import WrongCode
from store.practice import Practice
from store.use_cases import downloads
from tests.clocks import FixedClock
from tests.conftest import PROJECT
from tests.factors import enrolled, wrong
from tests.people import last_code, requested

SignIn = Callable[[str], Actor]
PROCESSES = 20
GUESSES_EACH = 3


def race(data: Path, actor: Actor, number: int, guesses: list[tuple[str, str]]) -> list[str]:
    """Let one process a (code, kind) answer, all from one moment on; return what each was told."""
    children = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.store.guessing_child",
                str(data),
                str(actor.session_id),
                str(number),
                ",".join([code] * GUESSES_EACH),
                kind,
            ],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code, kind in guesses
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [line for child in children for line in child.communicate()[0].splitlines()]


def test_attack_brute_force_over_parallel_connections(
    practice: Practice, practice_data: Path, sign_in: SignIn, clock: FixedClock
) -> None:
    """Vulnerability: tries that are counted after the code was compared, or for each factor.

    Scenario: twenty processes answer one request at once, three times each, half of them by
    text message and half by authenticator app.
    Verified: five answers are compared, no other; not even the right code works after them.
    """
    dana = sign_in("dana")
    app = enrolled(practice, dana, clock)
    number = requested(practice, dana)
    text = last_code(practice)
    guesses = [(wrong(text), "sms"), (wrong(app.code()), "totp")] * (PROCESSES // 2)
    told = race(practice_data, dana, number, guesses)
    assert len(told) == PROCESSES * GUESSES_EACH
    compared = [line for line in told if line.startswith("That is not")]
    assert len(compared) == 5
    assert set(told) - set(compared) == {"All tries are used up."}
    attempts = practice.call(
        Store.value, "SELECT attempts FROM otp_challenge ORDER BY otp_challenge_id DESC LIMIT 1"
    )
    assert attempts == 5
    for kind, right in (("sms", text), ("totp", app.code())):
        with pytest.raises(WrongCode, match="used up"):
            practice.call(downloads.confirm_download, dana, number, right, kind)
