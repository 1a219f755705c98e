"""Who acts, and the one gate through which every change goes.

One rule: right, change and audit event stand in one transaction; a use case cannot skip one of the
three, because `change` checks the first and refuses to commit without the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from store import audit
from store.clock import instant, moment
from store.database import Store
from store.errors import Refused, SessionEnded
from store.rights import Level, Need, Right

Source = Literal["kiosk", "command_line", "runner", "portal"]

SESSION_HOURS = 12
"""A session ends after this long whatever happens (S7)."""
CLOCK_SLACK = timedelta(minutes=5)
"""So far a clock is set right now and then. What began further ahead began under a wrong clock,
and would last until that time has come."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, at a terminal; or the unattended runner, who is nobody."""

    user_id: int | None
    session_id: int | None
    user_name: str
    full_name: str
    role: str
    terminal: str
    source: Source


def unattended(terminal: str) -> Actor:
    """The runner: it holds no right, and needs none to do what users have scheduled."""
    return Actor(None, None, "runner", "Unattended run", "", terminal, "runner")


def check_is_runner(actor: Actor) -> None:
    """Raise Refused for everybody but the unattended run."""
    if actor.source != "runner" or actor.user_id is not None:
        raise Refused("Only the unattended run does this.")


class Change:
    """A change in progress; `record` writes its audit event."""

    def __init__(self, store: Store, actor: Actor, need: Need | None) -> None:
        self._store, self._actor, self._need = store, actor, need
        self.recorded = False

    def record(
        self,
        action: str,
        description: str,
        *,
        patient_id: int | None = None,
        object_: str | None = None,
    ) -> None:
        """Add the audit event of this change."""
        audit.append(
            self._store,
            self._actor,
            action,
            description,
            permission_code=None if self._need is None else self._need.right.value,
            patient_id=patient_id,
            object_=object_,
        )
        self.recorded = True

    def no_event(self) -> None:
        """Commit without an event: nothing was changed that the trail should tell."""
        self.recorded = True


@contextmanager
def change(store: Store, actor: Actor, need: Need | None) -> Iterator[Change]:
    """Open the transaction of one change: session and right checked, audit event demanded.

    Args:
        need: the right it takes; None for what every signed-in user, or the runner, may do.

    Raises:
        SessionEnded: the session is over.
        Refused: the right is missing; the refusal is in the audit trail.
    """
    try:
        with store.transaction():
            check(store, actor, need)
            in_progress = Change(store, actor, need)
            yield in_progress
            if not in_progress.recorded:
                raise RuntimeError("a change without an audit event was rolled back")
    except Refused as refusal:
        _record_refusal(store, actor, need, refusal)
        raise


def check(store: Store, actor: Actor, need: Need | None) -> None:
    """Raise SessionEnded or Refused unless the actor may do what `need` says, now."""
    if actor.session_id is not None or actor.user_id is not None:
        _check_session(store, actor)
    if need is None:
        return
    if actor.user_id is None or level_of(store, actor.user_id, need.right) < need.level:
        raise Refused(
            f"You do not hold the right {need.label}.",
            kept="Nothing was changed.",
            do="An administrator grants it under Setup > Security > Groups.",
        )


def view(store: Store, actor: Actor, need: Need) -> None:
    """Check a right for looking. A refusal is audited, as one for changing is."""
    try:
        check(store, actor, need)
    except Refused as refusal:
        _record_refusal(store, actor, need, refusal)
        raise


def level_of(store: Store, user_id: int, right: Right) -> Level:
    """Return how far a user's right goes now: the highest level any group grants (S1).

    A group taken in an emergency counts for its hour; it never carries Data Download further than
    View Only, nor Backup at all, for no emergency is mended by a copy of the practice.
    """
    standing = standing_level(store, user_id, right)
    if standing is Level.FULL:
        return standing
    return max(standing, _emergency_level(store, user_id, right))


def standing_level(store: Store, user_id: int, right: Right) -> Level:
    """Return how far a right goes by membership alone: what a user may hand on to others (S2)."""
    level = store.value(
        "SELECT max(p.level) FROM group_permission p JOIN user_group_member m USING (user_group_id)"
        " JOIN user u USING (user_id)"
        " WHERE m.user_id = ? AND p.permission_code = ? AND u.is_hidden = 0 AND u.is_disabled = 0",
        (user_id, right.value),
    )
    return Level(level or 0)


