"""`chairside messages`: what sends text messages and mail, how it does, and what was sent.

One rule: a message is told by its number, its state and the last digits of where it went; its text
and the secrets of carriers are shown to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from store.errors import ChairsideError
from tui.commands.done import tell_done
from tui.commands.messages_set import set_
from tui.commands.messages_status import status
from tui.commands.portal_desk import desk, desk_options
from tui.commands.support import handles_errors, json_option, print_json, read_password, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.communications import TestSent
    from store.use_cases.message_log import MessageRow

CHANNELS = {"sms": "Text messages", "email": "E-mail"}
WAIT = 30
"""Seconds for which a test message is followed."""
_LOOKS_A_SECOND = 2
_NEWEST = 20
"""Messages among which one's own is looked for: others may be queued at the same moment."""
_REGISTERING = "communications.register"
_ARRIVED = ("sent", "delivered")
_MEANS = {
    "queued": "It waits",
    "sending": "It is being handed over",
    "sent": "The carrier has it",
    "delivered": "It arrived",
    "undelivered": "It did not arrive",
    "unknown": "Nobody knows whether it arrived",
    "failed": "It was not taken",
    "expired": "It came too late",
}


class _NotRegistered(ChairsideError):
    """What carries text messages does not work."""

    title = "Text messaging is not registered"


@click.group("messages")
def group() -> None:
    """Set up what sends messages, check and test it, and see what became of them."""


group.add_command(status)
group.add_command(set_)


@group.command("check")
@desk_options
@click.argument("channel", type=click.Choice(list(CHANNELS)), required=False)
@json_option
@handles_errors
def check(channel: str | None, as_json: bool, **where: Any) -> None:
    """Try what sends text messages and mail, or one of the two; nothing is sent.

    Exit code 1 if one does not work.
    """
    from store.use_cases.carriers import carrier

    answers = []
    with desk(where).opened() as (practice, actor):
        for one in (channel,) if channel else CHANNELS:
            if channel or practice.call(carrier, actor, one).kind:
                answers.append(_checked(practice, actor, one))
    if as_json:
        print_json(answers)
    else:
        for answer in answers:
            click.echo(f"{CHANNELS[answer['channel']]}: {shown(answer['text'])}")
            if answer["mend"]:
                click.echo(f"  → {shown(answer['mend'])}")
    if not all(answer["works"] for answer in answers):
        raise SystemExit(1)


def _checked(practice: Practice, actor: Actor, channel: str) -> dict[str, Any]:
    from exporter.messages.carriers import CarrierDown
    from exporter.messages.checking import check_carrier

    try:
        text = check_carrier(practice, actor, channel)
    except CarrierDown as problem:
        told = {"works": False, "text": problem.what, "mend": problem.do or None}
        return {"channel": channel, **told}
    return {"channel": channel, "works": True, "text": text, "mend": None}


@group.command("test")
@desk_options
@json_option
@handles_errors
def test(as_json: bool, **where: Any) -> None:
    """Send a text message to your own number, and tell for half a minute what becomes of it.

    Exit code 1 unless the carrier took it. The state `sent` means that nobody has said yet whether
    it arrived. For mail: chairside portal mail-server --test.
    """
    from store.use_cases.message_log import test_text

    with desk(where).opened() as (practice, actor):
        masked = practice.call(test_text, actor)
        click.echo(f"A test message to {masked}:", err=True)
        row = _followed(practice, actor)
    if as_json:
        facts = {"id": row.outbox_message_id, "to": masked, "state": row.state}
        print_json({**facts, "reason": row.reason or None, "carried_by": row.carried_by or None})
    elif row.state == "sent" and not row.carried_by.startswith("spool"):
        click.echo("Nobody has said yet whether it arrived; see chairside messages status.")
    if row.state not in _ARRIVED:
        raise SystemExit(1)


