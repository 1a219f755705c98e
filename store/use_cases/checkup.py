"""What `chairside doctor` asks the store: whether it is whole, and whether its settings work.

One rule: it only looks, takes no right beyond reading the folder, and tells nobody's data.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store import audit_heads, backups, downloads, heartbeat, outbox_log, registration
from store.checks import Finding, Grade
from store.clock import moment
from store.database import Store
from store.errors import ChairsideError, StoreBusy
from store.opening import last_event_fits
from store.rights import Level, Right
from store.use_cases import carriers
from store.use_cases.message_log import LATELY
from store.use_cases.signing_in import is_demo

CLOCK_MAY_DIFFER = timedelta(minutes=1)
_BACKUP = "Stop Chairside, keep the folder as it is, and restore your newest backup."
CHANNELS = {"sms": "text messages", "email": "e-mail"}
OK: Grade = "ok"
LOOK: Grade = "look"


def check_database(store: Store) -> list[Finding]:
    """Look at the database file: its pages, its references, its audit trail's end."""
    quick = str(store.value("PRAGMA quick_check(1)"))
    loose = len(store.rows("PRAGMA foreign_key_check"))
    whole = Finding("database", "ok", "Every page is sound.")
    if quick != "ok":
        # SQLite's own words name pages and tables, and may quote nothing that is stored.
        whole = Finding("database", "broken", "The database is damaged.", _BACKUP)
    references = Finding("references", "ok", "Every reference leads somewhere.")
    if loose:
        text = f"{loose:,} rows refer to what is not there."
        references = Finding("references", "broken", text, _BACKUP)
    return [whole, references, _is_writable(store), _audit_end(store), _library(store)]


def check_settings(store: Store) -> list[Finding]:
    """Look at clock, time zone, nightly run, messages, printers and administrators."""
    return [
        _clock(store),
        _time_zone(store),
        _nightly_run(store),
        *_without_carrier(store),
        *_registration(store),
        _messages(store),
        *_printers(store),
        _backup(store),
        _administrators(store),
    ]


def owned_files(store: Store) -> frozenset[str]:
    """Return the names of archives in `downloads/` that belong to a download, and are not over."""
    rows = store.rows("SELECT file_name FROM data_download WHERE state IN ('ready', 'retrieved')")
    return frozenset(row[0] for row in rows)


def kept_archives(store: Store) -> dict[str, int]:
    """Return the names of archives that can be retrieved, and how many bytes each has."""
    rows = store.rows(
        "SELECT file_name, file_bytes FROM data_download WHERE state IN ('ready', 'retrieved')"
    )
    return {row["file_name"]: row["file_bytes"] for row in rows}


def is_making(store: Store) -> bool:
    """Tell whether a download is being made now: what lies half made then is no litter."""
    return bool(downloads.listed(store, None, "d.state = 'running'"))


class _Undo(Exception):
    """Ends a transaction that only tried."""


def _is_writable(store: Store) -> Finding:
    version = int(store.value("PRAGMA user_version"))
    try:
        with store.transaction():
            # Of a file that cannot be written to, SQLite says so at the first page and not before.
            store.execute(f"PRAGMA user_version = {version}")
            raise _Undo
    except (_Undo, StoreBusy):
        pass
    except ChairsideError as problem:
        return Finding("writing", "broken", problem.what, problem.do)
    return Finding("writing", "ok", "The database can be written to.")


def _audit_end(store: Store) -> Finding:
    subject = "audit trail"
    last = store.value("SELECT max(seq) FROM audit_log")
    if last is None:
        return Finding(
            subject, "look", "It is empty.", "A new practice; otherwise restore a backup."
        )
    verify = "Run chairside audit verify and keep what it says."
    if not last_event_fits(store):
        return Finding(subject, "broken", "Its last event is not as it was written.", verify)
    try:
        heads = audit_heads.read(store.folder, store.sealer)
    except ChairsideError as problem:
        return Finding(subject, "broken", problem.what, problem.do or verify)
    newest = heads.newest
    if heads.damaged_line or (newest is not None and not _is_in(store, newest)):
        text = "Its end does not agree with audit-heads.log."
        return Finding(subject, "broken", text, verify)
    if newest is None and _has_had_heads(store):
        text = "audit-heads.log is missing or empty: whether events were cut off cannot be told."
        mend = "Put it back from your backup, unless you put the practice back without it."
        return Finding(subject, "look", text, mend)
    compared = "its end is as it was written" if newest else "nothing is written outside yet"
    return Finding(subject, "ok", f"{last:,} events; {compared}.")


def _has_had_heads(store: Store) -> bool:
    """Each run writes one, and each user who signs out."""
    ended = "SELECT 1 FROM session WHERE ended_because = 'signed_out' LIMIT 1"
    ran = "SELECT 1 FROM runner_run WHERE ended_at IS NOT NULL LIMIT 1"
    return store.value(ended) is not None or store.value(ran) is not None


def _is_in(store: Store, head: audit_heads.Head) -> bool:
    found = store.value("SELECT hash FROM audit_log WHERE seq = ?", (head.seq,))
    return str(found) == head.hash


def _library(store: Store) -> Finding:
    version = store.value("SELECT sqlite_version()")
    return Finding("SQLite, store", "ok", f"{version}, with Python's sqlite3.")


