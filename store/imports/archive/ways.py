"""What becomes of each table of an archive.

One rule: an archive is as trustworthy as everybody who knows its password. What decides who may do
what stays out unless an administrator asks for it, and the audit trail takes no event that this
practice has not seen itself.

A table that is not named here comes in whole.
"""

from __future__ import annotations

from store.schema.columns import Table
from store.schema.tables import exported_tables, table_named
from store.sign_in_attempts import UNKNOWN_NAMES
from store.sign_in_factor import SETTING as SECOND_FACTOR
from store.use_cases.signing_in import DEMO_SETTING

PRACTICE = "practice_group"
PEOPLE = "user"

GROUPS = ("user_group", "user_group_member", "group_permission")
SETTINGS = "preference"
RIGHTS = (*GROUPS, SETTINGS, "emergency_access")
"""Who may do what, and the settings that guard it, in the order in which they come in."""

LISTS = ("permission", "value_set")
"""The program's own lists: looked at, never taken."""

TRAIL = "audit_log"

_RIGHTS_STAY = "Rights and settings stay as they are here; --with-rights takes them too."
_NEVER = {
    TRAIL: "A trail holds only what this practice has seen itself: keep the archive.",
    **dict.fromkeys(LISTS, "The program's own list."),
}

SETTINGS_LEFT = (DEMO_SETTING, UNKNOWN_NAMES, SECOND_FACTOR)
"""Settings that never come in: one shows codes on the screen, one counts tries made here, and one
could lock out whoever reads the archive in and has no second factor yet."""


def order_of(*, with_rights: bool) -> tuple[Table, ...]:
    """Return the tables that come in, people first."""
    left = {PRACTICE, PEOPLE, *RIGHTS, *_NEVER}
    first = (PRACTICE, PEOPLE, *(RIGHTS if with_rights else ()))
    whole = tuple(table for table in exported_tables() if table.name not in left)
    return (*(table_named(name) for name in first), *whole)


def why_left(table: str, *, with_rights: bool) -> str:
    """Return why a table does not come in; empty for one that does."""
    if table in RIGHTS and not with_rights:
        return _RIGHTS_STAY
    return _NEVER.get(table, "")


def must_be_empty() -> tuple[str, ...]:
    """Return the tables that hold nothing in a new practice."""
    left = {PRACTICE, PEOPLE, SETTINGS, *GROUPS, *_NEVER}
    return tuple(table.name for table in exported_tables() if table.name not in left)
