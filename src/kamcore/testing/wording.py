"""Texts for drawn books: what accountants write, and what no program likes."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from kamcore.books import Books
from kamcore.model.voucher import Line, Voucher

GOLDEN = ".golden.jsonl"
"""What is appended to the name of a sample for what it was agreed to say."""

LONG = 40_000
"""More characters than a cell of a workbook holds (32,767)."""

PLAIN = "收到华联商厦货款往来支付办公费用预提ABCxyz0123456789-_（）．"
"""Characters every Chinese accounting program can hold."""

HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://invalid.example","付款")',
    "+86 010",
    "-1",
    "@SUM(A1)",
    "第一行\n第二行",
    "第一行\r\n第二行",
    "制表\t符",
    " 前后有空格 ",
    "全角１２３４．５６",
    "　全角空格　",
    "右至左\u202e开\u202c",
    "零宽\u200b空格",
    "表情😀符号",
    "生僻字𠮷㐂",
    "组合e\u0301",
    "引号\"和'和,和;和|和\\",
    "尖<括>号&和]]>",
    "{花}括号%s{0}",
    "控制\x01符",
    "NULL",
    "00012",
    "1E5",
    "2025-01-31",
    "6601.30",
    "-5+3",
    "阿拉伯 مرحبا 文",
    "首尾\u2028行\u2029段",
    "家庭👨‍👩‍👧旗🇨🇳",
    "私用\ue000区\ufffd",
    "兼容豈凡",
    "&amp;&lt;",
    "<![CDATA[x]]>",
    "\\n\\t\\u0041",
    "'单引号''",
    ";分号;与#井号",
)
"""Texts that spreadsheets, encodings and parsers damage."""

EVERY_HOSTILE = (*HOSTILE, "账" * LONG)
"""With one that is longer than a cell."""


def hostile_books(words: Iterable[str]) -> Books:
    """One voucher for each text, which stands in the summary of its first line.

    A lone surrogate is no text: `Books` cannot hold it, and a reader must replace or report it.
    """
    one = Decimal("1.00")
    vouchers = [
        Voucher(
            date=dt.date(2025, 1, 31),
            word="记",
            number=number,
            lines=(
                Line(account="1122", summary=text, debit=one, credit=Decimal(0)),
                Line(account="6001", summary="销售", debit=Decimal(0), credit=one),
            ),
        )
        for number, text in enumerate(words, start=1)
    ]
    return Books.from_vouchers(vouchers)