def _followed(practice: Practice, actor: Actor) -> MessageRow:
    """Hand the newest test over, and return how it stands once it is settled or time is up."""
    from threading import Event

    from exporter.messages.delivery import deliver
    from exporter.messages.receipts import ask_receipts
    from store.use_cases import carriers, message_log, messages

    # What is newer than one's own may be another's; of the tests the newest is one's own.
    rows = practice.call(message_log.recent, actor, None, _NEWEST)
    mine = next(
        r for r in rows if r.channel == "sms" and r.purpose == carriers.TEST_PURPOSE
    ).outbox_message_id
    told, waiting, began = "", Event(), practice.clock.now()
    for look in range(WAIT * _LOOKS_A_SECOND):
        if practice.call(messages.count_due, "sms"):
            deliver(practice, channels=("sms",))
        elif look:
            ask_receipts(practice, number=mine)
        row = practice.call(message_log.recent, actor, mine + 1, 1)[0]
        told = _tell_change(row, told)
        if row.state not in ("queued", "sending", "sent") or row.carried_by.startswith("spool"):
            break
        if (practice.clock.now() - began).total_seconds() >= WAIT:
            break
        waiting.wait(1 / _LOOKS_A_SECOND)
    return row


def _tell_change(row: MessageRow, before: str) -> str:
    reason = f": {shown(row.reason)}" if row.reason else "."
    by = f" ({shown(row.carried_by)})" if row.state == "sent" else ""
    line = f"{row.state:<12}{_MEANS.get(row.state, row.state)}{by}{reason}"
    if line != before:
        click.echo(line, err=True)
    return line


@group.command("register")
@desk_options
@click.option(
    "--code-file",
    metavar="FILE",
    help="Read the code of the test message from FILE; - is the next line of standard input.",
)
@json_option
@handles_errors
def register(code_file: str | None, as_json: bool, **where: Any) -> None:
    """Register text messaging: try what carries it, send a test message, ask for its code.

    Needed once, and again after the carrier was changed. Without a terminal the code is read from
    standard input, after the password if that is there.
    """
    from exporter.messages.carriers import CarrierDown
    from exporter.messages.checking import register_messaging

    with desk(where).opened() as (practice, actor):
        try:
            sent = register_messaging(practice, actor)
        except CarrierDown as problem:
            raise _NotRegistered(problem.what, do=problem.do) from None
        by = _confirmed(practice, actor, sent, code_file)
    tell_done(f"Text messaging is registered: {shown(by)}.", {"carried_by": by}, as_json)


def _confirmed(practice: Practice, actor: Actor, sent: TestSent, code_file: str | None) -> str:
    """Ask for the code until it is right or no try is left; return by what messages go."""
    import sys
    from functools import partial

    from store.errors import WrongCode
    from store.use_cases import code_delivery, communications
    from tui.commands.signing_in import asked_code, tell_way

    way = partial(practice.call, code_delivery.code_delivery, actor, _REGISTERING)
    while True:
        if code_file is None:
            _kind, code = asked_code(practice, ("sms",), sent.sent_to, way)
        else:
            from exporter.messages.delivery import deliver

            deliver(practice, channels=("sms",))
            tell_way(way(), sent.sent_to, ("sms",))
            code = read_password(code_file)
        try:
            view = practice.call(communications.confirm_registration, actor, code)
        except WrongCode as wrong:
            if code_file is not None or not sys.stdin.isatty() or way() is None:
                raise
            click.echo(wrong.sentence, err=True)
        else:
            return view.history[0].sender


@group.command("retry")
@desk_options
@json_option
@handles_errors
def retry(as_json: bool, **where: Any) -> None:
    """Try now what waits after a try that failed.

    What is over (failed, too late) has no text any more and cannot be sent again. Exit code 1 if
    something that could go did not go.
    """
    from exporter.messages.delivery import deliver
    from store.use_cases import message_log

    with desk(where).opened() as (practice, actor):
        count = practice.call(message_log.retry, actor)
        done = deliver(practice)
    if as_json:
        print_json(
            {"tried": count, "sent": done.sent, "waiting": done.waiting, "failed": done.failed}
        )
    else:
        click.echo(f"{done.sent} sent, {done.waiting} waiting, {done.failed} given up.")
    if done.sent < count:
        raise SystemExit(1)
