"""Keys and places round messages: registration, carriers, the mail account, what was sent.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key("communications.register", "r", "r", "register", "Send a test message to your mobile."),
    Key(
        "communications.code",
        "enter",
        "Enter",
        "type the code",
        "Type the code waited for, or read a line in full.",
    ),
    Key("communications.carrier", "c", "c", "set up", "Choose by what text messages are sent."),
    Key("communications.check", "k", "k", "check", "Ask what sends messages; nothing is sent."),
    Key("communications.test", "t", "t", "test", "Send a text message without a code to yourself."),
    Key("communications.mail", "m", "m", "mail", "Set up the account that sends e-mail."),
    Key("communications.messages", "l", "l", "messages", "List what was sent, and what waits."),
    Key("carrier.save", "f3", "F3", "save", "Save what is set, from any field."),
    Key("carrier.check", "f5", "F5", "check", "Ask what is set up here; nothing is sent."),
    Key("carrier.test", "f6", "F6", "test to myself", "Send a message without a code to yourself."),
    Key("messages.open", "enter", "Enter", "all of it", "Show all that is known of a message."),
    Key("messages.retry", "r", "r", "try now", "Try what waits now, not at its time."),
)

PLACES: Final[dict[str, PlaceHelp]] = {
    "communications": PlaceHelp(
        "Communications",
        (
            "Text messaging is registered once for the practice: what sends is asked first, then",
            "a test message goes to you, and its code is typed back. Until then no code can be",
            "sent for a data download, except by authenticator app or recovery code.",
            "While a test message is waited for, Enter types its code. Printers: Setup > Printers.",
        ),
        (
            "communications.register",
            "communications.carrier",
            "communications.check",
            "communications.test",
            "communications.mail",
            "communications.messages",
            "kiosk.help",
        ),
        ("communications.code", "list.refresh", "kiosk.back"),
    ),
    "mail_account": PlaceHelp(
        "Mail account",
        (
            "The account that sends invitations and notices. A password that is left empty stays",
            "as it is; it is kept sealed and is never shown. Save before you check or test.",
        ),
        ("carrier.save", "carrier.check", "carrier.test", "kiosk.next", "kiosk.help"),
        ("kiosk.back",),
    ),
    "sms_carrier": PlaceHelp(
        "Text messages",
        (
            "By what text messages go: a gateway on the web, a modem with a SIM card at this",
            "computer, or files, to try it out. A token or PIN that is left empty stays as it is;",
            "it is kept sealed and is never shown. Save before you check or test. Whoever changes",
            "what sends registers text messaging anew.",
        ),
        ("carrier.save", "carrier.check", "carrier.test", "kiosk.next", "kiosk.help"),
        ("kiosk.back",),
    ),
    "message_log": PlaceHelp(
        "Messages",
        (
            "What was to be sent, the newest first, and what became of it. Of a number only the",
            "last two digits are shown, of a message never the text.",
            "Delivered is what the carrier reports; a text message may be read without a report.",
        ),
        ("messages.open", "messages.retry", "pages.next", "kiosk.help"),
        ("pages.previous", "list.refresh", "kiosk.back"),
    ),
    "waiting": PlaceHelp(
        "An answer is awaited",
        (
            "A modem may take half a minute, a server a little less. Esc stops waiting; the work",
            "itself goes on, and its result is told on the page or on the home screen.",
        ),
        ("kiosk.back", "kiosk.help"),
    ),
}
