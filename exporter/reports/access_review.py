"""The access review as CSV or PDF (REQUIREMENTS S10): right by right, and group by group."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.archive.files import refuse_existing, whole_file
from exporter.reports.csv_file import BYTE_ORDER_MARK, write_rows
from exporter.reports.naming import Report, as_of, check_folder, file_name, local_time
from exporter.reports.pdf import Document, Section, write_pdf
from store.access import Actor
from store.practice import Practice
from store.use_cases import access_review
from store.use_cases.access_review import AccessReview, ReviewedGroup, ReviewedRight

COLUMNS = (
    "Area",
    "Right",
    "Level held",
    "User name",
    "Full name",
    "Job title",
    "Through group",
    "Level of the group",
    "Group last changed",
    "Changed by",
    "Last sign-in",
)
NOBODY = "nobody"


def export(practice: Practice, actor: Actor, form: str, folder: Path) -> Report:
    """Write the review as it is now into a folder that is there; `form` is csv or pdf.

    Raises Refused, BadInput for the folder or a file of that name, DiskFull, ArchiveProblem.
    """
    check_folder(folder)
    name = file_name("access-review", practice.call(access_review.practice_day, actor), form)
    refuse_existing(folder, [name])
    review = practice.call(access_review.begin_print, actor, form)
    with whole_file(folder / name) as file:
        if form == "csv":
            file.write(BYTE_ORDER_MARK)
            rows = write_rows(file, chain([COLUMNS], csv_rows(review))) - 1
        else:
            document = as_document(review)
            write_pdf(file, document)
            rows = sum(len(section.rows) for section in document.sections)
    return Report(folder / name, rows)


def csv_rows(review: AccessReview) -> Iterator[tuple[str, ...]]:
    """Yield one row per right, holder and group; a right that nobody holds has one row too."""
    zone = ZoneInfo(review.head.time_zone)
    groups = {group.name: group for group in review.groups}
    for right in review.rights:
        if not right.holders:
            yield (right.category, right.label, NOBODY, *[""] * 8)
        for holder in right.holders:
            for name, level in holder.through:
                yield (
                    right.category,
                    right.label,
                    right.level_words(holder.level),
                    holder.member.user_name,
                    holder.member.full_name,
                    holder.member.job_title,
                    name,
                    right.level_words(level),
                    local_time(groups[name].modified_at, zone),
                    groups[name].modified_by or "as it came",
                    local_time(holder.member.last_sign_in, zone),
                )


def as_document(review: AccessReview) -> Document:
    """Return the printed form: rights, then groups, then what needs a look."""
    return Document(
        "Access review",
        as_of(review.head),
        f"{review.head.practice} · PGID {review.head.pgid} · Access review",
        review.head.made_at,
        (_rights(review), _groups(review), *_remarks(review)),
    )


def _rights(review: AccessReview) -> Section:
    return Section(
        "Who holds which right, and through which group",
        "A user holds the highest level that any group grants.",
        ("Right", "Level", "Who", "Through"),
        (42, 20, 38, 60),
        [row for right in review.rights for row in _rows_of(right)],
    )


def _rows_of(right: ReviewedRight) -> Iterator[tuple[str, ...]]:
    if not right.holders:
        yield right.label, NOBODY, "", ""
    for place, holder in enumerate(right.holders):
        through = ", ".join(
            group if level == holder.level else f"{group} ({right.level_words(level)})"
            for group, level in holder.through
        )
        # The right is named once; a name of its own on each line hides how many lines it has.
        label = right.label if place == 0 else ""
        yield label, right.level_words(holder.level), holder.member.full_name, through


def _groups(review: AccessReview) -> Section:
    zone = ZoneInfo(review.head.time_zone)
    return Section(
        "Groups, and when and by whom each was last changed",
        "",
        ("Group", "Members", "Rights", "Last changed", "By"),
        (26, 44, 62, 24, 24),
        [
            (
                group.name,
                ", ".join(member.full_name for member in group.members) or "no members",
                group_rights(group, review) or "none",
                local_time(group.modified_at, zone),
                group.modified_by or "as it came",
            )
            for group in review.groups
        ],
    )


def group_rights(group: ReviewedGroup, review: AccessReview) -> str:
    """Return what a group grants in words: `Utilities - Import; Setup - Security: View Only`."""
    parts = []
    for right in review.rights:
        level = group.levels.get(right.right)
        if level:
            parts.append(right.label if right.is_action else f"{right.label}: {level.label}")
    return "; ".join(parts)


def _remarks(review: AccessReview) -> Iterator[Section]:
    zone = ZoneInfo(review.head.time_zone)
    if review.without_rights:
        yield Section(
            "Users who hold no right",
            "They can sign in and keep their own account, and see no data.",
            ("Who", "User name", "State"),
            (40, 30, 40),
            [
                (m.full_name, m.user_name, "barred, needs a reset" if m.is_disabled else "open")
                for m in review.without_rights
            ],
        )
    yield Section(
        "Emergency access of the last 90 days",
        "" if review.emergencies else "Nobody took any.",
        ("Who", "Group", "From", "Until", "Reason"),
        (30, 26, 24, 24, 60),
        [
            (
                one.user,
                one.group,
                local_time(one.started_at, zone),
                local_time(one.ended_at, zone),
                one.reason,
            )
            for one in review.emergencies
        ],
    )
