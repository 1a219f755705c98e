"""Whom the rules find now (REQUIREMENTS P11).

One rule: finding changes nothing; whoever is found is looked at again in the transaction that
invites, so that two runs at once invite nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import invite_rules
from store.clock import date_in_zone, instant
from store.database import Store
from store.errors import Conflict
from store.invitation_candidates import (
    MAY_BE_INVITED,
    NEVER_SIGNED_IN,
    PATIENTS,
    gap_end,
    gap_start,
    invited_since,
)
from store.invitation_letters import zone_of
from store.invitations import Occasion
from store.invite_rules import InviteRule

CATCH_UP = timedelta(days=3)
"""How long after its time a visit still invites: a machine that was off catches up, and a rule that
is turned on does not write to everybody who ever came."""
_LONGEST_VISIT = timedelta(days=1)
_END = (
    "coalesce(a.dismissed_at, strftime('%Y-%m-%dT%H:%M:%SZ', a.starts_at,"
    " '+' || (5 * coalesce(length(a.pattern), 0)) || ' minutes'))"
)
# The plus keeps SQLite to the index of one patient's visits; it takes that of all visits otherwise.
_CAME = "SELECT 1 FROM appointment k WHERE k.patient_id = p.patient_id AND +k.status = 'complete'"


@dataclass(frozen=True, slots=True)
class Due:
    """A patient whom a rule invites now."""

    patient_id: int
    occasion: Occasion


def due(store: Store) -> Iterator[Due]:
    """Return whom the rules that are on find now, each patient once, rules in their order."""
    seen: set[int] = set()
    for rule in invite_rules.listed(store, enabled=True):
        if rule.mode == "by_hand":
            continue
        for found in _found_by(store, rule):
            if found.patient_id not in seen:
                seen.add(found.patient_id)
                yield found


def since(now: datetime, rule: InviteRule) -> str:
    """Return the instant after which any invitation bars this rule: a day at the least, so that
    rules without a gap still give a patient one set of credentials."""
    return gap_start(now, max(rule.not_within_days, 1))


def check_still_due(store: Store, found: Due, printed_at: str | None, since: str) -> None:
    """Look again, inside the transaction that invites, at what `due` asked.

    A run takes its time: whoever turns a rule off, or prints a sheet meanwhile, counts on it.
    Raises Conflict; NotFound for a rule that was deleted.
    """
    rule = found.occasion.rule
    if invite_rules.by_id(store, rule.rule_id) != rule:
        raise Conflict("The rule was changed meanwhile.", kept="The next run goes by the new one.")
    if since < (printed_at or "") <= gap_end(store.clock.now()):
        raise Conflict("A sheet was printed meanwhile.", kept="What stands on it is good.")


def _found_by(store: Store, rule: InviteRule) -> list[Due]:
    now = store.clock.now()
    offset = timedelta(minutes=rule.offset_minutes)
    extra, where, key = _QUESTIONS[rule.mode]
    visit = "a.appointment_id" if "appointment a" in extra else "NULL"
    office = "coalesce(a.office_id, p.office_id)" if visit != "NULL" else "p.office_id"
    rows = store.rows(
        f"SELECT p.patient_id, {visit} AS visit, {office} AS office,"
        f" 'rule:{rule.rule_id}:' || {key} AS occasion{PATIENTS}{extra}"
        f" WHERE {NEVER_SIGNED_IN} AND {MAY_BE_INVITED} AND {where}"
        f" AND {invited_since(':gap')} IS NULL"
        # A sheet that was handed out lately would be worth nothing after an invitation.
        " AND (coalesce(c.printed_at, '') <= :gap OR c.printed_at > :latest)"
        f" AND (:office IS NULL OR {office} = :office)"
        " AND NOT EXISTS (SELECT 1 FROM portal_invite o WHERE o.occasion ="
        f" 'rule:{rule.rule_id}:' || {key}) ORDER BY p.patient_id",
        {
            "now": instant(now),
            "today": date_in_zone(now, zone_of(store)).isoformat(),
            "ahead": instant(now + offset),
            "behind": instant(now - offset),
            "behind_day": date_in_zone(now - offset, zone_of(store)).isoformat(),
            "earliest": instant(now - offset - CATCH_UP),
            "earliest_start": instant(now - offset - CATCH_UP - _LONGEST_VISIT),
            "gap": since(now, rule),
            "latest": gap_end(now),
            "office": rule.office_id,
        },
    )
    return [
        Due(row["patient_id"], Occasion(row["occasion"], rule, row["visit"], row["office"]))
        for row in rows
    ]


_QUESTIONS = {
    "until_first_visit": (
        " JOIN appointment a ON a.appointment_id = (SELECT n.appointment_id FROM appointment n"
        " WHERE n.patient_id = p.patient_id AND +n.status = 'scheduled' AND +n.starts_at > :now"
        " ORDER BY n.starts_at LIMIT 1)",
        f"NOT EXISTS ({_CAME}) AND (p.date_first_visit IS NULL OR p.date_first_visit >= :today)",
        "'first_visit:' || p.patient_id",
    ),
    "before_appointment": (
        " JOIN appointment a ON a.patient_id = p.patient_id",
        "a.status = 'scheduled' AND a.starts_at > :now AND a.starts_at <= :ahead",
        "'visit:' || a.appointment_id",
    ),
    "after_appointment": (
        " JOIN appointment a ON a.patient_id = p.patient_id",
        "a.status = 'complete' AND a.starts_at > :earliest_start AND a.starts_at <= :behind"
        f" AND {_END} <= :behind AND {_END} > :earliest",
        "'visit:' || a.appointment_id",
    ),
    "no_recent_visit": (
        "",
        f"(EXISTS ({_CAME}) OR p.date_first_visit < :behind_day)"
        f" AND NOT EXISTS ({_CAME} AND +k.starts_at > :behind)",
        "'absent:' || p.patient_id || ':' || coalesce((SELECT max(k.appointment_id)"
        " FROM appointment k WHERE k.patient_id = p.patient_id AND +k.status = 'complete'), 0)",
    ),
}
"""For each mode: what is joined, the condition, and the occasion. A visit that is still to come, or
came to nothing, invites nobody afterwards; somebody who never came was not away."""
