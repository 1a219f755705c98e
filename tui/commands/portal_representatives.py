"""`chairside portal representatives`: who may act for a patient in the portal, and since when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

import click

from tui.commands.portal_desk import desk, desk_options, one_patient
from tui.commands.portal_patients import Who
from tui.commands.support import handles_errors, json_option, print_json, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.representatives import Basis, Representative

_BASES = ("guarantor", "guardian", "responsible-party", "representative")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("representatives")
@desk_options
@click.argument("asked", metavar="PATIENT")
@click.option("--add", "added", metavar="PATIENT", help="Let this person act for the patient.")
@click.option("--end", "ended", metavar="PATIENT", help="Let this person act no longer.")
@click.option(
    "--as",
    "basis",
    type=click.Choice(_BASES),
    default="representative",
    show_default=True,
    help="On what ground.",
)
@click.option("--from", "since", type=_DAY, metavar="DAY", help="First day; by default today.")
@click.option("--until", type=_DAY, metavar="DAY", help="Last day; with --end, by default over.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for whoever reads it later.")
@json_option
@handles_errors
def representatives(
    asked: str,
    added: str | None,
    ended: str | None,
    basis: str,
    since: datetime | None,
    until: datetime | None,
    reason: str,
    as_json: bool,
    **where: Any,
) -> None:
    """Show who may act for a patient in the portal; add or end one.

    Guardians and the guarantor may while the patient is under 18. From then on only whoever is
    entered.
    """
    if added and ended:
        raise click.UsageError("Either --add or --end, one at a time.")
    if (added or ended) and not reason.strip():
        raise click.UsageError("Say why with --reason.")
    last = None if until is None else until.date()
    with desk(where).opened() as (practice, actor):
        patient = one_patient(practice, actor, asked)
        if added:
            first = None if since is None else since.date()
            _add(practice, actor, patient, added, basis, reason, first, last)
        elif ended:
            _end(practice, actor, patient, ended, reason, last)
        _show(practice, actor, patient, as_json)


def _add(
    practice: Practice,
    actor: Actor,
    patient: Who,
    added: str,
    basis: str,
    reason: str,
    first: date | None,
    last: date | None,
) -> None:
    from store.use_cases.representatives import add_representative

    practice.call(
        add_representative,
        actor,
        patient.patient_id,
        one_patient(practice, actor, added).patient_id,
        cast("Basis", basis.replace("-", "_")),
        reason=reason,
        valid_from=first,
        valid_to=last,
    )


def _end(
    practice: Practice, actor: Actor, patient: Who, ended: str, reason: str, last: date | None
) -> None:
    from store.use_cases.representatives import end_representative

    practice.call(
        end_representative,
        actor,
        patient.patient_id,
        one_patient(practice, actor, ended).patient_id,
        reason=reason,
        last_day=last,
    )


def _show(practice: Practice, actor: Actor, patient: Who, as_json: bool) -> None:
    from store.use_cases.representatives import list_representatives

    found = practice.call(list_representatives, actor, patient.patient_id)
    if as_json:
        print_json({**patient.as_json(), "representatives": [_as_json(one) for one in found]})
        return
    click.echo(f"{patient.line}:" + ("" if found else " nobody else may act."))
    for one in found:
        click.echo(f"  {_line(one)}")


def _line(one: Representative) -> str:
    person = Who(one.patient_id, one.name, "", one.birthdate)
    since = "" if one.valid_from is None else f", from {one.valid_from:%d %b %Y}"
    until = "" if one.valid_to is None else f", until {one.valid_to:%d %b %Y}"
    if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
        since, until = f", from {one.valid_from:%d %b %Y}", ", ended the same day"
    why = shown(one.reason) or "by the rule for minors"
    state = {"now": "may act", "later": "may act later", "ended": "ended"}[one.state]
    return f"{state:<14}{person.line}, {one.basis.replace('_', ' ')}{since}{until}: {why}"


def _as_json(one: Representative) -> dict[str, Any]:
    return {
        "patient": one.patient_id,
        "name": one.name,
        "as": one.basis,
        "from": None if one.valid_from is None else one.valid_from.isoformat(),
        "until": None if one.valid_to is None else one.valid_to.isoformat(),
        "reason": one.reason or None,
        "state": one.state,
        "by_rule": one.entry_id is None,
    }
