"""Patient online access, what the portal shows, and talk with patients.

One rule: of a password or a code only the hash is kept, and it never leaves the practice (P8).
"""

from __future__ import annotations

from store.schema.columns import (
    CREATED_EDITED,
    Table,
    added,
    choice,
    date,
    flag,
    instant,
    integer,
    key,
    ref,
    text,
)

VALUE_SETS: dict[str, dict[str, str]] = {
    "invite_mode": {
        "until_first_visit": "Until the patient has come for the first time.",
        "before_appointment": "A set time before each visit.",
        "after_appointment": "A set time after each visit.",
        "no_recent_visit": "When there was no visit for a set time.",
        "by_hand": "When somebody of the office sends it.",
    },
    "auto_comm_status": {
        "undefined": "Not looked at yet.",
        "do_not_send": "Not to be sent.",
        "send_not_attempted": "To be sent; not tried yet.",
        "send_successful": "Sent.",
        "send_failed": "Sending failed.",
        "sent_awaiting_receipt": "Sent; the receipt has not come.",
    },
    "portal_feature": {
        "appointments": "Visits, to look at and confirm.",
        "account": "Statements, to open and download.",
        "pay": "Paying online.",
        "pay_without_sign_in": "Paying with name and date of birth.",
        "plan": "Saved treatment plans.",
        "web_mail": "Messages to and from the office.",
        "summary": "Summary of the record, to view, download and send on.",
        "images": "Documents and images from folders that are shared.",
        "contact_us": "How to reach the office.",
        "online_booking": "Booking visits online.",
    },
    "invite_carries": {
        "password": "A one-time password.",
        "link": "A one-time link.",
    },
    "portal_message_state": {
        "unread": "Came in and was not read.",
        "read": "Was read.",
        "sent": "Went out.",
    },
    "portal_actor": {
        "patient": "The patient.",
        "representative": "Somebody who may act for the patient.",
    },
    "portal_action": {
        "login": "Signed in.",
        "view": "Looked at something.",
        "download": "Downloaded something.",
        "transmit": "Sent something on.",
    },
    "representative_basis": {
        "guarantor": "Head of the household.",
        "guardian": "May decide for the patient.",
        "responsible_party": "Answers for the patient.",
        "representative": "Chosen by the patient.",
    },
    "comm_mode": {
        "none": "Not said.",
        "email": "By e-mail.",
        "mail": "By letter.",
        "phone": "By telephone.",
        "in_person": "In person.",
        "text": "By text message.",
        "email_and_text": "By e-mail and text message.",
        "phone_and_text": "By telephone and text message.",
        "fax": "By fax.",
    },
    "comm_direction": {
        "neither": "A note only.",
        "sent": "From the office.",
        "received": "To the office.",
    },
}

PORTAL_CREDENTIAL = Table(
    "portal_credential",
    "Online access of a patient: who has it, since when, and whether it is in use.",
    (
        key("portal_credential_id"),
        ref("patient_id", "patient", "Patient.", required=True),
        text(
            "user_name",
            "Name the patient signs in with; upper and lower case count the same (P5).",
            required=True,
            unique=True,
            fold_case=True,
        ),
        text("password_hash", "Hash of the password.", secret=True),
        text("hash_scheme", "How the hash was made.", secret=True),
        flag("require_username_change", "A new user name has to be chosen at the next sign-in."),
        flag(
            "require_password_change", "A new password has to be chosen at the next sign-in (P10)."
        ),
        instant("password_expires_at", "Until when a generated password can be used."),
        instant("granted_at", "When online access was given."),
        ref("granted_by", "user", "Who gave it."),
        instant("removed_at", "When online access was taken away; empty while it holds (P3)."),
        ref("removed_by", "user", "Who took it away."),
        instant("last_login_at", "When the patient last signed in."),
        integer("failed_attempts", "Wrong passwords in a row.", required=True, default=0),
        text(
            "recent_failures",
            "Instants of the wrong passwords of the last five minutes, a space between.",
        ),
        instant("locked_until", "Until when signing in is refused."),
        text("link_hash", "Hash of a one-time link to sign in with.", secret=True),
        instant("link_expires_at", "Until when that link can be used."),
        text("reset_code_hash", "Hash of the code for a forgotten password.", secret=True),
        instant("reset_code_expires_at", "Until when that code can be used."),
        instant("printed_at", "When the sheet was printed; empty means not printed yet (P9)."),
        ref("printed_by", "user", "Who printed it."),
        *added(4, instant("issued_at", "When the present one-time password was made.")),
    ),
    unique=(("patient_id",),),
)

