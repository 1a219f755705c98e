"""The access review: who holds which right, through which group (REQUIREMENTS S10).

One rule: it tells what the gate would decide now. What is read here is what `store.access` reads:
memberships of users who are neither hidden nor barred, and the level of each group.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.access import Actor, change, view
from store.clock import instant, moment
from store.database import Store
from store.rights import PERMISSIONS, Level, Need, Right
from store.use_cases.audit_trail import ReportHead, day_of, report_head

SEE = Need(Right.ACCESS_REVIEW)
EMERGENCIES_OF = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Member:
    """A user who is not hidden. Whoever `is_disabled` holds nothing until a reset."""

    user_id: int
    user_name: str
    full_name: str
    job_title: str
    is_disabled: bool
    last_sign_in: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewedGroup:
    """A group; `modified_by` is empty where it still is as the product made it."""

    group_id: int
    name: str
    description: str
    is_admin: bool
    modified_at: datetime | None
    modified_by: str
    members: tuple[Member, ...]
    levels: dict[Right, Level]

    @property
    def granted(self) -> tuple[Right, ...]:
        """The rights that the group grants at any level."""
        return tuple(right for right in Right if self.levels.get(right, Level.NONE))


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a right, and each group that grants it with its level."""

    member: Member
    level: Level
    through: tuple[tuple[str, Level], ...]


@dataclass(frozen=True, slots=True)
class ReviewedRight:
    """A right and all who hold it, the furthest first."""

    right: Right
    label: str
    category: str
    allows: str
    is_action: bool
    holders: tuple[Holder, ...]

    def level_words(self, level: Level) -> str:
        """Return a level in words; an action right is granted or not."""
        return "granted" if self.is_action and level else level.label


@dataclass(frozen=True, slots=True)
class Emergency:
    """A group that somebody took for an hour, with the reason.

    `ended_at` is when the rights ended: given back, with the session, or after the hour.
    """

    user: str
    group: str
    reason: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class AccessReview:
    """Everything that the report tells, as it was at `head.made_at`."""

    head: ReportHead
    rights: tuple[ReviewedRight, ...]
    groups: tuple[ReviewedGroup, ...]
    without_rights: tuple[Member, ...]
    emergencies: tuple[Emergency, ...]


def access_review(store: Store, actor: Actor) -> AccessReview:
    """Return the review as of now. Raises Refused."""
    view(store, actor, SEE)
    return _review(store, actor)


def begin_print(store: Store, actor: Actor, form: str) -> AccessReview:
    """Note that the review leaves as `form` (csv, pdf), and return it. Raises Refused."""
    with change(store, actor, SEE) as tx:
        tx.record("access_review.export", f"Exported the access review as {form.upper()}.")
    return _review(store, actor)


def practice_day(store: Store, actor: Actor) -> tuple[int, date]:
    """Return the PGID and the practice's present day, for the name of a report. Raises Refused."""
    view(store, actor, SEE)
    return day_of(store)


def _review(store: Store, actor: Actor) -> AccessReview:
    members = {
        row["user_id"]: _member(row)
        for row in store.rows(
            "SELECT u.user_id, u.user_name, u.full_name, u.job_title, u.is_disabled,"
            " (SELECT max(s.started_at) FROM session s WHERE s.user_id = u.user_id) AS last"
            " FROM user u WHERE u.is_hidden = 0 ORDER BY u.full_name, u.user_id"
        )
    }
    groups = _groups(store, members)
    rights = tuple(_right(right, groups) for right in PERMISSIONS)
    holding = {holder.member.user_id for right in rights for holder in right.holders}
    return AccessReview(
        report_head(store, actor, "who holds which right, and through which group"),
        rights,
        groups,
        tuple(member for user_id, member in members.items() if user_id not in holding),
        _emergencies(store),
    )


def _member(row: sqlite3.Row) -> Member:
    return Member(
        row["user_id"],
        row["user_name"],
        row["full_name"],
        row["job_title"] or "",
        bool(row["is_disabled"]),
        moment(row["last"]) if row["last"] else None,
    )


def _groups(store: Store, members: dict[int, Member]) -> tuple[ReviewedGroup, ...]:
    levels: dict[int, dict[Right, Level]] = {}
    known = {right.value for right in Right}
    for row in store.rows("SELECT user_group_id, permission_code, level FROM group_permission"):
        if row["permission_code"] in known:
            granted = levels.setdefault(row["user_group_id"], {})
            granted[Right(row["permission_code"])] = Level(row["level"])
    belonging: dict[int, list[Member]] = {}
    for row in store.rows("SELECT user_group_id, user_id FROM user_group_member"):
        if row["user_id"] in members:
            belonging.setdefault(row["user_group_id"], []).append(members[row["user_id"]])
    return tuple(
        ReviewedGroup(
            row["user_group_id"],
            row["name"],
            row["description"] or "",
            bool(row["is_admin"]),
            moment(row["modified_at"]) if row["modified_at"] else None,
            row["full_name"] or "",
            tuple(sorted(belonging.get(row["user_group_id"], ()), key=_by_name)),
            levels.get(row["user_group_id"], {}),
        )
        for row in store.rows(
            "SELECT g.*, u.full_name FROM user_group g LEFT JOIN user u ON u.user_id ="
            " g.modified_by ORDER BY g.is_admin DESC, g.name"
        )
    )


def _right(right: Right, groups: tuple[ReviewedGroup, ...]) -> ReviewedRight:
    permission = PERMISSIONS[right]
    through: dict[int, list[tuple[str, Level]]] = {}
    members: dict[int, Member] = {}
    for group in groups:
        level = group.levels.get(right, Level.NONE)
        for member in group.members if level else ():
            if not member.is_disabled:
                members[member.user_id] = member
                through.setdefault(member.user_id, []).append((group.name, level))
    holders = [
        Holder(
            members[user_id],
            max(level for _, level in ways),
            tuple(sorted(ways, key=lambda way: (-way[1], way[0]))),
        )
        for user_id, ways in through.items()
    ]
    holders.sort(key=lambda holder: (-holder.level, _by_name(holder.member)))
    return ReviewedRight(
        right,
        f"{permission.category} - {permission.label}",
        permission.category,
        permission.allows,
        permission.kind == "action",
        tuple(holders),
    )


def _emergencies(store: Store) -> tuple[Emergency, ...]:
    since = instant(store.clock.now() - EMERGENCIES_OF)
    return tuple(
        Emergency(
            row["full_name"],
            row["name"],
            row["reason"],
            moment(row["started_at"]),
            moment(row["ended_at"]),
        )
        for row in store.rows(
            "SELECT u.full_name, g.name, e.reason, e.started_at, min(e.ends_at,"
            " coalesce(e.given_back_at, e.ends_at), coalesce(s.ended_at, e.ends_at)) AS ended_at"
            " FROM emergency_access e JOIN user u USING (user_id)"
            " JOIN user_group g USING (user_group_id)"
            " LEFT JOIN session s ON s.session_id = e.session_id AND s.user_id = e.user_id"
            " WHERE e.started_at >= ? ORDER BY e.started_at DESC",
            (since,),
        )
    )


def _by_name(member: Member) -> tuple[str, int]:
    return member.full_name.casefold(), member.user_id
