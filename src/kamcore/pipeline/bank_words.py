"""Headings and words of bank statements and receipts sheets, as banks and offices write them.

Which bank uses which heading is reported, not confirmed: exports vary by bank, branch and year,
so these are words for one thing each, whatever sheet they stand in.  A list layout names those
that are still others.
"""

import re
from collections.abc import Iterable, Mapping

from kamcore.grid.header import fold
from kamcore.model.currency import currency_code

__all__ = [
    "BOTH_WAYS",
    "CAME_IN",
    "MARKS",
    "MORE",
    "PAID_TO",
    "SIGNED",
    "WENT_OUT",
    "captions",
    "currency_above",
    "currency_before",
    "is_footnote",
]

MORE: Mapping[str, tuple[str, ...]] = {
    "id": (
        "交易流水号",
        "银行流水号",
        "核心流水号",
        "账户明细编号-交易流水号",
        "交易流水",
        "回单编号",
        "收款单号",
        "付款单号",
    ),
    "party": (
        "对方名称",
        "对方单位名称",
        "对方单位",
        "对方账户名称",
        "对方账户名",
        "对方户名称",
        "对手信息",
        "对手户名",
        "交易对手",
        "交易对方",
        "收(付)方名称",
        "收付方名称",
        "付款人名称",
        "付款方名称",
        "付款方户名",
        "付款方",
        "付款户名",
        "汇款人",
        "汇款单位",
    ),
    "date": (
        "交易日",
        "交易时间",
        "记账日",
        "入账日期",
        "入账日",
        "入账时间",
        "到账日期",
        "到账日",
        "回款日期",
        "付款日期",
        "会计日期",
        "发生日期",
        "收款时间",
    ),
    "amount": ("回款金额", "到账金额", "实收金额", "付款金额"),
    "reference": ("开票号", "发票编号", "合同编号", "订单编号"),
    "text": (
        "交易附言",
        "客户附言",
        "汇款附言",
        "交易用途",
        "交易摘要",
        "业务摘要",
        "其它摘要",
        "其他摘要",
        "摘要说明",
        "个性化信息",
    ),
}
"""Further headings of a field, behind those of `kamcore.matching.one_sided.columns.COLUMNS`."""

PAID_TO = ("收款人名称", "收款方名称", "收款方户名", "收款单位", "收款人", "收款方", "收款户名")
"""Who was paid: the party of what went out, where the payer stands beside it."""

SIGNED = ("交易金额", "发生额", "交易发生金额", "交易额")
"""One amount of a bank's own sheet: what went out is negative."""

BOTH_WAYS = {
    "received": (
        "收入金额",
        "贷方发生额",
        "贷方金额",
        "贷方发生金额",
        "存入金额",
        "转入金额",
        "收方金额",
        "收款金额",
        "收入",
        "存入",
        "贷方",
    ),
    "paid": (
        "支出金额",
        "借方发生额",
        "借方金额",
        "借方发生金额",
        "支取金额",
        "转出金额",
        "付方金额",
        "付款金额",
        "付出金额",
        "支出",
        "支取",
        "借方",
    ),
}
"""What came in and what went out, side by side."""

MARKS = (
    "借贷标志",
    "借贷标识",
    "借贷标记",
    "借贷方向",
    "借/贷",
    "借贷",
    "收付标志",
    "收付方向",
    "收支标志",
    "收支方向",
    "收支类型",
    "收/支",
    "收支",
    "往来账标志",
    "交易方向",
)
"""One amount and a mark of its direction."""

CAME_IN = (
    *("贷", "贷方", "贷记", "收", "收入", "收方", "收款", "来", "来账", "转入", "存入"),
    *("C", "CR", "+"),
)
WENT_OUT = (
    *("借", "借方", "借记", "付", "支", "支出", "付方", "付款", "往", "往账", "转出", "支取"),
    *("D", "DR", "-"),
)

_SIGNS = {"US$": "USD", "HK$": "HKD", "$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB", "₩": "KRW"}
"""Signs of foreign currencies before an amount; ¥ may be yuan or yen and says nothing."""
_BEHIND = re.compile(r"[(\[](?P<said>[^()\[\]]*)[)\]]$")
_CURRENCY = re.compile(r"(?:币种|币别|货币)(?:名称)?[:：]?\s*(?P<said>\S*)")
_FOOTNOTE = re.compile(
    r"(?:制表|制单|审核|复核|打印|导出|下载|查询|经办|主管|注|备注|说明|第\d+页|共\d+页|以上|以下)"
)


def captions(rows: Iterable[Iterable[str]]) -> dict[str, str]:
    """The captions of these rows by how they are folded, also without a remark behind them.

    ``贷方发生额（收入）`` and ``收入(元)`` are found without the bracket; one that names a foreign
    currency says more than a heading and stays.

    >>> captions([["收入(元)", "支出(美元)"]])
    {'收入(元)': '收入(元)', '支出(美元)': '支出(美元)', '收入': '收入(元)'}
    """
    every = [cell for row in rows for cell in row if cell]
    found: dict[str, str] = {}
    for cell in every:
        found.setdefault(fold(cell), cell)
    for cell in every:
        text = fold(cell)
        behind = _BEHIND.search(text)
        if behind and currency_code(behind["said"]) in (None, "CNY"):
            found.setdefault(text[: behind.start()], cell)
    return found


def currency_above(rows: Iterable[Iterable[str]]) -> str | None:
    """The currency that the rows above a heading name: ``币种: 美元`` in one cell or in two.

    >>> currency_above([["户名", "样例公司", "币种", "美元"]])
    'USD'
    """
    for row in rows:
        cells = [cell.strip() for cell in row if cell and cell.strip()]
        for at, cell in enumerate(cells):
            said = _CURRENCY.match(cell)
            if said is not None:
                after = cells[at + 1] if at + 1 < len(cells) else ""
                code = currency_code(said["said"] or after)
                if code is not None:
                    return code
    return None


def currency_before(amount: str) -> str | None:
    """The foreign currency whose sign stands before an amount.

    >>> currency_before("US$ 1,200.00"), currency_before("¥1,200.00")
    ('USD', None)
    """
    text = fold(amount).upper().lstrip("(-")
    return next((code for sign, code in _SIGNS.items() if text.startswith(sign)), None)


def is_footnote(text: str) -> bool:
    """Whether a text that stands alone in its row is about the sheet, and no document.

    >>> is_footnote("制表: 王五"), is_footnote("甲有限公司")
    (True, False)
    """
    return _FOOTNOTE.match(fold(text)) is not None
