"""The rules by which patients are invited: their defaults, checks and all SQL about them (P11).

One rule: a rule that has invited somebody stays, so that each invitation can be explained.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from store import invite_templates
from store.clock import instant
from store.database import Store
from store.errors import BadInput, Conflict, NotFound

MODES = (
    "until_first_visit",
    "before_appointment",
    "after_appointment",
    "no_recent_visit",
    "by_hand",
)
MINUTES_OF = {"hour": 60, "day": 1_440}
_DEFAULT_MINUTES = {
    "before_appointment": 7 * MINUTES_OF["day"],
    "after_appointment": MINUTES_OF["hour"],
    "no_recent_visit": 30 * MINUTES_OF["day"],
}
"""P11. The other modes have no time of their own."""
_LONGEST_MINUTES = 3_650 * MINUTES_OF["day"]
DEFAULT_GAP_DAYS = 30
_LONGEST_GAP_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class InviteRule:
    """When patients are invited; `rule_id` 0 is one that is not saved yet.

    `offset_minutes` is the time before or after the visit, or without one (`no_recent_visit`); it
    is 0 for `until_first_visit` and `by_hand`. `not_within_days` is the least time since any
    invitation of the patient, by whichever rule. `office_id` None holds for every office.
    """

    rule_id: int
    mode: str
    offset_minutes: int
    not_within_days: int
    subject: str
    body: str
    office_id: int | None
    is_enabled: bool
    version: int


class RuleChanged(Conflict):
    """Somebody else saved or deleted the rule meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else saved this rule meanwhile.",
            kept="What you entered was not saved.",
            do="Open the rule again and look at it as it is now.",
        )


class BadRule(BadInput):
    """A rule that cannot be used; `field` names what has to be entered anew."""

    def __init__(self, field: str, what: str, do: str = "") -> None:
        super().__init__(what, kept="Nothing was saved.", do=do)
        self.field = field


def new_rule(mode: str) -> InviteRule:
    """Return a rule as it is offered first. Only inviting by hand is on: somebody has to do it.

    Raises BadRule for an unknown mode.
    """
    _check_mode(mode)
    return InviteRule(
        0,
        mode,
        _DEFAULT_MINUTES.get(mode, 0),
        DEFAULT_GAP_DAYS,
        invite_templates.DEFAULT_SUBJECT,
        invite_templates.DEFAULT_BODIES[mode],
        None,
        mode == "by_hand",
        0,
    )


def listed(store: Store, *, enabled: bool = False) -> tuple[InviteRule, ...]:
    """Return every rule, or those that are on, by mode and number."""
    found = [
        _rule(row)
        for row in store.rows("SELECT * FROM portal_invite_rule ORDER BY portal_invite_rule_id")
        if row["is_enabled"] or not enabled
    ]
    return tuple(sorted(found, key=lambda rule: (MODES.index(rule.mode), rule.rule_id)))


def by_hand(store: Store, office_id: int | None) -> InviteRule:
    """Return what inviting by hand goes by: the office's rule, else every office's, else the
    default."""
    row = store.one(
        "SELECT * FROM portal_invite_rule WHERE mode = 'by_hand'"
        " AND (office_id IS NULL OR office_id = ?) ORDER BY office_id IS NULL LIMIT 1",
        (office_id,),
    )
    return new_rule("by_hand") if row is None else _rule(row)


