"""Insurance: who insures whom, what is claimed, and what was paid for it.

One rule: amounts are whole cents; an estimate that was never made is empty, not zero.
"""

from __future__ import annotations

from store.schema.columns import (
    CREATED_EDITED,
    Table,
    cents,
    choice,
    date,
    flag,
    integer,
    key,
    ref,
    text,
)

CARRIER = Table(
    "carrier",
    "An insurance company.",
    (
        key("carrier_id"),
        text("name", "Name of the company.", required=True),
        text("address", "Street and house number."),
        text("address2", "Second line of the address."),
        text("city", "City."),
        text("state", "State or province."),
        text("zip", "Postal code."),
        text("phone", "Telephone number."),
        text("electronic_id", "Payer number for electronic claims."),
        flag("no_electronic", "Claims go on paper."),
        flag("is_hidden", "No longer in use."),
        *CREATED_EDITED,
    ),
)

INS_PLAN = Table(
    "ins_plan",
    "An insurance plan: what an employer or group agreed with a carrier.",
    (
        key("ins_plan_id"),
        ref("carrier_id", "carrier", "Insurance company.", indexed=True),
        text("group_name", "Name of the group, usually the employer."),
        text("group_number", "Number of the group."),
        choice("plan_type", "plan_type", "How the plan works out what it pays.", required=True),
        ref("fee_sched_id", "fee_sched", "Fees agreed with the plan."),
        ref("copay_fee_sched_id", "fee_sched", "What the patient pays per treatment."),
        ref("allowed_fee_sched_id", "fee_sched", "Fees the plan allows out of network."),
        text("division_number", "Division of the group."),
        flag("is_medical", "Medical rather than dental insurance."),
        integer(
            "month_renew", "Month in which benefits begin anew, 1 to 12; 0 for the calendar year."
        ),
        text("note", "Note on the plan."),
        flag("is_hidden", "No longer in use."),
        *CREATED_EDITED,
    ),
)

INS_SUB = Table(
    "ins_sub",
    "A subscriber: the person through whom a plan insures a family.",
    (
        key("ins_sub_id"),
        ref("ins_plan_id", "ins_plan", "Plan.", required=True, indexed=True),
        ref("subscriber_patient_id", "patient", "Person insured.", required=True, indexed=True),
        text("subscriber_id", "Number of the subscriber with the carrier."),
        date("date_effective", "First day of the insurance."),
        date("date_term", "Last day of the insurance."),
        flag("release_information", "Signed that the office may tell the carrier what was done."),
        flag("assign_benefits", "Signed that the carrier pays the office."),
        text("benefit_note", "What the carrier told about benefits."),
        text("note", "Note on the subscriber."),
        *CREATED_EDITED,
    ),
)

