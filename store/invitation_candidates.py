"""Who can be invited to the portal: conditions in SQL for lists, and why not in words.

One rule: only patients of the practice who have never signed in and meet P1 (REQUIREMENTS P11).
The conditions and the words are two forms of the same rule; a test holds them against each other.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from store import invite_rules
from store.access import CLOCK_SLACK
from store.clock import instant, moment
from store.database import Store
from store.portal_credentials import COMPLETE_SQL, missing_of

PATIENTS = " FROM patient p LEFT JOIN portal_credential c ON c.patient_id = p.patient_id"
NEVER_SIGNED_IN = "p.status = 'patient' AND c.last_login_at IS NULL"
MAY_BE_INVITED = f"{COMPLETE_SQL} AND c.removed_at IS NULL AND p.email_ok = 1"
"""Access that was taken away is not given back by an invitation."""
BY_NAME = (
    "coalesce(p.last_name, '') COLLATE NOCASE, coalesce(p.first_name, '') COLLATE NOCASE,"
    " p.patient_id"
)
AFTER = (
    f"({BY_NAME}) > (SELECT coalesce(last_name, ''), coalesce(first_name, ''), patient_id"
    " FROM patient WHERE patient_id = :after) AND coalesce(p.last_name, '') COLLATE NOCASE"
    " >= (SELECT coalesce(last_name, '') FROM patient WHERE patient_id = :after)"
)
"""The page goes on after the patient `:after`, which is in the table whatever became of it.

SQLite finds the place in the index by the last name alone, and by nothing that stands in brackets.
"""
_ROW = (
    "p.patient_id, p.first_name, p.last_name, p.address, p.city, p.state, p.birthdate, p.email,"
    " p.home_phone, p.work_phone, p.wireless_phone, p.status, p.email_ok, p.office_id,"
    " c.patient_id IS NOT NULL AS has_access, c.removed_at, c.last_login_at, c.printed_at"
)


def invited_since(since: str) -> str:
    """Return when a patient was last invited after an instant, or is being invited now, as SQL.

    What failed does not count: it never reached the patient; nor what a clock that ran ahead dated
    later than `:latest`. `since` is SQL as well.
    """
    return (
        "(SELECT max(i.created_at) FROM portal_invite i WHERE i.patient_id = p.patient_id"
        f" AND (i.status = 'send_not_attempted' OR i.status <> 'send_failed'"
        f" AND i.created_at > {since} AND i.created_at <= :latest))"
    )


def gap_by_hand(store: Store) -> tuple[str, dict[str, Any]]:
    """Return, as SQL with parameters, since when an invitation bars another one by hand."""
    now = store.clock.now()
    rules = [r for r in invite_rules.listed(store) if r.mode == "by_hand"]
    everywhere = next((r for r in rules if r.office_id is None), invite_rules.new_rule("by_hand"))
    given: dict[str, Any] = {
        "since": gap_start(now, everywhere.not_within_days),
        "latest": gap_end(now),
    }
    cases = ""
    for number, rule in enumerate(r for r in rules if r.office_id is not None):
        cases += f" WHEN p.office_id = :office{number} THEN :since{number}"
        given[f"office{number}"] = rule.office_id
        given[f"since{number}"] = gap_start(now, rule.not_within_days)
    return (f"CASE{cases} ELSE :since END" if cases else ":since"), given


def gap_start(now: datetime, days: int) -> str:
    """Return the instant after which an invitation bars another one."""
    return instant(now - timedelta(days=days))


def gap_end(now: datetime) -> str:
    """Return the instant after which nothing can have happened yet."""
    return instant(now + CLOCK_SLACK)


def page(
    store: Store, *, qualifies: bool, after: int | None, limit: int
) -> tuple[list[sqlite3.Row], int | None]:
    """Return patients who have never signed in, by name, and what goes on after them."""
    since, given = gap_by_hand(store)
    lately = invited_since(since)
    fits = f"({MAY_BE_INVITED} AND {lately} IS NULL)"
    rows = store.rows(
        f"SELECT {_ROW}, {lately} AS invited_at{PATIENTS} WHERE {NEVER_SIGNED_IN}"
        f" AND {'' if qualifies else 'NOT '}{fits} {'' if after is None else f'AND {AFTER}'}"
        f" ORDER BY {BY_NAME} LIMIT :limit",
        {**given, "after": after, "limit": limit + 1},
    )
    kept = rows[:limit]
    return kept, kept[-1]["patient_id"] if len(rows) > limit else None


def counts(store: Store) -> tuple[int, int]:
    """Return how many patients who have never signed in can be invited by hand, and cannot."""
    since, given = gap_by_hand(store)
    row = store.one(
        f"SELECT count(*) AS everybody, total({MAY_BE_INVITED} AND {invited_since(since)} IS NULL)"
        f" AS qualify{PATIENTS} WHERE {NEVER_SIGNED_IN}",
        given,
    )
    assert row is not None
    return int(row["qualify"]), row["everybody"] - int(row["qualify"])


def one(store: Store, patient_id: int, since: str) -> sqlite3.Row | None:
    """Return what `why_not` looks at, of one patient; `since` is an instant."""
    return store.one(
        f"SELECT {_ROW}, {invited_since(':since')} AS invited_at{PATIENTS}"
        " WHERE p.patient_id = :patient",
        {"patient": patient_id, "since": since, "latest": gap_end(store.clock.now())},
    )


def why_not(row: sqlite3.Row, zone: str, *, agreed: bool = False) -> str:
    """Return all that speaks against inviting a patient, a sentence each; empty if nothing does.

    Args:
        zone: of the practice, for dates.
        agreed: the patient asks for it here and now, whatever was noted about e-mail.
    """
    against = []
    if row["status"] != "patient":
        against.append(f"The patient's status is {row['status'].replace('_', ' ')}.")
    if row["last_login_at"] is not None:
        against.append("The patient has signed in before.")
    if row["removed_at"] is not None:
        against.append("Online access was removed; provide it again first.")
    against += [missing.sentence for missing in missing_of(row)]
    if not row["email_ok"] and not agreed:
        against.append("The patient has not agreed to e-mail.")
    if row["invited_at"] is not None:
        day = moment(row["invited_at"]).astimezone(ZoneInfo(zone))
        against.append(f"Was invited on {day.day} {day:%B %Y}.")
    return " ".join(against)


def full_name(row: sqlite3.Row) -> str:
    """Return a patient's name as lists show it: last name first."""
    return ", ".join(name for name in (row["last_name"], row["first_name"]) if name)
