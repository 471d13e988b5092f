"""Headings and words of lists that a customer or supplier sends for reconciliation (对账单)."""

import re
from collections.abc import Mapping

__all__ = [
    "FIELDS",
    "HEADINGS",
    "LOWERING",
    "NEUTRAL",
    "OPENING",
    "RAISING",
    "SIDES",
    "says_opening",
]

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "date": (
        "日期", "业务日期", "单据日期", "记账日期", "凭证日期", "交易日期", "发生日期", "制单日期",
        "送货日期", "收货日期", "发货日期", "入库日期", "出库日期", "开票日期", "发票日期",
        "过账日期", "入账日期", "到货日期", "付款日期", "date", "posting date", "document date",
        "invoice date",
    ),
    "year": ("年", "年度", "会计年度"),
    "month": ("月", "月份"),
    "day": ("日",),
    "number": (
        "单据号", "单据编号", "单号", "编号", "凭证", "凭证号", "凭证字号", "凭证号数", "凭证编号",
        "送货单号", "送货单", "收货单号", "入库单号", "出库单号", "发货单号", "流水号", "单据号码",
        "号码", "document", "document no", "document no.", "doc no", "no.", "number", "voucher",
        "voucher no", "voucher no.", "reference",
    ),
    "text": (
        "摘要", "备注", "说明", "内容", "事由", "用途", "品名", "商品名称", "货物名称", "项目",
        "description", "text", "memo", "details", "particulars",
    ),
    "invoice": ("发票号", "发票号码", "发票编号", "票号", "invoice", "invoice no", "invoice no."),
    "contract": ("合同号", "合同编号", "contract", "contract no", "contract no."),
    "order_number": (
        "订单号", "采购订单号", "采购订单", "销售订单号", "order", "order no", "order no.",
        "purchase order",
    ),
    "debit": (
        "借方", "借方金额", "借方发生额", "本期借方", "借方本币", "借", "借方(元)", "debit",
        "debit amount", "dr",
    ),
    "credit": (
        "贷方", "贷方金额", "贷方发生额", "本期贷方", "贷方本币", "贷", "贷方(元)", "credit",
        "credit amount", "cr",
    ),
    "raised": (
        "应付金额", "采购金额", "进货金额", "收货金额", "入库金额", "送货金额", "发货金额",
        "销售金额", "货款金额", "货款", "开票金额", "发票金额", "应付", "本期应付", "本期增加",
        "增加", "应收金额", "应收", "本期应收", "采购", "送货", "收货", "进货", "销售",
        "invoiced", "purchases", "charges", "sales", "billed",
    ),
    "lowered": (
        "付款金额", "已付金额", "已付款", "已付款金额", "实付金额", "支付金额", "收款金额",
        "已收金额", "实收金额", "回款金额", "本期付款", "本期收款", "本期减少", "减少", "付款",
        "已付", "收款", "已收", "回款", "payments", "paid", "received", "receipts",
    ),
    "amount": (
        "金额", "发生额", "本期发生额", "价税合计", "含税金额", "金额(元)", "合计金额", "总金额",
        "amount", "total", "amount due",
    ),
    "direction": ("类型", "业务类型", "单据类型", "类别", "性质", "收付", "借贷", "type", "dr/cr"),
    "balance": (
        "余额", "结余", "未付余额", "应付余额", "应收余额", "期末余额", "欠款余额", "累计余额",
        "未付金额", "累计欠款", "balance", "outstanding",
    ),
    "balance_direction": ("方向", "余额方向", "借或贷", "借/贷"),
    "currency": ("币别", "币种", "货币", "currency"),
    "party": (
        "往来单位", "往来单位名称", "供应商", "供应商名称", "客户", "客户名称", "单位名称",
        "公司名称", "supplier", "customer", "vendor", "party",
    ),
}  # fmt: skip
"""By field: what its column is usually called, folded or not."""

FIELDS = tuple(HEADINGS)
"""The fields a heading can be named for."""

SIDES = ("debit", "credit")
NEUTRAL = ("raised", "lowered")

OPENING = (
    "期初余额", "期初", "上期余额", "上期结余", "上期结转", "上月余额", "上月结余", "上月结转",
    "上年结转", "年初余额", "年初", "月初余额", "承前余额", "承前页", "期初欠款", "上期欠款",
    "上月欠款", "opening", "opening balance", "balance b/f", "brought forward",
    "balance brought forward",
)  # fmt: skip
"""Texts of a row that states what was owed before."""

RAISING = "购|采购|进货|收货|入库|送货|发货|出库|销售|销货|货款|开票|发票|应付|应收|invoice|sale"
LOWERING = (
    "付款|收款|回款|汇款|转账|支付|已付|承兑|退|折|返|冲|扣|payment|paid|receipt|credit|return"
)
"""Words that say what a record does, where its column does not."""

_MARKS = re.compile(r"[\s:：()（）\-—]+")
_OPENING = frozenset(_MARKS.sub("", word).casefold() for word in OPENING)


def says_opening(text: str) -> bool:
    """Say whether a text heads the row of an opening balance.

    >>> says_opening("期 初 余 额："), says_opening("上月结转"), says_opening("期初付款")
    (True, True, False)
    """
    bare = _MARKS.sub("", text).casefold()
    return re.sub(r"^\d{4}年?(\d{1,2}月)?", "", bare) in _OPENING