def checked(store: Store, rule: InviteRule) -> InviteRule:
    """Return a rule as it is kept. Raises BadRule, BadTemplate, NotFound, Conflict."""
    _check_mode(rule.mode)
    has_time = rule.mode in _DEFAULT_MINUTES
    if has_time and not 0 <= rule.offset_minutes <= _LONGEST_MINUTES:
        raise BadRule("offset_minutes", "The time is from 0 minutes to ten years.")
    if not 0 <= rule.not_within_days <= _LONGEST_GAP_DAYS:
        raise BadRule(
            "not_within_days", f"The gap between invitations is 0 to {_LONGEST_GAP_DAYS:,} days."
        )
    office = "SELECT 1 FROM office WHERE office_id = ?"
    if rule.office_id is not None and store.one(office, (rule.office_id,)) is None:
        raise NotFound("There is no such office.")
    subject, body = invite_templates.checked(rule.subject, rule.body)
    return InviteRule(
        rule.rule_id,
        rule.mode,
        rule.offset_minutes if has_time else 0,
        rule.not_within_days,
        subject,
        body,
        rule.office_id,
        rule.is_enabled,
        rule.version,
    )


def save(store: Store, rule: InviteRule, user_id: int | None) -> InviteRule:
    """Save a rule that was checked, inside the running transaction; return it as it is now.

    Raises RuleChanged, NotFound; Conflict for a second rule for inviting by hand in one office.
    """
    _check_one_by_hand(store, rule)
    now = instant(store.clock.now())
    values: dict[str, object] = {
        "mode": rule.mode,
        "offset_minutes": rule.offset_minutes,
        "not_within_days": rule.not_within_days,
        "subject": rule.subject,
        "body": rule.body,
        "office_id": rule.office_id,
        "is_enabled": int(rule.is_enabled),
        "edited_at": now,
        "edited_by": user_id,
    }
    if rule.rule_id == 0:
        entered = {"created_at": now, "created_by": user_id}
        return by_id(store, store.insert("portal_invite_rule", {**values, **entered}))
    check_version(store, rule.rule_id, rule.version)
    assignments = ", ".join(f"{name} = ?" for name in values)
    store.execute(
        f"UPDATE portal_invite_rule SET {assignments}, version = version + 1"
        " WHERE portal_invite_rule_id = ?",
        (*values.values(), rule.rule_id),
    )
    return by_id(store, rule.rule_id)


def delete(store: Store, rule_id: int) -> None:
    """Delete a rule inside the running transaction. Raises Conflict if it has invited somebody."""
    used = "SELECT 1 FROM portal_invite WHERE portal_invite_rule_id = ? LIMIT 1"
    if store.one(used, (rule_id,)):
        raise Conflict(
            "Patients were invited by this rule, so it stays with their invitations.",
            kept="The rule was not deleted.",
            do="Turn it off instead.",
        )
    store.execute("DELETE FROM portal_invite_rule WHERE portal_invite_rule_id = ?", (rule_id,))


def by_id(store: Store, rule_id: int) -> InviteRule:
    """Return a rule. Raises NotFound."""
    row = store.one("SELECT * FROM portal_invite_rule WHERE portal_invite_rule_id = ?", (rule_id,))
    if row is None:
        raise NotFound("There is no such rule.")
    return _rule(row)


def check_version(store: Store, rule_id: int, version: int) -> None:
    """Raise RuleChanged unless the rule is the one that was looked at; NotFound without it."""
    if by_id(store, rule_id).version != version:
        raise RuleChanged


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise BadRule("mode", "There is no such time to invite.", "Choose one of the list.")


def _check_one_by_hand(store: Store, rule: InviteRule) -> None:
    other = store.one(
        "SELECT 1 FROM portal_invite_rule WHERE mode = 'by_hand' AND office_id IS ?"
        " AND portal_invite_rule_id <> ?",
        (rule.office_id, rule.rule_id),
    )
    if rule.mode == "by_hand" and other is not None:
        raise Conflict(
            "There is a rule for inviting by hand already.",
            kept="Nothing was saved.",
            do="Change that one, or choose another office.",
        )


def _rule(row: sqlite3.Row) -> InviteRule:
    return InviteRule(
        row["portal_invite_rule_id"],
        row["mode"],
        row["offset_minutes"],
        row["not_within_days"],
        row["subject"],
        row["body"],
        row["office_id"],
        bool(row["is_enabled"]),
        row["version"],
    )
