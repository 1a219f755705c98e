"""Data downloads: list, schedule with a second factor, cancel (REQUIREMENTS §1)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from store import (
    download_keys,
    download_series,
    downloads,
    factors,
    one_time_codes,
    outbox,
    sign_in_attempts,
    users,
)
from store.access import Actor, Change, change, check, level_of, view
from store.archive_locks import WHY_ALWAYS, always_asks, what_locks
from store.clock import date_in_zone, instant
from store.database import Store
from store.download_codes import CodeSent as CodeSent
from store.download_codes import code_sent, send
from store.download_keys import NextKeys
from store.download_series import Plan
from store.download_series import Repeat as Repeat
from store.downloads import DownloadView
from store.errors import BadInput, Conflict, NotFound, Refused, WrongCode
from store.factors import Kind, Proof
from store.rights import Level, Need, Right
from store.sign_in_factor import WORDS
from store.use_cases.signing_in import is_demo

SEE = Need(Right.DATA_DOWNLOAD, Level.VIEW)
SCHEDULE = Need(Right.DATA_DOWNLOAD, Level.FULL)


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """What the form for scheduling starts with; `obstacles` must be mended before it is sent.

    `kinds` are the second factors that count, `notes` why others do not; `asks_passphrase` is why
    the practice wants a passphrase for every download, or empty.
    """

    default_day: date
    time_zone: str
    sent_to: str
    obstacles: tuple[str, ...]
    kinds: tuple[Kind, ...] = ()
    asks_passphrase: str = ""
    notes: tuple[str, ...] = ()


def list_downloads(store: Store, actor: Actor) -> tuple[DownloadView, ...]:
    """Return the list, newest first. Raises Refused (View Only is enough, D4)."""
    view(store, actor, SEE)
    return downloads.listed(store, actor.user_id)


def schedule_form(store: Store, actor: Actor) -> ScheduleForm:
    """Return what scheduling starts with: tomorrow in the practice's zone (D10)."""
    view(store, actor, SCHEDULE)
    user = users.by_id(store, actor.user_id)
    kinds = factors.on_offer(store, user, for_download=True)
    notes = factors.why_no_text_message(store, user)
    zone = _zone(store)
    return ScheduleForm(
        date_in_zone(store.clock.now(), zone) + timedelta(days=1),
        zone,
        outbox.mask(user["cell_phone"]) if user["cell_phone"] else "",
        () if kinds else notes,
        kinds,
        WHY_ALWAYS if always_asks(store) else "",
        notes,
    )


def request_download(
    store: Store,
    actor: Actor,
    *,
    run_on: date,
    password: str,
    passphrase: str | None = None,
    repeat: Repeat | None = None,
) -> CodeSent:
    """Ask for a download: the password is checked, the keys derived, a code sent (D7, D11, D14).

    The password is needed for the length of this call only. Nothing is scheduled until
    `confirm_download`; keys of a request that nobody confirms are destroyed by the next run.

    Args:
        run_on: the day it is for, in the practice's zone; tomorrow or later.
        password: the requester's account password, asked again.
        passphrase: locks this archive instead of the account password.
        repeat: how it shall repeat; keys for all its archives of the next 90 days are derived now.

    Raises:
        Refused: the right is missing.
        BadInput: a day or rhythm that cannot be chosen, no second factor that counts.
        PassphraseNeeded: the account password cannot lock an archive, or the practice wants one.
        WrongPassword: the password is not right.
        Conflict: too many wrong codes.
    """
    form = schedule_form(store, actor)
    if form.obstacles:
        raise BadInput(form.obstacles[0], kept="Nothing was scheduled.")
    if run_on < form.default_day:
        raise BadInput(
            f"{run_on:%d %b %Y} cannot be chosen; the earliest day is {form.default_day:%d %b %Y}.",
            kept="Nothing was scheduled.",
        )
    assert actor.user_id is not None
    one_time_codes.check_not_too_many(store, actor.user_id)
    plan = None
    if repeat is not None:
        plan = download_series.planned(store, actor.user_id, run_on, repeat, form.time_zone)
    user = sign_in_attempts.check_again(store, actor, password)
    locks = what_locks(store, password, passphrase, user["user_name"])
    keys = _derived(store, locks, plan)
    sent_to = form.sent_to if "sms" in form.kinds else ""
    with change(store, actor, SCHEDULE) as tx:
        code = one_time_codes.new_code(
            store, actor.user_id, "download.schedule", sent_to or one_time_codes.NOT_SENT
        )
        request = _Request(run_on, form.time_zone, passphrase is not None, code.otp_challenge_id)
        number = _keep_request(store, user, request, plan, keys)
        text = send(store, user["cell_phone"], code) if sent_to else None
        tx.record(
            "download.request",
            f"Asked for a data download for {run_on.isoformat()}"
            f"{'' if plan is None else f', to repeat {plan.rhythm}'};"
            f" {f'a code was sent to {sent_to}' if sent_to else 'no code was sent'}.",
            object_=f"data_download:{number}",
        )
    return code_sent(store, number, sent_to, code, _for_demo(store, text), form.kinds)


