"""A million order lines against 200,000 price rules, at once and one by one.

2,000 customers, 5,000 items: a list price and a floor for every item, contract rules with two
bands in two versions, promotions on a tenth of the items.  One by one is measured on a part and
scaled up.  ``KAMCORE_BENCH_ORDERS`` asks for fewer lines.

Seen on two quiet cores: 9.5 s at once (11.7 s of processor time), 113 s one by one.
"""

import datetime as dt
import os
import time
from decimal import Decimal

import polars as pl
import pytest

from kamcore.model.band import Band
from kamcore.model.price import PriceRule
from kamcore.model.promotion import Promotion
from kamcore.pricing import Prices, Question, answer, price_orders

pytestmark = pytest.mark.benchmark

LINES = int(os.environ.get("KAMCORE_BENCH_ORDERS", "1000000"))
RULES, CUSTOMERS, ITEMS, ALONE = 200_000, 2_000, 5_000, 5_000
FIRST = dt.date(2025, 1, 1)
JULY = FIRST + dt.timedelta(180)


def item_of(number):
    return (number // CUSTOMERS * 37 + number % CUSTOMERS * 7) % ITEMS


@pytest.fixture(scope="module")
def prices() -> Prices:
    listed = [
        PriceRule(id=f"LP{n}", kind="retail", item=f"I{n}", price=Decimal(1000 + n) / 100)
        for n in range(ITEMS)
    ]
    floors = [
        PriceRule(id=f"XJ{n}", kind="limit", item=f"I{n}", price=Decimal(500 + n) / 100)
        for n in range(ITEMS)
    ]
    bands = (
        Band(start=Decimal(10), end=Decimal(100), discount=Decimal("0.95")),
        Band(start=Decimal(100), discount=Decimal("0.9")),
    )
    agreed = [
        PriceRule(
            id=f"HT{number}",
            kind="contract",
            customer=f"K{number % CUSTOMERS}",
            item=f"I{item_of(number)}",
            bands=bands,
            valid_from=valid_from,
        )
        for number in range((RULES - 2 * ITEMS) // 2)
        for valid_from in (FIRST, JULY)
    ]
    offers = tuple(
        Promotion(
            id=f"CX{n}",
            item=f"I{n}",
            valid_from=FIRST,
            valid_to=FIRST + dt.timedelta(30),
            discount=Decimal("0.9"),
        )
        for n in range(0, ITEMS, 10)
    )
    found = Prices(rules=(*listed, *floors, *agreed), promotions=offers)
    assert len(found.rules) == RULES
    return found


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    order = pl.DataFrame({"n": pl.int_range(LINES, eager=True)})
    # A multiplicative generator: spread like chance, the same on every machine.
    number = pl.col("n") * 2_654_435_761 % 4_294_967_296 % ((RULES - 2 * ITEMS) // 2)
    customer = number % CUSTOMERS
    item = (number // CUSTOMERS * 37 + customer * 7) % ITEMS
    return order.select(
        customer=pl.format("K{}", customer),
        item=pl.format("I{}", item),
        quantity=pl.col("n") * 7_919 % 300 + 1,
        date=(pl.lit(FIRST) + pl.duration(days=pl.col("n") % 365)).cast(pl.Date),
    )


def test_a_million_lines_at_once(prices, lines):
    start, busy = time.perf_counter(), time.process_time()
    found = price_orders(lines, prices)
    at_once, busy = time.perf_counter() - start, time.process_time() - busy
    assert found.problems == ()
    assert set(found.frame["source"].unique()) == {"contract", "retail"}

    part = lines.gather_every(LINES // ALONE)
    start = time.perf_counter()
    alone = [
        answer(
            prices,
            Question(
                customer=row["customer"],
                item=row["item"],
                quantity=Decimal(row["quantity"]),
                on=row["date"],
            ),
        )
        for row in part.iter_rows(named=True)
    ]
    one_by_one = (time.perf_counter() - start) * LINES / part.height
    same = found.frame.gather_every(LINES // ALONE)
    assert [quote.total for quote in alone] == same["amount"].to_list()
    print(
        f"\n{LINES:,} lines: {at_once:.1f} s at once ({busy:.1f} s of processor), "
        f"{one_by_one:.1f} s one by one"
    )
    assert at_once <= one_by_one / 2
