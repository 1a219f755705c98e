"""Inviting: to whom, once, and with what; by rule in test_invitations_by_rule (P11, P14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from store import portal_credentials
from store.access import Actor, unattended
from store.database import Store
from store.errors import Conflict, NotFound, Refused, SignInFailed
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases import (
    invitations,
    online_access,
    portal_settings,
    portal_sign_in,
)
from store.use_cases.invitations import NotInvited
from tests import people
from tests.clocks import FixedClock
from tests.store.portal_patients import trail, with_portal
from tests.store.use_cases import inviting
from tests.store.use_cases.inviting import agreed, in_days, mails, rule_on, sent_password, visit

SignIn = Callable[[str], Actor]


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    """The administrator, in a practice whose portal has an address."""
    with_portal(practice)
    return sign_in("kim")


def test_p11_an_invitation_carries_a_one_time_password_and_the_user_name(
    practice: Practice, kim: Actor
) -> None:
    """It is in the trail, never with the password (P14); the portal asks for a new one (P10)."""
    patient = agreed(practice)
    invited = practice.call(invitations.invite, kim, patient)
    ((to, mail),) = mails(practice)
    password = sent_password(mail)
    assert to == "hoa@example.org"
    assert invited.user_name in mail.plain
    assert "4 December 2026, 11:59 PM PST" in mail.plain
    session = practice.call(portal_sign_in.sign_in, invited.user_name, password)
    assert (session.patient_id, session.must_change_password) == (patient, True)
    assert trail(practice, patient)[:3] == ["portal.provide", "portal.invitation", "portal.invite"]
    told = practice.call(Store.rows, "SELECT description FROM audit_log")
    assert not any(password in row["description"] for row in told)
    assert password not in repr((invited, mail, practice.call(invitations.invitation_list, kim)))


def test_p11_by_setting_it_carries_a_link_instead(practice: Practice, kim: Actor) -> None:
    before = practice.call(portal_settings.settings, kim)
    wanted = portal_settings.PortalSettings(
        before.url, before.features, "link", version=before.version
    )
    practice.call(portal_settings.save_settings, kim, wanted)
    patient = agreed(practice)
    practice.call(invitations.invite, kim, patient)
    address = sent_password(mails(practice)[0][1])
    assert address.startswith("https://portal.maplegrove.example/")
    token = address.split("=")[-1]
    assert practice.call(portal_sign_in.sign_in_with_link, token).patient_id == patient


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"email": None, "city": None}, "The city is missing. The e-mail address is missing."),
        ({"status": "inactive"}, "The patient's status is inactive."),
    ],
)
def test_p11_only_patients_who_meet_p1_are_invited(
    practice: Practice, kim: Actor, changed: dict[str, object], reason: str
) -> None:
    """All that is missing is named at once, and nothing was given."""
    patient = agreed(practice, **changed)
    with pytest.raises(NotInvited) as refused:
        practice.call(invitations.invite, kim, patient)
    assert refused.value.what == reason
    assert practice.call(portal_credentials.row_of, patient) is None
    assert mails(practice) == []


def test_p11_who_has_signed_in_or_lost_access_is_not_invited(
    practice: Practice, kim: Actor
) -> None:
    patient = agreed(practice)
    practice.call(invitations.invite, kim, patient)
    for column, reason in (("last_login_at", "signed in before"), ("removed_at", "was removed")):
        people.change_store(
            practice,
            "UPDATE portal_credential SET last_login_at = NULL, removed_at = NULL",
        )
        people.change_store(
            practice, f"UPDATE portal_credential SET {column} = '2026-11-01T00:00:00Z'"
        )
        with pytest.raises(NotInvited, match=reason):
            practice.call(invitations.invite, kim, patient)


def test_p11_no_address_of_the_portal_no_invitation(practice: Practice, sign_in: SignIn) -> None:
    patient = agreed(practice)
    with pytest.raises(Conflict, match="Setup > Patient Portal"):
        practice.call(invitations.invite, sign_in("kim"), patient)
    rule_on(practice, sign_in("kim"), "before_appointment")
    visit(practice, patient, in_days(practice, 1))
    assert inviting.run(practice) == 0


def test_consent_the_run_and_the_list_heed_it_a_wish_at_the_desk_overrides_it(
    practice: Practice, kim: Actor
) -> None:
    """Who has not agreed to e-mail is not written to, unless they ask for it themselves."""
    patient = agreed(practice, email_ok=0)
    visit(practice, patient, in_days(practice, 1))
    rule_on(practice, kim, "before_appointment")
    assert inviting.run(practice) == 0
    (result,) = practice.call(invitations.invite_many, kim, (patient,)).results
    assert result.why_not == "The patient has not agreed to e-mail."
    assert practice.call(invitations.invite, kim, patient).user_name


def test_who_only_invites_does_not_give_access(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    """Attack: Portal Invitations is granted, Online Access is not; an invitation would give both.

    Verified: refused without access, allowed for a patient who has it.
    """

    def without(store: Store) -> None:
        with store.transaction():
            people.grant(store, "Front Desk", Right.ONLINE_ACCESS, Level.VIEW)

    practice.call(without)
    ana, patient = sign_in("ana"), agreed(practice)
    with pytest.raises(Refused, match="Online Access: Full Control"):
        practice.call(invitations.invite, ana, patient)
    assert practice.call(portal_credentials.row_of, patient) is None
    people.change_store(
        practice,
        "INSERT INTO portal_credential (patient_id, user_name) VALUES (?, 'Hoa777')",
        patient,
    )
    assert practice.call(invitations.invite, ana, patient).user_name == "Hoa777"


def test_p11_never_within_the_gap_whichever_rule_and_again_only_on_purpose(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    patient = agreed(practice)
    rule_on(practice, kim, "before_appointment", not_within_days=10)
    practice.call(invitations.invite, kim, patient)
    inviting.deliver(practice)
    visit(practice, patient, in_days(practice, 12))
    clock.advance(days=9)
    assert inviting.run(practice) == 0
    with pytest.raises(NotInvited, match="Was invited on 20 November 2026"):
        practice.call(invitations.invite, people.signed_in(practice, "kim"), patient)
    clock.advance(days=1)
    assert inviting.run(practice) == 1


def test_p11_an_invitation_by_a_clock_that_ran_ahead_bars_nobody_once_the_clock_is_right(
    practice: Practice, kim: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    hoa = agreed(practice)
    clock.advance(days=1825)
    practice.call(invitations.invite, sign_in("kim"), hoa)
    inviting.deliver(practice)
    clock.advance(minutes=-4)
    with pytest.raises(NotInvited, match="Was invited"):
        practice.call(invitations.invite, sign_in("kim"), hoa)
    clock.advance(days=-1825)
    kim = sign_in("kim")
    assert practice.call(invitations.invite, kim, hoa)
    inviting.deliver(practice)
    with pytest.raises(NotInvited, match="Was invited on 20 November 2026"):
        practice.call(invitations.invite, kim, hoa)


def test_send_again_after_a_failure_once_and_with_another_password(
    practice: Practice, kim: Actor
) -> None:
    """The list shows why it failed; the old password is over (P10)."""
    patient = agreed(practice)
    practice.call(invitations.invite, kim, patient)
    old = sent_password(mails(practice)[0][1])
    (waiting,) = practice.call(invitations.invitation_list, kim).rows
    with pytest.raises(NotInvited, match="still on its way"):
        practice.call(invitations.retry_invitation, kim, waiting.invite_id)
    inviting.deliver(practice, refused="No such mailbox.")
    (failed,) = practice.call(invitations.invitation_list, kim).rows
    assert (failed.state, failed.reason) == ("send_failed", "No such mailbox.")
    invited = practice.call(invitations.retry_invitation, kim, failed.invite_id)
    assert sent_password(mails(practice)[0][1]) != old
    with pytest.raises(SignInFailed):
        practice.call(portal_sign_in.sign_in, invited.user_name, old)
    inviting.deliver(practice)
    with pytest.raises(NotInvited, match="again since"):
        practice.call(invitations.retry_invitation, kim, failed.invite_id)
    assert inviting.statuses(practice) == [
        ("send_failed", "No such mailbox."),
        ("send_successful", None),
    ]


def test_an_invitation_that_was_not_sent_in_time_has_failed(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    """A mail is never sent after its password has expired."""
    practice.call(invitations.invite, kim, agreed(practice))
    clock.advance(days=15)
    assert inviting.deliver(practice) == 0
    assert inviting.statuses(practice) == [("send_failed", "It was not sent in time.")]


def test_many_what_fails_for_one_stops_nobody_and_a_second_run_sends_nothing(
    practice: Practice, kim: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every patient has a password of their own."""
    monkeypatch.setattr(invitations, "BATCH", 4)
    good = [agreed(practice, email=f"p{n}@example.org") for n in range(4)]
    asked = (good[0], 999_999, agreed(practice, email="two words@example.org"), *good)
    first = practice.call(invitations.invite_many, kim, asked)
    assert [r.why_not for r in first.results[1:3]] == [
        "There is no such patient.",
        "This is not an e-mail address.",
    ]
    assert (first.invited, first.left) == (2, tuple(good[2:]))
    rest = practice.call(invitations.invite_many, kim, first.left)
    assert (rest.invited, rest.left) == (2, ())
    found = mails(practice)
    assert [to for to, _ in found] == [f"p{n}@example.org" for n in range(4)]
    assert len({sent_password(mail) for _, mail in found}) == 4
    assert practice.call(invitations.invite_many, kim, tuple(good)).invited == 0
    assert len(mails(practice)) == 4


