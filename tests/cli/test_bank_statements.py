"""Bank statements and receipts sheets as they come: headings, sides, currencies, odd cells."""

import datetime as dt

import openpyxl
import pytest

from command_line import kamcore

ITEMS = """编号,客户,单据日期,金额,币别,发票号
I1,甲有限公司,2025-01-05,1017.30,,25312000000012345678
I2,乙有限公司,2025-01-09,500.40,,25312000000012345679
I3,丙有限公司,2025-01-09,77.10,,
I4,丁有限公司,2025-01-09,900.50,美元,
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "i.csv").write_text(ITEMS, "utf-8")
    return tmp_path


def matched(folder, text, *more, encoding="utf-8"):
    (folder / "r.csv").write_bytes(text.encode(encoding))
    return kamcore("match", "i.csv", "r.csv", "--json", *more, cwd=folder).json


def pairs(found):
    return {one["items"][0]["id"]: one["receipts"][0]["id"] for one in found["automatic"]}


def codes(found):
    return [problem["code"] for problem in found["problems"]]


@pytest.mark.parametrize(
    "text",
    [
        '交易日,借方金额,贷方金额,余额,对手信息,摘要\n2025-02-03,,"1,017.30",1,甲有限公司,x',
        "交易时间,收入(元),支出(元),对方账户名称\n2025-02-03 10:00:00,1017.30,-,甲有限公司",
        "会计日期,借方发生额（支出）,贷方发生额（收入）,对方户名\n20250203,0,1017.30,甲有限公司",
        "交易时间,收/支,金额,交易对方\n2025/2/3,收入,1017.30元,甲有限公司",
        "记账日期,发生额,借贷,对方单位名称\n2025-02-03,1017.30,贷,甲有限公司",
        "交易日期,交易金额,付款人名称,收款人名称\n2025.2.3,¥1017.30,甲有限公司,我方",
        "回款日期,客户名称,回款金额\n2025年2月3日,甲有限公司,１０１７．３０",
    ],
)
def test_headings_of_statements_are_known(folder, text):
    assert pairs(matched(folder, text, encoding="gb18030")) == {"I1": "行2"}


def test_one_amount_with_a_sign_is_a_statement_of_both_ways(folder):
    text = (
        "交易日期,交易金额,付款人名称,收款人名称\n"
        "2025-02-03,1017.30,甲有限公司,我方\n"
        "2025-02-04,-500.40,我方,乙有限公司\n"
    )
    found = matched(folder, text)
    assert (pairs(found), codes(found)) == ({"I1": "行2"}, ["C5004"])
    found = matched(folder, text, "--role", "supplier")
    assert (pairs(found), codes(found)) == ({"I2": "行3"}, ["C5004"])


def test_a_refund_in_a_list_of_receipts_stays_a_refund(folder):
    text = "日期,客户,收款金额\n2025-02-03,甲有限公司,1017.30\n2025-02-04,甲有限公司,-17.30\n"
    found = matched(folder, text)
    assert found["totals"]["receipts"]["all"] == {"count": 2, "amounts": {"CNY": "1000.00"}}


def test_words_in_titles_and_cells_are_no_headings(folder):
    text = (
        "收入,支出,,\n"
        "交易日期,收支,金额,对方户名\n"
        "2025-02-03,收入,1017.30,甲有限公司\n"
        "2025-02-03,支出,500.40,乙有限公司\n"
    )
    found = matched(folder, text)
    assert (pairs(found), codes(found)) == ({"I1": "行3"}, ["C5004"])


@pytest.mark.parametrize(
    "text",
    [
        "户名,样例公司,币种,美元\n交易日期,对方户名,收入金额\n2025-02-03,丁有限公司,900.50\n",
        "币种：美元,,\n交易日期,对方户名,收入金额\n2025-02-03,丁有限公司,900.50\n",
        "交易日期,对方户名,收入金额\n2025-02-03,丁有限公司,US$900.50\n",
    ],
)
def test_the_currency_may_stand_above_or_before_the_amount(folder, text):
    found = matched(folder, text)
    assert list(pairs(found)) == ["I4"]
    assert found["automatic"][0]["currency"] == "USD"


def test_a_number_that_a_spreadsheet_cut_short_settles_nothing(folder):
    text = "日期,客户,收款金额,开票号\n2025-02-03,某公司,1017.30,2.53120000000123E+19\n"
    found = matched(folder, text)
    (problem,) = found["problems"]
    assert (problem["code"], problem["place"]["row"] or problem["place"]["line"]) == ("C5006", 2)
    assert found["automatic"] == []


def test_a_long_number_in_a_number_cell_is_told_too(folder):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["日期", "客户", "收款金额", "发票号"])
    sheet.append([dt.date(2025, 2, 3), "某公司", 1017.30, 25312000000012345678])
    sheet.append([dt.date(2025, 2, 3), "某公司", 500.40, 12345678])
    book.save(folder / "r.xlsx")
    found = kamcore("match", "i.csv", "r.xlsx", "--json", cwd=folder).json
    assert codes(found) == ["C5006"]


def test_what_stands_below_the_rows_is_no_document(folder):
    text = (
        "交易日期,对方户名,收入金额\n2025-02-03,甲有限公司,1017.30\n"
        "合计,,1017.30\n制表: 王某,,\n第1页 共1页,,\n"
    )
    found = matched(folder, text)
    assert (found["problems"], found["totals"]["receipts"]["all"]["count"]) == ([], 1)


def test_a_statement_without_rows_is_no_mistake(folder):
    found = matched(folder, "交易日期,对方户名,收入金额,支出金额\n")
    assert (found["automatic"], len(found["unmatched"]["items"])) == ([], 4)
