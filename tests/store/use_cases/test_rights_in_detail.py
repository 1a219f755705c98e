"""What each step on rights leaves behind, and where emergency access ends (D4, S1, S2, S9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.access import Actor, level_of
from store.clock import instant
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, Refused
from store.practice import Practice
from store.rights import PERMISSIONS, Level, Need, Right
from store.use_cases import emergency, groups, users
from tests.clocks import FixedClock
from tests.people import KEEPERS, change_store, signed_in
from tests.store.use_cases.staff import entered, first_sign_in, group_id, user_id

SignIn = Callable[[str], Actor]
REASON = "Dr. Adler is ill and a patient waits."


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


def save(practice: Practice, actor: Actor, number: int, levels: dict[Right, Level]) -> None:
    version = practice.call(groups.group_rights, actor, number).version
    practice.call(groups.save_group_rights, actor, number, levels, version)


@pytest.fixture
def ana(practice: Practice, kim: Actor, sign_in: SignIn) -> Actor:
    """Ana, whose group may take emergency access."""
    save(practice, kim, group_id(practice, "Front Desk"), {Right.EMERGENCY_ACCESS: Level.FULL})
    return sign_in("ana")


def trail(practice: Practice, prefix: str) -> list[tuple[str, str, int]]:
    """Return action, object and user of the events whose action begins so, oldest first."""
    found = practice.call(
        Store.rows,
        "SELECT action, object, user_id FROM audit_log WHERE action LIKE ? ORDER BY seq",
        (f"{prefix}%",),
    )
    return [(row["action"], row["object"], row["user_id"]) for row in found]


@pytest.mark.parametrize("right", list(Right))
def test_d4_a_right_is_named_with_its_level_unless_it_is_granted_or_not(right: Right) -> None:
    permission = PERMISSIONS[right]
    for level in (Level.VIEW, Level.FULL):
        label = Need(right, level).label
        assert label.startswith(f"{permission.category} - {permission.label}")
        assert label.endswith(f": {level.label}") == (permission.kind == "level")


def test_s9_each_step_on_a_group_is_one_event_of_its_own_kind(
    practice: Practice, kim: Actor
) -> None:
    number = practice.call(groups.new_group, kim, "Locum Dentists", "Who stands in.")
    save(practice, kim, number, {Right.PRINTERS: Level.VIEW})
    practice.call(groups.rename_group, kim, number, "Stand-ins")
    copied = practice.call(groups.copy_group, kim, number, "Stand-ins at Night")
    practice.call(groups.delete_group, kim, copied)
    expected = [(action, number) for action in ("group.new", "group.rights", "group.rename")]
    expected += [("group.new", copied), ("group.delete", copied)]
    assert trail(practice, "group.") == [
        (action, f"user_group:{group}", kim.user_id) for action, group in expected
    ]


def test_s10_a_group_tells_when_and_by_whom_it_was_last_changed(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    number = practice.call(groups.new_group, kim, "Locum Dentists", "Who stands in.")
    made = practice.call(groups.group_rights, kim, number).group
    assert (made.description, made.modified_at, made.modified_by) == (
        "Who stands in.",
        clock.now(),
        kim.full_name,
    )
    clock.advance(minutes=5)
    practice.call(groups.rename_group, lee, number, "Stand-ins")
    renamed = practice.call(groups.group_rights, kim, number).group
    assert (renamed.name, renamed.description) == ("Stand-ins", "Who stands in.")
    assert (renamed.modified_at, renamed.modified_by) == (clock.now(), lee.full_name)
    practice.call(groups.rename_group, lee, number, "Stand-ins", "")
    assert practice.call(groups.group_rights, kim, number).group.description == ""


def test_s2_a_copied_group_says_what_the_first_one_is_for(practice: Practice, kim: Actor) -> None:
    number = group_id(practice, "Doctor")
    copied = practice.call(groups.copy_group, kim, number, "Locum Dentists")
    first, second = (practice.call(groups.group_rights, kim, g) for g in (number, copied))
    assert first.group.description
    assert second.group.description == first.group.description


def test_s2_renaming_from_an_old_copy_is_refused(practice: Practice, kim: Actor) -> None:
    number = group_id(practice, "Doctor")
    seen = practice.call(groups.group_rights, kim, number).version
    practice.call(groups.rename_group, kim, number, "Dentists", version=seen)
    with pytest.raises(groups.GroupChanged, match="Dentists"):
        practice.call(groups.rename_group, kim, number, "Doctors", version=seen)


def test_s9_a_group_that_was_taken_in_an_emergency_stays(
    practice: Practice, kim: Actor, ana: Actor
) -> None:
    """The record of the emergency names the group, long after the hour is over."""
    number = practice.call(groups.copy_group, kim, group_id(practice, "Doctor"), "Locum Dentists")
    practice.call(emergency.take_emergency_access, ana, number, REASON)
    practice.call(emergency.give_back, ana)
    with pytest.raises(Conflict, match="emergency"):
        practice.call(groups.delete_group, kim, number)
    assert practice.call(groups.group_rights, kim, number).group.name == "Locum Dentists"


def test_s9_taking_and_giving_back_are_events_of_their_own(practice: Practice, ana: Actor) -> None:
    practice.call(emergency.take_emergency_access, ana, group_id(practice, "Doctor"), REASON)
    practice.call(emergency.give_back, ana)
    first, last = trail(practice, "emergency.")
    number = practice.call(Store.value, "SELECT emergency_access_id FROM emergency_access")
    assert first == ("emergency.take", f"emergency_access:{number}", ana.user_id)
    assert (last[0], last[2]) == ("emergency.end", ana.user_id)


def test_giving_back_ends_ones_own_emergency_and_no_other(
    practice: Practice, ana: Actor, kim: Actor
) -> None:
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Front Desk"))
    doctor = group_id(practice, "Doctor")
    for actor in (ana, lee):
        practice.call(emergency.take_emergency_access, actor, doctor, REASON)
    practice.call(emergency.give_back, lee)
    assert practice.call(emergency.emergency_state, ana) is not None
    assert practice.call(emergency.emergency_state, lee) is None


def test_an_emergency_that_ran_out_is_not_given_back_later(
    practice: Practice, ana: Actor, clock: FixedClock
) -> None:
    """S9: its end is what the record says, to the second."""
    practice.call(emergency.take_emergency_access, ana, group_id(practice, "Doctor"), REASON)
    clock.advance(emergency.LASTS)
    with pytest.raises(Conflict, match="no emergency access"):
        practice.call(emergency.give_back, ana)
    row = practice.call(Store.one, "SELECT * FROM emergency_access")
    assert row is not None
    assert (row["ends_at"], row["given_back_at"]) == (instant(clock.now()), None)


@pytest.mark.parametrize("flag", ["is_hidden", "is_disabled"])
def test_attack_an_emergency_of_somebody_who_was_barred(
    practice: Practice, ana: Actor, kim: Actor, flag: str
) -> None:
    """Scenario: the account is hidden or disabled while its hour runs. Verified: it holds nothing,
    and the list of its rights names no group."""
    practice.call(emergency.take_emergency_access, ana, group_id(practice, "Doctor"), REASON)
    change_store(practice, f"UPDATE user SET {flag} = 1 WHERE user_name = 'ana'")
    assert ana.user_id is not None
    assert practice.call(level_of, ana.user_id, Right.CLINICAL) is Level.NONE
    rights = practice.call(users.effective_rights, kim, ana.user_id)
    assert {(right.level, right.through) for right in rights} == {(Level.NONE, ())}


@pytest.mark.parametrize(("length", "works"), [(9, False), (10, True), (200, True), (201, False)])
def test_the_reason_has_ten_to_two_hundred_characters(
    practice: Practice, ana: Actor, length: int, works: bool
) -> None:
    doctor = group_id(practice, "Doctor")
    if works:
        state = practice.call(emergency.take_emergency_access, ana, doctor, "x" * length)
        assert len(state.reason) == length
    else:
        with pytest.raises(BadInput):
            practice.call(emergency.take_emergency_access, ana, doctor, "x" * length)


def test_d4_emergency_access_takes_its_right(practice: Practice, sign_in: SignIn) -> None:
    dana = sign_in("dana")
    for use_case in (emergency.groups_on_offer,):
        with pytest.raises(Refused, match="Emergency Access"):
            practice.call(use_case, dana)
    with pytest.raises(Refused, match="Emergency Access"):
        practice.call(
            emergency.take_emergency_access, dana, group_id(practice, "Doctor"), "because I can"
        )


def test_s2_what_a_hidden_administrator_holds_does_not_count(
    practice: Practice, kim: Actor
) -> None:
    """Whoever is told of emergencies and locked-out users is somebody who can read it."""
    from store import groups as group_store

    first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    lee = user_id(practice, "lee")
    assert practice.call(group_store.administrators) == sorted([user_id(practice, "kim"), lee])
    practice.call(users.hide_user, kim, lee)
    assert practice.call(group_store.administrators) == [kim.user_id]
    change_store(practice, "UPDATE user SET is_hidden = 0 WHERE user_name = 'lee'")
    assert user_id(practice, "dana") not in practice.call(group_store.administrators)


def test_a_group_that_is_not_there_is_said_to_be_missing(practice: Practice, kim: Actor) -> None:
    for use_case, *more in (
        (groups.group_rights,),
        (groups.copy_group, "Copy"),
        (groups.rename_group, "Other"),
        (groups.delete_group,),
    ):
        with pytest.raises(NotFound):
            practice.call(use_case, kim, 9999, *more)
    assert KEEPERS in {group.name for group in practice.call(groups.list_groups, kim)}
    assert signed_in(practice, "kim").user_id == kim.user_id
