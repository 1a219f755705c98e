"""Setup > Security > Groups: granting, versions, and what nobody may do (S1, S2, D5)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from store.access import Actor, level_of
from store.database import Store
from store.errors import BadInput, ChairsideError, Conflict, NotFound, Refused
from store.practice import Practice
from store.rights import BUILTIN_GROUPS, PERMISSIONS, Level, Right
from store.use_cases import groups, users
from store.use_cases.groups import GroupChanged, LastAdministrator
from tests.clocks import FixedClock
from tests.people import KEEPERS, PGID, change_store, signed_in
from tests.store.use_cases.staff import (
    entered,
    events,
    first_sign_in,
    group_id,
    key_keeper,
    levels_of,
    user_id,
)

SignIn = Callable[[str], Actor]


def save(practice: Practice, actor: Actor, name: str, levels: dict[Right, Level]) -> None:
    number = group_id(practice, name)
    version = practice.call(groups.group_rights, actor, number).version
    practice.call(groups.save_group_rights, actor, number, levels, version)


def test_d21_only_administrators_come_with_full_control_of_the_download() -> None:
    holders = [
        group.name
        for group in BUILTIN_GROUPS
        if group.levels.get(Right.DATA_DOWNLOAD) == Level.FULL
    ]
    assert holders == ["Administrators"]


def test_the_catalogue_is_whole_and_every_right_says_what_it_allows() -> None:
    assert list(PERMISSIONS) == list(Right)
    for right, permission in PERMISSIONS.items():
        assert right.value.split(".")[0] == permission.category.lower()
        assert permission.allows.endswith(".")
    labels = [(p.category, p.label) for p in PERMISSIONS.values()]
    assert len(set(labels)) == len(labels)
    for group in BUILTIN_GROUPS:
        for right, level in group.levels.items():
            assert level is not Level.VIEW or PERMISSIONS[right].kind == "level", (group, right)


def test_the_list_shows_members_without_hidden_ones(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    entered(practice, kim, "lee", "Front Desk")
    practice.call(users.hide_user, kim, user_id(practice, "lee"))
    shown = {g.name: g for g in practice.call(groups.list_groups, kim)}
    assert shown["Front Desk"].members == ("Ana Silva",)
    assert shown["Administrators"].is_admin
    assert not shown[KEEPERS].is_builtin


def test_s1_what_is_saved_counts_at_once_and_is_told(practice: Practice, sign_in: SignIn) -> None:
    kim, ana = sign_in("kim"), sign_in("ana")
    save(practice, kim, "Front Desk", {Right.DATA_DOWNLOAD: Level.VIEW, Right.SSN: Level.FULL})
    assert ana.user_id is not None
    assert practice.call(level_of, ana.user_id, Right.DATA_DOWNLOAD) is Level.VIEW
    assert events(practice, "group.rights") == [
        (
            "group.rights",
            "Front Desk: Utilities - Data Download from None to View Only;"
            " Patient - Social Security Number from not granted to granted.",
        )
    ]
    shown = practice.call(groups.group_rights, kim, group_id(practice, "Front Desk"))
    assert (shown.version, shown.group.modified_by) == (2, "Kim Adler")


def test_saving_what_is_there_already_changes_nothing(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    save(practice, kim, "Front Desk", levels_of(practice, kim, "Front Desk"))
    assert practice.call(groups.group_rights, kim, group_id(practice, "Front Desk")).version == 1
    assert events(practice, "group.") == []


def test_an_action_right_has_no_view_only(practice: Practice, sign_in: SignIn) -> None:
    with pytest.raises(BadInput, match="granted or not"):
        save(practice, sign_in("kim"), "Front Desk", {Right.IMPORT: Level.VIEW})


def test_the_second_of_two_administrators_is_told_what_changed_and_by_whom(
    practice: Practice, sign_in: SignIn
) -> None:
    """Issue, bad input: nothing of what the first one saved is lost."""
    kim = sign_in("kim")
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    number = group_id(practice, "Front Desk")
    seen = practice.call(groups.group_rights, kim, number)
    save(practice, lee, "Front Desk", {Right.PRINTERS: Level.VIEW})
    practice.call(groups.rename_group, lee, number, "Reception")
    with pytest.raises(GroupChanged) as changed:
        practice.call(
            groups.save_group_rights, kim, number, {Right.IMPORT: Level.FULL}, seen.version
        )
    assert changed.value.by == "Lee"
    assert changed.value.changes == (
        "Front Desk: Setup - Printers from None to View Only.",
        "Renamed the group Front Desk to Reception.",
    )
    assert Right.IMPORT not in levels_of(practice, kim, "Reception")


def test_s1_a_new_group_grants_nothing(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    practice.call(groups.new_group, kim, "  Locum Dentists ", "Who stands in.")
    assert levels_of(practice, kim, "Locum Dentists") == {}


def test_a_group_with_a_long_description_is_renamed(practice: Practice, sign_in: SignIn) -> None:
    kim, told = sign_in("kim"), "x" * 200
    number = practice.call(groups.new_group, kim, "Locum Dentists", told)
    practice.call(groups.rename_group, kim, number, "Locums", told)
    named = {g.name: g.description for g in practice.call(groups.list_groups, kim)}
    assert named["Locums"] == told
    with pytest.raises(BadInput, match="longer than 200"):
        practice.call(groups.rename_group, kim, number, "Locums", told + "x")


def test_s2_a_copy_grants_the_same_and_has_no_members(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    practice.call(groups.copy_group, kim, group_id(practice, KEEPERS), "Keepers at Night")
    assert levels_of(practice, kim, "Keepers at Night") == {Right.DATA_DOWNLOAD: Level.FULL}
    copied = {g.name: g.members for g in practice.call(groups.list_groups, kim)}
    assert copied["Keepers at Night"] == ()


@pytest.mark.parametrize("name", ["front desk", "FRONT DESK"])
def test_group_names_are_unique_without_regard_to_case(
    practice: Practice, sign_in: SignIn, name: str
) -> None:
    kim = sign_in("kim")
    with pytest.raises(Conflict, match="taken"):
        practice.call(groups.new_group, kim, name)
    with pytest.raises(Conflict, match="taken"):
        practice.call(groups.rename_group, kim, group_id(practice, "Doctor"), name)
    practice.call(groups.rename_group, kim, group_id(practice, "Front Desk"), name)


@pytest.mark.parametrize(
    "name", ["", "  ", "two\nlines", "a\x1b[2J", "over\u202eturned", "x" * 101]
)
def test_attack_log_injection_by_the_name_of_a_group(
    practice: Practice, sign_in: SignIn, name: str
) -> None:
    kim = sign_in("kim")
    with pytest.raises(BadInput):
        practice.call(groups.new_group, kim, name)
    with pytest.raises(BadInput):
        practice.call(groups.rename_group, kim, group_id(practice, "Doctor"), name)


def test_s2_a_group_in_use_is_not_deleted_not_even_for_hidden_users(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    number = group_id(practice, "Front Desk")
    practice.call(users.hide_user, kim, user_id(practice, "ana"))
    with pytest.raises(Conflict, match="hidden"):
        practice.call(groups.delete_group, kim, number)
    unused = practice.call(groups.copy_group, kim, number, "Another")
    practice.call(groups.delete_group, kim, unused)
    with pytest.raises(NotFound):
        practice.call(groups.group_rights, kim, unused)
    with pytest.raises(Conflict, match="stays"):
        practice.call(groups.delete_group, kim, group_id(practice, "Administrators"))


def test_who_holds_a_right_names_groups_and_users_whom_the_gate_lets_in(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    save(practice, kim, "Front Desk", {Right.DATA_DOWNLOAD: Level.VIEW})
    held = practice.call(groups.who_holds, kim, Right.DATA_DOWNLOAD)
    assert [(h.group, h.level.label, h.users) for h in held] == [
        ("Administrators", "Full Control", ("Kim Adler",)),
        (KEEPERS, "Full Control", ("Dana Ruiz",)),
        ("Front Desk", "View Only", ("Ana Silva",)),
        ("Office Manager", "View Only", ()),
    ]
    change_store(practice, "UPDATE user SET is_disabled = 1 WHERE user_name = 'dana'")
    held = practice.call(groups.who_holds, kim, Right.DATA_DOWNLOAD)
    assert next(h.users for h in held if h.group == KEEPERS) == ()
    keepers = practice.call(groups.group_rights, kim, group_id(practice, KEEPERS))
    assert keepers.group.members == ("Dana Ruiz",)


def test_attack_a_member_without_the_right_edits_the_own_group(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    with pytest.raises(Refused, match="Setup - Security"):
        practice.call(
            groups.save_group_rights,
            dana,
            group_id(practice, KEEPERS),
            {Right.SECURITY: Level.FULL},
            1,
        )


def test_attack_self_granting(practice: Practice, sign_in: SignIn) -> None:
    """Vulnerability: whoever may change groups could give themselves the whole practice's data.

    Scenario: a user with Setup - Security, and nothing else, tries every way to the download right.
    Verified: each is refused; the right stays where it was (S2: nobody grants what they lack).
    """
    kim = sign_in("kim")
    lee = key_keeper(practice, kim)
    mine, theirs = group_id(practice, "Keepers of Keys"), group_id(practice, KEEPERS)
    assert lee.user_id is not None
    form = practice.call(users.user_form, lee, lee.user_id)
    dana = user_id(practice, "dana")
    ways: tuple[Callable[[], object], ...] = (
        lambda: save(practice, lee, "Keepers of Keys", {Right.DATA_DOWNLOAD: Level.FULL}),
        lambda: save(practice, lee, "Front Desk", {Right.DATA_DOWNLOAD: Level.VIEW}),
        lambda: practice.call(
            users.set_membership, lee, form.user_id, (mine, theirs), form.version
        ),
        lambda: practice.call(groups.copy_group, lee, theirs, "Mine"),
        lambda: entered(practice, lee, "puppet", KEEPERS),
        lambda: practice.call(users.copy_user, lee, dana, "puppet", "Puppet"),
        lambda: practice.call(users.reset_password, lee, dana),
    )
    for way in ways:
        with pytest.raises(Refused):
            way()
    practice.call(users.hide_user, lee, dana)
    with pytest.raises(Refused):
        practice.call(users.unhide_user, lee, dana)
    held = practice.call(groups.who_holds, kim, Right.DATA_DOWNLOAD)
    assert [u for h in held for u in h.users] == ["Kim Adler"]


def test_attack_taking_a_right_from_all_to_be_given_it_as_new(
    practice: Practice, sign_in: SignIn
) -> None:
    """Vulnerability: a right that nobody holds can be granted, else a new one never could (S1).

    Scenario: a user with Setup - Security strips the right from every group, then grants it.
    Verified: only a member of the administrators can bring it back, and only to that group.
    """
    kim = sign_in("kim")
    lee = key_keeper(practice, kim)
    change_store(
        practice, "UPDATE group_permission SET level = 0 WHERE permission_code = ?", "patient.ssn"
    )
    for name in ("Keepers of Keys", "Administrators"):
        with pytest.raises(Refused, match="hand on"):
            save(practice, lee, name, {Right.SSN: Level.FULL})
    with pytest.raises(Refused, match="hand on"):
        save(practice, kim, "Front Desk", {Right.SSN: Level.FULL})
    save(practice, kim, "Administrators", {Right.SSN: Level.FULL})
    save(practice, kim, "Front Desk", {Right.SSN: Level.FULL})


def test_s2_the_last_administrator_cannot_be_stripped(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    with pytest.raises(LastAdministrator):
        save(practice, kim, "Administrators", {Right.SECURITY: Level.VIEW})
    entered(practice, kim, "lee", "Administrators")
    with pytest.raises(LastAdministrator):
        practice.call(users.hide_user, kim, user_id(practice, "kim"))


def _hide_at_once(practice: Practice, actor: Actor, whom: int | None, told: list[str]) -> None:
    assert whom is not None
    try:
        practice.call(users.hide_user, actor, whom)
        told.append("hidden")
    except ChairsideError as problem:
        told.append(type(problem).__name__)


@pytest.mark.parametrize("themselves", [False, True], ids=["one another", "themselves"])
def test_attack_two_administrators_leave_at_once(
    practice: Practice,
    practice_data: Path,
    clock: FixedClock,
    sign_in: SignIn,
    themselves: bool,
) -> None:
    """Scenario: two administrators, at two terminals, hide one another (or each themselves).

    Verified: one of them wins; somebody always holds Setup - Security: Full Control (S2).
    """
    kim = sign_in("kim")
    lee = first_sign_in(practice, entered(practice, kim, "lee", "Administrators"))
    whom = (kim, lee) if themselves else (lee, kim)
    with Practice.open(practice_data, PGID, clock) as other:
        for _ in range(5):
            told: list[str] = []
            threads = [
                threading.Thread(target=_hide_at_once, args=(at, actor, gone.user_id, told))
                for at, actor, gone in zip((practice, other), (kim, lee), whom, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            loser = "LastAdministrator" if themselves else "SessionEnded"
            assert sorted(told) == sorted([loser, "hidden"])
            change_store(practice, "UPDATE user SET is_hidden = 0")
            change_store(practice, "UPDATE session SET ended_at = NULL, ended_because = NULL")


def test_s1_a_right_that_the_program_learns_later_is_entered_and_granted_to_nobody(
    practice_data: Path, clock: FixedClock
) -> None:
    """A store that was made before the right existed; it is opened by a program that has it."""

    def forget(store: Store) -> None:
        with store.transaction():
            for table in ("group_permission", "permission"):
                store.execute(
                    f"DELETE FROM {table} WHERE permission_code = ?", (Right.BACKUP.value,)
                )

    with Practice.open(practice_data, PGID, clock) as older:
        older.call(forget)
    with Practice.open(practice_data, PGID, clock) as newer:
        kim = signed_in(newer, "kim")
        assert newer.call(groups.who_holds, kim, Right.BACKUP) == ()
        save(newer, kim, "Administrators", {Right.BACKUP: Level.FULL})
        assert newer.call(groups.who_holds, kim, Right.BACKUP)[0].users == ("Kim Adler",)


def test_a_store_knows_the_same_words_as_the_program(practice: Practice) -> None:
    rows = practice.call(Store.rows, "SELECT * FROM permission")
    stored = {
        r["permission_code"]: (r["label"], r["category"], r["kind"], r["allows"]) for r in rows
    }
    assert stored == {
        right.value: (p.label, p.category, p.kind, p.allows) for right, p in PERMISSIONS.items()
    }
