"""An opened archive: whether it is whole, its tables, and the ways on.

One rule: the archive is closed, and its keys forgotten, when the screen goes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from store.clock import moment
from tui.screens.archive_preview import TALL, Preview
from tui.screens.dialogs import TextDialog
from tui.screens.field_words import fields_text
from tui.widgets import words
from tui.widgets.place import Place
from tui.widgets.safe import clip, content, join
from tui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from exporter.archive.description import DescribedTable, Manifest
    from exporter.archive.entry import Entry
    from exporter.archive.reader import Archive
    from exporter.archive.verification import Verification
    from tui.widgets.jobs import Job

SIGN_IN_TO_CONVERT: Final = (
    "Converting needs a signed-in user, because it is written to the audit trail."
)
WIDEST_NAME: Final = 28
_COLUMNS: Final = (
    Column("Rows", 9, right=True),
    Column("Size", 9, right=True),
    Column("What it holds", 0),
)
_FOREIGN_COLUMNS: Final = (
    Column("File", 0),
    Column("Size", 10, right=True),
    Column("Packed", 9),
    Column("Protection", 17),
)
NOT_DESCRIBED: Final = "Chairside did not make this archive: x extracts its files as they are."


class ArchiveScreen(Place, place="archive"):
    """The tables of an archive that was opened and checked."""

    def __init__(self, archive: Archive, checked: Verification) -> None:
        super().__init__()
        self._archive = archive
        self._checked = checked
        self._conversion: Job | None = None
        self._tables: list[DescribedTable] = []

    @property
    def place(self) -> str:
        """An archive of another program is looked into and extracted; it cannot be converted."""
        return "archive" if self._manifest is not None else "archive_foreign"

    @property
    def path(self) -> tuple[str, ...]:
        """The file's name ends the path."""
        return ("Utilities", "Open an archive", self._archive.path.name)

    @property
    def _manifest(self) -> Manifest | None:
        return self._archive.manifest

    def body(self) -> ComposeResult:
        """Whole or not, of when and whose, then the tables."""
        yield Static(id="verdict")
        yield Static(id="snapshot")
        yield Table(() if self._manifest else _FOREIGN_COLUMNS, id="tables")
        yield Static(id="meaning")
        if self._manifest is not None:
            yield Preview(self._archive, id="preview")

    def on_mount(self) -> None:
        """Fill in."""
        self._show_verdict()
        self._show_snapshot()
        self.on_resize()
        table = self.query_one(Table)
        table.focus()
        if self._manifest is None:
            self._show_entries(table)
            return
        # What holds something comes first; empty tables follow, dim.
        self._tables = sorted(self._manifest.tables, key=lambda one: not one.rows)
        table.show(
            [
                (
                    Cell(one.name, "" if one.rows else "dim"),
                    Cell(words.number(one.rows), "" if one.rows else "dim"),
                    Cell(words.size(one.bytes), "" if one.rows else "dim"),
                    Cell(one.meaning, "dim"),
                )
                for one in self._tables
            ],
            columns=(Column("Table", self._widest_name()), *_COLUMNS),
        )
        self._tell_meaning()

    def on_resize(self) -> None:
        """The first rows are shown where the list keeps room enough."""
        self.query(Preview).set(display=self.size.height >= TALL)

    def _widest_name(self) -> int:
        """Names stand in full; what a table holds is told under the list as well."""
        return min(WIDEST_NAME, max((len(one.name) for one in self._tables), default=0))

    def _show_entries(self, table: Table) -> None:
        """What another program made: each entry with how it is packed and locked."""
        table.show(
            [
                (
                    Cell(entry.name, "dim" if entry.hindrance else ""),
                    Cell(words.size(entry.size)),
                    Cell(entry.packing, "dim"),
                    Cell(entry.protection, "dim" if entry.is_locked else "warn"),
                )
                for entry in self._archive.entries
            ]
        )
        self._tell_meaning()

    def on_unmount(self) -> None:
        """Close the archive, unless a conversion still reads it: then that closes it."""
        if self._conversion is None or self._conversion.is_over:
            self._archive.close()

    def _show_verdict(self) -> None:
        checked = self._checked
        files = words.count(checked.entries, "file")
        if not checked.is_whole:
            first = checked.findings[0].sentence
            more = len(checked.findings) - 1
            tail = f" And {more} more." if more else ""
            verdict = join(("● Damaged or changed. ", "bold $tone-bad"), (first + tail, ""))
        elif checked.unchecked:
            first = checked.unchecked[0].sentence
            verdict = join(("● Not all could be checked. ", "bold $tone-warn"), (first, ""))
        elif checked.is_described:
            verdict = join(
                ("● Whole and unchanged: ", "bold $tone-good"),
                (f"{files}, {words.count(checked.rows, 'row')}, every checksum right.", ""),
            )
        else:
            verdict = join(
                ("● Opens with this password: ", "bold $tone-warn"),
                (f"{files}, every code and checksum right.", ""),
            )
        self.query_one("#verdict", Static).update(verdict)

    def _show_snapshot(self) -> None:
        manifest = self._manifest
        text = "It was made by another program: no manifest tells whether a file is missing."
        if manifest is not None:
            try:
                at = moment(manifest.snapshot)
                when = f"{words.instant(at, manifest.time_zone, year=True)}, {manifest.time_zone}"
            except (ValueError, LookupError, OSError):
                # An archive from elsewhere may name a zone that does not exist.
                when = manifest.snapshot
            text = f"Snapshot of {when} · {clip(manifest.practice, 40)} · PGID {manifest.pgid}"
        self.query_one("#snapshot", Static).update(content(text, "$tone-dim"))

    @property
    def _marked(self) -> DescribedTable | None:
        index = self.query_one(Table).marked
        return self._tables[index] if 0 <= index < len(self._tables) else None

    @property
    def _marked_entry(self) -> Entry | None:
        """The marked entry of an archive of another program."""
        index, entries = self.query_one(Table).marked, self._archive.entries
        return entries[index] if self._manifest is None and 0 <= index < len(entries) else None

    @on(Table.Marked)
    def _tell_meaning(self) -> None:
        """The whole meaning of the marked table: its cell may be clipped."""
        table, entry = self._marked, self._marked_entry
        if entry is not None:
            notes = (*self._checked.notes, *self._checked.unchecked)
            told = next((note.sentence for note in notes if note.entry == entry.name), "")
            self.query_one("#meaning", Static).update(content(told, "$tone-dim"))
        if table is not None:
            line = join((f"{table.name}  ", "bold $tone-key"), (table.meaning, "$tone-dim"))
            self.query_one("#meaning", Static).update(line)
            if self._checked.is_whole:
                self.query_one(Preview).look_at(table)

    # What can be done

    def why_not(self, key_id: str) -> str:
        """An archive of another program has no described tables; converting needs a user."""
        if not key_id.startswith("archive.") or key_id == "archive.other":
            return ""
        if self._manifest is None and key_id not in ("archive.view", "archive.extract"):
            return NOT_DESCRIBED
        converts = key_id in ("archive.csv", "archive.excel", "archive.disc", "archive.extract")
        if converts and self.kiosk.actor is None:
            return SIGN_IN_TO_CONVERT
        return ""

    def do_archive_view(self) -> None:
        """Page through the marked table."""
        from tui.screens.rows import RowsScreen

        table = self._marked
        if self._marked_entry is not None:
            self._view_entry(self._marked_entry)
        if table is None:
            return
        if not table.rows:
            self.say("Empty.", f"{table.name} has no rows in this archive.")
        else:
            self.hush()
            self.open(RowsScreen(self._archive, table, self.path))

    @work(description="look for a table", exit_on_error=False)
    async def _view_entry(self, entry: Entry) -> None:
        """Page through a text of another program, if it parses as a table."""
        from exporter.archive.foreign_tables import may_be_table
        from tui.screens.rows import RowsScreen

        if self.is_working:
            return
        if not may_be_table(entry):
            self.say("No table.", "Only .txt, .tsv and .csv can be shown. x extracts all files.")
            return
        with self.working("Reading…"):
            table = await asyncio.to_thread(self._archive.foreign_table, entry.name)
        if table.rows:
            self.open(RowsScreen(self._archive, table, self.path))
        else:
            self.say("Empty.", f"{clip(entry.name, 40)} has a header line and no rows.")

    def on_table_chosen(self) -> None:
        """A click on the marked table is Enter."""
        self.action_do("archive.view")

    def do_archive_fields(self) -> None:
        """The meaning of every field."""
        table = self._marked
        if table is not None:
            self.open(TextDialog(f"Fields of {table.name}", fields_text(table)))

    def do_archive_extract(self) -> None:
        """Write all files, as they are, into a folder."""
        from tui.screens.extract import FORM, ExtractDialog

        self.open(ExtractDialog(self._archive, FORM, self._note_conversion), self._extracted)

    def _extracted(self, sentence: str | None) -> None:
        self._conversion = None
        if sentence:
            self.say("Extracted.", sentence, "good")

    def do_archive_csv(self) -> None:
        """Convert to CSV files."""
        self._convert("csv")

    def do_archive_excel(self) -> None:
        """Convert to a workbook."""
        self._convert("workbook")

    def do_archive_disc(self) -> None:
        """Make disc images."""
        from tui.screens.disc import DiscDialog

        self.open(DiscDialog(self._archive, self._note_conversion), self._converted)

    def _converted(self, sentence: str | None) -> None:
        self._conversion = None
        if sentence:
            self.say("Converted.", sentence, "good")

    def _convert(self, form: str) -> None:
        from tui.screens.convert import ConvertDialog

        dialog = ConvertDialog(self._archive, form, self._note_conversion)
        self.open(dialog, self._converted)

    def _note_conversion(self, job: Job) -> None:
        self._conversion = job

    def do_archive_other(self) -> None:
        """Close this archive."""
        self.dismiss()
