"""Inviting by rule, unattended: whom, once, and what a desk does meanwhile (P11)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from store import portal_credentials
from store.access import Actor
from store.database import Store
from store.passwords import Hashed
from store.practice import Practice
from store.use_cases import (
    invite_rules,
    online_access,
)
from tests import people
from tests.clocks import FixedClock
from tests.store.portal_patients import credential, trail, with_portal
from tests.store.use_cases import inviting
from tests.store.use_cases.inviting import agreed, in_days, mails, rule_on, visit

SignIn = Callable[[str], Actor]


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    """The administrator, in a practice whose portal has an address."""
    with_portal(practice)
    return sign_in("kim")


_FOUND: dict[str, list[tuple[float, str]]] = {
    "until_first_visit": [(60, "scheduled")],
    "before_appointment": [(-400, "complete"), (7, "scheduled")],
    "after_appointment": [(-0.0631, "complete")],  # of half an hour: ended 61 minutes ago
    "no_recent_visit": [(-30.1, "complete")],
}
_NOT_FOUND: dict[str, list[list[tuple[float, str]]]] = {
    "until_first_visit": [[], [(-1, "scheduled")], [(60, "scheduled"), (-400, "complete")]],
    "before_appointment": [[(7.01, "scheduled")], [(1, "broken")], [(-0.01, "scheduled")]],
    "after_appointment": [[(-0.0620, "complete")], [(-4, "complete")], [(-0.1, "broken")]],
    "no_recent_visit": [[], [(-29.9, "complete")], [(-31, "complete"), (-1, "complete")]],
}


@pytest.mark.parametrize("mode", list(_FOUND))
def test_p11_each_rule_finds_whom_it_names_once(practice: Practice, kim: Actor, mode: str) -> None:
    """Defaults: 7 days before a visit, 1 hour after its end, 30 days without one."""
    whom = agreed(practice)
    for days, status in _FOUND[mode]:
        visit(practice, whom, in_days(practice, days), status)
    for visits in _NOT_FOUND[mode]:
        other = agreed(practice)
        for days, status in visits:
            visit(practice, other, in_days(practice, days), status)
    rule_on(practice, kim, mode)
    assert inviting.run(practice) == 1
    assert inviting.invited(practice) == [whom]
    inviting.deliver(practice)
    assert inviting.run(practice) == 0


def test_p11_one_set_of_credentials_though_several_rules_fire(
    practice: Practice, kim: Actor
) -> None:
    """Even without a gap, and a rule that is off does nothing."""
    patient = agreed(practice)
    visit(practice, patient, in_days(practice, -40), "complete")
    visit(practice, patient, in_days(practice, 1))
    visit(practice, patient, in_days(practice, 2))
    for mode in ("before_appointment", "no_recent_visit"):
        practice.call(invite_rules.save_rule, kim, invite_rules.new_rule(mode))
    assert inviting.run(practice) == 0
    for mode in ("before_appointment", "before_appointment", "no_recent_visit"):
        rule_on(practice, kim, mode, not_within_days=0)
    assert inviting.run(practice) == 1
    inviting.deliver(practice)
    assert inviting.run(practice) == 0
    assert trail(practice, patient).count("portal.invitation") == 1


@pytest.mark.parametrize("did", ["turned off", "printed"])
def test_p11_what_a_desk_does_while_the_run_invites_counts_for_the_next_patient(
    practice: Practice,
    practice_data: Path,
    clock: FixedClock,
    kim: Actor,
    monkeypatch: pytest.MonkeyPatch,
    did: str,
) -> None:
    """A list takes its time. A sheet in the patient's hand would open nothing."""
    first, second = agreed(practice), agreed(practice)
    for patient in (first, second):
        visit(practice, patient, in_days(practice, 1))
    rule = rule_on(practice, kim, "before_appointment")
    stock = portal_credentials.made_password

    def another_desk(desk: Practice) -> None:
        if did == "turned off":
            desk.call(invite_rules.save_rule, kim, replace(rule, is_enabled=False))
        else:
            made = desk.call(online_access.provide, kim, second)
            sheet = desk.call(online_access.begin_print, kim, second, made.password)
            desk.call(online_access.record_print, kim, second, "Front desk", sheet.issued)

    made: list[Hashed] = []

    def made_password() -> Hashed:
        """The second of the run's: its patient was found, and is looked at once more after it."""
        made.append(stock())
        if len(made) == 2:
            with Practice.open(practice_data, people.PGID, clock) as desk:
                another_desk(desk)
        return stock()

    monkeypatch.setattr(portal_credentials, "made_password", made_password)
    assert inviting.run(practice) == 1
    assert inviting.invited(practice) == [first]
    assert len(mails(practice)) == 1


