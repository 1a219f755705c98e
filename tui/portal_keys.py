"""Keys and places round the patient portal: settings, invitations, activity, printers.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key("portal.edit", "enter", "Enter", "edit", "Type the address, or a number of days."),
    Key("portal.choose", "left,right", "←→", "choose", "Choose for the marked setting."),
    Key("portal.save", "s", "s", "save", "Show the difference, then save it."),
    Key("portal.undo", "z", "z", "undo", "Go back to the settings as they are saved."),
    Key("portal.open", "o", "o", "open portal", "Open the portal, or show its address to scan."),
    Key("portal.rules", "i", "i", "rules", "See and change who is invited, and when."),
    Key("rules.edit", "enter", "Enter", "edit", "See and change the marked rule and its text."),
    Key("rules.new", "n", "n", "new", "Make a rule; it is off until you switch it on."),
    Key("rules.switch", "space", "Space", "on or off", "Switch the marked rule on or off."),
    Key("rules.delete", "x", "x", "delete", "Delete the marked rule.", True),
    Key("rule.preview", "f5", "F5", "preview", "Show the message as an invented patient gets it."),
    Key("rule.test", "f6", "F6", "test to myself", "Send the message to your own e-mail address."),
    Key("rule.fields", "f7", "F7", "fields", "Show what can be filled into the text."),
    Key("invitations.many", "i", "i", "invite", "See who qualifies, and invite them."),
    Key("invitations.open", "enter", "Enter", "all of it", "Show the whole of the marked line."),
    Key("invitations.retry", "r", "r", "send again", "Invite again after a failed invitation."),
    Key("invitations.rules", "u", "u", "rules", "See and change who is invited, and when."),
    Key("pages.next", "n", "n", "next page", "Go to the next page."),
    Key("pages.previous", "p", "p", "previous page", "Go to the page before."),
    Key("invite.take", "space", "Space", "in or out", "Leave the marked patient out, or take in."),
    Key("invite.send", "i", "i", "invite all", "Invite all who qualify and are not out.", True),
    Key("invite.one", "enter", "Enter", "invite one", "Invite only the marked patient.", True),
    Key("invite.others", "v", "v", "who not", "Show who does not qualify and why, or who does."),
    Key("activity.filter", "f", "f", "filter", "Narrow by state, words and days."),
    Key("activity.all", "a", "a", "all patients", "Take the filter away."),
    Key("activity.open", "enter", "Enter", "all of it", "Show the whole of the marked line."),
    Key("activity.save", "e", "e", "save CSV", "Save the report as CSV. Needs Full Control."),
    Key("representatives.new", "n", "n", "new", "Let somebody act for this patient online."),
    Key("representatives.end", "x", "x", "end", "End what the marked person may do, and say why."),
    Key("representatives.take", "enter", "Enter", "take", "Take the marked person, and go on."),
    Key("printers.edit", "enter", "Enter", "edit", "Change the name, address or office."),
    Key("printers.new", "n", "n", "new", "Enter a printer by its address or queue."),
    Key("printers.find", "f", "f", "find", "Look for print queues of this computer."),
    Key("printers.test", "t", "t", "test page", "Print a page without any patient's data."),
    Key("printers.default", "d", "d", "default", "Send sheets to the marked printer first."),
    Key("printers.order", "o", "o", "order", "Choose which way of printing is tried first."),
    Key("printers.delete", "x", "x", "delete", "Take the marked printer off the list.", True),
    Key("printers.forget", "c", "c", "certificate", "Forget the certificate that was accepted."),
    Key("printer.check", "f5", "F5", "check", "Ask what answers there; nothing is printed."),
    Key("rule.save", "f3", "F3", "save", "Save the rule, from any field."),
)

PLACES: Final[dict[str, PlaceHelp]] = {
    "portal_settings": PlaceHelp(
        "Patient Portal",
        (
            "The address that patients are given, what they see there, and how they are invited.",
            "Nothing counts until it is saved; the difference is shown before. Until an address",
            "is saved, nobody can be given online access.",
        ),
        (
            "portal.edit",
            "portal.choose",
            "portal.save",
            "portal.open",
            "portal.rules",
            "kiosk.help",
        ),
        ("portal.undo", "list.refresh", "kiosk.back"),
    ),
    "portal_value": PlaceHelp(
        "Type a setting",
        ("It is checked while you type, and counts once the settings are saved.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "portal_address": PlaceHelp(
        "Address of the portal",
        ("Scan the square with a phone, or type the address there.",),
        ("kiosk.back", "kiosk.help"),
    ),
    "invite_rules": PlaceHelp(
        "Invitation rules",
        (
            "Only patients who never signed in, and of whom all that is needed is on file, are",
            "invited. A patient is never invited twice within the days that a rule keeps free,",
            "and gets one message even when several rules fit.",
        ),
        ("rules.edit", "rules.new", "rules.switch", "rules.delete", "kiosk.back", "kiosk.help"),
        ("list.refresh",),
    ),
    "invite_rule": PlaceHelp(
        "An invitation rule",
        (
            "Days are written as 7 days, 3 hours or 30 minutes. In the text, Enter begins a new",
            "line and Tab goes on. A field in braces is filled in for each patient.",
        ),
        ("rule.save", "rule.preview", "rule.test", "rule.fields", "kiosk.help"),
        ("kiosk.next", "kiosk.back"),
    ),
    "invitations": PlaceHelp(
        "Invitations",
        (
            "Invitations that were made, newest first, and how far each one is. One that failed",
            "says why. Whoever has signed in once is never invited again.",
        ),
        (
            "invitations.open",
            "invitations.many",
            "invitations.retry",
            "invitations.rules",
            "kiosk.help",
        ),
        ("pages.next", "pages.previous", "list.refresh", "kiosk.back"),
    ),
    "invite_many": PlaceHelp(
        "Invite patients",
        (
            "Who can be invited, and who cannot and why. Each gets an own user name and one-time",
            "password or link. What was sent stays sent when you stop; the rest is left as it was.",
        ),
        ("invite.send", "invite.one", "invite.take", "invite.others", "kiosk.help"),
        ("pages.next", "pages.previous", "list.refresh", "kiosk.back"),
    ),
    "portal_activity": PlaceHelp(
        "Portal activity",
        (
            "Who was never invited, who was, who signed in and when, and which invitations failed.",
            "That the report was saved, and by whom, is written to the audit trail.",
        ),
        (
            "activity.open",
            "activity.filter",
            "activity.save",
            "pages.next",
            "kiosk.help",
        ),
        ("pages.previous", "activity.all", "list.refresh", "kiosk.back"),
    ),
    "activity_filter": PlaceHelp(
        "Filter portal activity",
        ("All that is filled in must fit. ← and → choose the state.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "save_activity": PlaceHelp(
        "Save portal activity",
        (
            "CSV opens in any spreadsheet. It is not encrypted.",
            "That it was saved, and by whom, is written to the audit trail.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "representatives": PlaceHelp(
        "Representatives",
        (
            "Who may see this patient's data in the portal and act there for the patient.",
            "The head of a household does so for members under 18 without an entry here;",
            "for members of 18 and over only by an entry.",
        ),
        ("representatives.new", "representatives.end", "kiosk.back", "kiosk.help"),
        ("list.refresh",),
    ),
    "representative_form": PlaceHelp(
        "A new representative",
        (
            "Type the name, chart number or birth date of a patient of this practice, then choose",
            "one of those found with ↓. Without a last day it holds until somebody ends it.",
        ),
        ("representatives.take", "kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "representative_end": PlaceHelp(
        "End what somebody may do",
        (
            "Without a last day it ends at once. What was seen before is not taken back, and it",
            "can be entered anew.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "printers": PlaceHelp(
        "Printers",
        (
            "Where sheets are printed. A test page holds no patient's data.",
            "Without any printer, a sheet can still be saved as a PDF.",
        ),
        (
            "printers.edit",
            "printers.new",
            "printers.find",
            "printers.test",
            "printers.default",
            "kiosk.help",
        ),
        ("printers.order", "printers.forget", "printers.delete", "list.refresh", "kiosk.back"),
    ),
    "printer_form": PlaceHelp(
        "A printer",
        (
            "A printer on the network is reached by its ipp or ipps address; a queue of this",
            "computer by its name. The name is what the practice calls it.",
        ),
        ("printer.check", "kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "printers_found": PlaceHelp(
        "Printers found",
        ("Choose one to enter it. What is in the list already is not shown.",),
        ("choose.take", "kiosk.back", "kiosk.help"),
    ),
    "print_order": PlaceHelp(
        "Order of printing",
        ("The first way that works is taken.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
}
