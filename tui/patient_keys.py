"""Keys and places of the front desk: finding a patient, the patient's card, online access.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key(
        "home.find",
        "slash",
        "/",
        "find a patient",
        "Find a patient by name, number, telephone or birth date.",
        first=True,
    ),
    Key("patients.open", "enter", "Enter", "open", "Open the card of the marked patient."),
    Key("card.mend", "enter", "Enter", "fill in", "Go to the first thing that is missing."),
    Key(
        "card.missing",
        ",".join("123456789"),
        "1-9",
        "fill in",
        "Go to the missing thing of that number.",
    ),
    Key("card.contact", "c", "c", "contact", "See and change name, address and telephone."),
    Key("card.family", "f", "f", "family", "Go to the guarantor or another of the family."),
    Key("card.ssn", "v", "v", "number", "Show the social security number for a moment; recorded."),
    Key("card.download", "d", "d", "copy for them", "Make a copy of this patient's data for them."),
    Key("card.representatives", "r", "r", "who may act", "Who may act for the patient online."),
    Key("portal.provide", "o", "o", "provide", "Give online access: user name and password."),
    Key("portal.print", "p", "p", "print", "Print the sheet with user name and password."),
    Key("portal.generate", "g", "g", "generate new", "Make a new random password."),
    Key("portal.type", "t", "t", "type a password", "Set a password that you type."),
    Key("portal.user_name", "u", "u", "user name", "Change the name the patient signs in with."),
    Key("portal.invite", "i", "i", "invite", "Invite the patient by e-mail. Asks first."),
    Key("portal.remove", "x", "x", "remove", "Take online access away.", True),
    Key("family.open", "enter", "Enter", "open", "Open the card of the marked member."),
    Key("contact.save", "f3", "F3", "save", "Save what is entered, from any field."),
    Key("print.other", "n", "n", "next printer", "Take the next of the printers that there are."),
    Key("print.save", "s", "s", "save as PDF", "Save the sheet to a folder instead."),
)

PLACES: Final[dict[str, PlaceHelp]] = {
    "patients": PlaceHelp(
        "Patients",
        (
            "Type any part: last, first or preferred name in any order, chart number, telephone,",
            "e-mail, or birth date as 3/14/1980 or 1980-03-14. Accents and case do not matter.",
            "The list goes on as you move past its end.",
        ),
        ("patients.open", "kiosk.back", "kiosk.help"),
        ("list.refresh",),
    ),
    "patient_card": PlaceHelp(
        "A patient",
        (
            "Online access needs name, address, birth date, e-mail and a telephone; what is",
            "missing is listed, and its number goes to where it is entered.",
            "A new password is shown until you leave this page, and never again.",
        ),
        (
            "portal.provide",
            "card.mend",
            "card.contact",
            "card.family",
            "portal.invite",
            "kiosk.help",
        ),
        (
            "portal.print",
            "portal.generate",
            "portal.type",
            "portal.user_name",
            "portal.remove",
            "card.representatives",
            "card.download",
            "card.ssn",
            "card.missing",
            "list.refresh",
            "kiosk.back",
        ),
    ),
    "patient_card_given": PlaceHelp(
        "A patient with online access",
        (
            "A new password is shown until you leave this page, and never again: print the sheet.",
            "A password made here is for the first sign-in only, which asks for another.",
            "Removing access ends signing in; the user name stays reserved.",
        ),
        (
            "portal.print",
            "portal.generate",
            "portal.user_name",
            "portal.invite",
            "portal.remove",
            "kiosk.help",
        ),
        (
            "portal.provide",
            "portal.type",
            "card.contact",
            "card.family",
            "card.representatives",
            "card.download",
            "card.ssn",
            "card.mend",
            "card.missing",
            "list.refresh",
            "kiosk.back",
        ),
    ),
    "patient_download": PlaceHelp(
        "Copy of a patient's data",
        (
            "For the patient, or for who may act for them; name the one who gets it. It holds this",
            "patient's data only, and opens in 7-Zip or WinZip with the passphrase typed here.",
            "Nothing of it stays in the kiosk. The copy is recorded as a disclosure.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "family": PlaceHelp(
        "Family",
        ("Everybody with the same guarantor, who pays for the household.",),
        ("family.open", "kiosk.back", "kiosk.help"),
    ),
    "contact_form": PlaceHelp(
        "Contact",
        (
            "What online access needs: name, address, city, state, birth date, e-mail, and one",
            "telephone. Nothing clinical is changed here. Every change is in the audit trail.",
        ),
        ("contact.save", "kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "portal_password": PlaceHelp(
        "Type a password",
        (
            "At least eight characters, with an upper-case letter, a lower-case letter and a",
            "digit; not the user name, and none of the passwords that everybody uses.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "portal_user_name": PlaceHelp(
        "User name",
        (
            "Every user name is used once; upper and lower case count the same.",
            "The password stays as it is.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "print_sheet": PlaceHelp(
        "Print the sheet",
        (
            "One page: name, address of the portal, user name, password, and what to do next.",
            "No copy is kept. Printing goes on if the kiosk locks; Home then tells how it ended.",
        ),
        ("kiosk.next", "print.other", "print.save", "kiosk.back", "kiosk.help"),
    ),
    "save_sheet": PlaceHelp(
        "Save the sheet as a PDF",
        ("The file is not encrypted and holds the password: print it, then delete it.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "leave_unprinted": PlaceHelp(
        "The sheet is not printed",
        ("Once you leave, the password cannot be shown or printed. A new one can be made.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
}
