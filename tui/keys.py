"""Every key of the kiosk: what it is called, what it does, where it works.

One rule: a key that is not here does not exist. Footer, help and docs/design.md are made from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui import (
    archive_places,
    audit_keys,
    factor_keys,
    message_keys,
    patient_keys,
    portal_keys,
    security_keys,
)
from tui.key_words import Key as Key
from tui.key_words import PlaceHelp as PlaceHelp

if TYPE_CHECKING:
    from textual.binding import Binding


_ALL: Final = (
    Key(
        "kiosk.help", "f1", "F1", "help", "Show what this place is for and the keys that work here."
    ),
    Key("kiosk.theme", "f2,ctrl+t", "F2", "day or night", "Change between the day and night look."),
    Key("kiosk.lock", "f9", "F9", "lock", "Lock the kiosk. What is on the screen is dropped."),
    Key("kiosk.sign_out", "f10", "F10", "sign out", "End your session and go to the sign-in."),
    Key(
        "kiosk.back", "escape", "Esc", "back", "Go back one place. Nothing is saved by going back."
    ),
    Key("kiosk.next", "tab", "Tab", "next field", "Go to the next field or button."),
    Key("kiosk.previous", "shift+tab", "Shift+Tab", "previous field", "Go to the field before."),
    Key("sign_in.enter", "enter", "Enter", "sign in", "Sign in with what is typed."),
    Key(
        "sign_in.archive", "f6", "F6", "open an archive", "Look into an archive with its password."
    ),
    Key(
        "sign_in.other", "f4", "F4", "another user", "Let somebody else sign in; this session ends."
    ),
    Key(
        "sign_in.leave",
        "ctrl+q",
        "Ctrl+Q",
        "leave",
        "Close the kiosk. Only while nobody is signed in.",
    ),
    Key("home.open", "enter", "Enter", "open", "Open the place that is marked."),
    Key(
        "home.number",
        ",".join("123456789abcdefghijklmnop"),
        "1-9 a-p",
        "open by number",
        "Open a place by its number or letter.",
    ),
    Key(
        "downloads.schedule", "s", "s", "schedule", "Schedule a data download. Needs Full Control."
    ),
    Key("downloads.retrieve", "enter", "Enter", "retrieve", "Save a ready download to a folder."),
    Key("downloads.open", "o,d", "o", "open here", "Look into a download in the kiosk."),
    Key("downloads.cancel", "c", "c", "cancel", "Cancel a download that is not built yet.", True),
    Key("downloads.again", "a", "a", "confirm again", "Give the code again for what repeats."),
    Key("downloads.end", "e", "e", "end repeating", "End a download that repeats.", True),
    Key("downloads.refresh", "f5", "F5", "refresh", "Read the list again."),
    Key("runner.run", "r", "r", "run due", "Start the export runner for what is due now."),
    Key(
        "runner.forward", "n", "n", "run all now", "Bring every scheduled download forward to now."
    ),
    Key("runner.cancel", "x", "x", "cancel", "Cancel the marked download.", True),
    Key("runner.install", "i", "i", "timer", "Let this computer run what is due every hour."),
    Key("runner.quota", "q", "q", "quota", "Set how much room all archives together may take."),
    Key("choose.take", "enter", "Enter", "open", "Go into a folder, take a file, or open it."),
    Key("archive.view", "enter", "Enter", "view", "Page through the marked table."),
    Key("archive.csv", "c", "c", "CSV", "Convert all tables to CSV files for people."),
    Key("archive.excel", "e", "e", "Excel", "Convert all tables to an Excel workbook."),
    Key("archive.disc", "d", "d", "disc", "Make disc images of all tables as CSV, and burn them."),
    Key("disc.burn", "b", "b", "burn", "Burn the next image onto the blank disc in the drive."),
    Key(
        "archive.fields", "m", "m", "meaning of fields", "Show what every column of a table means."
    ),
    Key("archive.extract", "x", "x", "extract", "Write all files, as they are, into a folder."),
    Key("archive.other", "f6", "F6", "another archive", "Close this archive and choose another."),
    Key("rows.cell", "enter", "Enter", "full text", "Show the whole text of the marked cell."),
    Key("rows.next", "n", "n", "next page", "Go to the next page of rows."),
    Key("rows.previous", "p", "p", "previous page", "Go to the page of rows before."),
    Key("rows.fields", "m", "m", "fields", "Show what every column means."),
    Key("schedule.later", "pagedown", "PgDn", "a day later", "Move the day by one; later."),
    Key("schedule.earlier", "pageup", "PgUp", "a day earlier", "Move the day by one; earlier."),
    Key("dialog.stop", "f8", "F8", "stop", "Stop this work. What is half made is removed."),
)

_ROOMS: Final = (security_keys, audit_keys, factor_keys, patient_keys, portal_keys, message_keys)
KEYS: Final[dict[str, Key]] = {
    key.id: key for keys in (_ALL, *(room.KEYS for room in _ROOMS)) for key in keys
}

SIGN_IN: Final = "sign_in"
LOCKED: Final = "locked"
AT_THE_DESK: Final = ("kiosk.lock", "kiosk.sign_out")
EVERYWHERE: Final = ("kiosk.help", "kiosk.theme", "kiosk.next", "kiosk.previous")

MOVING: Final = (
    "↑ ↓ move by one, PgUp PgDn by a screen, Home End to either end.",
    "In a table ← → move between columns where there is more to see.",
)
"""Keys that every list and field knows; they never change anything."""

PLACES: Final[dict[str, PlaceHelp]] = {
    SIGN_IN: PlaceHelp(
        "Sign in",
        (
            "Sign in with your own user name. The practice group (PGID) says whose data this is.",
            "After five wrong passwords an account pauses for five minutes.",
            "The kiosk locks after ten minutes without a key; a session ends after twelve hours.",
        ),
        ("sign_in.enter", "sign_in.archive", "kiosk.help", "sign_in.leave"),
        ("sign_in.other", "kiosk.back"),
    ),
    LOCKED: PlaceHelp(
        "Locked",
        (
            "The password of the user who is named unlocks, and Home opens afresh.",
            "Another user ends this session first, with F4 or by signing in.",
        ),
        ("sign_in.enter", "sign_in.other", "kiosk.help"),
        ("sign_in.archive", "sign_in.leave", "kiosk.back"),
    ),
    "home": PlaceHelp(
        "Home",
        (
            "The places of the kiosk. A dim one needs a right that you do not have; it says which.",
            "Rights are granted to groups under Setup > Security > Groups.",
        ),
        ("home.open", "home.find", "kiosk.help", "kiosk.sign_out"),
        ("home.number",),
    ),
    "downloads": PlaceHelp(
        "Data Download",
        (
            "Schedules a copy of the practice's data and retrieves it once it is built overnight.",
            "Only the user who scheduled a download can retrieve it. Nobody can be added later.",
            "It is raw data, without images and without attached files.",
        ),
        (
            "downloads.schedule",
            "downloads.retrieve",
            "downloads.open",
            "downloads.cancel",
            "kiosk.help",
        ),
        ("downloads.again", "downloads.end", "downloads.refresh", "kiosk.back"),
    ),
    "schedule": PlaceHelp(
        "Schedule a data download",
        (
            "Your password is asked again: it locks the archive and is kept nowhere.",
            "The first day that can be chosen is tomorrow in the practice's time zone.",
            "A six-digit code then goes to your mobile. Until it is typed, nothing is scheduled.",
        ),
        ("kiosk.next", "schedule.later", "schedule.earlier", "kiosk.back", "kiosk.help"),
    ),
    "retrieve": PlaceHelp(
        "Retrieve a data download",
        (
            "The archive is copied to the folder you name and compared with the original.",
            "It opens in 7-Zip or WinZip with your Chairside password, or its own passphrase.",
            "Windows Explorer, macOS and unzip cannot open it.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "open_here": PlaceHelp(
        "Open a data download here",
        (
            "The archive is opened where it lies, in the practice's folder; nothing is copied.",
            "Your password is asked again, and the one that locks it where that is another.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "runner": PlaceHelp(
        "Export Runner",
        (
            "Shows what the unattended run is building, what waits and what is done.",
            "A machine that was off catches up at its next run. A failed build is tried again.",
        ),
        (
            *("runner.run", "runner.forward", "runner.cancel", "runner.install", "runner.quota"),
            "kiosk.help",
        ),
        ("kiosk.back",),
    ),
    "quota": PlaceHelp(
        "Room for downloads",
        ("All archives together take no more than this; one that would not fit is not begun.",),
        ("kiosk.back",),
    ),
    "archive": PlaceHelp(
        "Open an archive",
        (
            "Opens a WinZip-AES archive with its password, checks every file in it and shows the",
            "tables. Looking needs only the password; converting needs a signed-in user.",
            "CSV and workbook are not encrypted: keep them where only the right people can read.",
        ),
        (
            *("archive.view", "archive.csv", "archive.excel", "archive.disc", "archive.fields"),
            "kiosk.help",
        ),
        ("archive.extract", "archive.other", "kiosk.back"),
    ),
    **archive_places.PLACES,
    **security_keys.PLACES,
    **audit_keys.PLACES,
    **factor_keys.PLACES,
    **patient_keys.PLACES,
    **portal_keys.PLACES,
    **message_keys.PLACES,
    "progress": PlaceHelp(
        "Work in progress",
        ("This goes on while the kiosk is locked. What ends unseen is told at Home.",),
        ("dialog.stop", "kiosk.help"),
    ),
    "message": PlaceHelp(
        "Message", ("Read it, then close it with Enter or Esc.",), ("kiosk.back",)
    ),
    "confirm": PlaceHelp(
        "Please confirm",
        ("The harmless answer is marked first. Esc is the same as the harmless answer.",),
        ("kiosk.next", "kiosk.back"),
    ),
    "help": PlaceHelp("Help", ("Esc closes this page.",), ("kiosk.back",)),
}


def keys_of(place: str) -> tuple[Key, ...]:
    """Return every key that works in a place, its own first. Raises KeyError for no such place."""
    described = PLACES[place]
    desk = () if place in (SIGN_IN, LOCKED) else AT_THE_DESK
    ids = dict.fromkeys((*described.keys, *described.more, *desk, *EVERYWHERE))
    return tuple(KEYS[name] for name in ids)


def bindings(*ids: str) -> list[Binding]:
    """Return textual bindings for keys of the registry; each runs `action_do(id)` of its screen."""
    from textual.binding import Binding

    return [
        Binding(
            key.key,
            f"do('{key.id}')",
            key.word,
            id=key.id,
            tooltip=key.tooltip,
            show=False,
            priority=key.first,
        )
        for key in (KEYS[name] for name in ids)
    ]
