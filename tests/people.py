"""The invented people of the test practice, and what tests do with them again and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from argon2 import PasswordHasher

from store import outbox, users
from store.access import Actor
from store.database import Store
from store.passwords import hash_password, hashed
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import downloads, security_policy, setting_up
from store.use_cases.signing_in import sign_in

PGID = 1000
PRACTICE_NAME = "Maple Grove Dental"
PASSWORDS = {
    "kim": "copper kettle by the window",
    "dana": "seven green lanterns",
    "ana": "morning bus to the coast",
}
KEEPERS = "Data Keepers"
"""The group that grants Utilities - Data Download: Full Control, and nothing else."""

SignIn = Callable[[str], Actor]


def fill(store: Store) -> None:
    """Enter kim (Administrators), dana (Data Keepers), ana (Front Desk) and the spool carrier."""
    setting_up.add_owner(
        store,
        user_name="kim",
        full_name="Kim Adler",
        password=PASSWORDS["kim"],
        cell_phone="+15105550101",
    )
    hidden = {name: hashed(PASSWORDS[name]) for name in ("dana", "ana")}
    with store.transaction():
        keepers = store.insert("user_group", {"name": KEEPERS})
        grant(store, KEEPERS, Right.DATA_DOWNLOAD, Level.FULL)
        assert keepers
        for name, full_name, group, phone in (
            ("dana", "Dana Ruiz", KEEPERS, "+15105550142"),
            ("ana", "Ana Silva", "Front Desk", "+15105550163"),
        ):
            users.add(
                store,
                user_name=name,
                full_name=full_name,
                password=hidden[name],
                groups=[group],
                cell_phone=phone,
            )
        setting_up.register_spool_carrier(store)


def hash_lightly(practice: Practice) -> None:
    """Keep everybody's password under a hash that is as real but takes no time to compare.

    How hard a hash is stands in it. Whatever a test changes is hashed as the product does.
    """
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for name, password in PASSWORDS.items():
        light = hasher.hash(password)
        change_store(practice, "UPDATE user SET password_hash = ? WHERE user_name = ?", light, name)


def hash_fully(practice: Practice, name: str) -> None:
    """Keep somebody's password under a hash of the product's own."""
    full = hash_password(PASSWORDS[name])
    change_store(practice, "UPDATE user SET password_hash = ? WHERE user_name = ?", full, name)


def grant(store: Store, group: str, right: Right, level: Level) -> None:
    """Set a group's right to a level, inside the running transaction."""
    group_id = store.value("SELECT user_group_id FROM user_group WHERE name = ?", (group,))
    key = (group_id, right.value)
    store.execute(
        "DELETE FROM group_permission WHERE user_group_id = ? AND permission_code = ?", key
    )
    store.execute(
        "INSERT INTO group_permission (user_group_id, permission_code, level) VALUES (?, ?, ?)",
        (*key, int(level)),
    )


def change_store(practice: Practice, sql: str, *parameters: object) -> int:
    """Change rows past the use cases, to bring about what a test needs; return how many."""

    def run(store: Store) -> int:
        with store.transaction():
            return store.execute(sql, parameters)

    return practice.call(run)


def signed_in(practice: Practice, user_name: str, terminal: str = "front desk 1") -> Actor:
    """Sign a user in at the kiosk."""
    return practice.call(
        sign_in,
        pgid=practice.pgid,
        user_name=user_name,
        password=PASSWORDS[user_name],
        terminal=terminal,
        source="kiosk",
    )


def save_policy(practice: Practice, actor: Actor, **wanted: object) -> None:
    """Save the security policy with other values of its fields, as the screen does."""
    was = practice.call(security_policy.security_policy, actor)
    changed = replace(was, **wanted)  # type: ignore[arg-type]
    practice.call(security_policy.save_security_policy, actor, was, changed)


def last_code(practice: Practice) -> str:
    """Return the newest code that waits in the outbox, as its receiver reads it."""
    newest = practice.call(outbox.waiting)[-1]
    found = re.search(r"\b\d{6}\b", newest.body)
    assert found is not None, "the newest message holds no code"
    return found.group()


def requested(
    practice: Practice,
    actor: Actor,
    run_on: date | None = None,
    repeat: downloads.Repeat | None = None,
) -> int:
    """Ask for a download and return its number; its code waits in the outbox."""
    form = practice.call(downloads.schedule_form, actor)
    sent = practice.call(
        downloads.request_download,
        actor,
        run_on=run_on or form.default_day,
        password=PASSWORDS[actor.user_name],
        repeat=repeat,
    )
    return sent.download_id


def scheduled(
    practice: Practice,
    actor: Actor,
    run_on: date | None = None,
    repeat: downloads.Repeat | None = None,
) -> int:
    """Ask for a download, answer its code and return its number."""
    number = requested(practice, actor, run_on, repeat)
    practice.call(downloads.confirm_download, actor, number, last_code(practice))
    return number
