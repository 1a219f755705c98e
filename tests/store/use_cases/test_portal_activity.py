"""The report on the portal: who was invited, who signed in, whose invitation failed (P11)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.reports import portal_activity as report
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Refused
from store.portal_activity import failed_invitations, not_printed
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import home, invitations, online_access, portal_activity, portal_sign_in
from store.use_cases.portal_activity import EVERYTHING, ActivityFilter, ActivityRow
from tests import people
from tests.clocks import FixedClock
from tests.store.portal_patients import with_portal
from tests.store.use_cases import inviting, staff
from tests.store.use_cases.inviting import agreed, mails, sent_password

SignIn = Callable[[str], Actor]
WHO = {"never_invited": "Abel", "invited": "Bell", "failed": "Cole", "signed_in": "=Dunn"}


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn, clock: FixedClock) -> Actor:
    """The administrator, in a practice with one patient in each state."""
    with_portal(practice)
    kim = sign_in("kim")
    numbers = {state: agreed(practice, last_name=name) for state, name in WHO.items()}
    practice.call(invitations.invite, kim, numbers["failed"])
    inviting.deliver(practice, refused="No such mailbox.")
    invited = practice.call(invitations.invite, kim, numbers["signed_in"])
    password = sent_password(mails(practice)[0][1])
    practice.call(invitations.invite, kim, numbers["invited"])
    inviting.deliver(practice)
    clock.advance(hours=1)
    session = practice.call(portal_sign_in.sign_in, invited.user_name, password)
    chosen = "Quiet7Meadow"
    practice.call(portal_sign_in.choose_password, session.token, chosen, chosen)
    return kim


def read(practice: Practice, actor: Actor, limit: int = 2, **asked: object) -> list[ActivityRow]:
    """Return everything a filter finds, page by page."""
    rows: list[ActivityRow] = []
    after: int | None = None
    while True:
        page = practice.call(
            portal_activity.activity,
            actor,
            ActivityFilter(**asked),  # type: ignore[arg-type]
            after,
            limit,
        )
        rows += page.rows
        after = page.next
        if after is None:
            return rows


def test_p11_it_tells_where_each_patient_stands(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    rows = {row.state: row for row in read(practice, kim)}
    assert {state: row.name.split(",")[0] for state, row in rows.items()} == WHO
    assert rows["never_invited"].invited_at is None
    assert rows["failed"].reason == "No such mailbox."
    assert rows["signed_in"].last_sign_in == clock.now()
    assert {s: r.access for s, r in rows.items()} == {
        state: "none" if state == "never_invited" else "given" for state in WHO
    }
    assert practice.call(portal_activity.summary, kim) == portal_activity.ActivitySummary(
        1, 1, 1, 1
    )


def test_every_filter_and_no_page_leaves_anybody_out(practice: Practice, kim: Actor) -> None:
    everybody = read(practice, kim, limit=1)
    assert [row.name for row in everybody] == sorted(f"{n}, Thị Hoa" for n in WHO.values())
    for state in WHO:
        assert read(practice, kim, state=state) == [r for r in everybody if r.state == state]
    for access in portal_activity.ACCESS:
        assert read(practice, kim, access=access) == [r for r in everybody if r.access == access]
    assert [r.name for r in read(practice, kim, text="hoa be")] == ["Bell, Thị Hoa"]
    assert read(practice, kim, text="%") == []
    assert read(practice, kim, office_id=77) == []
    with pytest.raises(BadInput, match="Choose one of"):
        read(practice, kim, state="asleep")


def test_the_summary_counts_whom_the_list_shows(practice: Practice, kim: Actor) -> None:
    """Also who has access and no invitation, and who is no patient, with access and without."""
    given = [agreed(practice, last_name="Eden"), agreed(practice, last_name="Falk")]
    for number in given:
        practice.call(online_access.provide, kim, number)
    people.change_store(
        practice, "UPDATE patient SET status = 'inactive' WHERE patient_id = ?", given[1]
    )
    agreed(practice, last_name="Gray", status="inactive")
    listed = Counter(row.state for row in read(practice, kim))
    assert listed == {"never_invited": 3, "invited": 1, "signed_in": 1, "failed": 1}
    assert asdict(practice.call(portal_activity.summary, kim)) == listed


@pytest.mark.parametrize("after", [False, True])
def test_a_page_by_name_is_read_in_the_order_of_an_index(
    practice: Practice, kim: Actor, *, after: bool
) -> None:
    """A plan that sorts, or begins anew for each page, looks at all patients of a large practice.

    Whom to invite is read in the same order.
    """
    first = practice.call(portal_activity.activity, kim, EVERYTHING, None, 1).next
    asked: list[str] = []

    def run(store: Store) -> list[str]:
        store.db.set_trace_callback(asked.append)
        portal_activity.activity(store, kim, EVERYTHING, first if after else None)
        invitations.candidates(store, kim, qualifies=True, after=first if after else None)
        store.db.set_trace_callback(None)
        pages = [sql for sql in asked if "FROM patient p" in sql]
        plans = [store.rows(f"EXPLAIN QUERY PLAN {sql}") for sql in pages]
        return [row["detail"] for plan in plans for row in plan]

    plan = practice.call(run)
    way = "SEARCH p USING INDEX patient__by_name (<expr>>?)"
    assert plan.count(way if after else "SCAN p USING INDEX patient__by_name") == 2
    assert not [line for line in plan if "TEMP B-TREE" in line]


def test_exporting_takes_full_control_and_is_in_the_trail(
    practice: Practice, kim: Actor, tmp_path: Path
) -> None:
    """One line a patient, in the practice's time; no cell is run as a formula, and no name that
    was looked for goes into the trail."""
    out = tmp_path / "out"
    out.mkdir()
    made = report.export(practice, kim, ActivityFilter(text="hoa"), out)
    lines = list(csv.reader(io.StringIO(made.path.read_text("utf-8-sig"))))
    assert lines[0] == list(report.COLUMNS)
    assert made.rows == len(lines) - 1 == len(WHO)
    by_state = {line[2]: line for line in lines[1:]}
    assert by_state["signed in"][3:6] == ["2026-11-20 09:00", "2026-11-20 10:00", "given"]
    assert not by_state["signed in"][1].startswith("=")
    ((_, told),) = staff.events(practice, "portal.activity_export")
    assert told == "Exported the portal activity: part of a name."

    def lower(store: object) -> None:
        with store.transaction():  # type: ignore[attr-defined]
            people.grant(store, "Administrators", Right.INVITATIONS, Level.VIEW)  # type: ignore[arg-type]

    practice.call(lower)
    assert read(practice, kim)
    with pytest.raises(Refused, match="Full Control"):
        report.export(practice, kim, EVERYTHING, tmp_path)
    assert not list(tmp_path.glob("*.csv"))


def test_home_counts_what_the_front_desk_did_not_end(practice: Practice, kim: Actor) -> None:
    """P9: a sheet that is not printed yet; and an invitation that did not arrive."""

    def notes() -> tuple[str, str]:
        places = {place.code: place for place in practice.call(home.home, kim).places}
        return places["patients"].note, places["invitations"].note

    before = notes()
    made = practice.call(online_access.provide, kim, agreed(practice, last_name="Elm"))
    assert (before, notes()) == (("1 not printed", "1 failed"), ("2 not printed", "1 failed"))
    patient = made.patient_id
    sheet = practice.call(online_access.begin_print, kim, patient, made.password)
    practice.call(online_access.record_print, kim, patient, "saved as a PDF", sheet.issued)
    assert notes() == before
    # What is printed tells a user name that opens nothing once it is another one.
    practice.call(online_access.change_user_name, kim, patient, "elm.tree")
    assert notes() == ("2 not printed", "1 failed")


def test_p9_a_password_made_after_an_invitation_is_neither_printed_nor_mailed(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    patient = agreed(practice, last_name="Fir")
    before = practice.call(not_printed)
    practice.call(invitations.invite, kim, patient)
    inviting.deliver(practice)
    assert practice.call(not_printed) == before
    clock.advance(minutes=1)
    practice.call(online_access.generate, kim, patient)
    assert practice.call(not_printed) == before + 1


def test_home_counts_an_invitation_that_failed_before_any_access_was_given(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    patient = agreed(practice, last_name="Fir", email="not-an-address")
    inviting.visit(practice, patient, clock.now() + timedelta(days=1))
    inviting.rule_on(practice, kim, "before_appointment")
    inviting.run(practice)
    assert [row.patient_id for row in read(practice, kim, state="failed", text="Fir")] == [patient]
    assert practice.call(failed_invitations) == 2


def test_half_a_character_is_looked_for_and_not_found(practice: Practice, kim: Actor) -> None:
    assert read(practice, kim, text="\udcff") == []
