"""Prices, promotions, orders and rebates as people write them: TOML and workbooks."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.model.band import Band
from kamcore.model.order import Order, OrderStatus
from kamcore.model.price import PriceKind, PricePolicy, Switch
from kamcore.model.rebate import RebateClause, RebateForm, RebateMethod
from kamcore.pipeline.form_file import read_forms
from kamcore.pipeline.price_file import prices_of, sales_of
from kamcore.pricing import quote

PRICES = """
[[item]]
"存货编码" = "A-100"
"存货分类" = "泵"
"计量单位" = "件"
units = [{ unit = "箱", factor = 12 }]

[[price]]
id = "LP-1"
kind = "零售价"
item = "A-100"
price = "95.00"

[[price]]
"规则编号" = "HT-2025-008/1"
"版本" = 2
"价格种类" = "合同价"
"客户编码" = "0004"
"合同号" = "HT-2025-008"
"生效日期" = "2025-02-01"
"促销" = "取低"
"取整到" = 0.1
bands = [{ start = 500, discount = "九二折" }]

[[price]]
id = "XJ"
kind = "limit"
price = 60
action = "审批"

[[promotion]]
id = "P"
valid_from = 2025-03-01
valid_to = 2025-03-31
discount = "减5%"

[[price_grade]]
customer = "0004"
grade = "金牌"

[price_policy]
sources = "合同价, 零售价"
tax_rate = "13%"

[[contract]]
"合同号" = "HT-9"
"客户编码" = "0009"
"开始日期" = "2025-01-01"
"商品折扣" = "九折"

