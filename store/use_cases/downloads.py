"""Data downloads: list, schedule with a second factor, cancel (REQUIREMENTS §1)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store import download_keys, downloads, one_time_codes, outbox, sign_in_attempts, users
from store.access import Actor, change, check, level_of, view
from store.clock import date_in_zone, instant, moment
from store.database import Store
from store.downloads import DownloadView
from store.errors import BadInput, Conflict, NotFound, PassphraseNeeded, Refused, WrongCode
from store.one_time_codes import NewCode
from store.passwords import archive_obstacle
from store.rights import Level, Need, Right
from store.use_cases.signing_in import is_demo

SEE = Need(Right.DATA_DOWNLOAD, Level.VIEW)
SCHEDULE = Need(Right.DATA_DOWNLOAD, Level.FULL)
PASSPHRASE_MINIMUM = 15
"""WinZip's key derivation is weak: what locks an archive must be long."""
BARRED_AFTER_NEW_PHONE = timedelta(hours=24)
"""No download by a text message to a number that was just changed (S6)."""


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """What the form for scheduling starts with; `obstacles` must be mended before it is sent."""

    default_day: date
    time_zone: str
    sent_to: str
    obstacles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way; nothing is scheduled yet (D11)."""

    download_id: int
    sent_to: str
    expires_at: datetime
    send_again_at: datetime
    tries_left: int
    demo_text: str | None

    def __repr__(self) -> str:
        return f"CodeSent({self.download_id})"


def list_downloads(store: Store, actor: Actor) -> tuple[DownloadView, ...]:
    """Return the list, newest first. Raises Refused (View Only is enough, D4)."""
    view(store, actor, SEE)
    return downloads.listed(store, actor.user_id)


def schedule_form(store: Store, actor: Actor) -> ScheduleForm:
    """Return what scheduling starts with: tomorrow in the practice's zone (D10)."""
    view(store, actor, SCHEDULE)
    zone = _zone(store)
    user = users.by_id(store, actor.user_id)
    phone = user["cell_phone"]
    obstacles = []
    if not phone:
        obstacles.append(
            "No mobile number is on file for you: an administrator enters it under"
            " Setup > Security > Users."
        )
    changed = user["cell_phone_changed_at"]
    if changed is not None and store.clock.now() < moment(changed) + BARRED_AFTER_NEW_PHONE:
        obstacles.append(
            "Your mobile number was changed less than 24 hours ago: until then no code is sent"
            " to it."
        )
    if _registration(store) != "registered":
        obstacles.append(
            "Text messaging is not registered: Setup > Account Info > Communications >"
            " Register for Communication."
        )
    tomorrow = date_in_zone(store.clock.now(), zone) + timedelta(days=1)
    return ScheduleForm(tomorrow, zone, outbox.mask(phone) if phone else "", tuple(obstacles))


