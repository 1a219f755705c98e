"""The ledger: payments, adjustments, payment plans, statements, fees and recall.

One rule: money is whole cents, and no card number is ever kept (Q11).
"""

from __future__ import annotations

from store.schema import insurance
from store.schema.columns import (
    CREATED_EDITED,
    Table,
    cents,
    choice,
    date,
    flag,
    instant,
    integer,
    key,
    ref,
    text,
)
from store.schema.money_values import VALUE_SETS

__all__ = ["TABLES", "VALUE_SETS"]

PAYMENT = Table(
    "payment",
    "Money received from a patient or family.",
    (
        key("payment_id"),
        ref("patient_id", "patient", "Who paid.", required=True, indexed=True),
        date("payment_date", "Day of the payment.", indexed=True),
        cents("amount", "Amount; its splits add up to it.", required=True),
        ref("payment_type_id", "definition", "Cash, cheque, card and so on."),
        choice("source", "payment_source", "Where it was taken.", required=True, default="office"),
        text("check_number", "Number of the cheque."),
        text("bank_branch", "Bank and branch."),
        text("note", "Note on the payment."),
        text("receipt", "Receipt of the card terminal."),
        integer("deposit_number", "Number of the deposit slip."),
        ref("office_id", "office", "Office that was paid."),
        flag("is_split", "Shared among several people or treatments."),
        date("date_entry", "Day on which it was entered."),
        *CREATED_EDITED,
    ),
)

PAY_SPLIT = Table(
    "pay_split",
    "The part of a payment that goes to one patient, provider or treatment.",
    (
        key("pay_split_id"),
        ref("payment_id", "payment", "Payment.", required=True, indexed=True),
        ref("patient_id", "patient", "Patient it counts for.", required=True, indexed=True),
        ref("provider_id", "provider", "Provider it is income of."),
        ref("procedure_id", "procedure", "Treatment it pays for.", indexed=True),
        ref("adjustment_id", "adjustment", "Adjustment it pays for."),
        ref("pay_plan_id", "pay_plan", "Payment plan it counts for."),
        ref("pay_plan_charge_id", "pay_plan_charge", "Charge of that plan it pays for."),
        ref("unearned_type_id", "definition", "Kind of prepayment, while it pays for nothing yet."),
        ref("office_id", "office", "Office it is income of."),
        cents("amount", "Amount of this part.", required=True),
        date("payment_date", "Day of the payment."),
        date("procedure_date", "Day of the treatment."),
        date("date_entry", "Day on which it was entered."),
        *CREATED_EDITED,
    ),
)

