"""Orders, invoices and books against what was agreed; trails; spreads; what a customer leaves."""

import datetime as dt
from decimal import Decimal

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.model.contract import Contract, ContractVersion, PaymentMethod, Termination
from kamcore.model.credit_term import CreditTerm
from kamcore.model.delivery import Delivery
from kamcore.model.order import Order, OrderLine, OrderMove, OrderStatus
from kamcore.model.price import PriceRule
from kamcore.model.rebate import Sale
from kamcore.model.voucher import Line, Voucher
from kamcore.pricing import (
    Prices,
    TradeRecords,
    booked_sales,
    check_orders,
    contract_prices,
    contribution,
    invoice_check,
    last_sale_prices,
    quote,
    spread,
    synchronised,
    trace,
    with_due_dates,
)


def D(text):  # noqa: N802  figures read like figures
    return Decimal(str(text))


def day(text):
    return dt.date.fromisoformat(f"2025-{text}")


LISTED = PriceRule(id="LP", kind="retail", item="A", price=D(100))


def terms(version, start, share, term="月结30天"):
    return ContractVersion(
        number="HT-1",
        party="0004",
        version=version,
        valid_from=start,
        start=day("01-01"),
        end=day("12-31"),
        goods_discount=share,
        payment_method=PaymentMethod.TRANSFER,
        credit_term=CreditTerm.of(term),
    )


VERSIONS = (terms(1, day("01-01"), D("0.95")), terms(2, day("07-01"), D("0.90"), "月结60天"))
CONTRACT = Contract(number="HT-1", party="0004", versions=VERSIONS)
ENDED = attrs.evolve(CONTRACT, termination=Termination(on=day("09-01")))


@pytest.mark.parametrize(
    ("contract", "on", "price"),
    [
        (CONTRACT, "01-01", 95),
        (CONTRACT, "06-30", 95),
        (CONTRACT, "07-01", 90),
        (CONTRACT, "12-31", 90),
        (ENDED, "08-31", 90),
        (ENDED, "09-01", 100),
    ],
)
def test_the_goods_discount_of_the_version_in_force(contract, on, price):
    prices = Prices(rules=(LISTED, *contract_prices([contract])))
    assert quote(prices, customer="0004", item="A", quantity=D(1), on=day(on)).amount == price


def test_a_version_without_a_discount_ends_the_one_before():
    none = attrs.evolve(CONTRACT, versions=(VERSIONS[0], terms(2, day("07-01"), None)))
    prices = Prices(rules=(LISTED, *contract_prices([none])))
    found = [
        quote(prices, customer="0004", item="A", quantity=D(1), on=day(on)).amount
        for on in ("06-30", "07-01")
    ]
    assert found == [95, 100]


def order(**more):
    facts = {"number": "SO-1", "customer": "0004", "date": day("03-08"), "contract": "HT-1"}
    return Order(**{**facts, "lines": (OrderLine(item="A", quantity=D(5)),), **more})


PRICES = Prices(rules=(LISTED, *contract_prices([CONTRACT])))


def test_an_order_takes_price_and_terms_from_the_contract():
    found = synchronised(order(), PRICES, [CONTRACT])
    assert found.lines[0].price == 95
    assert (found.payment_method, found.due) == ("银行转账", day("04-30"))
    assert synchronised(found, PRICES, [CONTRACT]) == found


def test_what_differs_from_the_contract_is_named():
    wrong = order(
        lines=(OrderLine(item="A", quantity=D(5), price=D("96.50")),),
        payment_method="现金",
        due=day("05-01"),
    )
    found = check_orders([wrong, order(number="SO-2")], PRICES, [CONTRACT])
    assert found.frame["difference"].to_list() == [D("1.5"), None]
    assert [(one.term, one.stated, one.agreed, one.version) for one in found.terms] == [
        ("payment_method", "现金", "银行转账", 1),
        ("due", "2025-05-01", "2025-04-30", 1),
    ]
    assert found.differs
    fine = synchronised(order(), PRICES, [CONTRACT])
    assert not check_orders([fine], PRICES, [CONTRACT]).differs


def test_an_order_moves_only_where_it_may():
    confirmed = order().moved(OrderMove(OrderStatus.CONFIRMED, day("03-09")))
    done = confirmed.moved(OrderMove(OrderStatus.CONVERTED, day("03-10"), converted_to="XS-7"))
    assert done.status_on(day("03-09")) is OrderStatus.CONFIRMED
    for status in OrderStatus:
        with pytest.raises(UsageError, match="Q1301"):
            done.moved(OrderMove(status, day("03-11")))
    with pytest.raises(UsageError, match="Q1302"):
        confirmed.moved(OrderMove(OrderStatus.POOL, day("03-08")))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_splitting_an_order_never_changes_what_it_costs(parts):
    whole = quote(PRICES, customer="0004", item="A", quantity=D(sum(parts)), on=day("03-08"))
    each = [
        quote(PRICES, customer="0004", item="A", quantity=D(part), on=day("03-08"))
        for part in parts
    ]
    assert sum(one.total for one in each) == whole.total


