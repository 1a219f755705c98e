"""Open Dental's tables about money and insurance.

One rule: an amount of an estimate that was never entered (-1 there) is empty here.
"""

from __future__ import annotations

from store.imports.opendental import codes
from store.imports.opendental.fields import (
    cents,
    code,
    day,
    first_text,
    flag,
    integer,
    local,
    ref,
    stamp,
    text,
)
from store.imports.opendental.table_map import TableMap

_STAMPS = (local("SecDateEntry", "created_at"), stamp("SecDateTEdit", "edited_at"))

CARRIER = TableMap(
    "carrier",
    "carrier",
    "CarrierNum",
    ("carrier_id",),
    (
        first_text(("CarrierName", "CarrierNum"), "name"),
        text("Address", "address"),
        text("Address2", "address2"),
        text("City", "city"),
        text("State", "state"),
        text("Zip", "zip"),
        text("Phone", "phone"),
        text("ElectID", "electronic_id"),
        flag("NoSendElect", "no_electronic"),
        flag("IsHidden", "is_hidden"),
        *_STAMPS,
    ),
)

INS_PLAN = TableMap(
    "insplan",
    "ins_plan",
    "PlanNum",
    ("ins_plan_id",),
    (
        ref("CarrierNum", "carrier_id", "carrier"),
        text("GroupName", "group_name"),
        text("GroupNum", "group_number"),
        code("PlanType", "plan_type", codes.PLAN_TYPE),
        ref("FeeSched", "fee_sched_id", "feesched"),
        ref("CopayFeeSched", "copay_fee_sched_id", "feesched"),
        ref("AllowedFeeSched", "allowed_fee_sched_id", "feesched"),
        text("DivisionNo", "division_number"),
        flag("IsMedical", "is_medical"),
        integer("MonthRenew", "month_renew"),
        text("PlanNote", "note"),
        flag("IsHidden", "is_hidden"),
        *_STAMPS,
    ),
)

INS_SUB = TableMap(
    "inssub",
    "ins_sub",
    "InsSubNum",
    ("ins_sub_id",),
    (
        ref("PlanNum", "ins_plan_id", "insplan"),
        ref("Subscriber", "subscriber_patient_id", "patient"),
        text("SubscriberID", "subscriber_id"),
        day("DateEffective", "date_effective"),
        day("DateTerm", "date_term"),
        flag("ReleaseInfo", "release_information"),
        flag("AssignBen", "assign_benefits"),
        text("BenefitNotes", "benefit_note"),
        text("SubscNote", "note"),
        *_STAMPS,
    ),
)

PAT_PLAN = TableMap(
    "patplan",
    "pat_plan",
    "PatPlanNum",
    ("pat_plan_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        ref("InsSubNum", "ins_sub_id", "inssub"),
        integer("Ordinal", "ordinal"),
        code("Relationship", "relationship", codes.RELATIONSHIP),
        text("PatID", "patient_identifier"),
        flag("IsPending", "is_pending"),
        local("SecDateTEntry", "created_at"),
        stamp("SecDateTEdit", "edited_at"),
    ),
)

CLAIM = TableMap(
    "claim",
    "claim",
    "ClaimNum",
    ("claim_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        ref("PlanNum", "ins_plan_id", "insplan"),
        ref("InsSubNum", "ins_sub_id", "inssub"),
        ref("InsSubNum2", "other_ins_sub_id", "inssub"),
        code("ClaimType", "claim_type", codes.CLAIM_TYPE),
        code("ClaimStatus", "status", codes.CLAIM_STATUS),
        day("DateService", "date_service"),
        day("DateSent", "date_sent"),
        day("DateReceived", "date_received"),
        cents("ClaimFee", "fee"),
        cents("InsPayEst", "insurance_estimate"),
        cents("InsPayAmt", "insurance_paid"),
        cents("WriteOff", "write_off"),
        cents("DedApplied", "deductible_applied"),
        ref("ProvTreat", "treating_provider_id", "provider"),
        ref("ProvBill", "billing_provider_id", "provider"),
        ref("ClinicNum", "office_id", "clinic"),
        text("ClaimNote", "note"),
        *_STAMPS,
    ),
    needed=("PatNum", "ClaimStatus", "ClaimType"),
)

CLAIM_PROC = TableMap(
    "claimproc",
    "claim_proc",
    "ClaimProcNum",
    ("claim_proc_id",),
    (
        ref("ClaimNum", "claim_id", "claim"),
        ref("ProcNum", "procedure_id", "procedurelog"),
        ref("PatNum", "patient_id", "patient"),
        ref("PlanNum", "ins_plan_id", "insplan"),
        ref("InsSubNum", "ins_sub_id", "inssub"),
        ref("ClaimPaymentNum", "claim_payment_id", "claimpayment"),
        ref("ProvNum", "provider_id", "provider"),
        ref("ClinicNum", "office_id", "clinic"),
        code("Status", "status", codes.CLAIM_PROC_STATUS),
        cents("FeeBilled", "fee_billed"),
        cents("InsPayEst", "insurance_estimate"),
        cents("InsPayAmt", "insurance_paid"),
        cents("WriteOff", "write_off"),
        cents("DedApplied", "deductible_applied"),
        cents("WriteOffEst", "write_off_estimate", minus_one_is_none=True),
        cents("CopayAmt", "copay", minus_one_is_none=True),
        cents("AllowedOverride", "allowed_override", minus_one_is_none=True),
        cents("PaidOtherIns", "paid_by_other_insurance", minus_one_is_none=True),
        integer("Percentage", "percent", none=-1),
        integer("PercentOverride", "percent_override", none=-1),
        day("DateCP", "payment_date"),
        day("ProcDate", "procedure_date"),
        day("DateEntry", "date_entry"),
        text("CodeSent", "code_sent"),
        text("Remarks", "remarks"),
        flag("NoBillIns", "no_bill_insurance"),
        *_STAMPS,
    ),
    needed=("PatNum", "Status", "InsPayAmt"),
)

