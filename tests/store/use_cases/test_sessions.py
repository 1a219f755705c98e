"""Who is signed in where, and ending it (S7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.access import Actor
from store.errors import Conflict, NotFound, SessionEnded
from store.practice import Practice
from store.use_cases import home, sessions, users
from tests.clocks import FixedClock
from tests.people import PASSWORDS
from tests.store.use_cases.staff import attempt, events

SignIn = Callable[[str], Actor]


def test_open_sessions_are_listed_with_user_and_terminal(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    kim = sign_in("kim")
    clock.advance(minutes=1)
    ana = attempt(practice, "ana", PASSWORDS["ana"], "operatory 2")
    shown = practice.call(sessions.list_sessions, kim)
    assert [(s.user_name, s.terminal, s.is_mine) for s in shown] == [
        ("ana", "operatory 2", False),
        ("kim", "front desk 1", True),
    ]
    (hers,) = practice.call(sessions.list_sessions, kim, ana.user_id)
    assert (hers.session_id, (hers.ends_at - clock.now()).total_seconds()) == (
        ana.session_id,
        12 * 3600,
    )
    with pytest.raises(NotFound):
        practice.call(sessions.list_sessions, kim, 999)


def test_an_administrator_ends_one_session_and_no_other(
    practice: Practice, sign_in: SignIn
) -> None:
    kim, here, there = sign_in("kim"), sign_in("ana"), sign_in("ana")
    practice.call(sessions.end_session, kim, here.session_id)
    with pytest.raises(SessionEnded):
        practice.call(home.home, here)
    assert practice.call(home.home, there)
    with pytest.raises(Conflict, match="already"):
        practice.call(sessions.end_session, kim, here.session_id)
    with pytest.raises(NotFound):
        practice.call(sessions.end_session, kim, 999)
    assert events(practice, "session.") == [
        ("session.end", "Ended a session of ana at front desk 1.")
    ]


def test_sessions_that_are_over_by_time_or_hiding_are_not_listed(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    sign_in("dana")
    clock.advance(hours=11)
    kim, ana = sign_in("kim"), sign_in("ana")
    clock.advance(hours=1)
    practice.call(users.hide_user, kim, ana.user_id)
    shown = practice.call(sessions.list_sessions, kim)
    assert [s.user_name for s in shown] == ["kim"]
