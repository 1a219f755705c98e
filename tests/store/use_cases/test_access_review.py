"""The access review tells what the gate decides, and who changed which group (S10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.access import Actor, level_of
from store.database import Store
from store.errors import Refused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import access_review, groups, users
from store.use_cases.access_review import AccessReview
from tests import people
from tests.clocks import FixedClock
from tests.people import change_store
from tests.store.use_cases.staff import entered, group_id

SignIn = Callable[[str], Actor]


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


def reviewed(practice: Practice, actor: Actor) -> AccessReview:
    return practice.call(access_review.access_review, actor)


def test_s10_it_says_of_every_user_and_right_what_the_gate_says(
    practice: Practice, kim: Actor
) -> None:
    change_store(
        practice,
        "INSERT INTO user_group_member (user_id, user_group_id) VALUES (3, ?), (3, ?)",
        group_id(practice, "Office Manager"),
        group_id(practice, "Billing"),
    )
    change_store(practice, "UPDATE user SET is_disabled = 1 WHERE user_name = 'dana'")
    review = reviewed(practice, kim)
    assert [right.right for right in review.rights] == list(Right)
    for right in review.rights:
        told = {holder.member.user_id: holder.level for holder in right.holders}
        for user_id in practice.call(
            lambda store: [row[0] for row in store.rows("SELECT user_id FROM user")]
        ):
            gate = practice.call(level_of, user_id, right.right)
            assert told.get(user_id, Level.NONE) == gate, (user_id, right.right)


def test_s10_each_group_that_grants_is_named_with_its_level(practice: Practice, kim: Actor) -> None:
    change_store(
        practice,
        "INSERT INTO user_group_member (user_id, user_group_id) VALUES (2, ?)",
        group_id(practice, "Office Manager"),
    )
    review = reviewed(practice, kim)
    download = next(r for r in review.rights if r.right is Right.DATA_DOWNLOAD)
    dana = next(h for h in download.holders if h.member.user_name == "dana")
    assert dana.through == ((people.KEEPERS, Level.FULL), ("Office Manager", Level.VIEW))


def test_s10_when_and_by_whom_a_group_was_last_changed(practice: Practice, kim: Actor) -> None:
    number = group_id(practice, "Front Desk")
    before = next(g for g in reviewed(practice, kim).groups if g.group_id == number)
    assert before.modified_by == ""
    saved = practice.call(groups.group_rights, kim, number)
    practice.call(
        groups.save_group_rights, kim, number, {Right.EXPORT_RUNNER: Level.VIEW}, saved.version
    )
    review = reviewed(practice, kim)
    after = next(g for g in review.groups if g.group_id == number)
    assert after.modified_by == "Kim Adler"
    assert after.modified_at == review.head.made_at
    assert Right.EXPORT_RUNNER in after.granted


def test_s10_members_who_come_and_go_change_a_group(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Put into another group, taken out of one, entered, hidden, and shown again."""

    clock.advance(days=3)
    kim = sign_in("kim")

    def changed() -> set[str]:
        review = reviewed(practice, kim)
        now = [g for g in review.groups if g.modified_at == review.head.made_at]
        assert {g.modified_by for g in now} <= {"Kim Adler"}
        clock.advance(minutes=1)
        return {g.name for g in now}

    form = practice.call(users.user_form, kim, 3)
    administrators = group_id(practice, "Administrators")
    joined = (*form.group_ids, administrators)
    form = practice.call(users.set_membership, kim, 3, joined, form.version)
    assert changed() == {"Administrators"}
    practice.call(users.set_membership, kim, 3, (administrators,), form.version)
    assert changed() == {"Front Desk"}
    entered(practice, kim, "lee", "Billing", "Claims")
    assert changed() == {"Billing", "Claims"}
    practice.call(users.hide_user, kim, 3)
    assert changed() == {"Administrators"}
    practice.call(users.hide_user, kim, 3)
    assert changed() == set()
    practice.call(users.unhide_user, kim, 3)
    assert changed() == {"Administrators"}


def test_hidden_users_hold_nothing_and_are_not_listed(practice: Practice, kim: Actor) -> None:
    change_store(practice, "UPDATE user SET is_hidden = 1 WHERE user_name = 'dana'")
    review = reviewed(practice, kim)
    assert "dana" not in str(review)


def test_whoever_holds_nothing_is_listed_as_such(practice: Practice, kim: Actor) -> None:
    change_store(practice, "DELETE FROM user_group_member WHERE user_id = 3")
    assert [m.user_name for m in reviewed(practice, kim).without_rights] == ["ana"]


def test_it_needs_its_right_and_printing_is_in_the_trail(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    with pytest.raises(Refused, match="Reports - Access Review"):
        reviewed(practice, sign_in("dana"))
    practice.call(access_review.begin_print, kim, "pdf")
    last = practice.call(Store.one, "SELECT action, description FROM audit_log ORDER BY seq DESC")
    assert tuple(last) == ("access_review.export", "Exported the access review as PDF.")


def test_emergency_access_of_the_last_ninety_days_is_listed(practice: Practice, kim: Actor) -> None:
    """S10: rights that were held for an hour show as well; older ones are in the trail."""
    for day, reason in (("2026-11-01", "Server down."), ("2026-01-01", "Long ago.")):
        change_store(
            practice,
            "INSERT INTO emergency_access (user_id, user_group_id, session_id, reason, started_at,"
            f" ends_at) VALUES (3, 1, 1, '{reason}', '{day}T10:00:00Z', '{day}T11:00:00Z')",
        )
    (one,) = reviewed(practice, kim).emergencies
    assert (one.user, one.reason, one.ended_at.hour) == ("Ana Silva", "Server down.", 11)
