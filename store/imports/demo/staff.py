"""Users, their groups and the registration of text messaging in the demo practice.

One rule: rows are written inside the running transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from store import users
from store.clock import instant
from store.database import Store
from store.imports.demo.people import DATA_STEWARDS, DEMO_USERS
from store.passwords import Hashed, hashed
from store.rights import PERMISSIONS, Level, Right
from store.use_cases.setting_up import register_spool_carrier

PORTAL_URL = "https://portal.maplegrove.example"


def passwords_of_staff() -> dict[str, Hashed]:
    """Return the passwords of the demo's users by user name."""
    return {user.user_name: hashed(user.password) for user in DEMO_USERS}


def add_staff(store: Store, passwords: Mapping[str, Hashed]) -> dict[str, int]:
    """Add the group and users of the demo, register the spool carrier (D6).

    Returns the number of each user by user name.
    """
    _add_stewards(store)
    numbers = {
        user.user_name: users.add(
            store,
            user_name=user.user_name,
            full_name=user.full_name,
            password=passwords[user.user_name],
            groups=user.groups,
            job_title=user.job_title,
            cell_phone=user.cell_phone,
        )
        for user in DEMO_USERS
    }
    register_spool_carrier(store)
    store.execute("UPDATE practice_group SET portal_url = ?", (PORTAL_URL,))
    return numbers


def _add_stewards(store: Store) -> None:
    group_id = store.insert(
        "user_group",
        {
            "name": DATA_STEWARDS,
            "description": "Schedules and retrieves downloads of the whole practice.",
            "modified_at": instant(store.clock.now()),
        },
    )
    for right in PERMISSIONS:
        level = Level.FULL if right is Right.DATA_DOWNLOAD else Level.NONE
        store.insert(
            "group_permission",
            {
                "user_group_id": group_id,
                "permission_code": right.value,
                "level": int(level),
            },
        )