def test_the_lists_and_the_reasons_are_the_same_rule(practice: Practice, kim: Actor) -> None:
    """Every patient who has never signed in is in one list; a reason stands exactly where the
    patient cannot be invited, and inviting agrees with it. Pages leave nobody out."""
    plain = [agreed(practice, last_name=name) for name in ("Ödegård", "adler", "Adler")]
    columns = ("address", "city", "state", "birthdate", "email", "wireless_phone", "last_name")
    spoiled = [agreed(practice, **{column: None}) for column in columns]
    spoiled += [agreed(practice, city="  "), agreed(practice, email_ok=0)]
    by_home = agreed(practice, wireless_phone=None, home_phone="555-0100")
    lately = agreed(practice)
    practice.call(invitations.invite, kim, lately)
    agreed(practice, status="inactive")

    def read(qualifies: bool) -> list[invitations.Candidate]:
        rows: list[invitations.Candidate] = []
        after: int | None = None
        while True:
            page = practice.call(
                invitations.candidates, kim, qualifies=qualifies, after=after, limit=2
            )
            rows += page.rows
            after = page.next
            if after is None:
                return rows

    can, cannot = read(True), read(False)
    assert {c.patient_id for c in can} == {*plain, by_home}
    assert {c.patient_id for c in cannot} == {*spoiled, lately}
    assert {c.why_not for c in can} == {""}
    assert all(c.why_not for c in cannot)
    assert [c.name for c in can][:2] == ["adler, Thị Hoa", "Adler, Thị Hoa"]
    counted = practice.call(invitations.count, kim)
    assert (counted.qualify, counted.not_qualify) == (len(can), len(cannot))
    report = practice.call(
        invitations.invite_many, kim, tuple(c.patient_id for c in (*can, *cannot))
    )
    assert {r.patient_id for r in report.results if r.invited} == {c.patient_id for c in can}


