"""Reports › Access Review: who holds which right, through which group (REQUIREMENTS S10).

One rule: it shows what the gate would decide now, and says as of when.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.clock import date_in_zone
from store.errors import Refused
from store.use_cases import access_review
from tui.screens.dialogs import TextDialog
from tui.widgets import words
from tui.widgets.jobs import Job
from tui.widgets.place import Place
from tui.widgets.safe import content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.reports.naming import Report
    from store.use_cases.access_review import AccessReview, ReviewedGroup, ReviewedRight

BY_RIGHT: Final = (
    Column("Right", 0),
    Column("Level", 12),
    Column("Who", 14),
    Column("Through", 19),
)
BY_GROUP: Final = (
    Column("Group", 16),
    Column("Last changed", 12),
    Column("By", 14),
    Column("Members", 0),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: its cells, its title, and what stands under the list for it."""

    cells: tuple[Cell, ...]
    title: str
    below: str
    whole: str


def lines_by_right(review: AccessReview) -> list[Line]:
    """Return a line for each right and holder; a right that nobody holds has one too."""
    return [line for right in review.rights for line in _lines_of(right)]


def _lines_of(right: ReviewedRight) -> list[Line]:
    everybody = "\n".join(
        f"{holder.member.full_name}, {right.level_words(holder.level)}, through "
        + ", ".join(f"{name} ({right.level_words(level)})" for name, level in holder.through)
        for holder in right.holders
    )
    whole = f"{right.allows}\n\n{everybody or 'Nobody holds it.'}"
    if not right.holders:
        cells = (Cell(right.label), Cell("nobody", "dim"), Cell(""), Cell(""))
        return [Line(cells, right.label, right.allows, whole)]
    return [
        Line(
            (
                # Named once: what repeats would hide where the next right begins.
                Cell(right.label if place == 0 else ""),
                Cell(right.level_words(holder.level)),
                Cell(holder.member.full_name),
                Cell(", ".join(name for name, _level in holder.through), "dim"),
            ),
            right.label,
            f"{right.label}: {right.allows}",
            whole,
        )
        for place, holder in enumerate(right.holders)
    ]


def lines_by_group(review: AccessReview) -> list[Line]:
    """Return a line for each group."""
    return [_group_line(group, review) for group in review.groups]


def _group_line(group: ReviewedGroup, review: AccessReview) -> Line:
    zone = review.head.time_zone
    changed = group.modified_at
    when = words.NOTHING
    if changed is not None:
        when = words.day(date_in_zone(changed, zone), year=True)
    by = group.modified_by or "as it came"
    names = ", ".join(member.full_name for member in group.members)
    rights = [
        right.label if right.is_action else f"{right.label}: {group.levels[right.right].label}"
        for right in review.rights
        if right.right in group.granted
    ]
    granted = "\n".join(rights) or "It grants nothing."
    return Line(
        (
            Cell(group.name),
            Cell(when, "dim"),
            Cell(by, "" if group.modified_by else "dim"),
            Cell(names or "no members", "" if names else "dim"),
        ),
        group.name,
        f"{group.description} Grants {words.count(len(rights), 'right')}.".strip(),
        f"{group.description}\n\nMembers: {names or 'none'}\nLast changed: {when}, {by}\n\n"
        f"{granted}",
    )


class AccessReviewScreen(Place, place="access_review"):
    """The review by right, or by group."""

    PATH = ("Reports", "Access Review")

    def __init__(self) -> None:
        super().__init__()
        self._review: AccessReview | None = None
        self._lines: list[Line] = []
        self._is_by_group = False

    def body(self) -> ComposeResult:
        """As of when, the list, and what the marked line means."""
        yield Static(id="as_of")
        yield Table(BY_RIGHT, id="review")
        yield Static(id="meaning")

    def on_mount(self) -> None:
        """Read it."""
        self.query_one(Table).focus()
        self._read()

    @work(description="access review", exit_on_error=False)
    async def _read(self) -> None:
        kiosk = self.kiosk
        try:
            with self.working("Reading…"):
                review = await kiosk.practice.ask(access_review.access_review, kiosk.signed_in)
        except Refused as refusal:
            self.query_one(Table).display = False
            self.query_one("#meaning", Static).update(content(refusal.sentence))
            return
        self._review = review
        self._show()

    def _show(self) -> None:
        review = self._review
        if review is None:
            return
        self._lines = lines_by_group(review) if self._is_by_group else lines_by_right(review)
        columns = BY_GROUP if self._is_by_group else BY_RIGHT
        rows = [line.cells for line in self._lines]
        self.query_one(Table).show(rows, columns=columns, mark=0)
        when = words.instant(review.head.made_at, review.head.time_zone)
        held = sum(1 for right in review.rights if right.holders)
        parts = [f"{held} of {words.count(len(review.rights), 'right')} held"]
        if review.without_rights:
            parts.append(f"{words.count(len(review.without_rights), 'user')} without any")
        if review.emergencies:
            count = len(review.emergencies)
            parts.append(f"{words.count(count, 'emergency', 'emergencies')} in 90 days")
        self.query_one("#as_of", Static).update(
            join((f"As of {when}", "bold"), (f" · {' · '.join(parts)}", "$tone-dim"))
        )
        self._tell()

    @on(Table.Marked)
    def _tell(self) -> None:
        line = self._marked
        self.query_one("#meaning", Static).update(
            content(line.below if line is not None else "", "$tone-dim")
        )
        self.refresh_keys()

    @property
    def _marked(self) -> Line | None:
        index = self.query_one(Table).marked
        return self._lines[index] if 0 <= index < len(self._lines) else None

    # What can be done

    def do_list_refresh(self) -> None:
        """F5."""
        self._read()

    def do_review_view(self) -> None:
        """By group, or by right again."""
        self._is_by_group = not self._is_by_group
        self._show()

    @on(Table.Chosen)
    def do_review_open(self) -> None:
        """The whole of the marked line."""
        line = self._marked
        if line is not None:
            self.open(TextDialog(line.title, line.whole))

    def do_review_save(self) -> None:
        """Ask where to, then save the review as it is then."""
        from tui.screens.save_report import SaveReportDialog

        kiosk = self.kiosk
        practice, actor = kiosk.practice, kiosk.signed_in

        def make(form: str, folder: Path, _job: Job) -> Report:
            from exporter.reports.access_review import export

            return export(practice, actor, form, folder)

        about = "Saves who holds which right as it is now, and when each group was changed."
        self.open(SaveReportDialog("Save the access review", about, make, "rows"), self._saved)

    def _saved(self, sentence: str | None) -> None:
        if sentence:
            self.say("", sentence, "good")
