"""Whatever administrators do, in any order: S2 holds.

A machine of random steps by random users; after each, the store itself is asked.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from store import passwords
from store.access import Actor, start_session
from store.database import Store
from store.errors import ChairsideError
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import emergency, groups, users
from store.use_cases.users import UserForm
from tests import people
from tests.clocks import FixedClock

RIGHTS = (Right.SECURITY, Right.DATA_DOWNLOAD, Right.EMERGENCY_ACCESS, Right.SSN)
LEVELS = st.sampled_from([Level.NONE, Level.FULL])
PICK = st.integers(0, 5)
WHO = st.sampled_from([0, 3, 3, 3, 4, 2])
"""Mostly the administrator and the one who may change everything and holds nothing."""


def _add_keeper_of_keys(store: Store) -> None:
    """Enter lee, who holds Setup - Security: Full Control and nothing else."""
    with store.transaction():
        group = store.insert("user_group", {"name": "Keys"})
        people.grant(store, "Keys", Right.SECURITY, Level.FULL)
        user = store.insert(
            "user",
            {
                "user_name": "lee",
                "full_name": "Lee",
                "password_hash": "of no password",
                "created_at": "2026-11-20T17:00:00Z",
            },
        )
        store.insert("user_group_member", {"user_id": user, "user_group_id": group})


class Administration(RuleBasedStateMachine):
    """Users, groups and rights, changed by whoever is signed in."""

    template: Path
    folders: Path

    @initialize()
    def open_practice(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.folders))
        shutil.copytree(self.template, self.folder / "data")
        self.practice = Practice.open(self.folder / "data", people.PGID, FixedClock())
        self.practice.call(_add_keeper_of_keys)
        self.before: dict[int, dict[Right, int]] = {}
        self.actor_id = 0

    def teardown(self) -> None:
        if hasattr(self, "practice"):
            self.practice.close()
            shutil.rmtree(self.folder)

    def _ids(self, table: str) -> list[int]:
        rows = self.practice.call(Store.rows, f"SELECT {table}_id FROM {table} ORDER BY 1")
        return [row[0] for row in rows]

    def _user(self, pick: int) -> int:
        ids = self._ids("user")
        return ids[pick % len(ids)]

    def _group(self, pick: int) -> int:
        ids = self._ids("user_group")
        return ids[(0, 1, 6, 11, 12, len(ids) - 1)[pick] % len(ids)]

    def _actor(self, pick: int) -> Actor:
        """A session of one of the users, begun without the cost of a password."""
        self.actor_id = self._user(pick)

        def begin(store: Store) -> Actor:
            with store.transaction():
                return start_session(
                    store, Actor(self.actor_id, None, "u", "U", "", "desk", "kiosk")
                )

        return self.practice.call(begin)

    def _do(self, use_case, who: int, *arguments: object) -> object:  # type: ignore[no-untyped-def]
        """Do it, or be told in a sentence why not; note who may grant what before."""
        actor = self._actor(who)
        self.before = self._held()
        self.total = self._granted()
        try:
            return self.practice.call(use_case, actor, *arguments)
        except ChairsideError:
            return None

    def _held(self) -> dict[int, dict[Right, int]]:
        """Return by user what the groups of visible users grant, straight from the tables."""
        rows = self.practice.call(
            Store.rows,
            "SELECT m.user_id, p.permission_code AS code, max(p.level) AS level"
            " FROM user_group_member m JOIN group_permission p USING (user_group_id)"
            " JOIN user u USING (user_id) WHERE u.is_hidden = 0 AND u.is_disabled = 0"
            " GROUP BY m.user_id, p.permission_code",
        )
        held: dict[int, dict[Right, int]] = {}
        for row in rows:
            held.setdefault(row["user_id"], {})[Right(row["code"])] = row["level"]
        return held

    def _granted(self) -> set[str]:
        rows = self.practice.call(
            Store.rows, "SELECT DISTINCT permission_code FROM group_permission WHERE level > 0"
        )
        return {row[0] for row in rows}

    @rule(who=WHO, group=PICK, right=st.sampled_from(RIGHTS), level=LEVELS)
    def save_rights(self, who: int, group: int, right: Right, level: Level) -> None:
        number = self._group(group)
        row = self.practice.call(
            Store.value, "SELECT version FROM user_group WHERE user_group_id = ?", (number,)
        )
        self._do(groups.save_group_rights, who, number, {right: level}, row)

    @rule(who=WHO, whom=PICK, chosen=st.lists(PICK, max_size=2))
    def move(self, who: int, whom: int, chosen: list[int]) -> None:
        number = self._user(whom)
        version = self.practice.call(
            Store.value, "SELECT version FROM user WHERE user_id = ?", (number,)
        )
        wanted = tuple(self._group(pick) for pick in chosen)
        self._do(users.set_membership, who, number, wanted, version)

    @rule(who=WHO, whom=PICK)
    def hide(self, who: int, whom: int) -> None:
        self._do(users.hide_user, who, self._user(whom))

    @rule(who=WHO, whom=PICK)
    def unhide(self, who: int, whom: int) -> None:
        self._do(users.unhide_user, who, self._user(whom))

    @rule(who=WHO, whom=PICK)
    def reset(self, who: int, whom: int) -> None:
        self._do(users.reset_password, who, self._user(whom))

    @rule(who=WHO, group=PICK)
    def delete(self, who: int, group: int) -> None:
        self._do(groups.delete_group, who, self._group(group))

    @rule(who=WHO, group=PICK, name=st.sampled_from(["Alpha", "Beta"]))
    def copy(self, who: int, group: int, name: str) -> None:
        self._do(groups.copy_group, who, self._group(group), name)

    @rule(who=WHO, group=PICK, name=st.sampled_from(["noor", "remy"]))
    def enter(self, who: int, group: int, name: str) -> None:
        form = UserForm(name, name, (self._group(group),))
        self._do(users.new_user, who, form)

    @rule(who=WHO, group=PICK)
    def take(self, who: int, group: int) -> None:
        self._do(
            emergency.take_emergency_access, who, self._group(group), "a reason of some length"
        )

    @invariant()
    def somebody_administers(self) -> None:
        """S2: a visible user holds Setup - Security: Full Control, and can sign in."""
        if not hasattr(self, "practice"):
            return
        able = self.practice.call(
            Store.value,
            "SELECT count(*) FROM user u WHERE u.is_hidden = 0 AND u.is_disabled = 0"
            " AND u.one_time_password_expires_at IS NULL AND EXISTS (SELECT 1"
            " FROM user_group_member m JOIN group_permission p USING (user_group_id)"
            " WHERE m.user_id = u.user_id AND p.permission_code = 'setup.security'"
            " AND p.level = 2)",
        )
        assert able >= 1

    @invariant()
    def nobody_granted_what_they_lack(self) -> None:
        """S2: what a user gained by a step, the one who took the step held before it.

        The one exception is a right that no group held: administrators bring that back.
        """
        if not self.before:
            return
        mine = self.before.get(self.actor_id, {})
        for user, levels in self._held().items():
            for right, level in levels.items():
                gained = level > self.before.get(user, {}).get(right, 0)
                assert not gained or mine.get(right, 0) >= level or right.value not in self.total

    @invariant()
    def every_user_is_in_a_group_and_still_there(self) -> None:
        """S1, S2: users are hidden, never deleted, and never without a group."""
        if not hasattr(self, "practice"):
            return
        lost = self.practice.call(
            Store.value,
            "SELECT count(*) FROM user WHERE user_id NOT IN"
            " (SELECT user_id FROM user_group_member)",
        )
        assert lost == 0
        assert len(self._ids("user")) >= 3


def test_s2_holds_whatever_administrators_do(
    practice_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash of a one-time password is looked at nowhere here, so that it may be cheap."""
    cheap = passwords.hashed("a password for all of them")
    monkeypatch.setattr("store.one_time_passwords.hashed", lambda _password: cheap)
    Administration.template, Administration.folders = practice_template, tmp_path
    run_state_machine_as_test(
        Administration,
        settings=settings(
            max_examples=50,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
