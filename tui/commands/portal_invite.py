"""`chairside portal invite`: inviting patients to the portal by e-mail, one, many or all (P11).

One rule: nobody is invited whom the command has not counted first; `--dry-run` shows who.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import click

from store.errors import BadInput
from tui.commands.portal_desk import Answer, column, day_of, desk, desk_options, for_each
from tui.commands.portal_patients import Who
from tui.commands.support import (
    ProgressPrinter,
    handles_errors,
    json_option,
    print_json,
    shown,
    until_interrupted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.invitations import Candidate, Invited, InviteResult


@click.command("invite")
@desk_options
@click.argument("asked", metavar="[PATIENT...]", nargs=-1)
@click.option("--due", is_flag=True, help="Whoever the rules find now, as the runner does.")
@click.option("--all-qualifying", "everybody", is_flag=True, help="Everybody who can be invited.")
@click.option("--dry-run", is_flag=True, help="Tell who can be invited and who not; send nothing.")
@json_option
@handles_errors
def invite(
    asked: tuple[str, ...],
    due: bool,
    everybody: bool,
    dry_run: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Invite patients by e-mail, with a one-time password or link.

    Only patients who have never signed in and whose contact data is complete. Nobody is invited
    twice within the least time between two invitations; it is safe to run again.
    """
    if bool(asked) + due + everybody != 1:
        raise click.UsageError("Name patients, or say --due or --all-qualifying.")
    if dry_run and not everybody:
        raise click.UsageError("--dry-run goes with --all-qualifying.")
    with desk(where).opened() as (practice, actor):
        if dry_run:
            _tell_candidates(practice, actor, as_json)
        elif everybody:
            _invite_all(practice, actor, as_json)
        elif due:
            _invite_due(practice, actor, as_json)
        else:
            _invite_named(practice, actor, asked, as_json)


def _invite_named(practice: Practice, actor: Actor, asked: tuple[str, ...], as_json: bool) -> None:
    from store.use_cases import invitations

    def do(who: Who) -> Answer:
        made = practice.call(invitations.invite, actor, who.patient_id)
        until = (
            "" if made.valid_until is None else f", good until {day_of(practice, made.valid_until)}"
        )
        sentence = f"The invitation goes to {shown(made.sent_to_masked)}{until}."
        return Answer(sentence, _as_json(made))

    try:
        for_each(practice, actor, asked, do, as_json)
    finally:
        _send(practice)


def _invite_due(practice: Practice, actor: Actor, as_json: bool) -> None:
    from store.access import unattended
    from store.use_cases import invitations

    # Refuses whoever may not invite; what is due itself is the unattended run's.
    practice.call(invitations.invite_many, actor, ())
    runner = unattended(platform.node() or "this computer")
    queued = practice.call(invitations.queue_due_invitations, runner)
    _send(practice)
    if as_json:
        print_json({"invited": queued})
    else:
        click.echo(f"{queued:,} invited." if queued else "No rule finds anybody now.")


def _invite_all(practice: Practice, actor: Actor, as_json: bool) -> None:
    from store.use_cases import invitations

    left = tuple(one.patient_id for one in _candidates(practice, actor, qualifies=True))
    total, invited = len(left), 0
    results: list[InviteResult] = []
    with ProgressPrinter(quiet=as_json) as printer, until_interrupted() as interrupted:
        while left and not interrupted():
            report = practice.call(invitations.invite_many, actor, left)
            if len(report.left) >= len(left):
                raise BadInput("The invitations do not go on.", kept="Those sent stay sent.")
            left, invited = report.left, invited + report.invited
            results += report.results
            printer("Inviting", total - len(left), total)
    _send(practice)
    failed = [one for one in results if one.invited is None]
    _tell_all(invited, failed, len(left), as_json)
    if failed or left:
        raise SystemExit(1)


def _tell_all(invited: int, failed: list[InviteResult], left: int, as_json: bool) -> None:
    if as_json:
        reasons = [
            {"patient": one.patient_id, "name": one.name, "why_not": one.why_not} for one in failed
        ]
        print_json({"invited": invited, "not_invited": reasons, "not_begun": left})
        return
    for one in failed:
        click.echo(f"{shown(one.name)}: not invited. {shown(one.why_not)}")
    more = f", {left:,} not begun; run it again for those" if left else ""
    click.echo(f"{invited:,} invited, {len(failed):,} not{more}.")


def _tell_candidates(practice: Practice, actor: Actor, as_json: bool) -> None:
    can = list(_candidates(practice, actor, qualifies=True))
    cannot = list(_candidates(practice, actor, qualifies=False))
    if as_json:
        print_json(
            {
                "can_be_invited": [_candidate_as_json(one) for one in can],
                "cannot": [_candidate_as_json(one) for one in cannot],
            }
        )
        return
    for one in can:
        click.echo(f"{one.patient_id:>7}  {column(one.name, 22)}  {shown(one.email_masked)}")
    for one in cannot:
        click.echo(f"{one.patient_id:>7}  {column(one.name, 22)}  cannot: {shown(one.why_not)}")
    click.echo(f"{len(can):,} can be invited, {len(cannot):,} not. Nothing was sent.", err=True)


def _candidates(practice: Practice, actor: Actor, *, qualifies: bool) -> Iterator[Candidate]:
    from store.use_cases import invitations

    after: int | None = None
    while True:
        page = practice.call(invitations.candidates, actor, qualifies=qualifies, after=after)
        yield from page.rows
        after = page.next
        if after is None:
            return


def _send(practice: Practice) -> None:
    """Hand over what waits; what cannot be sent now stays for the runner."""
    from exporter.messages.delivery import deliver

    done = deliver(practice)
    if done.waiting:
        click.echo(
            f"{done.waiting:,} messages wait to be sent; why: chairside portal mail-server.",
            err=True,
        )
    if done.failed:
        click.echo(
            f"{done.failed:,} messages failed; why: chairside portal activity --state failed.",
            err=True,
        )


def _as_json(made: Invited) -> dict[str, Any]:
    return {
        "user_name": made.user_name,
        "sent_to": made.sent_to_masked,
        "valid_until": None if made.valid_until is None else made.valid_until.isoformat(),
    }


def _candidate_as_json(one: Candidate) -> dict[str, Any]:
    return {
        "patient": one.patient_id,
        "name": one.name,
        "email": one.email_masked or None,
        "why_not": one.why_not or None,
    }
