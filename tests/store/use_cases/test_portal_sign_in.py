"""Patients at the portal: signing in, first password, own password and name (P10–P12, S3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store import passwords
from store.access import Actor, change
from store.database import Store
from store.errors import BadInput, ChairsideError, SignInFailed
from store.portal_credentials import PortalLink, issue_link
from store.practice import Practice
from store.use_cases import online_access, portal_sign_in
from store.use_cases.online_access import MANAGE, Credentials
from tests.clocks import FixedClock
from tests.people import SignIn, change_store
from tests.store.portal_patients import credential, enter_patient, trail, with_portal

OWN = "Harbour light 9"


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    """Kim in a practice whose portal has an address."""
    with_portal(practice)
    return sign_in("kim")


@pytest.fixture
def hoa(practice: Practice, kim: Actor) -> Credentials:
    """A patient with a one-time password."""
    return practice.call(online_access.provide, kim, enter_patient(practice))


def linked(practice: Practice, actor: Actor, patient_id: int) -> PortalLink:
    """Issue a one-time link, as an invitation does."""

    def run(store: Store) -> PortalLink:
        with change(store, actor, MANAGE) as tx:
            return issue_link(store, tx, patient_id, by=actor.user_id)

    return practice.call(run)


def refusal(practice: Practice, use_case: Callable[..., object], *arguments: object) -> str:
    """Return what a sign-in that fails says."""
    with pytest.raises(SignInFailed) as refused:
        practice.call(use_case, *arguments)
    return refused.value.sentence


def wrong(practice: Practice, name: str, password: str = "Wrong door 1") -> str:
    return refusal(practice, portal_sign_in.sign_in, name, password)


def chosen(practice: Practice, told: Credentials) -> None:
    """Choose OWN with a one-time password."""
    session = practice.call(portal_sign_in.sign_in, told.user_name, told.password)
    practice.call(portal_sign_in.choose_password, session.token, OWN, OWN)


def test_p10_the_first_sign_in_asks_for_a_new_password(
    practice: Practice, hoa: Credentials, clock: FixedClock
) -> None:
    """Until then the patient counts as one who never signed in (P11)."""
    first = practice.call(portal_sign_in.sign_in, f" {hoa.user_name.upper()} ", hoa.password)
    assert (first.patient_id, first.must_change_password) == (hoa.patient_id, True)
    assert first.token not in repr(first)
    assert credential(practice, hoa.patient_id)["last_login_at"] is None
    for new, confirm, told in (
        (OWN, "Harbour light 8", "not the same"),
        ("harbour light", "harbour light", "upper-case"),
        (hoa.password, hoa.password, "present password"),
    ):
        with pytest.raises(BadInput, match=told):
            practice.call(portal_sign_in.choose_password, first.token, new, confirm)
    session = practice.call(portal_sign_in.choose_password, first.token, OWN, OWN)
    assert (session.must_change_password, session.token) == (False, "")
    assert not practice.call(portal_sign_in.sign_in, hoa.user_name, OWN).must_change_password
    wrong(practice, hoa.user_name, hoa.password)
    logins = "SELECT count(*) FROM portal_access_log WHERE patient_id = ? AND action = 'login'"
    assert practice.call(Store.value, logins, (hoa.patient_id,)) == 2
    # One's own password does not expire.
    clock.advance(days=400)
    assert practice.call(portal_sign_in.sign_in, hoa.user_name, OWN)


def test_attack_a_token_for_the_first_password_is_used_again(
    practice: Practice, kim: Actor, hoa: Credentials, clock: FixedClock
) -> None:
    """Vulnerability: who reads an old form's token sets the password of a patient.

    Scenario: forged, used, too old, of a password that was replaced, of access that was removed.
    Verified: refused alike, and the present password stays.
    """
    choose = portal_sign_in.choose_password

    def token(told: Credentials) -> str:
        return practice.call(portal_sign_in.sign_in, told.user_name, told.password).token

    used = token(hoa)
    practice.call(choose, used, OWN, OWN)
    replaced = token(practice.call(online_access.generate, kim, hoa.patient_id))
    old = token(practice.call(online_access.generate, kim, hoa.patient_id))
    clock.advance(minutes=30)
    told = {refusal(practice, choose, t, OWN, OWN) for t in (used, replaced, old, "x", "")}
    removed = token(practice.call(online_access.generate, kim, hoa.patient_id))
    practice.call(online_access.remove, kim, hoa.patient_id)
    told.add(refusal(practice, choose, removed, OWN, OWN))
    assert len(told) == 1


def test_p11_a_link_is_good_once_and_leads_to_a_password(
    practice: Practice, kim: Actor, hoa: Credentials
) -> None:
    """It ends the one-time password; only its hash is kept, and of 128 bits or more."""
    link = linked(practice, kim, hoa.patient_id)
    assert len(link.token) * 6 >= 128
    assert link.token not in repr(link)
    assert link.token not in str(credential(practice, hoa.patient_id))
    wrong(practice, hoa.user_name, hoa.password)
    session = practice.call(portal_sign_in.sign_in_with_link, link.token)
    assert (session.patient_id, session.must_change_password) == (hoa.patient_id, True)
    refusal(practice, portal_sign_in.sign_in_with_link, link.token)
    practice.call(portal_sign_in.choose_password, session.token, OWN, OWN)
    assert practice.call(portal_sign_in.sign_in, hoa.user_name, OWN)
    assert trail(practice, hoa.patient_id)[-5:] == [
        "portal.sign_in_failed",
        "portal.link_used",
        "portal.password_chosen",
        "portal.sign_in",
        "portal.sign_in",
    ]


def test_p11_a_link_is_over_when_something_newer_is_issued(
    practice: Practice, kim: Actor, hoa: Credentials, clock: FixedClock
) -> None:
    use = portal_sign_in.sign_in_with_link
    first = linked(practice, kim, hoa.patient_id)
    second = linked(practice, kim, hoa.patient_id)
    told = {refusal(practice, use, first.token)}
    practice.call(online_access.generate, kim, hoa.patient_id)
    told.add(refusal(practice, use, second.token))
    removed = linked(practice, kim, hoa.patient_id)
    practice.call(online_access.remove, kim, hoa.patient_id)
    told |= {refusal(practice, use, removed.token), refusal(practice, use, "made up")}
    old = linked(practice, kim, hoa.patient_id)
    clock.set(old.valid_until)
    clock.advance(seconds=1)
    told.add(refusal(practice, use, old.token))
    assert len(told) == 1


def test_attack_who_read_a_link_waits_for_the_next_one(
    practice: Practice, kim: Actor, hoa: Credentials
) -> None:
    """Vulnerability: the token that a used link gave works again after the next link was used.

    Scenario: somebody uses a patient's link first; the desk sends another, the patient uses it.
    Verified: only the patient's own token sets the password.
    """
    use = portal_sign_in.sign_in_with_link
    stolen = practice.call(use, linked(practice, kim, hoa.patient_id).token)
    own = practice.call(use, linked(practice, kim, hoa.patient_id).token)
    refusal(practice, portal_sign_in.choose_password, stolen.token, OWN, OWN)
    assert practice.call(portal_sign_in.choose_password, own.token, OWN, OWN)


def test_p11_a_link_leaves_a_patients_own_password_until_it_is_used(
    practice: Practice, kim: Actor, hoa: Credentials
) -> None:
    """Else whoever asks for a link in a patient's name locks the patient out."""
    chosen(practice, hoa)
    link = linked(practice, kim, hoa.patient_id)
    assert practice.call(portal_sign_in.sign_in, hoa.user_name, OWN)
    practice.call(portal_sign_in.sign_in_with_link, link.token)
    wrong(practice, hoa.user_name, OWN)


