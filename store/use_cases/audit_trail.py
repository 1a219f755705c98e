"""The audit trail for people: looking, filtering, exporting, checking (REQUIREMENTS S9).

One rule: it is only looked at. The trail itself records who exported or checked it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from store import audit_heads, audit_pages
from store.access import Actor, change, view
from store.audit_check import Check, IsCancelled, OnProgress, TrailReport
from store.audit_check import TrailBroken as TrailBroken
from store.audit_heads import Head, Heads
from store.audit_pages import NOBODY as NOBODY
from store.audit_pages import AuditEvent as AuditEvent
from store.audit_pages import AuditFilter as AuditFilter
from store.audit_pages import AuditPage as AuditPage
from store.clock import date_in_zone
from store.database import Store
from store.errors import BadInput
from store.folder import PracticeFolder
from store.rights import Level, Need, Right

SEE = Need(Right.AUDIT_TRAIL, Level.VIEW)
EXPORT = Need(Right.AUDIT_TRAIL, Level.FULL)
PAGE = 200
LONGEST_PAGE = 5_000
EVERYTHING = AuditFilter()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose events can be asked for; `NOBODY` stands for events without a user."""

    user_id: int
    user_name: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filter offers."""

    people: tuple[Person, ...]
    actions: tuple[str, ...]
    rights: tuple[tuple[str, str], ...]
    """Code and label."""


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What stands above every report that leaves the practice."""

    practice: str
    pgid: int
    time_zone: str
    made_at: datetime
    made_by: str
    about: str
    trail_seq: int
    trail_hash: str


def events(
    store: Store,
    actor: Actor,
    wanted: AuditFilter = EVERYTHING,
    before_seq: int | None = None,
    limit: int = PAGE,
) -> AuditPage:
    """Return one page, newest first. Raises Refused, BadInput for a period that ends too early."""
    view(store, actor, SEE)
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise BadInput("The last day is before the first.", do="Change one of them.")
    return audit_pages.page(store, wanted, before_seq, max(1, min(limit, LONGEST_PAGE)))


def actions(store: Store, actor: Actor) -> tuple[str, ...]:
    """Return every action that is in the trail. Raises Refused."""
    view(store, actor, SEE)
    return audit_pages.actions(store)


def choices(store: Store, actor: Actor) -> Choices:
    """Return what can be asked for. Raises Refused."""
    view(store, actor, SEE)
    people = store.rows("SELECT user_id, user_name, full_name FROM user ORDER BY user_name")
    return Choices(
        (
            *(Person(row["user_id"], row["user_name"], row["full_name"]) for row in people),
            Person(NOBODY, "nobody", "the unattended run, and unknown names at sign-in"),
        ),
        audit_pages.actions(store),
        tuple((right.value, audit_pages.right_label(right.value)) for right in Right),
    )


def person_named(offered: Choices, name: str) -> Person:
    """Return whom a typed name means, without regard to case: a user name, else a full name.

    Raises BadInput.
    """
    folded = name.strip().casefold()
    for person in offered.people:
        if folded == person.user_name.casefold():
            return person
    named = [p for p in offered.people if folded == p.full_name.casefold()]
    if len(named) != 1:
        raise BadInput("There is no such user.", do="Type the user name, or nobody.")
    return named[0]


def filter_words(wanted: AuditFilter, names: Choices | None = None) -> str:
    """Return what a filter asks for in words: `user dana, action sign_in, from 2026-11-01`."""
    who = {p.user_id: p.user_name for p in names.people} if names else {}
    parts = []
    if wanted.since is not None:
        parts.append(f"from {wanted.since}")
    if wanted.until is not None:
        parts.append(f"until {wanted.until}")
    if wanted.user_id is not None:
        fallback = "nobody" if wanted.user_id == NOBODY else f"number {wanted.user_id}"
        parts.append(f"user {who.get(wanted.user_id, fallback)}")
    if wanted.action:
        parts.append(f"action {wanted.action}")
    if wanted.right:
        parts.append(f"right {audit_pages.right_label(wanted.right)}")
    if wanted.patient_id is not None:
        parts.append(f"patient {wanted.patient_id}")
    if wanted.terminal:
        parts.append(f"terminal “{wanted.terminal}”")
    if wanted.text:
        parts.append(f"text “{wanted.text}”")
    return ", ".join(parts) or "all events"


