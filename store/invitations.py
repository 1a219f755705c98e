"""Invitations to the portal: making one, and all SQL about them.

One rule: an occasion invites once, whoever comes first; a patient has one set of credentials, so
an invitation ends whatever was sent or printed before (REQUIREMENTS P11).
How far an invitation is follows its message: a trigger keeps `status` in step with the outbox.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import invitation_letters, outbox, portal_credentials, portal_setup
from store.access import Change
from store.clock import instant
from store.database import Store
from store.errors import Conflict, NotFound
from store.invite_rules import InviteRule
from store.passwords import Hashed

PURPOSE = portal_credentials.INVITATION
"""The purpose of the messages that carry invitations; the trigger knows it too."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an invitation is made for; `key` is unique for ever."""

    key: str
    rule: InviteRule
    appointment_id: int | None = None
    office_id: int | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that is on its way; the password went into the mail and nowhere else."""

    user_name: str
    sent_to_masked: str
    valid_until: datetime | None


def made_password(store: Store) -> Hashed | None:
    """Return a new one-time password for an invitation; None where it carries a link instead."""
    if portal_setup.read(store).invitation_carries == "link":
        return None
    return portal_credentials.made_password()


def send(
    store: Store,
    tx: Change,
    patient: sqlite3.Row,
    occasion: Occasion,
    password: Hashed | None,
    *,
    by: int | None,
) -> Invited:
    """Invite a patient inside the running transaction: credentials, mail, invitation, event.

    Args:
        patient: `patient_id`, `first_name`, `email` and `office_id`.
        password: what `made_password` returned before the transaction.
        by: the user who does it, None for the unattended run.

    Raises:
        Conflict: the occasion has invited already, or access may not be given.
        MissingData: what P1 asks for is missing.
        BadInput: the e-mail address is none.
    """
    check_is_new(store, occasion.key)
    patient_id = patient["patient_id"]
    carries = portal_setup.read(store).invitation_carries
    _check_address_is_set(store)
    user_name, secret, until = _issued(store, tx, patient_id, carries, password, by)
    letter = invitation_letters.worded(
        store,
        occasion.rule,
        first_name=patient["first_name"],
        office_id=occasion.office_id or patient["office_id"],
        user_name=user_name,
        secret=secret,
        valid_until=until,
    )
    message = outbox.queue_mail(
        store,
        purpose=PURPOSE,
        recipient=patient["email"],
        mail=outbox.Mail(letter.subject, letter.plain, letter.html),
        lifetime=until - store.clock.now(),
        patient_id=patient_id,
    )
    masked = outbox.mask(patient["email"].strip())
    number = _insert(store, patient_id, occasion, carries, by, outbox_message_id=message)
    tx.record(
        "portal.invite",
        f"Invited to the portal by e-mail to {masked}.",
        patient_id=patient_id,
        object_=f"portal_invite:{number}",
    )
    return Invited(user_name, masked, until)


def can_invite(store: Store) -> bool:
    """Tell whether anybody can be invited at all: the portal's address is set (P2)."""
    return bool(portal_setup.url_of(store))


def note_failure(
    store: Store, tx: Change, patient_id: int, occasion: Occasion, reason: str
) -> None:
    """Keep, inside the running transaction, that an occasion could not invite, and why.

    It is seen in the list, and the unattended run does not try it again every hour.
    """
    check_is_new(store, occasion.key)
    carries = portal_setup.read(store).invitation_carries
    number = _insert(store, patient_id, occasion, carries, None, error=reason)
    tx.record(
        "portal.invite_failed",
        f"An invitation could not be made: {reason}",
        patient_id=patient_id,
        object_=f"portal_invite:{number}",
    )


def check_is_new(store: Store, key: str) -> None:
    """Raise Conflict if the occasion has invited already."""
    if store.one("SELECT 1 FROM portal_invite WHERE occasion = ?", (key,)):
        raise Conflict("The patient was invited for this already.", kept="Nothing was sent again.")


def last_of(store: Store, patient_id: int) -> int:
    """Return the number of a patient's newest invitation, 0 where there is none."""
    newest = "SELECT max(portal_invite_id) FROM portal_invite WHERE patient_id = ?"
    return store.value(newest, (patient_id,)) or 0


def by_id(store: Store, invite_id: int) -> sqlite3.Row:
    """Return an invitation. Raises NotFound."""
    row = store.one("SELECT * FROM portal_invite WHERE portal_invite_id = ?", (invite_id,))
    if row is None:
        raise NotFound("There is no such invitation.")
    return row


def listed(store: Store, before: int | None, limit: int) -> list[sqlite3.Row]:
    """Return invitations with patient, sender and message, newest first."""
    return store.rows(
        "SELECT i.*, p.last_name, p.first_name, u.full_name AS sender, r.mode,"
        " m.recipient_masked, c.last_login_at FROM portal_invite i"
        " JOIN patient p USING (patient_id)"
        " LEFT JOIN portal_invite_rule r USING (portal_invite_rule_id)"
        " LEFT JOIN user u ON u.user_id = i.created_by"
        " LEFT JOIN outbox_message m USING (outbox_message_id)"
        " LEFT JOIN portal_credential c ON c.patient_id = i.patient_id"
        " WHERE :before IS NULL OR i.portal_invite_id < :before"
        " ORDER BY i.portal_invite_id DESC LIMIT :limit",
        {"before": before, "limit": limit},
    )


def _check_address_is_set(store: Store) -> None:
    if not can_invite(store):
        raise Conflict(
            "The portal's address is not set.",
            kept="Nobody was invited.",
            do="It is set under Setup > Patient Portal.",
        )


def _issued(
    store: Store,
    tx: Change,
    patient_id: int,
    carries: str,
    password: Hashed | None,
    by: int | None,
) -> tuple[str, str, datetime]:
    """Issue what the patient signs in with; return user name, secret and until when it is good."""
    if carries == "link":
        link = portal_credentials.issue_link(store, tx, patient_id, by=by)
        address = portal_setup.link_address(portal_setup.url_of(store), link.token)
        return link.user_name, address, link.valid_until
    # Somebody may have chosen passwords over links only now.
    new = password or portal_credentials.made_password()
    given = portal_credentials.issue(store, tx, patient_id, new, by=by, how="invitation")
    assert given.valid_until is not None, "a one-time password without an end"
    return given.user_name, given.password, given.valid_until


def _insert(
    store: Store,
    patient_id: int,
    occasion: Occasion,
    carries: str,
    by: int | None,
    *,
    outbox_message_id: int | None = None,
    error: str | None = None,
) -> int:
    return store.insert(
        "portal_invite",
        {
            "patient_id": patient_id,
            "portal_invite_rule_id": occasion.rule.rule_id or None,
            "appointment_id": occasion.appointment_id,
            "occasion": occasion.key,
            "carries": carries,
            "status": "send_not_attempted" if error is None else "send_failed",
            "outbox_message_id": outbox_message_id,
            "created_at": instant(store.clock.now()),
            "created_by": by,
            "error": error,
        },
    )