def resend_code(store: Store, actor: Actor, download_id: int) -> CodeSent:
    """Send another code for the same request; tries already used stay used (S5).

    Raises Conflict before 30 s have passed or when the request is over; Refused.
    """
    with change(store, actor, SCHEDULE) as tx:
        request = _own_request(store, actor, download_id)
        code = one_time_codes.replace_code(store, request["otp_challenge_id"])
        store.execute(
            "UPDATE data_download SET otp_challenge_id = ? WHERE data_download_id = ?",
            (code.otp_challenge_id, download_id),
        )
        user = users.by_id(store, actor.user_id)
        # The number at the time of the request is the one that counts (D7).
        changed = user["cell_phone_changed_at"]
        if changed is not None and changed >= request["requested_at"]:
            raise Conflict("Your mobile number was changed meanwhile.", do="Start again.")
        kinds = factors.on_offer(store, user, for_download=True)
        if "sms" not in kinds:
            raise Conflict("No text message can be sent to you.", do="Use another factor.")
        text = send(store, user["cell_phone"], code)
        tx.record(
            "download.resend_code",
            "Another code was sent for a data download.",
            object_=f"data_download:{download_id}",
        )
    masked = outbox.mask(user["cell_phone"])
    return code_sent(store, download_id, masked, code, _for_demo(store, text), kinds)


def confirm_download(
    store: Store, actor: Actor, download_id: int, code: str, kind: str = "sms"
) -> DownloadView:
    """Schedule the requested download with a second factor (D11, D12).

    No setting and no right replaces it. `kind` is one that CodeSent has on offer; each answer of
    whatever kind costs one of the request's five tries (S5).

    Raises WrongCode, Refused, NotFound; Conflict after too many wrong codes.
    """
    view(store, actor, SCHEDULE)
    challenge = _own_request(store, actor, download_id)["otp_challenge_id"]
    try:
        spent = one_time_codes.spend_try(store, challenge)
        proof = factors.check(store, spent, kind, code, for_download=True)
        with change(store, actor, SCHEDULE) as tx:
            _schedule(store, tx, download_id, proof)
    except WrongCode:
        with change(store, actor, SCHEDULE) as tx:
            tx.record(
                "download.wrong_code",
                "A code for a data download was not accepted.",
                object_=f"data_download:{download_id}",
            )
        raise
    store.scrub_log()
    return downloads.one(store, download_id, actor.user_id)


def code_tries_left(store: Store, actor: Actor, download_id: int) -> int:
    """Return how many tries the present code of a request has left."""
    check(store, actor, None)
    challenge = _own_request(store, actor, download_id)["otp_challenge_id"]
    return one_time_codes.tries_left(store, challenge)


def cancel_download(store: Store, actor: Actor, download_id: int) -> None:
    """Give up a download that is not being made yet; its keys are destroyed.

    Its requester can, and whoever holds Setup - Security. Raises Refused, NotFound, Conflict.
    """
    with change(store, actor, SEE) as tx:
        found = downloads.row(store, download_id)
        assert actor.user_id is not None
        administrator = level_of(store, actor.user_id, Right.SECURITY) == Level.FULL
        if found["requested_by"] != actor.user_id and not administrator:
            raise Refused(
                "Only the user who scheduled this download, or an administrator, can cancel it.",
                kept="It stays scheduled.",
            )
        downloads.move(store, download_id, before=("requested", "scheduled"), after="cancelled")
        download_keys.OF_DOWNLOAD.destroy(store, download_id)
        # Of a series only this one is given up, unless the series waits for its code as well.
        download_series.close_unconfirmed(store)
        tx.record(
            "download.cancel",
            "Cancelled a data download.",
            object_=f"data_download:{download_id}",
        )
    store.scrub_log()


def _schedule(store: Store, tx: Change, download_id: int, proof: Proof) -> None:
    factors.take(store, proof)
    downloads.move(store, download_id, before=("requested",), after="scheduled")
    store.execute(
        "UPDATE data_download SET scheduled_at = ? WHERE data_download_id = ?",
        (instant(store.clock.now()), download_id),
    )
    tx.record(
        "download.schedule",
        f"Scheduled a data download with {WORDS[proof.kind]}.",
        object_=f"data_download:{download_id}",
    )
    series_id = downloads.row(store, download_id)["data_download_series_id"]
    if series_id is not None:
        download_series.confirmed(store, tx, series_id)


@dataclass(frozen=True, slots=True)
class _Request:
    run_on: date
    time_zone: str
    own_passphrase: bool
    otp_challenge_id: int


def _keep_request(
    store: Store, user: sqlite3.Row, request: _Request, plan: Plan | None, keys: NextKeys
) -> int:
    """Write a request, its series and its keys inside the running transaction."""
    series_id = None
    if plan is not None:
        own = request.own_passphrase
        series_id = download_series.insert(store, plan, user, own_passphrase=own)
        download_keys.OF_SERIES.keep_next(store, series_id, keys)
    number = downloads.insert_request(
        store,
        user=user,
        run_on=request.run_on,
        time_zone=request.time_zone,
        own_passphrase=request.own_passphrase,
        otp_challenge_id=request.otp_challenge_id,
        series_id=series_id,
    )
    if plan is None:
        download_keys.OF_DOWNLOAD.keep_next(store, number, keys)
    return number


def _derived(store: Store, locks: str, plan: Plan | None) -> NextKeys:
    if plan is None:
        keys = download_keys.derive_for(locks)
        return download_keys.OF_DOWNLOAD.sealed_for_next(store, keys)
    keys = download_keys.derive_for(locks, plan.archives)
    return download_keys.OF_SERIES.sealed_for_next(store, keys)


def _for_demo(store: Store, text: str | None) -> str | None:
    return text if is_demo(store) else None


def _own_request(store: Store, actor: Actor, download_id: int) -> sqlite3.Row:
    request = downloads.row(store, download_id)
    if request["requested_by"] != actor.user_id:
        raise NotFound(f"You have not asked for a download {download_id}.")
    if request["state"] != "requested":
        raise Conflict(f"This download is {request['state']} by now.")
    return request


def _zone(store: Store) -> str:
    return str(store.value("SELECT time_zone FROM practice_group"))
