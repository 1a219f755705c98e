"""A program that guesses the codes of one request, and prints how each answer was taken.

Run as `python -m tests.store.guessing_child DATA SESSION DOWNLOAD GUESSES KIND`: it waits for a
line on its input, so that many of them begin together.
"""

from __future__ import annotations

import sys
from pathlib import Path

from store.access import Actor
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import downloads
from tests.clocks import FixedClock
from tests.people import PGID


def main(data: Path, session: int, number: int, guesses: str, kind: str) -> None:
    """Answer once with each guess."""
    dana = Actor(2, session, "dana", "Dana Ruiz", "", "front desk 1", "kiosk")
    with Practice.open(data, PGID, FixedClock()) as practice:
        print("ready", flush=True)
        sys.stdin.readline()
        for guess in guesses.split(","):
            try:
                print(practice.call(downloads.confirm_download, dana, number, guess, kind).state)
            except ChairsideError as refused:
                print(refused.what)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
