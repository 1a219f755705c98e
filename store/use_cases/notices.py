"""Notices for one user on the home screen: shown until they are put away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.access import Actor, change, check
from store.clock import instant, moment
from store.database import Store
from store.errors import NotFound


@dataclass(frozen=True, slots=True)
class UserNotice:
    """A sentence for this user, and since when it waits."""

    user_notice_id: int
    text: str
    at: datetime


def my_notices(store: Store, actor: Actor) -> tuple[UserNotice, ...]:
    """Return what waits for this user, the newest first. Raises SessionEnded."""
    check(store, actor, None)
    found = store.rows(
        "SELECT * FROM user_notice WHERE user_id = ? AND seen_at IS NULL"
        " ORDER BY user_notice_id DESC",
        (actor.user_id,),
    )
    return tuple(UserNotice(r["user_notice_id"], r["text"], moment(r["at"])) for r in found)


def put_away(store: Store, actor: Actor, user_notice_id: int) -> None:
    """Put one of one's own notices away. Raises NotFound, SessionEnded."""
    with change(store, actor, None) as tx:
        seen = store.execute(
            "UPDATE user_notice SET seen_at = ?"
            " WHERE user_notice_id = ? AND user_id = ? AND seen_at IS NULL",
            (instant(store.clock.now()), user_notice_id, actor.user_id),
        )
        if not seen:
            raise NotFound("There is no such notice for you.")
        tx.record("notice.seen", "Put a notice away.", object_=f"user_notice:{user_notice_id}")
