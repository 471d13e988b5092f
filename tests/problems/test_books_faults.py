"""A reproducer for every fault of the books, with what is said about it, word for word."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.books import Books, CheckSettings, check
from kamcore.books.books import MISSING_VALUE, UNKNOWN_TABLE, WRONG_COLUMN
from kamcore.books.check import (
    MORE,
    accounts,
    balance,
    currency,
    dimensions,
    lines,
    numbering,
    people,
    period,
)
from kamcore.errors import BooksError, Fault
from kamcore.model.voucher import Line
from small_books import books, cr, dr, voucher

CHART = pl.DataFrame(
    {
        "code": ["1122", "6001", "6601", "4103", "6002"],
        "name": ["应收账款", "主营业务收入", "销售费用", "本年利润", None],
        "dimensions": ["customer", None, None, None, None],
    }
)
MEMBERS = pl.DataFrame({"dimension": ["customer"] * 2, "code": ["0001", "0002"]})


def unread_lines():
    made = books(voucher(1))
    return made.replace(
        vouchers=made.vouchers.clear(),
        lines=made.lines,
    )


CASES = {
    "B2001": (
        lambda: books(*(voucher(n, dr("1122", 1), cr("2202", 2)) for n in (1, 2, 3))),
        "样例.xlsx: 凭证",
        "B2101 另有 2 处未列出",
        "2 more of B2101 are not listed",
    ),
    "B2101": (
        lambda: books(voucher(1), voucher(2, dr("1122", "17569.82"), cr("2202", "17569.81"))),
        "样例.xlsx: 凭证 第 4 行 2025-01 记-2",
        "凭证借贷不平: 借方 17569.82, 贷方 17569.81, 相差 0.01",
        "voucher out of balance: debit 17569.82, credit 17569.81, difference 0.01",
    ),
    "B2102": (
        lambda: books(voucher(1), attrs.evolve(voucher(2), lines=())),
        "样例.xlsx: 凭证 2025-01 记-2",
        "凭证没有分录",
        "the voucher has no lines",
    ),
    "B2103": (
        unread_lines,
        "样例.xlsx: 凭证 第 2 行",
        "分录所属的凭证 (标识 1) 不在凭证表中",
        "the line belongs to voucher 1, which is not in the table of vouchers",
    ),
    "B2201": (
        lambda: books(voucher(5), voucher(9), voucher(11)),
        "样例.xlsx: 凭证 第 4 行 「number」列 2025-01 记-9",
        "2025-01 记 断号: 缺 6-8, 10, 共 4 个",
        "2025-01 记: numbers missing: 6-8, 10 (4 in all)",
    ),
    "B2202": (
        lambda: books(voucher(1), voucher(1, date=dt.date(2025, 1, 16))),
        "样例.xlsx: 凭证 第 4 行 「number」列 2025-01 记-1",
        "凭证号重复: 2025-01-15 已有一张同号凭证, 本张日期为 2025-01-16",
        "number used twice: a voucher of 2025-01-15 has it already, this one is of 2025-01-16",
    ),
    "B2203": (
        lambda: books(voucher(1), voucher(None)),
        "样例.xlsx: 凭证 第 4 行 「number」列 2025-01 记",
        "凭证没有凭证号",
        "the voucher has no number",
    ),
    "B2204": (
        lambda: books(voucher(1), voucher(2, word="")),
        "样例.xlsx: 凭证 第 4 行 「word」列 2025-01 2",
        "凭证没有凭证字",
        "the voucher has no word",
    ),
    "B2205": (
        lambda: books(voucher(None), voucher(None)),
        "样例.xlsx: 凭证",
        "全部 2 张凭证都没有凭证号, 不能检查断号和重号",
        "none of the 2 vouchers has a number: gaps and duplicates cannot be checked",
    ),
    "B2301": (
        lambda: books(voucher(1), voucher(2, date=None, year=2025, period=1)),
        "样例.xlsx: 凭证 第 4 行 「date」列 2025-01 记-2",
        "凭证没有日期",
        "the voucher has no date",
    ),
    "B2302": (
        lambda: books(voucher(1, period=2), headings={"lines.period": "FPeriod"}),
        "样例.xlsx: 凭证 第 2 行 「FPeriod」列 2025-02 记-1",
        "会计期间 2025-2 不含凭证日期 2025-01-15",
        "period 2025-2 does not contain the date 2025-01-15",
    ),
    "B2303": (
        lambda: with_line(books(voucher(1)), 1, date=dt.date(2025, 1, 16)),
        "样例.xlsx: 凭证 第 3 行 「date」列 2025-01 记-1",
        "同一凭证的日期不一致: 分录为 2025-01-16, 凭证为 2025-01-15",
        "dates differ within the voucher: 2025-01-16 on the line, 2025-01-15 on the voucher",
    ),
    "B2304": (
        lambda: with_line(books(voucher(1)), 1, period=2),
        "样例.xlsx: 凭证 第 3 行 「period」列 2025-01 记-1",
        "同一凭证的会计期间不一致: 分录为 2025-2, 凭证为 2025-1",
        "periods differ within the voucher: 2025-2 on the line, 2025-1 on the voucher",
    ),
    "B2305": (
        lambda: books(voucher(1, date=None, year=2025, period=1)),
        "样例.xlsx: 凭证",
        "全部 1 张凭证都没有日期, 不能检查会计期间",
        "none of the 1 vouchers has a date: periods cannot be checked",
    ),
    "B2401": (
        lambda: books(voucher(1, dr("1122", 1), cr("2202", 1), dr("6602", 0))),
        "样例.xlsx: 凭证 第 4 行 2025-01 记-1",
        "分录没有金额: 借方、贷方都没有数",
        "the line has no amount on either side",
    ),
    "B2402": (
        lambda: books(
            voucher(1, Line(account="1122", debit=Decimal(7), credit=Decimal("7.5"))),
            headings={"lines.debit": "借方金额"},
        ),
        "样例.xlsx: 凭证 第 2 行 「借方金额」列 2025-01 记-1",
        "借方 7.00 和贷方 7.50 同时有数",
        "debit 7.00 and credit 7.50 are both filled",
    ),
    "B2403": (
        lambda: books(voucher(1, dr("6001.01", 80), cr("1122", 80)), accounts=CHART),
        "样例.xlsx: 凭证 第 2 行 「debit」列 2025-01 记-1",
        "收入科目 6001.01 记在借方 80.00; 建议改为贷方红字 -80.00",
        "income account 6001.01 is debited 80.00; proposed: a credit of -80.00 (red entry)",
    ),
    "B2404": (
        lambda: books(voucher(1, dr("1122", 80), cr("660103", 80)), accounts=CHART),
        "样例.xlsx: 凭证 第 3 行 「credit」列 2025-01 记-1",
        "成本费用科目 660103 记在贷方 80.00; 建议改为借方红字 -80.00",
        "expense account 660103 is credited 80.00; proposed: a debit of -80.00 (red entry)",
    ),
    "B2501": (
        lambda: books(voucher(1, dr("1122", 1), cr(None, 1))),
        "样例.xlsx: 凭证 第 3 行 「account」列 2025-01 记-1",
        "分录没有科目",
        "the line has no account",
    ),
    "B2502": (
        lambda: books(voucher(1, dr("1122", 1), cr("2202", 1)), accounts=CHART),
        "样例.xlsx: 凭证 第 3 行 「account」列 2025-01 记-1",
        "科目表中没有科目「2202」, 共 1 行用到",
        "the chart has no account '2202'; lines that use it: 1",
    ),
    "B2503": (
        lambda: books(voucher(1, dr("6601.3", 1), cr("1002.01", 1))),
        "样例.xlsx: 凭证 第 2 行 「account」列 2025-01 记-1",
        "科目代码「6601.3」像被表格软件改成了数字 (6601.30?), 共 1 行用到",
        (
            "account code '6601.3' looks like a number made by a spreadsheet (6601.30?); "
            "lines that use it: 1"
        ),
    ),
    "B2601": (
        lambda: books(*(voucher(n, preparer="张三", reviewer="张三") for n in (1, 2))),
        "样例.xlsx: 凭证 第 2 行 「reviewer」列 2025-01 记-1",
        "张三 既制单又审核, 共 2 张凭证",
        "张三 prepared and reviewed the same vouchers: 2",
    ),
    "B2701": (
        lambda: books(
            voucher(
                1,
                dr("1122", "59160.75", currency="USD", fx_debit=8350, rate=Decimal("7.171")),
                cr("2202", "59160.75"),
            ),
            headings={"lines.fx_debit": "FAmountFor"},
        ),
        "样例.xlsx: 凭证 第 2 行 「FAmountFor」列 2025-01 记-1",
        "原币 8350.00 按汇率 7.171 折合 59877.85, 与本位币 59160.75 不符",
        "8350.00 at 7.171 is 59877.85, but the amount in base currency is 59160.75",
    ),
    "B2702": (
        lambda: books(voucher(1, dr("1122", "100.005"), cr("2202", "100.005"))),
        "样例.xlsx: 凭证 第 2 行 「debit」列 2025-01 记-1",
        "金额 100.005 的小数位多于 CNY 的 2 位",
        "amount 100.005 has more decimals than the 2 of CNY",
    ),
    "B2801": (
        lambda: books(voucher(1, dr("1122", 1), cr("4103", 1)), accounts=CHART),
        "样例.xlsx: 凭证 第 2 行 「aux_customer」列 2025-01 记-1",
        "科目 1122 要求辅助核算「客户」, 此行未填",
        "account 1122 requires customer, and the line has none",
    ),
    "B2802": (
        lambda: books(
            voucher(1, dr("1122", 1, aux={"customer": "9999"}), cr("2202", 1)),
            headings={"lines.aux_customer": "客户"},
            members=MEMBERS,
        ),
        "样例.xlsx: 凭证 第 2 行 「客户」列 2025-01 记-1",
        "「客户」档案中没有「9999」, 共 1 行用到",
        "no customer has the code '9999'; lines that use it: 1",
    ),
}


def with_line(made: Books, row: int, **values):
    """The books with other values in one line."""
    at = pl.int_range(pl.len()) == row
    return made.replace(
        lines=made.lines.with_columns(
            pl.when(at).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name, value in values.items()
        )
    )


def faults_of_the_check():
    modules = (accounts, balance, currency, dimensions, lines, numbering, people, period)
    found = {f.code for module in modules for f in vars(module).values() if isinstance(f, Fault)}
    return found | {MORE.code}


def test_every_fault_has_a_reproducer():
    assert set(CASES) == faults_of_the_check()


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_said_word_for_word(code):
    make, place, zh, en = CASES[code]
    settings = CheckSettings(limit=1) if code == "B2001" else None
    told = [problem for problem in check(make(), settings) if problem.code == code]
    assert told
    assert told[0].place.text("zh") == place
    assert told[0].message("zh") == zh
    assert told[0].message("en") == en


def test_a_float_is_no_money():
    with pytest.raises(BooksError) as caught:
        Books(tables={"lines": pl.DataFrame({"debit": [1.5]})})
    assert caught.value.problem.fault is WRONG_COLUMN
    assert caught.value.problem.message("zh") == (
        "表 lines 的列 debit 是 Float64, 应为 Decimal(precision=18, scale=4)"
    )
    assert caught.value.problem.hint("en") == (
        "money is Decimal end to end; a float is never money"
    )


def test_a_required_column_is_full():
    with pytest.raises(BooksError) as caught:
        Books(tables={"accounts": pl.DataFrame({"code": ["1001", None]})})
    assert caught.value.problem.fault is MISSING_VALUE
    assert caught.value.problem.message("zh") == "表 accounts 的列 code 有 1 行为空, 此列必填"
    assert caught.value.problem.message("en") == (
        "column code of table accounts is empty in 1 rows and must not be"
    )


def test_an_unknown_table_is_refused():
    with pytest.raises(BooksError) as caught:
        Books(tables={"凭证": pl.DataFrame()})
    assert caught.value.problem.fault is UNKNOWN_TABLE
    assert caught.value.problem.message("zh") == "没有名为「凭证」的表"
