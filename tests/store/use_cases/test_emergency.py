"""Emergency access: one group, one hour, a reason, and everybody who answers for it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from store.access import Actor, level_of
from store.errors import BadInput, Conflict, NotFound, Refused, SessionEnded
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import (
    access_review,
    backing_up,
    emergency,
    groups,
    notices,
    sessions,
    signing_in,
    users,
)
from tests.clocks import FixedClock
from tests.people import signed_in
from tests.store.use_cases.staff import entered, events, first_sign_in, group_id, user_id

SignIn = Callable[[str], Actor]
REASON = "Dr. Adler is ill and a patient waits."


@pytest.fixture
def ana(practice: Practice, sign_in: SignIn) -> Actor:
    """Ana, whose group may take emergency access."""
    kim = sign_in("kim")
    may(practice, kim, Level.FULL)
    return sign_in("ana")


def may(practice: Practice, kim: Actor, level: Level) -> None:
    number = group_id(practice, "Front Desk")
    version = practice.call(groups.group_rights, kim, number).version
    levels = {Right.EMERGENCY_ACCESS: level}
    practice.call(groups.save_group_rights, kim, number, levels, version)


def take(practice: Practice, actor: Actor, name: str) -> emergency.EmergencyState:
    return practice.call(emergency.take_emergency_access, actor, group_id(practice, name), REASON)


def level(practice: Practice, actor: Actor, right: Right) -> Level:
    assert actor.user_id is not None
    return practice.call(level_of, actor.user_id, right)


def test_the_rights_of_the_group_count_for_an_hour_and_not_a_second_longer(
    practice: Practice, ana: Actor, clock: FixedClock
) -> None:
    assert level(practice, ana, Right.CLINICAL) is Level.NONE
    state = take(practice, ana, "Doctor")
    assert (state.group, state.reason) == ("Doctor", REASON)
    assert practice.call(emergency.emergency_state, ana) == state
    assert level(practice, ana, Right.CLINICAL) is Level.FULL
    clock.advance(hours=1, seconds=-1)
    assert level(practice, ana, Right.CLINICAL) is Level.FULL
    clock.advance(seconds=1)
    assert level(practice, ana, Right.CLINICAL) is Level.NONE
    assert practice.call(emergency.emergency_state, ana) is None


def test_it_is_recorded_and_administrators_are_told_with_the_reason(
    practice: Practice, ana: Actor
) -> None:
    take(practice, ana, "Doctor")
    ((_action, told),) = events(practice, "emergency.")
    assert told == f"Took emergency access as Doctor for an hour: {REASON}"
    kim = signed_in(practice, "kim")
    (notice,) = practice.call(notices.my_notices, kim)
    assert notice.text == f"Ana Silva took emergency access as Doctor: {REASON}"
    assert practice.call(notices.my_notices, signed_in(practice, "dana")) == ()
    with pytest.raises(NotFound):
        practice.call(notices.put_away, ana, notice.user_notice_id)
    practice.call(notices.put_away, kim, notice.user_notice_id)
    assert practice.call(notices.my_notices, kim) == ()


def test_it_can_be_given_back_and_then_taken_again(practice: Practice, ana: Actor) -> None:
    take(practice, ana, "Doctor")
    with pytest.raises(Conflict, match="already"):
        take(practice, ana, "Billing")
    practice.call(emergency.give_back, ana)
    assert level(practice, ana, Right.CLINICAL) is Level.NONE
    with pytest.raises(Conflict):
        practice.call(emergency.give_back, ana)
    take(practice, ana, "Billing")
    assert level(practice, ana, Right.LEDGER) is Level.FULL


def test_signing_out_ends_it(practice: Practice, ana: Actor) -> None:
    take(practice, ana, "Doctor")
    practice.call(signing_in.sign_out, ana)
    again = signed_in(practice, "ana")
    assert level(practice, again, Right.CLINICAL) is Level.NONE
    assert practice.call(emergency.emergency_state, again) is None
    with pytest.raises(Conflict, match="no emergency access now"):
        practice.call(emergency.give_back, again)


def test_s10_the_access_review_tells_when_the_rights_ended(
    practice: Practice, ana: Actor, clock: FixedClock
) -> None:
    """By signing out, by giving them back, after the hour; one that runs, when it will end."""

    def told() -> list[datetime]:
        kim = signed_in(practice, "kim")
        review = practice.call(access_review.access_review, kim)
        return [one.ended_at for one in review.emergencies]

    take(practice, ana, "Doctor")
    clock.advance(minutes=5)
    signed_out = clock.now()
    practice.call(signing_in.sign_out, ana)
    clock.advance(minutes=15)
    ana = signed_in(practice, "ana")
    take(practice, ana, "Doctor")
    clock.advance(minutes=15)
    given_back = clock.now()
    practice.call(emergency.give_back, ana)
    state = take(practice, ana, "Doctor")
    assert told() == [state.ends_at, given_back, signed_out]
    clock.advance(hours=2)
    practice.call(signing_in.sign_out, ana)
    assert told() == [state.ends_at, given_back, signed_out]


def test_an_administrator_ends_it_by_ending_the_session_or_the_right(
    practice: Practice, ana: Actor
) -> None:
    kim = signed_in(practice, "kim")
    take(practice, ana, "Doctor")
    practice.call(sessions.end_session, kim, ana.session_id)
    assert level(practice, ana, Right.CLINICAL) is Level.NONE
    ana = signed_in(practice, "ana")
    take(practice, ana, "Doctor")
    may(practice, kim, Level.NONE)
    assert level(practice, ana, Right.CLINICAL) is Level.NONE


@pytest.mark.parametrize("reason", ["", "   ", "urgent", "two\nlines of reason", "x" * 201])
def test_it_takes_a_reason_that_says_something(practice: Practice, ana: Actor, reason: str) -> None:
    with pytest.raises(BadInput):
        practice.call(emergency.take_emergency_access, ana, group_id(practice, "Doctor"), reason)
    assert practice.call(emergency.emergency_state, ana) is None


def test_groups_on_offer_grant_something_and_are_not_ones_own(
    practice: Practice, ana: Actor
) -> None:
    offered = {g.name for g in practice.call(emergency.groups_on_offer, ana)}
    assert "Doctor" in offered
    assert not offered & {"Front Desk", "Time Clock"}
    with pytest.raises(NotFound):
        take(practice, ana, "Front Desk")


def test_attack_a_copy_of_the_practice_by_emergency(practice: Practice, ana: Actor) -> None:
    """An hour as an administrator shows the list of downloads, and schedules none; a backup, which
    holds the store and its secret key, is not made either."""
    take(practice, ana, "Administrators")
    assert level(practice, ana, Right.SECURITY) is Level.FULL
    assert level(practice, ana, Right.DATA_DOWNLOAD) is Level.VIEW
    assert level(practice, ana, Right.BACKUP) is Level.NONE
    with pytest.raises(Refused, match="Backup"):
        practice.call(backing_up.begin_backup, ana, "copy.zip", "/media/stick")


def test_s7_attack_a_clock_that_ran_ahead_leaves_rights_for_a_year(
    practice: Practice, ana: Actor, clock: FixedClock
) -> None:
    """Scenario: rights are taken while the clock is a year ahead, and it is set right after that.
    Verified: what a few minutes explain goes on, what began in a wrong year is over."""
    clock.advance(days=365)
    ahead = signed_in(practice, "ana")
    take(practice, ahead, "Doctor")
    clock.advance(minutes=-4)
    assert level(practice, ahead, Right.CLINICAL) is Level.FULL
    clock.advance(days=-365)
    assert level(practice, ahead, Right.CLINICAL) is Level.NONE
    with pytest.raises(SessionEnded, match="set back"):
        practice.call(emergency.emergency_state, ahead)
    listed = practice.call(sessions.list_sessions, signed_in(practice, "kim"))
    assert ahead.session_id not in {one.session_id for one in listed}


def test_attack_an_hour_is_used_to_keep_rights_for_ever(practice: Practice, ana: Actor) -> None:
    """Scenario: an hour with Setup - Security, used to hand its rights to oneself or a puppet.

    Verified: only standing rights are handed on, and administrators cannot be locked out (S2).
    """
    take(practice, ana, "Administrators")
    form = practice.call(users.user_form, ana, user_id(practice, "ana"))
    administrators = group_id(practice, "Administrators")
    with pytest.raises(Refused, match="hand on"):
        practice.call(users.set_membership, ana, form.user_id, (administrators,), form.version)
    with pytest.raises(Refused, match="hand on"):
        entered(practice, ana, "puppet", "Administrators")
    with pytest.raises(Refused, match="hand on"):
        practice.call(
            groups.save_group_rights,
            ana,
            group_id(practice, "Front Desk"),
            {Right.SECURITY: Level.FULL},
            2,
        )
    kim = user_id(practice, "kim")
    with pytest.raises(Refused, match="do not"):
        practice.call(users.reset_password, ana, kim)
    with pytest.raises(Conflict):
        practice.call(users.hide_user, ana, kim)


def test_attack_a_forged_actor_takes_an_emergency_of_somebody_else(
    practice: Practice, ana: Actor
) -> None:
    """The right is read for the user of the session, and counts for that user only."""
    take(practice, ana, "Doctor")
    assert level(practice, signed_in(practice, "dana"), Right.CLINICAL) is Level.NONE


def test_effective_rights_show_an_emergency(practice: Practice, ana: Actor) -> None:
    take(practice, ana, "Doctor")
    kim = signed_in(practice, "kim")
    found = {r.right: r for r in practice.call(users.effective_rights, kim, ana.user_id)}
    assert found[Right.CLINICAL].level is Level.FULL
    assert found[Right.CLINICAL].through == ("Doctor (emergency)",)


def test_an_administrator_who_takes_it_is_not_told_by_the_product(
    practice: Practice, ana: Actor
) -> None:
    """Others who answer for rights are; the own notice would be put away unseen."""
    kim = signed_in(practice, "kim")
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    take(practice, kim, "Doctor")
    assert practice.call(notices.my_notices, kim) == ()
    assert len(practice.call(notices.my_notices, lee)) == 1