def _clock(store: Store) -> Finding:
    now, last = store.clock.now(), store.value("SELECT max(at) FROM audit_log")
    if last is not None and moment(last) - now > CLOCK_MAY_DIFFER:
        return Finding(
            "clock",
            "broken",
            f"It says {now:%d %b %Y %H:%M} UTC; the last event was at"
            f" {moment(last):%d %b %Y %H:%M} UTC.",
            "Set this computer's clock. Codes and downloads go by it.",
        )
    return Finding("clock", "ok", f"{now:%d %b %Y %H:%M} UTC, after the last event.")


def _time_zone(store: Store) -> Finding:
    name = str(store.value("SELECT time_zone FROM practice_group"))
    try:
        local = store.clock.now().astimezone(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            "time zone",
            "broken",
            f"This computer does not know the practice's zone {name}.",
            "Install the system's time zone data (Debian: apt install tzdata).",
        )
    return Finding("time zone", "ok", f"{name}, where it is {local:%d %b %H:%M}.")


def _nightly_run(store: Store) -> Finding:
    beat = heartbeat.pulse(store)
    text = f"It {beat.words}." if beat.is_silent else f"{beat.words[0].upper()}{beat.words[1:]}."
    mend = "Set up the hourly timer: chairside runner install"
    if beat.is_silent and beat.due:
        return Finding("nightly run", "broken", f"{text} Downloads are due: {beat.due}.", mend)
    if beat.is_silent or beat.next_run is None:
        return Finding("nightly run", "look", text, mend)
    if beat.is_broken:
        return Finding(
            "nightly run", "look", text, "Run chairside runner run and read what it says."
        )
    return Finding("nightly run", "ok", text)


def _without_carrier(store: Store) -> list[Finding]:
    """What has a server or a modem is tried for real, elsewhere."""
    where = "Set it up under Setup > Account Info > Communications."
    found = []
    for channel, subject in CHANNELS.items():
        kind = carriers.shown(store, channel).kind
        if kind not in ("", "spool"):
            continue
        if is_demo(store):
            text, grade, mend = "A demo: messages become files in spool/.", OK, ""
        elif kind:
            text = "Nothing sends them: they become files in the practice's folder spool/."
            grade, mend = LOOK, where
        else:
            text, grade, mend = "No mail account is set up; nothing is sent.", LOOK, where
        found.append(Finding(subject, grade, text, mend))
    return found


def _registration(store: Store) -> list[Finding]:
    """D6: without it no code goes out; files for testing speak for themselves."""
    state = registration.state(store)
    if state == "registered" or carriers.shown(store, "sms").kind == "spool":
        return []
    text = f"Text messaging is {state.replace('_', ' ')}: no code is sent."
    return [Finding("registration", "look", text, "chairside messages register")]


def _messages(store: Store) -> Finding:
    counts = outbox_log.counts(store, store.clock.now() - LATELY)
    waiting = sum(one["waiting"] for one in counts.values())
    lost = sum(one["not_arrived"] for one in counts.values())
    if lost:
        text = f"In the last 7 days {lost} did not arrive; {waiting} wait."
        return Finding("messages", "look", text, "See chairside messages status for the reasons.")
    return Finding("messages", "ok", f"{waiting} wait; none was lost in the last 7 days.")


def _printers(store: Store) -> list[Finding]:
    rows = store.rows("SELECT * FROM printer ORDER BY name COLLATE NOCASE")
    if not rows:
        return [Finding("printers", "ok", "None is set up; sheets are saved as PDF.")]
    where = "Check it under Setup > Printers; F5 asks what answers there."
    return [_health(f"printer {row['name']}", row, where) for row in rows]


def _health(subject: str, row: sqlite3.Row, mend: str) -> Finding:
    if row["health"] == "failing":
        reason = row["last_error"] or "the reason is not known"
        return Finding(subject, "broken", f"The last try failed: {reason}", mend)
    if row["health"] == "untried":
        return Finding(subject, "look", "Not tried yet.", mend)
    return Finding(subject, "ok", f"Worked at the last try, {row['checked_at']}.")


def _backup(store: Store) -> Finding:
    made, now = backups.last_made(store), store.clock.now()
    mend = "chairside backup --to DIR, every night: see docs/running.md"
    if made is None:
        if is_demo(store):
            return Finding("backup", OK, "A demo: nobody would miss it.")
        return Finding("backup", LOOK, "None was made with Chairside.", mend)
    text = f"Last made on {made:%d %b %Y %H:%M} UTC."
    if now - made > backups.OLD_AFTER:
        return Finding("backup", LOOK, f"{text} That is {(now - made).days} days ago.", mend)
    return Finding("backup", OK, text)


def _administrators(store: Store) -> Finding:
    """S2 keeps one; with only one, nobody can reset that one's password."""
    count = store.value(
        "SELECT count(DISTINCT u.user_id) FROM user u JOIN user_group_member m USING (user_id)"
        " JOIN group_permission p USING (user_group_id) WHERE p.permission_code = ?"
        " AND p.level >= ? AND u.is_hidden = 0 AND u.is_disabled = 0",
        (Right.SECURITY.value, int(Level.FULL)),
    )
    if count < 2:
        return Finding(
            "administrators",
            "look",
            f"Users who hold Setup - Security: Full Control: {count}.",
            "Let a second person hold it, or nobody can help the first one who forgets a password.",
        )
    return Finding("administrators", "ok", f"{count} users hold Setup - Security: Full Control.")
