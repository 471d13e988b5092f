"""``kamcore price``, ``order`` and ``rebate``: the keys of ``--json``, exit codes, workbooks."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

import kamcore as kc
from command_line import kamcore

EXAMPLE = Path(__file__).parents[2] / "examples" / "key_account_year"
AGREED = str(EXAMPLE / "agreed.toml")
FORMS = """
[[price]]
id = "LP"
kind = "零售价"
item = "A"
price = 10

[[price]]
id = "XJ"
kind = "销售限价"
price = "9.50"
action = "%s"

[[price]]
id = "KA"
kind = "大客户价"
customer = "1"
discount = "九折"

[[sale]]
date = "2025-01-05"
customer = "1"
item = "A"
quantity = 5
amount = 50
invoice = "F1"

[[rebate]]
id = "R1"
customer = "1"
contract = "HT"
method = "总额"
rate = "10%%"
valid_from = "2025-01-01"

[[rebate]]
id = "R2"
customer = "1"
contract = "HT"
method = "总额"
measure = "数量"
each = "0.5"
valid_from = "2025-01-01"
form = "实物"
"""
ASKED = ("--customer", "1", "--item", "A", "--quantity", "3", "--date", "2025-02-01")
PERIOD = ("--contract", "HT", "--from", "2025-01-01", "--to", "2025-12-31")


@pytest.fixture
def forms(tmp_path):
    path = tmp_path / "forms.toml"
    path.write_text(FORMS % "审批", "utf-8")
    return str(path)


def test_the_keys_of_a_price(forms):
    found = kamcore("price", forms, *ASKED, "--json")
    said = found.json
    assert found.code == 1
    assert {"price", "currency", "tax_included", "source", "floor", "trace"} <= said.keys()
    assert said["floor"] == {"price": "9.50", "action": "approve", "rule": "XJ"}
    assert (said["price"], said["source"], said["as_of"]) == ("9.00", "key_account", "2025-02-01")
    assert {tuple(step) for step in said["trace"]} == {("step", "rule", "before", "after", "text")}
    assert said["policy"]["sources"][0] == "contract"


@pytest.mark.parametrize(("customer", "code", "action"), [("1", 1, "approve"), ("2", 0, None)])
def test_the_exit_code_says_that_a_floor_is_undercut(forms, customer, code, action):
    found = kamcore("price", forms, "--json", *ASKED[2:], "--customer", customer)
    assert (found.code, found.json["floor"]["action"]) == (code, action)


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (("--quantity", "x"), 2, "U1004"),
        (("--item", "B"), 3, "Q1105"),
        (("--customer", "2", "--item", "B"), 2, "Q1104"),
        (("--date", "2025-13-01"), 2, "U1004"),
        (("-o", "price.docx"), 2, "U1004"),
    ],
)
def test_what_cannot_be_answered_is_an_error_with_its_code(forms, words, code, fault):
    found = kamcore("price", forms, *ASKED, *words, "--json")
    assert (found.code, found.json["error"]["code"]) == (code, fault)


def test_a_form_with_a_mistake_names_its_place(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('[[price]]\nid="A"\nkind="零售价"\ndiscount="5%"', "utf-8")
    found = kamcore("price", str(path), *ASKED, "--json")
    assert found.code == 3
    assert found.json["error"]["place"]["path"] == "price.1.discount"


def test_the_keys_of_a_rebate(forms):
    found = kamcore("rebate", AGREED, "--json", "--contract", "HT-2025-008", *PERIOD[2:])
    said = found.json
    keys = {"method", "volume", "entitlement", "settled_before", "due", "conditions", "bands"}
    assert keys | {"drafts", "as_of"} <= said.keys()
    assert found.code == 0
    assert {tuple(one) for one in said["conditions"]} == {("text", "met", "facts")}


def test_several_clauses_of_a_contract_are_summed_and_listed(forms):
    words = ("--settled", "R1=1", "--json", "--as-of", "2026-01-31")
    said = kamcore("rebate", forms, *PERIOD, *words).json
    assert (said["entitlement"], said["settled_before"], said["due"]) == ("7.50", "1.00", "6.50")
    assert (said["clause"], said["method"], said["volume"]) == ("R1+R2", "whole", None)
    assert [part["due"] for part in said["rebates"]] == ["4.00", "2.50"]
    assert [band["clause"] for band in said["bands"]] == ["R1", "R2"]
    assert said["as_of"] == "2026-01-31"
    accounts = [[line["account"] for line in draft["lines"]] for draft in said["drafts"]]
    assert accounts == [["2241", "2221", "1122"], ["2203", "6001"]]
    assert {draft["date"] for draft in said["drafts"]} == {"2026-01-31"}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--settled", "5"), "U1004"),
        (("--settled", "R9=5"), "U1004"),
        (("--accrued", "R1=x", "--book", "accrual"), "U1004"),
        (("--contract", "HT-9"), "U1301"),
    ],
)
def test_what_a_rebate_cannot_be_asked(forms, words, fault):
    found = kamcore("rebate", forms, *PERIOD, *words, "--json")
    assert (found.code, found.json["error"]["code"]) == (2, fault)


def test_a_draft_is_written_only_where_it_is_asked_for(forms, tmp_path):
    out = tmp_path / "drafts.txt"
    kamcore("rebate", forms, *PERIOD)
    assert not out.exists()
    words = ("--drafts", str(out), "--drafts-format", "yonyou-u8-text", "--json")
    written = kamcore("rebate", forms, *PERIOD, *words).json["written"]
    assert written["vouchers"] == ["记-1", "记-2"]
    assert kc.read(out).books.totals().vouchers == 2
    assert kamcore("rebate", forms, *PERIOD, *words).code == 2
    assert kamcore("rebate", forms, *PERIOD, *words, "--force").code == 0


@pytest.mark.parametrize(
    ("words", "sheet", "figures"),
    [
        (("price", *ASKED), "报价", {"9", "27"}),
        (("rebate", *PERIOD), "返利 1", {"0.1", "50", "5"}),
        (("order", "invoices"), "开票核对", {"50", "45", "5"}),
        (("order", "check"), "订单核对", set()),
        (("order", "compare"), "比价", {"50", "5", "10"}),
    ],
)
def test_the_same_as_a_workbook(forms, tmp_path, words, sheet, figures):
    out = tmp_path / "out.xlsx"
    *names, last = words if words[0] == "order" else (words[0],)
    more = () if words[0] == "order" else words[1:]
    found = kamcore(*names, last, forms, *more, "-o", str(out), KAMCORE_LANG="zh")
    assert found.code in (0, 1)
    book = openpyxl.load_workbook(out, data_only=True)
    cells = [cell for row in book[sheet].iter_rows(values_only=True) for cell in row]
    shown = {Decimal(str(cell)) for cell in cells if isinstance(cell, int | float)}
    assert {Decimal(one) for one in figures} <= shown


def test_invoices_against_the_agreed_prices(forms):
    found = kamcore("order", "invoices", forms, "--json")
    row = found.json["rows"][0]
    assert (row["amount"], row["agreed"], row["variance"]) == ("50.00", "45.00", "5.00")
    assert (found.code, found.json["totals"]["variance"]) == (1, "5.00")


def test_what_customers_pay_for_an_item(forms, tmp_path):
    more = tmp_path / "more.toml"
    sale = '[[sale]]\ndate="2025-01-06"\ncustomer="2"\nitem="A"\nquantity=10\namount=%s'
    more.write_text(sale % '"95.00"', "utf-8")
    rows = kamcore("order", "compare", forms, str(more), "--item", "A", "--json").json["rows"]
    keys = ("customer", "quantity", "average", "above_best", "rules")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("1", "5", "10.00", "0.0526", ["KA"]),
        ("2", "10", "9.50", "0.0000", ["LP"]),
    ]


def test_orders_are_listed_with_what_the_contract_says(forms):
    found = kamcore("order", "list", AGREED, "--as-of", "2025-12-31", "--json")
    third = found.json["rows"][2]
    assert (third["source"], third["status"], third["due"]) == ("customer", "pool", "2025-10-15")
    assert third["recipients"] == ["收货样甲", "收货样乙"]
    assert third["lines"][0]["price"] == "105.60"


def test_an_order_that_is_not_there_leaves_no_trail():
    found = kamcore("order", "trace", "SO-99", AGREED, "--json")
    assert (found.code, found.json["steps"]) == (1, [])


CONDITIONS = """
[[item]]
code = "A"
"存货分类" = "泵"

