"""The gate: right, change and audit event in one transaction (D4, D5, S1, S9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import access, users
from store.access import Actor, unattended
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, Refused, SessionEnded
from store.passwords import hashed
from store.practice import Practice
from store.rights import BUILTIN_GROUPS, PERMISSIONS, Level, Need, Right
from store.use_cases import downloads, home, running
from tests.people import KEEPERS, PGID, change_store, grant, signed_in

SignIn = Callable[[str], Actor]
FULL = Need(Right.DATA_DOWNLOAD, Level.FULL)


def events(practice: Practice) -> int:
    return int(practice.call(Store.value, "SELECT count(*) FROM audit_log"))


def rename(store: Store, actor: Actor, need: Need | None, name: str, *, event: bool) -> None:
    """A use case in small."""
    with access.change(store, actor, need) as tx:
        store.execute("UPDATE practice_group SET name = ?", (name,))
        if event:
            tx.record("test", "Renamed.")


def name_of(practice: Practice) -> str:
    return str(practice.call(Store.value, "SELECT name FROM practice_group"))


def test_a_change_with_its_right_and_its_event_is_kept(practice: Practice, sign_in: SignIn) -> None:
    before = events(practice)
    dana = sign_in("dana")
    practice.call(rename, dana, FULL, "New", event=True)
    assert name_of(practice) == "New"
    assert events(practice) == before + 2


def test_s9_a_change_without_its_event_is_rolled_back(practice: Practice, sign_in: SignIn) -> None:
    dana = sign_in("dana")
    with pytest.raises(RuntimeError, match="without an audit event"):
        practice.call(rename, dana, FULL, "New", event=False)
    assert name_of(practice) == "Maple Grove Dental"


def test_s9_an_event_of_a_change_that_failed_is_rolled_back_with_it(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    before = events(practice)

    def run(store: Store) -> None:
        with access.change(store, dana, FULL) as tx:
            tx.record("test", "Did it.")
            raise Conflict("It did not fit.")

    with pytest.raises(Conflict):
        practice.call(run)
    assert events(practice) == before


def test_d4_a_refusal_names_the_right_and_where_it_is_granted_and_is_audited(
    practice: Practice, sign_in: SignIn
) -> None:
    ana = sign_in("ana")
    with pytest.raises(Refused) as refused:
        practice.call(rename, ana, FULL, "New", event=True)
    assert "Utilities - Data Download: Full Control" in refused.value.sentence
    assert "Setup > Security > Groups" in refused.value.sentence
    assert name_of(practice) == "Maple Grove Dental"
    last = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert last is not None
    assert (last["action"], last["user_id"], last["permission_code"]) == (
        "refused",
        ana.user_id,
        "utilities.data_download",
    )


def test_d4_view_only_sees_the_list_and_cannot_schedule(
    practice: Practice, sign_in: SignIn
) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            grant(store, "Front Desk", Right.DATA_DOWNLOAD, Level.VIEW)

    ana = sign_in("ana")
    with pytest.raises(Refused, match="View Only"):
        practice.call(downloads.list_downloads, ana)
    practice.call(run)
    assert practice.call(downloads.list_downloads, ana) == ()
    with pytest.raises(Refused, match="Full Control"):
        practice.call(downloads.schedule_form, ana)


def test_d5_a_right_comes_and_goes_with_the_group_at_once(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    assert practice.call(downloads.schedule_form, dana)
    change_store(practice, "DELETE FROM user_group_member WHERE user_id = ?", dana.user_id)
    with pytest.raises(Refused):
        practice.call(downloads.schedule_form, dana)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.lists(st.sampled_from(list(Level)), max_size=5))
def test_s1_of_several_groups_the_highest_level_wins(
    practice: Practice, levels: list[Level]
) -> None:
    def run(store: Store) -> Level:
        with store.transaction():
            user = store.value("SELECT user_id FROM user WHERE user_name = 'ana'")
            store.execute("DELETE FROM user_group_member WHERE user_id = ?", (user,))
            for number, level in enumerate(levels):
                group = f"g{number}"
                store.execute("INSERT OR IGNORE INTO user_group (name) VALUES (?)", (group,))
                grant(store, group, Right.DATA_DOWNLOAD, level)
                group_id = store.value(
                    "SELECT user_group_id FROM user_group WHERE name = ?", (group,)
                )
                store.insert("user_group_member", {"user_id": user, "user_group_id": group_id})
        return access.level_of(store, user, Right.DATA_DOWNLOAD)

    assert practice.call(run) == max(levels, default=Level.NONE)


@pytest.mark.parametrize("right", list(Right))
def test_s1_a_right_is_granted_to_nobody_who_was_not_named(
    practice: Practice, right: Right
) -> None:
    """A new right reaches only the groups whose description names it, and Administrators."""
    held = practice.call(
        Store.rows,
        "SELECT g.name, p.level FROM group_permission p JOIN user_group g USING (user_group_id)"
        " WHERE p.permission_code = ? AND p.level > 0 AND g.name <> ?",
        (right.value, KEEPERS),
    )
    named = {g.name: g.levels[right] for g in BUILTIN_GROUPS if g.levels.get(right)}
    assert {row["name"]: row["level"] for row in held} == named
    assert named["Administrators"] is Level.FULL
    assert PERMISSIONS[right].label in Need(right).label


def test_attack_an_actor_who_never_signed_in_can_do_nothing(
    practice: Practice, sign_in: SignIn
) -> None:
    """Vulnerability: an actor is a plain record, and a session is looked at only if it has one.

    Scenario: code hands over a user without a session, or with the session of somebody else.
    Verified: the gate asks for this user's own, open session.
    """
    kim, dana = sign_in("kim"), sign_in("dana")
    forged = (
        replace(kim, session_id=None),
        replace(kim, session_id=dana.session_id),
        replace(kim, session_id=999),
        replace(dana, user_id=kim.user_id),
        replace(dana, user_id=None),
    )
    for actor in forged:
        with pytest.raises(SessionEnded):
            practice.call(downloads.list_downloads, actor)


def test_attack_the_unattended_run_holds_no_right_of_a_user(practice: Practice) -> None:
    runner = unattended("night")
    for use_case in (downloads.list_downloads, downloads.schedule_form, running.bring_forward):
        with pytest.raises(Refused):
            practice.call(use_case, runner)


def test_attack_a_terminal_keeps_working_after_its_session_was_ended(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    change_store(
        practice,
        "UPDATE session SET ended_at = '2026-11-20T17:00:00Z',"
        " ended_because = 'ended_by_administrator' WHERE session_id = ?",
        dana.session_id,
    )
    with pytest.raises(SessionEnded):
        practice.call(home.home, dana)


def test_home_shows_every_place_and_says_which_right_is_missing(
    practice: Practice, sign_in: SignIn
) -> None:
    places = {p.code: p for p in practice.call(home.home, sign_in("ana")).places}
    assert not places["data_download"].allowed
    assert places["data_download"].right == "Utilities - Data Download: View Only"
    assert places["open_archive"].allowed
    mine = {p.code: p.allowed for p in practice.call(home.home, sign_in("kim")).places}
    assert all(mine.values())


def test_user_names_are_unique_without_regard_to_case(practice: Practice) -> None:
    password = hashed("long enough for anybody")

    def run(store: Store) -> None:
        with store.transaction():
            users.add(
                store,
                user_name="DANA",
                full_name="Another Dana",
                password=password,
                groups=["Front Desk"],
            )

    with pytest.raises(Conflict, match="taken"):
        practice.call(run)
    with pytest.raises(Conflict):
        change_store(
            practice,
            "INSERT INTO user (user_name, full_name, created_at)"
            " VALUES ('DaNa', 'x', '2026-01-01T00:00:00Z')",
        )


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"user_name": "  "}, BadInput),
        ({"cell_phone": "555-0142"}, BadInput),
        ({"cell_phone": "+1510555014\n"}, BadInput),
        ({"groups": ["No Such Group"]}, NotFound),
        ({"password": hashed("short")}, BadInput),
    ],
)
def test_a_user_who_cannot_be_entered_leaves_nothing(
    practice: Practice, values: dict[str, object], error: type[Exception]
) -> None:
    password = hashed("long enough for anybody")

    def run(store: Store) -> None:
        with store.transaction():
            users.add(
                store,
                **{
                    "user_name": "lee",
                    "full_name": "Sam Lee",
                    "password": password,
                    "groups": ["Front Desk"],
                    **values,
                },
            )

    with pytest.raises(error):
        practice.call(run)
    assert practice.call(users.by_name, "lee") is None


def test_two_programs_see_each_others_changes_at_once(
    practice: Practice, practice_data, clock
) -> None:
    with Practice.open(practice_data, PGID, clock) as other:
        dana = signed_in(other, "dana")
        assert practice.call(downloads.list_downloads, dana) == ()