def test_attack_a_user_queues_what_only_the_unattended_run_may(
    practice: Practice, kim: Actor
) -> None:
    with pytest.raises(Refused):
        practice.call(invitations.queue_due_invitations, kim)
    with pytest.raises(Refused):
        practice.call(invitations.invite, unattended("night"), agreed(practice))
    with pytest.raises(NotFound):
        practice.call(invitations.retry_invitation, kim, 17)


def test_the_list_is_newest_first_in_pages(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    for number in range(3):
        practice.call(invitations.invite, kim, agreed(practice, last_name=f"N{number}"))
        clock.advance(timedelta(minutes=1))
    first = practice.call(invitations.invitation_list, kim, None, 2)
    second = practice.call(invitations.invitation_list, kim, first.next, 2)
    names = [row.name for row in (*first.rows, *second.rows)]
    assert names == ["N2, Thị Hoa", "N1, Thị Hoa", "N0, Thị Hoa"]
    assert second.next is None
    assert {(r.mode, r.created_by, r.sent_to_masked) for r in first.rows} == {
        ("by_hand", "Kim Adler", "h••@example.org")
    }


@pytest.mark.parametrize("after", ["generate", "set_password", "change_user_name", "remove"])
def test_p10_a_mail_with_credentials_that_are_over_does_not_go_out(
    practice: Practice, kim: Actor, after: str
) -> None:
    """Confusion: an invitation that still waits tells a password that was replaced meanwhile."""
    patient_id = agreed(practice)
    practice.call(online_access.provide, kim, patient_id)
    practice.call(invitations.invite, kim, patient_id)
    assert len(mails(practice)) == 1
    typed = {"set_password": ["Kestrel48Harbour"], "change_user_name": ["anotherName77"]}
    practice.call(getattr(online_access, after), kim, patient_id, *typed.get(after, []))
    assert mails(practice) == []
