"""Keys and places of passwords, second factors and emergency access.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key("code.other", "f4", "F4", "another way", "Use the app or a recovery code instead."),
    Key("code.again", "f5", "F5", "send again", "Send a new code. The count of tries goes on."),
    Key("factors.set_up", "enter", "Enter", "set up", "Set up or change the marked factor."),
    Key("factors.verify", "v", "v", "prove number", "Prove the mobile number with a code."),
    Key("factors.remove", "x", "x", "remove app", "Remove the app; your password is asked."),
    Key("recovery.print", "p", "p", "print or save", "Print the ten codes or save them as a PDF."),
    Key("emergency.take", "enter", "Enter", "take", "Take the marked group for one hour."),
    Key("emergency.give_back", "b", "b", "give back", "End your emergency access now."),
)

_NO_MESSAGE: Final = (
    "The code does not arrive",
    "Wait half a minute, then F5 sends another. The newest counts.",
    "The phone must be on, with reception. Its number must be a mobile; File > My Factors shows"
    " its end, and changes it.",
    "F4 answers with your authenticator app or with a recovery code instead. Neither needs a"
    " message. Both are set up under File > My Factors.",
    "If you have neither, call an administrator. Setup > Account Info > Communications tells them"
    " what became of the message. A number that they correct schedules downloads after 24 hours.",
)
"""D23: the page of help for when the code does not come, and the second way."""

PLACES: Final[dict[str, PlaceHelp]] = {
    "second_factor": PlaceHelp(
        "Two-factor authentication",
        (
            "Type the six digits of the text message. A code works once, for ten minutes.",
            "Five wrong tries end it; sending again does not give more tries.",
        ),
        ("code.other", "code.again", "kiosk.back", "kiosk.help"),
        trouble=_NO_MESSAGE,
    ),
    "sign_in_factor": PlaceHelp(
        "Two-factor authentication",
        (
            "This practice asks for a second factor at sign-in, so that a password alone opens",
            "nothing. A code works once, for ten minutes; five wrong tries end it.",
        ),
        ("code.other", "code.again", "kiosk.back", "kiosk.help"),
        trouble=_NO_MESSAGE,
    ),
    "code": PlaceHelp(
        "Type a code",
        ("A code works once, for ten minutes; five wrong tries end it.",),
        ("code.other", "code.again", "kiosk.back", "kiosk.help"),
        trouble=_NO_MESSAGE,
    ),
    "new_password": PlaceHelp(
        "Choose a new password",
        (
            "A new password comes before anything else. Only you will know it.",
            "A few words that come to your mind together are long and easy to keep.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "change_password": PlaceHelp(
        "User Password",
        (
            "Change your own password, at any time. The policy of the practice stands above.",
            "A few words that come to your mind together are long and easy to keep.",
            "Your sessions elsewhere end. An archive that you saved already keeps its password.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "password_again": PlaceHelp(
        "Your password",
        ("Your password is asked again, because a terminal may have been left open.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "factors": PlaceHelp(
        "My Factors",
        (
            "A second factor proves that it is you: a text message, an app, or a recovery code.",
            "A download is never scheduled without one. Text messages can be intercepted: an app",
            "is safer, and ten recovery codes help when the phone is lost.",
            "What is added without proof by another factor schedules downloads after 24 hours.",
        ),
        ("factors.set_up", "factors.verify", "factors.remove", "kiosk.back", "kiosk.help"),
    ),
    "phone": PlaceHelp(
        "Mobile number",
        (
            "Type it with its country code. It must be a mobile: codes are text messages.",
            "The number before is told, and for 24 hours no download is scheduled by text message.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "totp": PlaceHelp(
        "Authenticator app",
        (
            "Scan the square with an authenticator app, or type the secret into it.",
            "Then type the six digits that the app shows. The secret is shown this once only.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "recovery_codes": PlaceHelp(
        "Recovery codes",
        (
            "Each code works once, in place of the text message or the app.",
            "Keep them on paper, away from this terminal. They are shown this once only.",
        ),
        ("recovery.print", "kiosk.next", "kiosk.help"),
        ("kiosk.back",),
    ),
    "print_codes": PlaceHelp(
        "Print the recovery codes",
        (
            "One page. Printing makes no file here; the print queue may keep a copy for a day.",
            "A saved PDF is not encrypted: print it, then delete it. Either way it is written to",
            "the audit trail, without the codes.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "emergency": PlaceHelp(
        "Emergency access",
        (
            "Takes the rights of one group for an hour, when somebody must act and nobody who may",
            "is there. Your reason goes to the administrators and into the audit trail.",
            "A data download cannot be scheduled by it.",
        ),
        ("emergency.take", "emergency.give_back", "kiosk.back", "kiosk.help"),
    ),
    "emergency_reason": PlaceHelp(
        "Take emergency access",
        (
            "Say in a few words why. Administrators are told at once, and the reason stays on",
            "every screen until the hour is over or you give it back.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
}
