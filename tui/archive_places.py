"""What F1 tells in the places of an archive that was opened.

One rule: it is part of the registry (`tui.keys`), which names the keys: nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import PlaceHelp

PLACES: Final[dict[str, PlaceHelp]] = {
    "archive_foreign": PlaceHelp(
        "An archive without a manifest",
        (
            "Its codes and checksums were checked. Without a manifest nobody can tell whether",
            "a file is missing. Texts in columns are shown as tables; extracting writes them all.",
        ),
        ("archive.view", "archive.extract", "archive.other", "kiosk.back", "kiosk.help"),
    ),
    "choose_archive": PlaceHelp(
        "Choose an archive",
        (
            "Type or complete the path of a .zip file, or choose one of the folder below.",
            "A download has the password of the user who scheduled it, as it was when the file",
            "was saved, or the passphrase that was chosen for it.",
        ),
        ("choose.take", "kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "rows": PlaceHelp(
        "Rows of a table",
        (
            "A page holds up to 200 rows. A long text is clipped with …; Enter shows all of it.",
            "Control characters are drawn as signs, so that nothing hides.",
        ),
        ("rows.cell", "rows.next", "rows.previous", "rows.fields", "kiosk.help"),
        ("kiosk.back",),
    ),
    "convert": PlaceHelp(
        "Convert an archive",
        (
            "CSV files open in any spreadsheet program; a workbook holds one sheet per table.",
            "Neither is encrypted. What was converted is written to the audit trail.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "extract": PlaceHelp(
        "Extract the files",
        (
            "Every file is written into the folder as it is in the archive, once all are right.",
            "They are not encrypted any more. What was extracted is written to the audit trail.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "disc": PlaceHelp(
        "Disc images",
        (
            "Only CSV goes onto a disc, never raw TXT. Every image is read back and compared.",
            "A disc is not encrypted. An archive of the same CSV, locked with a passphrase, is.",
            "What was made is written to the audit trail.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "discs": PlaceHelp(
        "Discs that were made",
        (
            "Each image fits one disc. Burning takes a blank disc and reads it back.",
            "On Windows, right-click an .iso file in the Explorer and choose Burn disc image.",
        ),
        ("disc.burn", "kiosk.next", "kiosk.back", "kiosk.help"),
    ),
}