CLAIM_PAYMENT = TableMap(
    "claimpayment",
    "claim_payment",
    "ClaimPaymentNum",
    ("claim_payment_id",),
    (
        day("CheckDate", "check_date"),
        day("DateIssued", "date_issued"),
        cents("CheckAmt", "amount"),
        ref("PayType", "payment_type_id", "definition"),
        text("CarrierName", "carrier_name"),
        text("CheckNum", "check_number"),
        text("BankBranch", "bank_branch"),
        integer("DepositNum", "deposit_number", none=0),
        ref("ClinicNum", "office_id", "clinic"),
        text("Note", "note"),
        *_STAMPS,
    ),
)

PAYMENT = TableMap(
    "payment",
    "payment",
    "PayNum",
    ("payment_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        day("PayDate", "payment_date"),
        cents("PayAmt", "amount"),
        ref("PayType", "payment_type_id", "definition"),
        code("PaymentSource", "source", codes.PAYMENT_SOURCE, otherwise=lambda _number: "other"),
        text("CheckNum", "check_number"),
        text("BankBranch", "bank_branch"),
        text("PayNote", "note"),
        text("Receipt", "receipt"),
        integer("DepositNum", "deposit_number", none=0),
        ref("ClinicNum", "office_id", "clinic"),
        flag("IsSplit", "is_split"),
        day("DateEntry", "date_entry"),
        stamp("SecDateTEdit", "edited_at"),
    ),
    needed=("PatNum", "PayAmt", "PayDate"),
)

PAY_SPLIT = TableMap(
    "paysplit",
    "pay_split",
    "SplitNum",
    ("pay_split_id",),
    (
        ref("PayNum", "payment_id", "payment"),
        ref("PatNum", "patient_id", "patient"),
        ref("ProvNum", "provider_id", "provider"),
        ref("ProcNum", "procedure_id", "procedurelog"),
        ref("AdjNum", "adjustment_id", "adjustment"),
        ref("UnearnedType", "unearned_type_id", "definition"),
        ref("ClinicNum", "office_id", "clinic"),
        cents("SplitAmt", "amount"),
        day("DatePay", "payment_date"),
        day("ProcDate", "procedure_date"),
        day("DateEntry", "date_entry"),
        stamp("SecDateTEdit", "edited_at"),
    ),
    needed=("PayNum", "PatNum", "SplitAmt"),
)

ADJUSTMENT = TableMap(
    "adjustment",
    "adjustment",
    "AdjNum",
    ("adjustment_id",),
    (
        ref("PatNum", "patient_id", "patient"),
        ref("ProvNum", "provider_id", "provider"),
        ref("ProcNum", "procedure_id", "procedurelog"),
        ref("AdjType", "adjustment_type_id", "definition"),
        ref("ClinicNum", "office_id", "clinic"),
        day("AdjDate", "adjustment_date"),
        day("ProcDate", "procedure_date"),
        day("DateEntry", "date_entry"),
        cents("AdjAmt", "amount"),
        text("AdjNote", "note"),
        stamp("SecDateTEdit", "edited_at"),
    ),
    needed=("PatNum", "AdjAmt"),
)

FEE_SCHED = TableMap(
    "feesched",
    "fee_sched",
    "FeeSchedNum",
    ("fee_sched_id",),
    (
        first_text(("Description", "FeeSchedNum"), "description"),
        code("FeeSchedType", "fee_sched_type", codes.FEE_SCHED_TYPE),
        integer("ItemOrder", "item_order"),
        flag("IsGlobal", "is_global"),
        flag("IsHidden", "is_hidden"),
        *_STAMPS,
    ),
)

FEE = TableMap(
    "fee",
    "fee",
    "FeeNum",
    ("fee_id",),
    (
        ref("FeeSched", "fee_sched_id", "feesched"),
        ref("CodeNum", "procedure_code_id", "procedurecode"),
        cents("Amount", "amount"),
        ref("ClinicNum", "office_id", "clinic"),
        ref("ProvNum", "provider_id", "provider"),
        *_STAMPS,
    ),
    needed=("FeeSched", "CodeNum", "Amount"),
)

MONEY: tuple[TableMap, ...] = (
    CARRIER,
    INS_PLAN,
    INS_SUB,
    PAT_PLAN,
    CLAIM,
    CLAIM_PROC,
    CLAIM_PAYMENT,
    PAYMENT,
    PAY_SPLIT,
    ADJUSTMENT,
    FEE_SCHED,
    FEE,
)