def test_p12_a_patient_changes_password_and_user_name(practice: Practice, hoa: Credentials) -> None:
    chosen(practice, hoa)
    new, name = "Lantern 4 sea", "hoa.nguyen"
    change_it, rename = portal_sign_in.change_password, portal_sign_in.change_user_name
    refusal(practice, change_it, hoa.user_name, "Wrong door 1", new, new)
    with pytest.raises(BadInput, match="not the same"):
        practice.call(change_it, hoa.user_name, OWN, new, OWN)
    practice.call(change_it, hoa.user_name, OWN, new, new)
    wrong(practice, hoa.user_name, OWN)
    refusal(practice, rename, hoa.user_name, OWN, name)
    with pytest.raises(BadInput, match="letters a to z"):
        practice.call(rename, hoa.user_name, new, "hoa nguyễn")
    with pytest.raises(BadInput, match="in the password"):
        practice.call(rename, hoa.user_name, new, "lantern")
    practice.call(rename, hoa.user_name, new, name)
    wrong(practice, hoa.user_name, new)
    assert practice.call(portal_sign_in.sign_in, name, new).patient_id == hoa.patient_id


def test_attack_guessing_a_patients_password(
    practice: Practice, kim: Actor, hoa: Credentials, clock: FixedClock
) -> None:
    """Vulnerability: passwords are tried without end (S3).

    Scenario: five wrong ones, then the right one; after the pause again, until 100 in a row.
    Verified: five pause for five minutes, 100 shut it until the office makes a new password.
    """
    for _ in range(5):
        wrong(practice, hoa.user_name)
    wrong(practice, hoa.user_name, hoa.password)
    clock.advance(minutes=5)
    assert practice.call(portal_sign_in.sign_in, hoa.user_name, hoa.password)
    change_store(practice, "UPDATE portal_credential SET failed_attempts = 99")
    wrong(practice, hoa.user_name)
    clock.advance(hours=1)
    wrong(practice, hoa.user_name, hoa.password)
    assert practice.call(online_access.online_access, kim, hoa.patient_id).is_shut
    again = practice.call(online_access.generate, kim, hoa.patient_id)
    assert practice.call(portal_sign_in.sign_in, again.user_name, again.password)