def test_two_unattended_runs_at_once_invite_nobody_twice(
    practice: Practice, kim: Actor, practice_data: Path, clock: FixedClock
) -> None:
    """Two programs, each with its own connection, do the same run."""
    for number in range(6):
        patient = agreed(practice, email=f"p{number}@example.org")
        visit(practice, patient, in_days(practice, 1))
    rule_on(practice, kim, "before_appointment", not_within_days=0)
    with (
        Practice.open(practice_data, people.PGID, clock) as other,
        ThreadPoolExecutor(2) as both,
    ):
        counts = list(both.map(inviting.run, (practice, other)))
    assert sum(counts) == 6
    assert sorted(to for to, _ in mails(practice)) == sorted(
        f"p{number}@example.org" for number in range(6)
    )


def test_the_run_leaves_a_sheet_alone_that_was_handed_out_lately(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    """Not one that a clock which ran ahead dated years from now."""
    patient, ahead = agreed(practice), agreed(practice)
    for number, printed_in in ((patient, 2026), (ahead, 2031)):
        visit(practice, number, in_days(practice, 31.5))
        people.change_store(
            practice,
            "INSERT INTO portal_credential (patient_id, user_name, printed_at) VALUES (?, ?, ?)",
            *(number, f"Hoa{printed_in}", f"{printed_in}-11-20T17:00:00Z"),
        )
    rule_on(practice, kim, "until_first_visit")
    assert inviting.run(practice) == 1
    assert inviting.invited(practice) == [ahead]
    clock.advance(days=30)
    assert inviting.run(practice) == 1
    assert credential(practice, patient)["printed_at"] is None


def test_the_run_keeps_a_bad_address_as_a_failure_and_goes_on(
    practice: Practice, kim: Actor
) -> None:
    """It is tried once, not every hour."""
    for email in ("two words@example.org", "good@example.org"):
        visit(practice, agreed(practice, email=email), in_days(practice, 1))
    rule_on(practice, kim, "before_appointment")
    assert inviting.run(practice) == 1
    assert inviting.statuses(practice) == [
        ("send_failed", "This is not an e-mail address."),
        ("send_not_attempted", None),
    ]
    assert inviting.run(practice) == 0


def test_a_rule_for_an_office_is_for_visits_there(practice: Practice, kim: Actor) -> None:
    def offices(store: Store) -> tuple[int, int]:
        with store.transaction():
            first, second = (
                store.insert("office", {"pgid": people.PGID, "name": name, "phone": phone})
                for name, phone in (("North", "(510) 555-0100"), ("South", "(510) 555-0200"))
            )
        return first, second

    north, south = practice.call(offices)
    for office, email in ((north, "north@example.org"), (south, "south@example.org")):
        visit(practice, agreed(practice, office_id=office, email=email), in_days(practice, 1))
    rule_on(practice, kim, "before_appointment", office_id=south)
    assert inviting.run(practice) == 1
    ((to, mail),) = mails(practice)
    assert to == "south@example.org"
    assert "(510) 555-0200" in mail.plain
    assert "North" not in mail.plain