RUNNING_EMERGENCY = (
    " FROM emergency_access e JOIN session s ON s.session_id = e.session_id"
    " AND s.user_id = e.user_id AND s.ended_at IS NULL JOIN user u ON u.user_id = e.user_id"
    " AND u.is_hidden = 0 AND u.is_disabled = 0"
    " WHERE e.user_id = ? AND e.given_back_at IS NULL AND e.ends_at > ? AND e.started_at <= ?"
)
"""The emergency that runs for a user (`emergency_parameters`); signing out ends it."""

_IN_AN_EMERGENCY = {Right.DATA_DOWNLOAD: Level.VIEW, Right.BACKUP: Level.NONE}


def emergency_parameters(store: Store, user_id: int | None) -> tuple[object, ...]:
    """Return what RUNNING_EMERGENCY takes."""
    now = store.clock.now()
    return user_id, instant(now), instant(now + CLOCK_SLACK)


def _emergency_level(store: Store, user_id: int, right: Right) -> Level:
    level = store.value(
        "SELECT max(p.level) FROM group_permission p WHERE p.permission_code = ?"
        f" AND p.user_group_id IN (SELECT e.user_group_id{RUNNING_EMERGENCY})",
        (right.value, *emergency_parameters(store, user_id)),
    )
    # Whoever loses the right to take a group loses the group with it, at once.
    if not level or standing_level(store, user_id, Right.EMERGENCY_ACCESS) is not Level.FULL:
        return Level.NONE
    return min(Level(level), _IN_AN_EMERGENCY.get(right, Level.FULL))


def _check_session(store: Store, actor: Actor) -> None:
    row = store.one(
        "SELECT s.user_id, s.started_at, s.ended_at, u.is_hidden OR u.is_disabled AS barred"
        " FROM session s JOIN user u USING (user_id) WHERE s.session_id = ?",
        (actor.session_id,),
    )
    if row is None or row["user_id"] != actor.user_id or row["ended_at"] or row["barred"]:
        raise SessionEnded("Your session has ended.", do="Sign in again.")
    now, began = store.clock.now(), moment(row["started_at"])
    if now < began - CLOCK_SLACK:
        raise SessionEnded("The clock of this computer was set back.", do="Sign in again.")
    if now >= began + timedelta(hours=SESSION_HOURS):
        raise SessionEnded(
            f"Your session has ended after {SESSION_HOURS} hours.", do="Sign in again."
        )


def _record_refusal(store: Store, actor: Actor, need: Need | None, refusal: Refused) -> None:
    with store.transaction():
        audit.append(
            store,
            actor,
            "refused",
            refusal.what,
            permission_code=None if need is None else need.right.value,
        )


def end_sessions(store: Store, user_id: int, because: str, *, but: int | None = None) -> int:
    """End a user's sessions inside the running transaction; return how many.

    A sign-in that waits for its second factor is over with them: its password was another one.

    Args:
        because: a code of the value set `session_end`.
        but: the session that goes on.
    """
    now = instant(store.clock.now())
    store.execute(
        "UPDATE otp_challenge SET used_at = ?"
        " WHERE user_id = ? AND token_hash IS NOT NULL AND used_at IS NULL",
        (now, user_id),
    )
    return store.execute(
        "UPDATE session SET ended_at = ?, ended_because = ?"
        " WHERE user_id = ? AND ended_at IS NULL AND session_id IS NOT ?",
        (now, because, user_id, but),
    )


def start_session(store: Store, actor: Actor) -> Actor:
    """Begin a session inside the running transaction; return the actor who holds it."""
    now = instant(store.clock.now())
    session_id = store.insert(
        "session",
        {
            "user_id": actor.user_id,
            "terminal": actor.terminal,
            "source": actor.source,
            "started_at": now,
            "last_seen_at": now,
        },
    )
    return Actor(
        actor.user_id,
        session_id,
        actor.user_name,
        actor.full_name,
        actor.role,
        actor.terminal,
        actor.source,
    )