PAT_PLAN = Table(
    "pat_plan",
    "Which insurance a patient has, and in which order it pays.",
    (
        key("pat_plan_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("ins_sub_id", "ins_sub", "Subscriber.", required=True, indexed=True),
        integer("ordinal", "Order of paying: 1 pays first.", required=True),
        choice("relationship", "subscriber_relationship", "What the patient is to the subscriber."),
        text("patient_identifier", "Number of the patient with the carrier, if it differs."),
        flag("is_pending", "Not confirmed by the carrier yet."),
        *CREATED_EDITED,
    ),
)

BENEFIT = Table(
    "benefit",
    "One rule on what a plan pays: a share, a deductible, a limit, a waiting time.",
    (
        key("benefit_id"),
        ref("ins_plan_id", "ins_plan", "Plan.", indexed=True),
        ref(
            "pat_plan_id",
            "pat_plan",
            "Patient's insurance, for a rule of one patient.",
            indexed=True,
        ),
        choice("benefit_type", "benefit_type", "What kind of rule it is.", required=True),
        text("coverage_category", "Group of treatments it is about; empty for all."),
        ref("procedure_code_id", "procedure_code", "Treatment it is about, where it is only one."),
        integer("percent", "Share that the plan pays.", unit="percent"),
        cents("amount", "Amount of the rule: a deductible, a copay, a yearly limit."),
        choice("time_period", "benefit_period", "Time over which it counts."),
        integer("quantity", "How many, such as visits, years or months."),
        choice("quantity_qualifier", "benefit_quantity", "What the quantity counts."),
        choice("coverage_level", "coverage_level", "For each person or for the family."),
        *CREATED_EDITED,
    ),
)

CLAIM = Table(
    "claim",
    "A claim: treatments sent to an insurance plan to be paid.",
    (
        key("claim_id"),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("ins_plan_id", "ins_plan", "Plan that is asked to pay."),
        ref("ins_sub_id", "ins_sub", "Subscriber of that plan."),
        ref("other_ins_sub_id", "ins_sub", "Subscriber of the other plan of the patient."),
        choice(
            "claim_type", "claim_type", "First plan, second plan, or an estimate.", required=True
        ),
        choice("status", "claim_status", "How far it is.", required=True, indexed=True),
        date("date_service", "Day of the treatment."),
        date("date_sent", "Day on which it was sent."),
        date("date_received", "Day on which the answer came."),
        cents("fee", "Fees claimed."),
        cents("insurance_estimate", "What the plan was expected to pay."),
        cents("insurance_paid", "What the plan paid."),
        cents("write_off", "Given up by agreement with the plan."),
        cents("deductible_applied", "What the plan left to the patient as deductible."),
        ref("treating_provider_id", "provider", "Who treated."),
        ref("billing_provider_id", "provider", "Who is paid."),
        ref("office_id", "office", "Office of the treatment."),
        text("note", "Note that goes with the claim."),
        *CREATED_EDITED,
    ),
)

CLAIM_PROC = Table(
    "claim_proc",
    "What insurance was asked, expected and found to pay for one treatment.",
    (
        key("claim_proc_id"),
        ref("claim_id", "claim", "Claim; empty for an estimate without one.", indexed=True),
        ref(
            "procedure_id", "procedure", "Treatment; empty for the claim as a whole.", indexed=True
        ),
        ref("patient_id", "patient", "Patient.", required=True, indexed=True),
        ref("ins_plan_id", "ins_plan", "Plan."),
        ref("ins_sub_id", "ins_sub", "Subscriber."),
        ref("claim_payment_id", "claim_payment", "Payment it was paid with.", indexed=True),
        ref("provider_id", "provider", "Provider."),
        ref("office_id", "office", "Office."),
        choice(
            "status", "claim_proc_status", "What the row stands for.", required=True, indexed=True
        ),
        cents("fee_billed", "Fee claimed."),
        cents("insurance_estimate", "What the plan is expected to pay."),
        cents("insurance_paid", "What the plan paid."),
        cents("write_off", "Given up by agreement with the plan."),
        cents("deductible_applied", "What the plan left to the patient as deductible."),
        cents("write_off_estimate", "Expected to be given up."),
        cents("copay", "What the patient pays by the plan's fees."),
        cents("allowed_override", "Fee the plan allows, where somebody entered it."),
        cents("paid_by_other_insurance", "What another plan pays first."),
        integer("percent", "Share that the plan pays.", unit="percent"),
        integer("percent_override", "That share, where somebody entered it.", unit="percent"),
        date("payment_date", "Day of the payment, or of the claim."),
        date("procedure_date", "Day of the treatment."),
        date("date_entry", "Day on which the payment was entered."),
        text("code_sent", "Code that was sent to the plan."),
        text("remarks", "What the plan said."),
        flag("no_bill_insurance", "Not to be claimed."),
        *CREATED_EDITED,
    ),
)

CLAIM_PAYMENT = Table(
    "claim_payment",
    "A payment from a carrier, for one or many claims.",
    (
        key("claim_payment_id"),
        date("check_date", "Day of the payment.", indexed=True),
        date("date_issued", "Day on which the carrier wrote the cheque."),
        cents("amount", "Amount; the rows it pays add up to it.", required=True),
        ref("payment_type_id", "definition", "How it was paid."),
        ref("carrier_id", "carrier", "Insurance company."),
        text("carrier_name", "Name of the payer, as on the cheque."),
        text("check_number", "Number of the cheque or transfer."),
        text("bank_branch", "Bank and branch."),
        integer("deposit_number", "Number of the deposit slip."),
        ref("office_id", "office", "Office that was paid."),
        text("note", "Note on the payment."),
        *CREATED_EDITED,
    ),
)

TABLES: tuple[Table, ...] = (
    CARRIER,
    INS_PLAN,
    INS_SUB,
    PAT_PLAN,
    BENEFIT,
    CLAIM,
    CLAIM_PROC,
    CLAIM_PAYMENT,
)
