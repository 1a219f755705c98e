"""Keys and places of Reports: the audit trail and the access review.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key("audit.open", "enter", "Enter", "event", "Show all that is known of the event."),
    Key("audit.filter", "f", "f", "filter", "Narrow by day, user, action, patient, text and more."),
    Key("audit.all", "a", "a", "all events", "Take the filter away."),
    Key("audit.next", "n", "n", "older", "Go to the page of older events, or search further back."),
    Key("audit.previous", "p", "p", "newer", "Go back to the page of newer events."),
    Key("audit.verify", "v", "v", "verify", "Check that no event was altered, added or removed."),
    Key("audit.save", "e", "e", "save", "Save the events as CSV or PDF. Needs Full Control."),
    Key("review.view", "g", "g", "by group", "Show it by group, or by right again."),
    Key("review.open", "enter", "Enter", "all of it", "Show the whole of the marked line."),
    Key("review.save", "e", "e", "save", "Save the review as CSV or PDF, to print it."),
)

PLACES: Final[dict[str, PlaceHelp]] = {
    "audit": PlaceHelp(
        "Audit trail",
        (
            "Who did what, when and where, newest first. Nothing here can be changed or removed.",
            "Patients are told by their number. A check compares every event with its own seal,",
            "and the end of the trail with what was written outside the database.",
        ),
        (
            "audit.open",
            "audit.filter",
            "audit.next",
            "audit.previous",
            "audit.verify",
            "audit.save",
            "kiosk.help",
        ),
        ("audit.all", "list.refresh", "kiosk.back"),
    ),
    "audit_filter": PlaceHelp(
        "Filter the audit trail",
        (
            "All that is filled in must fit. Days are those of the practice; both are included.",
            "A user is named by user name; nobody stands for the unattended run.",
            "An action that ends in a dot means all that begin so: download.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "save_report": PlaceHelp(
        "Save a report",
        (
            "CSV opens in any spreadsheet; a PDF is for paper. Neither is encrypted.",
            "That it was saved, and by whom, is written to the audit trail.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "access_review": PlaceHelp(
        "Access review",
        (
            "Each right, who holds it and through which groups; by group, when and by whom its",
            "rights or members were changed. Rights are granted under Setup > Security > Groups.",
        ),
        ("review.open", "review.view", "review.save", "kiosk.help"),
        ("list.refresh", "kiosk.back"),
    ),
}
