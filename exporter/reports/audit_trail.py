"""The audit trail as CSV or PDF (REQUIREMENTS S9).

One rule: it is read a page at a time; a trail of millions of events needs no more memory than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.archive.errors import Cancelled
from exporter.archive.files import refuse_existing, whole_file
from exporter.reports.csv_file import BYTE_ORDER_MARK, write_rows
from exporter.reports.naming import Report, as_of, check_folder, file_name
from exporter.reports.pdf import Document, Section, write_pdf
from store.access import Actor
from store.errors import BadInput
from store.practice import Practice
from store.use_cases import audit_trail
from store.use_cases.audit_trail import AuditEvent, AuditFilter, ReportHead

COLUMNS = (
    "Event",
    "Time (UTC)",
    "Time in the practice",
    "User name",
    "Full name",
    "Action",
    "Right",
    "Patient number",
    "Terminal",
    "Through",
    "What was done",
    "Record",
)
LONGEST_PDF = 2_000
"""Events; more is no reading matter, and takes minutes to set."""
OnEvents = Callable[[int], None]


def export(
    practice: Practice,
    actor: Actor,
    wanted: AuditFilter,
    form: str,
    folder: Path,
    progress: OnEvents | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Write the events that a filter asks for, newest first, into a folder that is there.

    Args:
        form: csv or pdf.
        progress: told how many events are read.
        cancelled: asked as often; true leaves nothing behind.

    Raises:
        Refused: the right Reports - Audit Trail: Full Control is missing.
        BadInput: no such folder, a file of that name, or too many events for a PDF.
        Cancelled, DiskFull, ArchiveProblem: nothing was left behind.
    """
    check_folder(folder)
    name = file_name("audit-trail", practice.call(audit_trail.practice_day, actor), form)
    refuse_existing(folder, [name])
    if form == "pdf":
        _refuse_if_long(practice, actor, wanted)
    head = practice.call(audit_trail.begin_export, actor, wanted, form)
    events = _events(practice, actor, wanted, progress, cancelled)
    with whole_file(folder / name) as file:
        if form == "csv":
            file.write(BYTE_ORDER_MARK)
            zone = ZoneInfo(head.time_zone)
            rows = write_rows(file, chain([COLUMNS], (cells(event, zone) for event in events))) - 1
        else:
            document = as_document(head, list(events))
            write_pdf(file, document)
            rows = len(document.sections[0].rows)
    return Report(folder / name, rows)


def cells(event: AuditEvent, zone: ZoneInfo) -> tuple[str, ...]:
    """Return one event as the cells of `COLUMNS`."""
    return (
        str(event.seq),
        f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
        f"{event.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        event.user_name,
        event.who,
        event.action,
        event.right,
        "" if event.patient_id is None else str(event.patient_id),
        event.terminal,
        event.source,
        event.text,
        event.object,
    )


def as_document(head: ReportHead, events: list[AuditEvent]) -> Document:
    """Return the printed form: fewer columns than the CSV, the same events."""
    zone = ZoneInfo(head.time_zone)
    section = Section(
        f"Events: {head.about}",
        "Newest first." if events else "No event fits.",
        ("Event", "Time", "Who", "Action and right", "Terminal", "What was done"),
        (9, 19, 22, 30, 22, 70),
        [
            (
                str(event.seq),
                f"{event.at.astimezone(zone):%d %b %Y %H:%M:%S}",
                event.who,
                " · ".join(part for part in (event.action, event.right) if part),
                event.terminal,
                _what(event),
            )
            for event in events
        ],
    )
    return Document(
        "Audit trail",
        as_of(head),
        f"{head.practice} · PGID {head.pgid} · Audit trail",
        head.made_at,
        (section,),
    )


def _what(event: AuditEvent) -> str:
    patient = f" Patient number {event.patient_id}." if event.patient_id is not None else ""
    return event.text + patient


def _events(
    practice: Practice,
    actor: Actor,
    wanted: AuditFilter,
    progress: OnEvents | None,
    cancelled: Callable[[], bool],
) -> Iterator[AuditEvent]:
    before: int | None = None
    count = 0
    while True:
        if cancelled():
            raise Cancelled("The export was stopped.", kept="Nothing was left behind.")
        page = practice.call(audit_trail.events, actor, wanted, before, audit_trail.LONGEST_PAGE)
        yield from page.events
        count += len(page.events)
        if progress is not None:
            progress(count)
        before = page.next_before
        if before is None:
            return


def _refuse_if_long(practice: Practice, actor: Actor, wanted: AuditFilter) -> None:
    count = 0
    before: int | None = None
    while count <= LONGEST_PDF:
        page = practice.call(audit_trail.events, actor, wanted, before, LONGEST_PDF + 1)
        count += len(page.events)
        before = page.next_before
        if before is None and count <= LONGEST_PDF:
            return
    raise BadInput(
        f"A PDF holds at most {LONGEST_PDF:,} events.",
        kept="Nothing was written.",
        do="Narrow the filter, for instance to a month, or save it as CSV.",
    )