def test_s3_a_patients_pause_by_a_clock_that_ran_ahead_is_over_once_the_clock_is_right(
    practice: Practice, kim: Actor, hoa: Credentials, clock: FixedClock
) -> None:
    clock.advance(days=3)
    for _ in range(5):
        wrong(practice, hoa.user_name)
    clock.advance(days=-3)
    assert practice.call(online_access.online_access, kim, hoa.patient_id).paused_until is None
    wrong(practice, hoa.user_name)
    assert practice.call(portal_sign_in.sign_in, hoa.user_name, hoa.password)


def test_p10_p11_what_was_issued_by_a_clock_that_ran_ahead_opens_nothing_once_it_is_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """A password and a link that would be good for years; new ones take their place."""
    with_portal(practice)
    patients = [enter_patient(practice) for _ in range(2)]
    clock.advance(days=1825)
    ahead = sign_in("kim")
    password = practice.call(online_access.provide, ahead, patients[0])
    link = linked(practice, ahead, patients[1])
    clock.advance(minutes=-10)
    assert practice.call(portal_sign_in.sign_in, password.user_name, password.password)
    clock.advance(days=-1824)
    wrong(practice, password.user_name, password.password)
    refusal(practice, portal_sign_in.sign_in_with_link, link.token)
    kim = sign_in("kim")
    again = practice.call(online_access.generate, kim, patients[0])
    assert practice.call(portal_sign_in.sign_in, again.user_name, again.password)
    link = linked(practice, kim, patients[1])
    assert practice.call(portal_sign_in.sign_in_with_link, link.token)


def test_attack_finding_out_which_patients_have_access(
    practice: Practice, kim: Actor, hoa: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: message, time or writes tell who is a patient (S3).

    Scenario: unknown, wrong, paused, removed and deceased are tried, and the slow steps counted.
    Verified: one sentence, one comparison of the same cost, and as many rows written for each.
    """
    compared: list[str] = []
    stock = passwords._hasher().verify

    def noting(stored: str, password: str) -> bool:
        compared.append(stored.split("$")[3])
        return stock(stored, password)

    hasher = passwords._hasher()
    monkeypatch.setattr(
        passwords, "_hasher", lambda: type("Noting", (), {"verify": staticmethod(noting)})()
    )
    assert hasher is not passwords._hasher()
    dead = enter_patient(practice)
    change_store(
        practice,
        "INSERT INTO portal_credential (patient_id, user_name, password_hash) SELECT ?, 'gone1',"
        " password_hash FROM portal_credential WHERE patient_id = ?",
        dead,
        hoa.patient_id,
    )
    change_store(practice, "UPDATE patient SET status = 'deceased' WHERE patient_id = ?", dead)
    told, work = [], []
    for name, password in (
        ("nobody", hoa.password),
        ("", ""),
        (hoa.user_name, "Wrong door 1"),
        ("gone1", hoa.password),
    ):
        before = practice.call(lambda store: store.db.total_changes)
        told.append(wrong(practice, name, password))
        written = practice.call(lambda store: store.db.total_changes) - before
        work.append((len(compared), compared[-1], written))
        compared.clear()
    for _ in range(4):
        wrong(practice, hoa.user_name)
    told.append(wrong(practice, hoa.user_name, hoa.password))
    practice.call(online_access.remove, kim, hoa.patient_id)
    told.append(wrong(practice, hoa.user_name, hoa.password))
    assert len(set(told)) == 1
    # One row for the try, one for the event.
    assert work == [(1, "m=19456,t=2,p=1", 2)] * 4


def test_what_is_typed_at_the_portal_is_not_written_down(
    practice: Practice, hoa: Credentials
) -> None:
    """People type passwords into the field for the name, and half characters anywhere."""
    wrong(practice, hoa.password, "\ud800")
    refusal(practice, portal_sign_in.sign_in_with_link, "\ud800")
    wrong(practice, hoa.user_name, "Wrong door 1")
    rows = practice.call(Store.rows, "SELECT * FROM audit_log WHERE source = 'portal'")
    assert [row["patient_id"] for row in rows] == [None, hoa.patient_id]
    for row in rows:
        assert hoa.password not in str(tuple(row))
        assert "Wrong door" not in str(tuple(row))


def test_attack_a_password_is_replaced_while_it_is_compared(
    practice: Practice, kim: Actor, hoa: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: the desk removes access between the comparison and the session.

    Scenario: access is removed at the moment the password was found right.
    Verified: no session begins.
    """
    check = passwords.check_password

    def slow(stored: str | None, password: str) -> None:
        check(stored, password)
        with Practice.open(practice.folder.path.parent, practice.pgid, practice.clock) as desk:
            desk.call(online_access.remove, kim, hoa.patient_id)

    monkeypatch.setattr("store.use_cases.portal_sign_in.check_password", slow)
    with pytest.raises(ChairsideError):
        practice.call(portal_sign_in.sign_in, hoa.user_name, hoa.password)