def request_download(
    store: Store, actor: Actor, *, run_on: date, password: str, passphrase: str | None = None
) -> CodeSent:
    """Ask for a download: the password is checked, the keys derived, a code sent (D7, D11, D14).

    The password is needed for the length of this call only. Nothing is scheduled until
    `confirm_download`; keys of a request that nobody confirms are destroyed by the next run.

    Args:
        run_on: the day it is for, in the practice's zone; tomorrow or later.
        password: the requester's account password, asked again.
        passphrase: locks this archive instead of the account password.

    Raises:
        Refused: the right is missing.
        BadInput: a day that cannot be chosen, a mobile number or registration that is missing.
        PassphraseNeeded: the account password cannot lock an archive.
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
    user = sign_in_attempts.check_again(store, actor, password)
    locks = _what_locks(password, passphrase)
    keys = download_keys.derive_for_download(locks)
    with change(store, actor, SCHEDULE) as tx:
        code = one_time_codes.new_code(store, actor.user_id, "download.schedule", form.sent_to)
        number = downloads.insert_request(
            store,
            user=user,
            run_on=run_on,
            time_zone=form.time_zone,
            own_passphrase=passphrase is not None,
            otp_challenge_id=code.otp_challenge_id,
        )
        download_keys.keep(store, number, keys)
        text = _send(store, user["cell_phone"], code)
        tx.record(
            "download.request",
            f"Asked for a data download for {run_on.isoformat()}; a code was sent to"
            f" {form.sent_to}.",
            object_=f"data_download:{number}",
        )
    return _code_sent(store, number, form.sent_to, code, text)


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
        phone, changed = user["cell_phone"], user["cell_phone_changed_at"]
        # The number at the time of the request is the one that counts (D7).
        if phone is None or (changed is not None and changed >= request["requested_at"]):
            raise Conflict("Your mobile number was changed meanwhile.", do="Start again.")
        text = _send(store, phone, code)
        tx.record(
            "download.resend_code",
            "Another code was sent for a data download.",
            object_=f"data_download:{download_id}",
        )
    return _code_sent(store, download_id, outbox.mask(phone), code, text)


def confirm_download(store: Store, actor: Actor, download_id: int, code: str) -> DownloadView:
    """Schedule the requested download with its code (D11, D12).

    Raises WrongCode, Refused, NotFound; Conflict after too many wrong codes.
    """
    view(store, actor, SCHEDULE)
    challenge = _own_request(store, actor, download_id)["otp_challenge_id"]
    try:
        one_time_codes.use_code(store, challenge, code)
    except WrongCode:
        with change(store, actor, SCHEDULE) as tx:
            tx.record(
                "download.wrong_code",
                "A code for a data download was not accepted.",
                object_=f"data_download:{download_id}",
            )
        raise
    with change(store, actor, SCHEDULE) as tx:
        one_time_codes.mark_used(store, challenge)
        downloads.move(store, download_id, before=("requested",), after="scheduled")
        store.execute(
            "UPDATE data_download SET scheduled_at = ? WHERE data_download_id = ?",
            (instant(store.clock.now()), download_id),
        )
        tx.record(
            "download.schedule",
            "Scheduled a data download with the second factor.",
            object_=f"data_download:{download_id}",
        )
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
        download_keys.destroy(store, download_id)
        tx.record(
            "download.cancel",
            "Cancelled a data download.",
            object_=f"data_download:{download_id}",
        )
    store.scrub_log()


def _what_locks(password: str, passphrase: str | None) -> str:
    obstacle = archive_obstacle(password if passphrase is None else passphrase)
    if passphrase is None:
        if obstacle:
            raise PassphraseNeeded(
                f"Your account password cannot lock an archive: {obstacle}.",
                do="Enter a passphrase for this download.",
            )
        return password
    if obstacle:
        raise PassphraseNeeded(f"This passphrase cannot lock an archive: {obstacle}.")
    if len(passphrase) < PASSPHRASE_MINIMUM:
        raise PassphraseNeeded(f"A passphrase needs at least {PASSPHRASE_MINIMUM} characters.")
    return passphrase


def _send(store: Store, phone: str, code: NewCode) -> str:
    practice = store.value("SELECT name FROM practice_group")
    text = (
        f"{practice}: {code.code} is your code for the data download. Valid for 10 minutes."
        " Nobody will ever ask you for it."
    )
    outbox.queue(
        store,
        channel="sms",
        purpose="download.schedule",
        recipient=phone,
        body=text,
        lifetime=one_time_codes.LIFETIME,
    )
    return text


def _code_sent(store: Store, number: int, sent_to: str, code: NewCode, text: str) -> CodeSent:
    return CodeSent(
        number,
        sent_to,
        code.expires_at,
        store.clock.now() + one_time_codes.SEND_AGAIN_AFTER,
        code.tries_left,
        text if is_demo(store) else None,
    )


def _own_request(store: Store, actor: Actor, download_id: int) -> sqlite3.Row:
    request = downloads.row(store, download_id)
    if request["requested_by"] != actor.user_id:
        raise NotFound(f"You have not asked for a download {download_id}.")
    if request["state"] != "requested":
        raise Conflict(f"This download is {request['state']} by now.")
    return request


def _zone(store: Store) -> str:
    return str(store.value("SELECT time_zone FROM practice_group"))


def _registration(store: Store) -> str:
    """Return where the registration of text messaging stands (D6)."""
    state = store.value(
        "SELECT state FROM communication_registration"
        " ORDER BY communication_registration_id DESC LIMIT 1"
    )
    return state or "not_registered"