# Invoices.


def sale(on, amount, quantity, **more):
    facts = {"date": day(on), "customer": "0004", "item": "A"}
    return Sale(**{**facts, "amount": D(amount), "quantity": D(quantity), **more})


def test_an_invoice_against_the_price_of_its_day_or_of_another():
    sales = [sale("03-08", 500, 5), sale("07-08", 450, 5), sale("07-09", -90, -1)]
    own = invoice_check(sales, PRICES).frame
    assert own["variance"].to_list() == [25, 0, 0]
    assert own["date"].to_list() == [day("03-08"), day("07-08"), day("07-09")]
    other = invoice_check(sales, PRICES, day("03-08")).frame
    assert other["variance"].to_list() == [25, -25, 5]


def test_the_last_price_an_item_was_sold_at():
    sales = [
        sale("01-05", 100, 10, invoice="1"),
        sale("02-05", 85, 10, invoice="3"),
        sale("02-05", 90, 10, invoice="2"),
        sale("03-05", -85, -10, invoice="4"),
        sale("03-05", 7, 0, invoice="5"),
    ]
    prices = Prices(rules=last_sale_prices(sales))
    found = [
        quote(prices, customer="0004", item="A", quantity=D(1), on=day(on)).amount
        for on in ("01-05", "02-04", "02-05", "12-31")
    ]
    assert found == [10, 10, D("8.5"), D("8.5")]


# Books.


def booked(number, on, debit, *, sold=None, paid=False, reference=None, customer="0004"):
    lines = [
        Line(
            account="1122",
            debit=D(debit),
            business_number=reference,
            aux={"customer": customer},
        )
    ]
    if paid:
        lines[0] = attrs.evolve(lines[0], debit=D(0), credit=D(debit))
        lines.append(Line(account="1002", debit=D(debit)))
    else:
        quantity, item = sold or (None, "A")
        lines.append(
            Line(account="6001", credit=D(debit), quantity=quantity, aux={"inventory": item})
        )
    return Voucher(date=day(on), word="记", number=number, lines=tuple(lines))


def books_of(*vouchers):
    names = {"1122": "应收账款", "1002": "银行存款", "6001": "主营业务收入"}
    chart = pl.DataFrame({"code": list(names), "name": list(names.values())})
    return Books.from_vouchers(vouchers).replace(accounts=chart)


def paid_days(*vouchers):
    found = booked_sales(books_of(*vouchers))
    return dict(found.select("invoice", "paid").iter_rows())


def test_sales_and_payments_out_of_books():
    books = books_of(
        booked(1, "01-05", 100, sold=(D(4), "A"), reference="F1"),
        booked(2, "01-06", -25, sold=(D(-1), "A"), reference="F2"),
        booked(3, "02-01", 60, paid=True, reference="F1"),
        booked(4, "02-09", 40, paid=True, reference="F1"),
    )
    rows = booked_sales(books).select("date", "customer", "item", "quantity", "amount", "paid")
    assert rows.rows() == [
        (day("01-05"), "0004", "A", 4, 100, day("02-09")),
        (day("01-06"), "0004", "A", -1, -25, None),
    ]


def test_payments_that_name_no_invoice_settle_the_oldest_first():
    assert paid_days(
        booked(1, "01-05", 100, reference="F1"),
        booked(2, "01-06", 50),
        booked(3, "01-07", 70, reference="F3"),
        booked(4, "02-01", 70, paid=True, reference="F3"),
        booked(5, "02-02", 100, paid=True),
        booked(6, "02-03", 49, paid=True),
        booked(7, "02-03", 500, paid=True, customer="0005"),
    ) == {"F1": day("02-02"), "2025-01 记-2": None, "F3": day("02-01")}


def test_void_vouchers_are_no_sales_and_books_need_customers():
    void = attrs.evolve(booked(1, "01-05", 100), status="void")
    assert booked_sales(books_of(void)).height == 0
    with pytest.raises(UsageError, match="Q1401"):
        booked_sales(Books())


def test_sales_without_tax_come_from_the_lines_of_revenue():
    voucher = booked(1, "01-05", 113, reference="F1")
    net = [
        Line(account="6001", credit=D(60), quantity=D(6), aux={"inventory": "A"}),
        Line(account="6001", credit=D(40), quantity=D(2), aux={"inventory": "B"}),
        Line(account="2221", credit=D(13)),
    ]
    books = books_of(attrs.evolve(voucher, lines=(voucher.lines[0], *net)))
    rows = booked_sales(books, tax_included=False).select("item", "quantity", "amount", "invoice")
    assert rows.rows() == [("A", 6, 60, "F1"), ("B", 2, 40, "F1")]
    both = booked_sales(books).select("item", "quantity", "amount")
    assert both.rows() == [("", 8, 113)]