ADJUSTMENT = Table(
    "adjustment",
    "A correction of the account: a discount, a fee, money given up.",
    (
        key("adjustment_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("provider_id", "provider", "Provider it counts for."),
        ref("procedure_id", "procedure", "Treatment it corrects.", indexed=True),
        ref("adjustment_type_id", "definition", "Why."),
        ref("office_id", "office", "Office it counts for."),
        ref("statement_id", "statement", "Invoice it stands on."),
        date("adjustment_date", "Day on which it counts.", indexed=True),
        date("procedure_date", "Day of the treatment."),
        date("date_entry", "Day on which it was entered."),
        cents("amount", "Amount; below zero it lessens what is owed.", required=True),
        text("note", "Note on the adjustment."),
        *CREATED_EDITED,
    ),
)

PAY_PLAN = Table(
    "pay_plan",
    "An agreement to pay over time.",
    (
        key("pay_plan_id"),
        ref("patient_id", "patient", "Patient who was treated.", required=True, indexed=True),
        ref("guarantor_id", "patient", "Who pays.", indexed=True),
        ref("ins_plan_id", "ins_plan", "Plan that pays, for an insurance payment plan."),
        date("plan_date", "Day of the agreement."),
        integer("annual_rate_bp", "Interest for a year.", unit="basis points (1/100 percent)"),
        cents("down_payment", "Paid at once."),
        cents("payment_amount", "Paid each time."),
        integer("number_of_payments", "How many payments."),
        choice("frequency", "pay_plan_frequency", "How often."),
        flag("is_closed", "Paid off or ended."),
        text("note", "Note on the agreement."),
        *CREATED_EDITED,
    ),
)

PAY_PLAN_CHARGE = Table(
    "pay_plan_charge",
    "A dated charge of a payment plan.",
    (
        key("pay_plan_charge_id"),
        ref("pay_plan_id", "pay_plan", "Payment plan.", required=True, indexed=True),
        ref("patient_id", "patient", "Patient who was treated.", required=True, indexed=True),
        ref("guarantor_id", "patient", "Who pays."),
        ref("provider_id", "provider", "Provider it is income of."),
        date("charge_date", "Day on which it is due.", required=True),
        cents("principal", "Part that pays for treatment.", required=True),
        cents("interest", "Part that is interest."),
        text("note", "Note on the charge."),
        *CREATED_EDITED,
    ),
)

STATEMENT = Table(
    "statement",
    "A statement of account or an invoice, as it went to the guarantor.",
    (
        key("statement_id"),
        ref("patient_id", "patient", "Whose account it is.", required=True, indexed=True),
        date("date_sent", "Day on which it was sent."),
        date("date_range_from", "First day it covers."),
        date("date_range_to", "Last day it covers."),
        text("note", "Note on it, in plain print."),
        text("note_bold", "Note on it, in bold print."),
        choice("mode", "statement_mode", "How it was handed over.", required=True),
        ref("document_id", "document", "The statement as it was printed."),
        cents("balance_total", "Owed by the family on that day."),
        cents("insurance_estimate", "Expected from insurance on that day."),
        flag("is_sent", "Was sent."),
        flag("is_invoice", "An invoice for certain treatments."),
        flag("is_receipt", "A receipt for a payment."),
        text("short_guid", "Short code under which it can be paid online.", indexed=True),
        *CREATED_EDITED,
    ),
)

FEE_SCHED = Table(
    "fee_sched",
    "A list of fees.",
    (
        key("fee_sched_id"),
        text("description", "Name of the list.", required=True),
        choice("fee_sched_type", "fee_sched_type", "What the amounts mean.", required=True),
        integer("item_order", "Place among the lists."),
        flag("is_global", "The same in every office."),
        flag("is_hidden", "No longer in use."),
        *CREATED_EDITED,
    ),
)

FEE = Table(
    "fee",
    "The fee for one treatment in one list.",
    (
        key("fee_id"),
        ref("fee_sched_id", "fee_sched", "List of fees.", required=True, indexed=True),
        ref("procedure_code_id", "procedure_code", "Treatment.", required=True, indexed=True),
        cents("amount", "Fee.", required=True),
        ref("office_id", "office", "Office it holds for; empty for every office."),
        ref("provider_id", "provider", "Provider it holds for; empty for every provider."),
        *CREATED_EDITED,
    ),
)

_INTERVAL = (
    integer("interval_years", "Years of the interval.", unit="years", default=0),
    integer("interval_months", "Months of the interval.", unit="months", default=0),
    integer("interval_weeks", "Weeks of the interval.", unit="weeks", default=0),
    integer("interval_days", "Days of the interval.", unit="days", default=0),
)

RECALL_TYPE = Table(
    "recall_type",
    "A kind of visit that comes again at intervals.",
    (
        key("recall_type_id"),
        text("description", "Name of the kind.", required=True),
        *_INTERVAL,
        text("procedures", "Codes of what is done, separated by commas."),
        text("pattern", "Time needed, one sign per 5 minutes (X or /)."),
    ),
)

RECALL = Table(
    "recall",
    "When a patient should come again.",
    (
        key("recall_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("recall_type_id", "recall_type", "Kind of visit; empty where it is not known."),
        date("date_due", "Day on which the visit is due.", indexed=True),
        date("date_due_calculated", "Day on which it would be due by the interval."),
        date("date_previous", "Day of the last such visit."),
        date("date_scheduled", "Day of the visit that is scheduled."),
        *_INTERVAL,
        ref("status_id", "definition", "What was done to remind the patient."),
        flag("is_disabled", "The patient is not reminded."),
        date("disable_until_date", "Not reminded before this day."),
        cents("disable_until_balance", "Not reminded while the family owes more than this."),
        choice("priority", "appointment_priority", "Whether an earlier time is wanted."),
        text("note", "Note on the recall."),
        *CREATED_EDITED,
    ),
)

STORED_CARD = Table(
    "stored_card",
    "A card the patient left for later payments: never its number, only the processor's token.",
    (
        key("stored_card_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        text("last_four", "Last four digits of the card."),
        integer("expiry_month", "Month in which the card ends, 1 to 12."),
        integer("expiry_year", "Year in which the card ends."),
        text("brand", "Brand of the card."),
        text("processor_token", "What the processor knows the card by.", secret=True),
        flag("is_active", "May be used.", default=1),
        *CREATED_EDITED,
    ),
    checks=(
        "last_four IS NULL OR last_four GLOB '[0-9][0-9][0-9][0-9]'",
        "expiry_month IS NULL OR expiry_month BETWEEN 1 AND 12",
    ),
)

ONLINE_PAYMENT = Table(
    "online_payment",
    "A payment begun in the patient portal, and what came of it.",
    (
        key("online_payment_id"),
        ref("patient_id", "patient", "Who pays.", required=True, indexed=True),
        ref("statement_id", "statement", "Statement that is paid."),
        ref("payment_id", "payment", "Payment it became.", indexed=True),
        ref("stored_card_id", "stored_card", "Card it was paid with, if it is kept."),
        cents("amount", "Amount.", required=True),
        choice("status", "online_payment_status", "What came of it.", required=True),
        instant("started_at", "When it was begun.", required=True),
        instant("ended_at", "When it was settled."),
        text("processor_reference", "Number of the payment with the processor.", secret=True),
        text("error", "Why it failed."),
        *CREATED_EDITED,
    ),
)

TABLES: tuple[Table, ...] = (
    *insurance.TABLES,
    PAYMENT,
    PAY_SPLIT,
    ADJUSTMENT,
    PAY_PLAN,
    PAY_PLAN_CHARGE,
    STATEMENT,
    FEE_SCHED,
    FEE,
    RECALL_TYPE,
    RECALL,
    STORED_CARD,
    ONLINE_PAYMENT,
)
