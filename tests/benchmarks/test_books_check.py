"""All checks of the books, against one plain pass over the lines."""

import datetime as dt
import statistics
import time
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, check, schema

pytestmark = pytest.mark.benchmark

LINES = 200_000
VOUCHERS = LINES // 4
ALLOWED = 1.0
ROUNDS = 3
ACCOUNTS = ("1122.01", "6001.01", "6602.03", "1002.01")


def sound_books():
    """Vouchers of four lines, numbered through twelve months, a quarter of the lines in USD."""
    order = pl.int_range(VOUCHERS, eager=True)
    month = order * 12 // VOUCHERS + 1
    days = [dt.date(2025, number, 15) for number in range(1, 13)]
    vouchers = pl.DataFrame(
        {
            "voucher_id": order + 1,
            "year": pl.repeat(2025, VOUCHERS, dtype=pl.Int64, eager=True),
            "period": month,
            "word": pl.repeat("记", VOUCHERS, eager=True),
            "source_row": order * 4 + 2,
        }
    ).with_columns(
        number=pl.int_range(pl.len()).over("period") + 1,
        date=pl.col("period").replace_strict(range(1, 13), days),
        preparer=pl.lit("甲"),
        reviewer=pl.lit("乙"),
    )
    place = pl.int_range(LINES, eager=True) % 4
    amount = (pl.col("voucher_id") * 7919 % 999_983).cast(pl.Decimal(18, 4)) * Decimal("0.01")
    rate = Decimal("7.1")
    lines = (
        pl.DataFrame(
            {"voucher_id": pl.int_range(LINES, eager=True) // 4 + 1, "line_no": place + 1}
        )
        .join(vouchers.select("voucher_id", "date", "year", "period"), on="voucher_id")
        .with_columns(
            account=pl.col("line_no").replace_strict(range(1, 5), ACCOUNTS),
            split_no=pl.lit(1, dtype=pl.Int64),
            _fx=amount.cast(schema.AMOUNT),
            source_row=pl.int_range(pl.len()) + 2,
        )
        .with_columns(_base=(pl.col("_fx") * rate).round(2).cast(schema.AMOUNT))
    )
    nothing = pl.lit(Decimal(0), dtype=schema.AMOUNT)
    on_debit = pl.col("account").is_in([ACCOUNTS[0], ACCOUNTS[2]])
    abroad = pl.col("account") == ACCOUNTS[0]
    lines = lines.with_columns(
        debit=pl.when(on_debit).then("_base").otherwise(nothing),
        credit=pl.when(on_debit).then(nothing).otherwise("_base"),
        currency=pl.when(abroad).then(pl.lit("USD")).otherwise(pl.lit("CNY")),
        fx_debit=pl.when(abroad).then("_fx"),
        rate=pl.when(abroad).then(pl.lit(rate, dtype=schema.RATE)),
        aux_customer=pl.when(abroad).then((pl.col("voucher_id") % 300).cast(pl.String)),
    ).drop("_fx", "_base")
    return Books(tables={"vouchers": vouchers, "lines": lines})


def plain_pass(books):
    """The least any check by loops would do: add up the sides of each voucher."""
    sums = defaultdict(Decimal)
    for number, debit, credit in books.lines.select("voucher_id", "debit", "credit").iter_rows():
        sums[number] += debit - credit
    return sums


def seconds(ask):
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def test_all_checks_cost_no_more_than_one_plain_pass():
    books = sound_books()
    assert check(books) == []
    checks = seconds(lambda: check(books))
    plain = seconds(lambda: plain_pass(books))
    print(f"{LINES:,} lines: all checks {checks:.2f} s, one plain pass {plain:.2f} s")
    assert checks <= ALLOWED * plain
