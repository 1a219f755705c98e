"""What is wiped from the store is unreadable on the disk as well, the write-ahead log included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from store.access import Actor
from store.carrier_settings import CarrierForm
from store.database import Store
from store.practice import Practice
from store.use_cases import (
    carriers,
    contact,
    invitations,
    online_access,
    portal_sign_in,
)
from tests.clocks import FixedClock
from tests.people import SignIn, change_store
from tests.store.portal_patients import with_portal
from tests.store.use_cases.inviting import agreed, mails, rule_on, run, sent_password, visit

SERVER = CarrierForm(
    "email",
    "smtp",
    address="mail.example.org",
    account="office",
    secret="copper-kettle-42",
    sender="office@maple.example",
)
Wipe = Callable[[Practice, Actor, int], None]


def renamed_at_the_desk(practice: Practice, kim: Actor, patient: int) -> None:
    practice.call(online_access.change_user_name, kim, patient, "Somebody-Else")


def renamed_by_the_patient(practice: Practice, kim: Actor, patient: int) -> None:
    name = practice.call(online_access.online_access, kim, patient).user_name
    ((_, mail),) = mails(practice)
    practice.call(portal_sign_in.change_user_name, name, sent_password(mail), "Somebody-Else")


def another_address(practice: Practice, kim: Actor, patient: int) -> None:
    was = practice.call(contact.contact, kim, patient)
    practice.call(contact.save_contact, kim, patient, replace(was, email="new@example.org"))


def invited_again(practice: Practice, kim: Actor, patient: int) -> None:
    change_store(practice, "UPDATE portal_invite SET status = 'send_failed'")
    practice.call(invitations.retry_invitation, kim, 1)


def another_account(practice: Practice, kim: Actor, patient: int) -> None:
    practice.call(carriers.save_carrier, kim, replace(SERVER, secret="tin-kettle-43"))


def kept(practice: Practice) -> set[bytes]:
    """Return every secret that the store holds of patients, messages and servers."""
    found = practice.call(
        Store.rows,
        "SELECT CAST(password_hash AS BLOB) FROM portal_credential UNION"
        " SELECT sealed_body FROM outbox_message UNION SELECT sealed_secret FROM message_carrier",
    )
    return {bytes(row[0]) for row in found if row[0] is not None}


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    with_portal(practice)
    return sign_in("kim")


@pytest.mark.parametrize(
    "wipe",
    [
        renamed_at_the_desk,
        renamed_by_the_patient,
        another_address,
        invited_again,
        another_account,
    ],
)
def test_attack_reading_wiped_passwords_out_of_the_files_of_the_store(
    practice: Practice, kim: Actor, wipe: Wipe
) -> None:
    """Vulnerability: what was wiped still stands in the log of the database, with the key beside.

    Verified: after each use case that replaces or withdraws a secret, no file holds it any more.
    """
    practice.call(carriers.save_carrier, kim, SERVER)
    patient = agreed(practice)
    practice.call(invitations.invite, kim, patient)
    before = kept(practice)
    wipe(practice, kim, patient)
    gone = before - kept(practice)
    assert gone
    files = b"".join(path.read_bytes() for path in practice.folder.path.glob("practice.db*"))
    assert not [secret for secret in gone if secret in files]


def test_attack_a_rule_of_the_night_leaves_what_it_replaced(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    patient = agreed(practice)
    practice.call(online_access.provide, kim, patient)
    before = kept(practice)
    visit(practice, patient, clock.now() + timedelta(days=1))
    rule_on(practice, kim, "before_appointment")
    assert run(practice) == 1
    gone = before - kept(practice)
    assert gone
    files = b"".join(path.read_bytes() for path in practice.folder.path.glob("practice.db*"))
    assert not [secret for secret in gone if secret in files]


def test_attack_a_password_goes_to_an_address_that_was_put_right(
    practice: Practice, kim: Actor
) -> None:
    """Scenario: the address was a stranger's by mistake; it is mended before the mail leaves.

    Verified: nothing goes to the old address any more, and the list says why.
    """
    patient = agreed(practice)
    practice.call(invitations.invite, kim, patient)
    another_address(practice, kim, patient)
    assert mails(practice) == []
    (shown,) = practice.call(invitations.invitation_list, kim).rows
    assert (shown.state, shown.reason) == ("send_failed", "The e-mail address was changed.")
    practice.call(invitations.retry_invitation, kim, shown.invite_id)
    assert [to for to, _ in mails(practice)] == ["new@example.org"]
