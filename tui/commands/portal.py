"""`chairside portal`: patient online access from a shell, for one patient or a list.

One rule: every command goes through the same use case as its screen; what the screen asks first,
the command takes as said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.commands.portal_activity import activity
from tui.commands.portal_desk import (
    Answer,
    column,
    day_of,
    desk,
    desk_options,
    for_each,
    patients_argument,
)
from tui.commands.portal_invite import invite
from tui.commands.portal_mail import mail_server
from tui.commands.portal_passwords import generate, print_, provide, what_counts
from tui.commands.portal_patients import Who
from tui.commands.portal_representatives import representatives
from tui.commands.portal_settings import settings
from tui.commands.support import handles_errors, json_option, print_json, read_password, shown

if TYPE_CHECKING:
    from store.practice import Practice
    from store.use_cases.online_access import OnlineAccess
    from store.use_cases.patients import FoundPatient


@click.group("portal")
def group() -> None:
    """Give patients online access: provide, print, invite, remove.

    PATIENT is a patient number, a chart number, or the name to the letter, in any order and best
    with the birth date: "Jane Doe 1980-03-14". Name several, or - to read them from standard
    input, one a line, after the password if that comes from there too.
    """


for _command in (
    activity,
    generate,
    invite,
    mail_server,
    print_,
    provide,
    representatives,
    settings,
):
    group.add_command(_command)


@group.command("find")
@desk_options
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N")
@json_option
@handles_errors
def find(words: tuple[str, ...], limit: int, as_json: bool, **where: Any) -> None:
    """Find patients by the beginnings of any words.

    Of name, chart number, telephone number, e-mail address or date of birth, in any order.
    """
    from store.use_cases import patients

    rows: list[FoundPatient] = []
    with desk(where).opened() as (practice, actor):
        after = None
        while len(rows) < limit:
            page = practice.call(
                patients.find, actor, " ".join(words), after, min(50, limit - len(rows))
            )
            rows += page.rows
            after = page.next
            if after is None:
                break
    if as_json:
        print_json([_found_as_json(row) for row in rows])
        return
    if not rows:
        click.echo("Nobody is found.")
    for row in rows:
        click.echo(_found_line(row))
    if after is not None:
        click.echo("There are more; add a word, or say --limit.", err=True)


@group.command("status")
@desk_options
@patients_argument
@handles_errors
def status(asked: tuple[str, ...], as_json: bool, **where: Any) -> None:
    """Tell who has online access, and what is missing for it.

    Also whether it is in use, and whether a one-time password is still good.
    """
    from store.use_cases import online_access

    with desk(where).opened() as (practice, actor):

        def do(who: Who) -> Answer:
            access = practice.call(online_access.online_access, actor, who.patient_id)
            return Answer(_status(practice, access), _access_as_json(access))

        for_each(practice, actor, asked, do, as_json)


@group.command("remove")
@desk_options
@patients_argument
@handles_errors
def remove(asked: tuple[str, ...], as_json: bool, **where: Any) -> None:
    """Take online access away; the user name stays reserved."""
    from store.use_cases import online_access

    with desk(where).opened() as (practice, actor):

        def do(who: Who) -> Answer:
            practice.call(online_access.remove, actor, who.patient_id)
            return Answer("Online access is taken away.", {"access": "removed"})

        for_each(practice, actor, asked, do, as_json)


@group.command("user-name")
@desk_options
@click.argument("asked", metavar="PATIENT")
@click.argument("name", metavar="NAME")
@json_option
@handles_errors
def user_name(asked: str, name: str, as_json: bool, **where: Any) -> None:
    """Give another user name; the password stays."""
    from store.use_cases import online_access

    with desk(where).opened() as (practice, actor):

        def do(who: Who) -> Answer:
            practice.call(online_access.change_user_name, actor, who.patient_id, name)
            return Answer(f"The user name is {shown(name.strip())}.", {"user_name": name.strip()})

        for_each(practice, actor, (asked,), do, as_json)


@group.command("set-password")
@desk_options
@click.argument("asked", metavar="PATIENT")
@click.option(
    "--new-password-file",
    metavar="FILE",
    help="Read it from the first line of FILE; - is the next line of standard input.",
)
@json_option
@handles_errors
def set_password(asked: str, new_password_file: str | None, as_json: bool, **where: Any) -> None:
    """Type a one-time password yourself; the one before stops working.

    At least 8 characters, with an upper-case letter, a lower-case letter and a digit.
    """
    from store.use_cases import online_access

    with desk(where).opened() as (practice, actor):
        new = read_password(new_password_file, "Password for the patient", confirm=True)

        def do(who: Who) -> Answer:
            made = practice.call(online_access.set_password, actor, who.patient_id, new)
            told = what_counts(practice, made)
            return Answer(f"The typed password counts from now on: {told.sentence}", told.facts)

        for_each(practice, actor, (asked,), do, as_json)


def _status(practice: Practice, access: OnlineAccess) -> str:
    """Return where the online access of a patient stands, in sentences."""
    told = []
    if access.state == "none":
        told.append("No online access.")
    elif access.state == "removed":
        told.append(f"Online access was taken away on {day_of(practice, access.removed_at)}")
        told[-1] += f" by {shown(access.removed_by)}." if access.removed_by else "."
    else:
        told.append(f"Online access, user name {shown(access.user_name)}.")
        told.append(_use(practice, access))
    told += [one.sentence for one in access.missing]
    if not access.portal_url:
        told.append("The portal's address is not set: chairside portal settings --url URL.")
    return " ".join(told)


def _use(practice: Practice, access: OnlineAccess) -> str:
    signed_in = (
        f"Last signed in on {day_of(practice, access.last_sign_in)}."
        if access.last_sign_in is not None
        else "Never signed in."
    )
    parts = [signed_in]
    if access.is_one_time:
        until = day_of(practice, access.one_time_until)
        parts.append(f"One-time password, good until {until}." if until else "One-time password.")
        parts.append("Printed." if access.printed_at is not None else "Not printed yet.")
    if access.paused_until is not None:
        parts.append("Paused after wrong passwords.")
    return " ".join(parts)


def _access_as_json(access: OnlineAccess) -> dict[str, Any]:
    moments = {
        "one_time_until": access.one_time_until,
        "granted_at": access.granted_at,
        "removed_at": access.removed_at,
        "printed_at": access.printed_at,
        "last_sign_in": access.last_sign_in,
        "paused_until": access.paused_until,
    }
    return {
        "access": access.state,
        "user_name": access.user_name or None,
        "one_time": access.is_one_time,
        "granted_by": access.granted_by or None,
        "removed_by": access.removed_by or None,
        "printed_by": access.printed_by or None,
        "representatives": access.representatives,
        "missing": [{"field": one.field, "what": one.sentence} for one in access.missing],
        **{name: None if at is None else at.isoformat() for name, at in moments.items()},
    }


def _found_line(row: FoundPatient) -> str:
    name = ", ".join(part for part in (row.last_name, row.first_name) if part)
    born = "" if row.birthdate is None else f"{row.birthdate:%d %b %Y}"
    access = {"none": "no access", "given": "access", "removed": "removed"}
    return (
        f"{row.patient_id:>7}  {column(row.chart_number, 7)}  {column(name, 22)}  {born:<11}"
        f"  {column(row.city, 11)}  {access[row.online_access]}"
    )


def _found_as_json(row: FoundPatient) -> dict[str, Any]:
    return {
        "patient": row.patient_id,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "preferred_name": row.preferred_name or None,
        "chart_number": row.chart_number or None,
        "birthdate": None if row.birthdate is None else row.birthdate.isoformat(),
        "phone": row.phone or None,
        "city": row.city or None,
        "status": row.status,
        "access": row.online_access,
    }
