"""What leaves by wire or paper: carriers, printers, and the messages on their way.

One rule: a recipient, a text and a carrier's password are kept sealed, and no archive holds them.
"""

from __future__ import annotations

from store.schema.columns import Table, added, blob, choice, flag, instant, integer, key, ref, text

VALUE_SETS: dict[str, dict[str, str]] = {
    "message_state": {
        "queued": "Waiting to be sent.",
        "sending": "In the hands of a deliverer.",
        "sent": "Handed to the carrier.",
        "delivered": "The carrier says that it arrived.",
        "undelivered": "The carrier says that it did not arrive; the reason is kept.",
        "unknown": "Sending was cut off after it was handed over; nobody knows whether it arrived.",
        "failed": "The carrier would not take it; the reason is kept.",
        "expired": "Its time was over before it could be sent.",
    },
    "carrier_kind": {
        "spool": "A folder of files, for testing without a network.",
        "smtp": "A mail server.",
        "http": "A gateway for text messages on the web.",
        "modem": "A GSM modem at this computer.",
    },
    "carrier_security": {
        "starttls": "Encrypted after the greeting.",
        "tls": "Encrypted from the first byte.",
        "none": "Not encrypted; only to this computer itself.",
    },
    "carrier_health": {
        "untried": "Not tried yet.",
        "working": "The last try worked.",
        "failing": "The last try failed; the reason is kept.",
    },
    "printer_kind": {
        "ipp": "A printer that is reached by its address.",
        "cups": "A print queue of this computer.",
    },
}

TABLES: tuple[Table, ...] = (
    Table(
        "outbox_message",
        "Messages to be sent, and what became of them.",
        (
            key("outbox_message_id"),
            choice("channel", "message_channel", "How.", required=True),
            text("purpose", "What for.", required=True),
            ref("patient_id", "patient", "The patient it is about, if of one."),
            text("recipient_masked", "To whom, masked.", required=True),
            blob("sealed_recipient", "To whom, sealed; wiped when done."),
            blob("sealed_body", "The text, sealed; wiped when done."),
            choice("state", "message_state", "Where it stands.", required=True, indexed=True),
            integer("tries", "How often it was tried.", required=True, default=0),
            instant("created_at", "When it was written.", required=True),
            instant("not_before", "Not to be sent earlier.", required=True),
            instant("expires_at", "Not to be sent later."),
            text("claimed_by", "Which deliverer has it in hand."),
            instant("claimed_until", "When that deliverer counts as dead."),
            flag("handing_over", "It may already be with the carrier; never to be sent again."),
            instant("sent_at", "When it was handed over."),
            instant("settled_at", "When it was known whether it arrived."),
            text("last_error", "Why the last try failed."),
            text("carrier_reference", "The carrier's name for it."),
            *added(
                2,
                text("carried_by", "The carrier that took it; only that one can tell of it."),
                instant(
                    "ask_at",
                    "When to ask next whether it arrived; empty: not at all.",
                    indexed=True,
                ),
                integer("asked", "How often that was asked.", required=True, default=0),
            ),
        ),
        left_out="Messages in transit; they hold one-time codes and passwords.",
    ),
    Table(
        "message_carrier",
        "How messages of each channel are sent.",
        (
            choice("channel", "message_channel", "Which messages.", required=True),
            choice("kind", "carrier_kind", "By what.", required=True),
            text("address", "Host name, web address or device."),
            integer("port", "Port of the server."),
            choice("security", "carrier_security", "How the line is encrypted."),
            text("account", "Name the practice signs in with."),
            blob("sealed_secret", "Password or token, sealed."),
            text("sender", "Address or number messages come from."),
            text("sender_name", "Name they come from."),
            choice("health", "carrier_health", "How it does.", required=True, default="untried"),
            instant("checked_at", "When it was last tried."),
            text("last_error", "Why the last try failed."),
            instant("edited_at", "When these settings were last changed."),
            ref("edited_by", "user", "Who changed them."),
            *added(
                2,
                text("countries", "Countries it sends to, as `US CA`; empty: any."),
                text("found", "What the last check that went well found, a sentence."),
            ),
        ),
        primary_key=("channel",),
        left_out="Holds the practice's accounts with others.",
    ),
    Table(
        "printer",
        "Printers that sheets are printed on.",
        (
            key("printer_id"),
            text("name", "What the practice calls it.", required=True, unique=True, fold_case=True),
            choice("kind", "printer_kind", "How it is reached.", required=True),
            text("address", "ipp or ipps address, or the name of the queue.", required=True),
            text("certificate_sha256", "The printer's own certificate, once accepted."),
            ref("office_id", "office", "Office it stands in; empty for every office."),
            flag("is_default", "Sheets go to it unless another is chosen."),
            choice("health", "carrier_health", "How it does.", required=True, default="untried"),
            instant("checked_at", "When it was last tried."),
            text("last_error", "Why the last try failed."),
            instant("edited_at", "When these settings were last changed."),
            ref("edited_by", "user", "Who changed them."),
        ),
        left_out="Devices of the practice, not its data.",
    ),
)
