"""What going back in time means for each kind of state, once a practice is put back from a backup.

One rule: what is good once, or only for a while, and was open when the backup was made, counts as
used since. Everything else is as it was that day, and its owner is told. A table that nobody has
decided about fails its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from store import factors, groups, users
from store.access import Change
from store.carrying_over import cancel_pending
from store.clock import instant
from store.database import Store
from store.outbox import WIPED
from store.schema import clinical, money, people, searching

_PENDING = "('requested', 'scheduled', 'running')"


@dataclass(frozen=True, slots=True)
class Settled:
    """How much of a kind of state was settled, in words."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """What becomes of tables: the reason, and what brings it about."""

    tables: tuple[str, ...]
    reason: str
    words: str
    settle: Callable[[Store, Change, str], int]


def settle(
    store: Store, tx: Change, why: str, *, has_archives: bool = False
) -> tuple[Settled, ...]:
    """Bring everything to where going back leaves it, inside the running transaction.

    Args:
        why: what happened, a sentence; it stands with all that is cancelled by it.
        has_archives: whether the archives of that day are still there; no backup has them.

    Call `store.scrub_log()` after the commit.
    """
    rules = [rule for rule in _RULES if not (has_archives and rule.settle is _lose_archives)]
    done = tuple(Settled(rule.words, rule.settle(store, tx, why)) for rule in rules)
    for user_id in groups.administrators(store):
        users.notify(store, user_id, f"{why} {WHAT_TO_LOOK_AT}")
    return done


WHAT_TO_LOOK_AT = (
    "Users, rights, passwords, telephone numbers and authenticator apps are those of that day: look"
    " at Setup > Security for whoever left, or lost a telephone or a password, since."
)


def _cancel_downloads(store: Store, tx: Change, why: str) -> int:
    """Whatever was pending: an archive may have been locked with its keys since."""
    pending = store.rows(
        f"SELECT requested_by, run_on FROM data_download WHERE state IN {_PENDING}"
        " ORDER BY data_download_id"
    )
    series = store.rows(
        "SELECT DISTINCT requested_by FROM data_download_series WHERE ended_at IS NULL"
    )
    for user_id in sorted({row["requested_by"] for row in (*pending, *series)}):
        cancel_pending(store, tx, user_id, why)
    for row in pending:
        users.notify(
            store,
            row["requested_by"],
            f"Your data download for {row['run_on']} was cancelled. {why} Schedule it again.",
        )
    return len(pending)


def _end_series(store: Store, _tx: Change, why: str) -> int:
    """What repeats has ended with the pending ones; whoever asked for it is told."""
    ended = store.rows(
        "SELECT requested_by, rhythm FROM data_download_series"
        " WHERE reason = ? AND confirmed_at IS NOT NULL",
        (why,),
    )
    for row in ended:
        users.notify(
            store,
            row["requested_by"],
            f"Your {row['rhythm']} data download has ended. {why} Schedule a new one.",
        )
    return len(ended)


def _lose_archives(store: Store, _tx: Change, why: str) -> int:
    """A backup holds no archives: those that were ready are not there."""
    return store.execute(
        "UPDATE data_download SET state = 'expired', expires_at = ?, error = ?,"
        " lease_holder = NULL, lease_until = NULL, fence = fence + 1"
        " WHERE state IN ('ready', 'retrieved')",
        (instant(store.clock.now()), f"Its archive was not in the backup. {why}"),
    )


def _destroy_keys(store: Store, _tx: Change, _why: str) -> int:
    """A key that comes back may have locked a text since; it must never lock a second one."""
    return store.execute("DELETE FROM data_download_key") + store.execute(
        "DELETE FROM data_download_series_key"
    )


def _end_sessions(store: Store, _tx: Change, _why: str) -> int:
    now = instant(store.clock.now())
    store.execute(
        "UPDATE emergency_access SET given_back_at = ? WHERE given_back_at IS NULL AND ends_at > ?",
        (now, now),
    )
    return store.execute(
        "UPDATE session SET ended_at = ?, ended_because = 'ended_by_administrator'"
        " WHERE ended_at IS NULL",
        (now,),
    )


def _end_codes(store: Store, _tx: Change, _why: str) -> int:
    now = instant(store.clock.now())
    store.execute("UPDATE otp_challenge SET token_hash = NULL WHERE token_hash IS NOT NULL")
    return store.execute(
        "UPDATE otp_challenge SET expires_at = ?"
        " WHERE expires_at > ? AND used_at IS NULL AND superseded_by IS NULL",
        (now, now),
    )


def _use_up_app_codes(store: Store, _tx: Change, _why: str) -> int:
    """No code that an app has shown so far counts; an app that was never confirmed is forgotten."""
    step = int(store.clock.now().timestamp()) // factors.STEP_SECONDS + factors.DRIFT_STEPS
    store.execute("DELETE FROM mfa_factor WHERE kind = 'totp' AND confirmed_at IS NULL")
    return store.execute(
        "UPDATE mfa_factor SET last_step = max(coalesce(last_step, 0), ?)"
        " WHERE kind = 'totp' AND revoked_at IS NULL",
        (step,),
    )


def _withdraw_recovery_codes(store: Store, _tx: Change, why: str) -> int:
    """Of users who have another factor: the others would be shut out."""
    withdrawn = 0
    rows = store.rows(
        "SELECT DISTINCT user_id FROM mfa_factor WHERE kind = 'recovery' AND revoked_at IS NULL"
    )
    for row in rows:
        user = users.by_id(store, row["user_id"])
        if set(factors.on_offer(store, user, for_download=False)) - {"recovery"}:
            withdrawn += factors.revoke(store, row["user_id"], "recovery")
            users.notify(
                store,
                row["user_id"],
                f"{why} Your recovery codes count no more: make new ones under File > My Factors.",
            )
    return withdrawn


def _end_staff_passwords(store: Store, _tx: Change, _why: str) -> int:
    now = instant(store.clock.now())
    return store.execute(
        "UPDATE user SET one_time_password_expires_at = ? WHERE one_time_password_expires_at > ?",
        (now, now),
    )


def _end_patient_passwords(store: Store, _tx: Change, _why: str) -> int:
    now = instant(store.clock.now() - timedelta(seconds=1))
    store.execute(
        "UPDATE portal_credential SET reset_code_hash = NULL, reset_code_expires_at = NULL"
        " WHERE reset_code_hash IS NOT NULL"
    )
    return store.execute(
        "UPDATE portal_credential SET link_hash = NULL, link_expires_at = NULL,"
        " password_expires_at = iif(require_password_change AND password_hash IS NOT NULL, ?,"
        " password_expires_at) WHERE removed_at IS NULL AND (link_hash IS NOT NULL"
        " OR require_password_change AND password_hash IS NOT NULL"
        " AND (password_expires_at IS NULL OR password_expires_at > ?))",
        (now, now),
    )


def _stop_messages(store: Store, _tx: Change, why: str) -> int:
    return store.execute(
        "UPDATE outbox_message SET state = 'unknown', settled_at = ?, last_error = ?,"
        f" claimed_by = NULL, claimed_until = NULL, {WIPED} WHERE state IN ('queued', 'sending')",
        (instant(store.clock.now()), f"It may have been sent since the backup. {why}"),
    )


def _try_carriers_anew(store: Store, _tx: Change, _why: str) -> int:
    return store.execute(
        "UPDATE message_carrier SET health = 'untried', checked_at = NULL, last_error = NULL"
    )


_RULES = (
    _Rule(
        ("data_download_key", "data_download_series_key"),
        "Destroyed: no key may ever lock two texts.",
        "archive keys destroyed",
        _destroy_keys,
    ),
    _Rule(
        ("data_download",),
        "What was pending is cancelled, and its requester told: its keys may have been used since.",
        "downloads cancelled",
        _cancel_downloads,
    ),
    _Rule(
        ("data_download_series",),
        "What repeats ends, and its requester is told: its keys may have been used since.",
        "repeating downloads ended",
        _end_series,
    ),
    _Rule(
        ("data_download",),
        "What was ready is expired: its archive is not in the backup.",
        "archives that are not in the backup",
        _lose_archives,
    ),
    _Rule(
        ("session", "emergency_access"),
        "Ended: who was signed in then is not signed in now.",
        "sessions ended",
        _end_sessions,
    ),
    _Rule(
        ("otp_challenge",),
        "Open codes and pending sign-ins are over: they may have been used since.",
        "codes ended",
        _end_codes,
    ),
    _Rule(
        ("mfa_factor",),
        "No code that an authenticator app has shown so far counts.",
        "authenticator apps that go on with the next code",
        _use_up_app_codes,
    ),
    _Rule(
        ("mfa_factor",),
        "Recovery codes are withdrawn where the user has another factor: some were used since.",
        "recovery codes withdrawn",
        _withdraw_recovery_codes,
    ),
    _Rule(
        ("user",),
        "One-time passwords are over. Own passwords, rights and numbers are those of that day.",
        "one-time passwords of users ended",
        _end_staff_passwords,
    ),
    _Rule(
        ("portal_credential",),
        "One-time passwords and links are over. A patient's own password is that of that day.",
        "one-time passwords and links of patients ended",
        _end_patient_passwords,
    ),
    _Rule(
        ("outbox_message", "portal_invite"),
        "What waited is sent no more: it may have been sent since. Invitations follow.",
        "messages stopped",
        _stop_messages,
    ),
    _Rule(
        ("message_carrier",),
        "Settings are those of that day, and count as not tried.",
        "carriers to be tried anew",
        _try_carriers_anew,
    ),
)

_DATA = "Data of the practice, as it was that day."
AS_IT_WAS: dict[str, str] = {
    **{table.name: _DATA for room in (people, searching, clinical, money) for table in room.TABLES},
    **dict.fromkeys(
        ("portal_message", "portal_access_log", "commlog", "portal_representative"), _DATA
    ),
    **dict.fromkeys(("definition", "lock_date", "source_identity"), _DATA),
    **dict.fromkeys(("value_set", "data_dictionary", "permission"), "Comes with the program."),
    **dict.fromkeys(
        ("user_group", "user_group_member", "group_permission"), "Rights are those of that day."
    ),
    **dict.fromkeys(("preference", "portal_feature"), "Settings are those of that day."),
    "password_history": "Earlier passwords stay refused.",
    "communication_registration": "What was registered is; the code of a pending one is over.",
    "user_notice": "A notice that was put away since is shown once more.",
    "audit_log": "Goes on after the backup's last event, with one that tells of the restore.",
    "data_download_file": "Tells what an archive held.",
    "data_download_retrieval": "Tells what was saved; what was saved since, the kept store tells.",
    "disclosure": "Tells what left the practice; what left since, the kept store tells.",
    "import_run": "Tells what came in; an import since is to be made again.",
    "printer": "Settings are those of that day; a printer is tried with the next sheet.",
    "runner_run": "Tells when the unattended run ran; the next one adds to it.",
    "portal_invite_rule": "Rules are those of that day. Whom they invited since they invite anew:"
    " the credentials that went out since open nothing any more.",
}
"""Why the other tables need nothing done."""

SETTLED_TABLES = frozenset(name for rule in _RULES for name in rule.tables)
