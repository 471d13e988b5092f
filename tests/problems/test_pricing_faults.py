"""A reproducer for every fault of prices, orders and rebates, and what is said, word for word."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import KamcoreError
from kamcore.model.band import Band
from kamcore.model.discount import paid_share
from kamcore.model.order import Order, OrderMove, OrderStatus
from kamcore.model.price import PriceRule, Unit
from kamcore.model.promotion import Promotion
from kamcore.model.rebate import Condition, RebateClause
from kamcore.pricing import (
    Prices,
    booked_purchases,
    booked_sales,
    customer_contribution,
    net_of_tax,
    price_orders,
    quote,
    rebate,
    sales_frame,
)

DAY = dt.date(2025, 3, 8)
BEFORE = dt.date(2025, 3, 7)
ONE, NINE = Decimal(1), Decimal("0.9")
LINE = {"customer": ["1"], "item": ["A"], "quantity": [1], "date": [DAY]}


def asked(*rules, **more):
    facts = {"customer": "1", "item": "A", "quantity": ONE, "on": DAY, **more}
    units = (Unit("A", "件", ONE), Unit("A", "箱", Decimal(12)))
    return quote(Prices(rules=rules, units=units), **facts)


def rule(name="LP", **more):
    return PriceRule(**{"id": name, "kind": "retail", "item": "A", "price": ONE, **more})


def bands(*edges):
    return tuple(Band(start=Decimal(a), end=Decimal(b), price=ONE) for a, b in edges)


def lines(**more):
    found = price_orders(pl.DataFrame({**LINE, **more}), Prices(rules=(rule(),)))
    return found.problems


def clause(**more):
    return RebateClause(
        **{"id": "FL", "customer": "1", "method": "whole", "valid_from": DAY} | more
    )


def moved(status, on):
    order = Order(number="SO", customer="1", date=DAY)
    return order.moved(OrderMove(status=OrderStatus(status), on=on))


def without_cost():
    sales = sales_frame([]).vstack(
        pl.DataFrame(
            [(DAY, "1", "A", "", ONE, Decimal("1.13"), "F", "", None, None)],
            schema=sales_frame([]).schema,
            orient="row",
        )
    )
    net = net_of_tax(sales, Decimal("0.13"))
    return customer_contribution(net, sales, costs={}, annual_rate=ONE, as_of=DAY).problems


CASES = {
    "Q1001": lambda: paid_share("二百折"),
    "Q1002": lambda: rule(price=None, bands=bands((1, 5), (4, 9))),
    "Q1003": lambda: rule(price=None, bands=bands((3, 2))),
    "Q1004": lambda: rule(customer="1", grade="金牌"),
    "Q1005": lambda: rule(price=None),
    "Q1006": lambda: rule(valid_from=DAY, valid_to=BEFORE),
    "Q1007": lambda: Promotion(id="CX", valid_from=DAY, valid_to=DAY),
    "Q1008": lambda: rule(price=-ONE),
    "Q1101": lambda: asked(rule(valid_from=DAY), rule(version=2, valid_from=DAY)),
    "Q1102": lambda: asked(rule(), unit="吨"),
    "Q1103": lambda: asked(rule(), rule("LP2")),
    "Q1104": asked,
    "Q1105": lambda: asked(PriceRule(id="KA", kind="key_account", customer="1", discount=NINE)),
    "Q1106": lambda: asked(
        rule(tax_included=False), rule("KA", kind="key_account", price=None, discount=NINE)
    ),
    "Q1107": lambda: (
        price_orders(
            pl.DataFrame(LINE), Prices(rules=(rule(price=None, kind="member", discount=NINE),))
        ).problems
    ),
    "Q1108": lambda: price_orders(pl.DataFrame(LINE).drop("item"), Prices()),
    "Q1109": lambda: lines(quantity=[1.5]),
    "Q1110": lambda: lines(customer=[None]),
    "Q1201": clause,
    "Q1202": lambda: clause(rate=Decimal("0.01"), valid_to=BEFORE),
    "Q1205": lambda: Condition(kind="mix", at_least=ONE),
    "Q1203": lambda: rebate(clause(rate=ONE), pl.DataFrame({"date": [DAY]}), since=DAY, until=DAY),
    "Q1204": lambda: rebate(
        clause(rate=ONE),
        sales_frame([]).with_columns(amount=pl.lit(1.5)),
        since=DAY,
        until=DAY,
    ),
    "Q1301": lambda: moved("pool", DAY),
    "Q1302": lambda: moved("confirmed", BEFORE),
    "Q1401": lambda: booked_sales(Books()),
    "Q1402": lambda: booked_purchases(Books()),
    "Q1501": without_cost,
}

WORDS = {
    "Q1001": (
        "「二百折」不是折扣",
        "'二百折' is not a discount",
    ),
    "Q1002": (
        "LP 的两档 [1, 5) 与 [4, 9) 重叠",
        "LP: the bands [1, 5) and [4, 9) overlap",
    ),
    "Q1003": (
        "LP 的一档 [3, 2) 不含任何数",
        "LP: the band [3, 2) holds no number",
    ),
    "Q1004": (
        "价格规则 LP 同时写了客户和等级",
        "price rule 'LP' names both a customer and a grade",
    ),
    "Q1005": (
        "价格规则 LP 既没有价格, 也没有折扣",
        "price rule 'LP' has neither a price nor a discount",
    ),
    "Q1006": (
        "价格规则 LP 的失效日 2025-03-07 早于生效日 2025-03-08",
        "price rule 'LP' ends on 2025-03-07, before it starts on 2025-03-08",
    ),
    "Q1007": (
        "促销 CX 应写明折扣, 减价或特价其中一项",
        "promotion 'CX' gives one of a discount, an amount off or a price",
    ),
    "Q1008": (
        "价格规则的金额 -1 是负数",
        "the price of a price rule is negative: -1",
    ),
    "Q1101": (
        "规则 LP 有两个版本的生效日相同: 2025-03-08",
        "rule 'LP' has two versions that start on the same day: 2025-03-08",
    ),
    "Q1102": (
        "品目 A 没有计量单位「吨」",
        "item A has no unit '吨'",
    ),
    "Q1103": (
        "1 的 A 在 2025-03-08 有两条同等规则: LP (item=A, priority=0) 与 LP2 (item=A, priority=0)",
        (
            "two equal rules price A for 1 on 2025-03-08: LP (item=A, priority=0) and "
            "LP2 (item=A, priority=0)"
        ),
    ),
    "Q1104": (
        "1 的 A 在 2025-03-08 没有价格 (数量 1)",
        "there is no price of A for 1 on 2025-03-08 (quantity 1)",
    ),
    "Q1105": (
        "KA 按零售价打折, 但 A 没有零售价",
        "KA is a discount on the retail price, and A has none",
    ),
    "Q1106": (
        "规则 KA 与所依据的价格含税口径不同, 又没有税率",
        "rule 'KA' and the price it is compared with differ in tax, and no rate is stated",
    ),
    "Q1107": (
        "1 的 A 在 2025-03-08 不能定价: Q1105",
        "A for 1 on 2025-03-08 cannot be priced: Q1105",
    ),
    "Q1108": (
        "订单行缺少列 item",
        "the order lines have no column item",
    ),
    "Q1109": (
        "订单行的列 quantity 是 Float64, 应为 Decimal(precision=28, scale=10)",
        "column quantity of the order lines is Float64, not Decimal(precision=28, scale=10)",
    ),
    "Q1110": (
        "订单行缺少客户, 品目, 数量或日期",
        "the order line lacks its customer, item, quantity or date",
    ),
    "Q1201": (
        "返利条款 FL 的方法「总额」缺少返利比例",
        "rebate clause 'FL': the method whole needs a rate",
    ),
    "Q1202": (
        "返利条款 FL 的失效日 2025-03-07 早于生效日 2025-03-08",
        "rebate clause 'FL' ends on 2025-03-07, before it starts on 2025-03-08",
    ),
    "Q1205": (
        "返利条件「产品结构」没有写明存货分类或存货",
        "the rebate condition mix names no item groups or items",
    ),
    "Q1203": (
        "销售事实缺少列 customer",
        "the sales have no column customer",
    ),
    "Q1204": (
        "销售事实的列 amount 是 Float64, 应为 Decimal(precision=18, scale=4)",
        "column amount of the sales is Float64, not Decimal(precision=18, scale=4)",
    ),
    "Q1301": (
        "订单 SO 不能由「待处理」转为「待处理」",
        "order SO cannot go from pool to pool",
    ),
    "Q1302": (
        "订单 SO 的状态 已确认 日期 2025-03-07 早于上一次变动 2025-03-08",
        "order SO becomes confirmed on 2025-03-07, before its last change on 2025-03-08",
    ),
    "Q1401": (
        "账里没有客户辅助核算, 认不出销售给谁",
        "the books have no customers as auxiliary items, so sales cannot be told apart",
    ),
    "Q1402": (
        "账里没有供应商或存货辅助核算, 认不出向谁买了什么",
        "the books lack suppliers or items as auxiliary items, so purchases cannot be told apart",
    ),
    "Q1501": (
        "存货「A」没有单位成本, 销售 1.00 的成本按 0 计",
        "item 'A' has no unit cost; sales of 1.00 count without cost",
    ),
}


def said(make):
    """The problem a case ends with, raised or returned."""
    try:
        return make()[0]
    except KamcoreError as error:
        return error.problem


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_said_word_for_word(code):
    problem = said(CASES[code])
    assert problem.code == code
    assert (problem.message("zh"), problem.message("en")) == WORDS[code]
    assert "{" not in problem.text("zh") + problem.text("en")
