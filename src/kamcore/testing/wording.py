"""Texts for drawn books: what accountants write, and what no program likes."""

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
)
"""Texts that spreadsheets, encodings and parsers damage."""
