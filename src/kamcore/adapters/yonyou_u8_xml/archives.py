"""The archive documents of U8 EAI, as data: customers, vendors and accounts (科目).

Which elements a product requires is not documented; code, name, short name and class are sent at
least, because its tables take no blank there.
"""

from kamcore.markup.elements import Shape
from kamcore.vouchers.entries import Field, Kind

SHAPES = {
    name: {"record": Shape(tags=(name,), within="ufinterface")}
    for name in ("customer", "vendor", "code")
}

_PARTY_START = "code name abbrname"
_PARTY_REST = (
    "sort_code domain_code industry address postcode tax_reg_code bank_open bank_acc_number"
    " seed_date legal_man email contact phone fax bp mobile spec_operator discount_rate"
    " credit_rank credit_amount credit_deadline pay_condition devliver_site deliver_mode"
    " head_corp_code deli_warehouse super_dept ar_rest last_tr_date last_tr_amount last_rec_date"
    " last_rec_amount end_date tr_frequency self_define1 self_define2 self_define3 pricegrade"
    " CreatePerson ModifyPerson ModifyDate"
)
_CODE = (
    "id type type_ename analysis_type analysis_type_ename code name ename grade prop acclist_style"
    " acclist_style_ename ac_assist fc_name measure_unit person_acc cust_acc supplier_acc dept_acc"
    " item_acc item_category date_acc bank_acc sum_flag end_item_flag exchange_flag cash_acc_flag"
    " bank_acc_flag acc_seal_flag"
)
TAGS = {
    "customer": tuple(f"{_PARTY_START} cCusMnemCode {_PARTY_REST}".split()),
    "vendor": tuple(f"{_PARTY_START} {_PARTY_REST}".split()),
    "code": tuple(_CODE.split()),
}
"""Elements of a record that are always written, in order."""

PARTY_FIELDS = (
    Field("code", "members.code", Kind.CODE),
    Field("name", "members.name"),
    Field("abbrname", "members.short_name"),
    Field("tax_reg_code", "members.credit_code"),
)
SORT_CODE = "00"
"""The class of parties that U8 has from the start: no class (无分类)."""

FLAGS = {
    "person_acc": "employee",
    "cust_acc": "customer",
    "supplier_acc": "supplier",
    "dept_acc": "department",
    "item_acc": "project",
}
"""Flags of an account that ask for a dimension, in the order they are written."""

CODE_FIELDS = (
    Field("type", "accounts.category"),
    Field("code", "accounts.code", Kind.CODE),
    Field("name", "accounts.name"),
    Field("grade", "accounts.level", Kind.WHOLE),
    Field("prop", "side.prop"),
    Field("fc_name", "accounts.currency"),
    Field("measure_unit", "accounts.unit"),
    *(Field(flag, f"flag.{flag}", Kind.FLAG) for flag in FLAGS),
    Field("end_item_flag", "accounts.is_leaf", Kind.FLAG),
    Field("cash_acc_flag", "flag.cash", Kind.FLAG),
    Field("bank_acc_flag", "flag.bank", Kind.FLAG),
    Field("acc_seal_flag", "flag.seal", Kind.FLAG),
)
DEBIT = ("TRUE", "1", "占用", "借", "是")
CREDIT = ("FALSE", "0", "来源", "贷", "否")
"""How the direction of an account is spelled, in capitals: funds used (占用) or raised (来源)."""

OPTIONAL = frozenset({"acc_seal_flag"})
"""Elements written only where they say something."""
UNTOLD_FLAGS = ("date_acc", "bank_acc", "exchange_flag")
NOTHING = {
    **dict.fromkeys(UNTOLD_FLAGS, ("False", "0", "false", "否")),
    "sort_code": (SORT_CODE,),
}

STYLES = {
    (False, False): "金额式",
    (True, False): "外币金额式",
    (False, True): "数量金额式",
    (True, True): "数量外币式",
}
"""Style of an account's ledger, by whether it keeps a currency and a quantity."""