PORTAL_INVITE_RULE = Table(
    "portal_invite_rule",
    "When patients are invited to use the portal (P11).",
    (
        key("portal_invite_rule_id"),
        choice("mode", "invite_mode", "What the time is counted from.", required=True),
        integer(
            "offset_minutes",
            "Time before or after the visit.",
            required=True,
            unit="minutes",
            default=0,
        ),
        integer(
            "not_within_days",
            "Least time between two invitations to the same patient.",
            required=True,
            unit="days",
            default=30,
        ),
        text("subject", "Subject of the message, with fields to be filled in.", required=True),
        text("body", "Message, with fields to be filled in.", required=True),
        ref("office_id", "office", "Office it holds for; empty for every office."),
        flag("is_enabled", "In use."),
        integer("version", "How often it was saved.", required=True, default=1),
        *CREATED_EDITED,
    ),
    checks=("offset_minutes >= 0", "not_within_days >= 0"),
)

PORTAL_INVITE = Table(
    "portal_invite",
    "An invitation to use the portal.",
    (
        key("portal_invite_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("portal_invite_rule_id", "portal_invite_rule", "Rule it was made by."),
        ref("appointment_id", "appointment", "Visit it was made for."),
        text(
            "occasion",
            "What it was made for, such as a rule and a visit; no occasion invites twice.",
            unique=True,
        ),
        choice("carries", "invite_carries", "What the patient signs in with.", required=True),
        choice("status", "auto_comm_status", "How far it is.", required=True),
        ref(
            "outbox_message_id",
            "outbox_message",
            "The message that carries it.",
            indexed=True,
            local=True,
        ),
        instant("created_at", "When it was made.", required=True),
        ref("created_by", "user", "Who sent it; empty for the unattended run."),
        instant("sent_at", "When it was sent."),
        text("error", "Why sending failed."),
    ),
)

PORTAL_FEATURE = Table(
    "portal_feature",
    "Which parts of the portal are on (Q1).",
    (
        key("portal_feature_id"),
        choice("feature", "portal_feature", "Part of the portal.", required=True),
        ref("office_id", "office", "Office it holds for; empty for every office."),
        flag("is_enabled", "On."),
    ),
    unique=(("feature", "office_id"),),
)

PORTAL_MESSAGE = Table(
    "portal_message",
    "A secure message between the office and a patient (Q7).",
    (
        key("portal_message_id"),
        ref("reply_to_id", "portal_message", "Message it answers.", indexed=True),
        ref("patient_id", "patient", "Patient it is about.", required=True, indexed=True),
        ref("from_provider_id", "provider", "Provider who wrote it."),
        ref("from_patient_id", "patient", "Patient or representative who wrote it."),
        ref("to_provider_id", "provider", "Provider it is for."),
        ref("to_patient_id", "patient", "Patient or representative it is for."),
        text("subject", "Subject."),
        text("body", "Message."),
        instant("sent_at", "When it was sent.", required=True),
        choice("state", "portal_message_state", "Read or not.", required=True),
        text("attachment_names", "Names of attached files, one a line; from the office only."),
        flag("is_deleted", "Put away by its reader; kept because nothing clinical is deleted."),
    ),
    checks=("(from_provider_id IS NULL) + (from_patient_id IS NULL) = 1",),
)

PORTAL_ACCESS_LOG = Table(
    "portal_access_log",
    "What patients and their representatives did in the portal (Q8).",
    (
        key("portal_access_log_id"),
        ref("patient_id", "patient", "Patient whose data it was.", required=True, indexed=True),
        choice("actor", "portal_actor", "Patient or representative.", required=True),
        ref("representative_id", "patient", "Representative who did it."),
        choice("action", "portal_action", "What was done.", required=True),
        text("object", "With what, such as a statement and its number."),
        instant("happened_at", "When.", required=True, indexed=True),
    ),
)

COMMLOG = Table(
    "commlog",
    "A note of a call, letter, message or talk with a patient.",
    (
        key("commlog_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        instant("happened_at", "When it took place.", indexed=True),
        instant("ended_at", "When it ended."),
        ref("comm_type_id", "definition", "What it was about."),
        choice("mode", "comm_mode", "How.", required=True, default="none"),
        choice("direction", "comm_direction", "Who began.", required=True, default="neither"),
        text("note", "What was said."),
        ref("user_id", "user", "Who wrote the note."),
        flag("is_signed", "The writer signed it."),
        *CREATED_EDITED,
    ),
)

PORTAL_REPRESENTATIVE = Table(
    "portal_representative",
    "Who may see a patient's data in the portal besides the patient.",
    (
        key("portal_representative_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("representative_id", "patient", "Who may act.", required=True, indexed=True),
        choice("basis", "representative_basis", "On what ground.", required=True),
        date("valid_from", "First day."),
        date("valid_to", "Last day; empty while it holds."),
        text("reason", "Why, in the words of whoever entered it."),
        *CREATED_EDITED,
    ),
)

TABLES: tuple[Table, ...] = (
    PORTAL_CREDENTIAL,
    PORTAL_INVITE_RULE,
    PORTAL_INVITE,
    PORTAL_FEATURE,
    PORTAL_MESSAGE,
    PORTAL_ACCESS_LOG,
    COMMLOG,
    PORTAL_REPRESENTATIVE,
)
