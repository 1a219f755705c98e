"""Front desk > Invitations: who can be invited to the portal, inviting, and what came of it (P11).

One rule: credential, invitation, mail and audit event stand in one transaction; nobody gets a mail
with a password that is not valid, nor a password that was not sent.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store import invitation_candidates, invitations, invitations_due, invite_rules, outbox
from store.access import Actor, change, check, check_is_runner, view
from store.clock import moment
from store.database import Store
from store.errors import BadInput, ChairsideError, Conflict, NotFound, SessionEnded, StoreProblem
from store.invitation_candidates import full_name, gap_start, why_not
from store.invitation_letters import zone_of
from store.invitations import Invited as Invited
from store.invitations import Occasion
from store.invitations_due import Due
from store.rights import Level, Need, Right

SEE = Need(Right.INVITATIONS, Level.VIEW)
SEND = Need(Right.INVITATIONS)
PROVIDE = Need(Right.ONLINE_ACCESS)
PAGE = 200
LONGEST_PAGE = 1_000
BATCH = 25
"""Patients that one call of `invite_many` sees to: a password takes 20 ms to hash, and a screen
must be able to stop in between."""
MOST_PER_RUN = 200
"""A rule that finds a whole practice spreads over several runs; no mail server takes it at once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient who has never signed in; `why_not` is empty where nothing speaks against it."""

    patient_id: int
    name: str
    email_masked: str
    why_not: str


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """One page by name; `next` is what `after` takes to go on, None at the end."""

    rows: tuple[Candidate, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """How many patients can be invited by hand now, and how many cannot."""

    qualify: int
    not_qualify: int


@dataclass(frozen=True, slots=True)
class InviteResult:
    """What came of one patient: `invited`, or the reason in `why_not`."""

    patient_id: int
    name: str
    invited: Invited | None
    why_not: str


@dataclass(frozen=True, slots=True)
class InviteReport:
    """One batch: how many were invited, what came of each, and the patients that are left."""

    invited: int
    results: tuple[InviteResult, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation. `state` is a code of `auto_comm_status`, `mode` one of `invite_mode`."""

    invite_id: int
    patient_id: int
    name: str
    mode: str
    state: str
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    sent_to_masked: str
    reason: str
    has_signed_in: bool


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """One page, newest first; `next` is what `after` takes to go on, None at the end."""

    rows: tuple[Invitation, ...]
    next: int | None


class NotInvited(Conflict):
    """Something speaks against inviting this patient; the sentence names all of it."""

    title = "Not invited"

    def __init__(self, what: str) -> None:
        super().__init__(what, kept="No invitation was sent.")


def candidates(
    store: Store, actor: Actor, *, qualifies: bool, after: int | None = None, limit: int = PAGE
) -> CandidatePage:
    """Return a page of patients who have never signed in, by name. Raises Refused."""
    view(store, actor, SEE)
    wanted = max(1, min(limit, LONGEST_PAGE))
    rows, further = invitation_candidates.page(
        store, qualifies=qualifies, after=after, limit=wanted
    )
    zone = zone_of(store)
    found = tuple(
        Candidate(
            row["patient_id"],
            full_name(row),
            outbox.mask(row["email"]) if row["email"] else "",
            why_not(row, zone),
        )
        for row in rows
    )
    return CandidatePage(found, further)


def count(store: Store, actor: Actor) -> Candidates:
    """Return how many can be invited by hand now, and how many cannot. Raises Refused."""
    view(store, actor, SEE)
    return Candidates(*invitation_candidates.counts(store))


def invite(store: Store, actor: Actor, patient_id: int) -> Invited:
    """Invite one patient at their wish, also one who has not agreed to e-mail in general.

    Raises:
        Refused: Patient - Portal Invitations: Full Control is missing, or Patient - Online Access:
            Full Control where access has to be provided first.
        NotInvited: the patient does not meet P1, has signed in before, or was invited lately.
        Conflict: the portal's address is not set.
        NotFound, BadInput: no such patient; an e-mail address that is none.
    """
    invited = _invite_by_hand(store, actor, patient_id, agreed=True)
    store.scrub_log()
    return invited


def invite_many(store: Store, actor: Actor, patient_ids: tuple[int, ...]) -> InviteReport:
    """Invite up to `BATCH` patients; call it again with `left` until that is empty, or stop.

    Each is a transaction of its own: what fails for one stops nobody else, and others are not kept
    waiting. Run again it invites nobody twice. Who has not agreed to e-mail is left out.
    Raises Refused.
    """
    view(store, actor, SEND)
    unique = tuple(dict.fromkeys(patient_ids))
    results = tuple(_tried(store, actor, patient_id) for patient_id in unique[:BATCH])
    store.scrub_log()
    invited = sum(result.invited is not None for result in results)
    return InviteReport(invited, results, unique[BATCH:])


def invitation_list(
    store: Store, actor: Actor, after: int | None = None, limit: int = PAGE
) -> InvitationPage:
    """Return a page of invitations, newest first. Raises Refused."""
    view(store, actor, SEE)
    wanted = max(1, min(limit, LONGEST_PAGE))
    rows = invitations.listed(store, after, wanted + 1)
    shown = tuple(_invitation(row) for row in rows[:wanted])
    return InvitationPage(shown, shown[-1].invite_id if len(rows) > wanted else None)