[[sale]]
date = "2025-03-12"
customer = "0004"
item = "A-100"
amount = "43700.00"
"""


def read(tmp_path, text):
    path = tmp_path / "forms.toml"
    path.write_text(text, "utf-8")
    return read_forms([path])


def test_a_price_list_in_toml(tmp_path):
    forms = read(tmp_path, PRICES).require()
    prices = prices_of(forms)
    agreed = prices.rules[1]
    assert agreed.bands == (Band(start=Decimal(500), discount=Decimal("0.92")),)
    assert (agreed.kind, agreed.promotion) == (PriceKind.CONTRACT, Switch.BEST)
    assert prices.policy == PricePolicy(sources=("contract", "retail"), tax_rate=Decimal("0.13"))
    day = dt.date(2025, 3, 8)
    found = quote(prices, customer="0004", item="A-100", quantity=Decimal(42), unit="箱", on=day)
    assert (found.amount, found.floor.price) == (Decimal("87.4"), 60)
    assert sales_of(forms)[0].group == "泵"


def test_the_goods_discount_of_a_contract_is_a_price(tmp_path):
    prices = prices_of(read(tmp_path, PRICES).require())
    found = quote(
        prices, customer="0009", item="A-100", quantity=Decimal(1), on=dt.date(2025, 3, 8)
    )
    assert found.amount == Decimal("85.50")
    assert found.because == "合同 HT-9 第 1 版, 9 折, 不参加促销"


def test_a_price_list_in_a_workbook(tmp_path):
    sheet = {
        "规则编号": ["LP-1", "LP-2"],
        "版本": ["1", "1"],
        "价格种类": ["零售价", "大客户价"],
        "存货编码": ["A-100", "A-100"],
        "单价": ["95.00", None],
        "折扣": [None, "九五折"],
        "数量从": [None, "10"],
        "数量至": [None, "20"],
    }
    bands = {"规则编号": ["LP-1"], "版本": ["1"], "从": ["50"], "档价格": ["90.00"]}
    path = tmp_path / "价格.xlsx"
    sheets = [("价格", sheet), ("价格档", bands)]
    write_xlsx([SheetOut(name, pl.DataFrame(data), (tuple(data),)) for name, data in sheets], path)
    prices = prices_of(read_forms([path]).require())
    answers = [
        quote(prices, customer="1", item="A-100", quantity=Decimal(q), on=dt.date(2025, 1, 1))
        for q in (9, 10, 20, 50)
    ]
    assert [a.amount for a in answers] == [95, Decimal("90.25"), 95, 90]


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('id="A"\nkind="零售价"\ndiscount="5%"', "Q1001", "price.1.discount"),
        ('id="A"\nkind="零售价"', "Q1005", "price.1"),
        ('id="A"\nkind="零售价"\nprice=-1', "Q1008", "price.1"),
        ('id="A"\nkind="批发价"\nprice=1', "D4003", "price.1.kind"),
        (
            'id="A"\nkind="零售价"\nprice=1\nvalid_from="2025-02-01"\nvalid_to="2025-01-01"',
            "Q1006",
            "price.1",
        ),
        ('id="A"\nkind="零售价"\nprice=1\ncustomer="1"\ngrade="g"', "Q1004", "price.1"),
        (
            'id="A"\nkind="零售价"\nbands=[{start=1,price=2},{start=3,price=1}]',
            "Q1002",
            "price.1",
        ),
        ('id="A"\nkind="零售价"\nbands=[{start=3,end=2,price=1}]', "Q1003", "price.1"),
    ],
)
def test_a_mistake_in_a_price_is_told_with_its_place(tmp_path, text, code, path):
    forms = read(tmp_path, f"[[price]]\n{text}")
    assert [(one.code, one.place.path) for one in forms.problems] == [(code, path)]
    for lang in ("zh", "en"):
        assert forms.problems[0].message(lang)


ORDER = '[[order]]\nnumber="S"\ncustomer="1"\ndate="2025-01-02"\nhistory=[{%s}]'
CLAUSE = '[[rebate]]\nid="R"\ncustomer="1"\nmethod="总额"\nvalid_from="2025-02-01"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[price_policy]\nsources="批发价"', "D6101"),
        ('[[promotion]]\nid="P"\nvalid_from="2025-01-01"\nvalid_to="2025-01-02"', "Q1007"),
        (CLAUSE, "Q1201"),
        (CLAUSE + 'rate="1%"\nvalid_to="2025-01-01"', "Q1202"),
        (ORDER % 'status="已转销售订单",on="2025-01-03"', "Q1301"),
        (ORDER % 'status="已确认",on="2025-01-01"', "Q1302"),
    ],
)
def test_what_the_model_refuses_is_a_mistake_of_the_record(tmp_path, text, code):
    assert [one.code for one in read(tmp_path, text).problems] == [code]


def test_an_order_with_recipients_and_its_history(tmp_path):
    text = """
    [[order]]
    "订单号" = "SO-1"
    "客户编码" = "0004"
    "订单日期" = 2025-03-08
    "来源" = "客户"
    lines = [{ item = "A-100", quantity = 500, price = "87.40", promised = "2025-03-20" }]
    recipients = [{ name = "收货样甲", address = "样例路1号" }, { name = "收货样乙" }]
    history = [
        { status = "已确认", on = "2025-03-09" },
        { status = "converted", on = "2025-03-10" },
    ]
    """
    (order,) = read(tmp_path, text).require().of(Order)
    assert (order.source.zh, len(order.recipients)) == ("客户", 2)
    days = [dt.date(2025, 3, day) for day in (8, 9, 10)]
    assert [order.status_on(day) for day in days] == [
        OrderStatus.POOL,
        OrderStatus.CONFIRMED,
        OrderStatus.CONVERTED,
    ]


def test_a_rebate_clause_as_it_is_written(tmp_path):
    text = """
    [[rebate]]
    "条款编号" = "FL-1"
    "客户编码" = "0004"
    "计算方法" = "分档超额"
    "返利形式" = "冲抵货款"
    "限存货分类" = "泵, 阀"
    valid_from = "2025-01-01"
    bands = [{ start = 0, end = 100, rate = "1%" }, { start = 100, rate = "2%" }]
    conditions = [
        { kind = "按期付款", grace_days = 5 },
        { kind = "同比增长", at_least = "120%" },
        { kind = "最低采购", at_least = 100000 },
    ]
    """
    (clause,) = read(tmp_path, text).require().of(RebateClause)
    assert (clause.method, clause.form) == (RebateMethod.BAND_EXCESS, RebateForm.OFFSET)
    assert clause.groups == ("泵", "阀")
    assert [band.rate for band in clause.bands] == [Decimal("0.01"), Decimal("0.02")]
    assert [one.at_least for one in clause.conditions] == [0, Decimal("1.2"), 100_000]