def begin_export(store: Store, actor: Actor, wanted: AuditFilter, form: str) -> ReportHead:
    """Note that the trail is exported as `form` (csv, pdf), before any of it leaves.

    The pages are then read with `events`. Raises Refused.
    """
    with change(store, actor, EXPORT) as tx:
        names = Choices(
            tuple(
                Person(row["user_id"], row["user_name"], row["full_name"])
                for row in store.rows("SELECT user_id, user_name, full_name FROM user")
            ),
            (),
            (),
        )
        about = filter_words(wanted, names)
        tx.record("audit.export", f"Exported the audit trail as {form.upper()}: {about}.")
    return report_head(store, actor, about)


def practice_day(store: Store, actor: Actor) -> tuple[int, date]:
    """Return the PGID and the practice's present day, for the name of an export.

    Raises Refused unless the trail may be exported.
    """
    view(store, actor, EXPORT)
    return day_of(store)


def day_of(store: Store) -> tuple[int, date]:
    """Return the PGID and the practice's present day."""
    row = store.one("SELECT pgid, time_zone FROM practice_group")
    assert row is not None
    return row["pgid"], date_in_zone(store.clock.now(), row["time_zone"])


def report_head(store: Store, actor: Actor, about: str) -> ReportHead:
    """Return what stands above a report: whose, when, by whom, and the trail's head then."""
    practice = store.one("SELECT pgid, name, time_zone FROM practice_group")
    last = store.one("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert practice is not None
    assert last is not None
    return ReportHead(
        practice["name"],
        practice["pgid"],
        practice["time_zone"],
        store.clock.now(),
        actor.full_name,
        about,
        last["seq"],
        last["hash"],
    )


def verify(
    store: Store,
    actor: Actor,
    *,
    head: str | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> TrailReport:
    """Check the whole trail and note that it was checked.

    Args:
        head: a head that was written down elsewhere, as `1234:0f3a91c7`.

    Raises:
        TrailBroken: names the first event that is not as it was written.
        Refused, BadInput; CheckStopped if cancelled.
    """
    heads = heads_for_check(store, actor, head)
    try:
        report = check_trail(store.folder, heads, progress, cancelled)
    except TrailBroken as broken:
        record_check(store, actor, broken)
        raise
    record_check(store, actor, report)
    return report


def heads_for_check(store: Store, actor: Actor, head: str | None = None) -> Heads:
    """Return what a check compares the trail with. Raises Refused, BadInput, StoreProblem."""
    view(store, actor, SEE)
    heads = audit_heads.read(store.folder, store.sealer)
    return heads if head is None else heads.with_written_down(head)


def check_trail(
    folder: PracticeFolder,
    heads: Heads,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> TrailReport:
    """Check the trail over a connection of its own, on any thread; work goes on meanwhile.

    Raises TrailBroken, CheckStopped, StoreProblem.
    """
    return Check(folder, heads, progress, cancelled).run()


def record_check(store: Store, actor: Actor, outcome: TrailReport | TrailBroken) -> None:
    """Note how a check ended. Raises Refused."""
    with change(store, actor, SEE) as tx:
        if isinstance(outcome, TrailReport):
            tx.record(
                "audit.verify", f"Checked the audit trail: {outcome.events:,} events, all whole."
            )
        else:
            tx.record("audit.verify", f"Checked the audit trail and found: {outcome.what}")


def anchor_head(store: Store) -> Head | None:
    """Write the trail's head outside the database; after every run and every sign-out.

    Returns it, or None if it stands there already. Raises StoreProblem.
    """
    return audit_heads.write(store)
