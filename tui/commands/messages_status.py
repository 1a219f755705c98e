"""`chairside messages status`: what is set up, how it does, what waits, and the last messages.

One rule: it only looks; View Only on Setup - Communications is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.commands.portal_desk import column, desk, desk_options
from tui.commands.support import handles_errors, json_option, print_json, shown

if TYPE_CHECKING:
    from datetime import datetime

    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.carriers import CarrierView
    from store.use_cases.communications import RegistrationView
    from store.use_cases.message_log import MessageRow, WaitingCount

CHANNELS = {"sms": "Text messages", "email": "E-mail"}
LAST = 10
"""Messages that are listed unless another number is asked for."""
MOST = 200


@click.command("status")
@desk_options
@click.option(
    "--last",
    type=click.IntRange(0, MOST),
    default=LAST,
    show_default=True,
    metavar="N",
    help="List so many messages, the newest first.",
)
@json_option
@handles_errors
def status(last: int, as_json: bool, **where: Any) -> None:
    """Show what sends messages, how it does, and what became of the last ones."""
    from store.use_cases import carriers, communications, message_log
    from store.use_cases.signing_in import practice_card

    with desk(where).opened() as (practice, actor):
        set_up = [practice.call(carriers.carrier, actor, channel) for channel in CHANNELS]
        registration = practice.call(communications.registration, actor)
        counts = practice.call(message_log.waiting_counts, actor)
        rows = _rows(practice, actor, last)
        zone = practice.call(practice_card).time_zone
    if as_json:
        print_json(_as_json(set_up, registration, counts, rows))
        return
    for view in set_up:
        _tell_carrier(view, zone)
        if view.channel == "sms":
            _tell_registration(registration, zone)
        _tell_counts([one for one in counts if one.channel == view.channel])
    _tell_rows(rows, zone)


def _rows(practice: Practice, actor: Actor, last: int) -> tuple[MessageRow, ...]:
    from store.use_cases.message_log import recent

    return practice.call(recent, actor, None, last) if last else ()


def _tell_carrier(view: CarrierView, zone: str) -> None:
    click.echo(CHANNELS[view.channel])
    _line("By", _by(view))
    if view.kind not in ("", "spool"):
        _line("State", _health(view, zone))
        if view.found and view.health != "failing":
            _line("Found", shown(view.found))
        _line("Countries", view.countries if view.channel == "sms" else "")


def _by(view: CarrierView) -> str:
    if not view.kind:
        return "nothing; what is to be sent waits"
    if view.kind == "spool":
        return "spool: files in the practice's folder; nothing is sent"
    address = shown(view.address) + (f" port {view.port}" if view.port else "")
    sender = f", from {shown(view.sender)}" if view.sender else ""
    return f"{view.kind} {address}{sender}"


def _health(view: CarrierView, zone: str) -> str:
    at = f", {_instant(view.checked_at, zone)}" if view.checked_at else ""
    if view.health == "failing":
        return f"failing{at}: {shown(view.last_error)}"
    if view.health == "working":
        return f"working{at}"
    return "not tried yet; see chairside messages check"


def _tell_registration(view: RegistrationView, zone: str) -> None:
    newest = view.history[0] if view.history else None
    text = view.state.replace("_", " ")
    if newest is not None and newest.at is not None:
        text += f", {_instant(newest.at, zone)}"
    if newest is not None and newest.sender and view.state == "registered":
        text += f", by {shown(newest.sender)}"
    if newest is not None and newest.reason:
        text += f": {shown(newest.reason)}"
    _line("Registered", text)


def _tell_counts(counts: list[WaitingCount]) -> None:
    for one in counts:
        late = f"; {one.not_arrived} did not arrive in the last 7 days" if one.not_arrived else ""
        _line("Waiting", f"{one.waiting}{late}")


def _tell_rows(rows: tuple[MessageRow, ...], zone: str) -> None:
    from tui.message_words import what_for

    if rows:
        click.echo("Last messages")
    for row in rows:
        again = f" Next try {_instant(row.next_try_at, zone)}." if row.next_try_at else ""
        why = f"  {shown(row.reason)}{again}" if row.reason or again else ""
        line = (
            f"  {row.outbox_message_id:>5}  {_instant(row.created_at, zone)}  {row.state:<11}"
            f"  {column(row.recipient_masked, 18)}  {column(what_for(row.purpose), 29)}{why}"
        )
        click.echo(line.rstrip())


def _line(label: str, text: str) -> None:
    if text:
        click.echo(f"  {label:<12}{text}")


def _instant(at: datetime | None, zone: str) -> str:
    from tui.widgets.words import instant

    return "" if at is None else instant(at, zone)


def _as_json(
    set_up: list[CarrierView],
    registration: RegistrationView,
    counts: tuple[WaitingCount, ...],
    rows: tuple[MessageRow, ...],
) -> dict[str, Any]:
    newest = registration.history[0] if registration.history else None
    return {
        "carriers": {view.channel: _carrier_json(view) for view in set_up},
        "registration": {
            "state": registration.state,
            "at": _iso(newest.at if newest else None),
            "by": (newest.sender if newest else "") or None,
            "reason": (newest.reason if newest else "") or None,
        },
        "waiting": {one.channel: one.waiting for one in counts},
        "not_arrived": {one.channel: one.not_arrived for one in counts},
        "messages": [_row_json(row) for row in rows],
    }


def _carrier_json(view: CarrierView) -> dict[str, Any]:
    texts = ("kind", "address", "account", "sender", "countries", "found")
    return {
        **{name: getattr(view, name) or None for name in texts},
        "port": view.port,
        "has_secret": view.has_secret,
        "health": view.health,
        "checked_at": _iso(view.checked_at),
        "error": view.last_error or None,
    }


def _row_json(row: MessageRow) -> dict[str, Any]:
    return {
        "id": row.outbox_message_id,
        "channel": row.channel,
        "purpose": row.purpose,
        "to": row.recipient_masked,
        "state": row.state,
        "reason": row.reason or None,
        "tries": row.tries,
        "created_at": _iso(row.created_at),
        "sent_at": _iso(row.sent_at),
        "next_try_at": _iso(row.next_try_at),
        "carried_by": row.carried_by or None,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