def test_due_dates_come_from_the_version_then_in_force():
    sales = booked_sales(
        books_of(booked(1, "06-30", 100), booked(2, "07-01", 100), booked(3, "07-02", 1))
    )
    stated = sales.with_columns(
        due=pl.when(pl.col("amount") == 1).then(pl.lit(day("07-03"))).otherwise("due")
    )
    found = with_due_dates(stated, [CONTRACT])
    assert found["due"].to_list() == [day("07-30"), day("09-29"), day("07-03")]


# Trails.


def test_a_trail_from_the_order_to_its_vouchers_and_to_nothing_else():
    records = TradeRecords(
        orders=(order(), order(number="SO-2")),
        deliveries=(
            Delivery(number="FH-1", date=day("03-09"), order="SO-1", invoice="F1"),
            Delivery(number="FH-2", date=day("03-09"), order="SO-2", invoice="F2"),
        ),
        sales=(sale("03-10", 475, 5, invoice="F1", order="SO-1"),),
        books=books_of(
            booked(1, "03-10", 475, reference="F1"),
            booked(2, "04-01", 475, paid=True, reference="F1"),
            booked(3, "04-01", 1, reference="F2"),
        ),
    )
    for number in ("SO-1", "FH-1", "F1"):
        steps = trace(number, records)
        assert [(step.kind, step.number, step.amount) for step in steps] == [
            ("order", "SO-1", None),
            ("delivery", "FH-1", None),
            ("invoice", "F1", 475),
            ("receipt", "记-2", 475),
            ("voucher", "记-1", 475),
            ("voucher", "记-2", -475),
        ]
    assert trace("nothing", records) == ()


# Spreads and contributions.


def test_one_product_over_its_customers():
    trades = pl.DataFrame(
        {
            "item": ["A", "A", "A", "B"],
            "customer": ["1", "1", "2", "1"],
            "quantity": [D(10), D(30), D(10), D(1)],
            "amount": [D(1000), D(2700), D(900), D(7)],
            "rule": ["LP", "HT-1", "HT-2", None],
        }
    )
    rows = spread(trades).rows(named=True)
    assert [(row["item"], row["customer"], row["average"], row["rules"]) for row in rows] == [
        ("A", "1", D("92.5"), "HT-1, LP"),
        ("A", "2", D(90), "HT-2"),
        ("B", "1", D(7), ""),
    ]
    assert (rows[0]["lowest"], rows[0]["highest"], rows[0]["quantity"]) == (90, 100, 40)
    assert rows[0]["above_best"] == D("0.0278")


def test_one_product_over_its_suppliers_and_sales_without_a_quantity():
    trades = pl.DataFrame({"item": ["A"], "supplier": ["S"], "quantity": [D(0)], "amount": [D(5)]})
    assert spread(trades, "supplier")["average"].to_list() == [None]


def test_what_each_customer_leaves():
    facts = pl.DataFrame(
        {
            "customer": ["1", "1", "2"],
            "revenue": [D(900), D(100), D(50)],
            "cost": [D(600), D(0), D(60)],
        }
    )
    waiting = pl.DataFrame(
        {
            "customer": ["1", "1", "3"],
            "amount": [D(730), D(100), D(3650)],
            "date": [day("01-01"), day("03-01"), day("01-01")],
            "paid": [day("01-11"), None, None],
        }
    )
    found = contribution(facts, waiting, annual_rate=D("0.1"), as_of=day("01-21"))
    # 730 x 10 days and 3,650 x 20 days at 10 % of 365; the invoice of March is not yet born.
    assert found.select("customer", "finance", "contribution").rows() == [
        ("1", 2, 398),
        ("2", 0, -10),
        ("3", 20, -20),
    ]


def test_floats_are_no_money():
    floats = {"customer": ["1"], "item": ["A"], "quantity": [1], "amount": [1.5]}
    dates = {"date": [day("01-01")], "paid": [day("01-02")]}
    frame = pl.DataFrame({**floats, **dates})
    with pytest.raises(UsageError, match="Q1204"):
        spread(frame)
    with pytest.raises(UsageError, match="Q1204"):
        invoice_check(frame, PRICES)
    facts = pl.DataFrame({"customer": ["1"], "revenue": [1]})
    with pytest.raises(UsageError, match="Q1204"):
        contribution(facts, frame, annual_rate=D("0.1"), as_of=day("01-21"))
