"""Thousands of drawn histories at once, against plain loops over Decimal.

Each history has a customer of its own, so that one call answers for all of them and every answer
is compared with its own loop: buckets, open items, balance and ledger agree for every party,
account, currency and date.
"""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import schema
from kamcore.ledger import AgeingPolicy, account_ledger, age, balances, open_items

HISTORIES = 1_500
BOUNDS = (30, 60, 90)
FIRST = dt.date(2024, 1, 1)
DAYS = 500
ZERO = Decimal(0)
KEYS = ["account", "aux_customer", "currency"]


def drawn(seed: int) -> pl.DataFrame:
    """Histories of 0 to 14 lines: red lines, ties of date, cents, zero lines, two currencies."""
    chance = random.Random(seed)
    rows = []
    for history in range(HISTORIES):
        span = chance.choice([1, 20, DAYS])
        for _ in range(chance.randint(0, 14)):
            amount = Decimal(chance.choice([1, 1, 5000, chance.randint(-90_000, 90_000), 0])) / 100
            debit = chance.random() < 0.5
            rows.append(
                {
                    "voucher_id": len(rows) // 3 + 1,
                    "line_no": len(rows) % 3 + 1,
                    "split_no": 1,
                    "date": FIRST + dt.timedelta(days=chance.randrange(span)),
                    "account": chance.choice(["1122.01", "1122.02"]),
                    "aux_customer": f"C{history:05}",
                    "currency": chance.choice(["CNY", "CNY", "USD"]),
                    "debit": amount if debit else ZERO,
                    "credit": ZERO if debit else amount,
                }
            )
    types = dict.fromkeys(("debit", "credit"), schema.AMOUNT)
    lines = pl.DataFrame(rows, schema_overrides=types)
    day = pl.col("date").dt
    return lines.with_columns(year=day.year().cast(pl.Int64), period=day.month().cast(pl.Int64))


def looped(lines: pl.DataFrame, as_of: dt.date) -> dict:
    """First in first out by hand: per key the items left, and what is over."""
    items, settled = defaultdict(list), defaultdict(Decimal)
    for row in lines.iter_rows(named=True):
        if row["date"] > as_of:
            continue
        key = tuple(row[name] for name in KEYS)
        if row["debit"] > 0:
            place = (row["date"], row["voucher_id"], row["line_no"])
            items[key].append((place, row["debit"]))
        settled[key] += row["credit"] - min(row["debit"], ZERO)
    answer = {}
    for key, paid in settled.items():
        left = []
        # Settlements below zero are owed by the customer and belong to no item.
        over, rest = min(paid, ZERO), max(paid, ZERO)
        for place, amount in sorted(items[key]):
            used = min(amount, rest)
            rest -= used
            if amount > used:
                left.append((place[0], amount - used))
        answer[key] = (left, -rest - over)
    return answer


@pytest.mark.parametrize("seed", [1, 2])
def test_buckets_are_open_items_are_balance_are_ledger(seed) -> None:
    lines = drawn(seed)
    as_of = FIRST + dt.timedelta(days=random.Random(seed).randrange(5, DAYS))
    policy = AgeingPolicy(basis="voucher")
    given = age(lines, as_of=as_of, by="customer", buckets=BOUNDS, policy=policy)
    aged = {tuple(row[k] for k in KEYS): row for row in given.frame.iter_rows(named=True)}
    wanted = looped(lines, as_of)
    assert len(wanted) > HISTORIES
    for key, (left, over) in wanted.items():
        total = sum((amount for _, amount in left), over)
        if not left and not total:
            assert key not in aged
            continue
        sums = [ZERO] * (len(BOUNDS) + 1)
        for day, amount in left:
            late = (as_of - day).days
            sums[next((n for n, bound in enumerate(BOUNDS) if late <= bound), -1)] += amount
        row = aged.pop(key)
        assert [row[label] for label in given.labels] == sums
        assert (row["credits"], row["total"], row["items"]) == (over, total, len(left))
    assert not aged

    items = open_items(lines, as_of=as_of, by="customer", policy=policy)
    totals = items.group_by(KEYS).agg(pl.col("open").sum()).filter(pl.col("open") != 0)
    found = {tuple(row[:3]): row[3] for row in totals.iter_rows()}
    sums = {key: sum((a for _, a in left), over) for key, (left, over) in wanted.items()}
    assert found == {key: total for key, total in sums.items() if total}

    seen = lines.filter(pl.col("date") <= as_of)
    closing = balances(seen, by="customer", period=(as_of.year, as_of.month)).filter(
        pl.col("closing") != 0
    )
    stood = {tuple(row[k] for k in KEYS): row["closing"] for row in closing.iter_rows(named=True)}
    assert stood == found


def test_the_balances_of_a_union_are_the_sums_of_the_balances() -> None:
    one, two = drawn(3), drawn(4)
    both = pl.concat([one, two.with_columns(pl.col("voucher_id") + 100_000)])
    sums = ["debit", "credit", "closing"]
    keys = [*KEYS, "year", "period"]

    def last(lines: pl.DataFrame) -> pl.DataFrame:
        return balances(lines, by="customer", period="2024-01..2025-12").select(*keys, *sums)

    apart = pl.concat([last(one), last(two)]).group_by(keys).agg(pl.col(sums).sum()).sort(keys)
    assert last(both).sort(keys).equals(apart)


def test_the_order_of_rows_never_matters() -> None:
    lines = drawn(5)
    mixed = lines.sample(fraction=1, shuffle=True, seed=5)
    as_of = dt.date(2025, 3, 31)
    question = {"as_of": as_of, "by": "customer", "buckets": BOUNDS}
    assert age(lines, **question).frame.equals(age(mixed, **question).frame)
    assert open_items(lines, as_of=as_of, by="customer").equals(
        open_items(mixed, as_of=as_of, by="customer")
    )
    assert balances(lines, by="customer").equals(balances(mixed, by="customer"))


def test_the_ledger_of_every_customer_runs_to_his_balance() -> None:
    lines = drawn(6)
    closing = balances(lines, account="1122.01", by="customer", period="2024-01..2025-12")
    stood = closing.group_by("aux_customer").agg(pl.col("closing").sum())
    ledger = account_ledger(lines, "1122.01", by="customer").frame
    last = ledger.group_by("aux_customer", maintain_order=True).agg(
        pl.col("balance").last(), (pl.col("debit") - pl.col("credit")).sum().alias("moved")
    )
    both = stood.join(last, on="aux_customer", how="full")
    assert both.height > HISTORIES // 2
    assert both.filter(pl.col("closing").ne_missing(pl.col("balance"))).is_empty()
    assert both.filter(pl.col("moved").ne_missing(pl.col("balance"))).is_empty()
