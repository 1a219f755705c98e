"""The audit trail for people: every filter, pages without gaps, what is noted (S9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import audit, audit_pages
from store.access import Actor
from store.audit_check import TrailBroken
from store.database import Store
from store.errors import BadInput, Refused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import audit_trail
from store.use_cases.audit_trail import EVERYTHING, NOBODY, AuditEvent, AuditFilter
from tests import people
from tests.clocks import FixedClock
from tests.store.test_audit import past_the_triggers

SignIn = Callable[[str], Actor]


def write(practice: Practice, actor: Actor, action: str, text: str, **more: Any) -> None:
    def run(store: Store) -> None:
        with store.transaction():
            audit.append(store, actor, action, text, **more)

    practice.call(run)


def seen(practice: Practice, actor: Actor, limit: int = 7, **asked: Any) -> list[AuditEvent]:
    """Return everything a filter finds, read in small pages as a screen would."""
    found: list[AuditEvent] = []
    before: int | None = None
    while True:
        page = practice.call(audit_trail.events, actor, AuditFilter(**asked), before, limit)
        assert len(page.events) <= limit
        found += page.events
        before = page.next_before
        if before is None:
            return found


@pytest.fixture
def kim(practice: Practice, clock: FixedClock, sign_in: SignIn) -> Actor:
    """The administrator, in a practice where some days have passed."""
    for day in range(4):
        for name in ("dana", "ana"):
            actor = people.signed_in(practice, name, terminal=f"desk {day}")
            write(practice, actor, "download.look", f"Day {day} 100% of_it.")
            write(practice, actor, "downloads", "Not a step of a download.")
        clock.advance(timedelta(days=1))
    return sign_in("kim")


def _all(practice: Practice) -> list[AuditEvent]:
    rows = practice.call(
        Store.rows,
        f"SELECT {audit_pages._COLUMNS} FROM audit_log a LEFT JOIN user u USING (user_id)"
        " ORDER BY seq DESC",
    )
    return [audit_pages._event(row) for row in rows]


def test_s9_everything_newest_first_without_gap_or_repetition(
    practice: Practice, kim: Actor
) -> None:
    found = seen(practice, kim, limit=3)
    assert found == _all(practice)
    assert [e.seq for e in found] == list(range(len(found), 0, -1))


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"action": "sign_in"}, lambda e: e.action == "sign_in"),
        ({"action": "download."}, lambda e: e.action.startswith("download.")),
        ({"user_id": 2}, lambda e: e.user_id == 2),
        ({"user_id": NOBODY}, lambda e: e.user_id is None),
        ({"user_id": 2, "action": "sign_in"}, lambda e: (e.user_id, e.action) == (2, "sign_in")),
        ({"terminal": "DESK 2"}, lambda e: e.terminal == "desk 2"),
        ({"text": "day 1"}, lambda e: "Day 1" in e.text),
        ({"text": "100%"}, lambda e: "100%" in e.text),
        ({"text": "of_it"}, lambda e: "of_it" in e.text),
        ({"text": "1_0"}, lambda e: False),
        ({"since": date(2026, 11, 22)}, lambda e: e.at.day >= 22),
        ({"until": date(2026, 11, 21)}, lambda e: e.at.day <= 21),
        (
            {"since": date(2026, 11, 21), "until": date(2026, 11, 21), "user_id": 3},
            lambda e: e.at.day == 21 and e.user_id == 3,
        ),
    ],
)
def test_s9_it_filters_by_each_thing_an_event_tells(
    practice: Practice, kim: Actor, asked: dict[str, Any], fits: Callable[[AuditEvent], bool]
) -> None:
    expected = [event for event in _all(practice) if fits(event)]
    assert seen(practice, kim, **asked) == expected
    assert expected or asked == {"text": "1_0"}


def test_s9_it_filters_by_patient_and_by_right(practice: Practice, kim: Actor) -> None:
    def add(store: Store) -> int:
        with store.transaction():
            provider = store.insert("provider", {"abbr": "DDS1", "last_name": "Patel"})
            return store.insert(
                "patient",
                {
                    "last_name": "Doe",
                    "first_name": "Jane",
                    "status": "patient",
                    "birthdate": "1951-11-02",
                    "primary_provider_id": provider,
                },
            )

    patient = practice.call(add)
    write(practice, kim, "patient.ssn", "Saw a number.", patient_id=patient)
    write(practice, kim, "x", "Another.", permission_code=Right.DATA_DOWNLOAD.value)
    assert [e.text for e in seen(practice, kim, patient_id=patient)] == ["Saw a number."]
    found = seen(practice, kim, right=Right.DATA_DOWNLOAD.value)
    assert [e.text for e in found] == ["Another."]
    assert found[0].right == "Utilities - Data Download"


def test_s9_a_day_is_a_day_of_the_practice(practice: Practice, clock: FixedClock) -> None:
    """An event at 07:59 UTC belongs to the day before in California."""
    kim = people.signed_in(practice, "kim")
    clock.advance(timedelta(hours=14, minutes=59))
    write(practice, kim, "late", "At one minute to midnight.")
    clock.advance(timedelta(minutes=1))
    kim = people.signed_in(practice, "kim")
    write(practice, kim, "early", "At midnight.")
    day = date(2026, 11, 20)
    assert "late" in {e.action for e in seen(practice, kim, since=day, until=day)}
    assert "early" not in {e.action for e in seen(practice, kim, until=day)}


def test_a_clock_that_was_set_back_hides_nothing(practice: Practice, clock: FixedClock) -> None:
    """Attack: the clock is set back a month, something is done, the clock is set right again.

    Verified: the event is found on the day it says, and pages leave nothing out.
    """
    kim = people.signed_in(practice, "kim")
    clock.advance(timedelta(days=-30))
    write(practice, kim, "hidden", "Done on another day.")
    clock.advance(timedelta(days=30))
    write(practice, kim, "after", "Done today.")
    then = date(2026, 10, 21)
    assert [e.action for e in seen(practice, kim, since=then, until=then)] == ["hidden"]
    assert {e.seq for e in seen(practice, kim, limit=1)} == {e.seq for e in _all(practice)}


def test_a_search_stops_after_its_share_and_says_how_far_it_came(
    practice: Practice, kim: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "SEARCHED_AT_ONCE", 5)
    page = practice.call(audit_trail.events, kim, AuditFilter(text="practice was made"))
    assert page.events == ()
    assert page.next_before is not None
    assert page.searched_to is not None
    assert [e.seq for e in seen(practice, kim, text="practice was made")] == [1]
    expected = [e.seq for e in _all(practice) if "Day" in e.text]
    assert [e.seq for e in seen(practice, kim, limit=2, text="day")] == expected


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(st.sampled_from("%_\\aA1.'\" é"), min_size=1, max_size=4),
    limit=st.integers(1, 4),
)
def test_any_text_is_searched_as_it_is(
    practice: Practice, kim: Actor, text: str, limit: int
) -> None:
    """No character of a text that is looked for means anything but itself."""

    def fold(value: str) -> str:
        return "".join(c.lower() if c.isascii() else c for c in value)

    expected = [
        e.seq for e in _all(practice) if fold(text) in fold(e.text) or fold(text) in fold(e.object)
    ]
    assert [e.seq for e in seen(practice, kim, limit=limit, text=text)] == expected


def test_a_period_that_ends_before_it_begins_is_refused(practice: Practice, kim: Actor) -> None:
    wanted = AuditFilter(since=date(2026, 11, 2), until=date(2026, 11, 1))
    with pytest.raises(BadInput, match="before the first"):
        practice.call(audit_trail.events, kim, wanted)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_the_first_and_the_last_day_of_the_calendar_are_no_limit(
    practice: Practice, kim: Actor, zone: str
) -> None:
    people.change_store(practice, "UPDATE practice_group SET time_zone = ?", zone)
    everything = seen(practice, kim)
    assert everything
    assert seen(practice, kim, since=date.min, until=date.max) == everything


def test_every_action_in_the_trail_is_on_offer(practice: Practice, kim: Actor) -> None:
    assert set(practice.call(audit_trail.actions, kim)) == {e.action for e in _all(practice)}
    assert practice.call(audit_trail.choices, kim).actions == practice.call(
        audit_trail.actions, kim
    )


def test_s9_without_the_right_nothing_is_seen_and_the_refusal_is_in_the_trail(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    """D4: the refusal names the right."""
    dana = sign_in("dana")
    with pytest.raises(Refused, match="Reports - Audit Trail: View Only"):
        practice.call(audit_trail.events, dana, EVERYTHING)
    newest = seen(practice, kim)[0]
    assert (newest.action, newest.user_name) == ("refused", "dana")


def test_view_only_sees_and_does_not_export(practice: Practice, kim: Actor) -> None:
    def lower(store: Store) -> None:
        with store.transaction():
            people.grant(store, "Administrators", Right.AUDIT_TRAIL, Level.VIEW)

    practice.call(lower)
    assert seen(practice, kim)
    with pytest.raises(Refused, match="Full Control"):
        practice.call(audit_trail.begin_export, kim, EVERYTHING, "csv")


def test_s9_an_export_is_in_the_trail_with_what_was_asked(practice: Practice, kim: Actor) -> None:
    wanted = AuditFilter(since=date(2026, 11, 1), user_id=2, text="a\nb")
    head = practice.call(audit_trail.begin_export, kim, wanted, "csv")
    newest = seen(practice, kim)[0]
    assert newest.action == "audit.export"
    assert newest.text == (
        "Exported the audit trail as CSV: from 2026-11-01, user dana, text “a␊b”."
    )
    assert head.trail_seq == newest.seq


def test_s9_a_check_is_in_the_trail_with_its_outcome(practice: Practice, kim: Actor) -> None:
    count = len(_all(practice))
    report = practice.call(audit_trail.verify, kim)
    assert report.events == count
    assert f"{count:,} events, all whole" in seen(practice, kim)[0].text
    past_the_triggers(practice, "UPDATE audit_log SET description = 'x' WHERE seq = 2")
    with pytest.raises(TrailBroken):
        practice.call(audit_trail.verify, kim)
    assert "Event 2 of the audit trail is not as it was" in seen(practice, kim)[0].text


def test_a_check_tells_how_far_it_is_and_stops_when_asked(
    practice: Practice, kim: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import audit_check

    monkeypatch.setattr(audit_check, "_ROWS_BETWEEN_REPORTS", 5)
    told: list[tuple[int, int]] = []
    report = practice.call(
        audit_trail.verify, kim, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(n, report.events) for n in range(5, report.events + 1, 5)]
    with pytest.raises(audit_check.CheckStopped, match="not checked"):
        practice.call(audit_trail.verify, kim, cancelled=lambda: True)


def test_people_are_found_by_either_name(practice: Practice, kim: Actor) -> None:
    offered = practice.call(audit_trail.choices, kim)
    assert audit_trail.person_named(offered, " DANA ").user_name == "dana"
    assert audit_trail.person_named(offered, "Ana silva").user_name == "ana"
    assert audit_trail.person_named(offered, "nobody").user_id == NOBODY
    with pytest.raises(BadInput, match="no such user"):
        audit_trail.person_named(offered, "someone")
