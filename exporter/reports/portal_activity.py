"""The portal activity as CSV (REQUIREMENTS P11).

One rule: it is read a page at a time, and the trail was told before the first line is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.archive.errors import Cancelled
from exporter.archive.files import refuse_existing, whole_file
from exporter.reports.csv_file import BYTE_ORDER_MARK, write_rows
from exporter.reports.naming import Report, check_folder, file_name
from store.access import Actor
from store.practice import Practice
from store.use_cases import audit_trail, portal_activity
from store.use_cases.portal_activity import ActivityFilter, ActivityRow

COLUMNS = (
    "Patient number",
    "Name",
    "State",
    "Invited (time in the practice)",
    "Last sign-in (time in the practice)",
    "Online access",
    "Why sending failed",
)
OnRows = Callable[[int], None]


def export(
    practice: Practice,
    actor: Actor,
    wanted: ActivityFilter,
    folder: Path,
    progress: OnRows | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Write the patients that a filter asks for, by name, into a folder that is there.

    Args:
        progress: told how many patients are read.
        cancelled: asked as often; true leaves nothing behind.

    Raises:
        Refused: the right Patient - Portal Invitations: Full Control is missing.
        BadInput: no such folder, a file of that name, or a filter that cannot be.
        Cancelled, DiskFull, ArchiveProblem: nothing was left behind.
    """
    check_folder(folder)
    name = file_name("portal-activity", practice.call(audit_trail.day_of), "csv")
    refuse_existing(folder, [name])
    head = practice.call(portal_activity.begin_activity_export, actor, wanted)
    zone = ZoneInfo(head.time_zone)
    rows = _rows(practice, actor, wanted, progress, cancelled)
    with whole_file(folder / name) as file:
        file.write(BYTE_ORDER_MARK)
        written = write_rows(file, chain([COLUMNS], (cells(row, zone) for row in rows))) - 1
    return Report(folder / name, written)


def cells(row: ActivityRow, zone: ZoneInfo) -> tuple[str, ...]:
    """Return one patient as the cells of `COLUMNS`."""
    return (
        str(row.patient_id),
        row.name,
        row.state.replace("_", " "),
        _local(row.invited_at, zone),
        _local(row.last_sign_in, zone),
        row.access,
        row.reason,
    )


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _rows(
    practice: Practice,
    actor: Actor,
    wanted: ActivityFilter,
    progress: OnRows | None,
    cancelled: Callable[[], bool],
) -> Iterator[ActivityRow]:
    after: int | None = None
    count = 0
    while True:
        if cancelled():
            raise Cancelled("The export was stopped.", kept="Nothing was left behind.")
        page = practice.call(
            portal_activity.activity, actor, wanted, after, portal_activity.LONGEST_PAGE
        )
        yield from page.rows
        count += len(page.rows)
        if progress is not None:
            progress(count)
        after = page.next
        if after is None:
            return
