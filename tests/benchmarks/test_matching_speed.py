"""Speed of matching: many payments against more invoices, and searches that keep their bound.

Seen on two cores: 1,000 × 2,000 documents of 100 parties in 0.7 s.
"""

import random
import time
from decimal import Decimal

import pytest

from kamcore.matching.one_sided.matching import match
from kamcore.matching.policy import Answer, MatchPolicy
from kamcore.matching.subset_sum import subsets
from matching.histories import drawn, listed
from matching.lists import days, rows

pytestmark = pytest.mark.benchmark


def best(function, rounds=3):
    """The best of several runs, in seconds of the processor: others may use the machine."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def test_a_thousand_payments_against_two_thousand_invoices_of_mixed_parties():
    items, receipts = listed(drawn(1, parties=100, invoices=24))
    items, receipts = items.head(2000), receipts.head(1000)
    assert (items.height, receipts.height) == (2000, 1000)
    seconds = best(lambda: match(items, receipts))
    print(f"{seconds:.2f} s")
    assert seconds < 2


def test_one_party_without_numbers_keeps_its_bound():
    draw = random.Random(1)
    items = rows(*((f"I{at}", Decimal(draw.randrange(10**5, 10**7)) / 100) for at in range(2000)))
    receipts = rows(
        *((f"R{at}", Decimal(draw.randrange(10**5, 10**8)) / 100) for at in range(1000)),
        date=days(30),
    )
    policy = MatchPolicy(total_work=20_000_000)
    start = time.process_time()
    found = match(items, receipts, policy)
    seconds = time.process_time() - start
    print(f"{seconds:.2f} s, {len(found.undecided)} not decided")
    assert found.undecided
    assert seconds < 10


def test_searches_take_what_their_bound_says():
    draw = random.Random(2)
    for count, terms in ((40, None), (1000, 4)):
        units = [draw.randrange(10**7, 10**11) for _ in range(count)]
        target = sum(draw.sample(units, 4))
        started = time.process_time()
        found = subsets(units, target, terms=terms, work=3_000_000)
        seconds = time.process_time() - started
        print(f"{count} amounts: {found.answer}, {found.work:,} sums, {seconds:.2f} s")
        assert found.answer is not Answer.UNDECIDED
        assert seconds < 2
