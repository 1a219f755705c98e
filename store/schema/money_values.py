"""The meanings of the codes in the tables about money and insurance.

One rule: a code is short lower-case text that never changes; its meaning may be worded better.
"""

from __future__ import annotations

VALUE_SETS: dict[str, dict[str, str]] = {
    "plan_type": {
        "percentage": "Pays a share of the office's own fee.",
        "ppo_percentage": "Pays a share of a fee agreed with the office; the rest is written off.",
        "flat_copay": "The patient pays a fixed amount for each treatment.",
        "capitation": "Pays the office a fixed amount for each patient.",
    },
    "subscriber_relationship": {
        "self": "The patient is the subscriber.",
        "spouse": "Husband or wife of the subscriber.",
        "child": "Child of the subscriber.",
        "employee": "Employee of the subscriber.",
        "disabled_dependent": "Depends on the subscriber because of a disability.",
        "significant_other": "Lives with the subscriber.",
        "injured_plaintiff": "Was injured; the subscriber is liable.",
        "life_partner": "Partner of the subscriber for life.",
        "dependent": "Depends on the subscriber.",
    },
    "benefit_type": {
        "active_coverage": "The treatment is insured.",
        "coinsurance": "The plan pays a share.",
        "deductible": "The patient pays this much first.",
        "copayment": "The patient pays this much each time.",
        "exclusion": "The treatment is not insured.",
        "limitation": "The plan pays no more, or no more often, than this.",
        "waiting_period": "The plan pays only after this time.",
    },
    "benefit_period": {
        "none": "Not counted over a time.",
        "service_year": "Counted over a year of the plan.",
        "calendar_year": "Counted over a calendar year.",
        "lifetime": "Counted once for all.",
        "years": "Counted over some years.",
        "last_12_months": "Counted over the twelve months before.",
    },
    "benefit_quantity": {
        "none": "Nothing is counted.",
        "number_of_services": "Treatments.",
        "age_limit": "Years of age.",
        "visits": "Visits.",
        "years": "Years.",
        "months": "Months.",
    },
    "coverage_level": {
        "none": "Not said.",
        "individual": "For each person.",
        "family": "For the family together.",
    },
    "claim_type": {
        "primary": "To the plan that pays first.",
        "secondary": "To the plan that pays second.",
        "preauthorization": "Asks in advance what the plan would pay.",
        "other": "To another plan, such as medical insurance.",
        "capitation": "To a plan that pays a fixed amount for each patient.",
    },
    "claim_status": {
        "unsent": "Not sent.",
        "hold_until_primary": "Waits for the answer of the first plan.",
        "hold_in_process": "Held back on purpose.",
        "waiting_to_send": "Ready to be sent.",
        "probably_sent": "Handed over for sending; no word came back.",
        "sent": "Sent.",
        "received": "The answer has come.",
    },
    "claim_proc_status": {
        "not_received": "Claimed; the answer has not come.",
        "received": "The answer has come.",
        "preauthorization": "Asked in advance; nothing is paid.",
        "adjustment": "Benefits used elsewhere; counted in, not paid here.",
        "supplemental": "A further payment after the first one.",
        "capitation_claim": "Claimed from a plan that pays a fixed amount for each patient.",
        "estimate": "An estimate without a claim.",
        "capitation_complete": "Done under a plan that pays a fixed amount for each patient.",
        "capitation_estimate": "An estimate under such a plan.",
        "insurance_history": "Done in the past; only counts towards how often a plan pays.",
    },
    "payment_source": {
        "office": "In the office, by cash, cheque or transfer.",
        "card_terminal": "In the office, with a card through a processor.",
        "online": "By the patient, online.",
        "financing": "Through a company that lends to the patient.",
        "other": "In another way.",
    },
    "pay_plan_frequency": {
        "weekly": "Every week.",
        "every_other_week": "Every second week.",
        "monthly": "Every month.",
        "monthly_by_weekday": "Every month on the same weekday.",
        "quarterly": "Every three months.",
    },
    "statement_mode": {
        "mail": "By mail.",
        "in_person": "Handed over.",
        "email": "By e-mail.",
        "electronic": "Through a billing service.",
    },
    "fee_sched_type": {
        "normal": "Fees that are charged.",
        "copay": "What the patient pays.",
        "out_of_network": "What a plan allows where there is no contract.",
        "fixed_benefit": "What a plan pays.",
        "manual_blue_book": "What plans were seen to allow.",
    },
    "online_payment_status": {
        "started": "Begun; the processor has not answered.",
        "succeeded": "Paid.",
        "failed": "Refused by the processor or the bank.",
        "abandoned": "Left unfinished by the patient.",
        "refunded": "Paid and given back.",
    },
}
