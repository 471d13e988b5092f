"""Tiers and credit of 100,000 customers: at most ten seconds, judged and in words.

Processor time, for a wall clock shows who else is at work.  Seen on a busy machine with two cores:
tiers 0.2 s, their evidence 0.4 s, exposure and credit 0.6 s.
"""

import datetime as dt
import time
from decimal import Decimal

import attrs
import polars as pl
import pytest

from kamcore.model.credit import CreditLimit, CreditPolicy
from kamcore.model.tier import TierPolicy
from kamcore.tiering import decide_all, exposure, tiers

pytestmark = pytest.mark.benchmark

CUSTOMERS = 100_000
SECONDS = 10.0
DAY = dt.date(2025, 6, 30)


def _measured(codes):
    exact = pl.Decimal(38, 10)
    return pl.DataFrame(
        {
            "customer": codes,
            "sales": pl.Series([at * 97 % 20_000_000 for at in range(CUSTOMERS)]).cast(exact),
            "orders": [at % 30 for at in range(CUSTOMERS)],
            "influence": [at % 6 if at % 7 else None for at in range(CUSTOMERS)],
            "overdue": pl.Series([at % 50 for at in range(CUSTOMERS)]).cast(exact),
            "oldest_days": [at % 90 for at in range(CUSTOMERS)],
        }
    )


def test_tiers_and_credit_of_many_customers():
    codes = [f"{at:06d}" for at in range(CUSTOMERS)]
    facts = _measured(codes)
    limits = tuple(
        CreditLimit(customer=code, amount=Decimal(40_000), valid_from=DAY) for code in codes
    )
    policy = attrs.evolve(CreditPolicy.shipped(), limits=limits)
    owed = pl.DataFrame({"customer": codes, "amount": [at % 90_000 for at in range(CUSTOMERS)]})
    owed = owed.with_columns(pl.lit("invoices").alias("part"))
    started = time.process_time()
    found = tiers(facts, TierPolicy.shipped(), as_of=DAY)
    judged = time.process_time()
    found.evidence("zh")
    said = time.process_time()
    decided = decide_all(exposure(owed), policy, as_of=DAY, late=facts)
    ended = time.process_time()
    print(
        f"tiers {judged - started:.1f} s, words {said - judged:.1f} s, credit {ended - said:.1f} s"
    )
    assert decided.height == found.frame.height == CUSTOMERS
    assert ended - started <= SECONDS