[[rebate]]
"条款编号" = "R9"
"客户编码" = "1"
"合同号" = "HT9"
"计算方法" = "总额"
"返利比例" = "10%"
"生效日期" = "2025-01-01"
conditions = [
    { "条件" = "产品结构", "存货分类" = "泵", "不低于" = "60%" },
    { "条件" = "采购品种", "不低于" = 1 },
    { "条件" = "均衡采购", "不低于" = 0 },
    { "条件" = "无价格违约" },
    { "条件" = "认定指标", "指标" = "display", "不低于" = 80 },
]

[[customer_fact]]
customer = "1"
measure = "display"
value = 85
on = "2025-03-01"
"""
BREACH = """
[[customer_fact]]
customer = "1"
measure = "price_breach"
flag = "是"
on = "2025-06-01"
evidence = "网店低于限价"
"""


def test_conditions_are_written_in_words_and_looked_up_in_what_is_stated(forms, tmp_path):
    more, breach = tmp_path / "more.toml", tmp_path / "breach.toml"
    more.write_text(CONDITIONS, "utf-8")
    breach.write_text(BREACH, "utf-8")
    words = ("--contract", "HT9", *PERIOD[2:], "--json")
    plain = (
        (tmp_path / "forms.toml")
        .read_text("utf-8")
        .replace('[[item]]\ncode = "A"', '[[item]]\ncode = "Z"')
    )
    (tmp_path / "forms.toml").write_text(plain, "utf-8")
    said = kamcore("rebate", forms, str(more), *words).json
    assert [one["met"] for one in said["conditions"]][:5] == [True] * 5
    assert said["due"] == "5.00"
    broken = kamcore("rebate", forms, str(more), str(breach), *words).json
    assert [one["met"] for one in broken["conditions"]].count(False) == 1
    assert broken["due"] == "0.00"
