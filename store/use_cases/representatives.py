"""Patients > representatives: who may act for whom in the portal, from when to when, and why."""

from __future__ import annotations

from datetime import date, timedelta

from store import representatives
from store.access import Actor, Change, change, view
from store.clock import instant
from store.database import Store
from store.errors import BadInput, Conflict, NotFound
from store.names import needed
from store.portal_eligibility import check_lives, patient_of
from store.representatives import Basis
from store.representatives import Representative as Representative
from store.rights import Level, Need, Right
from store.schema.messaging import VALUE_SETS

SEE = Need(Right.REPRESENTATIVES, Level.VIEW)
MANAGE = Need(Right.REPRESENTATIVES, Level.FULL)
BASES = VALUE_SETS["representative_basis"]
"""Code and meaning of every ground on which somebody acts for a patient."""


def list_representatives(store: Store, actor: Actor, patient_id: int) -> tuple[Representative, ...]:
    """Return who may act for a patient today, then who will, then who did.

    Those without `entry_id` may by the rule for minors: guardians, and the guarantor while the
    patient is under 18. Raises Refused, NotFound.
    """
    view(store, actor, SEE)
    patient_of(store, patient_id)
    return representatives.listed(store, patient_id, representatives.today(store))


def add_representative(
    store: Store,
    actor: Actor,
    patient_id: int,
    representative_id: int,
    basis: Basis,
    *,
    reason: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> int:
    """Let a person act for a patient; return the number of the entry.

    From then on only what is entered counts for this person, no longer the rule for minors.

    Args:
        valid_from: first day, today if None.
        valid_to: last day, None for no end.

    Raises:
        Refused: the right Patient - Representatives: Full Control is missing.
        NotFound: there is no such patient or person.
        BadInput: the patient themself, a ground that is not, no reason, or days that cannot be.
        Conflict: the person may act on some of these days already, or either has died.
    """
    with change(store, actor, MANAGE) as tx:
        today = representatives.today(store)
        first, why = valid_from or today, needed(reason, "reason", longest=500)
        for number in (patient_id, representative_id):
            check_lives(patient_of(store, number))
        _check(basis, patient_id, representative_id, first, valid_to, today)
        _check_no_overlap(store, patient_id, representative_id, first, valid_to)
        number = _insert(store, actor, patient_id, representative_id, basis, first, valid_to, why)
        until = f" to {valid_to}" if valid_to else ""
        tx.record(
            "representative.add",
            f"Patient {representative_id} may act as {basis} from {first}{until}: {why}",
            patient_id=patient_id,
            object_=f"portal_representative:{number}",
        )
    return number


def end_representative(
    store: Store,
    actor: Actor,
    patient_id: int,
    representative_id: int,
    *,
    reason: str,
    last_day: date | None = None,
) -> None:
    """Let a person act for a patient no longer, also one who may by the rule for minors.

    Args:
        last_day: today or later; None ends it at once. What begins later is taken back.

    Raises Refused, NotFound where the person may not act anyway, BadInput.
    """
    with change(store, actor, MANAGE) as tx:
        patient_of(store, patient_id)
        why = needed(reason, "reason", longest=500)
        today = representatives.today(store)
        if last_day is not None and last_day < today:
            raise BadInput("The last day is over.", do="Choose today or a later day.")
        end = last_day or today - timedelta(days=1)
        open_ones = [
            one
            for one in representatives.listed(store, patient_id, today)
            if one.patient_id == representative_id and one.state != "ended"
        ]
        if not open_ones:
            raise NotFound("That person may not act for this patient.", kept="Nothing was changed.")
        for one in open_ones:
            _end(store, tx, actor, patient_id, one, end, why)


def may_act_for(store: Store, representative_id: int, patient_id: int, on: date) -> bool:
    """Tell whether a person may act for a patient on a day of the practice's time zone.

    What the office entered counts; without an entry guardians and the guarantor may for a patient
    under 18, and nobody for one of 18 and over. A person acts for themself without it: False.
    """
    return representatives.may_act_for(store, representative_id, patient_id, on)


def _check(
    basis: str, patient_id: int, person: int, first: date, last: date | None, today: date
) -> None:
    if basis not in BASES:
        raise BadInput("There is no such ground to act for somebody.")
    if patient_id == person:
        raise BadInput("Nobody represents themself.", do="Choose another person.")
    if last is not None and last < first:
        raise BadInput("The last day is before the first.")
    if last is not None and last < today:
        raise BadInput("The last day is over.", do="Choose today or a later day.")


def _check_no_overlap(
    store: Store, patient_id: int, person: int, first: date, last: date | None
) -> None:
    taken = store.one(
        "SELECT 1 FROM portal_representative WHERE patient_id = ? AND representative_id = ?"
        " AND coalesce(valid_from, '0001-01-01') <= ? AND coalesce(valid_to, '9999-12-31') >= ?"
        " AND coalesce(valid_from, '0001-01-01') <= coalesce(valid_to, '9999-12-31')",
        (patient_id, person, str(last or date.max), str(first)),
    )
    if taken is not None:
        raise Conflict(
            "That person may act for this patient on some of these days already.",
            kept="Nothing was changed.",
            do="End that first, or choose other days.",
        )


def _insert(
    store: Store,
    actor: Actor,
    patient_id: int,
    person: int,
    basis: str,
    first: date | None,
    last: date | None,
    reason: str,
) -> int:
    return store.insert(
        "portal_representative",
        {
            "patient_id": patient_id,
            "representative_id": person,
            "basis": basis,
            "valid_from": None if first is None else str(first),
            "valid_to": None if last is None else str(last),
            "reason": reason,
            "created_at": instant(store.clock.now()),
            "created_by": actor.user_id,
        },
    )


def _end(
    store: Store,
    tx: Change,
    actor: Actor,
    patient_id: int,
    one: Representative,
    end: date,
    reason: str,
) -> None:
    """End one entry inside the running transaction; enter the end of what only the rule allows."""
    number = one.entry_id
    if number is None:
        number = _insert(store, actor, patient_id, one.patient_id, one.basis, None, end, reason)
    else:
        store.execute(
            "UPDATE portal_representative SET valid_to = min(coalesce(valid_to, ?), ?),"
            " edited_at = ?, edited_by = ? WHERE portal_representative_id = ?",
            (str(end), str(end), instant(store.clock.now()), actor.user_id, number),
        )
    tx.record(
        "representative.end",
        f"Patient {one.patient_id} may act no longer; last day {end}: {reason}",
        patient_id=patient_id,
        object_=f"portal_representative:{number}",
    )