def retry_invitation(store: Store, actor: Actor, invite_id: int) -> Invited:
    """Send an invitation again, with a new password or link: after a failure, or a lost mail.

    Only the newest invitation of a patient, and each once: the new one stands in the list instead.
    The gap between invitations does not bar it. Raises as `invite` does, NotInvited also where it
    is still on its way.
    """
    password = invitations.made_password(store)
    with change(store, actor, SEND) as tx:
        first = invitations.by_id(store, invite_id)
        patient_id = first["patient_id"]
        _check_may_repeat(store, first)
        # Nothing was sent after the end of time: only what is on its way bars it still.
        patient = _checked(store, patient_id, since="9999-12-31T23:59:59Z", agreed=True)
        _check_may_provide(store, actor, patient)
        rule = _rule_of(store, first, patient)
        occasion = Occasion(f"again:{invite_id}", rule, first["appointment_id"])
        invited = invitations.send(store, tx, patient, occasion, password, by=actor.user_id)
    store.scrub_log()
    return invited


def queue_due_invitations(store: Store, runner: Actor) -> int:
    """Invite whoever the rules that are on find now, each once; return how many.

    Whose e-mail address cannot be used gets an invitation that failed, with the reason.
    Raises Refused for everybody but the unattended run; StoreProblem, and what was done stays.
    """
    check_is_runner(runner)
    if not invitations.can_invite(store):
        return 0
    invited = 0
    for number, found in enumerate(invitations_due.due(store)):
        if number == MOST_PER_RUN:
            break
        invited += _invite_due(store, runner, found)
    store.scrub_log()
    return invited


def _invite_by_hand(store: Store, actor: Actor, patient_id: int, *, agreed: bool) -> Invited:
    password = invitations.made_password(store)
    with change(store, actor, SEND) as tx:
        office_id = store.value("SELECT office_id FROM patient WHERE patient_id = ?", (patient_id,))
        rule = invite_rules.by_hand(store, office_id)
        since = gap_start(store.clock.now(), rule.not_within_days)
        patient = _checked(store, patient_id, since=since, agreed=agreed)
        _check_may_provide(store, actor, patient)
        key = f"by_hand:{patient_id}:{invitations.last_of(store, patient_id)}"
        occasion = Occasion(key, rule)
        return invitations.send(store, tx, patient, occasion, password, by=actor.user_id)


def _tried(store: Store, actor: Actor, patient_id: int) -> InviteResult:
    try:
        invited = _invite_by_hand(store, actor, patient_id, agreed=False)
    except (SessionEnded, StoreProblem):
        raise
    except ChairsideError as problem:
        return InviteResult(patient_id, _name_of(store, patient_id), None, problem.what)
    return InviteResult(patient_id, _name_of(store, patient_id), invited, "")


def _invite_due(store: Store, runner: Actor, found: Due) -> bool:
    """Invite one patient unless something speaks against it by now."""
    password = invitations.made_password(store)
    try:
        with change(store, runner, None) as tx:
            since = invitations_due.since(store.clock.now(), found.occasion.rule)
            patient = _checked(store, found.patient_id, since=since, agreed=False)
            invitations_due.check_still_due(store, found, patient["printed_at"], since)
            invitations.send(store, tx, patient, found.occasion, password, by=None)
            return True
    except (Conflict, NotFound):
        return False
    except BadInput as problem:
        with change(store, runner, None) as tx:
            invitations.note_failure(store, tx, found.patient_id, found.occasion, problem.what)
        return False


def _checked(store: Store, patient_id: int, *, since: str, agreed: bool) -> sqlite3.Row:
    """Return a patient who can be invited. Raises NotFound, NotInvited with all the reasons."""
    row = invitation_candidates.one(store, patient_id, since)
    if row is None:
        raise NotFound("There is no such patient.")
    against = why_not(row, zone_of(store), agreed=agreed)
    if against:
        raise NotInvited(against)
    return row


def _check_may_provide(store: Store, actor: Actor, patient: sqlite3.Row) -> None:
    """Who only invites does not give access as well; a new password for who has it is no gift."""
    if not patient["has_access"]:
        check(store, actor, PROVIDE)


def _check_may_repeat(store: Store, first: sqlite3.Row) -> None:
    if invitations.last_of(store, first["patient_id"]) != first["portal_invite_id"]:
        raise NotInvited("The patient was invited again since.")
    if first["status"] == "send_not_attempted":
        raise NotInvited("The invitation is still on its way.")


def _rule_of(store: Store, first: sqlite3.Row, patient: sqlite3.Row) -> invite_rules.InviteRule:
    if first["portal_invite_rule_id"] is None:
        return invite_rules.by_hand(store, patient["office_id"])
    return invite_rules.by_id(store, first["portal_invite_rule_id"])


def _name_of(store: Store, patient_id: int) -> str:
    named = "SELECT last_name, first_name FROM patient WHERE patient_id = ?"
    row = store.one(named, (patient_id,))
    return "" if row is None else full_name(row)


def _invitation(row: sqlite3.Row) -> Invitation:
    return Invitation(
        row["portal_invite_id"],
        row["patient_id"],
        full_name(row),
        row["mode"] or "by_hand",
        row["status"],
        moment(row["created_at"]),
        row["sender"] or "",
        moment(row["sent_at"]) if row["sent_at"] else None,
        row["recipient_masked"] or "",
        row["error"] or "",
        row["last_login_at"] is not None,
    )
